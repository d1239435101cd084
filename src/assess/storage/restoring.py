"""Putting a backup back: into a new database first, compared, and then in the place of the present one."""

import tarfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO, TypeAlias
from urllib.parse import urlsplit

import asyncpg

from assess.storage import clients, roles
from assess.storage.backup import DUMP, BackupError, Manifest, connected, look_at, member_of, told
from assess.storage.content import Content, contents
from assess.storage.ids import uuid7

_NOT_LET_IN = "select rolname from pg_authid where rolname = any($1) and rolcanlogin and rolpassword is null order by 1"
Server: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


async def restore(url: str, file: Path, *, replace: bool) -> Manifest:
    """Put a backup in the place of the database of ``url`` (a superuser), which nobody may be using; returns its manifest.

    It is loaded into a new database and its contents are compared with the manifest; only then the two change places, in one
    transaction: whatever goes wrong before leaves everything as it was. ``replace``: also when the present database holds
    organisations. Raises BackupError.
    """
    manifest = look_at(file)
    with told(file), tarfile.open(file, "r:") as packed:
        name = urlsplit(url).path.lstrip("/")
        server = await asyncpg.connect(_of_database(url, "postgres"), timeout=10)
        try:
            there = bool(await server.fetchval("select true from pg_database where datname = $1", name))
            await _refuse_used(server, name)
            await _refuse_full(url, replace=replace or not there)
            await _put(server, url, member_of(packed, DUMP), manifest, there=there)
        finally:
            await server.close()
    return manifest


async def without_password(url: str) -> list[str]:
    """Those of our roles that log in and have no password on the server of ``url`` (a superuser)."""
    server = await asyncpg.connect(url, timeout=10)
    try:
        found = await server.fetch(_NOT_LET_IN, [roles.APP, roles.BACKUP, roles.MIGRATOR])
    finally:
        await server.close()
    return [row["rolname"] for row in found]


async def _refuse_used(server: Server, name: str) -> None:
    if await server.fetchval("select count(*) from pg_stat_activity where datname = $1", name):
        raise BackupError(f"the database {name} is in use; stop every assess serve and try again")


async def _refuse_full(url: str, *, replace: bool) -> None:
    if replace:
        return
    async with connected(url) as connection:
        made = (await connection.exec_driver_sql("select to_regclass('assess.organisation')")).scalar_one()
        held = made and (await connection.exec_driver_sql("select count(*) from assess.organisation")).scalar_one()
    if held:
        raise BackupError(f"the database holds {held} organisations; with --replace the backup takes their place")


async def _put(server: Server, url: str, dumped: IO[bytes], manifest: Manifest, *, there: bool) -> None:
    """Load the dump into a new database, compare, change places; the new one is gone again when anything is wrong."""
    fresh = f"assess_restored_{uuid7().hex}"
    await server.execute(roles.ROLES)
    await server.execute(await _said(server, "create database %I template template0 owner assess_owner", fresh))
    try:
        await _load(_of_database(url, fresh), dumped, manifest.contents)
        await _swap(server, fresh, urlsplit(url).path.lstrip("/"), there=there)
    except BaseException:
        await server.execute(await _said(server, "drop database if exists %I", fresh))
        raise


async def _load(url: str, dumped: IO[bytes], said: Sequence[Content]) -> None:
    clients.restore(url, dumped, "--single-transaction", "--exit-on-error")
    async with connected(url) as connection:
        await connection.exec_driver_sql(roles.RIGHTS)
        await connection.exec_driver_sql("analyze")
        found = await contents(connection)
    if list(said) != found:
        raise BackupError("what was restored is not what was backed up; nothing was changed")


async def _swap(server: Server, fresh: str, name: str, *, there: bool) -> None:
    old = f"assess_replaced_{uuid7().hex}"
    async with server.transaction():
        if there:
            await server.execute(await _said(server, "alter database %I rename to %I", name, old))
        await server.execute(await _said(server, "alter database %I rename to %I", fresh, name))
    if there:
        await server.execute(await _said(server, "drop database %I", old))


async def _said(server: Server, statement: str, *names: str) -> str:
    """A statement on databases, which takes no parameters: PostgreSQL itself quotes the names."""
    said: str = await server.fetchval("select format($1, variadic $2::text[])", statement, names)
    return said


def _of_database(url: str, name: str) -> str:
    return urlsplit(url)._replace(path=f"/{name}").geturl()
