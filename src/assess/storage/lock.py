"""Who owns the data folder: a lock that the kernel gives back when its holder dies, however it dies."""

import fcntl
import os
import time
from pathlib import Path
from typing import Literal

from assess.storage.account import EmbeddedError

Holder = Literal["serve", "command"]


class DataFolderInUse(EmbeddedError):  # noqa: N818 -- named after what is so, like all our refusals
    """Another process serves from this data folder."""


class Lock:
    """The held lock of a data folder, until it is released."""

    def __init__(self, descriptor: int):
        self._descriptor = descriptor

    def release(self) -> None:
        """Give the folder back; harmless when repeated."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def take(data: Path, holder: Holder, *, patience: float = 3.0) -> Lock:
    """Take the lock, waiting ``patience`` seconds for a short command to end; raises DataFolderInUse."""
    descriptor = os.open(data / "serve.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + patience
    while not _locked(descriptor):
        present = held_by(data)
        if present.startswith("serve") or time.monotonic() > deadline:
            os.close(descriptor)
            other = f"another assess {present or 'serve'}"
            raise DataFolderInUse(
                f"{data} is in use by {other}; stop that one, or choose another folder with ASSESS_DATA"
            )
        time.sleep(0.05)
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{holder} (process {os.getpid()})".encode(), 0)
    return Lock(descriptor)


def held_by(data: Path) -> str:
    """What the last holder said of itself."""
    return (data / "serve.lock").read_text()


def is_served(data: Path) -> bool:
    """Whether a `serve` holds this data folder now."""
    try:
        descriptor = os.open(data / "serve.lock", os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        return not _locked(descriptor) and held_by(data).startswith("serve")
    finally:
        os.close(descriptor)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
