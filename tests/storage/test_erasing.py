"""Erasing: afterwards no dump and no log knows a name, an address or an id any more, and nobody else has lost anything."""

import asyncio
import io
import json
import logging
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from anyio import to_thread
from click.testing import CliRunner, Result
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import create_async_engine

from assess.cli import assess
from assess.settings import Settings
from assess.storage import roles, tables
from assess.storage.content import Content, contents, owned_by
from assess.storage.database import Database, driver_url
from assess.storage.embedded import Embedded
from assess.storage.erasing import ErasureError, erase_organisation
from assess.storage.export import LEFT_OUT, SECRETS, export
from assess.storage.secrets import SecretMissing, Secrets
from assess.web.logs import JsonLines
from kept import Company, build_company, dumped

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def log() -> Iterator[io.StringIO]:
    """What the service would write to its log meanwhile."""
    stream, root, client = io.StringIO(), logging.getLogger(), logging.getLogger("httpx")
    handler, levels = logging.StreamHandler(stream), (root.level, client.level)
    handler.setFormatter(JsonLines())
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    client.setLevel(logging.WARNING)
    yield stream
    root.removeHandler(handler)
    root.setLevel(levels[0])
    client.setLevel(levels[1])


@pytest.fixture(scope="module")
async def company(client: Any, database: Database, secrets: Secrets, log: io.StringIO, bystander: Company) -> Company:
    """A company that has met refusals too: what is refused could be logged."""
    made = await build_company(client, database, secrets, "erased7")
    at = f"/v1/campaigns/{made.open}/people"
    for body in ({"name": "Zelda 0erased7", "email": "zelda.0erased7@example.com"}, {"name": "erased7\x00"}):
        assert (await client.post(at, headers=made.admin, json=body)).status_code == 422
    assert (await client.delete(f"{at}/{made.organisation}", headers=made.admin)).status_code == 404
    return made


@pytest.fixture
async def command(postgres: Embedded, settings: Settings) -> Any:
    """A command on the database of this run, in a thread: it has an event loop of its own."""
    urls = {"ASSESS_DATABASE_URL": postgres.url(), "ASSESS_MIGRATION_URL": postgres.url(roles.MIGRATOR)}
    runner = CliRunner(env={"ASSESS_DATA": str(settings.data), **urls})

    def run(*arguments: str, said: str = "") -> Result:
        return runner.invoke(assess, arguments, input=said)

    return run


async def test_an_export_holds_every_table_but_what_was_promised_to_the_people(
    company: Company, database: Database, command: Any, tmp_path: Path
) -> None:
    file = tmp_path / "all.zip"
    said = await in_thread(command, "export", "--organisation", company.key, str(file))
    assert (said.exit_code, said.stderr) == (0, "")
    with zipfile.ZipFile(file) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(files.pop("manifest.json"))
    assert {name.removesuffix(".jsonl") for name in files if "/" not in name} == (
        tables.TENANT | {"organisation"}
    ) - LEFT_OUT.keys()
    assert {each["name"]: each["digest"] for each in manifest["files"]} == {
        name: sha256(content).hexdigest() for name, content in files.items()
    }
    assert {each["table"] for each in manifest["left_out"]} == LEFT_OUT.keys() & tables.TENANT
    assert all(each["rows"] for each in manifest["left_out"])
    for name, content in files.items():
        rows = [json.loads(line) for line in content.splitlines()] if name.endswith(".jsonl") else [{}]
        assert rows, name
        assert not {column for row in rows for column in row} & SECRETS
        assert {row["organisation_id"] for row in rows if "organisation_id" in row} <= {str(company.organisation)}
    assert files[f"report/{company.report}.pdf"].startswith(b"%PDF-")
    assert b"Trop lent" not in b"".join(files.values())
    assert len(files["person.jsonl"].splitlines()) == await count(database, company.organisation, "person")


async def test_every_hash_of_a_secret_is_known_to_the_export() -> None:
    hashes = {
        column.name
        for name in tables.TENANT - LEFT_OUT.keys()
        for column in tables.metadata.tables[f"assess.{name}"].c
        if column.name.endswith("_hash")
    }
    assert hashes == SECRETS


async def test_an_export_that_is_given_up_leaves_no_file(
    company: Company, database: Database, postgres: Embedded, tmp_path: Path
) -> None:
    async def exporting() -> None:
        async with database.transaction(company.organisation) as tx:
            await export(tx, tmp_path / "all.zip", "0")

    server = create_async_engine(driver_url(postgres.url(roles.SUPERUSER)))
    async with server.begin() as connection:
        await connection.execute(text("lock table assess.report in access exclusive mode"))
        task = asyncio.create_task(exporting())
        while not (tmp_path / "all.zip").exists():
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    await server.dispose()
    assert list(tmp_path.iterdir()) == []


async def test_an_export_writes_over_no_file(company: Company, command: Any, tmp_path: Path) -> None:
    (tmp_path / "there").write_text("mine")
    said = await in_thread(command, "export", "--organisation", company.key, str(tmp_path / "there"))
    assert (said.exit_code, (tmp_path / "there").read_text()) == (1, "mine")
    assert said.stderr == f"Error: {tmp_path}/there cannot be written: File exists; choose another place\n"


async def test_a_person_is_erased_from_every_roster_and_leaves_no_trace(
    company: Company, bystander: Company, client: Any, postgres: Embedded, command: Any, log: io.StringIO
) -> None:
    at = f"/v1/campaigns/{company.open}"
    people = (await client.get(f"{at}/people", headers=company.admin)).json()["items"]
    person = people[1]
    (invitation,) = [each for each in dumped(postgres).splitlines() if person["id"] in each and "Zelda" not in each]
    traces = [person["id"], person["name"], person["email"], invitation.split("\t")[1]]
    assert all(trace in dumped(postgres) for trace in traces)
    said = await in_thread(
        command, "erase", "person", "--organisation", company.key, "--email", person["email"].upper()
    )
    assert (said.exit_code, said.stderr) == (0, "")
    assert "Answers, if there are any, stay: nothing leads from a person to them." in said.stdout
    assert "still stands" not in said.stdout
    assert [trace for trace in traces if trace in dumped(postgres)] == []
    assert [trace for trace in traces if trace in log.getvalue() + server_log(postgres)] == []
    assert len((await client.get(f"{at}/people", headers=company.admin)).json()["items"]) == len(people) - 1
    again = await in_thread(command, "erase", "person", "--organisation", company.key, "--email", person["email"])
    assert (again.exit_code, again.stderr) == (
        1,
        f"Error: nobody with that address stands on a roster of {company.key}\n",
    )


async def test_where_an_erased_person_still_stands_is_told(company: Company, client: Any, command: Any) -> None:
    people = (await client.get(f"/v1/campaigns/{company.open}/people", headers=company.admin)).json()["items"]
    lead = {"key": "booth", "name": "Booth", "lead": people[2]["name"]}
    assert (await client.post("/v1/teams", headers=company.admin, json=lead)).status_code == 201
    said = await in_thread(command, "erase", "person", "--organisation", company.key, "--email", people[2]["email"])
    assert "the name or the address still stands in 1 rows of team: look there\n" in said.stdout


async def test_an_organisation_is_erased_only_when_somebody_says_yes(company: Company, command: Any) -> None:
    said = await in_thread(command, "erase", "organisation", company.key, said="n\n")
    assert (said.exit_code, said.stderr.strip()) == (1, "Aborted!")


async def test_nobody_but_the_migrator_can_erase_an_organisation(company: Company, postgres: Embedded) -> None:
    with pytest.raises(ErasureError, match="permission denied to set role"):
        await erase_organisation(postgres.url(roles.APP), company.organisation)


async def test_an_erased_organisation_leaves_no_trace_and_the_others_everything(
    company: Company,
    bystander: Company,
    database: Database,
    secrets: Secrets,
    postgres: Embedded,
    command: Any,
    log: io.StringIO,
) -> None:
    ids = [f"{each}" for name in sorted(tables.TENANT) for each in await ids_of(database, company.organisation, name)]
    traces = [company.mark, f"{company.organisation}", *ids]
    before, dump = await content_of(postgres, bystander.organisation), dumped(postgres)
    assert [trace for trace in traces if trace not in dump] == []
    said = await in_thread(command, "erase", "organisation", company.key, "--yes")
    assert (said.exit_code, said.stderr) == (0, "")
    dump = dumped(postgres)
    assert [trace for trace in traces if trace in dump] == []
    assert [trace for trace in traces if trace in log.getvalue() + server_log(postgres)] == []
    assert '"logger": "assess.access"' in log.getvalue()
    assert await content_of(postgres, bystander.organisation) == before
    assert bystander.mark in dump
    with pytest.raises(SecretMissing):
        secrets.read(company.open)
    secrets.read(bystander.open)


async def in_thread(command: Any, *arguments: str, said: str = "") -> Result:
    return await to_thread.run_sync(lambda: command(*arguments, said=said))


async def count(database: Database, organisation: UUID, name: str) -> int:
    async with database.transaction(organisation) as tx:
        table = tables.metadata.tables[f"assess.{name}"]
        return len((await tx.execute(select(table).where(owned_by(table, organisation)))).all())


async def ids_of(database: Database, organisation: UUID, name: str) -> list[UUID]:
    async with database.transaction(organisation) as tx:
        table = tables.metadata.tables[f"assess.{name}"]
        if "id" not in table.c:
            return []
        return list((await tx.execute(select(table.c.id).where(owned_by(table, organisation)))).scalars())


async def content_of(postgres: Embedded, organisation: UUID) -> Content:
    engine = create_async_engine(driver_url(postgres.url(roles.BACKUP)))
    async with engine.begin() as connection:
        await connection.execute(text("select 1"))
        (found,) = [each for each in await contents(connection) if each.organisation_id == organisation]
    await engine.dispose()
    return found


def server_log(postgres: Embedded) -> str:
    return (postgres.cluster.data / "server.log").read_text()
