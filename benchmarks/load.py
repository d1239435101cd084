"""Load from a second process: wrk on loopback, one thread, sixteen connections."""

import itertools
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SCRIPT = Path(__file__).with_name("load.lua")
CONNECTIONS = 16
SECONDS = 3
_sequences = itertools.count(10, 10_000_000)


class LoadError(Exception):
    """The load was not answered as it should be; the message says how."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What wrk saw: requests a second, and latencies in milliseconds."""

    requests: int
    rate: float
    p50: float
    p95: float


@dataclass(frozen=True, kw_only=True)
class Load:
    """Targets of one server, and the items that a PUT may go to; both are files for load.lua."""

    address: str
    targets: Path
    items: Path

    def run(self, *, seconds: int = SECONDS, connections: int = CONNECTIONS, pause: int = 0) -> Measured:
        """Load for so many seconds; ``pause``: milliseconds between two requests of a connection. Raises LoadError."""
        options = ["--threads=1", f"--connections={connections}", f"--duration={seconds}s", f"--script={SCRIPT}"]
        arguments = [str(self.targets), str(self.items), str(next(_sequences)), str(pause)]
        said = subprocess.run(
            ["wrk", *options, self.address, "--", *arguments],
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds + 30,
        )
        return _measured(said.stdout, f"{self.address} {self.targets.name}: {said.stdout}{said.stderr}")

    def at_least(self, requests: int) -> None:
        """Load until so many requests are answered, a second at a time. Raises LoadError."""
        while requests > 0:
            requests -= self.run(seconds=1).requests

    def rate(self) -> float:
        """Requests a second."""
        return self.run().rate


def load(folder: Path, name: str, address: str, targets: Sequence[tuple[str, str, str]], items: Sequence[str]) -> Load:
    """A load with its files in ``folder``; a target is a method, a path and one header (or nothing)."""
    files = [folder / f"{name}.targets", folder / f"{name}.items"]
    files[0].write_text("".join(f"{method}\t{path}\t{header}\n" for method, path, header in targets))
    files[1].write_text("".join(f"{item}\n" for item in items))
    return Load(address=address, targets=files[0], items=files[1])


def _measured(output: str, words: str) -> Measured:
    numbers = [line.split()[1:] for line in output.splitlines() if line.startswith("measured ")]
    if not numbers:
        raise LoadError(f"wrk did not end well: {words}")
    requests, microseconds, failed, p50, p95 = map(int, numbers[0])
    if failed or not requests:
        raise LoadError(f"{failed} of {requests} requests failed: {words}")
    return Measured(requests=requests, rate=requests / microseconds * 1e6, p50=p50 / 1000, p95=p95 / 1000)
