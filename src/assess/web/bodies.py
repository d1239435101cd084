"""Bodies on their way: each is whole before its request takes a place, and all together have so much memory and no more.

A body of one piece, which is nearly every one, is neither timed nor counted here: it is there already, and the server below
holds no more than 64 KiB of it. ``web.wire`` gives up on a connection whose body stands still.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable
from typing import Any

from litestar.types import Receive

from assess.errors import TooSlow
from assess.web.admission import ServiceBusy
from assess.web.envelope import MAX_UPLOAD

SLOWEST = 20.0
"""Seconds in which a body must have arrived."""
MOST = 64 * 1024 * 1024
"""Bytes of all bodies that came in pieces, from their first one to the end of their requests."""


class ClientGoneError(Exception):
    """Whoever asked has hung up before the request was whole."""


class Bodies:
    """The bodies of a server that come in pieces; ``free``: bytes that there is still room for."""

    def __init__(self, slowest: float = SLOWEST, most: int = MOST) -> None:
        self._slowest = slowest
        self.free = most

    @contextlib.asynccontextmanager
    async def whole(self, first: Any, receive: Receive) -> AsyncIterator[Receive]:
        """All of the body that begins with ``first``, up to MAX_UPLOAD. Raises TooSlow, ServiceBusy or ClientGoneError."""
        pieces = [first]
        self.free -= _size(first)
        try:
            await self._collect(pieces, receive)
            yield again(pieces, receive)
        finally:
            self.free += sum(map(_size, pieces))

    async def _collect(self, pieces: list[Any], receive: Receive) -> None:
        size = _size(pieces[0])
        try:
            async with asyncio.timeout(self._slowest):
                while pieces[-1].get("more_body") and size <= MAX_UPLOAD:
                    if self.free < 0:
                        raise ServiceBusy(headers={"Retry-After": "1"})
                    pieces.append(await piece_of(receive))
                    size += _size(pieces[-1])
                    self.free -= _size(pieces[-1])
        except TimeoutError:
            raise TooSlow(f"a body has {self._slowest:g} seconds") from None


async def piece_of(receive: Receive) -> Any:
    """The next piece of a body; raises ClientGoneError."""
    message = await receive()
    if message["type"] == "http.disconnect":
        raise ClientGoneError
    return message


def again(messages: Iterable[Any], receive: Receive) -> Receive:
    """These messages once more, and then what comes after them."""
    waiting = iter(messages)

    async def replayed() -> Any:
        for message in waiting:
            return message
        return await receive()

    return replayed


def _size(piece: Any) -> int:
    return len(piece.get("body", b""))
