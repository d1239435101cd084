"""Idempotency-Key (draft-ietf-httpapi-idempotency-key-header-07): a request that is sent again has its effect once.

A handler opts in with ``opt={IDEMPOTENT: True}`` and nothing else. The key is claimed at the beginning of the transaction that
has the effect, the reply is kept at its end, and both are there or neither is. A refusal keeps nothing: the key is free again.
What is kept can be read by nobody without the key itself: it is known by a hash, and the reply is sealed under it, since
replies hold names, addresses and, of a new API key, the secret that is shown once.
"""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Any
from weakref import WeakValueDictionary

import msgspec
from litestar import Request, Response
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from msgspec import Struct

from assess.errors import Finding, Invalid, Malformed
from assess.storage.database import Effect, Tx
from assess.storage.idempotency import Answered, IdempotencyKeyBusy, answer, answered, claim
from assess.storage.secrets import derive, seal, unseal

IDEMPOTENT = "idempotent"
PATIENCE = 2.0
"""Seconds that a second request with the same key waits: the lock timeout of the database."""
# A string as RFC 8941 writes it, or, as many clients send it, the same without quotes.
_KEY = re.compile(rb'"(?P<quoted>[ !#-\[\]-~]{1,255})"|(?P<bare>[!#-+\--\[\]-~]{1,255})')
_Request = Request[Any, Any, Any]


class IdempotencyKeyMalformed(Malformed):
    """An Idempotency-Key is one text of 1 to 255 printable characters, best a new UUID."""

    title_fr = "Une Idempotency-Key est un texte de 1 à 255 caractères imprimables, au mieux un nouvel UUID."


class IdempotencyKeyReused(Invalid):
    """This Idempotency-Key was used for another request; each request needs its own."""

    title_fr = "Cette Idempotency-Key a servi à une autre demande ; chaque demande a la sienne."


class Reply(Struct, frozen=True):
    """A reply as it is kept: its media type, and the other headers that its handler gave."""

    status: int
    media_type: str
    headers: dict[str, str]
    body: bytes


class Replayed(Exception):  # noqa: N818 - a reply, not an error
    """This was answered before: instead of doing it again, give the same reply."""

    def __init__(self, keyed: "Keyed", reply: Reply) -> None:
        super().__init__()
        self.keyed = keyed
        self.reply = reply


class Underway:
    """The keys in work in this process: a second request with the same key waits here, not with a connection in its hand."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[bytes, asyncio.Lock] = WeakValueDictionary()

    @contextlib.asynccontextmanager
    async def alone(self, key_hash: bytes) -> AsyncIterator[None]:
        """Be the only one with that key; raises IdempotencyKeyBusy after PATIENCE."""
        lock = self._locks.setdefault(key_hash, asyncio.Lock())
        try:
            async with asyncio.timeout(PATIENCE):
                await lock.acquire()
        except TimeoutError:
            raise IdempotencyKeyBusy(headers={"Retry-After": "1"}) from None
        try:
            yield
        finally:
            lock.release()


class Keyed:
    """One request with a key: the transaction that its effect, the claim of the key and the reply share."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._ending = contextlib.AsyncExitStack()
        self._request: _Request | None = None
        self._hash = self._fingerprint = self._seal = b""
        self._tx: Tx | None = None
        self.replayed = False

    async def __aenter__(self) -> "Keyed":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        return await self._ending.__aexit__(kind, error, trace)

    async def look(self, request: _Request) -> None:
        """Before a request thinks: raises Replayed when it was answered before, IdempotencyKeyReused, IdempotencyKeyBusy."""
        await self._alone(request)
        async with request.app.state.database.transaction(request.auth.organisation_id) as tx:
            self._settle(await answered(tx, self._hash))

    async def begin(self, request: _Request) -> Tx:
        """The transaction of this request, which ends with its reply; raises as ``look``."""
        await self._alone(request)
        if self._tx is None:
            opening = request.app.state.database.transaction(request.auth.organisation_id)
            tx: Tx = await self._ending.enter_async_context(opening)
            self._settle(await claim(tx, self._hash, self._fingerprint))
            self._tx = tx
        return self._tx

    async def keep(self, reply: Reply) -> None:
        """Keep the reply, in the transaction of the effect; a request that had no effect gets one for its reply."""
        if self._request is not None:
            tx = await self.begin(self._request)
            await answer(tx, self._hash, seal(self._seal, msgspec.msgpack.encode(reply)))

    async def _alone(self, request: _Request) -> None:
        if self._request is not None:
            return
        pepper, principal = request.app.state.secrets.pepper, request.auth
        own = (principal.organisation_id, principal.key_id, self._key)
        asked = (request.method, request.url.path, request.url.query, await request.body())
        self._hash = derive(pepper, "idempotency/hash", *own)
        self._fingerprint = derive(pepper, "idempotency/fingerprint", *own, *asked)
        self._seal = derive(pepper, "idempotency/reply", *own)
        await self._ending.enter_async_context(request.app.state.underway.alone(self._hash))
        self._request = request

    def _settle(self, kept: Answered | None) -> None:
        if kept is None:
            return
        if kept.fingerprint != self._fingerprint:
            rule = "a new key for each new request"
            raise IdempotencyKeyReused(errors=[Finding(pointer="header/Idempotency-Key", rule=rule)])
        text = unseal(self._seal, kept.reply or b"")
        if text is None:
            raise IdempotencyKeyReused("what was answered cannot be read any more; was the pepper changed?")
        raise Replayed(self, msgspec.msgpack.decode(text, type=Reply))


class Once:
    """ASGI middleware below the exception handlers: it keeps what a request with a key is answered, and commits."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or not scope["route_handler"].opt.get(IDEMPOTENT):
            await self._app(scope, receive, send)
            return
        said = [value for name, value in scope["headers"] if name == b"idempotency-key"]
        if not said:
            await self._app(scope, receive, send)
            return
        keyed = Keyed(_read(said))
        scope["keyed"] = keyed  # type: ignore[typeddict-unknown-key]  # a key of our own
        recorder = _Recorder()
        try:
            async with keyed:
                await self._app(scope, receive, recorder.send)
                if keyed.replayed or not recorder.is_good:
                    raise _NothingToKeepError
                await keyed.keep(recorder.reply())
        except _NothingToKeepError:
            pass
        except Exception as error:  # it was not done after all: what was recorded must not be said
            recorder = _Recorder()
            await _said(error, scope, receive, recorder.send)
        await recorder.forward(send)


def keyed_of(request: _Request) -> Keyed | None:
    """What a request with a key has; none for a request without."""
    found: Keyed | None = request.scope.get("keyed")  # type: ignore[assignment]  # a key of our own
    return found


async def effect_of(request: _Request) -> Effect:
    """The last transaction of a request that thinks without one; raises as ``Keyed.look``."""
    keyed = keyed_of(request)
    if keyed is None:
        organisation_id = request.auth.organisation_id
        return Effect(lambda: request.app.state.database.transaction(organisation_id))
    await keyed.look(request)
    return Effect(lambda: _begun(keyed, request))


def replay(_: _Request, replayed: Replayed) -> Response[bytes]:
    """The handler of Replayed: the same reply, and a header that tells."""
    replayed.keyed.replayed = True
    reply = replayed.reply
    headers = {**reply.headers, "Idempotent-Replayed": "true"}
    return Response(reply.body, status_code=reply.status, headers=headers, media_type=reply.media_type)


@contextlib.asynccontextmanager
async def _begun(keyed: Keyed, request: _Request) -> AsyncIterator[Tx]:
    """The request's transaction; it stays open, because its reply is to be kept in it."""
    yield await keyed.begin(request)


async def _said(error: Exception, scope: Scope, receive: Receive, send: Send) -> None:
    """Say an error as the application does; its own exception handling believes that the reply has begun already."""
    app = scope["litestar_app"]
    request: _Request = Request(scope, receive, send)
    handler: Any = next(app.exception_handlers[kind] for kind in type(error).__mro__ if kind in app.exception_handlers)
    await handler(request, error).to_asgi_response(app=None, request=request)(scope, receive, send)


def _read(said: list[bytes]) -> bytes:
    found = _KEY.fullmatch(said[0]) if len(said) == 1 else None
    if found is None:
        finding = Finding(pointer="header/Idempotency-Key", rule="1 to 255 printable ASCII characters")
        raise IdempotencyKeyMalformed(errors=[finding])
    return found["quoted"] or found["bare"]


class _NothingToKeepError(Exception):
    """Roll back: the reply is a refusal, or is kept already."""


class _Recorder:
    """Holds a reply back until it is kept."""

    def __init__(self) -> None:
        self._messages: list[Any] = []

    async def send(self, message: Message) -> None:
        """Record a message."""
        self._messages.append(message)

    @property
    def is_good(self) -> bool:
        """Whether the reply says that it was done."""
        return bool(self._messages[0]["status"] < 300)

    def reply(self) -> Reply:
        """The reply as it is kept."""
        start, *bodies = self._messages
        headers = {name.decode().lower(): value.decode() for name, value in start["headers"]}
        headers.pop("content-length", None)
        media_type = headers.pop("content-type", "application/json")
        return Reply(start["status"], media_type, headers, b"".join(body.get("body", b"") for body in bodies))

    async def forward(self, send: Send) -> None:
        """Send what was recorded."""
        for message in self._messages:
            await send(message)
