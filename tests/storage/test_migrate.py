"""Migrations and published versions: run once, one at a time, and what is published stays."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from assess.storage import roles
from assess.storage.database import Database, driver_url
from assess.storage.embedded import Embedded
from assess.storage.ids import uuid7
from assess.storage.migrate import ADVISORY_LOCK, migrate, migrate_now
from assess.storage.revisions import MigrationError, Version, revisions

pytestmark = pytest.mark.anyio


@pytest.fixture
async def empty(postgres: Embedded) -> str:
    """URL of a database without any table, for the migrator."""
    name = f"empty_{uuid7().hex}"
    postgres.cluster.sql(f"create database {name} owner {roles.OWNER}")
    return postgres.url(roles.MIGRATOR, name)


@pytest.fixture
async def connection(database: Database, postgres: Embedded) -> AsyncIterator[AsyncConnection]:
    """A connection of the migrator to the migrated database."""
    engine = create_async_engine(driver_url(postgres.url(roles.MIGRATOR)))
    async with engine.connect() as opened:
        yield opened
    await engine.dispose()


async def test_a_migration_runs_what_is_pending_and_then_nothing_is(empty: str) -> None:
    done = await migrate(empty)
    assert done[0] == "0001"
    assert await migrate(empty) == []


def test_a_process_that_does_nothing_else_migrates_alike(postgres: Embedded) -> None:
    name = f"alone_{uuid7().hex}"
    postgres.cluster.sql(f"create database {name} owner {roles.OWNER}")
    assert migrate_now(postgres.url(roles.MIGRATOR, name), []) == revisions()


async def test_two_migrations_at_once_do_the_work_once(empty: str) -> None:
    assert sorted(await asyncio.gather(migrate(empty), migrate(empty))) == [[], revisions()]


async def test_a_migration_does_not_wait_for_ever_behind_another(
    connection: AsyncConnection, postgres: Embedded
) -> None:
    await connection.execute(text(f"select pg_advisory_xact_lock({ADVISORY_LOCK})"))
    with pytest.raises(MigrationError, match="lock timeout"):
        await migrate(postgres.url(roles.MIGRATOR), wait="100ms")


async def test_a_published_version_is_kept_once_and_never_changes(
    connection: AsyncConnection, postgres: Embedded
) -> None:
    key = f"q-{uuid7()}"
    version = Version(digest=f"{uuid7()}", key=key, version="1.0.0", body={"text": "Été"})
    changed = Version(digest=f"{uuid7()}", key=key, version="1.0.0", body={"text": "Hiver"})
    url = postgres.url(roles.MIGRATOR)
    await migrate(url, [version])
    await migrate(url, [version])
    with pytest.raises(MigrationError, match=rf"{key} 1.0.0 is already published with another content"):
        await migrate(url, [changed])
    found = await connection.execute(
        text("select digest, body from assess.questionnaire_version where key = :key"), {"key": key}
    )
    assert [tuple(row) for row in found] == [(version.digest, {"text": "Été"})]


async def test_a_database_that_is_not_there_is_told_in_one_sentence(postgres: Embedded) -> None:
    with pytest.raises(MigrationError, match='database "nowhere" does not exist'):
        await migrate(postgres.url(roles.MIGRATOR, "nowhere"))
