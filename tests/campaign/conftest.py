"""A company whose teams are asked something, over HTTP, on the real database."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest
from company import key_for
from litestar import Litestar, Router
from litestar.datastructures import State

from assess import shipped
from assess.campaign import api, respond
from assess.questionnaire.catalogue import Catalogue, catalogue_from
from assess.settings import Settings
from assess.storage.database import Database
from assess.storage.secrets import Secrets
from assess.tenancy import api as tenancy_api
from assess.tenancy.access import DEPENDENCIES
from assess.tenancy.model import Role
from assess.web.problems import HANDLERS
from assess.web.requests import StrictRequest, negotiated


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The published questionnaires."""
    return catalogue_from(shipped.folder("questionnaires"))


@pytest.fixture(scope="session")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Secrets:
    """Secrets in a folder of this run."""
    return Secrets(tmp_path_factory.mktemp("secrets"))


@pytest.fixture(scope="session")
async def client(database: Database, settings: Settings, secrets: Secrets, catalogue: Catalogue) -> AsyncIterator[Any]:
    """A client of the rooms up to this one."""
    rooms = (tenancy_api, api, respond)
    app = Litestar(
        [Router("/v1", route_handlers=[handler for room in rooms for handler in room.handlers])],
        dependencies=DEPENDENCIES,
        exception_handlers=HANDLERS,
        guards=[negotiated],
        request_class=StrictRequest,
        state=State({"database": database, "settings": settings, "secrets": secrets, "catalogue": catalogue}),
        openapi_config=None,
        logging_config=None,
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://assess") as made:
        yield made


@pytest.fixture
async def admin(database: Database, secrets: Secrets, organisation: UUID) -> dict[str, str]:
    """Headers of the organisation's admin."""
    return await key_for(database, secrets, organisation, Role.ADMIN)
