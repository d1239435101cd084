"""Many good rows are taken at once, and whoever else asks has his reply meanwhile."""

import asyncio
import gc
import time
from datetime import date, timedelta
from itertools import pairwise, product

import pytest
from asking import Sent, ask
from judging import faults

from assess.tenancy.model import Role
from campaign.company import ANY, done, drafted
from tenants import key_for, new_organisation
from world import INDICATOR

pytestmark = pytest.mark.anyio
ROWS = 10_000
LIVE = Sent(method="GET", target=b"/health/live")


@pytest.fixture(scope="module")
async def admin(database, secrets):
    """The admin of a company of its own, which may grow."""
    return await key_for(database, secrets, await new_organisation(database), Role.ADMIN)


@pytest.fixture(autouse=True)
def _frozen():
    """The collector does not look at what this run holds, as in the server: no turn is spent on that."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(scope="module")
async def campaign(client, admin):
    """The address of a draft that asks one team, here and elsewhere."""
    at = await drafted(client, admin, {"lyon": 0})
    chosen = [{"key": "offer", "version": "1.0.0"}]
    items = [{"team": "lyon", "questionnaires": chosen, "asked_elsewhere": ROWS // 2}]
    done(await client.put(f"{at}/assessments", headers={**admin, **ANY}, json={"items": items}))
    return at


async def people(_client, _admin, campaign, name="Ana"):
    return (
        f"{campaign}/people/import",
        "name,email,language,perspective,team",
        (f"{name},ana{n}@example.com,fr,member,lyon" for n in range(ROWS)),
    )


async def the_same_people(client, admin, campaign):
    return await people(client, admin, campaign, "Anna")


async def measures(client, admin, _campaign):
    sheet = {"owner": "Ana", "baseline": 20, "target": 50, "target_on": "2030-12-31"}
    done(await client.put(f"/v1/kpi-sheets/{INDICATOR['kpi']}", headers=admin, json=sheet))
    return values(7)


def values(counted):
    days = (date(2025, 3, 31) - timedelta(days=n) for n in range(ROWS))
    return (
        "/v1/measures/import",
        "team,kpi,period_end,numerator,denominator,measured_on",
        (f"lyon,{INDICATOR['kpi']},{day},{counted},20,{day}" for day in days),
    )


async def the_same_measures(_client, _admin, _campaign):
    return values(8)


async def answers(client, admin, campaign):
    done(await client.post(f"{campaign}/launch", headers=admin))
    form = done(await client.get("/v1/questionnaires/offer/versions/1.0.0"))
    items = [item["key"] for process in form["processes"] for step in process["steps"] for item in step["items"]]
    rows = product(range(ROWS // len(items)), items)
    return (
        f"{campaign}/responses/import",
        "team,respondent,item,answer",
        (f"lyon,r{who},{item},3" for who, item in rows),
    )


async def teams(_client, _admin, _campaign, name="Shop"):
    return "/v1/teams/import", "key,name,parent", (f"shop-{n},{name} {n},lyon" for n in range(ROWS))


async def the_same_teams(client, admin, campaign):
    return await teams(client, admin, campaign, "House")


@pytest.mark.parametrize("many", [people, the_same_people, measures, the_same_measures, answers, teams, the_same_teams])
async def test_ten_thousand_good_rows_are_taken_and_others_have_their_turn(
    boundless, specification, client, admin, campaign, many
):
    path, header, rows = await many(client, admin, campaign)
    body = "\n".join([header, *rows]).encode()
    headers = ((b"authorization", admin["Authorization"].encode()), (b"content-type", b"text/csv"))
    sent = Sent(method="POST", target=path.encode(), headers=headers, body=body)
    taking, turns = asyncio.create_task(ask(boundless, sent)), [time.process_time()]
    while not taking.done():
        assert (await ask(boundless, LIVE)).status == 200
        turns.append(time.process_time())
        await asyncio.sleep(0.01)
    got = await taking
    assert (got.status, faults(specification, sent, got)) == (200, []), got.body[:500]
    waits = [after - before for before, after in pairwise(turns)]
    assert max(waits) < (turns[-1] - turns[0]) / 5, "the work is done in pieces, or beside"
