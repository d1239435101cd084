"""Pages of a list over HTTP: ``limit``, an opaque ``cursor``, and the address of the next page in the body and as a Link.

A cursor is sealed for one address of one organisation, filters included: it can be neither read, nor made, nor used elsewhere.
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Request
from litestar.params import FromQuery

from assess.errors import Finding, Invalid
from assess.storage.paging import Window
from assess.storage.secrets import derive, seal, unseal

USUAL, MOST = 50, 200
"""Entries of a page, unless said and at most."""
T = TypeVar("T")
P = TypeVar("P")


class LimitOutOfRange(Invalid):
    """A page has 1 to 200 entries."""

    title_fr = "Une page compte de 1 à 200 entrées."


class CursorInvalid(Invalid):
    """This cursor is not one of this list; begin without."""

    title_fr = "Ce curseur n’est pas de cette liste ; recommencez sans lui."


class Created(Protocol):
    """What has an id and a moment of creation."""

    @property
    def id(self) -> UUID: ...
    @property
    def created_at(self) -> datetime: ...


class Pages:
    """The page that a request asks for."""

    def __init__(self, request: Request[Any, Any, Any], cursor: str | None, limit: int) -> None:
        self._scope: Any = request.scope
        self._path = request.url.path
        said = [(name, value) for name, value in request.query_params.multi_items() if name not in {"cursor", "limit"}]
        self._filters = urlencode(said)
        own = (request.auth.organisation_id, self._path, self._filters)
        self._key = derive(request.app.state.secrets.pepper, "cursor", *own)
        self.window = Window(after=None if cursor is None else _read(self._key, cursor), limit=limit)

    def page(self, kind: Callable[..., P], items: Sequence[T], place: Callable[[T], Sequence[Any]]) -> P:
        """The page of that kind; ``items``: those of the window and one beyond, ``place``: what an item is ordered by."""
        shown = list(items[: self.window.limit])
        if len(items) <= self.window.limit:
            return kind(items=shown, next=None)
        cursor = _write(self._key, place(shown[-1]))
        filters = f"{self._filters}&" if self._filters else ""
        following = f"{self._path}?{filters}cursor={cursor}&limit={self.window.limit}"
        self._scope.setdefault("reply_headers", []).append((b"link", f'<{following}>; rel="next"'.encode()))
        return kind(items=shown, next=following)


def provide_pages(
    request: Request[Any, Any, Any], cursor: FromQuery[str | None] = None, limit: FromQuery[int] = USUAL
) -> Pages:
    """What a handler of a list names as ``pages``; raises LimitOutOfRange or CursorInvalid.

    The range is checked here: Litestar does not look at the limits in a parameter's type.
    """
    if not 1 <= limit <= MOST:
        rule = f"a whole number from 1 to {MOST}"
        raise LimitOutOfRange(errors=[Finding(pointer="query/limit", rule=rule, received=limit, example=USUAL)])
    return Pages(request, cursor, limit)


def by_creation(item: Created) -> tuple[datetime, UUID]:
    """The place of what is ordered by its creation."""
    return item.created_at, item.id


def _write(key: bytes, place: Sequence[Any]) -> str:
    return base64.urlsafe_b64encode(seal(key, msgspec.json.encode(place))).rstrip(b"=").decode()


def _read(key: bytes, cursor: str) -> list[Any]:
    try:
        place = unseal(key, base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        place = None
    if place is None:
        raise CursorInvalid(errors=[Finding(pointer="query/cursor", rule="the cursor of a `next` of this very list")])
    found: list[Any] = msgspec.json.decode(place)
    return found
