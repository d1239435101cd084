"""A whole company moves by a backup from the embedded server to one of somebody else, by the commands that people type."""

import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import pytest
from anyio import to_thread
from click.testing import CliRunner
from msgspec import Struct

from assess.app import Resources, create_app
from assess.cli import assess
from assess.settings import Settings
from assess.storage import roles
from assess.storage.backup import connected
from assess.storage.content import Content, contents
from assess.storage.database import connect
from assess.storage.embedded import Embedded
from external import External, external
from kept import Company, rules_of

pytestmark = pytest.mark.anyio

LOGINS = (roles.APP, roles.BACKUP, roles.MIGRATOR)
Opened: TypeAlias = Callable[[], AbstractAsyncContextManager[httpx.AsyncClient]]


class Moved(Struct, frozen=True, kw_only=True):
    """What came with the move: the backup, what both servers held then, what was printed, and the new installation."""

    file: Path
    before: list[Content]
    after: list[Content]
    said: list[str]
    data: Path
    urls: dict[str, str]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[External]:
    """A server without our roles, whose superuser has a password."""
    with external(tmp_path_factory.mktemp("server") / "data") as made:
        made.let_in(roles.SUPERUSER)
        yield made


@pytest.fixture(scope="module")
async def moved(
    bystander: Company, postgres: Embedded, settings: Settings, server: External, tmp_path_factory: Any
) -> Moved:
    """Backed up here and restored there, into a data folder that has the pepper and nothing else."""
    file, data = tmp_path_factory.mktemp("moving") / "all.backup", tmp_path_factory.mktemp("moved")
    pepper = data / "secrets" / "pepper"
    pepper.parent.mkdir()
    pepper.write_bytes((settings.secrets / "pepper").read_bytes())
    urls = {
        "ASSESS_DATABASE_URL": server.url(roles.APP),
        "ASSESS_MIGRATION_URL": server.url(roles.MIGRATOR),
        "ASSESS_BACKUP_URL": server.url(roles.BACKUP),
        "ASSESS_RESTORE_URL": server.url(roles.SUPERUSER),
    }
    before = await held(postgres.url(roles.BACKUP))
    await typed(settings.data, "backup", str(file))
    said = await typed(data, "restore", str(file), **urls)
    server.let_in(*LOGINS)
    after = await held(server.url(roles.BACKUP))
    return Moved(file=file, before=before, after=after, said=said.splitlines(), data=data, urls=urls)


@pytest.fixture
def opened(
    settings: Settings, server: External, secrets: Any, workers: Any, catalogue: Any, library: Any, kpis: Any
) -> Opened:
    """The application on the new server, for as long as somebody asks it."""

    @contextlib.asynccontextmanager
    async def asked() -> AsyncIterator[httpx.AsyncClient]:
        with_others = {"workers": workers, "catalogue": catalogue, "library": library, "kpis": kpis}
        database = connect(server.url(roles.APP), pool=2)
        made = create_app(Resources(settings=settings, database=database, secrets=secrets, **with_others))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(made), base_url="http://assess") as client:
            yield client
        await database.close()

    return asked


async def typed(data: Path, *arguments: str, **environment: str) -> str:
    """What a command that must do its work prints, with these variables alone."""
    runner = CliRunner(env={"ASSESS_DATA": str(data), **environment})
    done = await to_thread.run_sync(lambda: runner.invoke(assess, arguments))
    assert (done.exit_code, done.stderr) == (0, "")
    return done.stdout


async def held(url: str) -> list[Content]:
    async with connected(url) as connection:
        return await contents(connection)


async def test_every_organisation_arrives_as_it_was_under_the_same_rules(
    bystander: Company, postgres: Embedded, moved: Moved, server: External
) -> None:
    assert moved.after == moved.before
    assert bystander.organisation in {each.organisation_id for each in moved.after}
    found = []
    for url in (postgres.url(roles.SUPERUSER), server.url(roles.SUPERUSER)):
        async with connected(url) as connection:
            found.append(await rules_of(connection))
    assert found[0] == found[1]


async def test_whoever_restores_is_told_who_cannot_log_in_yet(moved: Moved) -> None:
    assert moved.said[2:] == [
        "who logs in with a password has none on this server yet; give them one, in psql as a superuser:",
        *(f"  \\password {role}" for role in LOGINS),
    ]


async def test_once_they_have_passwords_the_company_goes_on_where_it_was(
    bystander: Company, moved: Moved, client: httpx.AsyncClient, opened: Opened
) -> None:
    await typed(moved.data, "migrate", **moved.urls)
    await typed(moved.data, "check", **moved.urls)
    results = f"/v1/campaigns/{bystander.closed}/results"
    body = {"answer": {"type": "level", "level": 1}, "sequence": 9}
    async with opened() as there:
        replies = [await each.get(results, headers=bystander.admin) for each in (client, there)]
        saved = await there.put("/v1/respond/answers/off-listen-insight", headers=bystander.response_key, json=body)
    assert replies[0].status_code == 200
    assert replies[0].content == replies[1].content
    assert saved.is_success, saved.text


async def test_the_backup_takes_the_place_of_whatever_changed_since(
    bystander: Company, moved: Moved, server: External, opened: Opened
) -> None:
    async with opened() as there:
        team = {"key": "later", "name": "Plus tard"}
        assert (await there.post("/v1/teams", headers=bystander.admin, json=team)).status_code == 201
    changed = await held(server.url(roles.BACKUP))
    told = await typed(moved.data, "restore", "--replace", str(moved.file), **moved.urls)
    assert changed != moved.before
    assert await held(server.url(roles.BACKUP)) == moved.before
    assert "password" not in told
