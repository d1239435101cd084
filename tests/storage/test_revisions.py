"""What a start asks of a database: which revisions it lacks, and whether it keeps what is published."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from assess import shipped
from assess.installation import published, versions_of
from assess.storage import roles
from assess.storage.database import Database, connect
from assess.storage.embedded import Embedded
from assess.storage.ids import uuid7
from assess.storage.migrate import migrate, scripts_of
from assess.storage.revisions import MigrationError, is_current, pending, revisions

pytestmark = pytest.mark.anyio


@pytest.fixture
async def empty(postgres: Embedded) -> AsyncIterator[Database]:
    """A database without any table, as its owner sees it."""
    name = f"empty_{uuid7().hex}"
    postgres.cluster.sql(f"create database {name} owner {roles.OWNER}")
    opened = connect(postgres.url(roles.MIGRATOR, name), pool=1)
    yield opened
    await opened.close()


def url_of(database: Database) -> str:
    """Where a database is, for the migrator."""
    return database.engine.url.set(drivername="postgresql").render_as_string()


def test_the_files_tell_the_revisions_in_the_order_in_which_they_are_run() -> None:
    walked = [script.revision for script in scripts_of().walk_revisions()]
    assert revisions() == walked[::-1] != []


def test_the_revisions_of_a_folder_are_its_own(tmp_path: Path) -> None:
    shutil.copytree(shipped.folder("migrations"), tmp_path, dirs_exist_ok=True)
    (tmp_path / "versions" / "9999_more.py").touch()
    assert revisions(tmp_path) == [*revisions(), "9999"]


async def test_everything_is_pending_until_it_was_run(empty: Database) -> None:
    assert await pending(empty) == revisions()
    assert not await is_current(empty, [])
    await migrate(url_of(empty))
    assert await pending(empty) == []
    assert await is_current(empty, [])


async def test_only_what_follows_the_present_revision_is_pending(empty: Database) -> None:
    await migrate(url_of(empty))
    async with empty.engine.begin() as connection:
        await connection.execute(text(f"set role {roles.OWNER}"))
        await connection.execute(text("update assess.alembic_version set version_num = :it"), {"it": revisions()[1]})
    assert await pending(empty) == revisions()[2:]


async def test_a_revision_of_a_newer_assess_is_refused_by_its_name(empty: Database) -> None:
    await migrate(url_of(empty))
    async with empty.engine.begin() as connection:
        await connection.execute(text(f"set role {roles.OWNER}"))
        await connection.execute(text("update assess.alembic_version set version_num = 'later'"))
    with pytest.raises(MigrationError, match="the database has revision later, which this version of assess does not"):
        await pending(empty)


async def test_what_is_published_is_kept_with_its_digest_or_not_at_all(empty: Database) -> None:
    kept = [(questionnaire.key, questionnaire.version, digest) for questionnaire, digest in published()]
    await migrate(url_of(empty))
    assert not await is_current(empty, kept)
    await migrate(url_of(empty), versions_of(published()))
    assert await is_current(empty, kept)
    key, version, _ = kept[0]
    assert not await is_current(empty, [(key, version, "another"), *kept[1:]])


@pytest.mark.parametrize(
    ("role", "name", "said"),
    [
        pytest.param(roles.MIGRATOR, "nowhere", 'database "nowhere" does not exist', id="no such database"),
        pytest.param(roles.LOOKUP, "assess", "is not permitted to log in", id="a role that cannot enter"),
    ],
)
async def test_a_database_that_is_not_there_for_us_is_told_in_one_sentence(
    postgres: Embedded, database: Database, role: str, name: str, said: str
) -> None:
    opened = connect(postgres.url(role, name), pool=1)
    with pytest.raises(MigrationError, match=said):
        await pending(opened)
    await opened.close()


async def test_what_may_not_be_read_is_told_too(database: Database, postgres: Embedded) -> None:
    name = f"closed_{uuid7().hex}"
    postgres.cluster.sql(f"create database {name} owner {roles.OWNER}")
    postgres.cluster.sql("create schema assess; create table assess.alembic_version (version_num text)", name)
    opened = connect(postgres.url(roles.APP, name), pool=1)
    with pytest.raises(MigrationError, match="permission denied for schema assess"):
        await pending(opened)
    await opened.close()
