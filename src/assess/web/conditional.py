"""Conditional requests (RFC 9110, section 13): 304 for what the client has already, 412 for what changed meanwhile.

A reply that may be kept is tagged by the digest of its bytes, wherever it comes from; whoever changes a shared draft says with
If-Match which state is being changed, and a handler says with ``opt={CHANGES: state}`` how that state is had.
"""

from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Any

import msgspec
from litestar import Request, Response

from assess.errors import PreconditionFailed, PreconditionRequired
from assess.storage.database import Tx

FOREVER = "public, max-age=31536000, immutable"
"""For what can never change under its address."""

CHANGES = "changes"
"""In ``opt``: an async function of the request and its transaction that gives what GET on the same address would, locked."""

PLACES = "places"
"""In ``opt``: as CHANGES, for a PUT to an address where there may be nothing yet; the function then gives none."""
FREELY = "freely"
"""In ``opt`` beside PLACES: what is there may be replaced without If-Match, since nothing of it is lost."""

State = Callable[[Request[Any, Any, Any], Tx], Awaitable[Any]]


def ready(
    request: Request[Any, Any, Any], body: bytes, etag: str, *, cache: str, media_type: str, vary: str | None = None
) -> Response[bytes]:
    """``body`` with its ``ETag`` (quoted), or an empty 304 when ``If-None-Match`` names it. vary: what else it depends on."""
    headers = {"ETag": etag, "Cache-Control": cache} | ({"Vary": vary} if vary else {})
    if known(request.headers.get("if-none-match", ""), etag):
        return Response(b"", status_code=304, headers=headers, media_type=media_type)
    return Response(body, headers=headers, media_type=media_type)


def known(if_none_match: str, etag: str) -> bool:
    """Whether the client has ``etag``; the comparison is weak, as the RFC asks for reads."""
    return any(tag.strip().removeprefix("W/") in {etag, "*"} for tag in if_none_match.split(","))


def etag_of(body: bytes) -> str:
    """The strong ETag of a reply: the digest of its bytes, quoted."""
    return f'"{sha256(body).hexdigest()[:32]}"'


async def check_unchanged(request: Request[Any, Any, Any], tx: Tx) -> None:
    """Before a shared draft is changed: its state, locked by ``tx``, is the one that the request names (strong comparison).

    Raises PreconditionRequired or PreconditionFailed, and what reading the state raises.
    """
    opt, said = request.route_handler.opt, request.headers.get("if-match")
    if CHANGES in opt:
        _check_said(said)
        _check_match(said, await opt[CHANGES](request, tx))
    elif PLACES in opt:
        there = await opt[PLACES](request, tx)
        _check_place(request, there, needed=not opt.get(FREELY))


def _check_place(request: Request[Any, Any, Any], there: Any, *, needed: bool) -> None:
    """What is there is the state that If-Match names; with If-None-Match nothing may be there (or not that state)."""
    said, unless = request.headers.get("if-match"), request.headers.get("if-none-match")
    if unless is not None and there is not None and known(unless, _tag(there)):
        raise PreconditionFailed("it is there already", headers={"ETag": _tag(there)})
    if there is not None and needed:
        _check_said(said)
    if said is not None:
        _check_match(said, there)


def _check_said(said: str | None) -> None:
    if said is None:
        raise PreconditionRequired("send the ETag that GET gave you, or * for whatever is there")


def _check_match(said: str | None, there: Any) -> None:
    if there is None:
        raise PreconditionFailed("there is nothing yet; send it without If-Match")
    etag = _tag(there)
    if not any(tag.strip() in {etag, "*"} for tag in (said or "").split(",")):
        raise PreconditionFailed("read it again and decide anew", headers={"ETag": etag})


def _tag(there: Any) -> str:
    return etag_of(msgspec.json.encode(there))
