"""Rates and admission: what a key may ask, what a server takes at once, and how both say no."""

import asyncio
import hashlib
import math
import re
from collections import Counter
from types import SimpleNamespace
from uuid import uuid4

import httpx
import msgspec
import pytest
from sqlalchemy import text

from assess.app import Resources, create_app
from assess.campaign.tokens import InvitationText, write_invitation
from assess.errors import TooManyRequests
from assess.storage import roles
from assess.storage.database import connect
from assess.tenancy.model import Role
from assess.tenancy.tokens import KeyText, read_key, write_key
from assess.web.admission import AT_ONCE, Admission, Lane, Place, ServiceBusy
from assess.web.limits import EXCHANGES, PEERS, WINDOW, Buckets, Limits
from tenants import key_for, new_organisation
from world import build_world

pytestmark = pytest.mark.anyio


@pytest.fixture
def limited(application):
    """Clients of applications with a rate of their own."""
    state = application.litestar.state

    def made(rate):
        resources = {name: state[name] for name in Resources.__struct_fields__}
        other = create_app(Resources(**{**resources, "settings": _rated(resources["settings"], rate)}))
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(other, raise_app_exceptions=False), base_url="http://assess"
        )

    return made


def _rated(settings, rate):
    return type(settings)(**{**{name: getattr(settings, name) for name in settings.__struct_fields__}, "rate": rate})


def test_a_bucket_gives_its_quota_at_once_and_then_as_it_fills():
    buckets = Buckets(60)
    taken = [buckets.take("key", 0.0) for _ in range(61)]
    assert [standing.remaining for standing in taken] == [*range(59, -1, -1), 0]
    assert [standing.wait for standing in taken] == [0] * 60 + [1]
    assert (taken[0].reset, taken[59].reset) == (1, WINDOW)
    assert buckets.take("key", 0.9).wait == 1
    assert buckets.take("key", 1.0).wait == 0
    assert buckets.take("key", 1e9).remaining == 59, "a bucket never holds more than its quota"
    assert buckets.take("other", 0.0).remaining == 59


def test_a_slow_bucket_says_how_long_to_wait():
    buckets = Buckets(2)
    assert [buckets.take("key", 0.0).wait for _ in range(3)] == [0, 0, 30]
    assert buckets.take("key", 29.0).wait == 1
    assert buckets.take("key", 30.0).wait == 0


def test_the_bucket_untouched_longest_makes_room():
    buckets = Buckets(10, most=2)
    for name in ("a", "b", "a", "c"):
        buckets.take(name, 0.0)
    assert [buckets.take(name, 0.0).remaining for name in ("a", "b")] == [7, 9]


async def test_each_reply_says_what_is_left_and_the_one_too_many_when_to_come_again(limited, admin):
    async with limited(3) as client:
        replies = [await client.get("/v1/teams", headers=admin) for _ in range(4)]
    assert [reply.status_code for reply in replies] == [200, 200, 200, 429]
    assert {reply.headers["ratelimit-policy"] for reply in replies} == {'"key";q=3;w=60'}
    left = [re.fullmatch(r'"key";r=(\d+);t=(\d+)', reply.headers["ratelimit"]) for reply in replies]
    assert [int(found[1]) for found in left] == [2, 1, 0, 0]
    assert all(0 < int(found[2]) <= WINDOW for found in left)
    assert replies[3].json()["code"] == "too_many_requests"
    assert 1 <= int(replies[3].headers["retry-after"]) <= math.ceil(WINDOW / 3)


async def test_each_key_has_its_own_bucket(limited, admin, database, secrets, organisation):
    colleague = await key_for(database, secrets, organisation, Role.AUDITOR)
    async with limited(1) as client:
        assert [(await client.get("/v1/me", headers=key)).status_code for key in (admin, admin, colleague)] == [
            200,
            429,
            200,
        ]


async def test_whoever_has_no_valid_key_empties_nobodys_bucket(limited, admin):
    wrong = {"Authorization": admin["Authorization"][:-1] + ("0" if admin["Authorization"][-1] != "0" else "1")}
    async with limited(1) as client:
        for _ in range(3):
            assert (await client.get("/v1/me", headers=wrong)).status_code == 401
        assert (await client.get("/v1/me", headers=admin)).status_code == 200


def broken(key):
    """A key that is none, by its checksum; and one that nobody has."""
    text = key["Authorization"]
    return [{"Authorization": text[:-1] + ("1" if text.endswith("0") else "0")}, _bearer(uuid4())]


def _bearer(key_id):
    return {"Authorization": f"Bearer {write_key(KeyText(key_id, bytes(32)))}"}


async def test_an_address_without_a_key_has_a_quota_and_is_not_told_what_is_left(limited, admin):
    async with limited(1) as client:
        replies = [await client.get("/v1/questionnaires") for _ in range(PEERS + 1)]
        assert [reply.status_code for reply in replies] == [200] * PEERS + [429]
        assert int(replies[-1].headers["retry-after"]) == WINDOW // PEERS
        assert not [reply for reply in replies if "ratelimit" in reply.headers]
        for path in ("/health/live", "/health/ready", "/metrics"):
            assert (await client.get(path)).status_code == 200
        assert (await client.get("/v1/teams", headers=admin)).status_code == 429, "a key that was not seen yet"


async def test_an_address_whose_keys_are_refused_is_not_looked_up_for_ever_and_a_good_key_goes_on(limited, admin):
    async with limited(2) as client:
        assert (await client.get("/v1/me", headers=admin)).status_code == 200
        for number in range(2 * PEERS):
            assert (await client.get("/v1/me", headers=broken(admin)[number % 2])).status_code == 401
        assert (await client.get("/v1/me", headers=_bearer(uuid4()))).status_code == 429
        assert (await client.get("/v1/questionnaires")).status_code == 429
        assert (await client.get("/v1/me", headers=admin)).status_code == 200


async def test_response_keys_that_are_none_wash_no_bucket_out(limited, admin):
    async with limited(1) as client:
        assert (await client.get("/v1/me", headers=admin)).status_code == 200
        replies = [await client.get("/v1/respond", headers={"Authorization": f"Bearer {n}"}) for n in range(PEERS + 5)]
        limits = client._transport.app.litestar.state.limits
        assert [reply.status_code for reply in replies] == [401] * PEERS + [429] * 5
        assert len(limits._responses._levels) == PEERS
        assert list(limits._keys._levels) == [read_key(admin["Authorization"].removeprefix("Bearer ")).id]


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        pytest.param("192.0.2.1", "192.0.2.2", False, id="IPv4"),
        pytest.param("2001:db8::1", "2001:db8::ffff:2", True, id="neighbours of one network"),
        pytest.param("2001:db8::1", "2001:db8:0:1::1", False, id="two networks"),
        pytest.param("fe80::1%eth0", "fe80::2%eth0", True, id="on the link"),
        pytest.param("::ffff:192.0.2.1", "192.0.2.1", True, id="IPv4 as IPv6"),
        pytest.param("::ffff:192.0.2.1", "::ffff:192.0.2.2", False, id="two of IPv4 as IPv6"),
        pytest.param("", None, True, id="no address"),
    ],
)
def test_an_address_has_a_bucket_of_its_own(one, other, alike):
    limits = Limits(1)
    for host in (one, other):
        limits.failed(SimpleNamespace(scope={"client": None if host is None else (host, 1)}))
    assert len(limits._peers._levels) == 2 - alike


async def test_a_rate_of_zero_is_no_limit(limited, admin):
    async with limited(0) as client:
        replies = [await client.get("/v1/me", headers=admin) for _ in range(20)]
        exchanges = [await client.post("/v1/respond/exchange", json={"token": _token()}) for _ in range(20)]
        saves = [await client.get("/v1/respond", headers={"Authorization": "Bearer x"}) for _ in range(20)]
    assert {reply.status_code for reply in replies} == {200}
    assert {reply.status_code for reply in exchanges} == {404}
    assert {reply.status_code for reply in saves} == {401}
    assert not [reply for reply in (*replies, *exchanges, *saves) if "ratelimit" in reply.headers]


async def test_a_response_key_has_a_bucket_that_nobody_can_tell_apart(limited, client, database, secrets):
    organisation = await new_organisation(database)
    world = await build_world(client, organisation, await key_for(database, secrets, organisation, Role.ADMIN))
    headers = world.keys["respondent"]
    async with limited(2) as other:
        replies = [await other.get("/v1/respond", headers=headers) for _ in range(3)]
        limits = other._transport.app.litestar.state.limits
    assert [reply.status_code for reply in replies] == [409, 409, 429]
    assert replies[0].headers["ratelimit"].startswith('"key";r=1;')
    (name,) = limits._responses._levels
    said = headers["Authorization"].encode()
    assert (len(name), name in said, hashlib.blake2b(said, digest_size=16).digest() == name) == (16, False, False)


def _token(organisation=None):
    return write_invitation(InvitationText(organisation or uuid4(), b"t" * 32))


async def test_exchanges_are_counted_by_organisation_and_do_not_say_so(limited, organisation):
    async with limited(1) as client:
        for path in ("exchange", "completion"):
            replies = [
                await client.post(f"/v1/respond/{path}", json={"token": _token(organisation)})
                for _ in range(EXCHANGES // 2)
            ]
            assert {reply.status_code for reply in replies} == {404}
            assert not [reply for reply in replies if "ratelimit" in reply.headers]
        full = await client.post("/v1/respond/exchange", json={"token": _token(organisation)})
        other = await client.post("/v1/respond/exchange", json={"token": _token()})
        wrong = await client.post("/v1/respond/exchange", json={"token": "assess_inv_"})
    assert (full.status_code, full.headers["retry-after"]) == (429, "6")
    assert (other.status_code, wrong.status_code) == (404, 422)


def test_an_exchange_too_many_is_refused():
    limits = Limits(1)
    for _ in range(EXCHANGES):
        limits.exchange("organisation")
    with pytest.raises(TooManyRequests):
        limits.exchange("organisation")


# Admission


async def test_a_lane_takes_so_many_lets_a_few_wait_and_refuses_the_rest():
    lane = Lane(2, 1, patience=5)
    await lane.enter()
    await lane.enter()
    waiting = asyncio.create_task(lane.enter())
    await asyncio.sleep(0)
    with pytest.raises(ServiceBusy) as refusal:
        await lane.enter()
    assert refusal.value.headers == {"Retry-After": "1"}
    lane.leave()
    await waiting
    assert lane.free == 0
    lane.leave()
    lane.leave()
    assert lane.free == 2


async def test_whoever_waits_too_long_is_refused_and_takes_no_place():
    lane = Lane(1, 5, patience=0.01)
    await lane.enter()
    with pytest.raises(ServiceBusy):
        await lane.enter()
    lane.leave()
    assert lane.free == 1


@pytest.mark.parametrize("handed_over", [False, True], ids=["still waiting", "just handed a place"])
async def test_whoever_hangs_up_while_waiting_gives_the_place_to_the_next(handed_over):
    lane = Lane(1, 5, patience=5)
    await lane.enter()
    gone, next_one = asyncio.create_task(lane.enter()), asyncio.create_task(lane.enter())
    await asyncio.sleep(0)
    if handed_over:
        lane.leave()
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    if not handed_over:
        lane.leave()
    await next_one
    lane.leave()
    assert (lane.free, len(lane._waiting)) == (1, 0)


async def test_a_place_that_is_left_goes_past_those_who_have_hung_up():
    lane = Lane(1, 5, patience=5)
    await lane.enter()
    gone = asyncio.create_task(lane.enter())
    await asyncio.sleep(0)
    gone.cancel()
    lane._waiting[0].cancel()
    lane.leave()
    with pytest.raises(asyncio.CancelledError):
        await gone
    assert (lane.free, len(lane._waiting)) == (1, 0)


async def test_who_thinks_makes_room_for_the_others():
    admission = Admission(pool=1, workers=1)
    await admission.quick.enter()
    place = Place(admission.quick)
    await place.move(admission.thinking)
    assert (admission.quick.free, admission.thinking.free) == (AT_ONCE, 7)
    place.leave()
    assert (admission.quick.free, admission.thinking.free) == (AT_ONCE, 8)


async def test_an_overload_is_told_at_once_and_health_answers_all_the_same(application, client, admin):
    admission = application.litestar.state.admission
    free, queue = admission.quick.free, admission.quick._queue
    admission.quick.free = admission.quick._queue = 0
    try:
        reply = await client.get("/v1/teams", headers={**admin, "Accept-Language": "fr"})
        assert (reply.status_code, reply.json()["code"], reply.headers["retry-after"]) == (503, "service_busy", "1")
        assert reply.json()["title"].startswith("Trop de demandes")
        for path in ("/health/live", "/health/ready", "/metrics"):
            assert (await client.get(path)).status_code == 200
    finally:
        admission.quick.free, admission.quick._queue = free, queue
    assert (await client.get("/v1/teams", headers=admin)).status_code == 200


@pytest.fixture
async def small(application, postgres):
    """A client of an application that has two connections for transactions, on the same database."""
    state = application.litestar.state
    resources = {name: state[name] for name in Resources.__struct_fields__}
    opened = connect(postgres.url(roles.APP), pool=2)
    own = {"database": opened, "settings": msgspec.structs.replace(resources["settings"], pool=2)}
    transport = httpx.ASGITransport(create_app(Resources(**resources | own)), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://assess") as made:
        yield made
    await opened.close()


async def test_when_the_database_stands_still_nobody_waits_for_a_connection_in_vain(
    small, admin, database, organisation
):
    """Each of those let in waits for its lock and no longer; the rest is told that too much is under way."""
    assert (await small.get("/v1/teams", headers=admin)).status_code == 200
    async with database.transaction(organisation) as tx:
        await tx.execute(text("lock table team in access exclusive mode"))
        replies = await asyncio.gather(*(small.get("/v1/teams", headers=admin) for _ in range(100)))
    assert {reply.status_code for reply in replies} == {503}
    said = Counter((reply.json()["code"], reply.headers["retry-after"]) for reply in replies)
    assert set(said) == {("service_busy", "1"), ("database_unavailable", "2")}, (
        "2: its lock; 1: no connection of the pool"
    )
    assert said["service_busy", "1"] >= 80
    assert (await small.get("/v1/teams", headers=admin)).status_code == 200


async def test_when_nobody_more_may_think_the_rest_goes_on(application, client, admin):
    admission = application.litestar.state.admission
    free, queue = admission.thinking.free, admission.thinking._queue
    admission.thinking.free = admission.thinking._queue = 0
    try:
        wish = {"campaign_id": "01890000-0000-7000-8000-000000000000", "starts_on": "2030-01-01"}
        assert (await client.post("/v1/roadmaps", headers=admin, json=wish)).json()["code"] == "service_busy"
        assert (await client.get("/v1/roadmaps", headers=admin)).status_code == 200
    finally:
        admission.thinking.free, admission.thinking._queue = free, queue
    assert (await client.post("/v1/roadmaps", headers=admin, json=wish)).status_code == 404


async def test_strangers_think_one_by_one_and_keep_nobody_with_a_key_waiting(application, client, admin):
    admission = application.litestar.state.admission
    queue, admission.strangers._queue, admission.strangers.free = admission.strangers._queue, 0, 0
    wish = {"campaign_id": "01890000-0000-7000-8000-000000000000", "starts_on": "2030-01-01"}
    try:
        refused = await client.post("/v1/questionnaires/validate", json={})
        assert (refused.status_code, refused.json()["code"]) == (503, "service_busy")
        assert (await client.post("/v1/roadmaps", headers=admin, json=wish)).status_code == 404
    finally:
        admission.strangers._queue, admission.strangers.free = queue, 1
    assert (await client.post("/v1/questionnaires/validate", json={})).status_code == 200
    assert admission.strangers.free == 1


async def test_every_request_gives_its_place_back(application, client, admin):
    free = application.litestar.state.admission.quick.free
    for path, headers in (("/v1/teams", admin), ("/v1/teams", {}), ("/nothing", {}), ("/v1/teams?limit=x", admin)):
        await client.get(path, headers=headers)
    assert application.litestar.state.admission.quick.free == free
