"""A full disk: a 503 problem, nothing acknowledged is lost, and the service goes on by itself when there is room again."""

import random
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from assess.storage.database import Database, DatabaseUnavailable
from campaign.company import done, drafted, exchanged, launched, refused, saved
from faults.chaos import Play
from faults.disks import Disk, SmallDisk, SmallFiles, mountable
from faults.phones import Headers, items_of

pytestmark = pytest.mark.anyio
MOST = 600
"""Requests in which a full disk must have been noticed."""


@pytest.fixture(params=[*(["a full disk"] if mountable() else []), "a limit on files"])
async def disk(request: pytest.FixtureRequest, play: Play, tmp_path: Path) -> AsyncIterator[Disk]:
    """What can be done here; the last one always can."""
    if request.param == "a limit on files":
        yield SmallFiles(play.server)
        return
    made = SmallDisk(tmp_path / "data")
    try:
        await made.server.start()
        yield made
    finally:
        made.server.erase()


async def test_a_full_disk_is_told_loses_nothing_and_is_left_behind(disk: Disk) -> None:
    _, admin = await disk.server.admit()
    async with disk.server.client() as client:
        campaign = await launched(client, admin, {"lyon": 5})
        draft = await drafted(client, admin, {"nantes": 5}, key="autumn")
        key = await exchanged(client, campaign.invitations[0]["token"])
        items = items_of(done(await client.get("/v1/respond", headers=key)))
        await saved(client, key, items[0], 1)
        disk.fill()
        kept = {items[0]: 1} | await until_refused(client, key, items, random.randbytes(disk.comment // 2).hex())
        launch = await client.post(f"{draft}/launch", headers=admin)
        assert launch.is_success or refused(launch) == (503, "database_unavailable")
        assert (await client.get("/health/live")).is_success
        disk.free()
        assert await disk.server.becomes_ready()
        form = done(await client.get("/v1/respond", headers=key))
        there = {each["item"]: each["sequence"] for each in form["answers"]}
        assert all(there[item] >= sequence for item, sequence in kept.items())
        if not launch.is_success:
            done(await client.post(f"{draft}/launch", headers=admin))
        done(await client.post(f"{campaign.at}/close", headers=admin))


@pytest.mark.parametrize(
    "state",
    [
        pytest.param("08006", id="the connection failed"),
        pytest.param("40001", id="two transactions were in each other's way"),
        pytest.param("53100", id="the disk is full"),
        pytest.param("53200", id="there is no memory"),
        pytest.param("53300", id="there are too many connections"),
        pytest.param("55P03", id="a lock is not to be had"),
        pytest.param("57014", id="the statement took too long"),
        pytest.param("57P01", id="the server is shut down"),
        pytest.param("57P03", id="the server is starting"),
        pytest.param("58030", id="the disk fails"),
        pytest.param("25P04", id="the transaction took too long"),
    ],
)
async def test_the_database_says_not_now_on_both_ways_when(database: Database, organisation, state: str):
    raising = f"do $$ begin raise exception using errcode = '{state}'; end $$"
    with pytest.raises(DatabaseUnavailable) as hot:
        await database.call(raising)
    with pytest.raises(DatabaseUnavailable) as slow:
        async with database.transaction(organisation) as tx:
            await tx.connection.exec_driver_sql(raising)
    assert hot.value.headers == slow.value.headers == {"Retry-After": "2"}


async def until_refused(client: httpx.AsyncClient, key: Headers, items: list[str], comment: str) -> dict[str, int]:
    """Save answers until there is no more room; what was acknowledged."""
    kept: dict[str, int] = {}
    for sequence in range(2, MOST):
        item = items[sequence % len(items)]
        body = {"answer": {"type": "level", "level": 2}, "comment": comment or None, "sequence": sequence}
        reply = await client.put(f"/v1/respond/answers/{item}", headers=key, json=body)
        if not reply.is_success:
            assert (reply.status_code, reply.json()["code"]) == (503, "database_unavailable")
            return kept
        kept[item] = sequence
    pytest.fail("the disk was never full")
