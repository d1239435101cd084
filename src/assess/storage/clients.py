"""PostgreSQL's own client programs (pg_dump, pg_restore) from the wheel, for embedded and for external servers."""

import contextlib
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from typing import IO
from urllib.parse import unquote, urlsplit, urlunsplit

from assess.storage.account import BINARIES, ENVIRONMENT, installed_folder


class ClientError(Exception):
    """One of PostgreSQL's programs failed; the message is its last words."""


def dump(url: str, into: IO[bytes], *options: str) -> None:
    """Run pg_dump on the database of ``url`` (``postgresql://…``); raises ClientError."""
    _run("pg_dump", url, options, into, None)


def restore(url: str, dumped: IO[bytes], *options: str) -> None:
    """Feed an archive of pg_dump to pg_restore, into the database of ``url``; raises ClientError."""
    _run("pg_restore", url, options, None, dumped)


def _run(program: str, url: str, options: Sequence[str], into: IO[bytes] | None, feed: IO[bytes] | None) -> None:
    """Run a program to its end. A password goes by the environment: everybody can read a command line.

    What is fed goes through a pipe, since pg_restore would seek in a file, and the archive is only a part of one.
    """
    address, password = without_password(url)
    with tempfile.TemporaryFile() as words:
        with subprocess.Popen(  # noqa: S603 -- a program of our own wheel, no shell
            [installed_folder() / BINARIES / program, *options, "--no-password", f"--dbname={address}"],
            stdin=subprocess.DEVNULL if feed is None else subprocess.PIPE,
            stdout=into or words,
            stderr=words,
            env=ENVIRONMENT | password,
        ) as running:
            _feed(running, feed)
        words.seek(0)
        said = words.read().decode(errors="replace").strip()
    if running.returncode:
        raise ClientError(f"{program} failed: {said[-600:] or f'exit code {running.returncode}'}")


def _feed(running: subprocess.Popen[bytes], feed: IO[bytes] | None) -> None:
    """What a program does not take any more is left: it stopped early and says why, or it had all that it needed."""
    with contextlib.suppress(BrokenPipeError):
        if feed is not None and running.stdin is not None:
            shutil.copyfileobj(feed, running.stdin)
        running.communicate()
    with contextlib.suppress(BrokenPipeError):  # what was not taken is still on its way out
        if running.stdin is not None:
            running.stdin.close()


def without_password(url: str) -> tuple[str, dict[str, str]]:
    """The URL without its password, and the password as libpq's programs find it in their environment."""
    parts = urlsplit(url)
    if parts.password is None:
        return url, {}
    name, _, place = parts.netloc.rpartition("@")
    address = parts._replace(netloc=f"{name.partition(':')[0]}@{place}")
    return urlunsplit(address), {"PGPASSWORD": unquote(parts.password)}
