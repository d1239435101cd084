"""Results over HTTP: after the close only, the same for ever, and to each only what the key may see."""

import asyncio
import csv
import io
import json
from uuid import UUID, uuid4

import msgspec
import pytest
from playing import Player, done, refused
from sqlalchemy import func, select

from assess.campaign import housekeeping
from assess.maturity import earlier
from assess.maturity.flat import COLUMNS
from assess.maturity.model import ENGINE, CampaignResults, TeamResults
from assess.storage.tables import assessment, result, scoring
from assess.tenancy.model import Role
from statements import overheard

pytestmark = pytest.mark.anyio


async def by_key(played, key=None):
    reply = done(await played.player.get(f"{played.at}/results", key))
    return {node["key"]: node for node in reply["nodes"]}


async def test_closing_seals_and_scores(played):
    assert played.closed["campaign"]["state"] == "closed"
    assert (played.closed["scored"], played.closed["insufficient"]) == (2, 2)
    assert [link["rel"] for link in played.closed["links"]] == ["results", "exemptions", "participation"]


async def test_the_company_stands_first_then_the_tree(played):
    nodes = await by_key(played)
    assert list(nodes) == ["company", "business", "large", "middle", "small"]
    assert [nodes[key]["headcount"] for key in nodes] == [18, 18, 8, 6, 4]
    assert nodes["business"]["parent"] == nodes["company"]["node"] == str(played.player.organisation)


async def test_small_teams_and_who_protects_them_are_not_shown_but_count(played):
    nodes = await by_key(played)
    found = {key: node["processes"][0]["result"] for key, node in nodes.items()}
    assert [found[key]["state"] for key in ("small", "middle", "large")] == [
        "below_threshold",
        "protects_others",
        "scored",
    ]
    assert (found["large"]["value"], found["small"]["value"]) == (4.0, None)
    pooled = (4 * 2 + 6 * 3) / 10
    assert found["company"]["value"] == pytest.approx((10 * pooled + 8 * 4) / 18)
    assert (found["company"]["n"], found["company"]["interval"]["low"]) == (18, found["company"]["value"])


async def test_assessments_say_whether_they_are_scored(played):
    states = {}
    for team, at in (await played.player.assessments()).items():
        states[team] = done(await played.player.get(at))["state"]
    assert states == {"small": "insufficient", "middle": "insufficient", "large": "scored"}


async def test_one_team_reads_what_the_campaign_says_of_it(played):
    at = (await played.player.assessments())["large"]
    status, results = done(await played.player.get(at)), done(await played.player.get(f"{at}/results"))
    assert status["links"][0] == {"rel": "results", "href": f"{at}/results"}
    assert results["results"] == (await by_key(played))["large"]
    assert (results["threshold"], results["engine"]) == (5, ENGINE)


async def test_a_team_s_results_are_one_short_query(played, database):
    at = (await played.player.assessments())["large"]
    heard = overheard(database)
    done(await played.player.get(f"{at}/results"))
    frame = ("BEGIN", "SET LOCAL", "COMMIT", "select * from assess.key_by_id")
    assert ["assess.result" in said for said in heard if not said.startswith(frame)] == [True]


async def test_results_are_kept_once_and_never_computed_again(played, database):
    for _ in range(2):
        await played.player.get(f"{played.at}/results")
    async with database.transaction(played.player.organisation) as tx:
        mine = scoring.c.organisation_id == tx.organisation_id
        assert (await tx.execute(select(func.count()).select_from(scoring).where(mine))).scalar_one() == 1
        mine = result.c.organisation_id == tx.organisation_id
        assert (await tx.execute(select(func.count()).select_from(result).where(mine))).scalar_one() == 5


@pytest.mark.parametrize("view", ["results", "mask"])
async def test_who_has_them_already_gets_304(played, view):
    first = await played.player.get(f"{played.at}/{view}")
    assert first.headers["cache-control"] == "private, no-cache"
    again = {**played.admin, "If-None-Match": first.headers["etag"]}
    assert (await played.player.client.get(f"{played.at}/{view}", headers=again)).status_code == 304


async def read_as(played, media, key=None, **headers):
    said = {**(key or played.admin), "Accept": media, **headers}
    return await played.player.client.get(f"{played.at}/results", headers=said)


def rows_of(reply):
    assert reply.headers["content-type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(reply.text)))


async def test_a_sheet_has_the_numbers_and_the_mask_of_the_json(played):
    results, rows = done(await played.player.get(f"{played.at}/results")), rows_of(await read_as(played, "text/csv"))
    assert tuple(rows[0]) == COLUMNS
    assert (rows[0]["kind"], rows[0]["engine"], rows[0]["inputs_digest"]) == (
        "campaign",
        ENGINE,
        results["inputs_digest"],
    )
    told = {(row["node"], row["key"]): row for row in rows if row["kind"] in {"process", "step"}}
    for node in results["nodes"]:
        for process in node["processes"]:
            for found in (process, *process["steps"]):
                row = told[node["key"], found["key"]]
                assert row["state"] == found["result"]["state"]
                assert row["value"] == ("" if found["result"]["value"] is None else str(found["result"]["value"]))
    hidden = [(row["node"], row["process"] or None, row["state"]) for row in rows if row["kind"] == "hidden"]
    assert hidden == [(cell["key"], cell["process"], cell["reason"]) for cell in results["mask"]]
    assert len(hidden) == 4


async def test_messagepack_says_the_same(played):
    packed = await read_as(played, "application/msgpack")
    assert packed.headers["content-type"] == "application/msgpack"
    assert msgspec.msgpack.decode(packed.content) == done(await played.player.get(f"{played.at}/results"))


async def test_a_sheet_shows_a_team_lead_no_other_team(played):
    lead = await played.player.key(Role.TEAM_LEAD, (await played.player.teams())["large"])
    assert {row["node"] for row in rows_of(await read_as(played, "text/csv", lead))} == {"", "large"}


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        pytest.param("*/*", "application/json", id="anything"),
        pytest.param("text/html, */*;q=0.1", "application/json", id="a browser"),
        pytest.param("text/csv, application/json;q=0.9", "text/csv", id="rather a sheet"),
        pytest.param("text/*", "text/csv", id="a text"),
        pytest.param("application/msgpack, */*;q=0.5", "application/msgpack", id="rather packed"),
        pytest.param("application/json;q=0, */*", "text/csv", id="anything else"),
    ],
)
async def test_results_are_given_as_the_client_likes_them_best(played, accept, media):
    reply = await read_as(played, accept)
    assert reply.headers["content-type"].partition(";")[0] == media
    assert "Accept" in reply.headers.get_list("vary", split_commas=True)


async def test_no_form_of_the_results_has_the_tag_of_another(played):
    forms = ("application/json", "text/csv", "application/msgpack")
    tags = {media: (await read_as(played, media)).headers["etag"] for media in forms}
    assert len(set(tags.values())) == 3
    for media in forms:
        seen = {
            other: (await read_as(played, media, **{"If-None-Match": tag})).status_code for other, tag in tags.items()
        }
        assert seen == {other: 304 if other == media else 200 for other in forms}
    assert refused(await read_as(played, "text/html")) == (406, "not_acceptable")


async def test_the_auditor_reads_the_mask_and_the_reasons(played):
    auditor = await played.player.key(Role.AUDITOR)
    mask = done(await played.player.get(f"{played.at}/mask", auditor))
    assert [(cell["key"], cell["process"], cell["reason"]) for cell in mask["hidden"]] == [
        ("middle", None, "protects_others"),
        ("middle", "off", "protects_others"),
        ("small", None, "below_threshold"),
        ("small", "off", "below_threshold"),
    ]


async def test_a_team_lead_sees_the_own_team_and_those_below_it_only(played):
    teams, at = await played.player.teams(), await played.player.assessments()
    lead = await played.player.key(Role.TEAM_LEAD, teams["large"])
    above = await played.player.key(Role.TEAM_LEAD, teams["business"])
    assert list(await by_key(played, lead)) == ["large"]
    assert list(await by_key(played, above)) == ["business", "large", "middle", "small"]
    assert done(await played.player.get(f"{at['large']}/results", lead))["results"]["key"] == "large"
    assert done(await played.player.get(at["small"], above))["team"] == "small"
    for path in (at["small"], f"{at['small']}/results"):
        assert refused(await played.player.get(path, lead)) == (403, "team_beyond_key")
    assert refused(await played.player.get(f"{played.at}/mask", lead)) == (403, "permission_missing")


async def test_a_team_lead_reads_no_number_of_the_company(played):
    everything = done(await played.player.get(f"{played.at}/results"))
    assert [found["process"] for found in everything["summary"]["comparability"]] == ["off", None]
    for team, node in (await played.player.teams()).items():
        found = done(await played.player.get(f"{played.at}/results", await played.player.key(Role.TEAM_LEAD, node)))
        assert found["summary"] == {"comparability": [], "straight_lining": None, "haste": None}, team
        seen = {part["node"] for part in found["nodes"]}
        assert found["mask"] == [cell for cell in everything["mask"] if cell["node"] in seen], team


async def test_whoever_leads_a_team_s_new_parent_reads_nothing_of_what_it_said_before(client, database, secrets):
    player = Player(client, database, secrets)
    await player.settle()
    await player.launch({"one": 5, "two": 5})
    await player.answer({"one": 3, "two": 2})
    await player.close()
    old = (await player.teams())["business"]
    new = UUID(done(await client.post("/v1/teams", headers=player.admin, json={"key": "new", "name": "New"}))["id"])
    moved = {"key": "one", "name": "One", "parent": "new"}
    at = f"/v1/teams/{(await player.teams())['one']}"
    done(await client.put(at, headers={**player.admin, "If-Match": "*"}, json=moved))
    assessment_at = (await player.assessments())["one"]
    before, after = [await player.key(Role.TEAM_LEAD, parent) for parent in (old, new)]
    for path in (assessment_at, f"{assessment_at}/results", f"{assessment_at}/discussion-points"):
        assert done(await player.get(path, before))
        assert refused(await player.get(path, after)) == (403, "team_beyond_key"), path
    assert done(await player.get(f"{player.at}/results", after))["nodes"] == []
    points = f"{player.at}/discussion-points"
    assert refused(await player.get(points, after)) == (404, "node_not_found")


async def test_strangers_find_nothing(played, client, database, secrets):
    stranger = Player(client, database, secrets)
    await stranger.settle()
    at = (await played.player.assessments())["large"]
    for path in (f"{played.at}/results", f"{played.at}/mask"):
        assert refused(await stranger.get(path)) == (404, "campaign_not_found")
    for path in (at, f"{at}/results", f"/v1/assessments/{uuid4()}", f"/v1/assessments/{uuid4()}/results"):
        assert refused(await stranger.get(path)) == (404, "assessment_not_found")


async def test_before_the_close_only_participation_can_be_seen(client, database, secrets):
    player = Player(client, database, secrets)
    await player.settle()
    await player.launch({"one": 5})
    at = (await player.assessments())["one"]
    for path in (f"{player.at}/results", f"{player.at}/mask", f"{at}/results"):
        assert refused(await player.get(path)) == (409, "results_not_yet")
    assert done(await player.get(at))["state"] == "collecting"


async def test_a_campaign_without_any_answer_has_states_and_no_numbers(client, database, secrets):
    player = Player(client, database, secrets)
    await player.settle()
    await player.launch({"one": 5})
    assert (await player.close())["scored"] == 0
    nodes = done(await player.get(f"{player.at}/results"))["nodes"]
    assert {node["state"] for node in nodes} == {"no_answers"}
    async with database.transaction(player.organisation) as tx:
        states = await tx.execute(select(assessment.c.state).where(assessment.c.organisation_id == tx.organisation_id))
        assert states.scalars().all() == ["insufficient"]
    assert refused(await client.post(f"{player.at}/close", headers=player.admin)) == (409, "campaign_already_closed")


async def test_two_first_readers_read_the_same_and_it_is_kept_once(client, database, secrets):
    player = Player(client, database, secrets)
    await player.settle()
    await player.launch({"one": 5})
    await player.answer({"one": 3})
    await housekeeping.close(database, secrets, UUID(player.at.rpartition("/")[2]), player.organisation)
    replies = await asyncio.gather(*(player.get(f"{player.at}/results") for _ in range(3)))
    assert len({reply.content for reply in replies}) == 1
    assert done(await player.get(f"{player.at}/results")) == done(replies[0])
    async with database.transaction(player.organisation) as tx:
        mine = scoring.c.organisation_id == tx.organisation_id
        assert (await tx.execute(select(func.count()).select_from(scoring).where(mine))).scalar_one() == 1


# Results that an earlier engine has left.


async def aged(player, database, postgres):
    """A closed campaign whose results look as the first engine kept them."""
    await player.settle()
    await player.launch({"one": 5, "two": 6})
    await player.answer({"one": 3, "two": 2})
    await player.close()
    campaign = player.at.rpartition("/")[2]
    async with database.transaction(player.organisation) as tx:
        bodies = [older(body) for body in await kept_bodies(tx)]
    own = f"organisation_id = '{player.organisation}'"
    postgres.cluster.sql(f"update assess.scoring set engine = 'maturity/1', summary = null where {own}", "assess")
    for body in bodies:
        text = json.dumps(body).replace("'", "''")
        change = f"body = '{text}', score_id = null, ledger = null"
        postgres.cluster.sql(f"update assess.result set {change} where {own} and node = '{body['node']}'", "assess")
    return f"update assess.campaign set erased_on = {{}} where id = '{campaign}'"


async def kept_bodies(tx):
    mine = result.c.organisation_id == tx.organisation_id
    return (await tx.execute(select(result.c.body).where(mine))).scalars().all()


def older(value):
    """Without whatever the first engine did not say."""
    newer = {"score_id", "imported", "comparison", "range", "indicative", "gaps", "factual", "gap", "finding", "waived"}
    newer |= {"r_wg_skewed", "r_wg_star_skewed", "balanced", "evidenced"}
    of_wholes = {"prudent", "indicative"}
    if isinstance(value, list):
        return [older(part) for part in value]
    if isinstance(value, dict):
        said = {name: older(part) for name, part in value.items() if name not in newer}
        if "overall" in said or "in_overall" in said:
            said = {name: part for name, part in said.items() if name not in of_wholes}
        return {**said, "agreement": None} if "agreement" in said else said
    return value


def test_an_earlier_engine_said_nothing_of_haste():
    lined = {"comparability": [], "straight_lining": {"people": 6, "overall_without": None}}
    found = earlier.summary(lined)
    assert (found.straight_lining.people, found.haste) == (6, None)
    assert earlier.summary(msgspec.to_builtins(found)) == found


async def test_results_of_an_earlier_engine_are_computed_again(client, database, secrets, postgres):
    player = Player(client, database, secrets)
    await aged(player, database, postgres)
    found = done(await player.get(f"{player.at}/results"))
    assert (found["engine"], {node["imported"] for node in found["nodes"]}) == (ENGINE, {"none"})
    async with database.transaction(player.organisation) as tx:
        mine = scoring.c.organisation_id == tx.organisation_id
        assert (await tx.execute(select(func.count()).select_from(scoring).where(mine))).scalar_one() == 2


async def test_of_an_erased_campaign_they_are_told_in_today_s_words(client, database, secrets, postgres):
    player = Player(client, database, secrets)
    erase = await aged(player, database, postgres)
    postgres.cluster.sql(erase.format("now()"), "assess")
    found = msgspec.json.decode((await player.get(f"{player.at}/results")).content, type=CampaignResults)
    assert (found.engine, found.summary.comparability, found.mask) == ("maturity/1", [], [])
    one = next(node for node in found.nodes if node.key == "one")
    assert (one.processes[0].result.value, one.processes[0].result.comparison, one.imported) == (3.0, None, None)
    assert [each.evidenced for each in (one.processes[0], *one.processes[0].steps)] == [None] * 6
    assert len({node.score_id for node in found.nodes}) == 4
    at = (await player.assessments())["one"]
    told = msgspec.json.decode((await player.get(f"{at}/results")).content, type=TeamResults)
    assert told.results == one
