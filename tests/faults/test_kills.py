"""Killed, restarted, told to end: what was acknowledged is there, what runs is finished, and nobody has to help."""

import asyncio
import os
import signal
import time

import httpx
import pytest

from assess.storage import embedded
from faults.chaos import TARGETS, Play
from faults.conftest import DRAIN
from faults.phones import PATIENCE, Trial

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("target", TARGETS[:3])
async def test_nothing_acknowledged_is_lost_by_the_kill_of_the(play: Play, target: str) -> None:
    seen = await play.round(target)
    assert seen.lost == 0
    assert seen.acknowledged > 20
    assert target == "worker" or seen.failed > 0, "the kill came while requests were on their way"


async def test_a_database_that_restarts_is_a_503_problem_and_then_works_again(play: Play) -> None:
    seen: list[httpx.Response] = []
    cluster = embedded.attach(play.server.settings).cluster
    before = cluster.pid()
    assert before is not None
    async with play.server.client() as client:
        os.kill(
            before, signal.SIGINT
        )  # as pg_ctl does; that would not see the end, so soon is the server started again
        deadline = time.monotonic() + PATIENCE
        while cluster.pid() in {None, before} and time.monotonic() < deadline:
            seen += await asyncio.gather(*asks(play, client))
            await asyncio.sleep(0.01)
        assert cluster.pid() not in {None, before}
        assert await play.server.becomes_ready()
    refusals = [reply for reply in seen if reply.status_code != 200]
    assert {(reply.status_code, reply.json()["code"]) for reply in refusals} == {(503, "database_unavailable")}
    assert all("retry-after" in reply.headers for reply in refusals)


async def test_sigterm_lets_requests_finish_refuses_new_ones_and_ends_in_time_whatever_hangs(play: Play) -> None:
    server = play.server
    async with server.client() as client, Upload(play) as upload:
        await play.plan(client, Trial())  # the first work starts the worker
        for worker in server.workers():
            os.kill(worker, signal.SIGSTOP)
        hanging = asyncio.create_task(play.plan(client, Trial()))
        await asyncio.sleep(0.3)
        began = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        await asyncio.sleep(0.3)
        async with server.client() as late:
            with pytest.raises(httpx.ConnectError):
                await late.get("/health/live")
        assert (await upload.finished()).startswith(b"HTTP/1.1 201 ")
        assert await asyncio.to_thread(server.stop) == 0
        assert DRAIN <= time.monotonic() - began < DRAIN + 5
        hanging.cancel()
        await asyncio.gather(hanging, return_exceptions=True)


class Upload:
    """A request to add a team that is under way: its body is not whole yet."""

    _BODY = b'{"key":"nantes","name":"Nantes","parent":"business"}'

    def __init__(self, play: Play) -> None:
        self._port = play.server.settings.port
        said = {"Host": "assess", **play.admin, "Content-Type": "application/json", "Content-Length": len(self._BODY)}
        self._head = "".join(f"{name}: {value}\r\n" for name, value in said.items())

    async def __aenter__(self) -> "Upload":
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        self._writer.write(f"POST /v1/teams HTTP/1.1\r\n{self._head}\r\n".encode() + self._BODY[:10])
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()

    async def finished(self) -> bytes:
        """Send the rest; the reply."""
        self._writer.write(self._BODY[10:])
        return await self._reader.read()


def asks(play: Play, client: httpx.AsyncClient) -> list[asyncio.Task[httpx.Response]]:
    """The hot path, a transaction, and readiness."""
    phone = play.phones[0]
    return [
        asyncio.create_task(client.get("/v1/respond", headers=phone.key)),
        asyncio.create_task(client.get("/v1/teams", headers=play.admin)),
        asyncio.create_task(client.get("/health/ready")),
    ]
