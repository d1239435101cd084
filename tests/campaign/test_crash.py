"""Killed and started again: every answer that was acknowledged is there."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from company import done, exchanged, launched

from assess.settings import Settings
from assess.storage import embedded

pytestmark = pytest.mark.anyio
KEY = ("key", "add", "--organisation", "aubepine", "--role", "admin", "--name", "Test")
PATIENCE = 60.0
SAVING = 0.8
"""Seconds of taps before the kill; they go on for a third of that after it."""


class Server:
    """``assess serve`` with a data folder and a port of its own."""

    def __init__(self, data: Path):
        self.settings = Settings(data=data, port=free_port())
        self.address = f"http://127.0.0.1:{self.settings.port}"
        self.process: subprocess.Popen[bytes] | None = None
        ours = {name: said for name, said in os.environ.items() if not name.startswith("ASSESS_")}
        self.environment = ours | {"ASSESS_DATA": str(data), "ASSESS_PORT": str(self.settings.port)}

    def start(self) -> None:
        """Start it, and wait until it answers."""
        with (self.settings.data.parent / "log").open("ab") as log:
            self.process = subprocess.Popen(command("serve"), env=self.environment, stdout=log, stderr=log)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self.process.poll() is None:
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"{self.address}/health/ready", timeout=2, trust_env=False).is_success:
                    return
            time.sleep(0.05)
        pytest.fail((self.settings.data.parent / "log").read_text()[-3000:])

    def run(self, *arguments: str) -> str:
        """What a short command prints."""
        made = subprocess.run(
            command(*arguments), env=self.environment, capture_output=True, text=True, timeout=PATIENCE, check=True
        )
        return made.stdout.strip()

    def kill(self, what: str) -> None:
        """SIGKILL the server, its PostgreSQL, or both."""
        if "database" in what:
            os.kill(embedded.attach(self.settings).cluster.pid() or 0, signal.SIGKILL)
        if "server" in what:
            self.process.kill()
            self.process.wait()

    def stop(self) -> None:
        """Stop it in good order."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=PATIENCE)


@pytest.fixture
def server(tmp_path):
    """A running server; whatever is left of it is erased."""
    made = Server(tmp_path / "data")
    try:
        made.start()
        yield made
    finally:
        made.stop()
        embedded.erase(made.settings)


async def test_every_acknowledged_answer_survives_kill_after_kill(server):
    server.run("organisation", "add", "aubepine", "Aubépine")
    admin = {"Authorization": f"Bearer {server.run(*KEY)}"}
    async with client_of(server) as client:
        campaign = await launched(client, admin, {"lyon": 6})
        keys = [await exchanged(client, person["token"]) for person in campaign.invitations]
        items = items_of(done(await client.get("/v1/respond", headers=keys[0])))
    taps = [Taps(items) for _ in keys]
    for killed in ("database", "server", "database and server"):
        await one_round(server, killed, taps, keys)


async def one_round(server, killed, taps, keys):
    """Tap, kill in the middle, start again, look."""
    before = [(len(each.acknowledged), each.failed) for each in taps]
    end = time.monotonic() + SAVING * 4 / 3
    async with client_of(server) as client:
        work = [asyncio.create_task(each.go_on(client, key, end)) for each, key in zip(taps, keys, strict=True)]
        await asyncio.sleep(SAVING)
        server.kill(killed)
        await asyncio.gather(*work)
    if "server" not in killed:
        server.kill("server")
    server.start()
    async with client_of(server) as client:
        for each, key in zip(taps, keys, strict=True):
            each.check(done(await client.get("/v1/respond", headers=key))["answers"], killed)
    since = [
        (len(each.acknowledged) - said, each.failed - failed) for each, (said, failed) in zip(taps, before, strict=True)
    ]
    assert sum(said for said, _ in since) > 20
    assert sum(failed for _, failed in since) > 0, "the kill came while answers were on their way"


class Taps:
    """One phone: taps item after item, and remembers what was acknowledged."""

    def __init__(self, items: list[str]):
        self.items = items
        self.sent: dict[tuple[str, int], int] = {}
        self.acknowledged: list[tuple[str, int]] = []
        self.failed = 0
        self.sequence = 0

    async def go_on(self, client: httpx.AsyncClient, key: dict[str, str], until: float) -> None:
        """Tap until then, whatever happens."""
        while time.monotonic() < until:
            sequence = self.sequence = self.sequence + 1
            item, level = self.items[sequence % len(self.items)], sequence % 5 + 1
            self.sent[item, sequence] = level
            body = {"answer": {"type": "level", "level": level}, "sequence": sequence}
            try:
                reply = await client.put(f"/v1/respond/answers/{item}", headers=key, json=body)
            except httpx.TransportError:
                self.failed += 1
                await asyncio.sleep(0.02)
            else:
                self._note(reply, item, sequence)

    def check(self, answers: list[dict], killed: str) -> None:
        """What was acknowledged is there, or a later tap that was sent; nothing is there that was never sent."""
        kept = {answer["item"]: answer for answer in answers}
        for item, sequence in self.acknowledged:
            assert kept[item]["sequence"] >= sequence, killed
        for item, answer in kept.items():
            assert answer["answer"]["level"] == self.sent[item, answer["sequence"]], killed

    def _note(self, reply: httpx.Response, item: str, sequence: int) -> None:
        if reply.is_success:
            self.acknowledged.append((item, sequence))
        else:
            assert (reply.status_code, reply.json()["code"]) == (503, "database_unavailable")
            self.failed += 1


def client_of(server: Server) -> httpx.AsyncClient:
    """A client with connections of its own."""
    return httpx.AsyncClient(base_url=server.address, trust_env=False, timeout=10)


def items_of(form: dict) -> list[str]:
    """The practices that are asked."""
    return [
        item["key"]
        for process in form["questionnaires"][0]["processes"]
        for step in process["steps"]
        for item in step["items"]
    ]


def command(*arguments: str) -> list[str]:
    """Our own program."""
    return [sys.executable, "-m", "assess", *arguments]


def free_port() -> int:
    """A port of the loopback that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
