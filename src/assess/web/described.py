"""The conventions of every operation as the OpenAPI document tells them: parameters, headers and refusals, from ``opt`` alone."""

from typing import Any

from litestar.handlers import HTTPRouteHandler

from assess.web.conditional import CHANGES, FREELY, PLACES
from assess.web.idempotency import IDEMPOTENT
from assess.web.limits import UNCOUNTED
from assess.web.paging import MOST, USUAL
from assess.web.problems import PROBLEM_JSON, family_of
from assess.web.retirement import RETIRED

_TEXT = {"type": "string"}
_EVERYWHERE = (400, 406, 414, 431, 503)

HEADERS: dict[str, dict[str, Any]] = {
    "RequestId": {"description": "Names this exchange in the log", "schema": {"type": "string", "format": "uuid"}},
    "ETag": {"description": "Strong tag of this state, for If-None-Match and If-Match", "schema": _TEXT},
    "Link": {"description": 'The next page, `rel="next"` (RFC 8288); absent on the last', "schema": _TEXT},
    "RateLimitPolicy": {"description": "What a key may do: `q` requests in `w` seconds", "schema": _TEXT},
    "RateLimit": {"description": "What is left: `r` requests, all of them again in `t` seconds", "schema": _TEXT},
    "RetryAfter": {"description": "Seconds to wait", "schema": {"type": "integer", "minimum": 1}},
    "IdempotentReplayed": {
        "description": "`true`: done before with this Idempotency-Key; the reply is that one",
        "schema": {"type": "string", "enum": ["true"]},
    },
    "Deprecation": {"description": "Since when this should not be used (RFC 9745)", "schema": _TEXT},
    "Sunset": {"description": "Until when this answers (RFC 8594)", "schema": _TEXT},
}
"""``components/headers``."""

_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A new UUID for each new request. Sent again with it within 7 days, a request has no second effect and gets "
    "the same reply; another request with it is a 422, one that is still under way a 409.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    "example": "0b6c1a3e-8f0c-4f7e-9d2b-5f1f4f3a9c11",
}
_IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "The ETag of the state that you change, or `*` for whatever is there",
    "schema": _TEXT,
    "example": "*",
}
_IF_MATCH_THERE = {
    **_IF_MATCH,
    "required": False,
    "description": "The ETag of the state that you replace, or `*` for whatever is there; not sent for what is new",
}
_IF_NOTHING_THERE = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "`*`: only if nothing is there yet",
    "schema": _TEXT,
}
_IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The ETag that you have: 304 when nothing has changed",
    "schema": _TEXT,
}
_PAGE = {
    "cursor": (
        "Where the page begins: a part of `next`, never made by hand",
        {"type": "string", "minLength": 1},
    ),
    "limit": ("How many entries at most", {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}),
}


def with_conventions(operation: dict[str, Any], method: str, handler: HTTPRouteHandler) -> None:
    """Tell in ``operation`` what holds for it beside what its handler says; the problems get no example here."""
    refusals = {*_EVERYWHERE}
    private = bool(operation["security"])
    if not handler.opt.get(UNCOUNTED):
        refusals.add(429)
    if "requestBody" in operation:
        refusals |= {400, 408, 413, 415}
    if handler.opt.get(IDEMPOTENT):
        refusals |= {400, 409, 422}
        _parameter(operation, _IDEMPOTENCY_KEY)
        _header(operation, "Idempotent-Replayed", "IdempotentReplayed")
    if CHANGES in handler.opt:
        refusals |= {412, 428}
        _parameter(operation, _IF_MATCH)
        _header(operation, "ETag", "ETag")
    if PLACES in handler.opt:
        refusals |= {412} if handler.opt.get(FREELY) else {412, 428}
        _parameter(operation, _IF_MATCH_THERE)
        _parameter(operation, _IF_NOTHING_THERE)
        _header(operation, "ETag", "ETag")
    _conditional(operation, method, handler)
    _told(operation, refusals, handler, private=private)


def _conditional(operation: dict[str, Any], method: str, handler: HTTPRouteHandler) -> None:
    """What can be read again is tagged, unless nobody may keep it; what answers 304 by itself says so already."""
    if method != "get" or _is_kept_by_nobody(handler):
        return
    operation["responses"].setdefault("304", {"description": "You have it already (If-None-Match)"})
    _parameter(operation, _IF_NONE_MATCH)
    _header(operation, "ETag", "ETag")


def _is_kept_by_nobody(handler: HTTPRouteHandler) -> bool:
    layers = [layer.cache_control for layer in handler.ownership_layers if layer.cache_control is not None]
    return bool(layers and layers[-1].no_store)


def _told(operation: dict[str, Any], refusals: set[int], handler: HTTPRouteHandler, *, private: bool) -> None:
    for parameter in operation.get("parameters", ()):
        if parameter["name"] in _PAGE:
            parameter["description"], parameter["schema"] = _PAGE[parameter["name"]]
            _header(operation, "Link", "Link")
    if private:
        _header(operation, "RateLimit-Policy", "RateLimitPolicy")
        _header(operation, "RateLimit", "RateLimit")
    if RETIRED in handler.opt:
        operation["deprecated"] = True
        _header(operation, "Deprecation", "Deprecation")
        _header(operation, "Sunset", "Sunset")
    for status in refusals:
        operation["responses"].setdefault(str(status), _refusal(status))
    operation["responses"] = dict(sorted(operation["responses"].items()))
    for status, reply in operation["responses"].items():
        reply.setdefault("headers", {})["X-Request-Id"] = {"$ref": "#/components/headers/RequestId"}
        if status in {"429", "503"}:
            reply["headers"]["Retry-After"] = {"$ref": "#/components/headers/RetryAfter"}


def _refusal(status: int) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": family_of(status).title(), "content": {PROBLEM_JSON: {"schema": schema}}}


def _parameter(operation: dict[str, Any], parameter: dict[str, Any]) -> None:
    operation.setdefault("parameters", []).append(dict(parameter))


def _header(operation: dict[str, Any], name: str, component: str) -> None:
    """A header of each good reply."""
    for status, reply in operation["responses"].items():
        if status.startswith("2"):
            reply.setdefault("headers", {})[name] = {"$ref": f"#/components/headers/{component}"}
