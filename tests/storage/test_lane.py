"""The hot path's lane: its connections are used again, replaced when they break, and never lost."""

import asyncio

import pytest

from assess.storage import roles
from assess.storage.database import DatabaseUnavailable, connect

pytestmark = pytest.mark.anyio

PID = "select pg_backend_pid() as pid"


@pytest.fixture
async def narrow(postgres, database):
    """A database whose lane has two places."""
    opened = connect(postgres.url(roles.APP), pool=2)
    yield opened
    await opened.close()


async def test_a_connection_is_used_again(narrow):
    assert len({(await narrow.call(PID))["pid"] for _ in range(5)}) == 1


async def test_as_many_work_at_once_as_there_are_places_and_the_others_wait(narrow):
    rows = await asyncio.gather(*(narrow.call(f"{PID}, pg_sleep(0.05)") for _ in range(10)))
    assert len({row["pid"] for row in rows}) == 2


async def test_a_killed_connection_is_replaced(narrow, postgres):
    killed = (await narrow.call(PID))["pid"]
    postgres.cluster.sql(f"select pg_terminate_backend({killed}, 1000)")
    await asyncio.sleep(0.1)
    assert (await narrow.call(PID))["pid"] != killed


async def test_a_statement_that_is_cut_is_unavailable_and_leaves_no_dead_connection(narrow):
    with pytest.raises(DatabaseUnavailable):
        await narrow.call("select pg_terminate_backend(pg_backend_pid())")
    assert (await narrow.call(PID))["pid"]


async def test_callers_that_give_up_take_no_place_with_them(narrow):
    for _ in range(20):
        callers = [asyncio.create_task(narrow.call("select pg_sleep(1)")) for _ in range(4)]
        await asyncio.sleep(0.005)
        for caller in callers:
            caller.cancel()
        await asyncio.gather(*callers, return_exceptions=True)
    async with asyncio.timeout(3):
        rows = await asyncio.gather(*(narrow.call(PID) for _ in range(4)))
    assert len(rows) == 4
