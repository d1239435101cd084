"""Setting up, launching, following and extending a campaign over HTTP."""

from datetime import timedelta
from uuid import UUID, uuid4

import msgspec
import pytest
from company import ANY, CSV, done, drafted, exchanged, launched, refused, roster, today
from sqlalchemy import select

from assess.campaign.model import Contract
from assess.campaign.tokens import invitation_hash, read_invitation
from assess.storage.tables import assessment, contract, invitation
from assess.tenancy.model import Role
from assess.tenancy.service import add_organisation
from kept import dumped
from routes import same
from tenants import key_for

pytestmark = pytest.mark.anyio
OFFER = {"key": "offer", "version": "1.0.0"}
LYON = {"team": "lyon", "questionnaires": [OFFER]}


def new(**changes):
    dates = {"starts_on": str(today()), "ends_on": str(today())}
    return {"key": "spring", "name": "Printemps", **dates, **changes}


async def test_a_new_campaign_is_a_draft_in_french_with_a_threshold_of_five(client, admin):
    made = done(await client.post("/v1/campaigns", headers=admin, json=new()))
    assert (made["state"], made["languages"], made["threshold"], made["contract_digest"]) == ("draft", ["fr"], 5, None)
    assert made["balance"] is None
    assert done(await client.get(f"/v1/campaigns/{made['id']}", headers=admin)) == made
    assert done(await client.get("/v1/campaigns", headers=admin)) == {"items": [made], "next": None}


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        pytest.param({"threshold": 4}, 422, "invalid", id="a threshold below five"),
        pytest.param({"threshold": 11}, 422, "invalid", id="a threshold above ten"),
        pytest.param({"languages": []}, 422, "invalid", id="no language"),
        pytest.param({"ends_on": "2020-01-01"}, 422, "campaign_dates_reversed", id="an end before the start"),
        pytest.param({"colour": "blue"}, 422, "invalid", id="a member that is not known"),
    ],
)
async def test_a_campaign_that_cannot_be_is_refused(client, admin, changes, status, code):
    assert refused(await client.post("/v1/campaigns", headers=admin, json=new(**changes))) == (status, code)


HALF = {"perspective": "manager", "share": 0.5}
REST = {"perspective": "member", "share": 0.5}


async def test_a_declared_balance_is_kept_in_one_order_and_promised_at_launch(client, admin, database, organisation):
    said = [{"perspective": "member", "share": 2 / 3}, {"perspective": "manager", "share": 1 / 3}]
    opened = await launched(client, admin, {"lyon": 6}, balance=said)
    assert done(await client.get(opened.at, headers=admin))["balance"] == said[::-1]
    assert msgspec.to_builtins((await kept_contract(database, organisation)).balance) == said[::-1]
    token = {"token": opened.invitations[0]["token"]}
    promised = done(await client.post("/v1/respond/exchange", json=token))["contract"]["sentences"]
    (sentence,) = [each for each in promised if "33.33%" in each["en"]]
    assert "(managers 33.33%, members 66.67%)" in sentence["en"]
    assert "(l’encadrement 33,33\u00a0%, l’équipe 66,67\u00a0%)" in sentence["fr"]


@pytest.mark.parametrize(
    ("balance", "code", "pointer"),
    [
        pytest.param([HALF, {**REST, "share": 0.4}], "balance_invalid", "/balance", id="shares that do not add up"),
        pytest.param([HALF, HALF], "balance_invalid", "/balance/1/perspective", id="a perspective twice"),
        pytest.param([HALF], "invalid", "/balance", id="one perspective"),
        pytest.param([], "invalid", "/balance", id="none"),
        pytest.param([HALF, REST, HALF, REST, HALF], "invalid", "/balance", id="five"),
        pytest.param([{**HALF, "share": 0}, REST], "invalid", "/balance/0/share", id="a share of nothing"),
        pytest.param([{**HALF, "share": -0.5}, REST], "invalid", "/balance/0/share", id="less than nothing"),
        pytest.param([{**HALF, "share": 1}, REST], "invalid", "/balance/0/share", id="everything"),
        pytest.param(
            [HALF, {"perspective": "client", "share": 0.5}], "invalid", "/balance/1/perspective", id="unknown"
        ),
        pytest.param([{**HALF, "weight": 2}, REST], "invalid", "/balance/0", id="a member that is not known"),
        pytest.param({"manager": 0.5, "member": 0.5}, "invalid", "/balance", id="no list"),
    ],
)
async def test_a_balance_that_cannot_be_is_refused(client, admin, balance, code, pointer):
    reply = await client.post("/v1/campaigns", headers=admin, json=new(balance=balance))
    assert refused(reply) == (422, code)
    found = reply.json()["errors"][0]
    assert (found["pointer"], bool(found["rule"])) == (pointer, True)
    if code == "balance_invalid":
        assert {"received", "example"} <= found.keys()
    assert done(await client.get("/v1/campaigns", headers=admin))["items"] == []


async def test_two_campaigns_of_one_key_are_refused(client, admin):
    done(await client.post("/v1/campaigns", headers=admin, json=new()))
    assert refused(await client.post("/v1/campaigns", headers=admin, json=new())) == (409, "campaign_key_taken")


@pytest.mark.parametrize(
    ("items", "code", "pointer"),
    [
        pytest.param(
            [{"team": "oslo", "questionnaires": [OFFER]}], "assessments_invalid", "/items/0/team", id="an unknown team"
        ),
        pytest.param(
            [{"team": "lyon", "questionnaires": [OFFER]}] * 2, "assessments_invalid", "/items/1/team", id="a team twice"
        ),
        pytest.param(
            [{"team": "lyon", "questionnaires": [{"key": "offer", "version": "9.9.9"}]}],
            "assessments_invalid",
            "/items/0/questionnaires/0",
            id="a version that is not published",
        ),
        pytest.param(
            [{"team": "lyon", "questionnaires": [OFFER, OFFER]}],
            "item_asked_twice",
            "/items/0/questionnaires",
            id="an item twice",
        ),
    ],
)
async def test_a_choice_that_cannot_be_is_refused_and_changes_nothing(client, admin, items, code, pointer):
    at = await drafted(client, admin, {"lyon": 0})
    before = done(await client.get(f"{at}/assessments", headers=admin))
    reply = await client.put(f"{at}/assessments", headers={**admin, **ANY}, json={"items": items})
    assert refused(reply) == (422, code)
    assert reply.json()["errors"][0]["pointer"] == pointer
    assert done(await client.get(f"{at}/assessments", headers=admin)) == before


async def test_a_choice_replaces_the_one_before_and_a_team_that_stays_keeps_its_assessment(client, admin):
    at = await drafted(client, admin, {"lyon": 0, "paris": 0})
    before = done(await client.get(f"{at}/assessments", headers=admin))["items"]
    both = [{"key": "transversal", "version": "1.0.0"}, OFFER]
    after = done(
        await client.put(
            f"{at}/assessments", headers={**admin, **ANY}, json={"items": [{"team": "lyon", "questionnaires": both}]}
        )
    )
    assert after["items"] == [{**before[0], "questionnaires": both}]


async def test_a_team_with_people_on_the_roster_must_be_asked(client, admin):
    at = await drafted(client, admin, {"lyon": 5})
    reply = await client.put(f"{at}/assessments", headers={**admin, **ANY}, json={"items": []})
    assert refused(reply) == (409, "team_has_people")


async def test_the_preflight_says_what_a_launch_says(client, admin):
    at = await drafted(client, admin, {"lyon": 4, "paris": 6})
    ahead = done(await client.get(f"{at}/preflight", headers=admin))
    assert (ahead["ready"], ahead["people"], ahead["teams"]) == (True, 10, 2)
    assert ahead["links"][0]["rel"] == "launch"
    assert done(await client.post(f"{at}/launch", headers=admin))["findings"] == ahead["findings"] != []


async def test_a_launch_that_makes_no_sense_is_refused_with_every_reason(client, admin):
    at = await drafted(client, admin, {"lyon": 0, "paris": 0})
    reply = await client.post(f"{at}/launch", headers=admin)
    assert refused(reply) == (422, "campaign_not_ready")
    assert [error["pointer"] for error in reply.json()["errors"]] == ["/teams/lyon", "/teams/paris", "/"]


async def test_a_launch_freezes_tree_roster_headcounts_and_contract(client, admin, database, organisation):
    campaign = await launched(client, admin, {"lyon": 4, "paris": 6})
    teams = done(await client.get("/v1/teams", headers=admin))["items"]
    moved = next(team for team in teams if team["key"] == "lyon")
    done(
        await client.put(f"/v1/teams/{moved['id']}", headers={**admin, **ANY}, json={"key": "lyon", "name": "Renamed"})
    )
    kept = await kept_contract(database, organisation)
    assert {team.key: (team.name, team.headcount) for team in kept.teams} == {
        "business": ("Métier", 0),
        "lyon": ("Team lyon", 4),
        "paris": ("Team paris", 6),
    }
    assert done(await client.get(campaign.at, headers=admin))["contract_digest"]
    items = done(await client.get(f"{campaign.at}/assessments", headers=admin))["items"]
    assert [(item["headcount"], item["state"]) for item in items] == [(4, "collecting"), (6, "collecting")]
    for path, method, body in (
        ("launch", "post", {}),
        ("assessments", "put", {"json": {"items": []}}),
        ("preflight", "get", {}),
    ):
        reply = await getattr(client, method)(f"{campaign.at}/{path}", headers={**admin, **ANY}, **body)
        assert refused(reply) == (409, "campaign_not_draft")


async def test_invitations_are_derived_again_the_same_and_kept_nowhere(
    client, admin, database, organisation, secrets, postgres
):
    campaign = await launched(client, admin, {"lyon": 5})
    reply = await client.post(f"{campaign.at}/invitations", headers=admin)
    assert reply.headers["cache-control"] == "no-store"
    assert reply.json()["items"] == campaign.invitations
    async with database.transaction(organisation) as tx:
        kept = (await tx.execute(select(invitation).where(invitation.c.organisation_id == organisation))).all()
    tokens = [read_invitation(item["token"]).token for item in campaign.invitations]
    assert {row.token_hash for row in kept} == {invitation_hash(secrets.pepper, token) for token in tokens}
    assert len({row.token_hash for row in kept}) == 5
    stored = dumped(postgres)
    assert campaign.invitations[0]["email"] in stored
    assert kept[0].token_hash.hex() in stored, "bytes are dumped in hexadecimal"
    assert [token for token in tokens if token.hex() in stored] == []
    assert [item for item in campaign.invitations if item["token"] in stored] == []
    for item in campaign.invitations:
        assert item["link"] == f"http://127.0.0.1:8321/r#{item['token']}"


async def test_a_draft_has_no_invitations_yet(client, admin):
    at = await drafted(client, admin, {"lyon": 5})
    assert refused(await client.post(f"{at}/invitations", headers=admin)) == (409, "campaign_not_open")


async def test_an_end_moves_to_a_later_day_only(client, admin):
    campaign = await launched(client, admin, {"lyon": 5})
    end = today() + timedelta(days=14)
    later = done(
        await client.post(f"{campaign.at}/extend", headers=admin, json={"ends_on": str(end + timedelta(days=1))})
    )
    assert later["ends_on"] == str(end + timedelta(days=1))
    for day in (end, end + timedelta(days=1)):
        reply = await client.post(f"{campaign.at}/extend", headers=admin, json={"ends_on": str(day)})
        assert refused(reply) == (422, "campaign_ends_too_early")


async def test_a_draft_cannot_be_extended(client, admin):
    at = await drafted(client, admin, {"lyon": 5})
    reply = await client.post(f"{at}/extend", headers=admin, json={"ends_on": "2099-01-01"})
    assert refused(reply) == (409, "campaign_not_open")


async def test_participation_counts_who_said_done_and_not_who_answered(client, admin):
    campaign = await launched(client, admin, {"lyon": 4, "paris": 6})
    await exchanged(client, campaign.invitations[0]["token"])
    for item in campaign.invitations[3:6]:
        done(await client.post("/v1/respond/completion", json={"token": item["token"]}))
    seen = done(await client.get(f"{campaign.at}/participation", headers=admin))
    assert (seen["state"], seen["invited"], seen["completed"]) == ("open", 10, 3)
    assert [(team["team"], team["invited"], team["completed"]) for team in seen["teams"]] == [
        ("lyon", 4, 1),
        ("paris", 6, 2),
    ]


async def test_a_team_lead_sees_the_participation_of_the_own_branch_only(
    client, admin, database, secrets, organisation
):
    campaign = await launched(client, admin, {"lyon": 4, "paris": 6})
    teams = {team["key"]: UUID(team["id"]) for team in done(await client.get("/v1/teams", headers=admin))["items"]}
    for key, seen in (("lyon", ["lyon"]), ("business", ["lyon", "paris"])):
        lead = await key_for(database, secrets, organisation, Role.TEAM_LEAD, teams[key])
        found = done(await client.get(f"{campaign.at}/participation", headers=lead))
        assert [team["team"] for team in found["teams"]] == seen
        assert refused(await client.post(f"{campaign.at}/invitations", headers=lead)) == (403, "permission_missing")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("get", "", {}),
        ("get", "/assessments", {}),
        ("put", "/assessments", {"json": {"items": []}, "headers": ANY}),
        ("get", "/people", {}),
        ("post", "/people/import", {"content": roster({"lyon": 1}), "headers": CSV}),
        ("get", "/preflight", {}),
        ("post", "/launch", {}),
        ("post", "/extend", {"json": {"ends_on": "2099-01-01"}}),
        ("post", "/invitations", {}),
        ("get", "/participation", {}),
    ],
)
async def test_a_strangers_campaign_is_as_unknown_as_one_that_is_not(
    client, admin, database, secrets, method, path, body
):
    campaign = await launched(client, admin, {"lyon": 5})
    theirs = (await add_organisation(database, f"o-{uuid4()}", "Autre")).id
    stranger = await key_for(database, secrets, theirs, Role.ADMIN)
    replies = []
    for campaign_id in (campaign.id, uuid4()):
        headers = {**stranger, **body.get("headers", {})}
        reply = await getattr(client, method)(f"/v1/campaigns/{campaign_id}{path}", **{**body, "headers": headers})
        assert refused(reply) == (404, "campaign_not_found")
        status, said, content = same(reply)
        replies.append((status, said, content.replace(str(campaign_id).encode(), b"")))
    assert replies[0] == replies[1]


async def kept_contract(database, organisation):
    async with database.transaction(organisation) as tx:
        assert (await tx.execute(select(assessment.c.id).where(assessment.c.organisation_id == organisation))).all()
        body = (
            await tx.execute(select(contract.c.body).where(contract.c.organisation_id == organisation))
        ).scalar_one()
    return msgspec.convert(body, Contract)
