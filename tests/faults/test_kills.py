"""Killed, restarted, told to end: what was acknowledged is there, what runs is finished, and nobody has to help."""

import asyncio
import os
import signal
import time
from uuid import uuid4

import httpx
import pytest

from assess.storage import embedded
from faults.chaos import TARGETS, Play
from faults.phones import Trial

pytestmark = pytest.mark.anyio
AT_ONCE = 12
"""More than the pool has connections."""


@pytest.mark.parametrize("target", TARGETS)
async def test_nothing_acknowledged_is_lost_by_the_kill_of_the(play: Play, target: str) -> None:
    seen = await play.round(target)
    assert seen.lost == 0
    assert seen.acknowledged > 20
    assert target == "worker" or seen.failed > 0, "the kill came while requests were on their way"


async def test_a_database_that_restarts_is_a_503_problem_and_then_works_again(play: Play) -> None:
    async with play.server.client() as client:
        await asyncio.gather(*(client.get("/v1/teams", headers=play.admin) for _ in range(AT_ONCE)))
        stopping = asyncio.create_task(asyncio.to_thread(embedded.attach(play.server.settings).cluster.stop))
        seen: list[httpx.Response] = []
        for _ in range(40):
            seen += await asyncio.gather(*asks(play, client))
            await asyncio.sleep(0.01)
        await stopping
        assert await play.server.becomes_ready()
        replies = await asyncio.gather(*(ask for _ in range(AT_ONCE) for ask in asks(play, client)))
    refusals = [reply for reply in seen if reply.status_code != 200]
    assert {(reply.status_code, reply.json()["code"]) for reply in refusals} == {(503, "database_unavailable")}
    assert all("retry-after" in reply.headers for reply in refusals)
    assert {reply.status_code for reply in replies} == {200}, "no connection of before is handed to anybody"


async def test_sigterm_lets_running_requests_finish_and_refuses_new_ones(play: Play) -> None:
    server, began = play.server, time.monotonic()
    async with server.client() as client:
        drawing = [asyncio.create_task(draw(play, client, language)) for language in ("en", "fr")]
        await asyncio.sleep(0.3)
        assert not all(each.done() for each in drawing), "SIGTERM comes while reports are drawn"
        server.process.send_signal(signal.SIGTERM)
        await asyncio.sleep(0.3)
        async with server.client() as late:
            with pytest.raises(httpx.ConnectError):
                await late.get("/health/live")
        assert [(await each).status_code for each in drawing] == [201, 200], "one is new, one was drawn before"
    assert server.stop() == 0
    assert time.monotonic() - began < server.settings.drain


async def test_sigterm_ends_the_server_within_its_limit_whatever_hangs(play: Play) -> None:
    server = play.server
    server.environment["ASSESS_DRAIN"] = "1"
    await server.start()
    async with server.client() as client:
        await play.plan(client, Trial())  # the first work starts the worker
        for worker in server.workers():
            os.kill(worker, signal.SIGSTOP)
        hanging = asyncio.create_task(play.plan(client, Trial()))
        await asyncio.sleep(0.3)
        began = time.monotonic()
        assert server.stop() == 0
        assert 1 <= time.monotonic() - began < 6
        hanging.cancel()
        await asyncio.gather(hanging, return_exceptions=True)


def asks(play: Play, client: httpx.AsyncClient) -> list[asyncio.Task[httpx.Response]]:
    """The hot path, a transaction, and readiness."""
    phone = play.phones[0]
    return [
        asyncio.create_task(client.get("/v1/respond", headers=phone.key)),
        asyncio.create_task(client.get("/v1/teams", headers=play.admin)),
        asyncio.create_task(client.get("/health/ready")),
    ]


async def draw(play: Play, client: httpx.AsyncClient, language: str) -> httpx.Response:
    """Ask for a report."""
    headers = {**play.admin, "Idempotency-Key": f'"{uuid4()}"'}
    wish = {"roadmap_id": play.world.ids["roadmap_id"], "language": language}
    return await client.post("/v1/reports", headers=headers, json=wish)
