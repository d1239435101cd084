"""The servers that are compared, each one process of its own on loopback, with data folders below ``build/bench``."""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import msgspec

from assess import shipped
from assess.questionnaire.files import load_published, published_toml
from assess.settings import Settings
from assess.storage import embedded
from assess.storage.embedded import Embedded
from benchmarks import bare

HOME = Path(__file__).parent
BUILD = HOME.parent / "build" / "bench"
POOL = 10
RATE = 60_000
"""Requests a minute for each key: all load comes from one address, is counted as ever, and comes nowhere near."""
PATIENCE = 60.0
WIDE = "wide"
"""The key of a questionnaire of about 100 KB, which only the benchmarks publish."""


@dataclass(frozen=True, kw_only=True)
class Server:
    """A running server."""

    address: str
    pid: int

    @property
    def memory(self) -> float:
        """Resident memory of the process, in MB."""
        lines = Path("/proc", str(self.pid), "status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024


def settings_of(name: str) -> Settings:
    """The settings of one installation."""
    return Settings(data=(BUILD / name).absolute(), pool=POOL)


@contextlib.contextmanager
def erased(name: str) -> Iterator[Settings]:
    """An installation that is empty at the beginning and erased at the end."""
    settings = settings_of(name)
    embedded.erase(settings)
    try:
        yield settings
    finally:
        embedded.erase(settings)


@contextlib.contextmanager
def ours(settings: Settings) -> Iterator[Server]:
    """``assess serve`` as anybody starts it, from a checkout that publishes one questionnaire more."""
    port = free_port()
    said = {
        "PYTHONPATH": str(_checkout() / "src"),
        "ASSESS_DATA": str(settings.data),
        "ASSESS_PORT": str(port),
        "ASSESS_POOL": str(POOL),
        "ASSESS_RATE": str(RATE),
    }
    with running([str(our_python()), "-m", "assess", "serve"], said, port, "/health/ready", settings.data) as server:
        yield server


@contextlib.contextmanager
def bare_litestar(settings: Settings) -> Iterator[Server]:
    """The bare handler, on the database of our running server."""
    database = embedded.attach(settings)
    database.cluster.sql(bare.FUNCTION, "assess")
    port = free_port()
    command = [str(our_python()), "-m", "benchmarks.bare", str(port), database.url()]
    with running(command, {}, port, "/empty", BUILD / "bare") as server:
        yield server


@contextlib.contextmanager
def peer(questionnaire: bytes, tokens: Sequence[str], items: Sequence[str]) -> Iterator[Server]:
    """The peer, in its own environment, on an embedded PostgreSQL of its own with the same settings as ours."""
    port = free_port()
    python = _peer_python()
    with erased("peer") as settings, _postgres(settings) as postgres:
        postgres.cluster.sql("create database peer owner assess_app")
        url = postgres.url(database="peer").replace("postgresql://", "postgresql+asyncpg://")
        seed = BUILD / "peer.json"
        seed.write_text(json.dumps({"questionnaire": json.loads(questionnaire), "tokens": tokens, "items": items}))
        environment = {"DATABASE_URL": url, "PYTHONPATH": str(HOME)}
        subprocess.run([python, "-m", "peer.seed", seed], env=_environment(environment), check=True)
        options = ["--loop=uvloop", "--http=httptools", "--no-access-log", "--log-level=warning"]
        command = [str(python), "-m", "uvicorn", "peer.main:app", f"--port={port}", *options]
        with running(command, environment, port, "/openapi.json", BUILD / "peer") as server:
            yield server


@contextlib.contextmanager
def running(command: Sequence[str], said: Mapping[str, str], port: int, ready: str, log: Path) -> Iterator[Server]:
    """A child process that answers on ``ready``; it gets SIGTERM at the end, and SIGKILL when that does not help."""
    address = f"http://127.0.0.1:{port}"
    with log.with_suffix(".log").open("wb") as words:
        child = subprocess.Popen(
            command, env=_environment(said), stdin=subprocess.DEVNULL, stdout=words, stderr=words, cwd=HOME.parent
        )
    try:
        wait_for(f"{address}{ready}", child)
        yield Server(address=address, pid=child.pid)
    finally:
        stop(child)


def wait_for(url: str, child: "subprocess.Popen[bytes]") -> None:
    """Wait until ``url`` gives a good reply, asking every few milliseconds."""
    deadline = time.monotonic() + PATIENCE
    while not _is_good(url):
        if child.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"no good reply from {url}; see the logs in {BUILD}")
        time.sleep(0.005)


def stop(child: "subprocess.Popen[bytes]") -> None:
    """End a child."""
    child.send_signal(signal.SIGTERM)
    try:
        child.wait(timeout=30)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def free_port() -> int:
    """A free port of the loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def _postgres(settings: Settings) -> Iterator[Embedded]:
    server = embedded.start(settings, "command")
    try:
        yield server
    finally:
        server.stop()


def _is_good(url: str) -> bool:
    with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5) as reply:
        return bool(200 <= reply.status < 300)
    return False


def _environment(said: Mapping[str, str]) -> dict[str, str]:
    """Ours without any setting of ours or of a proxy, and what was said."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ASSESS_")}
    return {**{name: value for name, value in kept.items() if not name.lower().endswith("_proxy")}, **said}


def _checkout() -> Path:
    """A checkout like this one whose questionnaires include the wide one: that is how an installation adds its own.

    Made once for each state of the folder that it copies.
    """
    source = shipped.folder("questionnaires")
    state = sha256(b"".join(path.read_bytes() for path in sorted(source.rglob("*")) if path.is_file())).hexdigest()
    tree = BUILD / f"checkout-{state[:16]}"
    if not tree.is_dir():
        shutil.copytree(source, tree / "questionnaires")
        for name in ("src", "migrations", "examples", "openapi"):
            (tree / name).symlink_to(HOME.parent / name)
        _publish_wide(tree / "questionnaires")
    return tree


def _publish_wide(folder: Path) -> None:
    """Two of the published questionnaires in one; JSON is YAML too."""
    first, *_, last = [msgspec.to_builtins(found) for found, _ in load_published(folder)]
    body = {**first, "key": WIDE, "processes": first["processes"] + last["processes"]}
    (folder / WIDE).mkdir()
    (folder / WIDE / "1.0.0.yaml").write_bytes(msgspec.json.encode(body))
    (folder / "published.toml").write_text(published_toml(folder))


def our_python() -> Path:
    """The Python of an installation as users make it, in the versions of the lock file: no tool of the tests is beside it."""
    lock = (HOME.parent / "requirements.lock").read_text()
    versions = BUILD / "versions.txt"
    versions.write_text("\n".join(re.findall(r"^[\w.-]+==.+(?= \\$)", lock, re.MULTILINE)))
    return _environment_of("our-env", lock, "--constraint", str(versions), str(HOME.parent))


def _peer_python() -> Path:
    """The peer's Python: what its lock file names, nothing else."""
    lock = HOME / "peer" / "requirements.lock"
    return _environment_of("peer-env", lock.read_text(), "--require-hashes", "--only-binary", ":all:", "-r", str(lock))


def _environment_of(name: str, made_from: str, *what: str) -> Path:
    """An environment with what pip is told to install, made once for each state of what it is made from."""
    folder, mark = BUILD / name, BUILD / name / "made-from"
    python = folder / "bin" / "python"
    if not mark.is_file() or mark.read_text() != made_from:
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        subprocess.run([python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", *what], check=True)
        mark.write_text(made_from)
    return python
