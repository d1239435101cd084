"""A TCP proxy that misbehaves on purpose, before the HTTP server or before PostgreSQL's unix socket."""

import asyncio
import contextlib
import random
import shutil
import socket
import struct
import tempfile
from collections import Counter
from enum import Enum
from pathlib import Path

LATENCY = 0.15
CHUNK = 65_536
_RST = struct.pack("ii", 1, 0)


class Fault(Enum):
    """What can befall one message from the client (a request) or its answer."""

    LATENCY = "the request is late"
    STALLED_REQUEST = "the request never arrives, and nobody says so"
    STALLED_REPLY = "the reply never arrives, and nobody says so"
    RESET_REQUEST = "the connection is reset, the request is lost"
    RESET_REPLY = "the connection is reset, the reply is lost"
    CUT_REQUEST = "the request ends in its middle"
    CUT_REPLY = "the reply ends in its middle"


QUICK = tuple(fault for fault in Fault if fault not in {Fault.STALLED_REQUEST, Fault.STALLED_REPLY})
"""The faults that are noticed at once."""


class Proxy:
    """Passes everything on, but for a share ``chance`` of the client's messages, which the next of ``faults`` befalls.

    ``async with Proxy(("127.0.0.1", 8000)) as proxy`` listens at ``proxy.address``; ``Proxy(folder)`` stands before the
    PostgreSQL whose socket is in ``folder``, and ``proxy.folder`` is the one to connect to instead. ``struck`` counts.
    """

    def __init__(self, upstream: tuple[str, int] | Path, *, faults: tuple[Fault, ...] = QUICK, seed: int = 1) -> None:
        self.chance = 0.0
        self.faults = faults
        self.struck: Counter[Fault] = Counter()
        self.address = ""
        self.folder = Path()
        self._upstream = upstream
        self._random = random.Random(seed)
        self._links: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> "Proxy":
        if isinstance(self._upstream, Path):
            self.folder = Path(tempfile.mkdtemp(prefix="assess-proxy-", dir="/tmp"))  # a socket's path must be short
            self._server = await asyncio.start_unix_server(self._accept, self.folder / ".s.PGSQL.5432")
        else:
            self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
            self.address = "http://{}:{}".format(*self._server.sockets[0].getsockname())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for link in self._links:
            link.cancel()
        await asyncio.gather(*self._links, return_exceptions=True)
        if isinstance(self._upstream, Path):
            shutil.rmtree(self.folder)

    def strike(self) -> Fault | None:
        """What befalls the next message."""
        if self._random.random() >= self.chance:
            return None
        fault = self.faults[self.struck.total() % len(self.faults)]
        self.struck[fault] += 1
        return fault

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        link = asyncio.get_running_loop().create_task(self._link(reader, writer))
        self._links.add(link)
        link.add_done_callback(lambda _: self._ended(link, writer))

    def _ended(self, link: asyncio.Task[None], writer: asyncio.StreamWriter) -> None:
        """A link that was cancelled before it began has not closed its connection."""
        self._links.discard(link)
        writer.close()

    async def _link(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            upstream = await self._connect()
        except OSError:
            _end(writer, reset=True)
            return
        await _Link(self, (reader, writer), upstream).run()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self._upstream, Path):
            return await asyncio.open_unix_connection(self._upstream / ".s.PGSQL.5432")
        return await asyncio.open_connection(*self._upstream)


class _Reset(Exception):  # noqa: N818 -- no error: it is what was wanted
    """Reset both connections."""


class _Link:
    """One connection of a client, and ours to the server."""

    def __init__(
        self,
        proxy: Proxy,
        client: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        server: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    ) -> None:
        self._proxy = proxy
        self._client = client
        self._server = server
        self._reply_fault: Fault | None = None

    async def run(self) -> None:
        """Pass on both ways until either side ends, or a fault ends both."""
        ways = [asyncio.create_task(self._requests()), asyncio.create_task(self._replies())]
        reset = False
        try:
            ended, _ = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            reset = any(isinstance(each.exception(), _Reset) for each in ended)
        finally:  # without waiting: who is cancelled here must still end both
            for way in ways:
                way.cancel()
            for _, writer in (self._client, self._server):
                _end(writer, reset=reset)

    async def _requests(self) -> None:
        reader, writer = self._client[0], self._server[1]
        while data := await reader.read(CHUNK):
            fault = self._proxy.strike()
            if fault is Fault.STALLED_REQUEST:
                while await reader.read(CHUNK):
                    pass
                return
            if fault is Fault.RESET_REQUEST:
                raise _Reset
            if fault is Fault.CUT_REQUEST:
                await _pass(writer, data[: len(data) // 2])
                return
            if fault is Fault.LATENCY:
                await asyncio.sleep(LATENCY)
            elif fault is not None:
                self._reply_fault = fault
            await _pass(writer, data)

    async def _replies(self) -> None:
        reader, writer = self._server[0], self._client[1]
        while data := await reader.read(CHUNK):
            if self._reply_fault is Fault.STALLED_REPLY:
                await asyncio.Event().wait()
            if self._reply_fault is Fault.RESET_REPLY:
                raise _Reset
            if self._reply_fault is Fault.CUT_REPLY:
                await _pass(writer, data[: len(data) // 2])
                return
            await _pass(writer, data)


async def _pass(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(data)
    with contextlib.suppress(ConnectionError):
        await writer.drain()


def _end(writer: asyncio.StreamWriter, *, reset: bool) -> None:
    """Close in good order, or by RST: what was on its way is lost, and the other side knows."""
    if not reset or writer.is_closing():
        writer.close()
        return
    peer = writer.get_extra_info("socket")
    if peer.family == socket.AF_INET:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RST)
    writer.transport.abort()
