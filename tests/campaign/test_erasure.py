"""Erasing a person: the roster and the invitation go; what nobody can find, nobody can erase for somebody else."""

import pytest
from company import done, drafted, exchanged, launched, refused, saved

from assess.storage.ids import uuid7
from assess.tenancy.model import Role
from tenants import key_for

pytestmark = pytest.mark.anyio


@pytest.fixture
async def campaign(client, admin):
    """An open campaign of two teams."""
    return await launched(client, admin, {"lyon": 5, "paris": 6})


async def people(client, admin, at):
    return done(await client.get(f"{at}/people", headers=admin))["items"]


async def test_somebody_is_erased_from_the_roster_of_a_draft(client, admin):
    at = await drafted(client, admin, {"lyon": 5})
    before = await people(client, admin, at)
    erased = done(await client.delete(f"{at}/people/{before[0]['id']}", headers=admin))
    assert erased["answers"]["en"] == "There are no answers: the campaign has not been launched."
    assert await people(client, admin, at) == before[1:]


async def test_the_link_of_somebody_erased_opens_nothing_and_the_own_answers_can_still_be_withdrawn(
    client, admin, campaign
):
    person, item = campaign.invitations[0], "off-listen-insight"
    key = await exchanged(client, person["token"])
    await saved(client, key, item, 3)
    (found,) = [each for each in await people(client, admin, campaign.at) if each["email"] == person["email"]]
    erased = done(await client.delete(f"{campaign.at}/people/{found['id']}", headers=admin))
    assert (erased["person_id"], erased["campaign"]) == (found["id"], "spring")
    assert erased["answers"]["fr"].startswith("Les réponses, s’il y en a, restent")
    token = {"token": person["token"]}
    assert refused(await client.post("/v1/respond/exchange", json=token)) == (404, "invitation_unknown")
    assert [each["item"] for each in done(await client.get("/v1/respond", headers=key))["answers"]] == [item]
    assert done(await client.post("/v1/respond/withdraw", headers=key))["answered"] == 0
    participation = done(await client.get(f"{campaign.at}/participation", headers=admin))
    assert participation["invited"] == 10


async def test_somebody_is_erased_once(client, admin, campaign):
    (first, *_) = await people(client, admin, campaign.at)
    at = f"{campaign.at}/people/{first['id']}"
    done(await client.delete(at, headers=admin))
    assert refused(await client.delete(at, headers=admin)) == (404, "person_not_found")


async def test_somebody_of_another_campaign_is_unknown_here(client, admin, campaign):
    other = await drafted(client, admin, {"lyon": 5}, key="autumn")
    before = await people(client, admin, other)
    stray = await client.delete(f"{campaign.at}/people/{before[0]['id']}", headers=admin)
    assert refused(stray) == (404, "person_not_found")
    nowhere = await client.delete(f"/v1/campaigns/{uuid7()}/people/{before[0]['id']}", headers=admin)
    assert refused(nowhere) == (404, "campaign_not_found")
    assert await people(client, admin, other) == before


async def test_an_auditor_erases_nobody(client, admin, campaign, database, secrets, organisation):
    auditor = await key_for(database, secrets, organisation, Role.AUDITOR)
    (first, *_) = await people(client, admin, campaign.at)
    reply = await client.delete(f"{campaign.at}/people/{first['id']}", headers=auditor)
    assert refused(reply) == (403, "permission_missing")


async def test_without_its_secret_a_campaign_goes_on_and_only_its_links_cannot_be_made_again(
    client, admin, campaign, secrets
):
    secrets.destroy(campaign.id)
    assert refused(await client.post(f"{campaign.at}/invitations", headers=admin)) == (409, "secret_missing")
    key = await exchanged(client, campaign.invitations[0]["token"])
    assert (await saved(client, key, "off-listen-insight", 3))["sequence"] == 1
