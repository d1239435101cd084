"""Roadmaps over HTTP: made from a closed campaign, kept with what they were made from."""

from datetime import UTC, date, datetime
from uuid import uuid4

import msgspec
import pytest
from situations import DIGESTS, LIBRARY, PUBLISHED, node, results
from sqlalchemy import insert

from assess.campaign.model import Contract, ContractQuestionnaire, ContractTeam
from assess.campaign.store import add_contract
from assess.maturity import store as maturity
from assess.maturity.model import State
from assess.roadmap.library import digest_of
from assess.roadmap.model import Plan
from assess.storage import tables
from assess.tenancy.model import NewTeam
from assess.tenancy.store import add_team
from computed_by_hand import computed

pytestmark = pytest.mark.anyio

TEAMS = (
    NewTeam(key="board", name="Direction", functions=["executive"], lead="Ana"),
    NewTeam(key="offer", name="Offre", functions=["offer"], lead="Zoé"),
    NewTeam(key="small", name="Petite équipe", functions=["offer"]),
)


@pytest.fixture
async def campaign(database, organisation):
    """A closed campaign in which two teams were asked about the offer; the smaller one is hidden."""
    made = uuid4()
    async with database.transaction(organisation) as tx:
        await tx.execute(insert(tables.campaign).values(_campaign(organisation, made)))
        teams = [await add_team(tx, new, None) for new in TEAMS]
        await add_contract(tx, _contract(organisation, made, teams[1:]), "a" * 64)
        await maturity.keep(tx, computed(_results(organisation, made, teams[1:])))
    return made


def _campaign(organisation, made, state="closed"):
    days = {"starts_on": date(2026, 1, 5), "ends_on": date(2026, 1, 30)}
    words = {"key": f"c-{made}", "name": "Hiver", "state": state, "languages": ["fr"], "threshold": 5}
    moments = {"created_at": datetime(2026, 1, 1, tzinfo=UTC), "launched_at": None, "closed_at": None}
    return {"organisation_id": organisation, "id": made, **words, **days, **moments, "contract_digest": None}


def _contract(organisation, made, teams):
    digest = DIGESTS["offer"]
    asked = [
        ContractTeam(
            team_id=team.id,
            key=team.key,
            name=team.name,
            parent_id=None,
            assessment_id=uuid4(),
            headcount=headcount,
            questionnaires=[digest],
        )
        for team, headcount in zip(teams, (12, 3), strict=True)
    ]
    return Contract(
        campaign_id=made,
        organisation_id=organisation,
        organisation="Aubépine",
        key="winter",
        name="Hiver",
        starts_on=date(2026, 1, 5),
        ends_on=date(2026, 1, 30),
        languages=["fr"],
        threshold=5,
        anonymity="unlinked",
        questionnaires=[ContractQuestionnaire(digest=digest, key="offer", version="1.0.0")],
        teams=asked,
    )


def _results(organisation, made, teams):
    bodies = [PUBLISHED[DIGESTS["offer"]]]
    nodes = [
        node(organisation, "company", None, bodies, level=2.4, overall=2.4),
        node(teams[0].id, "offer", organisation, bodies, level=2.2),
        node(teams[1].id, "small", organisation, bodies, state=State.BELOW_THRESHOLD),
    ]
    return msgspec.structs.replace(results(nodes), campaign_id=made)


async def created(client, admin, campaign, **more):
    reply = await client.post(
        "/v1/roadmaps", headers=admin, json={"campaign_id": str(campaign), "starts_on": "2026-03-17", **more}
    )
    assert reply.status_code == 201, reply.text
    return reply


async def plan_of(client, admin, roadmap, number=1):
    reply = await client.get(f"/v1/roadmaps/{roadmap['id']}/plans/{number}", headers=admin)
    return msgspec.json.decode(reply.content, type=Plan)


async def test_a_roadmap_pins_what_it_was_made_from(client, admin, campaign):
    reply = await created(client, admin, campaign)
    roadmap = reply.json()
    assert reply.headers["location"] == f"/v1/roadmaps/{roadmap['id']}"
    assert (await client.get(reply.headers["location"], headers=admin)).json() == roadmap
    assert roadmap["campaign_id"] == str(campaign)
    assert roadmap["library_digest"] == digest_of(LIBRARY)
    assert (roadmap["starts_on"], roadmap["months"]) == ("2026-04-01", 12)
    assert [(plan["number"], plan["state"]) for plan in roadmap["plans"]] == [(1, "proposed")]


async def test_the_plan_is_read_at_its_link_as_it_was_computed(client, admin, campaign):
    roadmap = (await created(client, admin, campaign)).json()
    link = next(link["href"] for link in roadmap["links"] if link["rel"] == "plan")
    plan = msgspec.json.decode((await client.get(link, headers=admin)).content, type=Plan)
    assert plan == await plan_of(client, admin, roadmap)
    assert plan.body.library == roadmap["library_digest"]
    assert {gap.item.partition("-")[0] for action in plan.body.actions for gap in action.gaps} == {"off"}
    charter = next(action for action in plan.body.actions if action.action == "act-p1-charter-off")
    assert {gap.node_name for gap in charter.gaps} == {"Offre", "Petite équipe"}
    assert charter.start_month == 0


async def test_the_same_facts_give_the_same_plan(client, admin, campaign):
    plans = [await plan_of(client, admin, (await created(client, admin, campaign)).json()) for _ in range(2)]
    assert plans[0].inputs_digest == plans[1].inputs_digest
    assert plans[0].body == plans[1].body


async def test_another_start_is_another_plan_of_the_same_months(client, admin, campaign):
    first = await plan_of(client, admin, (await created(client, admin, campaign)).json())
    same_month = await plan_of(client, admin, (await created(client, admin, campaign, starts_on="2026-04-01")).json())
    other = await plan_of(
        client, admin, (await created(client, admin, campaign, starts_on="2026-06-01", months=6)).json()
    )
    assert first.inputs_digest == same_month.inputs_digest != other.inputs_digest
    assert (other.body.starts_on, other.body.months) == (date(2026, 6, 1), 6)


async def test_roadmaps_are_listed_newest_first(client, admin, campaign):
    made = [(await created(client, admin, campaign)).json()["id"] for _ in range(2)]
    page = (await client.get("/v1/roadmaps", headers=admin)).json()
    assert [roadmap["id"] for roadmap in page["items"]] == made[::-1]
    assert page["next"] is None


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        pytest.param({"campaign_id": str(uuid4())}, 404, "campaign_not_found", id="unknown campaign"),
        pytest.param({"months": 2}, 422, None, id="too short"),
        pytest.param({"months": 25}, 422, None, id="too long"),
        pytest.param({"starts_on": "1999-12-31"}, 422, "start_out_of_range", id="before our time"),
        pytest.param({"starts_on": "9999-12-31"}, 422, "start_out_of_range", id="at the end of time"),
        pytest.param({"colour": "red"}, 422, None, id="an unknown field"),
    ],
)
async def test_what_cannot_be_planned_is_refused(client, admin, campaign, body, status, code):
    whole = {"campaign_id": str(campaign), "starts_on": "2026-03-01", **body}
    reply = await client.post("/v1/roadmaps", headers=admin, json=whole)
    assert reply.status_code == status
    assert code in {None, reply.json()["code"]}
    assert (await client.get("/v1/roadmaps", headers=admin)).json()["items"] == []


async def test_an_open_campaign_has_no_roadmap(client, admin, database, organisation):
    made = uuid4()
    async with database.transaction(organisation) as tx:
        await tx.execute(insert(tables.campaign).values(_campaign(organisation, made, "open")))
    reply = await client.post("/v1/roadmaps", headers=admin, json={"campaign_id": str(made), "starts_on": "2026-03-01"})
    assert (reply.status_code, reply.json()["code"]) == (409, "results_not_yet")


@pytest.mark.parametrize(
    ("path", "code"),
    [
        pytest.param(f"/v1/roadmaps/{uuid4()}", "roadmap_not_found", id="roadmap"),
        pytest.param(f"/v1/roadmaps/{uuid4()}/plans/1", "roadmap_not_found", id="plan of no roadmap"),
    ],
)
async def test_what_is_not_there_is_not_found(client, admin, path, code):
    reply = await client.get(path, headers=admin)
    assert (reply.status_code, reply.json()["code"]) == (404, code)


async def test_a_missing_plan_says_which_there_are(client, admin, campaign):
    roadmap = (await created(client, admin, campaign)).json()
    reply = await client.get(f"/v1/roadmaps/{roadmap['id']}/plans/2", headers=admin)
    assert (reply.status_code, reply.json()["code"], reply.json()["detail"]) == (404, "plan_not_found", "it has 1")


@pytest.mark.parametrize("number", ["0", "32768", "99999999999999999999"])
async def test_a_plan_number_out_of_range_is_no_error_of_ours(client, admin, campaign, number):
    roadmap = (await created(client, admin, campaign)).json()
    reply = await client.get(f"/v1/roadmaps/{roadmap['id']}/plans/{number}", headers=admin)
    assert reply.status_code in {404, 422}


async def test_another_organisation_finds_nothing(client, admin, stranger, campaign):
    roadmap = (await created(client, admin, campaign)).json()
    for path in (f"/v1/roadmaps/{roadmap['id']}", f"/v1/roadmaps/{roadmap['id']}/plans/1"):
        assert (await client.get(path, headers=stranger)).status_code == 404
    assert (await client.get("/v1/roadmaps", headers=stranger)).json()["items"] == []
    wish = {"campaign_id": str(campaign), "starts_on": "2026-03-01"}
    assert (await client.post("/v1/roadmaps", headers=stranger, json=wish)).status_code == 404


async def test_the_library_is_public_and_asked_about_each_time(client, library):
    reply = await client.get("/v1/actions")
    assert reply.status_code == 200
    assert len(reply.json()["actions"]) == 54
    assert reply.headers["etag"] == f'"{library.digest}.all"'
    again = await client.get("/v1/actions", headers={"If-None-Match": reply.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_the_library_can_be_had_in_one_language(client):
    titles = [action["title"] for action in (await client.get("/v1/actions?lang=en")).json()["actions"]]
    assert all(set(title) == {"en"} for title in titles)
