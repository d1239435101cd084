"""The edge: what happens to every request before and after the rooms see it.

Gives each request an id, refuses what is too large to look at, too slow to arrive or too much at once, answers HEAD as GET
without its body, finishes the reply (``web.replies``), writes one line of log and counts. The paths under ``/v1/respond`` are
logged by their pattern alone: nothing there may tell who answered what.
"""

import logging
import time
from typing import Any

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from assess.errors import Refusal
from assess.storage.ids import uuid7_text
from assess.web.admission import Admission, Place
from assess.web.bodies import Bodies, ClientGoneError, again, piece_of
from assess.web.envelope import look
from assess.web.metrics import Metrics
from assess.web.problems import PROBLEM_JSON, rendered
from assess.web.replies import Finisher

WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
"""Methods whose bodies somebody reads: no other one is waited for."""
ALWAYS_ADMITTED = frozenset({"/health/live", "/health/ready", "/metrics"})
CLIENT_GONE = 499
_AS = {"HEAD": "GET", "OPTIONS": "NONE"}
"""How the rooms are asked. Litestar answers OPTIONS by itself, past every policy: it hears of a method that nobody has."""
_log = logging.getLogger("assess.access")


class Edge:
    """ASGI wrapper around the whole application."""

    def __init__(self, app: ASGIApp, metrics: Metrics, admission: Admission, bodies: Bodies | None = None) -> None:
        self._app = app
        self._metrics = metrics
        self._admission = admission
        self._bodies = bodies or Bodies()

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
        except ClientGoneError:
            exchange.finisher.status = CLIENT_GONE
        finally:
            self._finish(exchange, time.perf_counter() - started)

    async def _answer(self, exchange: "_Exchange", receive: Receive) -> None:
        """Look, wait for the whole body, then let the rooms answer."""
        if not (look(exchange.scope) and exchange.method in WITH_BODY):
            await self._admitted(exchange, receive)
        elif not (first := await piece_of(receive)).get("more_body"):
            await self._admitted(exchange, again((first,), receive))
        else:
            async with self._bodies.whole(first, receive) as whole:
                await self._admitted(exchange, whole)

    async def _admitted(self, exchange: "_Exchange", receive: Receive) -> None:
        """Take a place; whoever asks how the server fares needs none."""
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
