"""``assess serve`` as a process of its own on the tests' database, without rate limits."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import msgspec

from assess.storage import roles
from assess.storage.embedded import Embedded
from assess.storage.secrets import Secrets

PATIENCE = 60.0


class Served:
    """A server on a data folder of its own; ``secrets``: those that its keys are made with."""

    def __init__(self, data: Path, postgres: Embedded) -> None:
        self.port = _free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.secrets = Secrets(data / "secrets")
        self._log = data / "log"
        ours = {name: value for name, value in os.environ.items() if not name.startswith("ASSESS_")}
        self._environment = ours | {
            "ASSESS_DATA": str(data),
            "ASSESS_DATABASE_URL": postgres.url(roles.APP),
            "ASSESS_PORT": str(self.port),
            "ASSESS_RATE": "0",
            "ASSESS_HOUSEKEEPING": "0",
        }
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "assess", "serve"],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    async def becomes_ready(self) -> None:
        """Wait until it answers, database included."""
        deadline = time.monotonic() + PATIENCE
        async with self.client() as client:
            while not await _is_ready(client):
                assert self.process.poll() is None, self.log()
                assert time.monotonic() < deadline, self.log()
                await asyncio.sleep(0.05)

    def client(self) -> httpx.AsyncClient:
        """A client with connections of its own."""
        return httpx.AsyncClient(base_url=self.address, trust_env=False, timeout=20)

    def log(self) -> str:
        """The last of what it has said."""
        return self._log.read_text("utf-8", "replace")[-6000:]

    def complaints(self) -> list[str]:
        """What the log tells of something unexpected."""
        lines = self._log.read_text("utf-8", "replace").splitlines()
        said = [msgspec.json.decode(line) for line in lines if line.startswith("{")]
        assert said, "a server that answers has a log"
        return [each["message"] for each in said if each["level"] in {"error", "critical"}]

    def stop(self) -> int:
        """Stop it in good order; its exit code."""
        self.process.terminate()  # harmless when it has ended
        return self.process.wait(timeout=PATIENCE)


async def _is_ready(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/health/ready")).is_success
    except httpx.TransportError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
