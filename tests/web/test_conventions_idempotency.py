"""Idempotency-Key: sent again, a request has no second effect and gets the same reply; nothing that is kept can be read."""

import asyncio
import gc
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import func, select, update

from assess.app import Resources, create_app, handlers_of
from assess.storage import idempotency
from assess.storage.idempotency import IdempotencyKeyBusy, claim, forget_expired
from assess.storage.secrets import seal, unseal
from assess.storage.tables import idempotency_key, team
from assess.tenancy.access import May
from assess.tenancy.model import Permission, Role
from assess.web.conditional import CHANGES, PLACES
from assess.web.idempotency import IDEMPOTENT, Keyed, Reply, Underway
from tenants import key_for, new_organisation
from world import build_world

pytestmark = pytest.mark.anyio

WITHOUT = {
    "validateQuestionnaire": "without a key of the API, and nothing is kept",
    "simulateScore": "nothing is written",
    "issueInvitations": "derived anew each time: sent again it is the same reply, and kept nowhere it must stay",
    "closeCampaign": "what is closed is closed: sent again it is a 409 that says so",
    "exchangeInvitation": "derived: the same reply each time; and no answer is tied to a key",
    "submitResponse": "sent again it changes nothing; and no answer is tied to a key",
    "withdrawResponse": "sent again it changes nothing; and no answer is tied to a key",
    "completeInvitation": "sent again it changes nothing; and no answer is tied to a key",
}
"""The operations that POST and have one effect all the same."""
NEVER = {Permission.RESPOND, Permission.PUBLIC}
SALES = {"key": "sales", "name": "Ventes"}


def keyed(admin, key=None, **more):
    return {**admin, "Idempotency-Key": key or str(uuid4()), **more}


def told(reply):
    """A reply without what belongs to this very exchange."""
    own = {"x-request-id", "ratelimit", "idempotent-replayed", "content-length", "date"}
    return (
        reply.status_code,
        reply.content,
        {name: value for name, value in reply.headers.items() if name not in own},
    )


@pytest.fixture
async def neighbour(application):
    """A client of another process on the same database."""
    state = application.litestar.state
    other = create_app(Resources(**{name: state[name] for name in Resources.__struct_fields__}))
    transport = httpx.ASGITransport(other, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://assess") as made:
        yield made


async def teams(database, organisation):
    async with database.transaction(organisation) as tx:
        return (await tx.execute(select(func.count()).where(team.c.organisation_id == organisation))).scalar_one()


async def kept(database, organisation):
    async with database.transaction(organisation) as tx:
        mine = idempotency_key.c.organisation_id == organisation
        return (await tx.execute(select(idempotency_key).where(mine))).all()


async def test_every_post_takes_a_key_or_says_why_not(application):
    without = {
        handler.operation_id
        for handler in handlers_of(application.litestar)
        if "POST" in handler.http_methods and not handler.opt.get(IDEMPOTENT)
    }
    assert without == set(WITHOUT)


async def test_nobody_takes_both_a_key_and_the_state_that_is_changed(application):
    for handler in handlers_of(application.litestar):
        assert not ({CHANGES, PLACES} & handler.opt.keys() and handler.opt.get(IDEMPOTENT)), handler.operation_id


async def test_no_answer_is_ever_tied_to_a_key(application):
    for handler in handlers_of(application.litestar):
        permission = next(guard.permission for guard in handler.resolve_guards() if isinstance(guard, May))
        assert permission not in NEVER or not handler.opt.get(IDEMPOTENT), handler.operation_id


async def test_whoever_takes_a_key_has_its_effect_in_the_transaction_that_keeps_it(application):
    for handler in handlers_of(application.litestar):
        if handler.opt.get(IDEMPOTENT):
            assert {"tx", "effect"} & set(handler.parsed_fn_signature.parameters), handler.operation_id


async def test_sent_again_it_is_answered_again_and_done_once(client, admin, database, organisation):
    headers = keyed(admin)
    first = await client.post("/v1/teams", headers=headers, json=SALES)
    again = await client.post("/v1/teams", headers=headers, json=SALES)
    assert first.status_code == 201
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert told(again) == told(first)
    assert await teams(database, organisation) == 1


async def test_a_key_with_and_without_quotes_is_the_same(client, admin, database, organisation):
    key = str(uuid4())
    await client.post("/v1/teams", headers=keyed(admin, f'"{key}"'), json=SALES)
    again = await client.post("/v1/teams", headers=keyed(admin, key), json=SALES)
    assert again.headers["idempotent-replayed"] == "true"


@pytest.mark.parametrize("key", ["", " ", '"', '""', "a b", "a,b", "é", "x" * 256], ids=ascii)
async def test_a_malformed_key_is_refused(client, admin, key):
    headers = [*admin.items(), ("Idempotency-Key", key.encode())]
    reply = await client.post("/v1/teams", headers=headers, json=SALES)
    assert (reply.status_code, reply.json()["code"]) == (400, "idempotency_key_malformed")


async def test_two_keys_at_once_are_refused(client, admin):
    headers = [*admin.items(), ("Idempotency-Key", "a"), ("Idempotency-Key", "b")]
    assert (await client.post("/v1/teams", headers=headers, json=SALES)).json()["code"] == "idempotency_key_malformed"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        pytest.param("/v1/teams", {"key": "sales", "name": "Other"}, id="another body"),
        pytest.param("/v1/teams/import", [SALES], id="another route"),
        pytest.param("/v1/teams/import?dry_run=true", [SALES], id="another query"),
    ],
)
async def test_a_key_belongs_to_one_request(client, admin, path, body):
    headers = keyed(admin)
    await client.post("/v1/teams", headers=headers, json=SALES)
    reply = await client.post(path, headers=headers, json=body)
    assert (reply.status_code, reply.json()["code"]) == (422, "idempotency_key_reused")
    assert reply.json()["errors"][0]["pointer"] == "header/Idempotency-Key"


async def test_a_refusal_keeps_nothing_and_the_key_is_free_again(client, admin, database, organisation):
    headers = keyed(admin)
    refused = await client.post("/v1/teams", headers=headers, json={**SALES, "parent": "house"})
    assert refused.json()["code"] == "tree_invalid"
    assert await kept(database, organisation) == []
    await client.post("/v1/teams", headers=admin, json={"key": "house", "name": "Maison"})
    assert (await client.post("/v1/teams", headers=headers, json={**SALES, "parent": "house"})).status_code == 201


async def test_the_key_of_another_key_or_organisation_is_another_one(client, admin, database, secrets, organisation):
    headers = keyed(admin)
    stranger = await key_for(database, secrets, await new_organisation(database), Role.ADMIN)
    colleague = await key_for(database, secrets, organisation, Role.CONSULTANT)
    await client.post("/v1/teams", headers=headers, json=SALES)
    assert (await client.post("/v1/teams", headers={**headers, **stranger}, json=SALES)).status_code == 201
    assert (await client.post("/v1/teams", headers={**headers, **colleague}, json=SALES)).status_code == 409


async def test_a_secret_is_replayed_and_kept_nowhere_in_clear(client, admin, database, organisation, secrets):
    headers = keyed(admin, "4c1f")
    ask = {"name": "Zoé of the audit", "role": "auditor"}
    first, again = [await client.post("/v1/api-keys", headers=headers, json=ask) for _ in range(2)]
    assert first.json()["secret"] == again.json()["secret"]
    assert again.headers["cache-control"] == "no-store"
    held = {"Authorization": f"Bearer {again.json()['secret']}"}
    assert (await client.get("/v1/me", headers=held)).json()["role"] == "auditor"
    (row,) = await kept(database, organisation)
    everything = b"|".join(bytes(value) for value in row if isinstance(value, bytes))
    for secret in (first.json()["secret"].encode(), b"assess_live", b"Zo", b"audit", b"4c1f"):
        assert secret not in everything


async def test_400_requests_at_once_on_20_keys_have_20_effects(client, admin, database, organisation):
    async def until_done(number):
        """As a client that knows: what is busy is sent again."""
        headers = keyed(admin, f"key-{number}")
        while True:
            reply = await client.post("/v1/teams", headers=headers, json={"key": f"t{number}", "name": f"T {number}"})
            if reply.status_code == 201:
                return number, reply.json()["id"]
            assert reply.status_code in {409, 503}
            assert int(reply.headers["retry-after"]) >= 1
            await asyncio.sleep(0.2)

    done = await asyncio.gather(*(until_done(number % 20) for number in range(400)))
    assert len(set(done)) == 20
    assert await teams(database, organisation) == 20


async def test_whoever_comes_second_waits_and_is_then_told_that_it_is_busy():
    underway = Underway()
    async with underway.alone(b"key"):
        assert await asyncio.create_task(_refusal(underway)) == (409, {"Retry-After": "1"})
    gc.collect()
    assert len(underway._locks) == 0, "nothing is remembered of who is gone"
    async with underway.alone(b"key"):
        assert len(underway._locks) == 1


async def test_whoever_would_think_the_same_waits_and_does_not_think(application, database, organisation):
    asked = SimpleNamespace(method="POST", url=SimpleNamespace(path="/v1/roadmaps", query=""), app=application.litestar)
    asked.auth = SimpleNamespace(organisation_id=organisation, key_id=uuid4())
    asked.body = lambda: asyncio.sleep(0, b"{}")
    async with Keyed(b"key") as first, Keyed(b"key") as second:
        await first.look(asked)
        with pytest.raises(IdempotencyKeyBusy):
            await second.look(asked)


async def _refusal(underway):
    try:
        async with underway.alone(b"key"):
            return None
    except IdempotencyKeyBusy as refusal:
        return refusal.status, refusal.headers


async def test_another_process_waits_for_the_lock_and_is_then_told_that_it_is_busy(database, organisation):
    async with database.transaction(organisation) as first:
        assert await claim(first, b"hash", b"asked") is None
        with pytest.raises(IdempotencyKeyBusy):
            async with database.transaction(organisation) as second:
                await claim(second, b"hash", b"asked")


async def test_another_process_that_waits_gets_what_was_answered(database, organisation):
    async def second():
        async with database.transaction(organisation) as tx:
            return await claim(tx, b"hash", b"asked")

    async with database.transaction(organisation) as tx:
        assert await claim(tx, b"hash", b"asked") is None
        waiting = asyncio.create_task(second())
        await asyncio.sleep(0.2)
        await idempotency.answer(tx, b"hash", b"reply")
    assert (await waiting).reply == b"reply"


async def test_what_else_goes_wrong_while_claiming_is_not_called_busy(database, organisation):
    with pytest.raises(Exception, match="bytes") as error:
        async with database.transaction(organisation) as tx:
            await claim(tx, b"hash", "no bytes")
    assert not isinstance(error.value, IdempotencyKeyBusy)


async def test_an_expired_key_is_taken_anew_and_forgotten_by_the_background_loop(client, admin, database, organisation):
    headers = keyed(admin)
    await client.post("/v1/teams", headers=headers, json=SALES)
    async with database.transaction(organisation) as tx:
        long_ago = datetime.now(UTC) - timedelta(days=1)
        mine = idempotency_key.c.organisation_id == organisation
        await tx.execute(update(idempotency_key).where(mine).values(expires_at=long_ago))
    reply = await client.post("/v1/teams", headers=headers, json={"key": "other", "name": "Other"})
    assert reply.status_code == 201
    (row,) = await kept(database, organisation)
    assert timedelta(days=6) < row.expires_at - datetime.now(UTC) <= timedelta(days=7)
    await forget_expired(database, datetime.now(UTC))
    assert len(await kept(database, organisation)) == 1
    assert await forget_expired(database, datetime.now(UTC) + timedelta(days=8)) >= 1
    assert await kept(database, organisation) == []
    assert await forget_expired(database, datetime.now(UTC) - timedelta(days=800)) == 0


async def test_what_was_sealed_under_another_pepper_is_not_given_to_anybody(client, admin, database, organisation):
    headers = keyed(admin)
    await client.post("/v1/teams", headers=headers, json=SALES)
    async with database.transaction(organisation) as tx:
        mine = idempotency_key.c.organisation_id == organisation
        await tx.execute(update(idempotency_key).where(mine).values(reply=b"x" * 40))
    reply = await client.post("/v1/teams", headers=headers, json=SALES)
    assert (reply.status_code, reply.json()["code"]) == (422, "idempotency_key_reused")


async def test_a_commit_that_fails_is_not_answered_as_done(client, admin, database, organisation, postgres):
    postgres.cluster.sql(
        """create function assess.no() returns trigger language plpgsql as
             $$ begin raise exception using errcode = '57014', message = 'not now'; end $$;
           create constraint trigger no after insert on assess.team deferrable initially deferred
             for each row when (new.key = 'cursed') execute function assess.no()""",
        database="assess",
    )
    try:
        headers = keyed(admin)
        reply = await client.post("/v1/teams", headers=headers, json={"key": "cursed", "name": "C"})
        assert reply.status_code == 503, reply.text
        assert await teams(database, organisation) == 0
        assert await kept(database, organisation) == []
    finally:
        postgres.cluster.sql("drop trigger no on assess.team; drop function assess.no()", database="assess")


async def test_a_roadmap_and_a_report_are_made_once_although_a_worker_thinks_meanwhile(client, database, secrets):
    organisation = await new_organisation(database)
    admin = await key_for(database, secrets, organisation, Role.ADMIN)
    world = await build_world(client, organisation, admin)
    before = len((await client.get("/v1/roadmaps", headers=admin)).json()["items"])
    ask = {"campaign_id": world.ids["campaign_id"], "starts_on": "2030-01-01"}
    headers = keyed(admin)
    replies = await asyncio.gather(*(client.post("/v1/roadmaps", headers=headers, json=ask) for _ in range(4)))
    assert {reply.status_code for reply in replies} <= {201, 409}
    first, again = [await client.post("/v1/roadmaps", headers=headers, json=ask) for _ in range(2)]
    assert told(first) == told(again)
    assert again.headers["location"] == f"/v1/roadmaps/{again.json()['id']}"
    assert len((await client.get("/v1/roadmaps", headers=admin)).json()["items"]) == before + 1
    report = {"roadmap_id": world.ids["roadmap_id"], "language": "en"}
    drawn, replayed = [
        await client.post("/v1/reports", headers=(headers := keyed(admin, "r")), json=report) for _ in range(2)
    ]
    assert (drawn.status_code, replayed.headers["idempotent-replayed"]) == (201, "true")
    assert told(drawn) == told(replayed)
    there = keyed(admin)  # drawn before: 200, without an effect, and all the same replayed
    was, is_ = [await client.post("/v1/reports", headers=there, json=report) for _ in range(2)]
    assert (was.status_code, is_.headers["idempotent-replayed"]) == (200, "true")
    other = await client.post("/v1/reports", headers=there, json={**report, "language": "fr"})
    assert other.json()["code"] == "idempotency_key_reused"


async def test_two_processes_that_think_at_once_have_one_effect(client, neighbour, database, secrets):
    organisation = await new_organisation(database)
    admin = await key_for(database, secrets, organisation, Role.ADMIN)
    world = await build_world(client, organisation, admin)
    ask = {"campaign_id": world.ids["campaign_id"], "starts_on": "2031-01-01"}
    headers = keyed(admin)
    both = await asyncio.gather(*(each.post("/v1/roadmaps", headers=headers, json=ask) for each in (client, neighbour)))
    assert told(both[0]) == told(both[1])
    assert [reply.headers.get("idempotent-replayed") for reply in both].count("true") == 1
    assert len((await client.get("/v1/roadmaps", headers=admin)).json()["items"]) == 2


async def test_two_processes_at_once_create_once(client, neighbour, admin, database, organisation):
    headers = keyed(admin)
    both = await asyncio.gather(*(each.post("/v1/teams", headers=headers, json=SALES) for each in (client, neighbour)))
    assert told(both[0]) == told(both[1])
    assert await teams(database, organisation) == 1


async def test_a_handler_that_has_no_effect_keeps_no_reply(database, organisation):
    async with Keyed(b"key") as idle:
        await idle.keep(Reply(200, "application/json", {}, b"{}"))
    assert await kept(database, organisation) == []


@pytest.mark.parametrize("size", [0, 1, 16, 1000])
def test_what_is_sealed_can_be_opened_with_its_key_alone(size):
    text = b"s" * size
    sealed = seal(b"key", text)
    assert unseal(b"key", sealed) == text
    assert unseal(b"other", sealed) is None
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        assert unseal(b"key", bytes(changed)) is None
    assert size < 16 or text not in sealed
    assert seal(b"key", text) == sealed
