"""A company with one closed campaign, played over HTTP on the real database."""

from collections.abc import AsyncIterator
from types import SimpleNamespace

import httpx
import pytest
from playing import Player

from assess.app import Resources, create_app
from assess.campaign import api as campaign_api
from assess.campaign import respond as respond_api
from assess.maturity import api, discussion_api
from assess.maturity.exemptions import api as exemptions_api
from assess.maturity.kpis.library import KpiLibrary
from assess.maturity.scores import api as scores_api
from assess.questionnaire.catalogue import Catalogue
from assess.roadmap.library import LoadedLibrary
from assess.settings import Settings
from assess.storage.database import Database
from assess.storage.secrets import Secrets
from assess.storage.workers import Workers
from assess.tenancy import api as tenancy_api
from rooms import client_of


@pytest.fixture(scope="session")
async def client(
    database: Database, settings: Settings, secrets: Secrets, workers: Workers, catalogue: Catalogue
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the rooms up to this one."""
    rooms = (tenancy_api, campaign_api, respond_api, api, scores_api, discussion_api, exemptions_api)
    own = {"database": database, "settings": settings, "secrets": secrets, "workers": workers, "catalogue": catalogue}
    async with client_of(*rooms, **own) as made:
        yield made


@pytest.fixture(scope="session")
async def whole(
    settings: Settings,
    database: Database,
    secrets: Secrets,
    workers: Workers,
    catalogue: Catalogue,
    library: LoadedLibrary,
    kpis: KpiLibrary,
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an application of this room's own, with every room and everything at the edge."""
    made = create_app(
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
    transport = httpx.ASGITransport(made, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://assess") as opened:
        yield opened


@pytest.fixture(scope="module")
async def played(client: httpx.AsyncClient, database: Database, secrets: Secrets) -> SimpleNamespace:
    """Three teams of one parent, of 4, 6 and 8 people, all of whom answered the offer's questionnaire; closed."""
    player = Player(client, database, secrets)
    await player.settle()
    await player.launch({"small": 4, "middle": 6, "large": 8})
    await player.answer({"small": 2, "middle": 3, "large": 4})
    closed = await player.close()
    return SimpleNamespace(player=player, closed=closed, at=player.at, admin=player.admin)
