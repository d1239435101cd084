"""Conditional requests (RFC 9110, section 13): 304 for what the client has already, 412 for what changed meanwhile.

A private reply is tagged by the digest of its bytes, wherever it comes from; whoever changes a shared draft says with
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

State = Callable[[Request[Any, Any, Any], Tx], Awaitable[Any]]


def ready(request: Request[Any, Any, Any], body: bytes, etag: str, *, cache: str, media_type: str) -> Response[bytes]:
    """``body`` with its ``ETag`` (quoted), or an empty 304 when ``If-None-Match`` names it."""
    headers = {"ETag": etag, "Cache-Control": cache}
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
    """Before a shared draft is changed: its state, locked by ``tx``, is the one that If-Match names (strong comparison).

    Raises PreconditionRequired or PreconditionFailed, and what reading the state raises.
    """
    state: State | None = request.route_handler.opt.get(CHANGES)
    if state is None:
        return
    said = request.headers.get("if-match")
    if said is None:
        raise PreconditionRequired("send the ETag that GET gave you, or * for whatever is there")
    etag = etag_of(msgspec.json.encode(await state(request, tx)))
    if not any(tag.strip() in {etag, "*"} for tag in said.split(",")):
        raise PreconditionFailed("read it again and decide anew", headers={"ETag": etag})
