"""A superuser's eyes on a database of its own: anybody for a moment, and whatever happens meanwhile is undone."""

import contextlib
from collections.abc import AsyncIterator, Awaitable
from typing import Any
from uuid import UUID, uuid4

import asyncpg
from msgspec import Struct

from assess.storage import roles
from assess.storage.embedded import Embedded
from assess.storage.migrate import migrate
from isolation.rows import IN_ORDER, put, rows_of

A, B, TWIN, NOBODY = (UUID(int=number) for number in (10, 11, 12, 13))
"""A and B have one row in each table; TWIN none yet, but would have the ids and names of A; NOBODY is no organisation."""
ROWS = {organisation: rows_of(organisation, seed) for organisation, seed in ((A, "a"), (B, "b"), (TWIN, "a"))}


class BreachError(AssertionError):
    """Something was possible that must not be."""


class Look(Struct, frozen=True):
    """Eyes on the database behind ``connection``, a superuser's."""

    connection: asyncpg.Connection

    @contextlib.asynccontextmanager
    async def undone(self) -> AsyncIterator[None]:
        """Undo what happens inside."""
        change = self.connection.transaction()
        await change.start()
        try:
            yield
        finally:
            await change.rollback()

    @contextlib.asynccontextmanager
    async def being(self, role: str, organisation: UUID | None) -> AsyncIterator[asyncpg.Connection]:
        """Be ``role`` in a transaction of ``organisation``; undo what it does."""
        async with self.undone():
            await self.connection.execute(f"set local role {role}")
            await self.connection.execute(f"set local assess.organisation = '{organisation or ''}'")
            yield self.connection

    async def refused(self, by: type[Exception], saying: str, doing: Awaitable[Any]) -> None:
        """``doing`` must be refused by that error, with that word in it; raises BreachError when it is not."""
        try:
            async with self.undone():
                await doing
        except by as error:
            claim(saying in f"{error} {getattr(error, 'constraint_name', '')}", f"refused for another reason: {error}")
        else:
            raise BreachError(f"not refused: {saying}")


@contextlib.asynccontextmanager
async def furnished(postgres: Embedded) -> AsyncIterator[Look]:
    """A migrated database with a row of A and a row of B in every table."""
    name = f"isolation_{uuid4().hex}"
    postgres.cluster.sql(f"create database {name} owner {roles.OWNER}")
    await migrate(postgres.url(roles.MIGRATOR, name))
    connection = await asyncpg.connect(postgres.url(roles.SUPERUSER, name))
    for organisation in (A, B):
        for table in IN_ORDER:
            await put(connection, table.name, ROWS[organisation][table.name])
    try:
        yield Look(connection)
    finally:
        await connection.close()
        postgres.cluster.sql(f"drop database {name}")


def claim(holds: object, said: str) -> None:
    """Raise BreachError unless it holds."""
    if not holds:
        raise BreachError(said)
