"""Migrations: all pending revisions in one transaction, one process at a time, as the owner of the tables."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from assess import shipped
from assess.storage.core import AsyncConnection, create_async_engine
from assess.storage.database import driver_url
from assess.storage.revisions import MigrationError, Version, refused
from assess.storage.tables import questionnaire_version

ADVISORY_LOCK = 7_204_655
"""Any number, as long as it stays the same."""

BEFORE = (
    "set local search_path = ''",
    f"select pg_advisory_xact_lock({ADVISORY_LOCK})",
    "set local role assess_owner",
    "create schema if not exists assess",
)


LIMITS = ("set local lock_timeout = '1s'", "set local statement_timeout = '60s'")
"""Less than the application waits for a lock: whoever queues behind a migration that waits is let through in time."""
PAUSE = 0.5
"""Seconds for those who queued."""
_BUSY = {"55P03", "40P01"}
"""A lock was not to be had in time, or only by a deadlock."""
_log = logging.getLogger("assess.migrate")


class _TableBusyError(Exception):
    """Somebody else uses a table that is to be changed."""


def migrate_now(url: str, versions: Sequence[Version]) -> list[str]:
    """As ``migrate``, for a process that does nothing else."""
    return asyncio.run(migrate(url, versions))


async def migrate(
    url: str, versions: Sequence[Version] = (), *, wait: str = "5s", folder: Path | None = None, tries: int = 10
) -> list[str]:
    """Run the pending revisions, then publish ``versions``; returns the revisions that were run.

    ``url``: ``postgresql://`` of the migrator. ``wait``: for another migration, as PostgreSQL writes a duration. ``folder``: of
    the revisions, ours when absent. Tables that others use are waited for in LIMITS, and then let go, so ``tries`` times.
    Raises MigrationError when another migration holds the lock, when a table stays in use, or when a published version has
    changed; then nothing was changed.
    """
    for attempt in range(tries):
        try:
            return await _migrate(url, versions, wait, folder)
        except _TableBusyError as busy:
            _log.warning("a table is in use, try %d of %d", attempt + 1, tries)
            last = busy
            await asyncio.sleep(PAUSE)
    raise MigrationError("a table stays in use by a long transaction; nothing was changed, try again") from last


async def _migrate(url: str, versions: Sequence[Version], wait: str, folder: Path | None) -> list[str]:
    async with _connection(url) as connection:
        await connection.execute(select(func.set_config("lock_timeout", wait, True)))
        for statement in BEFORE + LIMITS:
            await connection.exec_driver_sql(statement)
        todo = await connection.run_sync(_pending, folder)
        try:
            await connection.run_sync(_upgrade, folder)
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) in _BUSY:
                raise _TableBusyError from error
            raise
        await publish(connection, versions)
    return todo


def scripts_of(folder: Path | None = None) -> ScriptDirectory:
    """The revisions in a folder, ours when absent."""
    return ScriptDirectory.from_config(_config(folder))


async def publish(connection: AsyncConnection, versions: Iterable[Version]) -> None:
    """Keep the versions that are not there yet; raises MigrationError when one has been published with another content."""
    for version in versions:
        kept = select(questionnaire_version.c.digest).where(
            questionnaire_version.c.key == version.key, questionnaire_version.c.version == version.version
        )
        await connection.execute(_insert(version))
        if await connection.scalar(kept) != version.digest:
            raise MigrationError(
                f"questionnaire {version.key} {version.version} is already published with another content; give it a new version"
            )


def statements_of(path: Path) -> list[str]:
    """The statements of an SQL file, which stand apart by an empty line."""
    return [statement for statement in path.read_text().split("\n\n") if statement.strip()]


def _insert(version: Version) -> Any:
    row = {**msgspec.structs.asdict(version), "published_at": datetime.now(UTC)}
    return insert(questionnaire_version).values(row).on_conflict_do_nothing()


def _upgrade(connection: Connection, folder: Path | None) -> None:
    config = _config(folder)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _pending(connection: Connection, folder: Path | None) -> list[str]:
    context = MigrationContext.configure(connection, opts={"version_table_schema": "assess"})
    scripts = scripts_of(folder)
    present = context.get_current_heads() or ("base",)
    return [script.revision for script in scripts.iterate_revisions("heads", present)][::-1]


def _config(folder: Path | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder or shipped.folder("migrations")).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


@contextlib.asynccontextmanager
async def _connection(url: str) -> AsyncIterator[AsyncConnection]:
    """One transaction on one connection of its own."""
    engine = create_async_engine(driver_url(url), poolclass=NullPool, connect_args={"timeout": 10})
    try:
        async with refused(), engine.begin() as connection:
            yield connection
    finally:
        await engine.dispose()
