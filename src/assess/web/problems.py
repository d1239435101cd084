"""Problems: every refusal as RFC 9457 ``application/problem+json``, on every path.

A refusal says its own sentence and its family the status (see ``errors``); what the framework, the decoder or the database
raises is translated into one first.
"""

import logging
import re
from collections.abc import Callable
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.openapi.datastructures import ResponseSpec
from msgspec import Struct
from sqlalchemy.exc import DBAPIError, IntegrityError

from assess.errors import (
    Conflict,
    Finding,
    Forbidden,
    HeadersTooLarge,
    Invalid,
    Malformed,
    MethodNotAllowed,
    NotAcceptable,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    Refusal,
    TooLarge,
    TooManyRequests,
    TooSlow,
    Unauthenticated,
    Unavailable,
    Unexpected,
    UnsupportedMediaType,
    UriTooLong,
    explaining,
)
from assess.storage.database import unavailable
from assess.typography import typeset
from assess.web.french import detail_in_french, in_french
from assess.web.limits import limits_of
from assess.words import Language, plainly

PROBLEM_JSON = "application/problem+json"
FAMILIES: dict[int, type[Refusal]] = {
    family.status: family
    for family in (
        Malformed,
        Unauthenticated,
        Forbidden,
        NotFound,
        MethodNotAllowed,
        NotAcceptable,
        TooSlow,
        Conflict,
        PreconditionFailed,
        TooLarge,
        UriTooLong,
        UnsupportedMediaType,
        Invalid,
        PreconditionRequired,
        TooManyRequests,
        HeadersTooLarge,
        Unexpected,
        Unavailable,
    )
}


REFUSES = "refuses"
"""In ``opt`` of a page: what makes a reply of a request and its refusal, where people read it instead of programs."""
_PLACE = re.compile(r"^(?P<rule>.*?)(?: - at `(?P<place>\$.*)`)?$", re.DOTALL)
_log = logging.getLogger("assess.problems")


class Problem(Struct, frozen=True, kw_only=True):
    """A refusal on the wire. ``type`` is a stable address, ``code`` is never translated."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    errors: list[Finding]


def problems(*statuses: int) -> dict[int, ResponseSpec]:
    """The refusals that a handler documents beside those that every handler can give."""
    return {
        status: ResponseSpec(
            data_container=Problem,
            description=FAMILIES[status].title(),
            media_type=PROBLEM_JSON,
            generate_examples=False,
        )
        for status in sorted({*statuses, 406, 500, 503})
    }


def family_of(status: int) -> type[Refusal]:
    """The family of refusals with that status."""
    return FAMILIES[status]


def reply(request: Request[Any, Any, Any], refusal: Refusal) -> Response[Any]:
    """The problem as a reply, in the language of the request; a page refuses in its own way. A key in vain is counted."""
    if refusal.status == Unauthenticated.status:
        limits_of(request).failed(request)
    refuses = getattr(request.scope.get("route_handler"), "opt", {}).get(REFUSES)
    if refuses is not None:
        page: Response[Any] = refuses(request, refusal)
        return page
    accepted, request_id = request.headers.get("accept-language", ""), str(request.scope.get("request_id", ""))
    body, headers = rendered(refusal, accepted, request_id)
    return Response(body, status_code=refusal.status, media_type=PROBLEM_JSON, headers=headers)


def rendered(refusal: Refusal, accept_language: str, request_id: str) -> tuple[bytes, dict[str, str]]:
    """The body and the headers of a problem, in the best of our languages."""
    language = language_of(accept_language)
    problem = Problem(
        type=f"/problems/{refusal.code()}",
        title=refusal.title(),
        status=refusal.status,
        detail=refusal.detail,
        code=refusal.code(),
        request_id=request_id,
        errors=refusal.errors,
    )
    if language == "fr":
        problem = _in_french(problem, refusal.title_fr)
    headers = {"Content-Language": language, "Cache-Control": "no-store", "Vary": "Accept-Language", **refusal.headers}
    if refusal.status == Unauthenticated.status:
        headers["WWW-Authenticate"] = 'Bearer realm="assess"'
    return msgspec.json.encode(problem), headers


def _in_french(problem: Problem, title: str) -> Problem:
    """The same for readers of French: sentences change, the code, the places and what was received do not."""
    return msgspec.structs.replace(
        problem,
        title=typeset(title, "fr"),
        detail=detail_in_french(problem.detail, problem.errors),
        errors=[msgspec.structs.replace(each, rule=in_french(each.rule)) for each in problem.errors],
    )


def language_of(accept_language: str, otherwise: Language = "en") -> Language:
    """The best of our languages for an Accept-Language header; ``otherwise`` when it wants neither."""
    weighted = [_weighted(part) for part in accept_language.split(",")]
    wished = [language for weight, language in sorted(weighted, key=lambda pair: -pair[0]) if weight > 0]
    return "fr" if next((language for language in wished if language in {"fr", "en"}), otherwise) == "fr" else "en"


def _weighted(part: str) -> tuple[float, str]:
    tag, _, parameter = part.partition(";")
    weight = re.fullmatch(r"\s*q=([01](?:\.\d{0,3})?)\s*", parameter)
    return (float(weight[1]) if weight else 1.0 if not parameter else 0.0), tag.strip().lower().partition("-")[0]


def misplaced(error: msgspec.ValidationError) -> Refusal:
    """A well-formed body that does not fit its type: the place as a JSON pointer, and the rule."""
    match = _PLACE.match(str(error))
    rule, place = (plainly(match["rule"]), match["place"] or "$") if match else (str(error), "$")
    pointer = re.sub(r"[.\[]", "/", place.removeprefix("$")).replace("]", "")
    return Invalid(rule, errors=[Finding(pointer=pointer or "/", rule=rule)])


def misread(error: Exception) -> Refusal:
    """A body that is no JSON: bad UTF-8, broken syntax, too deep."""
    rule = (
        "the body is nested too deeply"
        if isinstance(error, RecursionError)
        else f"the body must be JSON in UTF-8: {error}"
    )
    return Malformed(rule, errors=[Finding(pointer="/", rule=rule)])


def violated(error: IntegrityError) -> Refusal:
    """A violated constraint becomes the refusal that explains it; one that nobody explains is our fault."""
    name = getattr(getattr(error.orig, "__cause__", None), "constraint_name", None) or ""
    refusal = explaining(name)
    if refusal is None:
        _log.error("unexplained constraint %s", name)
        return Unexpected("a rule of the database was broken")
    return refusal()


def translated(error: HTTPException) -> Refusal:
    """What Litestar raises, as one of our families; parameters that do not fit their type name their place."""
    if isinstance(error, ValidationException):
        return _misfitting(error)
    if error.status_code == Malformed.status:
        return misread(ValueError(error.detail))
    family = FAMILIES.get(error.status_code, Unexpected)
    headers = _allowed(error) if family is MethodNotAllowed else {}
    return family(error.detail if error.status_code in {TooLarge.status} else "", headers=headers)


def _allowed(error: HTTPException) -> dict[str, str]:
    """What 405 must say (RFC 9110, section 15.5.6): the framework names its own OPTIONS and forgets HEAD."""
    named = (error.headers or {}).get("allow", "").split(", ")
    methods = {method for method in named if method != "OPTIONS"} | ({"HEAD"} if "GET" in named else set())
    return {"Allow": ", ".join(sorted(methods))}


def _misfitting(error: ValidationException) -> Refusal:
    found = [each for each in error.extra if isinstance(each, dict)] if isinstance(error.extra, list) else []
    if not found or any(each.get("key") == "data" for each in found):
        return Malformed("a body is needed", errors=[Finding(pointer="/", rule="a body is needed")])
    findings = [Finding(pointer=_parameter(each), rule=plainly(str(each.get("message", "")))) for each in found]
    return Invalid("; ".join(f"{finding.pointer}: {finding.rule}" for finding in findings), errors=findings)


def _parameter(found: dict[Any, Any]) -> str:
    source = str(getattr(found.get("source"), "value", found.get("source") or "query"))
    return f"{source}/{found.get('key', '')}"


def _unexpected(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    refusal = unavailable(error)  # in a transaction that ends later than its handler
    if refusal is not None:
        return reply(request, refusal)
    _log.error("unexpected", exc_info=error, extra={"request_id": request.scope.get("request_id", "")})
    return reply(request, Unexpected())


def _grouped(request: Request[Any, Any, Any], group: ExceptionGroup[Any]) -> Response[Any]:
    """A transaction that was lost under its handler: the framework groups what explains it, and there is only one (``tx``)."""
    refusal = group.exceptions[0]
    return reply(request, refusal) if isinstance(refusal, Refusal) else _unexpected(request, group)


def _unstorable(error: DBAPIError) -> Refusal:
    """Class 22 of SQLSTATE: a value that no column can hold; everything else is unexpected."""
    state = str(getattr(error.orig, "sqlstate", ""))
    return Invalid("a value is out of the range that can be kept") if state.startswith("22") else Unexpected()


def _dbapi(request: Request[Any, Any, Any], error: DBAPIError) -> Response[bytes]:
    refusal = _unstorable(error)
    return _unexpected(request, error) if isinstance(refusal, Unexpected) else reply(request, refusal)


HANDLERS: dict[int | type[Exception], Callable[..., Any]] = {
    Refusal: reply,
    msgspec.ValidationError: lambda request, error: reply(request, misplaced(error)),
    msgspec.DecodeError: lambda request, error: reply(request, misread(error)),
    UnicodeDecodeError: lambda request, error: reply(request, misread(error)),
    RecursionError: lambda request, error: reply(request, misread(error)),
    IntegrityError: lambda request, error: reply(request, violated(error)),
    DBAPIError: _dbapi,
    ExceptionGroup: _grouped,
    HTTPException: lambda request, error: reply(request, translated(error)),
    Exception: _unexpected,
}
