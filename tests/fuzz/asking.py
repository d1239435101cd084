"""Requests as bytes, asked of the ASGI application as uvicorn would ask it: what no client library lets us send goes through."""

import urllib.parse
from typing import Any

import msgspec
from msgspec import Struct

Pairs = tuple[tuple[bytes, bytes], ...]


class Sent(Struct, frozen=True, kw_only=True):
    """A request. ``target``: path and query as they stand on the wire; ``headers``: names in small letters.

    ``length``: whether a Content-Length that tells the truth is added when there is a body and none is said.
    """

    method: str
    target: bytes
    headers: Pairs = ()
    body: bytes = b""
    length: bool = True

    def wearing(self, *pairs: tuple[bytes, bytes]) -> "Sent":
        """The request with these headers instead of those of the same names."""
        names = {name for name, _ in pairs}
        kept = tuple(pair for pair in self.headers if pair[0] not in names)
        return msgspec.structs.replace(self, headers=(*kept, *pairs))

    def header(self, name: bytes) -> bytes:
        """The value of a header, empty when it is not there."""
        return next((value for found, value in self.headers if found == name), b"")


class Got(Struct, frozen=True, kw_only=True):
    """A reply, or the exception that came instead of it (``failure``)."""

    status: int
    headers: Pairs
    body: bytes
    failure: str = ""

    def header(self, name: bytes) -> bytes | None:
        """The value of a header; none when it is not there."""
        return next((value for found, value in self.headers if found == name), None)


class Conversation:
    """One exchange over ASGI; it fails when the application breaks the protocol."""

    def __init__(self, body: bytes) -> None:
        self._parts = [body[: len(body) // 2], body[len(body) // 2 :]] if len(body) > 64 else [body]
        self.start: Any = None
        self.body = b""
        self.ended = False

    async def receive(self) -> Any:
        """The body in one or two parts, then a client that waits and hangs up."""
        if self._parts:
            part = self._parts.pop(0)
            return {"type": "http.request", "body": part, "more_body": bool(self._parts)}
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        """Note what the application says."""
        if message["type"] == "http.response.start":
            assert self.start is None, "a reply starts once"
            self.start = message
            return
        assert self.start is not None, "a reply starts before its body"
        assert not self.ended, "nothing follows the end of a body"
        self.body += message.get("body", b"")
        self.ended = not message.get("more_body", False)


async def ask(application: Any, sent: Sent) -> Got:
    """Ask, and have the whole reply."""
    conversation = Conversation(sent.body)
    failure = ""
    try:
        await application(scope_of(sent), conversation.receive, conversation.send)
    except Exception as error:  # whatever escapes the application is a find
        failure = repr(error)
    start = conversation.start or {"status": 500, "headers": []}
    if not conversation.ended:
        failure = failure or "the reply has no end"
    headers = tuple((name.lower(), value) for name, value in start["headers"])
    return Got(status=start["status"], headers=headers, body=conversation.body, failure=failure)


def scope_of(sent: Sent) -> dict[str, Any]:
    """The scope that uvicorn makes of a request."""
    raw, _, query = sent.target.partition(b"?")
    path = raw.decode("latin-1")
    headers = list(sent.headers)
    if sent.length and sent.body and not any(name in {b"content-length", b"transfer-encoding"} for name, _ in headers):
        headers.append((b"content-length", str(len(sent.body)).encode()))
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "server": ("127.0.0.1", 8321),
        "client": ("127.0.0.1", 50_000),
        "scheme": "http",
        "method": sent.method,
        "root_path": "",
        "path": urllib.parse.unquote(path) if "%" in path else path,
        "raw_path": raw,
        "query_string": query,
        "headers": headers,
        "state": {},
    }
