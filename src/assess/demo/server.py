"""A server of the demonstration's own: an empty data folder, a free port, a child process that ends with us."""

import contextlib
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FrameType

import httpx
from msgspec import Struct

from assess.settings import Settings, settings_from
from assess.storage import embedded, lock
from assess.storage.lock import DataFolderInUse

MOST_AT_ONCE = 9
PATIENCE = 60.0


class DemoError(Exception):
    """The demonstration cannot go on; the message says why, in one sentence."""


class Site(Struct, frozen=True, kw_only=True):
    """Where one demonstration lives: its data folder, its log, and the port of its server.

    other: what says of itself the server that still runs in the usual folder, if one does.
    """

    data: Path
    log: Path
    port: int
    other: str

    @property
    def address(self) -> str:
        """What every address of its API begins with."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def variables(self) -> dict[str, str]:
        """Its settings as ``serve`` reads them."""
        return {"ASSESS_DATA": str(self.data), "ASSESS_PORT": str(self.port), "ASSESS_PUBLIC_URL": self.address}

    @property
    def settings(self) -> Settings:
        """Its settings."""
        return settings_from(self.variables)

    def environment(self, ours: Mapping[str, str]) -> dict[str, str]:
        """``ours`` without any setting of ours, so that no real database is ever played with, and with its own."""
        return {name: said for name, said in ours.items() if not name.startswith("ASSESS_")} | self.variables


def empty_site(build: Path) -> Site:
    """A site below ``build`` whose data folder was just erased; one that a living demonstration uses is left alone.

    Raises DemoError when ``build`` cannot be written, or is full of living demonstrations.
    """
    usual, other = (build / "demo").absolute(), ""
    for number in range(1, MOST_AT_ONCE + 1):
        data = usual if number == 1 else usual.with_name(f"demo-{number}")
        try:
            _erase(data)
        except DataFolderInUse:
            other = other or lock.held_by(data)
            continue
        return Site(data=data, log=data.with_suffix(".log"), port=_free_port(), other=other)
    raise DemoError(f"{MOST_AT_ONCE} demonstrations run in {build} already; stop one of them")


@contextlib.contextmanager
def serving(site: Site, environment: Mapping[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    """``assess serve`` as a child in our ``environment``, ready.

    It is stopped at the end, also when we are told to end or our terminal closes.
    """
    before = {number: signal.signal(number, _end) for number in (signal.SIGTERM, signal.SIGHUP)}
    with site.log.open("wb") as log:
        child = subprocess.Popen(  # noqa: S603 -- our own program, no shell
            _assess("serve"),
            env=site.environment(environment),
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
        for number, handler in before.items():
            signal.signal(number, handler)


def last_words(log: Path) -> str:
    """Where the server's log is, and its last line."""
    lines = log.read_text("utf-8", errors="replace").strip().splitlines()
    return f"its last words in {log}: {lines[-1]}" if lines else f"its log {log} is empty"


def _erase(data: Path) -> None:
    try:
        data.parent.mkdir(parents=True, exist_ok=True)
        embedded.erase(Settings(data=data))
    except OSError as error:
        raise DemoError(f"{data} cannot be used: {error.strerror}; choose another folder with --build") from error


def _assess(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "assess", *arguments]


def _wait_until_ready(site: Site, child: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + PATIENCE
    with httpx.Client(base_url=site.address, timeout=2, trust_env=False) as client:
        while not (_has_told(site) and _is_ready(client)):
            if child.poll() is not None:
                raise DemoError(f"the server did not start; {last_words(site.log)}")
            if time.monotonic() > deadline:
                raise DemoError(f"the server was not ready within {PATIENCE:.0f} s; {last_words(site.log)}")
            time.sleep(0.05)


def _has_told(site: Site) -> bool:
    """Whether our own server says that it answers there; whoever else might answer is not ours."""
    return f" {site.address} " in site.log.read_text("utf-8", errors="replace")


def _is_ready(client: httpx.Client) -> bool:
    with contextlib.suppress(httpx.TransportError):
        return client.get("/health/ready").is_success
    return False


def _stop(child: "subprocess.Popen[bytes]") -> None:
    child.terminate()  # harmless when it has ended
    try:
        child.wait(timeout=20)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _free_port() -> int:
    """A port of the loopback where nobody listens; the system hands them out at random, so two demonstrations do not meet."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _end(number: int, _: FrameType | None) -> None:
    sys.exit(128 + number)
