"""A server of the demonstration's own: an empty data folder, a free port, a child process that ends with us."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from urllib.error import URLError
from urllib.request import urlopen

from msgspec import Struct

from assess.settings import Settings
from assess.storage import embedded
from assess.storage.lock import DataFolderInUse

PREFERRED_PORT = 8321
MOST_AT_ONCE = 9
PATIENCE = 60.0


class DemoError(Exception):
    """The demonstration cannot go on; the message says why, in one sentence."""


class Site(Struct, frozen=True, kw_only=True):
    """Where one demonstration lives: its data folder, its log, and the port of its server."""

    data: Path
    log: Path
    port: int

    @property
    def address(self) -> str:
        """What every address of its API begins with."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """The environment of its processes: nothing of yours, so that no real database is ever played with."""
        ours = {name: value for name, value in os.environ.items() if not name.startswith("ASSESS_")}
        return ours | {"ASSESS_DATA": str(self.data), "ASSESS_PORT": str(self.port), "ASSESS_PUBLIC_URL": self.address}


def empty_site(build: Path) -> Site:
    """A site below ``build`` whose data folder was just erased; one that a living demonstration uses is left alone."""
    build.mkdir(parents=True, exist_ok=True)
    for number in range(1, MOST_AT_ONCE + 1):
        name = "demo" if number == 1 else f"demo-{number}"
        with contextlib.suppress(DataFolderInUse):
            embedded.erase(Settings(data=(build / name).absolute()))
            return Site(data=(build / name).absolute(), log=build / f"{name}.log", port=_free_port())
    raise DemoError(f"{MOST_AT_ONCE} demonstrations run in {build} already; stop one of them")


def run(site: Site, *arguments: str) -> str:
    """Run ``assess`` with ``arguments`` on this site to its end and return what it printed; raises DemoError."""
    done = subprocess.run(  # noqa: S603 -- our own program, no shell
        _assess(*arguments), env=site.environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise DemoError(f"assess {' '.join(arguments)}: {done.stderr.strip()[-600:]}")
    return done.stdout


@contextlib.contextmanager
def serving(site: Site) -> Iterator["subprocess.Popen[bytes]"]:
    """``assess serve`` as a child, ready; stopped at the end, also when we are told to end or our terminal closes."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _end)
    with site.log.open("wb") as log:
        child = subprocess.Popen(  # noqa: S603 -- our own program, no shell
            _assess("serve"),
            env=site.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        _wait_until_ready(site, child)
        yield child
    finally:
        _stop(child)


def _assess(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "assess", *arguments]


def _wait_until_ready(site: Site, child: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if child.poll() is not None:
            raise DemoError(f"the server did not start; {_last_words(site.log)}")
        with contextlib.suppress(URLError, OSError), urlopen(f"{site.address}/health/ready", timeout=2):  # noqa: S310 -- our address
            return
        time.sleep(0.05)
    raise DemoError(f"the server was not ready within {PATIENCE:.0f} s; its log is {site.log}")


def _last_words(log: Path) -> str:
    lines = log.read_text("utf-8", errors="replace").strip().splitlines()
    return f"its last words in {log}: {lines[-1]}" if lines else f"its log {log} is empty"


def _stop(child: "subprocess.Popen[bytes]") -> None:
    child.terminate()
    try:
        child.wait(timeout=20)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _free_port() -> int:
    """8321 when nobody listens there, for a friendly address; else any free port of the loopback."""
    for wanted in (PREFERRED_PORT, 0):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", wanted))
            port: int = probe.getsockname()[1]
            return port
    raise DemoError("no port of 127.0.0.1 is free")


def _end(number: int, _: FrameType | None) -> None:
    sys.exit(128 + number)
