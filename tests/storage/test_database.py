"""The database's two ways, the transaction and the hot path: what goes wrong is told, and costs at most a connection."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest
from sqlalchemy.exc import TimeoutError as PoolTimeout

from assess.errors import NotFound
from assess.storage import roles
from assess.storage.database import Database, DatabaseUnavailable, connect, unavailable
from assess.storage.embedded import Embedded
from assess.storage.ids import uuid7

pytestmark = pytest.mark.anyio

PID = "select pg_backend_pid() as pid"


@pytest.fixture
async def impatient(postgres: Embedded, database: Database) -> AsyncIterator[Database]:
    """A database that waits half a second for a statement, with one connection for each way."""
    opened = connect(postgres.url(roles.APP), pool=1, patience=0.5)
    yield opened
    await opened.close()


@contextlib.contextmanager
def standing_still(*pids: int) -> Iterator[None]:
    """These server processes hear and say nothing, as behind a link that is gone."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


async def hot(database: Database) -> int:
    """The server process of the hot path."""
    found = await database.call(PID)
    assert found is not None
    return found["pid"]


async def slow(database: Database) -> int:
    """The server process of a transaction that takes a moment."""
    async with database.transaction(uuid7()) as tx:
        return (await tx.connection.exec_driver_sql(f"{PID}, pg_sleep(0.05)")).scalar_one()


@pytest.mark.parametrize("ask", [hot, slow])
async def test_a_server_that_stands_still_is_given_up_with_its_connection(impatient: Database, ask) -> None:
    first = await ask(impatient)
    with standing_still(first), pytest.raises(DatabaseUnavailable):
        await ask(impatient)
    assert await ask(impatient) != first


async def test_a_vacuum_that_stands_still_is_given_up_with_its_connection_and_no_other(
    impatient: Database, caplog: pytest.LogCaptureFixture
) -> None:
    both = set(await asyncio.gather(slow(impatient), slow(impatient)))
    first = await slow(impatient)
    with standing_still(first), pytest.raises(DatabaseUnavailable):
        await impatient.vacuum("assess.answer")
    after = set(await asyncio.gather(slow(impatient), slow(impatient)))
    assert both & after == both - {first}
    assert len(both) == len(after) == 2
    assert caplog.records == []


async def test_a_vacuum_leaves_the_connection_with_its_limits(impatient: Database) -> None:
    first = await slow(impatient)
    await impatient.vacuum("assess.answer", "assess.response")
    async with impatient.transaction(uuid7()) as tx:
        assert (await tx.connection.exec_driver_sql("show statement_timeout")).scalar_one() == "5s"
        assert (await tx.connection.exec_driver_sql(PID)).scalar_one() == first


async def test_nobody_is_handed_a_connection_that_the_database_has_cut(impatient: Database, postgres: Embedded) -> None:
    first = await slow(impatient)
    postgres.cluster.sql(f"select pg_terminate_backend({first}, 5000)")
    await asyncio.sleep(0.1)  # until the news is here
    assert await slow(impatient) != first


async def test_a_statement_that_is_wrong_is_not_called_unavailable(impatient: Database) -> None:
    with pytest.raises(asyncpg.DivisionByZeroError):
        await impatient.call("select 1 / 0")
    with pytest.raises(asyncpg.UndefinedTableError):
        await impatient.vacuum("assess.nothing")
    assert await hot(impatient)


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        pytest.param(PoolTimeout(), "1", id="all connections are busy"),
        pytest.param(ConnectionRefusedError(), "2", id="nobody listens"),
        pytest.param(asyncpg.CannotConnectNowError(), "2", id="the server is starting"),
        pytest.param(NotFound(), None, id="a refusal has words of its own"),
        pytest.param(ValueError(), None, id="a mistake of ours"),
    ],
)
def test_an_error_says_when_to_come_again_if_the_database_is_not_there(error: Exception, seconds: str | None) -> None:
    told = unavailable(error)
    assert (told and told.headers["Retry-After"]) == seconds
