"""Admission: a bounded number of requests at once, a short queue, and a quick "not now" beyond.

It stands before the pool: whoever is let in finds a connection soon, and an overload is told at once instead of after a
time-out. Requests that think in a worker for seconds move to a lane of their own, so that they stop nobody else.
"""

import asyncio
from collections import deque

from assess.errors import Unavailable

AT_ONCE, QUEUE = 2, 40
"""Requests in work and in the queue, per connection for transactions. There are as many again for single statements: with
more in work, some would wait for a connection until the pool gives up (after five seconds)."""
THINKING = 8
"""Requests in work that think, per worker process; as many wait."""
PATIENCE = 2.0
"""Seconds in a queue."""


class ServiceBusy(Unavailable):
    """Too many requests are under way; send this one again in a moment."""

    title_fr = "Trop de demandes sont en cours ; renvoyez celle-ci dans un instant."


class Lane:
    """So many places ``at_once``, and a ``queue`` before them."""

    def __init__(self, at_once: int, queue: int, patience: float = PATIENCE) -> None:
        self.free = at_once
        self._queue = queue
        self._patience = patience
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def enter(self) -> None:
        """Take a place, or wait for one; raises ServiceBusy when the queue is full or too slow."""
        if self.free:
            self.free -= 1
            return
        if len(self._waiting) >= self._queue:
            raise ServiceBusy(headers={"Retry-After": "1"})
        ticket = asyncio.get_running_loop().create_future()
        self._waiting.append(ticket)
        try:
            async with asyncio.timeout(self._patience):
                await ticket
        except BaseException as error:
            self._give_back(ticket)
            if isinstance(error, TimeoutError):
                raise ServiceBusy(headers={"Retry-After": "1"}) from None
            raise

    def leave(self) -> None:
        """Hand the place to whoever waits longest."""
        while self._waiting:
            ticket = self._waiting.popleft()
            if not ticket.done():
                ticket.set_result(None)
                return
        self.free += 1

    def _give_back(self, ticket: "asyncio.Future[None]") -> None:
        """Whoever gives up leaves the queue, or passes on the place that was just handed over."""
        if not ticket.cancelled():
            self.leave()
        elif ticket in self._waiting:
            self._waiting.remove(ticket)


class Admission:
    """The lanes of a server. Strangers think one by one, so that no more than one of them is before anybody with a key."""

    def __init__(self, pool: int, workers: int) -> None:
        self.quick = Lane(pool * AT_ONCE, pool * QUEUE)
        self.thinking = Lane(workers * THINKING, workers * THINKING)
        self.strangers = Lane(1, THINKING)


class Place:
    """Where one request is."""

    def __init__(self, lane: Lane) -> None:
        self._lane = lane

    async def move(self, lane: Lane) -> None:
        """Leave the lane for another one; raises ServiceBusy and stays when there is no room."""
        await lane.enter()
        self._lane.leave()
        self._lane = lane

    def leave(self) -> None:
        """The request is over."""
        self._lane.leave()
