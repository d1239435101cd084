"""The last touch of every reply: what keeps it from being misread, who may keep it, its tag, and what else is to be told."""

from typing import Any

from litestar.handlers import HTTPRouteHandler

from assess.web.conditional import CHANGES, PLACES, etag_of, known
from assess.web.retirement import RETIRED

_START = "http.response.start"
_SECURITY = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (
        b"content-security-policy",
        b"default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'",
    ),
]
_OF_THE_BODY = {b"content-type", b"content-length"}


class Finisher:
    """Finishes one reply; ``status`` is what was sent, or 500 while nothing was."""

    def __init__(self, scope: Any, *, head: bool) -> None:
        self._scope = scope
        self._head = head
        self._start: Any = None
        self._body = b""
        self.status = 500

    def finished(self, message: Any) -> list[Any]:
        """The messages that can be sent now that this one has come."""
        if message["type"] == _START:
            self.status = message["status"]
            self._dress(message)
            if self._is_tagged(message):
                self._start = message
                return []
            return [message]
        if self._start is not None:
            return self._tagged(message)
        if self._head:
            message["body"] = b""
        return [message]

    def _dress(self, start: Any) -> None:
        """Our headers, unless the handler said otherwise."""
        scope, headers = self._scope, list(start["headers"])
        said = {name.lower() for name, _ in headers}
        headers += [pair for pair in _SECURITY if pair[0] not in said]
        private = scope.get("private", False)
        if b"cache-control" not in said:
            headers.append((b"cache-control", b"private, no-cache" if private else b"no-cache"))
        if private:
            headers.append((b"vary", scope.get("known_by", b"Authorization")))
        headers += scope.get("reply_headers", ())
        if RETIRED in self._opt:
            headers += self._opt[RETIRED].headers()
        start["headers"] = [*headers, (b"x-request-id", scope["request_id"].encode())]

    @property
    def _opt(self) -> dict[str, Any]:
        handler = self._scope.get("route_handler")
        return handler.opt if isinstance(handler, HTTPRouteHandler) else {}

    def _is_tagged(self, start: Any) -> bool:
        """What can be asked for again, and the new state of what was changed; but nothing that nobody may keep."""
        if self._scope["method"] == "GET":
            tagged = self.status == 200
        else:
            tagged = self.status in {200, 201} and bool({CHANGES, PLACES} & self._opt.keys())
        if not tagged:
            return False
        headers = {name.lower(): value for name, value in start["headers"]}
        return b"etag" not in headers and headers[b"cache-control"] != b"no-store"

    def _tagged(self, message: Any) -> list[Any]:
        """The reply with its ETag, once its body is whole; an empty 304 when the client has it."""
        self._body += message.get("body", b"")
        if message.get("more_body"):
            return []
        etag = etag_of(self._body)
        headers = [*self._start["headers"], (b"etag", etag.encode())]
        if self._scope["method"] == "GET" and known(self._if_none_match(), etag):
            self.status, self._body = 304, b""
            headers = [pair for pair in headers if pair[0].lower() not in _OF_THE_BODY]
        start = {**self._start, "status": self.status, "headers": headers}
        return [start, {**message, "body": b"" if self._head else self._body}]

    def _if_none_match(self) -> str:
        said = [value for name, value in self._scope["headers"] if name == b"if-none-match"]
        return b",".join(said).decode("latin-1")
