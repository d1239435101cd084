"""The law of every reply to hostile input: no server error, a whole problem for each refusal, and only what is documented."""

import re
from typing import Any
from urllib.parse import unquote
from uuid import UUID

import msgspec
from asking import Got, Sent
from msgspec import Struct
from page_judging import EARLY, page_faults

from assess.web.problems import Problem

PROBLEM = b"application/problem+json"
EVERYWHERE = {404, 405}
"""What an address that nobody documents answers."""
_PARAMETER = re.compile(r"\{\w+\}")
_SLASHES = re.compile(r"/+")


class StrictProblem(Struct, forbid_unknown_fields=True, kw_only=True):
    """A problem, every member of it demanded."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: UUID
    errors: list[dict[str, Any]]


assert set(StrictProblem.__struct_fields__) == set(Problem.__struct_fields__)


class Specification:
    """The document, and the ``pages`` that it does not know, asked by method and path."""

    def __init__(self, document: dict[str, Any], pages: dict[str, Any]) -> None:
        self.operations: dict[str, tuple[str, str, dict[str, Any]]] = {}
        self._addresses: list[tuple[re.Pattern[str], str, dict[str, Any]]] = []
        paths = {**document["paths"], **pages}
        for path, item in sorted(paths.items(), key=lambda pair: pair[0].count("{")):
            shape = "[^/]+".join(re.escape(part) for part in _PARAMETER.split(path))
            self._addresses.append((re.compile(shape), path, item))
            for method, operation in item.items():
                self.operations[operation["operationId"]] = (method.upper(), path, operation)

    def operation(self, method: str, target: bytes) -> dict[str, Any] | None:
        """What is documented for a request; HEAD is GET. None for what nobody documents."""
        path = unquote(target.partition(b"?")[0].decode("latin-1"))
        path = _SLASHES.sub("/", path.strip().rstrip("/") or "/")
        wanted = {"HEAD": "get"}.get(method, method.lower() if method.isupper() else "")
        return next((item.get(wanted) for shape, _, item in self._addresses if shape.fullmatch(path)), None)


def faults(specification: Specification, sent: Sent, got: Got) -> list[str]:
    """Everything wrong with a reply, in words."""
    found = [got.failure] if got.failure else []
    if got.status >= 500:  # nobody is in the way: there is no reason for "not now" either
        found.append(f"a server error: {got.status}")
    found += _headers(got)
    if sent.method == "HEAD" and got.body:
        found.append("a reply to HEAD has a body")
    if _is_of_a_page(specification, sent, got):
        found += page_faults(sent, got)
    elif got.status >= 400:
        found += _problem(sent, got)
    return found + _undocumented(specification, sent, got)


def _is_of_a_page(specification: Specification, sent: Sent, got: Got) -> bool:
    """Whether a page answers; it does not when the address may be another one than it seems, or was not looked at yet."""
    if "page" not in (specification.operation(sent.method, sent.target) or {}):
        return False
    early = got.status in EARLY or (got.status in EVERYWHERE and b"%" in sent.target)
    return not (early and got.header(b"content-type") == PROBLEM)


def _headers(got: Got) -> list[str]:
    found = [f"{name!r} is sent {count} times" for name, count in _counts(got).items() if count > 1 and name != b"vary"]
    found += [f"a header with a line break: {pair!r}" for pair in got.headers if any(c in b"\r\n\0" for c in pair[1])]
    if got.header(b"x-request-id") is None:
        found.append("no X-Request-Id")
    return found


def _counts(got: Got) -> dict[bytes, int]:
    names = [name for name, _ in got.headers]
    return {name: names.count(name) for name in names}


def _problem(sent: Sent, got: Got) -> list[str]:
    found = []
    if got.header(b"content-type") != PROBLEM:
        found.append(f"a refusal is {got.header(b'content-type')!r}")
    if got.header(b"content-length") != str(len(got.body)).encode() and sent.method != "HEAD":
        found.append(f"Content-Length {got.header(b'content-length')!r} for {len(got.body)} bytes")
    if sent.method == "HEAD":
        return found
    try:
        problem = msgspec.json.decode(got.body, type=StrictProblem)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return [*found, f"a refusal that is no problem: {error}"]
    if (problem.status, problem.type) != (got.status, f"/problems/{problem.code}"):
        found.append(f"the problem says {problem.status} {problem.type}")
    if str(problem.request_id).encode() != got.header(b"x-request-id"):
        found.append("the problem names another request")
    if not problem.title or got.header(b"content-language") not in {b"en", b"fr"}:
        found.append("the problem has no words")
    if len(got.body) > 100_000:
        found.append(f"a refusal of {len(got.body)} bytes")
    return found


def _undocumented(specification: Specification, sent: Sent, got: Got) -> list[str]:
    operation = specification.operation(sent.method, sent.target)
    if operation is None:
        return [] if got.status >= 400 else [f"{got.status} from an address that nobody documents"]
    documented = operation["responses"].get(str(got.status))
    if documented is None:
        # A path parameter may decode to another address than the one that was matched here.
        known = got.status in EVERYWHERE and b"%" in sent.target
        return [] if known else [f"{operation['operationId']} does not document {got.status}"]
    media = (got.header(b"content-type") or b"").partition(b";")[0].decode()
    if got.body and documented.get("content") and media not in documented["content"]:
        return [f"{operation['operationId']} does not document {media} for {got.status}"]
    return []
