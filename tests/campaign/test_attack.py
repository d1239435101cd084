"""A superuser with the whole closed database cannot tell who answered what; with one that is not sealed, he can."""

import random
from uuid import UUID

import asyncpg
import attack
import pytest
from company import done, exchanged, launched, saved

from assess.campaign import sealing, service
from assess.storage import roles

pytestmark = pytest.mark.anyio
PEOPLE = 20
"""In each of two teams: by chance one of a team's people is matched, two of the forty in all."""
ALL, CHANCE = 1.0, 0.3
"""One way of matching finds k of 40 with the probability of Poisson(2); the best of a few hundred ways stays below 12."""


COPIED = """
insert into assess.sealed_response
select r.organisation_id, gen_random_uuid(), r.campaign_id, r.assessment_id, null, r.form,
       (select array_agg(a.value order by array_position($2::text[], a.item))
        from assess.answer a where (a.organisation_id, a.response_id) = (r.organisation_id, r.id))
from assess.response r where r.campaign_id = $1 order by r.ctid
"""


@pytest.fixture
async def superuser(postgres):
    """A connection that reads everything."""
    connection = await asyncpg.connect(postgres.url("postgres", roles.DATABASE))
    yield connection
    await connection.close()


@pytest.fixture(scope="session")
def items(catalogue):
    """Three items in the order of their keys: enough to give each person answers of their own."""
    practices = [item.key for item in catalogue.find("offer", "1.0.0").items() if not item.key.startswith("kpi")]
    return practices[:3]


async def answered(client, admin, items, key):
    """A campaign that forty people answer one after the other, as they come; what each said, by e-mail."""
    campaign = await launched(client, admin, {"lyon": PEOPLE, "paris": PEOPLE}, key=key)
    people = list(campaign.invitations)
    random.SystemRandom().shuffle(people)
    said = random.SystemRandom().sample(
        [(a, b, c) for a in range(1, 6) for b in range(1, 6) for c in range(1, 6)], 2 * PEOPLE
    )
    truth = {}
    for person, levels in zip(people, said, strict=True):
        bearer = await exchanged(client, person["token"])
        for item, level in zip(items, levels, strict=True):
            await saved(client, bearer, item, level)
        done(await client.post("/v1/respond/submit", headers=bearer))
        done(await client.post("/v1/respond/completion", json={"token": person["token"]}))
        truth[person["email"]] = levels
    return campaign, truth


async def test_the_attack_finds_everybody_until_a_campaign_is_sealed_and_then_nobody(
    client, admin, items, database, secrets, organisation, superuser
):
    campaign, truth = await answered(client, admin, items, "spring")
    by_key = {
        email: tuple(level for _, level in sorted(zip(items, said, strict=True))) for email, said in truth.items()
    }
    found, way = await attack.best_guess(superuser, attack.DRAFTS, campaign.id, by_key)
    assert found == ALL, way
    await service.close(database, secrets, campaign.id, organisation)
    found, way = await attack.best_guess(superuser, attack.SEALED, campaign.id, truth)
    assert found < CHANCE, way


def test_the_order_of_sealed_rows_is_drawn_by_the_operating_system():
    assert isinstance(sealing._shuffle.__self__, random.SystemRandom)


async def test_rows_that_are_copied_without_shuffling_give_everybody_away(client, admin, items, superuser):
    campaign, truth = await answered(client, admin, items, "spring")
    await superuser.execute(COPIED, campaign.id, items)
    found, way = await attack.best_guess(superuser, attack.SEALED, campaign.id, truth)
    assert found == ALL, way


async def test_no_value_of_a_sealed_row_stands_anywhere_else(
    client, admin, items, database, secrets, organisation, superuser
):
    campaign, _ = await answered(client, admin, items, "spring")
    before = [dict(row) for row in await superuser.fetch(attack.DRAFTS, campaign.id)]
    await service.close(database, secrets, campaign.id, organisation)
    people = [dict(row) for row in await superuser.fetch(attack.PEOPLE, campaign.id)]
    sealed = [dict(row) for row in await superuser.fetch(attack.SEALED, campaign.id)]
    names = [name for (name,) in await superuser.fetch("select tablename from pg_tables where schemaname = 'assess'")]
    ids = {str(row["id"]) for row in sealed}
    for name in set(names) - {"sealed_response"}:
        everything = await superuser.fetchval(f"select coalesce(string_agg(t::text, ''), '') from assess.{name} as t")
        assert not [made for made in ids if made in everything], name
    assert {row["id"] for row in sealed}.isdisjoint(row["id"] for row in before)
    assert all(UUID(made).version == 4 for made in ids)
    assert {row["s_xmin"] for row in sealed}.isdisjoint(
        {row["i_xmin"] for row in people} | {row["p_xmin"] for row in people}
    )
    assert len({row["s_xmin"] for row in sealed}) == 1, "written in one transaction"
