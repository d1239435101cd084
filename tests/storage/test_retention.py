"""Retention: when it is over the people and the answers are gone, and what was made from them stays as it was."""

import json
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import ProgrammingError

from assess.campaign import housekeeping
from assess.campaign.erasure import erase_campaign
from assess.maturity.retention import keep_retention
from assess.questionnaire.catalogue import Catalogue
from assess.storage import tables
from assess.storage.content import owned_by
from assess.storage.database import Database
from assess.storage.embedded import Embedded
from assess.storage.secrets import Secrets
from assess.storage.workers import Workers
from kept import Company, build_company, done

pytestmark = pytest.mark.anyio

GONE = {"person", "invitation", "response", "answer", "sealed_response", "sealed_comment"}
SEALED = ("sealed_response", "sealed_comment")


@pytest.fixture(scope="module")
async def company(client: Any, database: Database, secrets: Secrets) -> Company:
    return await build_company(client, database, secrets, "retained7")


@pytest.fixture
def keep(database: Database, workers: Workers, catalogue: Catalogue) -> Any:
    """A round of the background loop."""

    async def round_of_the_loop() -> list[UUID]:
        return await keep_retention(database, workers, catalogue)

    return round_of_the_loop


@pytest.mark.parametrize(
    ("months", "status"),
    [
        pytest.param(1, 201, id="one month"),
        pytest.param(120, 201, id="ten years"),
        pytest.param(0, 422, id="none"),
        pytest.param(121, 422, id="more than ten years"),
    ],
)
async def test_a_campaign_says_how_long_it_keeps(client: Any, admin: dict[str, str], months: int, status: int) -> None:
    new = {"key": "spring", "name": "Spring", "starts_on": "2026-01-01", "ends_on": "2026-01-31"}
    reply = await client.post("/v1/campaigns", headers=admin, json={**new, "retention_months": months})
    assert reply.status_code == status
    default = await client.post("/v1/campaigns", headers=admin, json={**new, "key": "autumn"})
    assert (default.json()["retention_months"], default.json()["erased_on"]) == (24, None)


async def test_the_application_cannot_delete_what_is_sealed(company: Company, database: Database) -> None:
    for name in SEALED:
        with pytest.raises(ProgrammingError, match="permission denied"):
            async with database.transaction(company.organisation) as tx:
                await tx.execute(text(f"delete from assess.{name}"))


async def test_what_is_not_over_is_not_erased_whoever_asks(company: Company, database: Database, keep: Any) -> None:
    before = await rows_of(database, company)
    assert company.closed not in await keep()
    async with database.transaction(company.organisation) as tx:
        assert [await erase_campaign(tx, each) for each in (company.closed, company.open)] == [False, False]
    assert await rows_of(database, company) == before


async def test_people_and_answers_go_and_results_and_reports_stay(
    company: Company, client: Any, database: Database, keep: Any, postgres: Embedded
) -> None:
    addresses = (f"/v1/campaigns/{company.closed}/results", f"/v1/reports/{company.report}/content", "/v1/roadmaps")
    before = [(await client.get(each, headers=company.admin)).content for each in addresses]
    rows = await rows_of(database, company)
    await closed_long_ago(database, company, months=25)
    assert await keep() == [company.closed]
    assert await keep() == []
    left = await rows_of(database, company)
    assert {name for name in rows if left[name] != rows[name]} == GONE - {"response", "answer"} | {"campaign"}
    assert all(left[name] == 0 for name in SEALED)
    campaign = await done(client.get(f"/v1/campaigns/{company.closed}", headers=company.admin))
    assert campaign["erased_on"] is not None
    postgres.cluster.sql(f"update assess.scoring set engine = 'old' where campaign_id = '{company.closed}'", "assess")
    after = [(await client.get(each, headers=company.admin)).content for each in addresses]
    results, before_results = json.loads(after[0]), json.loads(before[0])
    assert results == {**before_results, "engine": "old"}
    assert after[1:] == before[1:]
    assert (await done(client.get(f"/v1/campaigns/{company.closed}/people", headers=company.admin)))["items"] == []


async def test_what_was_never_scored_is_scored_before_its_answers_go(
    company: Company, client: Any, database: Database, secrets: Secrets, keep: Any
) -> None:
    await housekeeping.close(database, secrets, company.open, company.organisation)
    await closed_long_ago(database, company, months=13)
    assert await keep() == [company.open]
    results = await done(client.get(f"/v1/campaigns/{company.open}/results", headers=company.admin))
    assert results["nodes"][0]["headcount"] == 5
    left = await rows_of(database, company)
    assert {left[name] for name in GONE} == {0}


async def test_without_results_the_promise_to_the_people_counts_more(
    company: Company, client: Any, database: Database, postgres: Embedded
) -> None:
    postgres.cluster.sql(
        f"delete from assess.result where organisation_id = '{company.organisation}' and scoring_id in "
        f"(select id from assess.scoring where campaign_id = '{company.open}'); "
        f"delete from assess.scoring where campaign_id = '{company.open}'",
        "assess",
    )
    reply = await client.get(f"/v1/campaigns/{company.open}/results", headers=company.admin)
    assert (reply.status_code, reply.json()["code"]) == (409, "answers_erased")


async def test_a_draft_that_was_never_launched_counts_from_its_last_day(
    client: Any, admin: dict[str, str], keep: Any
) -> None:
    new = {"key": "spring", "name": "Spring", "starts_on": "2020-01-01", "ends_on": "2020-01-31"}
    made = UUID((await done(client.post("/v1/campaigns", headers=admin, json=new)))["id"])
    assert made in await keep()
    assert made not in await keep()


async def closed_long_ago(database: Database, company: Company, *, months: int) -> None:
    """As if the closed campaigns had been closed so many months ago."""
    async with database.transaction(company.organisation) as tx:
        closed = update(tables.campaign).where(owned_by(tables.campaign, company.organisation))
        ago = text(f"closed_at - interval '{months} months'")
        await tx.execute(closed.where(tables.campaign.c.erased_on.is_(None)).values(closed_at=ago))


async def rows_of(database: Database, company: Company) -> dict[str, int]:
    """How many rows each table has; of campaigns, how many are erased."""
    found = {}
    async with database.transaction(company.organisation) as tx:
        for name in tables.TENANT:
            table = tables.metadata.tables[f"assess.{name}"]
            query = select(table).where(owned_by(table, company.organisation))
            if name == "campaign":
                query = query.where(table.c.erased_on.is_not(None))
            found[name] = len((await tx.execute(query)).all())
    return found
