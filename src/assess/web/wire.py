"""Below HTTP: what cannot be read as a request is refused with words too, and no request can grow or dawdle for ever.

uvicorn answers what is no HTTP with a plain line, takes the head of a request (its first line and its headers) however large
and slow it comes, waits for a body that never comes, and has as many connections as anybody opens.
"""

from asyncio import TimerHandle
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from assess.errors import HeadersTooLarge, Malformed, Refusal, TooSlow
from assess.storage.ids import uuid7_text
from assess.web.admission import ServiceBusy
from assess.web.problems import PROBLEM_JSON, rendered

MAX_HEAD = 64 * 1024
"""Bytes of a head; ``web.envelope`` refuses smaller ones with the patience to read them."""
SLOWEST = 20.0
"""Seconds in which a head that has begun must be whole, and a body must go on; ``web.bodies`` says when it must be whole."""
MOST = 2048
"""Connections at once; each may hold a head, and as much of a body as is waiting to be read (64 KiB)."""


class RequestUnreadable(Malformed):
    """This is no request as HTTP/1.1 writes it."""

    title_fr = "Ce n’est pas une demande telle que l’écrit HTTP/1.1."


class Wire(HttpToolsProtocol):
    """uvicorn's protocol with our refusals.

    ``slowest``: seconds for a head, and between two pieces of a body. ``most``: connections at once. ``_head``: bytes of the
    present head so far, none between two requests.
    """

    slowest, most = SLOWEST, MOST
    _head = 0
    _waiting: TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """One connection more, unless there are too many."""
        super().connection_made(transport)
        if len(self.connections) > self.most:
            self._refuse(ServiceBusy(headers={"Retry-After": "1"}))

    def data_received(self, data: bytes) -> None:
        """Parse what has come."""
        self._head += len(data)
        super().data_received(data)
        if self._head > MAX_HEAD:
            self._refuse(HeadersTooLarge(f"they may have {MAX_HEAD} bytes"))
        elif self._waiting is None and (self._head or self._lacks_body):
            self._waiting = self.loop.call_later(self.slowest, self._lagged)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._arrived()
        super().connection_lost(exc)

    def on_headers_complete(self) -> None:
        """The head is whole. What follows a chunked body (trailers) is not taken for headers: they have been looked at."""
        self._arrived()
        super().on_headers_complete()
        self.headers = []

    def on_body(self, body: bytes) -> None:
        """A part of the body; it does not count as head."""
        self._arrived()
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole; what follows is another one's head."""
        self._arrived()
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """What is no HTTP."""
        self._refuse(RequestUnreadable(msg))

    @property
    def _lacks_body(self) -> bool:
        return self.cycle is not None and self.cycle.more_body

    def _arrived(self) -> None:
        self._head = 0
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _lagged(self) -> None:
        what = "the next piece of a body" if self._lacks_body else "a head"
        self._refuse(TooSlow(f"{what} has {self.slowest:g} seconds"))

    def _refuse(self, refusal: Refusal) -> None:
        """The last words on this connection, to a request that has none; a whole one before it gets its reply first."""
        self._arrived()
        cycle = self.cycle
        if cycle is not None and not (cycle.more_body or cycle.response_complete):
            cycle.keep_alive = False
            return
        if cycle is None or not cycle.response_started or not cycle.more_body:
            self.transport.write(_reply(refusal))
        self.transport.close()


def _reply(refusal: Refusal) -> bytes:
    request_id = uuid7_text()
    body, headers = rendered(refusal, "", request_id)
    headers |= {"Content-Type": PROBLEM_JSON, "Content-Length": str(len(body))}
    headers |= {"X-Request-Id": request_id, "X-Content-Type-Options": "nosniff", "Connection": "close"}
    lines = [
        f"HTTP/1.1 {refusal.status} {HTTPStatus(refusal.status).phrase}",
        *(f"{n}: {v}" for n, v in headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body
