"""A company that hostile requests may spoil, in an application without rate limits."""

import random
import re
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import msgspec
import pytest

from assess import shipped
from assess.app import Application, Resources, create_app, describe
from assess.storage import roles
from assess.storage.embedded import Embedded
from assess.tenancy.model import Role
from judging import Specification
from lane import Lane, Rows
from scene import Recorder, Scene, extra_goods
from tenants import key_for, new_organisation
from world import build_world, read_everything

SEED = 20_260_101


@pytest.fixture(scope="session")
def specification() -> Specification:
    """The document, asked by method and path."""
    return Specification(describe())


@pytest.fixture(scope="session")
def boundless(settings, database, secrets, workers, catalogue, library) -> Application:
    """The whole application without rate limits."""
    free = msgspec.structs.replace(settings, rate=0)
    resources = Resources(
        settings=free, database=database, secrets=secrets, workers=workers, catalogue=catalogue, library=library
    )
    return create_app(resources)


@pytest.fixture(scope="session")
def example() -> bytes:
    """The questionnaire of the authors' guide, as YAML."""
    guide = shipped.folder("docs") / "questionnaires.md"
    return re.findall(r"```yaml\n(.*?)```", guide.read_text("utf-8"), re.DOTALL)[0].encode()


@pytest.fixture(scope="session")
async def scene(boundless, database, secrets, specification, example) -> AsyncIterator[Scene]:
    """One company, every good request of it, and what may be spoilt."""
    recorder = Recorder(boundless, specification)
    transport = httpx.ASGITransport(recorder, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://assess") as client:
        organisation = await new_organisation(database)
        admin = await key_for(database, secrets, organisation, Role.ADMIN)
        world = await build_world(client, organisation, admin)
        await read_everything(client, world)
        good = recorder.good
        for name, sent in extra_goods(world, example).items():
            good[name] = [*good.get(name, ()), *sent]
        yield Scene(client, world, good, random.Random(SEED))


@pytest.fixture(scope="session")
async def superuser(postgres: Embedded) -> AsyncIterator[asyncpg.Connection]:
    """A connection that sees everything."""
    connection = await asyncpg.connect(postgres.url(roles.SUPERUSER))
    yield connection
    await connection.close()


@pytest.fixture
async def lane(boundless: Any, scene: Scene, specification: Specification, superuser: Any) -> Lane:
    """A lane into the company, at the same place in each run."""
    rows = Rows(superuser, UUID(scene.world.ids["organisation_id"]))
    await rows.look()
    return Lane(boundless, scene, specification, rows, SEED)
