"""Who may: a policy on each handler, checked before anything else happens.

``may(permission)`` is data on the handler; a handler without one stops the start-up. A key is looked up before its tenant
is known, by one SECURITY DEFINER function; everything after that happens in the organisation's own transactions.
"""

import hmac
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency, Provide
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler

from assess.errors import Forbidden, Unauthenticated
from assess.storage.database import Database, Tx
from assess.storage.secrets import Secrets, derive
from assess.tenancy.model import Permission, Principal, Role
from assess.tenancy.sessions import LABEL, read_session
from assess.tenancy.store import mark_used
from assess.tenancy.tokens import hash_secret, read_key
from assess.web.admission import Admission, Place
from assess.web.conditional import check_unchanged
from assess.web.idempotency import effect_of, keyed_of
from assess.web.limits import UNCOUNTED, limits_of
from assess.web.paging import provide_pages
from assess.web.problems import problems

__all__ = ["DEPENDENCIES", "THINKS", "May", "MaySee", "check_policies", "may", "may_see", "problems", "think"]

THINKS = "thinks"
"""In ``opt``: whether a worker thinks for this handler, maybe for seconds."""
_EXAMPLE = "Authorization: Bearer assess_live_…"


class KeyMissing(Unauthenticated):
    """This address needs an API key."""

    title_fr = "Cette adresse demande une clé d’API."


class KeyInvalid(Unauthenticated):
    """This API key is not valid."""

    title_fr = "Cette clé d’API n’est pas valide."


class KeyExpired(Unauthenticated):
    """This API key has expired or was revoked."""

    title_fr = "Cette clé d’API a expiré ou a été révoquée."


class NotSignedIn(Unauthenticated):
    """Sign in with your API key to see this page."""

    title_fr = "Connectez-vous avec votre clé d’API pour voir cette page."


class PermissionMissing(Forbidden):
    """Your key's role or scopes do not allow this."""

    title_fr = "Le rôle ou les droits de votre clé ne le permettent pas."


async def think(connection: ASGIConnection[Any, Any, Any, Any], *, known: bool = True) -> None:
    """Move a request to the lane of those that wait for a worker, ``known``: with a key; raises ServiceBusy when it is full."""
    place: Place = connection.scope["place"]  # type: ignore[typeddict-item]  # a key of our own, from the edge
    admission: Admission = connection.app.state.admission
    await place.move(admission.thinking if known else admission.strangers)


class May:
    """The guard that ``may`` makes; its permission can be read by tests and by the start-up check."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    async def __call__(self, connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        """Let the request through or raise; ``connection.auth`` becomes the Principal."""
        await self._check(connection, handler)
        if handler.opt.get(THINKS):
            await think(connection, known=self.permission is not Permission.PUBLIC)

    async def _check(self, connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        if self.permission is Permission.PUBLIC:
            if not handler.opt.get(UNCOUNTED):
                limits_of(connection).peer(connection)
            return
        connection.scope["private"] = True  # type: ignore[typeddict-unknown-key]  # a key of our own
        if self.permission is Permission.RESPOND:
            limits_of(connection).response_key(connection)
            return
        principal = await self._holder(connection)
        limits_of(connection).key(connection, principal.key_id)
        await _note(connection, principal)
        if not principal.may(self.permission):
            raise PermissionMissing(
                f"this needs the permission {self.permission.value}; your role is {principal.role.value}"
            )
        connection.scope["auth"] = principal

    async def _holder(self, connection: ASGIConnection[Any, Any, Any, Any]) -> Principal:
        return await principal_of(connection)


class MaySee(May):
    """The guard of a page: its reader is known by the cookie that signing in gives, which no address of the API takes."""

    async def _holder(self, connection: ASGIConnection[Any, Any, Any, Any]) -> Principal:
        connection.scope["known_by"] = b"Cookie"  # type: ignore[typeddict-unknown-key]  # a key of our own
        return await reader_of(connection)


def may(permission: Permission) -> May:
    """The policy of a handler: the one permission that it demands."""
    return May(permission)


def may_see(permission: Permission) -> MaySee:
    """The policy of a page for people who have signed in."""
    return MaySee(permission)


def check_policies(handlers: Iterable[HTTPRouteHandler]) -> None:
    """Raise RuntimeError when a handler does not demand exactly one permission."""
    for handler in handlers:
        policies = [guard for guard in handler.resolve_guards() if isinstance(guard, May)]
        if len(policies) != 1:
            raise RuntimeError(f"{handler.handler_name} must demand exactly one permission, not {len(policies)}")


def let_guards_read(handlers: Iterable[HTTPRouteHandler]) -> None:
    """Have the guards called with the handler itself: for each of them Litestar makes a copy, a tenth of what a request costs.

    Ours read it and no more. A Litestar that authorizes in another way calls them in its own, and just as strictly.
    """
    for handler in handlers:
        handler.authorize_connection = _authorizing(handler)  # type: ignore[method-assign, assignment]  # see above


async def principal_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Principal:
    """The holder of the request's key; raises KeyMissing, KeyInvalid or KeyExpired."""
    scheme, _, text = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not text:
        raise KeyMissing(f"send it as the header {_EXAMPLE}")
    return await holder_of(connection, text.strip())


async def holder_of(connection: ASGIConnection[Any, Any, Any, Any], text: str) -> Principal:
    """The holder of a key, by its text; raises KeyInvalid, KeyExpired or TooManyRequests."""
    key = read_key(text)
    if key is None:
        raise KeyInvalid("the key has a wrong length, letter or checksum; was it copied whole?")
    limits_of(connection).unproven(connection, key.id)
    secrets: Secrets = connection.app.state.secrets
    row = await _key(connection, key.id)
    if row is None or not hmac.compare_digest(row["secret_hash"], hash_secret(secrets.pepper, key.secret)):
        raise KeyInvalid("no such key")
    if not _lives(row):
        raise KeyExpired("ask the organisation's admin for a new one")
    return _principal_in(row)


async def reader_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Principal:
    """Who has signed in, if the session lasts and its key still lives; raises NotSignedIn."""
    state = connection.app.state
    said = connection.cookies.get(cookie_name(state.settings.public_url), "")
    session = read_session(session_key(state.secrets), said, datetime.now(UTC))
    row = await _key(connection, session.key_id) if session is not None else None
    if session is None or row is None or row["organisation_id"] != session.organisation_id or not _lives(row):
        raise NotSignedIn
    return _principal_in(row)


def cookie_name(public_url: str) -> str:
    """How the session's cookie is called; under HTTPS browsers keep that name for this host alone (``__Host-``)."""
    return "__Host-assess-session" if public_url.startswith("https://") else "assess-session"


def session_key(secrets: Secrets) -> bytes:
    """The key of sessions: of this installation, and for nothing else."""
    return derive(secrets.pepper, LABEL)


async def _key(connection: ASGIConnection[Any, Any, Any, Any], key_id: UUID) -> Any:
    database: Database = connection.app.state.database
    return await database.call("select * from assess.key_by_id($1)", key_id)


async def _note(connection: ASGIConnection[Any, Any, Any, Any], principal: Principal) -> None:
    """Note the day on which a key is used (UTC): this process writes it once a day for each."""
    state, today = connection.app.state, datetime.now(UTC).date()
    used: dict[UUID, date] = state.setdefault("used", {})
    if used.get(principal.key_id) != today:
        async with state.database.transaction(principal.organisation_id) as tx:
            await mark_used(tx, principal.key_id, today)
        used[principal.key_id] = today


def _lives(row: Any) -> bool:
    """Whether a key is neither revoked nor past its last day (UTC)."""
    return not row["revoked_at"] and not (row["expires_on"] and row["expires_on"] < datetime.now(UTC).date())


def _principal_in(row: Any) -> Principal:
    return Principal(
        organisation_id=row["organisation_id"],
        key_id=row["id"],
        name=row["name"],
        role=Role(row["role"]),
        scopes=frozenset(Permission(scope) for scope in row["scopes"]),
        team_id=row["team_id"],
    )


async def _tx(request: Request[Any, Any, Any], principal: NamedDependency[Principal]) -> AsyncIterator[Tx]:
    """The only generator dependency: with two, a failing COMMIT becomes an ExceptionGroup. No exception is translated here.

    It names another dependency, so it begins alone, when all others are there: Litestar cancels whatever begins beside one that
    refuses, again and again, and the connection would stay out of the pool. The transaction of a request with an Idempotency-Key
    ends with its reply instead, which is kept in it.
    """
    if (keyed := keyed_of(request)) is not None:
        yield await keyed.begin(request)
        return
    database: Database = request.app.state.database
    async with database.transaction(principal.organisation_id) as tx:
        await check_unchanged(request, tx)
        yield tx


def _principal(request: Request[Any, Any, Any]) -> Principal:
    return request.auth  # type: ignore[no-any-return]  # set by May


def _authorizing(
    handler: HTTPRouteHandler,
) -> Callable[[ASGIConnection[Any, Any, Any, Any]], Coroutine[Any, Any, None]]:
    guards = handler.resolve_guards()

    async def authorize(connection: ASGIConnection[Any, Any, Any, Any]) -> None:
        for guard in guards:
            await guard(connection, handler)  # type: ignore[misc]  # Litestar has wrapped those that are not async

    return authorize


def _from_state(name: str) -> Provide:
    """A dependency that hands out a resource of the application."""

    def provide(request: Request[Any, Any, Any]) -> Any:
        return request.app.state[name]

    return Provide(provide, sync_to_thread=False)


RESOURCES = ("database", "settings", "secrets", "workers", "catalogue", "library", "gallery", "kpis")
"""What the application holds while it runs, handed to handlers by name."""

DEPENDENCIES: dict[str, Provide] = {
    "tx": Provide(_tx),
    "effect": Provide(effect_of),
    "pages": Provide(provide_pages, sync_to_thread=False),
    "principal": Provide(_principal, sync_to_thread=False),
    **{name: _from_state(name) for name in RESOURCES},
}
