"""The edge: what happens to every request before and after the rooms see it.

Gives each request an id, refuses what is too large to look at, answers HEAD as GET without its body, writes one line of
log and counts. The paths under ``/v1/respond`` are logged by their pattern alone: nothing there may tell who answered what.
"""

import json
import logging
import time
from typing import Any

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from prometheus_client import CollectorRegistry, Counter, Histogram

from assess.storage.ids import uuid7

MAX_URL = 8 * 1024
MAX_HEADERS = 16 * 1024
_SECURITY = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (
        b"content-security-policy",
        b"default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'",
    ),
]
_log = logging.getLogger("assess.access")


class Metrics:
    """Counters of one server, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "assess_requests", "Requests answered", ("method", "route", "status"), registry=self.registry
        )
        self.seconds = Histogram(
            "assess_request_seconds", "Time to the end of the reply", ("route",), registry=self.registry
        )


class Edge:
    """ASGI wrapper around the whole application."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope, send)
        started = time.perf_counter()
        try:
            if (refusal := _too_large(scope)) is not None:
                await exchange.refuse(*refusal)
            else:
                await self._app(exchange.scope, receive, exchange.send)
        finally:
            self._finish(exchange, time.perf_counter() - started)

    def _finish(self, exchange: "_Exchange", seconds: float) -> None:
        route = str(exchange.scope.get("path_template") or "unknown")
        self._metrics.requests.labels(exchange.method, route, str(exchange.status)).inc()
        self._metrics.seconds.labels(route).observe(seconds)
        if not route.startswith("/v1/respond"):
            said = {
                "request_id": exchange.request_id,
                "method": exchange.method,
                "route": route,
                "status": exchange.status,
            }
            _log.info("request", extra={**said, "milliseconds": round(seconds * 1000, 1)})


class _Exchange:
    """One request and its reply on their way through the edge."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self.method = str(scope["method"])  # type: ignore[typeddict-item]  # HTTP scopes have one
        self.head = self.method == "HEAD"
        self.status = 500
        self.request_id = str(uuid7())
        # A copy: the server still needs to know that it was asked HEAD, to send the length without the body.
        self.scope: Any = {**scope, "request_id": self.request_id, "method": "GET" if self.head else self.method}
        self._send = send

    async def send(self, message: Message) -> None:
        """Pass a message on, with our headers; a reply to HEAD keeps its headers and loses its body."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = list(message["headers"])
            known = {name.lower() for name, _ in headers}
            headers += [pair for pair in _SECURITY if pair[0] not in known]
            message["headers"] = [*headers, (b"x-request-id", self.request_id.encode())]
        elif self.head and message["type"] == "http.response.body":
            message["body"] = b""
        await self._send(message)

    async def refuse(self, status: int, code: str, title: str) -> None:
        """A problem that no room has to be asked for."""
        problem: dict[str, Any] = {"type": f"/problems/{code}", "title": title, "status": status, "detail": title}
        body = json.dumps({**problem, "code": code, "request_id": self.request_id, "errors": []}).encode()
        headers = [(b"content-type", b"application/problem+json"), (b"content-length", str(len(body)).encode())]
        await self.send({"type": "http.response.start", "status": status, "headers": headers})
        await self.send({"type": "http.response.body", "body": body, "more_body": False})


def _too_large(scope: Scope) -> tuple[int, str, str] | None:
    if len(scope["raw_path"]) + len(scope["query_string"]) > MAX_URL:
        return 414, "uri_too_long", f"The address is longer than {MAX_URL} bytes."
    if sum(len(name) + len(value) for name, value in scope["headers"]) > MAX_HEADERS:
        return 431, "headers_too_large", f"The headers are longer than {MAX_HEADERS} bytes."
    return None
