"""``assess serve`` as a child of the tests: started, killed, started again."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from uuid import UUID

import httpx

from assess.settings import Settings
from assess.storage import embedded
from assess.storage.database import connect
from assess.storage.secrets import Secrets
from assess.tenancy.model import Role
from tenants import key_for, new_organisation

PATIENCE = 60.0


class Server:
    """``assess serve`` with a data folder and a port of its own; ``said`` are settings, ``before`` a command that runs it."""

    def __init__(self, data: Path, said: Mapping[str, str] | None = None, before: Sequence[str] = ()) -> None:
        said = said or {}
        self.settings = Settings(data=data, port=free_port(), database_url=said.get("ASSESS_DATABASE_URL"))
        self.address = f"http://127.0.0.1:{self.settings.port}"
        self.process: subprocess.Popen[bytes] | None = None
        self._log = data.parent / "log"
        self._before = before
        ours = {name: value for name, value in os.environ.items() if not name.startswith("ASSESS_")}
        own = {"ASSESS_DATA": str(data), "ASSESS_PORT": str(self.settings.port), "ASSESS_RATE": "0"}
        self.environment = {**ours, **own, **said}

    async def start(self) -> None:
        """Start it, and wait until it answers."""
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self._before, *command("serve")],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        assert await self.becomes_ready(), self.log()[-3000:]

    async def becomes_ready(self) -> bool:
        """Wait until it answers, database included; false when it ended, or did not in time."""
        deadline = time.monotonic() + PATIENCE
        async with self.client() as client:
            while time.monotonic() < deadline and self.process.poll() is None:
                try:
                    if (await client.get("/health/ready")).is_success:
                        return True
                except httpx.TransportError:
                    await asyncio.sleep(0.02)
                await asyncio.sleep(0.03)
        return False

    def client(self, address: str | None = None) -> httpx.AsyncClient:
        """A client with connections of its own; ``address``: through somebody who stands before it."""
        limits = httpx.Limits(max_connections=None)
        return httpx.AsyncClient(base_url=address or self.address, trust_env=False, timeout=20, limits=limits)

    async def admit(self) -> tuple[UUID, dict[str, str]]:
        """A new organisation in its database, and the headers of its admin."""
        own = embedded.attach(self.settings).url().replace("host=", f"host={self.root}")
        database = connect(self.settings.database_url or own, pool=1)
        try:
            organisation = await new_organisation(database)
            return organisation, await key_for(database, Secrets(self.settings.secrets), organisation, Role.ADMIN)
        finally:
            await database.close()

    @property
    def root(self) -> str:
        """What its paths begin with for us, when it has mounts of its own."""
        return f"/proc/{self.process.pid}/root" if self._before else ""

    def log(self) -> str:
        """Everything it has said."""
        return self._log.read_text()

    def kill(self, what: str) -> None:
        """SIGKILL what the words name: the database, a worker, the server."""
        if "database" in what:
            os.kill(embedded.attach(self.settings).cluster.pid(), signal.SIGKILL)
        if "worker" in what:
            for worker in self.workers():
                os.kill(worker, signal.SIGKILL)
        if "server" in what:
            self.process.kill()
            self.process.wait()

    def workers(self) -> list[int]:
        """The processes that think for it."""
        return [child for child in children_of(self.process.pid) if b"spawn_main" in command_of(child)]

    def stop(self) -> int | None:
        """Stop it in good order; its exit code."""
        if self.process is None:
            return None
        self.process.terminate()  # harmless when it has ended
        return self.process.wait(timeout=PATIENCE)

    def erase(self) -> None:
        """Stop it and leave nothing behind, also when it does not end."""
        try:
            self.stop()
        finally:
            if self.process is not None and self.process.poll() is None:
                self.process.kill()
                self.process.wait()
            embedded.erase(self.settings)


def children_of(parent: int) -> list[int]:
    """The processes that this one has started."""
    found = [
        child for tasks in Path("/proc", str(parent), "task").glob("*/children") for child in said_by(tasks).split()
    ]
    return [int(child) for child in found]


def command_of(process: int) -> bytes:
    """How a process was called; nothing when it is gone."""
    return said_by(Path("/proc", str(process), "cmdline"))


def said_by(path: Path) -> bytes:
    """A file of /proc, empty when its process is gone."""
    try:
        return path.read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def command(*arguments: str) -> list[str]:
    """Our own program."""
    return [sys.executable, "-m", "assess", *arguments]


def free_port() -> int:
    """A port of the loopback that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
