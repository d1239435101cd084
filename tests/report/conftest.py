"""A company with a roadmap whose report can be drawn, over HTTP, on the real database."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest
from believable import FILES, believable
from litestar import Litestar, Router
from litestar.datastructures import State
from sqlalchemy import insert

from assess.campaign.model import Contract, ContractQuestionnaire
from assess.campaign.store import add_contract
from assess.maturity import store as maturity
from assess.questionnaire.catalogue import Catalogue, catalogue_from
from assess.report import api
from assess.roadmap.model import NewRoadmap
from assess.roadmap.store import add_plan, add_roadmap
from assess.settings import Settings
from assess.storage import tables
from assess.storage.database import Database
from assess.storage.secrets import Secrets
from assess.storage.workers import Workers
from assess.tenancy.access import DEPENDENCIES
from assess.tenancy.model import NewApiKey, Role
from assess.tenancy.service import issue_key
from assess.tenancy.store import add_organisation
from assess.web.problems import HANDLERS
from assess.web.requests import StrictRequest, negotiated
from computed_by_hand import computed


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The published questionnaires."""
    return catalogue_from(FILES)


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
    database: Database, settings: Settings, secrets: Secrets, workers: Workers, catalogue: Catalogue
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of this room."""
    resources = {
        "database": database,
        "settings": settings,
        "secrets": secrets,
        "workers": workers,
        "catalogue": catalogue,
        "library": None,
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
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=settings.public_url) as made:
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


@pytest.fixture
async def roadmap(database: Database, organisation: UUID, catalogue: Catalogue) -> UUID:
    """A roadmap with one plan, from the results of a closed campaign."""
    facts = believable()
    made, campaign = uuid4(), uuid4()
    asked = [
        ContractQuestionnaire(digest=each.digest, key=each.key, version=each.version) for each in catalogue.summaries()
    ]
    async with database.transaction(organisation) as tx:
        await tx.execute(insert(tables.campaign).values(_campaign(organisation, campaign)))
        await add_contract(tx, _contract(organisation, campaign, asked), "a" * 64)
        await maturity.keep(tx, computed(msgspec.structs.replace(facts.results, campaign_id=campaign)))
        scoring = await maturity.scoring_id_of(tx, campaign)
        assert scoring is not None
        wanted = NewRoadmap(campaign_id=campaign, starts_on=facts.plan.starts_on, months=facts.plan.months)
        await add_roadmap(tx, made, wanted, scoring_id=scoring, library=facts.plan.library)
        await add_plan(tx, made, 1, inputs="b" * 64, body=msgspec.json.encode(facts.plan))
    return made


def _campaign(organisation: UUID, made: UUID) -> dict[str, Any]:
    days = {"starts_on": date(2026, 1, 12), "ends_on": date(2026, 2, 6)}
    words = {"key": f"c-{made}", "name": "Baromètre", "state": "closed", "languages": ["fr"], "threshold": 5}
    moments = {"created_at": datetime(2026, 1, 1, tzinfo=UTC), "launched_at": None, "closed_at": None}
    return {"organisation_id": organisation, "id": made, **words, **days, **moments, "contract_digest": None}


def _contract(organisation: UUID, campaign: UUID, asked: list[ContractQuestionnaire]) -> Contract:
    return Contract(
        campaign_id=campaign,
        organisation_id=organisation,
        organisation="Maison Verdelune",
        key="barometer",
        name="Baromètre client 2026",
        starts_on=date(2026, 1, 12),
        ends_on=date(2026, 2, 6),
        languages=["fr"],
        threshold=5,
        anonymity="unlinked",
        questionnaires=asked,
        teams=[],
    )
