"""A company with a closed and scored campaign, over HTTP, on the real database."""

from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from litestar import Litestar, Router
from litestar.datastructures import State
from situations import FOLDER

from assess.questionnaire.catalogue import Catalogue, catalogue_from
from assess.roadmap import api
from assess.roadmap.library import LoadedLibrary, load_library
from assess.storage.database import Database
from assess.storage.secrets import Secrets
from assess.storage.workers import Workers
from assess.tenancy.access import DEPENDENCIES
from assess.tenancy.model import NewApiKey, Role
from assess.tenancy.service import issue_key
from assess.tenancy.store import add_organisation
from assess.web.problems import HANDLERS
from assess.web.requests import StrictRequest, negotiated


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The published questionnaires."""
    return catalogue_from(FOLDER)


@pytest.fixture(scope="session")
def library(catalogue: Catalogue) -> LoadedLibrary:
    """The published action library."""
    return load_library(FOLDER, [catalogue.find(each.key, each.version) for each in catalogue.summaries()])


@pytest.fixture(scope="session")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Secrets:
    """Secrets in a folder of this run."""
    return Secrets(tmp_path_factory.mktemp("secrets"))


@pytest.fixture(scope="session")
def workers() -> Iterator[Workers]:
    """One worker process."""
    made = Workers(1)
    yield made
    made.close()


@pytest.fixture(scope="session")
async def client(
    database: Database, secrets: Secrets, workers: Workers, catalogue: Catalogue, library: LoadedLibrary
) -> AsyncIterator[Any]:
    """A client of this room."""
    resources = {
        "database": database,
        "secrets": secrets,
        "workers": workers,
        "catalogue": catalogue,
        "library": library,
    }
    app = Litestar(
        [Router("/v1", route_handlers=api.handlers)],
        dependencies=DEPENDENCIES,
        exception_handlers=HANDLERS,
        guards=[negotiated],
        request_class=StrictRequest,
        state=State(resources),
        openapi_config=None,
        logging_config=None,
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://assess") as made:
        yield made


@pytest.fixture
async def admin(database: Database, secrets: Secrets, organisation: UUID) -> dict[str, str]:
    """Headers of the organisation's admin."""
    return await _admin_of(database, secrets, organisation)


@pytest.fixture
async def stranger(database: Database, secrets: Secrets) -> dict[str, str]:
    """Headers of another organisation's admin."""
    made = uuid4()
    async with database.transaction(made) as tx:
        await add_organisation(tx, f"o-{made}", "Ailleurs")
    return await _admin_of(database, secrets, made)


async def _admin_of(database: Database, secrets: Secrets, organisation: UUID) -> dict[str, str]:
    async with database.transaction(organisation) as tx:
        issued = await issue_key(tx, secrets.pepper, NewApiKey(name="admin", role=Role.ADMIN))
    return {"Authorization": f"Bearer {issued.secret}"}
