"""What every room's tests stand on: one real PostgreSQL for the whole run, and a new organisation for each test."""

import signal
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import insert

from assess.installation import published, versions_of
from assess.settings import Settings
from assess.storage import embedded, roles, tables
from assess.storage.database import Database, Tx, connect
from assess.storage.embedded import Embedded
from assess.storage.ids import uuid7
from assess.storage.migrate import migrate


def pytest_configure() -> None:
    """A terminated run stops its PostgreSQL, as an interrupted one does."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


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
    """The embedded PostgreSQL of this run, erased at its end."""
    server = embedded.start(settings)
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


async def new_organisation(database: Database) -> UUID:
    """Insert an organisation; for tests that need a second one."""
    made = uuid7()
    async with database.transaction(made) as tx:
        row = {"id": made, "key": f"o-{made}", "name": "Aubépine", "created_at": datetime.now(UTC)}
        await tx.execute(insert(tables.organisation).values(row))
    return made
