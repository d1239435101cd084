"""Backups: one file with everything of the database and no secret.

The file is a tar: ``manifest.json`` (what is in it, with the digest of every organisation's content), ``roles.sql`` (for psql)
and ``database.dump`` (pg_dump's archive: tables, rows, policies, grants, functions). ``restoring`` puts one back; psql and
pg_restore can too. The pepper and the campaigns' secrets are never in it: see docs/adr/0008-backup-without-secrets.md.
"""

import contextlib
import hashlib
import io
import os
import tarfile
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import asyncpg
import msgspec
from msgspec import Struct
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from assess.storage import clients, roles
from assess.storage.content import Content, contents
from assess.storage.core import AsyncConnection, create_async_engine
from assess.storage.database import driver_url
from assess.storage.revisions import revisions
from assess.words import Digest

FORMAT = 2
MANIFEST, ROLES, DUMP = "manifest.json", "roles.sql", "database.dump"
_SNAPSHOT = (
    "set transaction isolation level repeatable read, read only",
    "select pg_export_snapshot()",
    "select version_num from assess.alembic_version",
    "select count(*) from assess.campaign where state = 'open'",
)


class BackupError(Exception):
    """A backup cannot be made or put back; the message says why, in one sentence."""


class Manifest(Struct, frozen=True, kw_only=True):
    """What a backup holds. ``pepper``: a fingerprint, to tell whether the pepper beside a restored database is the right one.

    open_campaigns: campaigns whose links cannot be made again without the secrets folder of that moment.
    """

    format: int
    assess: str
    made_at: datetime
    revision: str
    pepper: Digest
    open_campaigns: int
    dump_digest: Digest
    contents: list[Content]

    @property
    def organisations(self) -> int:
        """How many organisations it holds."""
        return sum(each.organisation_id is not None for each in self.contents)

    @property
    def rows(self) -> int:
        """How many rows it holds."""
        return sum(each.rows for each in self.contents)


async def back_up(url: str, file: Path, *, assess: str, pepper: Digest) -> Manifest:
    """Write a backup of the database of ``url`` (the role assess_backup) to a new file that its owner alone can read.

    Digests and dump are of one moment, while the service goes on. Raises BackupError.
    """
    with told(file), _new(file) as made, tempfile.TemporaryFile(dir=file.parent) as dumped:
        async with connected(url) as connection:
            snapshot, revision, open_campaigns = await _moment(connection)
            clients.dump(url, dumped, "--format=custom", "--schema=assess", f"--snapshot={snapshot}")
            found = await contents(connection)
        manifest = Manifest(
            format=FORMAT,
            assess=assess,
            made_at=datetime.now(UTC),
            revision=revision,
            pepper=pepper,
            open_campaigns=open_campaigns,
            dump_digest=_digest(dumped),
            contents=found,
        )
        _pack(made, manifest, dumped)
    return manifest


def look_at(file: Path) -> Manifest:
    """What a backup says of itself, its dump compared with its digest; raises BackupError."""
    with told(file), tarfile.open(file, "r:") as packed:
        manifest = msgspec.json.decode(member_of(packed, MANIFEST).read(), type=Manifest)
        if manifest.format != FORMAT or manifest.revision not in revisions():
            raise BackupError(f"{file} was made by another version, assess {manifest.assess}; restore it with that one")
        if _digest(member_of(packed, DUMP)) != manifest.dump_digest:
            raise BackupError(f"{file} is damaged: its dump is not the one that was written")
    return manifest


async def _moment(connection: AsyncConnection) -> tuple[str, str, int]:
    begin, *questions = _SNAPSHOT
    await connection.exec_driver_sql(begin)
    snapshot, revision, campaigns = [(await connection.exec_driver_sql(each)).scalar_one() for each in questions]
    return snapshot, revision, campaigns


@contextlib.asynccontextmanager
async def connected(url: str) -> AsyncIterator[AsyncConnection]:
    """One transaction of whatever role, without the limits of the application."""
    engine = create_async_engine(driver_url(url), poolclass=NullPool, connect_args={"timeout": 10})
    try:
        async with engine.begin() as connection:
            yield connection
    finally:
        await engine.dispose()


def _pack(made: IO[bytes], manifest: Manifest, dumped: IO[bytes]) -> None:
    text = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
    with tarfile.open(fileobj=made, mode="w") as packing:
        _add(packing, MANIFEST, io.BytesIO(text))
        _add(packing, ROLES, io.BytesIO(roles.SCRIPT.encode()))
        _add(packing, DUMP, dumped)


def _add(packing: tarfile.TarFile, name: str, content: IO[bytes]) -> None:
    member = tarfile.TarInfo(name)
    member.size = content.seek(0, os.SEEK_END)
    member.mode = 0o600
    content.seek(0)
    packing.addfile(member, content)


def member_of(packed: tarfile.TarFile, name: str) -> IO[bytes]:
    """One file of a backup; raises KeyError."""
    found = packed.extractfile(name)
    if found is None:
        raise KeyError(name)
    return found


def _digest(content: IO[bytes]) -> Digest:
    content.seek(0)
    digest = hashlib.sha256()
    while part := content.read(1 << 20):
        digest.update(part)
    return digest.hexdigest()


@contextlib.contextmanager
def _new(file: Path) -> Iterator[IO[bytes]]:
    """A new file for its owner alone, on disk before this ends; gone again when anything goes wrong."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as made:
            yield made
            made.flush()
            os.fsync(descriptor)
    except BaseException:
        file.unlink()
        raise


@contextlib.contextmanager
def told(file: Path) -> Iterator[None]:
    """Whatever a disk, a database or its programs say against it is a BackupError."""
    try:
        yield
    except FileExistsError as error:
        raise BackupError(f"{file} is there already; choose another name") from error
    except (tarfile.TarError, KeyError, msgspec.MsgspecError) as error:
        raise BackupError(f"{file} is no backup of assess, or a damaged one") from error
    except DBAPIError as error:
        raise BackupError(f"the database refused: {str(error.orig).strip()}") from error
    except (OSError, clients.ClientError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise BackupError(str(error)) from error
