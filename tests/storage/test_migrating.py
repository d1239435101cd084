"""Migrations while the service goes on: what they may hold up, for how long, and that nothing acknowledged is lost by one."""

import asyncio
import contextlib
import io
import json
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest
import uvicorn
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from assess import shipped
from assess.app import Resources, create_app
from assess.installation import published, versions_of
from assess.settings import Settings
from assess.storage import roles
from assess.storage.database import SESSION, Database, connect, driver_url
from assess.storage.embedded import Embedded
from assess.storage.ids import uuid7
from assess.storage.migrate import LIMITS, migrate, scripts_of
from assess.storage.revisions import MigrationError, revisions
from assess.storage.secrets import Secrets
from assess.tenancy.model import Role
from kept import done, open_campaign
from tenants import key_for, new_organisation

pytestmark = pytest.mark.anyio

SQUAWK = Path(sys.executable).with_name("squawk")
EXPLAINED = {
    "prefer-bigint-over-smallint": "levels, positions, months: bounded by a check or by the method, never a count of rows",
}
"""Rules of squawk that we do not follow, and why."""
PARENTS_FIRST = ("response", "answer")
"""The order in which the application locks tables: a migration that keeps it never meets a request half-way."""
ADDITIVE = """
from alembic import op

revision = "9999"
down_revision = "{newest}"


def upgrade() -> None:
    for table in {tables}:
        op.execute(f"alter table assess.{{table}} add column source text not null default 'phone'")
    op.execute("alter table assess.answer add constraint answer_source_known check (source <> '') not valid")
    op.execute("select pg_sleep({seconds})")
"""


@pytest.fixture
async def installation(postgres: Embedded) -> AsyncIterator[tuple[str, str]]:
    """A migrated database of its own: the URLs of the application and of the migrator."""
    name = f"migrating_{uuid7().hex}"
    postgres.cluster.sql(f"create database {name} owner {roles.OWNER}")
    await migrate(postgres.url(roles.MIGRATOR, name), versions_of(published()))
    yield postgres.url(roles.APP, name), postgres.url(roles.MIGRATOR, name)
    postgres.cluster.sql(f"drop database {name} with (force)")


@pytest.fixture
def additive(tmp_path: Path) -> Any:
    """A folder with our revisions and one more, which holds its locks for some seconds."""

    def made(seconds: float, *tables: str) -> Path:
        folder = tmp_path / "migrations"
        shutil.copytree(shipped.folder("migrations"), folder, ignore=shutil.ignore_patterns("__pycache__"))
        (folder / "versions" / "9999_test.py").write_text(
            ADDITIVE.format(newest=revisions()[-1], seconds=seconds, tables=tables or PARENTS_FIRST)
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


@pytest.mark.parametrize(
    ("order", "seconds", "is_refused"),
    [
        pytest.param(PARENTS_FIRST, 0.6, False, id="within the patience of a request"),
        pytest.param(PARENTS_FIRST[::-1], 2.6, True, id="longer than that, and in the wrong order"),
    ],
)
async def test_a_migration_under_load_loses_no_answer(
    installation: tuple[str, str], additive: Any, served: Any, order: tuple[str, str], seconds: float, is_refused: bool
) -> None:
    application, migrator = installation
    async with served(application) as (client, keys, items):
        phones = [Phone(client, key, items) for key in keys]
        stop = asyncio.Event()
        load = [asyncio.create_task(phone.tap(stop)) for phone in phones]
        await asyncio.sleep(0.3)
        before = [len(phone.acknowledged) for phone in phones]
        assert await migrate(migrator, folder=additive(seconds, *order)) == ["9999"]
        during = sum(phone.refused for phone in phones)
        await asyncio.sleep(0.3)
        stop.set()
        await asyncio.gather(*load)
        for phone, already in zip(phones, before, strict=True):
            assert already > 0
            assert len(phone.acknowledged) > already + 1
            await phone.check()
    assert (during > 0) == is_refused


class Phone:
    """Taps one answer after another and sends again, with patience, what the service could not take just now."""

    def __init__(self, client: httpx.AsyncClient, key: dict[str, str], items: list[str]) -> None:
        self._client = client
        self._key = key
        self._items = items
        self.acknowledged: dict[int, tuple[str, int]] = {}
        self.refused = 0

    async def tap(self, stop: asyncio.Event) -> None:
        """Until told to stop, and at most 2,000 times."""
        for sequence in range(1, 2000):
            if stop.is_set():
                return
            await self._save(self._items[sequence % len(self._items)], sequence % 5 + 1, sequence)
            await asyncio.sleep(0.01)

    async def check(self) -> None:
        """The last acknowledged answer of each item is there."""
        last = {item: (sequence, level) for sequence, (item, level) in sorted(self.acknowledged.items())}
        answers = (await done(self._client.get("/v1/respond", headers=self._key)))["answers"]
        assert {each["item"]: (each["sequence"], each["answer"]["level"]) for each in answers} == last

    async def _save(self, item: str, level: int, sequence: int) -> None:
        body = {"answer": {"type": "level", "level": level}, "sequence": sequence}
        for _ in range(5):
            reply = await self._client.put(f"/v1/respond/answers/{item}", headers=self._key, json=body)
            if reply.status_code != 503:
                break
            self.refused += 1
            await asyncio.sleep(float(reply.headers["retry-after"]) / 4)
        assert reply.status_code == 200, reply.text
        self.acknowledged[sequence] = (item, level)


@pytest.fixture
def served(settings: Settings, secrets: Secrets, workers: Any, catalogue: Any, library: Any, kpis: Any) -> Any:
    """Serve the application on a database, over real HTTP; a client, five response keys and the items of their form."""

    @contextlib.asynccontextmanager
    async def serving(url: str) -> AsyncIterator[tuple[httpx.AsyncClient, list[dict[str, str]], list[str]]]:
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
            keys = await response_keys(client, database, secrets)
            form = await done(client.get("/v1/respond", headers=keys[0]))
            items = [
                each["key"] for step in form["questionnaires"][0]["processes"][0]["steps"] for each in step["items"]
            ]
            yield client, keys, items
        server.should_exit = True
        await task
        await database.close()

    return serving


async def response_keys(client: httpx.AsyncClient, database: Database, secrets: Secrets) -> list[dict[str, str]]:
    """The response keys of everybody who is invited to a new campaign."""
    organisation = await new_organisation(database)
    admin = await key_for(database, secrets, organisation, Role.ADMIN)
    await done(client.post("/v1/teams", headers=admin, json={"key": "atelier", "name": "Atelier"}))
    campaign: UUID = await open_campaign(client, admin, "")
    invited = (await done(client.post(f"/v1/campaigns/{campaign}/invitations", headers=admin)))["items"]
    exchanged = [await done(client.post("/v1/respond/exchange", json={"token": each["token"]})) for each in invited]
    return [{"Authorization": f"Bearer {each['response_key']}"} for each in exchanged]


@contextlib.asynccontextmanager
async def using(url: str, table: str) -> AsyncIterator[None]:
    """A transaction that has read a table and does not end."""
    engine = create_async_engine(driver_url(url))
    async with engine.begin() as connection:
        await connection.execute(text(f"select count(*) from {table}"))
        yield
    await engine.dispose()
