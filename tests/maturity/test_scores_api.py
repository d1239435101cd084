"""Scores over HTTP: explained from what was kept, to each only what the key may see, and simulated without a trace."""

from fractions import Fraction
from uuid import UUID, uuid4

import pytest
from playing import Player, done, refused
from sqlalchemy import func, select, text, update

from assess.campaign.erasure import erase_campaign
from assess.storage.tables import campaign, result, scoring, sealed_response
from assess.tenancy.model import Role

pytestmark = pytest.mark.anyio


async def scores(played):
    """Published nodes by key."""
    return {node["key"]: node for node in done(await played.player.get(f"{played.at}/results"))["nodes"]}


def at(node, of=""):
    return f"/v1/scores/{node['score_id']}/explanation" + (f"?of={of}" if of else "")


async def simulated(played, score_id, *changes, key=None):
    body = {"score_id": score_id, "changes": list(changes)}
    return await played.player.client.post("/v1/scores/simulate", headers=key or played.admin, json=body)


def parts(part):
    yield part
    for each in part["parts"]:
        yield from parts(each)


async def test_every_published_value_is_explained(played):
    for node in (await scores(played)).values():
        explained = done(await played.player.get(at(node)))
        assert (explained["node"], explained["key"], explained["threshold"]) == (node["node"], node["key"], 5)
        found = {part["of"]: part for part in parts(explained["result"])}
        for each in [*node["processes"], *node["processes"][0]["steps"]]:
            assert found[each["key"]]["state"] == each["result"]["state"]
            value = found[each["key"]]["value"]
            assert (value and value["decimal"]) == pytest.approx(each["result"]["value"])


async def test_contributions_add_up_over_http(played):
    step = done(await played.player.get(at((await scores(played))["company"], "off-listen")))["result"]
    assert step["parts"]
    total = 3 + sum(Fraction(part["contribution"]["exact"]) for part in step["parts"])
    assert total == Fraction(step["value"]["exact"])
    assert [part["name"]["en"] for part in step["parts"]] == ["Others, Métier", "Team large"]


async def test_a_hidden_node_says_why(played):
    nodes = await scores(played)
    for key, reason in (("small", "below_threshold"), ("middle", "protects_others")):
        explained = done(await played.player.get(at(nodes[key])))
        assert {part["value"] for part in parts(explained["result"])} == {None}
        assert reason in {part["state"] for part in parts(explained["result"])}
        assert {cell["reason"] for cell in explained["mask"]} == {reason}


async def test_who_has_it_already_gets_304_and_each_part_has_a_tag_of_its_own(played):
    node = (await scores(played))["large"]
    tags = set()
    for of in ("", "off", "off-listen"):
        first = await played.player.get(at(node, of))
        assert first.headers["cache-control"] == "private, no-cache"
        again = {**played.admin, "If-None-Match": first.headers["etag"]}
        reply = await played.player.client.get(at(node, of), headers=again)
        assert (reply.status_code, reply.content) == (304, b"")
        tags.add(first.headers["etag"])
    assert len(tags) == 3


async def test_an_address_that_is_none_of_its_parts_is_not_found(played):
    node = (await scores(played))["large"]
    for of in ("off-nothing", "acq", "off-listen@large", "%27", "%00%22%0d", "x" * 5000):
        assert refused(await played.player.get(at(node, of))) == (404, "part_not_found")


async def test_a_team_lead_is_told_of_the_own_team_and_those_below_it_only(played):
    teams, nodes = await played.player.teams(), await scores(played)
    lead = await played.player.key(Role.TEAM_LEAD, teams["large"])
    above = await played.player.key(Role.TEAM_LEAD, teams["business"])
    assert done(await played.player.get(at(nodes["large"]), lead))["key"] == "large"
    assert done(await played.player.get(at(nodes["large"]), above))["key"] == "large"
    for key in ("company", "business", "small"):
        assert refused(await played.player.get(at(nodes[key]), lead)) == (403, "team_beyond_key")
        assert refused(await simulated(played, nodes[key]["score_id"], key=lead)) == (403, "team_beyond_key")
    assert refused(await played.player.get(at(nodes["company"]), above)) == (403, "team_beyond_key")


async def test_a_stranger_s_score_is_as_unknown_as_none(played, client, database, secrets):
    stranger = Player(client, database, secrets)
    await stranger.settle()
    theirs = (await scores(played))["large"]
    for reply in (await stranger.get(at(theirs)), await stranger.get(at({"score_id": uuid4()}))):
        assert refused(reply) == (404, "score_not_found")
    bodies = [{"score_id": found, "changes": []} for found in (theirs["score_id"], str(uuid4()))]
    replies = [await client.post("/v1/scores/simulate", headers=stranger.admin, json=body) for body in bodies]
    assert {refused(reply) for reply in replies} == {(404, "score_not_found")}


async def test_a_simulation_says_what_would_be_and_writes_nothing(played, database):
    node = (await scores(played))["company"]
    found = done(await simulated(played, node["score_id"], {"item": "off-listen-insight", "raise": "1/2"}))
    before, after = (Fraction(found["items"][0][when]["exact"]) for when in ("before", "after"))
    assert after - before == Fraction(1, 2)
    moved = {
        step["of"]: Fraction(step["after"]["exact"]) - Fraction(step["before"]["exact"]) for step in found["steps"]
    }
    assert [of for of, by in moved.items() if by] == ["off-listen"]
    assert found["overall"] is None
    assert [each["process"] for each in found["smallest_flip"]] == ["off"]
    assert (await scores(played))["company"] == node
    async with database.transaction(played.player.organisation) as tx:
        for table in (scoring, result):
            mine = table.c.organisation_id == tx.organisation_id
            kept = (await tx.execute(select(func.count()).select_from(table).where(mine))).scalar_one()
            assert kept == (1 if table is scoring else 5)


async def test_a_change_that_cannot_be_is_refused_with_its_place(played):
    node = (await scores(played))["company"]
    reply = await simulated(played, node["score_id"], {"item": "off-listen-insight", "value": 9})
    assert refused(reply) == (422, "change_refused")
    assert reply.json()["errors"] == [
        {"pointer": "/changes/0/value", "rule": "a number from 1 to 5", "received": 9.0, "example": 3.5}
    ]


async def test_an_explanation_outlives_the_answers(client, database, secrets):
    player = Player(client, database, secrets)
    await player.settle()
    await player.launch({"one": 6})
    await player.answer({"one": 4})
    await player.close()
    node = next(node for node in done(await player.get(f"{player.at}/results"))["nodes"] if node["key"] == "one")
    before = await player.get(at(node, "off-listen"))
    campaign_id = UUID(player.at.rpartition("/")[2])
    async with database.transaction(player.organisation) as tx:
        own = (campaign.c.organisation_id == tx.organisation_id, campaign.c.id == campaign_id)
        ago = text("closed_at - interval '25 months'")
        await tx.execute(update(campaign).where(*own).values(closed_at=ago))
        assert await erase_campaign(tx, campaign_id)
        mine = sealed_response.c.organisation_id == tx.organisation_id
        assert (await tx.execute(select(func.count()).select_from(sealed_response).where(mine))).scalar_one() == 0
    after = await player.get(at(node, "off-listen"))
    assert (after.status_code, after.content) == (200, before.content)
