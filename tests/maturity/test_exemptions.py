"""Exemptions over HTTP: what most of a team's people say does not apply, and somebody answers for it."""

import asyncio
from uuid import uuid4

import pytest
from playing import Player, done, refused
from sqlalchemy import update

from assess.storage.tables import campaign
from assess.tenancy.model import Role

pytestmark = pytest.mark.anyio

ITEM = "off-decide-arbitration"
STEP = "off-decide"
REASON = {"reason": "Rien n’est arbitré ici"}


@pytest.fixture
async def player(client, database, secrets) -> Player:
    """A closed campaign of a team of six, who all say of one item that it does not apply, and of one of eight, who do not."""
    player = Player(client, database, secrets)
    await player.settle()
    await player.launch({"middle": 6, "large": 8})
    await player.answer({"middle": 3, "large": 4}, foreign={"middle": ITEM})
    await player.close()
    return player


async def place(player, team="middle", item=ITEM) -> str:
    return f"{(await player.assessments())[team]}/exemptions/{item}"


async def put(player, body, at=None, key=None, **conditions):
    headers = {**(key or player.admin), **conditions}
    return await player.client.put(at or await place(player), headers=headers, json=body)


async def lines(player) -> list[tuple[str, str, bool]]:
    found = done(await player.get(f"{player.at}/exemptions"))["items"]
    return [(each["team"], each["item"], each["waiting"]) for each in found]


async def step(player, team="middle"):
    nodes = {node["key"]: node for node in done(await player.get(f"{player.at}/results"))["nodes"]}
    found = next(each for each in nodes[team]["processes"][0]["steps"] if each["key"] == STEP)
    return found["result"]["state"], next(each["result"]["state"] for each in found["items"] if each["key"] == ITEM)


async def test_what_people_say_waits_until_it_is_confirmed(player):
    assert (await lines(player), await step(player)) == ([("middle", ITEM, True)], ("low_coverage", "unconfirmed"))
    made = await put(player, REASON)
    assert (made.status_code, made.json()["revision"], made.json()["stands"]) == (201, 1, True)
    assert (await lines(player), await step(player)) == ([("middle", ITEM, False)], ("scored", "not_applicable"))


async def test_a_confirmation_can_be_taken_back_and_every_decision_is_kept(player):
    for body, revision in ((REASON, 1), (REASON, 1), ({"reason": "Ils arbitrent", "stands": False}, 2), (REASON, 3)):
        assert done(await put(player, body))["revision"] == revision
    assert await step(player) == ("scored", "not_applicable")
    done(await put(player, {"reason": "Tout de même", "stands": False}))
    assert (await lines(player), await step(player)) == ([("middle", ITEM, True)], ("low_coverage", "unconfirmed"))


async def test_results_of_before_keep_their_address(player):
    before = done(await player.get(f"{player.at}/results"))
    done(await put(player, REASON))
    after = done(await player.get(f"{player.at}/results"))
    assert before["inputs_digest"] != after["inputs_digest"]
    for results in (before, after):
        explained = done(await player.get(f"/v1/scores/{results['nodes'][0]['score_id']}/explanation"))
        assert explained["inputs_digest"] == results["inputs_digest"]


async def test_one_team_reads_the_results_of_the_last_decision(player):
    at = (await player.assessments())["middle"]
    read = done(await player.get(f"{at}/results"))["inputs_digest"]
    done(await put(player, REASON))
    assert done(await player.get(f"{at}/results"))["inputs_digest"] != read


async def test_what_a_team_answers_is_not_taken_away(player):
    before = await step(player, "large")
    done(await put(player, REASON, await place(player, "large")))
    assert await step(player, "large") == before == ("scored", "scored")
    assert ("large", ITEM, False) in await lines(player)


async def test_decisions_can_be_made_before_the_close_and_count_then(client, database, secrets):
    player = Player(client, database, secrets)
    await player.settle()
    await player.launch({"middle": 6})
    done(await put(player, REASON))
    assert await lines(player) == [("middle", ITEM, False)]
    await player.answer({"middle": 3}, foreign={"middle": ITEM})
    await player.close()
    assert await step(player) == ("scored", "not_applicable")


async def test_a_decision_is_read_alone_with_its_tag(player):
    at = await place(player)
    assert refused(await player.get(at)) == (404, "exemption_not_found")
    done(await put(player, REASON))
    read = done(await player.get(at))
    assert (read["item"], read["reason"], read["revision"]) == (ITEM, REASON["reason"], 1)


async def test_a_decision_on_an_older_state_is_refused(player):
    done(await put(player, REASON))
    stale = (await put(player, REASON)).headers.get("etag", '"stale"')
    done(await put(player, {"reason": "Autre raison"}))
    assert refused(await put(player, REASON, **{"If-Match": stale})) == (412, "precondition_failed")


@pytest.mark.parametrize(
    ("body", "item", "status", "code"),
    [
        pytest.param({}, ITEM, 422, "invalid", id="no reason"),
        pytest.param({"reason": " "}, ITEM, 422, "invalid", id="nothing said"),
        pytest.param({"reason": "Deux\nlignes"}, ITEM, 422, "invalid", id="two lines"),
        pytest.param(REASON, "acq-convert-gonogo", 422, "item_not_asked", id="an item of another questionnaire"),
    ],
)
async def test_a_decision_needs_a_reason_and_an_item_that_is_asked(player, body, item, status, code):
    assert refused(await put(player, body, await place(player, item=item))) == (status, code)
    assert await lines(player) == [("middle", ITEM, True)]


async def test_the_refusal_of_an_item_names_one_that_is_asked(player):
    (error,) = (await put(player, REASON, await place(player, item="acq-x"))).json()["errors"]
    assert (error["pointer"], error["received"]) == ("path/item", "acq-x")
    assert (await put(player, REASON, await place(player, item=error["example"]))).status_code == 201


async def test_strangers_and_team_leads_decide_nothing(player):
    teams = await player.teams()
    lead = await player.key(Role.TEAM_LEAD, teams["middle"])
    auditor = await player.key(Role.AUDITOR)
    assert refused(await put(player, REASON, key=lead)) == (403, "permission_missing")
    assert refused(await put(player, REASON, key=auditor)) == (403, "permission_missing")
    assert done(await player.get(f"{player.at}/exemptions", auditor))["items"]
    assert refused(await player.get(f"{player.at}/exemptions", lead)) == (403, "permission_missing")
    assert refused(await put(player, REASON, f"/v1/assessments/{uuid4()}/exemptions/{ITEM}")) == (
        404,
        "assessment_not_found",
    )


async def test_a_draft_has_no_exemptions(client, database, secrets):
    player = Player(client, database, secrets)
    await player.settle()
    await player.launch({"middle": 6})
    at = await place(player)
    async with database.transaction(player.organisation) as tx:
        mine = campaign.c.organisation_id == tx.organisation_id
        await tx.execute(update(campaign).where(mine).values(state="draft"))
    assert refused(await put(player, REASON, at)) == (409, "campaign_not_launched")


async def test_once_the_answers_are_erased_results_stay_as_they_are(player, database):
    at = await place(player)
    async with database.transaction(player.organisation) as tx:
        mine = campaign.c.organisation_id == tx.organisation_id
        await tx.execute(update(campaign).where(mine).values(erased_on=tx.now.date()))
    assert refused(await put(player, REASON, at)) == (409, "exemptions_settled")
    assert await step(player) == ("low_coverage", "unconfirmed")


async def test_of_two_decisions_at_the_same_moment_each_is_kept(player):
    made = await asyncio.gather(*(put(player, {"reason": f"Raison {number}"}) for number in range(2)))
    assert sorted(reply.status_code for reply in made) == [200, 201]
    assert sorted(done(reply)["revision"] for reply in made) == [1, 2]


async def test_pages_of_lines_follow_each_other(player):
    for team, item in (("large", ITEM), ("large", "off-listen-insight")):
        done(await put(player, REASON, await place(player, team, item)))
    read, at = [], f"{player.at}/exemptions?limit=1"
    while at:
        page = done(await player.get(at))
        read += [(each["team"], each["item"]) for each in page["items"]]
        at = page["next"]
    assert read == [("large", ITEM), ("large", "off-listen-insight"), ("middle", ITEM)]
