"""The edge: what happens to every request before and after the rooms see it.

Gives each request an id, refuses what is too large to look at, too slow to arrive or too much at once, answers HEAD as GET
without its body, finishes the reply (``web.replies``), writes one line of log and counts. The paths under ``/v1/respond`` are
logged by their pattern alone: nothing there may tell who answered what.
"""

import asyncio
import logging
import time
from collections.abc import Iterator
from typing import Any

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from assess.errors import Refusal, TooSlow
from assess.storage.ids import uuid7_text
from assess.web.admission import Admission, Place
from assess.web.envelope import MAX_UPLOAD, look
from assess.web.metrics import Metrics
from assess.web.problems import PROBLEM_JSON, rendered
from assess.web.replies import Finisher

SLOWEST = 20.0
"""Seconds in which a body must have arrived."""
ALWAYS_ADMITTED = frozenset({"/health/live", "/health/ready", "/metrics"})
CLIENT_GONE = 499
_AS = {"HEAD": "GET", "OPTIONS": "NONE"}
"""How the rooms are asked. Litestar answers OPTIONS by itself, past every policy: it hears of a method that nobody has."""
_log = logging.getLogger("assess.access")


class Edge:
    """ASGI wrapper around the whole application; ``slowest``: seconds in which a body must have arrived."""

    def __init__(self, app: ASGIApp, metrics: Metrics, admission: Admission, slowest: float = SLOWEST) -> None:
        self._app = app
        self._metrics = metrics
        self._admission = admission
        self._slowest = slowest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope, send)
        started = time.perf_counter()
        try:
            await self._answer(exchange, receive)
        except Refusal as refusal:
            await exchange.refuse(refusal)
        except _ClientGoneError:
            exchange.finisher.status = CLIENT_GONE
        finally:
            self._finish(exchange, time.perf_counter() - started)

    async def _answer(self, exchange: "_Exchange", receive: Receive) -> None:
        """Look, wait for the whole body, take a place, let the rooms answer."""
        if look(exchange.scope):
            receive = await _arrived(receive, self._slowest)
        if exchange.scope["path"] in ALWAYS_ADMITTED:
            await self._app(exchange.scope, receive, exchange.send)
            return
        await self._admission.quick.enter()
        place = exchange.scope["place"] = Place(self._admission.quick)
        try:
            await self._app(exchange.scope, receive, exchange.send)
        finally:
            place.leave()

    def _finish(self, exchange: "_Exchange", seconds: float) -> None:
        route, status = str(exchange.scope.get("path_template") or "unknown"), exchange.finisher.status
        self._metrics.count(exchange.method, route, status, seconds)
        if not route.startswith("/v1/respond"):
            said = {"request_id": exchange.request_id, "method": exchange.method, "route": route, "status": status}
            _log.info("request", extra={**said, "milliseconds": round(seconds * 1000, 1)})


class _Exchange:
    """One request and its reply on their way through the edge."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self.method = str(scope["method"])  # type: ignore[typeddict-item]  # HTTP scopes have one
        head = self.method == "HEAD"
        self.request_id = uuid7_text()
        # A copy: the server still needs to know that it was asked HEAD, to send the length without the body.
        self.scope: Any = {**scope, "request_id": self.request_id, "method": _AS.get(self.method, self.method)}
        self.finisher = Finisher(self.scope, head=head)
        self._send = send

    async def send(self, message: Message) -> None:
        """Pass a message on, finished; the start of a reply may have to wait for its body."""
        for finished in self.finisher.finished(message):
            await self._send(finished)

    async def refuse(self, refusal: Refusal) -> None:
        """A problem that no room has to be asked for."""
        accepted = next((value for name, value in self.scope["headers"] if name == b"accept-language"), b"")
        body, headers = rendered(refusal, accepted.decode("latin-1"), self.request_id)
        headers |= {"Content-Type": PROBLEM_JSON, "Content-Length": str(len(body))}
        pairs = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        await self.send({"type": "http.response.start", "status": refusal.status, "headers": pairs})
        await self.send({"type": "http.response.body", "body": body, "more_body": False})


class _ClientGoneError(Exception):
    """Whoever asked has hung up before the request was whole."""


async def _arrived(receive: Receive, slowest: float) -> Receive:
    """The whole body in memory, up to MAX_UPLOAD: whoever sends slowly keeps nobody waiting. Raises TooSlow.

    The clock starts with the first piece, which is mostly the last one too: until then nothing is held but a connection.
    """
    messages = [await _piece(receive)]
    if messages[0].get("more_body"):
        try:
            async with asyncio.timeout(slowest):
                await _rest(messages, receive)
        except TimeoutError:
            raise TooSlow(f"a body has {slowest:g} seconds") from None
    return _again(iter(messages), receive)


async def _rest(messages: list[Any], receive: Receive) -> None:
    size = len(messages[0].get("body", b""))
    while messages[-1].get("more_body") and size <= MAX_UPLOAD:
        messages.append(await _piece(receive))
        size += len(messages[-1].get("body", b""))


async def _piece(receive: Receive) -> Any:
    message = await receive()
    if message["type"] == "http.disconnect":
        raise _ClientGoneError
    return message


def _again(messages: Iterator[Any], receive: Receive) -> Receive:
    async def replayed() -> Any:
        for message in messages:
            return message
        return await receive()

    return replayed
