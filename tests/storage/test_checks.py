"""The checks before a start: the good database passes, each fault is found and named."""

import pytest

from assess.storage import roles
from assess.storage.checks import checks
from assess.storage.database import Database, connect
from assess.storage.embedded import Embedded
from assess.storage.ids import uuid7

pytestmark = pytest.mark.anyio


async def faults(url: str) -> dict[str, str]:
    """What is said of the checks that fail."""
    opened = connect(url, pool=1)
    found = {check.name: check.said for check in await checks(opened) if not check.good}
    await opened.close()
    return found


async def test_the_application_role_on_the_migrated_database_passes(database: Database, postgres: Embedded) -> None:
    assert await faults(postgres.url()) == {}


@pytest.mark.parametrize(
    ("role", "fault"),
    [
        pytest.param("postgres", "postgres is a superuser, bypasses row-level security", id="superuser"),
        pytest.param(roles.BACKUP, "assess_backup bypasses row-level security", id="bypasses row-level security"),
        pytest.param(roles.MIGRATOR, "assess_migrator is a member of another role", id="may become the owner"),
    ],
)
async def test_a_role_with_more_rights_than_needed_is_refused(
    database: Database, postgres: Embedded, role: str, fault: str
) -> None:
    assert (await faults(postgres.url(role)))[
        "database role"
    ] == f"{fault}; connect as a role like assess_app that does not"


async def test_an_application_role_that_owns_something_is_refused(database: Database, postgres: Embedded) -> None:
    name = f"owned_{uuid7().hex}"
    postgres.cluster.sql(f"create database {name} owner assess_app")
    try:
        assert (await faults(postgres.url()))[
            "database role"
        ] == "assess_app owns something; connect as a role like assess_app that does not"
    finally:
        postgres.cluster.sql(f"drop database {name}")


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes", "synchronous_commit"])
async def test_a_server_that_would_lose_answers_is_refused(
    database: Database, postgres: Embedded, setting: str
) -> None:
    postgres.cluster.sql(f"alter system set {setting} = off")
    postgres.cluster.sql("select pg_reload_conf()")
    try:
        assert (await faults(postgres.url()))["durability"].startswith(f"{setting} off")
    finally:
        postgres.cluster.sql(f"alter system reset {setting}")
        postgres.cluster.sql("select pg_reload_conf()")


async def test_a_database_without_tables_has_pending_migrations(postgres: Embedded) -> None:
    name = f"bare_{uuid7().hex}"
    postgres.cluster.sql(f"create database {name} owner {roles.OWNER}")
    assert (await faults(postgres.url(database=name)))["migrations"].startswith("pending: 0001")
