"""Migrations while the service goes on: what they may hold up, for how long, and that nothing acknowledged is lost by one."""

import asyncio
import contextlib
import io
import json
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import httpx
import msgspec
import pytest
import uvicorn
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, event, text
from sqlalchemy.ext.asyncio import create_async_engine
from under_load import Company, at_work, everybody

from assess import shipped
from assess.app import Resources, create_app
from assess.campaign.tokens import read_response_key, response_hash
from assess.installation import published, versions_of
from assess.settings import Settings
from assess.storage import roles
from assess.storage.database import SESSION, connect, driver_url
from assess.storage.embedded import Embedded
from assess.storage.ids import uuid7
from assess.storage.migrate import LIMITS, migrate, scripts_of
from assess.storage.revisions import MigrationError, revisions
from assess.storage.secrets import Secrets
from assess.storage.tables import TENANT, metadata
from kept import done, open_campaign

pytestmark = pytest.mark.anyio

SQUAWK = Path(sys.executable).with_name("squawk")
EXPLAINED = {
    "prefer-bigint-over-smallint": "levels, positions, months: bounded by a check or by the method, never a count of rows",
}
"""Rules of squawk that we do not follow, and why."""
PARENTS_FIRST = ("response", "answer")
"""The order in which the application locks tables: a migration that keeps it never meets a request half-way."""
OLDER = "0008"
"""The revision from which a running service is migrated in a test: people could answer and teams be made since then, as now."""
BALANCE = "0007"
"""The revision by which a campaign may have a balance; servers of the version before it know no such column."""
BEFORE_BALANCE = (
    """insert into assess.campaign (organisation_id, id, key, name, state, languages, threshold, starts_on, ends_on, created_at,
       retention_months) values ($1, $2, $3, 'Before', 'draft', '{fr}', 5, $4, $4, now(), 24)""",
    """select id, key, name, state, languages, threshold, starts_on, ends_on, contract_digest, created_at, launched_at, closed_at,
       retention_months, erased_on from assess.campaign where organisation_id = $1 and id = $2 for update""",
)
"""What they ask to make a campaign, and to read one."""
LINKS = "0008"
"""The revision by which an answer may have a link; servers of the version before it know other functions."""
BEFORE = (
    "select * from assess.save_answer($1, $2, $3, $4, 'off-listen-insight', $5, null, $6, $7)",
    "select * from assess.read_response($1, $2, $3, $4, $5)",
)
"""What they ask to save an answer, and to read a response."""
LOCKED = """
select distinct relname::text from pg_locks join pg_class on pg_class.oid = relation
where pid = pg_backend_pid() and relnamespace = 'assess'::regnamespace
  and mode in ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
"""
"""What the own transaction keeps others from writing to."""
_COLUMN = """from pg_attribute join pg_class on pg_class.oid = attrelid
where relnamespace = 'assess'::regnamespace and relkind = 'r' and attnum > 0 and not attisdropped"""
USED = (
    f"select relname || '.' || attname, format_type(atttypid, atttypmod) {_COLUMN}",
    """select oid::regprocedure::text, pg_get_function_arguments(oid) || pg_get_function_result(oid) from pg_proc
       where pronamespace = 'assess'::regnamespace""",
    """select relname || ' ' || privilege_type || ' ' || grantee::regrole, '' from pg_class, aclexplode(relacl)
       where relnamespace = 'assess'::regnamespace""",
    f"""select oid::regprocedure || ' EXECUTE', '' from pg_proc
        where pronamespace = 'assess'::regnamespace and has_function_privilege('{roles.APP}', oid, 'execute')""",
)
"""What servers use of a schema: its columns, its functions and their rights to both, each with what must stay the same of it."""
MUST_BE_SAID = f"select relname::text, attname::text {_COLUMN} and attnotnull and not atthasdef"
COLUMNS = (
    "select attname from pg_attribute where attrelid = to_regclass('assess.' || $1) and attnum > 0 and not attisdropped"
)
ADDITIVE = """
from alembic import op

revision = "9999"
down_revision = "{newest}"


def upgrade() -> None:
    for table in {tables}:
        op.execute(f"alter table assess.{{table}} add column source text not null default 'phone'")
    op.execute("alter table assess.{last} add constraint {last}_source_known check (source <> '') not valid")
    op.execute("select pg_sleep({seconds})")
"""


@pytest.fixture
def empty(postgres: Embedded) -> Iterator[tuple[str, str]]:
    """A database of its own: the URLs of the application and of the migrator."""
    name = f"migrating_{uuid7().hex}"
    postgres.cluster.sql(f"create database {name} owner {roles.OWNER}")
    postgres.cluster.sql(roles.RIGHTS, name)
    yield postgres.url(roles.APP, name), postgres.url(roles.MIGRATOR, name)
    postgres.cluster.sql(f"drop database {name} with (force)")


@pytest.fixture
async def installation(empty: tuple[str, str]) -> tuple[str, str]:
    """The same, migrated."""
    await migrate(empty[1], versions_of(published()))
    return empty


@pytest.fixture
def until(tmp_path: Path) -> Any:
    """A folder with our first revisions, so many."""

    def made(count: int) -> Path:
        folder = tmp_path / "first"
        later = [f"{revision}_*" for revision in revisions()[count:]]
        shutil.copytree(shipped.folder("migrations"), folder, ignore=shutil.ignore_patterns("__pycache__", *later))
        return folder

    return made


@pytest.fixture
def additive(tmp_path: Path) -> Any:
    """A folder with our revisions and one more, which holds its locks for some seconds."""

    def made(seconds: float, *tables: str) -> Path:
        folder, chosen = tmp_path / "migrations", tables or PARENTS_FIRST
        shutil.copytree(shipped.folder("migrations"), folder, ignore=shutil.ignore_patterns("__pycache__"))
        (folder / "versions" / "9999_test.py").write_text(
            ADDITIVE.format(newest=revisions()[-1], seconds=seconds, tables=chosen, last=chosen[-1])
        )
        return folder

    return made


def sql_of(revision: str) -> str:
    """What a revision would execute, after the limits that every migration sets."""
    buffer = io.StringIO()
    context = MigrationContext.configure(
        dialect_name="postgresql", opts={"as_sql": True, "output_buffer": buffer, "literal_binds": True}
    )
    with Operations.context(context):
        scripts_of().get_revision(revision).module.upgrade()
    return "".join(f"{limit};\n" for limit in LIMITS) + buffer.getvalue()


@pytest.mark.parametrize("revision", revisions())
def test_squawk_finds_nothing_that_is_not_explained(revision: str, tmp_path: Path) -> None:
    assert complaints(sql_of(revision), tmp_path, *EXPLAINED) == []


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        pytest.param("alter table assess.answer alter column value type int", "changing-column-type", id="a rewrite"),
        pytest.param(
            "create index answer_by_item on assess.answer (item)", "require-concurrent-index-creation", id="an index"
        ),
        pytest.param("alter table assess.answer drop column comment", "ban-drop-column", id="a column that goes"),
        pytest.param(
            "alter table assess.answer add constraint c check (value > 0)", "constraint-missing-not-valid", id="a check"
        ),
    ],
)
def test_squawk_would_find_what_holds_up_a_running_service(statement: str, rule: str, tmp_path: Path) -> None:
    assert rule in complaints(f"{';'.join(LIMITS)};\n{statement};\n", tmp_path, *EXPLAINED)


def complaints(sql: str, folder: Path, *excluded: str) -> list[str]:
    """The rules of squawk that some SQL breaks, as one transaction on PostgreSQL 17."""
    file = folder / "revision.sql"
    file.write_text(sql)
    options = ["--assume-in-transaction", "--pg-version=17", "--reporter=json", f"--exclude={','.join(excluded)}"]
    said = subprocess.run([SQUAWK, *options, file], capture_output=True, text=True, check=False)
    assert said.returncode in {0, 1}, said.stderr
    return [each["rule_name"] for each in json.loads(said.stdout or "[]")]


async def test_a_migration_waits_less_for_a_table_than_the_application_does() -> None:
    assert LIMITS[0] == "set local lock_timeout = '1s'"
    assert SESSION["lock_timeout"] == "2s"


async def test_a_migration_lets_go_of_a_table_that_stays_in_use_and_changes_nothing(
    installation: tuple[str, str], additive: Any
) -> None:
    application, migrator = installation
    folder = additive(0)
    async with using(application, "assess.answer"):
        with pytest.raises(MigrationError, match="a table stays in use by a long transaction; nothing was changed"):
            await migrate(migrator, folder=folder, tries=1)
    assert await migrate(migrator, folder=folder, tries=1) == ["9999"]


async def test_a_revision_that_the_database_refuses_changes_nothing(
    installation: tuple[str, str], additive: Any
) -> None:
    _, migrator = installation
    refused = additive(0, "response", "nothing")
    with pytest.raises(MigrationError, match=r'relation "assess\.nothing" does not exist'):
        await migrate(migrator, folder=refused)
    shutil.rmtree(refused)
    assert await migrate(migrator, folder=additive(0, "response", "answer")) == ["9999"]


async def test_a_migration_comes_again_until_the_table_is_free(installation: tuple[str, str], additive: Any) -> None:
    application, migrator = installation
    async with contextlib.AsyncExitStack() as stack:
        await stack.enter_async_context(using(application, "assess.answer"))
        migrating = asyncio.create_task(migrate(migrator, folder=additive(0)))
        await asyncio.sleep(1.2)
        assert not migrating.done()
        await stack.aclose()
        assert await migrating == ["9999"]


@pytest.mark.parametrize("revision", revisions())
async def test_a_revision_locks_tables_parents_first(revision: str, empty: tuple[str, str], until: Any) -> None:
    """As the application does, statement by statement; tables of its own are nobody else's yet."""
    _, migrator = empty
    place = revisions().index(revision)
    await migrate(migrator, folder=until(place))
    engine = create_async_engine(driver_url(migrator))
    async with engine.connect() as connection:
        await connection.exec_driver_sql(f"set role {roles.OWNER}")
        locked = await connection.run_sync(locked_by, revision)
    await engine.dispose()
    assert locked == [table.name for table in metadata.sorted_tables if table.name in locked]


def locked_by(connection: Connection, revision: str) -> list[str]:
    """The tables in the order in which a revision locks them against those who write; of one statement, in any."""
    there = set(connection.exec_driver_sql("select tablename from pg_tables where schemaname = 'assess'").scalars())
    found: list[str] = []

    @event.listens_for(connection, "after_cursor_execute")
    def look(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement != LOCKED:
            now = set(connection.exec_driver_sql(LOCKED).scalars()) & there
            found.extend(table.name for table in metadata.sorted_tables if table.name in now - {*found})

    with Operations.context(MigrationContext.configure(connection)):
        scripts_of().get_revision(revision).module.upgrade()
    return found


@pytest.mark.parametrize("revision", revisions()[1:])
async def test_a_revision_takes_nothing_from_servers_of_the_version_before_and_asks_nothing_of_them(
    revision: str, empty: tuple[str, str], until: Any
) -> None:
    """They go on while it runs and after it: what they read, write and call is there, and no column wants a value from them."""
    _, migrator = empty
    await migrate(migrator, folder=until(revisions().index(revision)))
    engine = create_async_engine(driver_url(migrator))
    async with engine.connect() as connection:
        await connection.exec_driver_sql(f"set role {roles.OWNER}")
        before, wanted, after, wanted_now = await connection.run_sync(before_and_after, revision)
    await engine.dispose()
    assert before - after == set()
    tables = {table for table, _ in wanted}
    assert {(table, column) for table, column in wanted_now - wanted if table in tables} == set()


def before_and_after(connection: Connection, revision: str) -> list[set[Any]]:
    """What servers use, and the columns that they must say, as it was and as a revision leaves it."""

    def look() -> list[set[Any]]:
        used = {tuple(row) for sql in USED for row in connection.exec_driver_sql(sql)}
        return [used, {tuple(row) for row in connection.exec_driver_sql(MUST_BE_SAID)}]

    found = look()
    with Operations.context(MigrationContext.configure(connection)):
        scripts_of().get_revision(revision).module.upgrade()
    return found + look()


@pytest.mark.parametrize(
    ("order", "seconds", "is_refused"),
    [
        pytest.param(PARENTS_FIRST, 0.6, False, id="within the patience of a request"),
        pytest.param(("campaign",), 0.6, False, id="of the table that whoever comes reads first"),
        pytest.param(PARENTS_FIRST[::-1], 2.6, True, id="longer than that, and in the wrong order"),
    ],
)
async def test_a_migration_under_load_loses_no_request(
    installation: tuple[str, str],
    additive: Any,
    company: Company,
    filled: Any,
    served: Any,
    order: tuple[str, ...],
    seconds: float,
    is_refused: bool,
) -> None:
    application, migrator = installation
    await filled(application)
    async with served(application) as client:
        busy = everybody(client, company)
        async with at_work(busy):
            assert await migrate(migrator, folder=additive(seconds, *order)) == ["9999"]
            during = sum(each.refused for each in busy)
    assert (during > 0) == is_refused


async def test_the_revisions_that_we_ship_lose_no_request(
    empty: tuple[str, str], company: Company, filled: Any, served: Any, until: Any
) -> None:
    """From the first version whose tables and functions today's server can use to the newest: none, until one comes after it."""
    application, migrator = empty
    before = revisions().index(OLDER) + 1
    await migrate(migrator, versions_of(published()), folder=until(before))
    await filled(application)
    async with served(application) as client, at_work(everybody(client, company)):
        assert await migrate(migrator, versions_of(published())) == revisions()[before:]


async def test_servers_of_the_version_before_balances_go_on_with_campaigns(
    empty: tuple[str, str], company: Company, filled: Any, until: Any
) -> None:
    application, migrator = empty
    await migrate(migrator, versions_of(published()), folder=until(revisions().index(BALANCE)))
    await filled(application)
    stop = asyncio.Event()
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        servers = [
            group.create_task(server_before_balances(application, company.organisation, stop, number))
            for number in range(3)
        ]
        await asyncio.sleep(0.3)
        assert (await migrate(migrator, versions_of(published())))[0] == BALANCE
        await asyncio.sleep(0.3)
        stop.set()
    assert min(server.result() for server in servers) > 20


async def server_before_balances(url: str, organisation: UUID, stop: asyncio.Event, number: int) -> int:
    """Make campaigns and read them until told to stop; how often that went well."""
    connection, day, times = await asyncpg.connect(url), datetime.now(UTC).date(), 0
    while not stop.is_set():
        times += 1
        made, key = uuid7(), f"before-{number}-{times}"
        async with connection.transaction():
            await connection.execute(f"set local assess.organisation = '{organisation}'")
            await connection.execute(BEFORE_BALANCE[0], organisation, made, key, day)
            assert (await connection.fetchrow(BEFORE_BALANCE[1], organisation, made))["key"] == key
        await asyncio.sleep(0.01)
    await connection.close()
    return times


async def test_servers_of_the_version_before_links_go_on_answering(
    empty: tuple[str, str], company: Company, filled: Any, until: Any, secrets: Secrets
) -> None:
    application, migrator = empty
    await migrate(migrator, versions_of(published()), folder=until(revisions().index(LINKS)))
    await filled(application)
    key = read_response_key(secrets.pepper, company.keys[0]["Authorization"].removeprefix("Bearer "))
    assert key is not None
    holder = (key.organisation_id, response_hash(secrets.pepper, key.key), key.campaign_id, key.form_digest)
    stop = asyncio.Event()
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        servers = [group.create_task(server_of_before(application, holder, stop, n)) for n in range(3)]
        await asyncio.sleep(0.5)
        assert (await migrate(migrator, versions_of(published())))[0] == LINKS
        await asyncio.sleep(0.5)
        stop.set()
    assert min(server.result() for server in servers) > 20


async def server_of_before(url: str, holder: tuple[Any, ...], stop: asyncio.Event, number: int) -> int:
    """Save and read until told to stop, alone and inside a transaction; how often that went well."""
    connection, day, times = await asyncpg.connect(url), datetime.now(UTC).date(), 0
    while not stop.is_set():
        times += 1
        saved = await connection.fetchrow(BEFORE[0], *holder, times % 5 + 1, 10 * times + number, day)
        async with connection.transaction():
            read = await connection.fetchrow(BEFORE[1], *holder, day)
        assert (saved["standing"], read["standing"], list(read["items"])) == ("good", "good", ["off-listen-insight"])
        await asyncio.sleep(0.01)
    await connection.close()
    return times


@pytest.fixture
async def company(client: httpx.AsyncClient, organisation: UUID, admin: dict[str, str]) -> Company:
    """Played on the database of the run, from where it can be filled into others."""
    await done(client.post("/v1/teams", headers=admin, json={"key": "atelier", "name": "Atelier"}))
    campaign: UUID = await open_campaign(client, admin, "")
    invited = (await done(client.post(f"/v1/campaigns/{campaign}/invitations", headers=admin)))["items"]
    tokens = [each["token"] for each in invited]
    exchanged = [await done(client.post("/v1/respond/exchange", json={"token": token})) for token in tokens[:3]]
    keys = [{"Authorization": f"Bearer {each['response_key']}"} for each in exchanged]
    form = await done(client.get("/v1/respond", headers=keys[0]))
    items = [each["key"] for step in form["questionnaires"][0]["processes"][0]["steps"] for each in step["items"]]
    return Company(organisation=organisation, admin=admin, keys=keys, tokens=tokens[3:], items=items)


@pytest.fixture
def filled(postgres: Embedded, company: Company) -> Any:
    """Put the company's rows into another database, which may know fewer tables and columns."""

    async def fill(url: str) -> None:
        here = await asyncpg.connect(postgres.url(roles.SUPERUSER))
        there = await asyncpg.connect(postgres.url(roles.SUPERUSER, urlsplit(url).path.lstrip("/")))
        for table in metadata.sorted_tables:
            columns = [row["attname"] for row in await there.fetch(COLUMNS, table.name)]
            if columns and table.name in TENANT | {"organisation"}:
                own = "id" if table.name == "organisation" else "organisation_id"
                rows = f"select {', '.join(columns)} from assess.{table.name} where {own} = $1"
                records = await here.fetch(rows, company.organisation)
                await there.copy_records_to_table(table.name, schema_name="assess", columns=columns, records=records)
        await here.close()
        await there.close()

    return fill


@pytest.fixture
def served(settings: Settings, secrets: Secrets, workers: Any, catalogue: Any, library: Any, kpis: Any) -> Any:
    """Serve the application on a database, over real HTTP; a client of it."""

    @contextlib.asynccontextmanager
    async def serving(url: str) -> AsyncIterator[httpx.AsyncClient]:
        database = connect(url, pool=5)
        resources = Resources(
            settings=msgspec.structs.replace(settings, housekeeping=0, rate=0),
            database=database,
            secrets=secrets,
            workers=workers,
            catalogue=catalogue,
            library=library,
            kpis=kpis,
        )
        config = uvicorn.Config(create_app(resources), port=0, log_config=None, access_log=False, ws="none")
        server = uvicorn.Server(config)
        server.install_signal_handlers = lambda: None
        task = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=20) as client:
            yield client
        server.should_exit = True
        await task
        await database.close()

    return serving


@contextlib.asynccontextmanager
async def using(url: str, table: str) -> AsyncIterator[None]:
    """A transaction that has read a table and does not end."""
    engine = create_async_engine(driver_url(url))
    async with engine.begin() as connection:
        await connection.execute(text(f"select count(*) from {table}"))
        yield
    await engine.dispose()
