"""A company whose teams are asked something, over HTTP, on the real database."""

from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest

from assess.campaign import api, respond
from assess.questionnaire.catalogue import Catalogue
from assess.settings import Settings
from assess.storage.database import Database
from assess.storage.secrets import Secrets
from assess.tenancy import api as tenancy_api
from assess.tenancy.model import Role
from rooms import client_of
from tenants import key_for


@pytest.fixture(scope="session")
async def client(
    database: Database, settings: Settings, secrets: Secrets, catalogue: Catalogue
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the rooms up to this one."""
    own = {"database": database, "settings": settings, "secrets": secrets, "catalogue": catalogue}
    async with client_of(tenancy_api, api, respond, **own) as made:
        yield made


@pytest.fixture
async def admin(database: Database, secrets: Secrets, organisation: UUID) -> dict[str, str]:
    """Headers of the organisation's admin."""
    return await key_for(database, secrets, organisation, Role.ADMIN)
