"""What every room's tests stand on: one real PostgreSQL for the whole run, and a new organisation for each test."""

import os
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import UUID

import httpx
import msgspec
import pytest

from assess import shipped
from assess.app import Application, Resources, create_app
from assess.installation import published, versions_of
from assess.maturity.kpis.library import KpiLibrary, load_kpis
from assess.questionnaire.catalogue import Catalogue, catalogue_from
from assess.roadmap.library import LoadedLibrary, load_library
from assess.settings import Settings
from assess.storage import embedded, roles
from assess.storage.database import Database, Tx, connect
from assess.storage.embedded import Embedded
from assess.storage.migrate import migrate
from assess.storage.secrets import Secrets
from assess.storage.workers import Workers
from assess.tenancy.model import Role
from statements import overheard
from tenants import key_for, new_organisation
from world import MARK, World, build_world, read_everything

HERE = Path(__file__).parent

LONGEST = (
    "maturity/test_attacker_of_accounts.py",
    "docker/test_image.py",
    "maturity/test_attacker.py",
    "fuzz/test_hostile_input.py",
    "fuzz/test_specification.py",
    "demo/test_demonstration.py",
    "maturity/test_engine.py",
    "faults/test_network.py",
    "storage/test_migrating.py",
    "storage/test_backup.py",
    "storage/test_embedded.py",
    "faults/test_kills.py",
    "faults/test_cancelled.py",
    "openapi/test_integrations.py",
    "docs/test_api_guide.py",
    "storage/test_moving.py",
    "isolation/test_noninterference.py",
)
"""The files that take longest: they are begun first, so that no process works alone at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All others stay in their order."""
    rank = {HERE / name: place for place, name in enumerate(LONGEST)}
    assert all(path.is_file() for path in rank), "each of the longest files is there"
    items.sort(key=lambda item: rank.get(item.path, len(rank)))


def pytest_configure() -> None:
    """A terminated run stops its PostgreSQL, as an interrupted one does.

    A shell lets what it starts in the background ignore Ctrl-C; our children would inherit that, and some tests interrupt them.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.default_int_handler)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """One event loop for all fixtures and tests, so that the pool can be shared."""
    return "asyncio"


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A data folder of this run."""
    return Settings(data=tmp_path_factory.mktemp("assess"), pool=5)


@pytest.fixture(scope="session")
def postgres(settings: Settings) -> Iterator[Embedded]:
    """The embedded PostgreSQL of this run, with connections for the pools of all fixtures; erased at its end."""
    server = embedded.start(msgspec.structs.replace(settings, pool=20))
    yield server
    server.stop()
    embedded.erase(settings)


@pytest.fixture(scope="session")
async def database(postgres: Embedded) -> AsyncIterator[Database]:
    """The migrated database, as the application sees it."""
    await migrate(postgres.url(roles.MIGRATOR), versions_of(published()))
    opened = connect(postgres.url(roles.APP), pool=5)
    yield opened
    await opened.close()


@pytest.fixture
async def organisation(database: Database) -> UUID:
    """A new organisation: nothing that another test did can be seen from it."""
    return await new_organisation(database)


@pytest.fixture
async def tx(database: Database, organisation: UUID) -> AsyncIterator[Tx]:
    """A transaction of ``organisation``, committed after the test."""
    async with database.transaction(organisation) as opened:
        yield opened


@pytest.fixture(scope="session")
def secrets(settings: Settings) -> Secrets:
    """Pepper and campaign secrets of this run."""
    return Secrets(settings.secrets)


@pytest.fixture(scope="session")
def workers() -> Iterator[Workers]:
    """One worker process."""
    made = Workers(1)
    yield made
    made.close()


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The published questionnaires."""
    return catalogue_from(shipped.folder("questionnaires"))


@pytest.fixture(scope="session")
def library(catalogue: Catalogue) -> LoadedLibrary:
    """The published action library."""
    versions = [catalogue.find(each.key, each.version) for each in catalogue.summaries()]
    return load_library(shipped.folder("questionnaires"), versions)


@pytest.fixture(scope="session")
def kpis(catalogue: Catalogue) -> KpiLibrary:
    """The published library of indicators."""
    versions = [catalogue.find(each.key, each.version) for each in catalogue.summaries()]
    return load_kpis(shipped.folder("questionnaires"), versions)


@pytest.fixture(scope="session")
def application(
    settings: Settings,
    database: Database,
    secrets: Secrets,
    workers: Workers,
    catalogue: Catalogue,
    library: LoadedLibrary,
    kpis: KpiLibrary,
) -> Application:
    """The whole application; its background loop does not run, tests call it."""
    return create_app(
        Resources(
            settings=settings,
            database=database,
            secrets=secrets,
            workers=workers,
            catalogue=catalogue,
            library=library,
            kpis=kpis,
        )
    )


@pytest.fixture(scope="session")
async def client(application: Application) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the whole application, in the tests' own event loop."""
    transport = httpx.ASGITransport(application, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://assess") as made:
        yield made


@pytest.fixture(scope="session")
def told() -> set[str]:
    """What the application sent until the world was there, and no test since."""
    return set()


@pytest.fixture(scope="session")
def sent(database: Database) -> set[str]:
    """Every SQL text that the application has sent since the world began."""
    return overheard(database)


@pytest.fixture(scope="session")
async def world(
    client: httpx.AsyncClient, database: Database, secrets: Secrets, sent: set[str], told: set[str]
) -> World:
    """A whole company of which every operation has been asked once; its names, addresses and comments bear MARK."""
    organisation = await new_organisation(database, f"Aubépine{MARK}")
    made = await build_world(client, organisation, await key_for(database, secrets, organisation, Role.ADMIN), MARK)
    await read_everything(client, made)
    told.update(sent)
    return made


@pytest.fixture
async def admin(database: Database, secrets: Secrets, organisation: UUID) -> dict[str, str]:
    """Headers of the organisation's admin."""
    return await key_for(database, secrets, organisation, Role.ADMIN)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where a change must prove itself (CI), a skipped test is a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
