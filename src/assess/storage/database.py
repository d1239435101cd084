"""The database as the rest of the house sees it: transactions, each opened for one organisation.

A transaction sets ``assess.organisation`` with the statement SET LOCAL (``set_config`` does not travel to the workers of a
sharded database); row-level security is the net underneath. The hot path calls one SQL function on the raw driver connection:
a single statement commits itself. This module alone knows both tricks.
"""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
import msgspec
from msgspec import Struct
from sqlalchemy import CursorResult, Executable, Table, event, insert
from sqlalchemy.exc import DBAPIError, InterfaceError, InvalidatePoolError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from assess.errors import Refusal, Unavailable
from assess.storage.core import AsyncConnection, AsyncEngine, create_async_engine
from assess.storage.lane import Lane

SESSION = {
    "application_name": "assess",
    "search_path": "assess",
    "timezone": "UTC",
    "statement_timeout": "5s",
    "lock_timeout": "2s",
    "idle_in_transaction_session_timeout": "10s",
    "transaction_timeout": "15s",
}
"""Limits of every application connection."""
PATIENCE, PATIENCE_HOT = 65.0, 6.0
"""Seconds that we wait for a statement, longer than the server takes over any (sealing 60, the hot path 5): then it is the
link that stands still, and the connection is given up."""
AT_A_TIME = 500
"""Rows that are sent or read at once: a hundredth of a second of this process."""
_HOUR, _GOODBYE = 3600.0, 3.0

_R = TypeVar("_R")
_T = TypeVar("_T")
_LOST = (OSError, asyncpg.InterfaceError, asyncpg.InternalClientError)
_CUT = (asyncpg.InternalClientError, TimeoutError)
"""A dying server cut an exchange in two, or the link stands still: the connection does not know yet that it is lost."""
_NOT_NOW = ("08", "40", "53", "57", "58", "25P03", "25P04", "55P03")
"""How SQLSTATEs begin that say "not now": connection, rolled back, resources (a full disk), operator (a restart), system;
a transaction that was too slow, and a lock."""


class DatabaseUnavailable(Unavailable):
    """The database cannot be reached now; nothing was lost, try again in a moment."""

    title_fr = "La base de données est injoignable pour l’instant ; rien n’est perdu, réessayez dans un instant."


class Tx(Struct, frozen=True):
    """One transaction of one organisation; ``now`` is its clock."""

    connection: AsyncConnection
    organisation_id: UUID
    now: datetime

    async def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]:
        """Execute a Core statement; each names ``organisation_id`` itself as well."""
        return await self.connection.execute(statement, parameters)

    async def add(self, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
        """Insert rows, as ``many`` does."""
        await self.many(insert(table), rows)

    async def many(self, statement: Executable, rows: Iterable[Mapping[str, Any]]) -> None:
        """Execute a statement for each of the rows, made and sent AT_A_TIME: others have a turn of this process in between."""
        for piece in pieces(rows, AT_A_TIME):
            await self.execute(statement, piece)


class Effect(Struct, frozen=True):
    """For a request that thinks without a transaction: opens the one in which it has its effect, its last one."""

    transaction: Callable[[], contextlib.AbstractAsyncContextManager[Tx]]


class Database(Struct, frozen=True):
    """A pool of connections of the application role."""

    engine: AsyncEngine
    lane: Lane
    patience_hot: float = PATIENCE_HOT

    @contextlib.asynccontextmanager
    async def transaction(self, organisation_id: UUID) -> AsyncIterator[Tx]:
        """A transaction for one organisation: commits at the end, rolls back on any exception."""
        async with _explained(), self.engine.begin() as connection:
            await connection.exec_driver_sql(set_organisation(organisation_id))
            yield Tx(connection, organisation_id, datetime.now(UTC))

    async def call(self, sql: str, *arguments: Any) -> asyncpg.Record | None:
        """One row of one autocommitted statement by the raw driver: the hot path's single round trip."""
        try:
            borrowed = await self.lane.take()
            try:
                return await borrowed.driver.fetchrow(sql, *arguments, timeout=self.patience_hot)
            except _CUT:
                borrowed.driver.terminate()
                raise
            finally:
                self.lane.give(borrowed)
        except Exception as error:
            _explain(error)
            raise

    @contextlib.asynccontextmanager
    async def _driver(self) -> AsyncIterator[Any]:
        """The raw driver connection of a pooled one; a connection that broke leaves the pool."""
        async with _explained():
            connection = await self.engine.raw_connection()
            driver: Any = connection.driver_connection
            try:
                yield driver
            except _CUT:
                driver.terminate()
                raise
            finally:
                if driver.is_closed():
                    connection.invalidate()
                else:
                    connection.close()

    async def vacuum(self, *tables: str) -> None:
        """Free what deleted rows of ``tables`` (names of ours, never a caller's) still hold in the files; it may take long."""
        async with self._driver() as driver:
            await driver.execute("set statement_timeout = 0; set transaction_timeout = 0")
            try:
                await driver.execute(f"vacuum {', '.join(tables)}", timeout=_HOUR)
            finally:
                await driver.execute("reset statement_timeout; reset transaction_timeout")

    async def close(self) -> None:
        """Close every connection; one whose link stands still keeps nobody."""
        self.lane.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_GOODBYE):
                await self.engine.dispose()


def connect(url: str, *, pool: int = 10, patience: float = PATIENCE) -> Database:
    """A Database for ``postgresql://…``; no connection is made yet. ``pool``: connections for transactions at most, and as
    many for the hot path. ``patience``: seconds for a statement, of which the hot path takes PATIENCE_HOT at most."""
    engine = create_async_engine(
        driver_url(url),
        pool_size=2 * pool,
        max_overflow=0,
        pool_timeout=5,
        pool_pre_ping=False,
        pool_use_lifo=True,
        hide_parameters=True,  # errors are logged, and what people answer never is
        json_serializer=lambda value: msgspec.json.encode(value).decode(),
        json_deserializer=msgspec.json.decode,
        connect_args={"server_settings": SESSION, "timeout": 5, "command_timeout": patience},
    )
    event.listen(engine.sync_engine, "checkout", _refuse_dead)
    return Database(engine, Lane(engine, pool), min(patience, PATIENCE_HOT))


def pieces(rows: Iterable[_T], most: int) -> Iterator[list[_T]]:
    """``rows`` by so many: each piece is made when the one before is done with."""
    coming = iter(rows)
    while piece := list(itertools.islice(coming, most)):
        yield piece


async def made_of(rows: Iterable[_R], make: Callable[[_R], _T]) -> list[_T]:
    """What is made of each row, AT_A_TIME: whoever else waits for this process has a turn in between."""
    made: list[_T] = []
    for piece in pieces(rows, AT_A_TIME):
        if made:
            await asyncio.sleep(0)
        made += map(make, piece)
    return made


def driver_url(url: str) -> str:
    """``postgresql://…`` as SQLAlchemy wants it for its driver."""
    return url.replace("postgres://", "postgresql://", 1).replace("postgresql://", "postgresql+asyncpg://", 1)


def set_organisation(organisation_id: UUID) -> str:
    """The one statement that is a built string: SET takes no parameters, and a UUID's text has only hex digits and dashes."""
    return f"SET LOCAL assess.organisation = '{UUID(str(organisation_id))}'"


def _refuse_dead(connection: Any, _record: object, _proxy: object) -> None:
    """After a restart of the database nobody is handed what the pool still holds of the time before."""
    if connection.driver_connection.is_closed():
        raise InvalidatePoolError


@contextlib.asynccontextmanager
async def _explained() -> AsyncIterator[None]:
    """A lost or exhausted database is a 503 with words; every other error passes as it is."""
    try:
        yield
    except Exception as error:
        _explain(error)
        raise


def unavailable(error: Exception) -> DatabaseUnavailable | None:
    """What an error means when it means that the database (or its disk) is not there now; a refusal has words of its own."""
    if isinstance(error, Refusal):
        return None
    if isinstance(error, PoolTimeout):
        return DatabaseUnavailable(headers={"Retry-After": "1"})
    return DatabaseUnavailable(headers={"Retry-After": "2"}) if _is_lost(error) else None


def _explain(error: Exception) -> None:
    """Raise DatabaseUnavailable when that is what the error means."""
    refusal = unavailable(error)
    if refusal is not None:
        raise refusal from error


def _is_lost(error: BaseException | None) -> bool:
    """Whether the database was not there, or said "not now": to SQLAlchemy, to its driver, or (connecting) half-way between."""
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or isinstance(error, InterfaceError) or _is_lost(error.orig)
    said = getattr(error, "sqlstate", None) or ""
    return isinstance(error, _LOST) or said.startswith(_NOT_NOW)
