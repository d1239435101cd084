"""A network that fails between phone and server, and between server and database: acknowledged means kept, once."""

import asyncio
import time
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest
from msgspec import Struct
from sqlalchemy import select

from assess.storage import roles
from assess.storage.database import PATIENCE_HOT, Database, DatabaseUnavailable, connect
from assess.storage.embedded import Embedded
from assess.storage.tables import sealed_response
from campaign.company import done, exchanged, launched, refused
from faults.phones import Headers, Phone, Trial, items_of
from faults.proxy import QUICK, Fault, Proxy
from faults.served import Server

pytestmark = pytest.mark.anyio
PHONES = 6
TAPS = 4
WAITS = 0.4
"""Seconds that a phone waits for a reply."""
STAYS = 8.0
"""Seconds in which also a slow machine has done what was asked, before who asked gives up."""


class Network(Struct, frozen=True):
    """A server, the proxy before it, and the proxy before its database."""

    server: Server
    before_server: Proxy
    before_database: Proxy

    def client(self) -> httpx.AsyncClient:
        """A client that goes through the proxy."""
        return self.server.client(self.before_server.address)


@pytest.fixture(scope="module")
async def network(
    tmp_path_factory: pytest.TempPathFactory, postgres: Embedded, database: Database
) -> AsyncIterator[Network]:
    """A server on the database of this run, both behind proxies that do nothing yet."""
    del database  # it is migrated
    async with Proxy(postgres.cluster.socket, seed=2) as before_database:
        url = postgres.url(roles.APP).replace(str(postgres.cluster.socket), str(before_database.folder))
        said = {"ASSESS_DATABASE_URL": url, "ASSESS_HOUSEKEEPING": "0"}
        server = Server(tmp_path_factory.mktemp("network") / "data", said)
        try:
            await server.start()
            async with Proxy(("127.0.0.1", server.settings.port)) as before_server:
                yield Network(server, before_server, before_database)
        finally:
            await asyncio.to_thread(server.erase)  # its connections end through the proxy, which works in this loop


@pytest.fixture(scope="module")
async def people(network: Network) -> tuple[str, Headers, list[Phone]]:
    """An open campaign, its admin, and its people's phones."""
    _, admin = await network.server.admit()
    async with network.server.client() as client:
        campaign = await launched(client, admin, {"lyon": PHONES})
        keys = [await exchanged(client, person["token"]) for person in campaign.invitations]
        items = items_of(done(await client.get("/v1/respond", headers=keys[0])))
    return campaign.at, admin, [Phone(key, items) for key in keys]


@pytest.mark.parametrize("fault", Fault, ids=lambda fault: fault.value)
async def test_between_phone_and_server_no_acknowledged_answer_is_lost_when(network, people, fault):
    await answer(network, people, network.before_server, fault, chance=0.3)


@pytest.mark.parametrize("fault", QUICK, ids=lambda fault: fault.value)
async def test_between_server_and_database_no_acknowledged_answer_is_lost_when(network, people, fault):
    await answer(network, people, network.before_database, fault, chance=0.15)


async def answer(network: Network, people: tuple[str, Headers, list[Phone]], proxy: Proxy, fault: Fault, chance: float):
    """Everybody answers some questions and submits, through a fault; then look without it."""
    _, _, phones = people
    before = proxy.struck.total()
    async with network.client() as client:
        client.timeout = httpx.Timeout(WAITS)
        proxy.faults, proxy.chance = (fault,), chance
        try:
            await asyncio.gather(*(tap_and_submit(client, phone) for phone in phones))
        finally:
            proxy.chance = 0
    assert proxy.struck.total() > before
    async with network.server.client() as client:
        assert sum([await phone.lost(client) for phone in phones]) == 0
        forms = [done(await client.get("/v1/respond", headers=phone.key)) for phone in phones]
    assert {form["progress"]["state"] for form in forms} <= {"completed", "amended"}


async def tap_and_submit(client: httpx.AsyncClient, phone: Phone) -> None:
    """A few answers, then "done"."""
    for _ in range(TAPS):
        await phone.tap(client)
    done(await phone.insist(client, "POST", "/v1/respond/submit", phone.key))


async def test_a_close_a_roadmap_and_a_report_happen_once_however_often_they_are_sent(network, people, database):
    at, admin, phones = people
    boss = Trial()
    async with network.server.client() as client:
        await asyncio.gather(*(tap_and_submit(client, phone) for phone in phones))
    proxies = network.before_server, network.before_database
    before = [proxy.struck.total() for proxy in proxies]
    for proxy, chance in zip(proxies, (0.3, 0.03), strict=True):
        proxy.faults, proxy.chance = QUICK, chance
    async with network.client() as client:
        closed = await boss.insist(client, "POST", f"{at}/close", admin)
        assert closed.is_success or (boss.failed and refused(closed) == (409, "campaign_already_closed"))
        new = {"campaign_id": at.rpartition("/")[2], "starts_on": "2030-01-01"}
        roadmap = await twice(client, boss, "/v1/roadmaps", admin, new)
        report = await twice(client, boss, "/v1/reports", admin, {"roadmap_id": roadmap, "language": "en"})
        while not all(proxy.struck.total() > old for proxy, old in zip(proxies, before, strict=True)):
            assert done(await boss.insist(client, "GET", at, admin))["state"] == "closed"
    for proxy in proxies:
        proxy.chance = 0
    async with network.server.client() as client:
        for path, made in (("/v1/roadmaps", roadmap), ("/v1/reports", report)):
            assert [each["id"] for each in done(await client.get(path, headers=admin))["items"]] == [made]
        organisation = done(await client.get("/v1/me", headers=admin))["organisation"]["id"]
    async with database.transaction(organisation) as tx:
        rows = await tx.execute(
            select(sealed_response.c.answers).where(sealed_response.c.organisation_id == organisation)
        )
        sealed = [sorted(level for level in row.answers if level > 0) for row in rows]
    assert sorted(sealed) == sorted(sorted(level for _, level in phone.kept.values()) for phone in phones)


async def twice(client: httpx.AsyncClient, boss: Trial, path: str, admin: Headers, new: dict[str, str]) -> str:
    """Create something, and again with the same key as a client would whose reply was lost; its id."""
    headers = {**admin, "Idempotency-Key": f'"{uuid4()}"'}
    first, again = [await boss.insist(client, "POST", path, headers, json=new) for _ in range(2)]
    assert again.headers["idempotent-replayed"] == "true"
    assert done(first) == done(again)
    return done(first)["id"]


@pytest.mark.parametrize(
    ("path", "new"),
    [
        pytest.param("/v1/teams", {"key": "nice", "name": "Nice", "parent": "business"}, id="a team"),
        pytest.param("/v1/api-keys", {"name": "Spare", "role": "auditor"}, id="a secret that is shown once"),
    ],
)
async def test_whose_reply_never_arrives_has_it_when_he_asks_again_with_the_same_key(network, people, path, new):
    _, admin, _ = people
    headers = {**admin, "Idempotency-Key": f'"{uuid4()}"'}
    network.before_server.faults, network.before_server.chance = (Fault.STALLED_REPLY,), 1
    async with network.client() as client:
        with pytest.raises(httpx.ReadTimeout):
            await client.post(path, headers=headers, json=new, timeout=STAYS)
        network.before_server.chance = 0
        again = await Trial().insist(client, "POST", path, headers, json=new)
        listed = done(await client.get(f"{path}?limit=200", headers=admin))["items"]
    assert again.headers["idempotent-replayed"] == "true"
    assert done(again)
    assert [each["name"] for each in listed].count(new["name"]) == 1


async def test_a_server_whose_link_to_the_database_stands_still_says_so_while_one_waits(network, people):
    _, admin, (phone, *_) = people
    network.before_database.faults, network.before_database.chance = (Fault.STALLED_REQUEST,), 1
    try:
        async with network.server.client() as client:  # which is more patient than the server
            reading, asking = client.get("/v1/respond", headers=phone.key), client.get("/health/ready")
            told = await asyncio.gather(reading, asking)
    finally:
        network.before_database.chance = 0
    assert [refused(reply) for reply in told] == [(503, "database_unavailable")] * 2
    assert [reply.elapsed.total_seconds() < 2 * PATIENCE_HOT for reply in told] == [True, True]
    assert all("retry-after" in reply.headers for reply in told)
    async with network.server.client() as client:
        done(await client.get("/v1/teams", headers=admin))


async def test_a_link_to_the_database_that_stands_still_is_given_up_and_told(postgres: Embedded, organisation):
    async with Proxy(postgres.cluster.socket, faults=(Fault.STALLED_REQUEST,)) as proxy:
        url = postgres.url(roles.APP).replace(str(postgres.cluster.socket), str(proxy.folder))
        slow = connect(url, pool=1, patience=2)
        await asyncio.gather(read(slow), write(slow, organisation))
        proxy.chance = 1
        began = time.monotonic()
        told = await asyncio.gather(read(slow), write(slow, organisation), return_exceptions=True)
        assert [type(each) for each in told] == [DatabaseUnavailable] * 2
        assert time.monotonic() - began < 10
        proxy.chance = 0
        await asyncio.gather(read(slow), write(slow, organisation))
        await slow.close()


async def test_after_the_database_cut_every_connection_nobody_is_handed_one_of_them(postgres: Embedded, organisation):
    cut = connect(postgres.url(roles.APP), pool=3)
    before = await asyncio.gather(*(pid(cut, way, organisation) for way in ("hot", "slow") for _ in range(3)))
    postgres.cluster.sql(f"select pg_terminate_backend(pid, 5000) from unnest(array{before}) as pid")
    await asyncio.sleep(0.1)  # until the news is here
    after = await asyncio.gather(*(pid(cut, way, organisation) for way in ("hot", "slow") for _ in range(3)))
    await cut.close()
    assert len({*before, *after}) == 12


async def pid(database: Database, way: str, organisation) -> int:
    """Which server process answers, slowly enough that each is asked once."""
    ask = "select pg_backend_pid() as pid, pg_sleep(0.2)"
    if way == "hot":
        return (await database.call(ask))["pid"]
    async with database.transaction(organisation) as tx:
        return (await tx.connection.exec_driver_sql(ask)).scalar_one()


async def read(database: Database) -> None:
    """By the hot path."""
    await database.call("select 1")


async def write(database: Database, organisation) -> None:
    """In a transaction."""
    async with database.transaction(organisation) as tx:
        await tx.execute(select(1))
