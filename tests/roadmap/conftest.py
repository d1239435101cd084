"""A client of this room, on the real database."""

from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest

from assess.questionnaire.catalogue import Catalogue
from assess.roadmap import api
from assess.roadmap.library import LoadedLibrary
from assess.storage.database import Database
from assess.storage.secrets import Secrets
from assess.storage.workers import Workers
from assess.tenancy.model import Role
from rooms import client_of
from tenants import key_for, new_organisation


@pytest.fixture(scope="session")
async def client(
    database: Database, secrets: Secrets, workers: Workers, catalogue: Catalogue, library: LoadedLibrary
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of this room."""
    own = {"database": database, "secrets": secrets, "workers": workers, "catalogue": catalogue, "library": library}
    async with client_of(api, **own) as made:
        yield made


@pytest.fixture
async def admin(database: Database, secrets: Secrets, organisation: UUID) -> dict[str, str]:
    """Headers of the organisation's admin."""
    return await key_for(database, secrets, organisation, Role.ADMIN)


@pytest.fixture
async def stranger(database: Database, secrets: Secrets) -> dict[str, str]:
    """Headers of another organisation's admin."""
    return await key_for(database, secrets, await new_organisation(database, "Ailleurs"), Role.ADMIN)
