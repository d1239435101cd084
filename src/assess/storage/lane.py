"""The hot path's lane: connections of the pool that stay with it, since to take one from the pool and to give it back costs
more than the one statement that it is taken for."""

import asyncio
from typing import Any

from msgspec import Struct

from assess.storage.core import AsyncEngine

PATIENCE = 5.0
"""Seconds in line."""


class Borrowed(Struct, frozen=True):
    """A connection of the pool: as the pool knows it, and as its driver does."""

    pooled: Any
    driver: Any


class Lane:
    """At most ``most`` connections, the one used last first; the pool must have so many more than others need."""

    def __init__(self, engine: AsyncEngine, most: int) -> None:
        self._engine = engine
        self._places = asyncio.Semaphore(most)
        self._free: list[Borrowed] = []

    async def take(self) -> Borrowed:
        """A living connection, to be given back; raises TimeoutError after ``PATIENCE``, and what connecting raises."""
        if self._places.locked():
            async with asyncio.timeout(PATIENCE):
                await self._places.acquire()
        else:
            await self._places.acquire()
        try:
            return self._living() or await self._new()
        except BaseException:
            self._places.release()
            raise

    def give(self, borrowed: Borrowed) -> None:
        """Give a connection back; a broken one leaves the pool."""
        if borrowed.driver.is_closed():
            borrowed.pooled.invalidate()
        else:
            self._free.append(borrowed)
        self._places.release()

    def close(self) -> None:
        """Give all that nobody uses back to the pool."""
        while self._free:
            self._free.pop().pooled.close()

    def _living(self) -> Borrowed | None:
        """A free connection; what broke while nobody used it leaves the pool."""
        while self._free:
            found = self._free.pop()
            if not found.driver.is_closed():
                return found
            found.pooled.invalidate()
        return None

    async def _new(self) -> Borrowed:
        pooled = await self._engine.raw_connection()
        return Borrowed(pooled, pooled.driver_connection)
