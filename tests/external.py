"""A PostgreSQL of somebody else: reached over TCP with passwords, and knowing nothing of us."""

import contextlib
import random
import secrets
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from assess.settings import Settings
from assess.storage import embedded, roles
from assess.storage.account import account, cluster_folder
from assess.storage.embedded import Cluster


class External(Struct, frozen=True):
    """One that runs at ``host``, an address of this machine alone; ``password``: everybody's, once they have one."""

    cluster: Cluster
    host: str
    password: str

    def url(self, role: str) -> str:
        """``postgresql://`` URL of our database for a role."""
        return f"postgresql://{role}:{self.password}@{self.host}:5432/{roles.DATABASE}"

    def let_in(self, *names: str) -> None:
        """Give roles their password."""
        for name in names:
            self.cluster.sql(f"alter role {name} password '{self.password}'")


@contextlib.contextmanager
def external(data: Path) -> Iterator[External]:
    """One with its files in a new folder, as long as this lasts."""
    settings, host = Settings(data=data), f"127.{random.randint(1, 250)}.77.1"
    data.mkdir()
    ours = account()
    cluster = Cluster(account=ours, folder=cluster_folder(data, ours))
    cluster.make(connections=40)
    _append(cluster.folder / "postgresql.conf", f"listen_addresses = '{host}'\n")
    _append(cluster.folder / "pg_hba.conf", "host all all 127.0.0.0/8 scram-sha-256\n")
    cluster.start()
    try:
        yield External(cluster, host, secrets.token_urlsafe())
    finally:
        cluster.stop()
        embedded.erase(settings)


def _append(file: Path, text: str) -> None:
    file.write_text(file.read_text() + text)
