"""Closing: everything acknowledged is sealed, nothing else is left, and an interrupted close is finished."""

import asyncio
from collections import Counter
from datetime import timedelta
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest
from company import COLUMNS, CSV, done, drafted, exchanged, launched, refused, saved, today
from msgspec import UNSET
from sqlalchemy import select

from assess.campaign import service
from assess.campaign.model import NO_ANSWER, CampaignAlreadyClosed, CampaignNotOpen, CampaignState
from assess.campaign.sealing import sealed_of, voices_of
from assess.storage.secrets import SecretMissing
from assess.storage.tables import answer, invitation, response, sealed_comment, sealed_response
from assess.storage.tables import campaign as campaign_table
from kept import dumped

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="session")
def items(catalogue):
    """The keys of what is asked, in order."""
    return [item.key for item in catalogue.find("offer", "1.0.0").items()]


@pytest.fixture
async def campaign(client, admin):
    """An open campaign of two teams."""
    return await launched(client, admin, {"lyon": 5, "paris": 6})


async def rows(database, organisation, table):
    async with database.transaction(organisation) as tx:
        return (await tx.execute(select(table).where(table.c.organisation_id == organisation))).all()


async def close(database, secrets, organisation, campaign):
    return await service.close(database, secrets, campaign.id, organisation)


async def test_a_close_seals_every_answer_of_every_team_in_the_order_of_its_items(
    client, admin, campaign, items, database, secrets, organisation
):
    said = {"lyon": Counter(), "paris": Counter()}
    for number, person in enumerate(campaign.invitations):
        key = await exchanged(client, person["token"])
        levels = [number % 5 + 1, NO_ANSWER, (number + 2) % 5 + 1]
        for item, level in zip(items, levels, strict=False):
            if level != NO_ANSWER:
                await saved(client, key, item, level)
        said[person["team"]][tuple(levels)] += 1
    closed = await close(database, secrets, organisation, campaign)
    assert closed.state is CampaignState.CLOSED
    async with database.transaction(organisation) as tx:
        contract, teams, assessments = await sealed_of(tx, campaign.id)
    keys = {team.team_id: team.key for team in contract.teams}
    assert {keys[team.team_id]: Counter(tuple(row[:3]) for row in team.rows) for team in teams} == said
    assert all(set(row[3:]) == {NO_ANSWER} and len(row) == len(items) for team in teams for row in team.rows)
    assert {keys[team_id] for team_id in assessments} == {"lyon", "paris"}


async def test_a_close_deletes_drafts_and_the_secret_and_keeps_who_was_invited(
    client, admin, campaign, items, database, secrets, organisation
):
    key = await exchanged(client, campaign.invitations[0]["token"])
    await saved(client, key, items[0], 3, comment="Rien à dire")
    await close(database, secrets, organisation, campaign)
    assert await rows(database, organisation, response) == await rows(database, organisation, answer) == []
    with pytest.raises(SecretMissing):
        secrets.read(campaign.id)
    assert len(await rows(database, organisation, invitation)) == 11
    (comment,) = await rows(database, organisation, sealed_comment)
    (row,) = await rows(database, organisation, sealed_response)
    assert (comment.item, comment.comment) == (items[0], "Rien à dire")
    assert comment.id != row.id


async def test_of_a_link_a_close_keeps_that_there_was_one_and_no_letter_of_it(
    client, campaign, items, database, secrets, organisation, postgres
):
    mark, (lyon, *others) = f"mark{uuid4().hex}", campaign.invitations
    key = await exchanged(client, lyon["token"])
    for place in (2, 0):
        await saved(client, key, items[place], 4, evidence=f"https://example.com/{mark}")
    await saved(client, key, items[1], 5)
    await saved(client, await exchanged(client, others[-1]["token"]), items[0], 2)
    assert mark in dumped(postgres, "--table=assess.answer")
    await close(database, secrets, organisation, campaign)
    assert mark not in dumped(postgres)
    kept = {tuple(row.answers[:3]): row.evidence for row in await rows(database, organisation, sealed_response)}
    assert kept == {(4, 5, 4): [0, 2], (2, NO_ANSWER, NO_ANSWER): []}
    async with database.transaction(organisation) as tx:
        contract, teams, _ = await sealed_of(tx, campaign.id)
    keys = {team.team_id: team.key for team in contract.teams}
    assert {keys[team.team_id]: team.evidence for team in teams} == {"lyon": [[0, 2]], "paris": UNSET}


async def test_a_close_keeps_who_says_to_have_been_hasty(client, campaign, items, database, secrets, organisation):
    for level, body in enumerate(({"hasty": True}, {"hasty": False}, None), 1):
        key = await exchanged(client, campaign.invitations[level]["token"])
        await saved(client, key, items[0], level)
        done(await client.post("/v1/respond/submit", headers=key, **({"json": body} if body else {})))
    await close(database, secrets, organisation, campaign)
    kept = {row.answers[0]: row.hasty for row in await rows(database, organisation, sealed_response)}
    assert kept == {1: True, 2: False, 3: False}
    async with database.transaction(organisation) as tx:
        _, teams, _ = await sealed_of(tx, campaign.id)
    assert [sum(team.hasty or ()) for team in teams if team.rows] == [1]


async def test_who_withdrew_or_said_nothing_is_not_sealed_and_who_did_not_submit_is(
    client, campaign, items, database, secrets, organisation
):
    withdrawn, silent, unfinished = [await exchanged(client, person["token"]) for person in campaign.invitations[:3]]
    await saved(client, withdrawn, items[0], 1)
    done(await client.post("/v1/respond/withdraw", headers=withdrawn))
    done(await client.get("/v1/respond", headers=silent))
    await saved(client, unfinished, items[0], 5)
    await close(database, secrets, organisation, campaign)
    (row,) = await rows(database, organisation, sealed_response)
    assert row.answers[0] == 5


async def test_a_perspective_that_few_share_is_not_kept(client, admin, items, database, secrets, organisation):
    campaign = await launched(client, admin, {"lyon": 5, "paris": 6})
    for person in campaign.invitations[1:]:  # four of Lyon, six of Paris
        await saved(client, await exchanged(client, person["token"]), items[0], 2)
    await close(database, secrets, organisation, campaign)
    kept = Counter(row.perspective for row in await rows(database, organisation, sealed_response))
    assert kept == {None: 4, "member": 6}


async def test_a_close_sums_up_what_perspectives_say_where_nobody_stands_out(
    client, admin, items, database, secrets, organisation
):
    """One manager and one member in each of five teams: the parent's managers are told of, and no team's."""
    teams = dict.fromkeys([f"team-{number}" for number in range(5)], 0)
    at = await drafted(client, admin, teams)
    people = [
        f"{who} {team},{who}.{team}@example.com,fr,{who},{team}" for team in teams for who in ("manager", "member")
    ]
    sheet = "\n".join([COLUMNS, *people])
    done(await client.post(f"{at}/people/import", headers={**admin, **CSV}, content=sheet))
    done(await client.post(f"{at}/launch", headers=admin))
    for invited in done(await client.post(f"{at}/invitations", headers=admin))["items"]:
        level = 4 if invited["person"].startswith("manager") else 2
        await saved(client, await exchanged(client, invited["token"]), items[0], level)
    campaign = SimpleNamespace(id=UUID(at.rpartition("/")[2]))
    async with database.transaction(organisation) as tx:
        assert await voices_of(tx, campaign.id) == []
    await close(database, secrets, organisation, campaign)
    async with database.transaction(organisation) as tx:
        voices = await voices_of(tx, campaign.id)
        contract, _, _ = await sealed_of(tx, campaign.id)
    (parent,) = [team.team_id for team in contract.teams if team.key == "business"]
    assert {(voice.node, voice.perspective): (voice.people, voice.composites["off"].total) for voice in voices} == {
        (parent, "manager"): (5, 20.0),
        (parent, "member"): (5, 10.0),
    }


async def test_a_closed_campaign_takes_nothing_and_gives_nothing_but_results(
    client, admin, campaign, items, database, secrets, organisation
):
    token = campaign.invitations[0]["token"]
    key = await exchanged(client, token)
    await saved(client, key, items[0], 3)
    await close(database, secrets, organisation, campaign)
    body = {"answer": {"type": "dont_know"}, "sequence": 2}
    for reply in (
        await client.put(f"/v1/respond/answers/{items[0]}", headers=key, json=body),
        await client.get("/v1/respond", headers=key),
        await client.post("/v1/respond/submit", headers=key),
        await client.post("/v1/respond/withdraw", headers=key),
        await client.post("/v1/respond/exchange", json={"token": token}),
        await client.post("/v1/respond/completion", json={"token": token}),
        await client.post(f"{campaign.at}/invitations", headers=admin),
        await client.post(f"{campaign.at}/extend", headers=admin, json={"ends_on": "2099-01-01"}),
    ):
        assert refused(reply) == (409, "campaign_already_closed")
    with pytest.raises(CampaignAlreadyClosed):
        await close(database, secrets, organisation, campaign)
    assert done(await client.get(f"{campaign.at}/participation", headers=admin))["invited"] == 11


async def test_a_draft_cannot_be_closed(client, admin, database, secrets, organisation):
    at = await drafted(client, admin, {"lyon": 5})
    with pytest.raises(CampaignNotOpen):
        await close(database, secrets, organisation, SimpleNamespace(id=UUID(at.rpartition("/")[2])))


async def test_what_is_saved_while_a_campaign_closes_is_sealed_or_refused(
    client, campaign, items, database, secrets, organisation
):
    keys = [await exchanged(client, person["token"]) for person in campaign.invitations]
    acknowledged = Counter()

    async def tap(number, key):
        for sequence, item in enumerate(items, 1):
            body = {"answer": {"type": "level", "level": number % 5 + 1}, "sequence": sequence}
            reply = await client.put(f"/v1/respond/answers/{item}", headers=key, json=body)
            if not reply.is_success:
                assert refused(reply)[1] in {"campaign_already_closed", "database_unavailable"}
                return
            acknowledged[item] += 1

    async def close_soon():
        await asyncio.sleep(0.05)
        await close(database, secrets, organisation, campaign)

    await asyncio.gather(close_soon(), *(tap(number, key) for number, key in enumerate(keys)))
    kept = [row.answers for row in await rows(database, organisation, sealed_response)]
    assert 0 < acknowledged.total() < len(keys) * len(items)
    for place, item in enumerate(items):
        assert sum(1 for row in kept if row[place] != NO_ANSWER) >= acknowledged[item]
    assert await rows(database, organisation, answer) == []


# The background loop.


async def end(database, organisation, campaign, days):
    async with database.transaction(organisation) as tx:
        mine = (campaign_table.c.organisation_id == organisation, campaign_table.c.id == campaign.id)
        day = today() + timedelta(days=days)
        await tx.execute(campaign_table.update().where(*mine).values(ends_on=day, starts_on=day))


async def state_of(client, admin, campaign):
    return done(await client.get(campaign.at, headers=admin))["state"]


@pytest.mark.parametrize(
    ("days", "state"),
    [
        pytest.param(1, "open", id="tomorrow"),
        pytest.param(0, "open", id="today, which is the last day"),
        pytest.param(-1, "closed", id="yesterday"),
    ],
)
async def test_the_loop_closes_a_campaign_after_its_last_day(
    client, admin, campaign, items, database, secrets, organisation, days, state
):
    await saved(client, await exchanged(client, campaign.invitations[0]["token"]), items[0], 3)
    await end(database, organisation, campaign, days)
    closed = await service.housekeeping(database, secrets, today())
    assert (campaign.id in closed) == (state == "closed")
    assert await state_of(client, admin, campaign) == state
    assert len(await rows(database, organisation, sealed_response)) == (1 if state == "closed" else 0)
    assert (campaign.id in secrets.campaigns()) == (state == "open")
    assert campaign.id not in await service.housekeeping(database, secrets, today())


async def test_the_loop_leaves_a_campaign_that_somebody_else_holds(
    client, admin, campaign, database, secrets, organisation
):
    await end(database, organisation, campaign, -1)
    async with database.transaction(organisation) as tx:
        mine = (campaign_table.c.organisation_id == organisation, campaign_table.c.id == campaign.id)
        await tx.execute(select(campaign_table.c.id).where(*mine).with_for_update())
        assert campaign.id not in await service.housekeeping(database, secrets, today())
    assert campaign.id in await service.housekeeping(database, secrets, today())


async def test_the_loop_finishes_a_close_that_was_interrupted_after_its_commit(
    campaign, database, secrets, organisation
):
    await close(database, secrets, organisation, campaign)
    secrets.create(campaign.id)  # as if the process had died before it destroyed the secret
    await service.housekeeping(database, secrets, today())
    assert campaign.id not in secrets.campaigns()


async def test_the_loop_keeps_the_secret_of_an_open_campaign_and_of_one_whose_launch_failed(
    campaign, database, secrets
):
    orphan = uuid4()
    secrets.create(orphan)
    await service.housekeeping(database, secrets, today())
    assert {campaign.id, orphan} <= set(secrets.campaigns())
    secrets.destroy(orphan)
