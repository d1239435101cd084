"""A disk that can be filled and freed under a running server, by what this machine allows.

A small tmpfs in a mount namespace of the server's own is a disk that is really full (ENOSPC). Where mounting is not allowed,
a limit on the size of files, set on the living processes, makes every write fail (EFBIG) until it is lifted.
"""

import contextlib
import os
import subprocess
from pathlib import Path
from typing import Protocol

from assess.storage import embedded
from assess.storage.account import account, cluster_folder
from faults.served import Server, children_of

SIZE = "220m"
_MOUNT = f'mount -t tmpfs -o size={SIZE},mode=0711 none "$0" && exec "$@"'


class Disk(Protocol):
    """A server and the disk below its database.

    comment: how many letters an answer's comment needs to be what does not fit any more. Without, only the write-ahead log
    grows: PostgreSQL panics, and recovers when there is room.
    """

    server: Server
    comment: int

    def fill(self) -> None:
        """No more room from now on."""

    def free(self) -> None:
        """There is room again."""


class SmallDisk:
    """The folder of the database on a tmpfs that the server alone sees."""

    comment = 1800

    def __init__(self, data: Path) -> None:
        data.mkdir(mode=0o700)
        self._folder = cluster_folder(data.resolve(), account())
        self._folder.mkdir(mode=0o711, exist_ok=True)
        self.server = Server(data, before=["unshare", "--mount", "sh", "-c", _MOUNT, str(self._folder)])

    def fill(self) -> None:
        """Write until there is no room."""
        with self._ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while file.write(bytes(65_536)):
                pass

    def free(self) -> None:
        """Delete it again."""
        self._ballast.unlink()

    @property
    def _ballast(self) -> Path:
        """Our file as the server sees it."""
        return Path(f"{self.server.root}{self._folder}", "ballast")


class SmallFiles:
    """No file may grow beyond a page, for the server and everything that it has started."""

    comment = 0

    def __init__(self, server: Server) -> None:
        self.server = server

    def fill(self) -> None:
        """Every write fails."""
        self._limit("4096")

    def free(self) -> None:
        """No write fails."""
        self._limit("unlimited")

    def _limit(self, size: str) -> None:
        cluster = embedded.attach(self.server.settings).cluster
        postmaster = cluster.pid()
        limit(self.server.process.pid, size, None)
        if postmaster is not None:
            for process in (postmaster, *children_of(postmaster)):
                limit(process, size, cluster.account.name if cluster.account.switch else None)


def limit(process: int, size: str, user: str | None) -> None:
    """Limit the size of files that a process may write; as its own user, which needs no right. It may be gone already."""
    groups: list[str] | None = None if user is None else []
    command = ["prlimit", f"--pid={process}", f"--fsize={size}:"]
    done = subprocess.run(command, user=user, group=user, extra_groups=groups, capture_output=True, check=False)
    assert done.returncode == 0 or not Path("/proc", str(process)).exists(), done.stderr


def mountable() -> bool:
    """Whether we may mount in a namespace of our own."""
    if os.geteuid() != 0:
        return False
    attempt = ["unshare", "--mount", "sh", "-c", 'mount -t tmpfs -o size=1m none "$0"', "/mnt"]
    return subprocess.run(attempt, capture_output=True, check=False).returncode == 0
