"""A company that hostile requests may spoil, in an application without rate limits."""

import os
import random
import re
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import msgspec
import pytest
from judging import Specification
from lane import Lane, Rows
from msgspec import Struct
from page_judging import described
from scene import Recorder, Scene, extra_goods
from serving import Served
from stage import Stage
from visiting import visit

from assess import shipped
from assess.app import Application, Resources, create_app, describe, pages_of
from assess.storage import roles
from assess.storage.embedded import Embedded
from assess.tenancy.model import Role
from tenants import key_for, new_organisation
from world import build_world, read_everything

SEED = 20_260_101


@pytest.fixture(scope="session")
def boundless(settings, database, secrets, workers, catalogue, library, kpis) -> Application:
    """The whole application without rate limits."""
    free = msgspec.structs.replace(settings, rate=0)
    resources = Resources(
        settings=free,
        database=database,
        secrets=secrets,
        workers=workers,
        catalogue=catalogue,
        library=library,
        kpis=kpis,
    )
    return create_app(resources)


@pytest.fixture(scope="session")
def specification(boundless: Application) -> Specification:
    """The document and the pages, asked by method and path."""
    return Specification(describe(), described(pages_of(boundless.litestar)))


@pytest.fixture(scope="session")
def example() -> bytes:
    """The questionnaire of the authors' guide, as YAML."""
    guide = shipped.folder("docs") / "questionnaires.md"
    return re.findall(r"```yaml\n(.*?)```", guide.read_text("utf-8"), re.DOTALL)[0].encode()


@pytest.fixture(scope="session")
async def scene(boundless, database, secrets, specification, example, seed) -> AsyncIterator[Scene]:
    """One company, every good request of it, and what may be spoilt."""
    recorder = Recorder(boundless, specification)
    transport = httpx.ASGITransport(recorder, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://assess") as client:
        organisation = await new_organisation(database)
        admin = await key_for(database, secrets, organisation, Role.ADMIN)
        world = await build_world(client, organisation, admin)
        await read_everything(client, world)
        await visit(client, world)
        good = recorder.good
        for name, sent in extra_goods(world, example).items():
            good[name] = [*good.get(name, ()), *sent]
        yield Scene(client, world, good, random.Random(seed))


@pytest.fixture(scope="session")
async def superuser(postgres: Embedded) -> AsyncIterator[asyncpg.Connection]:
    """A connection that sees everything."""
    connection = await asyncpg.connect(postgres.url(roles.SUPERUSER))
    yield connection
    await connection.close()


@pytest.fixture(scope="session")
def minutes() -> float:
    """How long each lane goes on, from ``make fuzz MINUTES=…``; 0 = the bounded run of the suite."""
    return float(os.environ.get("FUZZ_MINUTES", "0"))


@pytest.fixture(scope="session")
def seed(minutes: float) -> int:
    """The suite asks the same each time; a long run asks something else each time, unless it is told what."""
    return int(os.environ.get("FUZZ_SEED") or (random.SystemRandom().randrange(10**6) if minutes else SEED))


@pytest.fixture
async def lane(boundless: Any, scene: Scene, specification: Specification, superuser: Any, seed: int) -> Lane:
    """A lane into the company, at the same place in each run."""
    rows = Rows(superuser, UUID(scene.world.ids["organisation_id"]))
    await rows.look()
    return Lane(boundless, scene, specification, rows, seed)


@pytest.fixture(scope="session")
async def served(postgres: Embedded, database: Any, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """The real server on a real socket."""
    server = Served(tmp_path_factory.mktemp("served"), postgres)
    await server.becomes_ready()
    yield server
    assert server.stop() == 0, server.log()


@pytest.fixture(scope="session")
async def key(served: Served, database: Any) -> str:
    """What the admin of an empty company on the real server sends as Authorization."""
    admin = await key_for(database, served.secrets, await new_organisation(database), Role.ADMIN)
    return admin["Authorization"]


class Company(Struct, frozen=True, kw_only=True):
    """A company on the real server: ``keys`` by role, as the header's value; ``key_ids``: those of all but the ``spare``
    one; ``values``: path parameters that exist, by name."""

    keys: dict[str, str]
    key_ids: list[str]
    spare: str
    values: dict[str, list[Any]]


@pytest.fixture(scope="session")
async def company(served: Served, database: Any) -> Company:
    """Everything that a run over the specification needs."""
    organisation = await new_organisation(database)
    admin = await key_for(database, served.secrets, organisation, Role.ADMIN)
    async with served.client() as client:
        world = await build_world(client, organisation, admin)
        stage = Stage(client, admin)
        draft, opened, person, key = await stage.draft(), await stage.opened(), await stage.person(), await stage.key()
        ids = [each["id"] for each in (await client.get("/v1/api-keys", headers=admin)).json()["items"]]
    keys = {role: headers["Authorization"] for role, headers in world.keys.items()} | {"respondent": opened["response"]}
    values: dict[str, list[Any]] = {name: [value] for name, value in world.ids.items()}
    values["campaign_id"] += [draft["campaign"], opened["campaign"]]
    values["person_id"].append(person["person"])
    values |= {"key_id": [key["key"]], "number": [1]}
    others = [each for each in ids if each != key["key"]]
    return Company(keys=keys, key_ids=others, spare=key["key"], values=values)
