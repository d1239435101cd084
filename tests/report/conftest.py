"""A company with a roadmap whose report can be drawn, over HTTP, on the real database."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest
from believable import believable
from sqlalchemy import insert

from assess.campaign.model import Contract, ContractQuestionnaire
from assess.campaign.store import add_contract
from assess.maturity import store as maturity
from assess.questionnaire.catalogue import Catalogue
from assess.report import api
from assess.roadmap.model import NewRoadmap
from assess.roadmap.store import add_plan, add_roadmap
from assess.settings import Settings
from assess.storage import tables
from assess.storage.database import Database
from assess.storage.secrets import Secrets
from assess.storage.workers import Workers
from assess.tenancy.model import Role
from computed_by_hand import computed
from rooms import client_of
from tenants import key_for, new_organisation


@pytest.fixture(scope="session")
async def client(
    database: Database, settings: Settings, secrets: Secrets, workers: Workers, catalogue: Catalogue
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of this room."""
    own = {"database": database, "settings": settings, "secrets": secrets, "workers": workers, "catalogue": catalogue}
    async with client_of(api, **own, library=None) as made:
        yield made


@pytest.fixture
async def admin(database: Database, secrets: Secrets, organisation: UUID) -> dict[str, str]:
    """Headers of the organisation's admin."""
    return await key_for(database, secrets, organisation, Role.ADMIN)


@pytest.fixture
async def stranger(database: Database, secrets: Secrets) -> dict[str, str]:
    """Headers of another organisation's admin."""
    return await key_for(database, secrets, await new_organisation(database, "Ailleurs"), Role.ADMIN)


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
        scoring = await maturity.keep(tx, computed(msgspec.structs.replace(facts.results, campaign_id=campaign)))
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
