"""Requests: bodies decoded once, straight into the handler's type, strictly; what is accepted and asked for is checked first.

Litestar decodes JSON into dicts and coerces ("5" becomes 5), parses text/plain as JSON and ignores Accept: here none of this.
"""

import math
import re
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Annotated, Any, TypeVar

import msgspec
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from msgspec import Meta

from assess.errors import Malformed, NotAcceptable, Refusal, UnsupportedMediaType
from assess.sheets import MAX_ROWS
from assess.web import places
from assess.web.problems import misplaced

JSON = "application/json"
CSV = "text/csv"
MSGPACK = "application/msgpack"
YAML = "application/yaml"
ROWS = (CSV, JSON, MSGPACK)
"""How many rows are sent: a sheet, or a list in either of two forms."""
_CHARSETS = frozenset({"utf-8", "utf8", "us-ascii"})
_PLAIN = "identity"
_WEIGHT = re.compile(r"[0-9]{1,3}(?:\.[0-9]{0,9})?")
_T = TypeVar("_T")
_Cell = bool | int | float | str | None
_Rows = Annotated[list[dict[str, _Cell | list[_Cell]]], Meta(max_length=MAX_ROWS)]


class PackedUnreadable(Malformed):
    """The body cannot be read as MessagePack."""

    title_fr = "Le corps n’est pas lisible comme du MessagePack."


class StrictRequest(Request[Any, Any, Any]):
    """A request whose JSON is decoded by the type of the handler's ``data`` parameter."""

    async def json(self) -> Any:
        """The body as the Struct that the handler names; raises Invalid with the place, or msgspec.DecodeError."""
        field = self.route_handler.parsed_data_field
        kind, body = (field.annotation if field else Any), await self.body()
        try:
            return _decoder(kind).decode(body)
        except msgspec.ValidationError as error:
            raise _telling(misplaced(error), kind, body) from error


async def negotiated(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Guard: 415 for a body of another media type than the handler takes, 406 when nothing it gives is accepted.

    A body that no handler asked for is not looked at.
    """
    takes: tuple[str, ...] = handler.opt.get("takes", (JSON,))
    gives: tuple[str, ...] = handler.opt.get("gives", (JSON,))
    _check_content_type(connection, takes, handler)
    accept = connection.headers.get("accept", "*/*")
    if not any(_accepts(accept, media) for media in gives):
        raise NotAcceptable(f"this address gives {', '.join(gives)}, not {accept[:200]}")


def wished(connection: ASGIConnection[Any, Any, Any, Any], gives: tuple[str, ...]) -> str:
    """Of the media types that an address gives the one that the client likes best; of equals the first."""
    accept = connection.headers.get("accept", "*/*")
    return max(gives, key=lambda media: _liking(accept, media))


def media_type_of(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """The media type of the body, without parameters, in lower case."""
    return connection.headers.get("content-type", "").partition(";")[0].strip().lower()


def rows_in(
    media: str, body: bytes, *, sheet: Callable[[bytes], _T], listed: Callable[[bytes], _T]
) -> Callable[[], _T]:
    """What reads a body of rows, for a handler that lets it work beside the event loop: ``sheet`` a CSV, ``listed`` a JSON list.

    A list in MessagePack is read as the JSON that says the same; reading it raises PackedUnreadable or msgspec.ValidationError.
    """
    if media == CSV:
        return partial(sheet, body)
    return partial(listed, body) if media == JSON else lambda: listed(unpacked(body))


def unpacked(packed: bytes) -> bytes:
    """The JSON of a MessagePack list of flat objects: texts, numbers that JSON has, booleans, null, and lists of them."""
    try:
        rows = msgspec.msgpack.decode(packed, type=_Rows)
    except msgspec.ValidationError:
        raise
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise PackedUnreadable(f"the body must be MessagePack: {error}") from error
    if any(isinstance(cell, float) and not math.isfinite(cell) for row in rows for cell in row.values()):
        raise PackedUnreadable("a number is neither infinite nor NaN")
    return msgspec.json.encode(rows)


def _check_content_type(
    connection: ASGIConnection[Any, Any, Any, Any], takes: tuple[str, ...], handler: BaseRouteHandler
) -> None:
    if not (_takes_body(handler) and _has_body(connection)):
        return
    media = media_type_of(connection)
    if media not in takes:
        raise UnsupportedMediaType(
            f"this address takes {', '.join(takes)}, not {media or 'a body without Content-Type'}"
        )
    charset = _charset(connection.headers["content-type"])
    if charset not in _CHARSETS:
        raise UnsupportedMediaType(f"a body is written in UTF-8, not {charset[:200]}")
    coding = connection.headers.get("content-encoding", _PLAIN).strip().lower()
    if coding != _PLAIN:
        raise UnsupportedMediaType(
            f"a body is sent as it is, not as {coding[:200]}", headers={"Accept-Encoding": _PLAIN}
        )


def _takes_body(handler: BaseRouteHandler) -> bool:
    return isinstance(handler, HTTPRouteHandler) and ("takes" in handler.opt or handler.parsed_data_field is not None)


def _has_body(connection: ASGIConnection[Any, Any, Any, Any]) -> bool:
    headers = connection.headers
    return "transfer-encoding" in headers or headers.get("content-length", "0") != "0"


@lru_cache(maxsize=64)
def _charset(content_type: str) -> str:
    """What a Content-Type says of the letters; UTF-8 unless said."""
    _, *parameters = content_type.lower().split(";")
    said = dict(parameter.strip().partition("=")[::2] for parameter in parameters)
    return said.get("charset", "utf-8").strip('"')


def _accepts(accept: str, media: str) -> bool:
    return _liking(accept, media) > 0


@lru_cache(maxsize=64)
def _liking(accept: str, media: str) -> float:
    """The weight of the most specific range that a media type falls into (RFC 9110, section 12.5.1); 0 outside all."""
    wishes = (accept.strip() or "*/*").lower().split(",")
    weights = dict(sorted(map(_weighted, wishes)))  # of a range that is said twice, the greater
    fitting = (media, f"{media.partition('/')[0]}/*", "*/*")
    return next((weights[kind] for kind in fitting if kind in weights), 0)


def _weighted(wish: str) -> tuple[str, float]:
    """A range of Accept and its weight; one that cannot be read weighs nothing."""
    kind, *parameters = wish.split(";")
    said = dict(parameter.strip().partition("=")[::2] for parameter in parameters)
    weight = said.get("q", "1")
    return kind.strip(), float(weight) if _WEIGHT.fullmatch(weight) else 0


def _telling(refusal: Refusal, kind: Any, body: bytes) -> Refusal:
    """The refusal with what was received at its places, and what would be good there."""
    refusal.errors = [
        msgspec.structs.replace(
            finding, received=places.received(body, finding.pointer), example=places.example(kind, finding.pointer)
        )
        for finding in refusal.errors
    ]
    return refusal


@lru_cache(maxsize=256)
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)
