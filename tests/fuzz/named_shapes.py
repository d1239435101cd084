"""Wrong shapes that have a name: each is asked of every operation that can take it, every time."""

import json
from collections.abc import Iterator

import msgspec
from asking import Sent
from judging import Specification
from shapes import DEEP

OPTIONS, AN_ID = "OPTIONS", "an id of the wrong kind"
BODIES: dict[str, tuple[bytes, bytes]] = {
    "[]": (b"[]", b"[]"),
    '"x"': (b'"x"', b'"x"'),
    "null": (b"null", b"null"),
    "23 digits": (b"9" * 23, b"9" * 23),
    "NUL": (b'"\\u0000"', b"\x00"),
    "half a character": (b'"\\ud800"', b"\xed\xa0\x80"),
    "100,000 levels": (b"[" * DEEP + b"]" * DEEP, b"[" * DEEP),
}
"""By name: how it is written in JSON, and in any other text."""
ADDRESSES = (b"x", b"9" * 23, b"%00", b"%ED%A0%80", b"null", b"%5B%5D")


def takers(specification: Specification) -> dict[str, set[str]]:
    """Which operations can take each of them."""
    bodies = {name for name, (_, _, operation) in specification.operations.items() if "requestBody" in operation}
    placed = {name for name, (_, path, _) in specification.operations.items() if "{" in path}
    return {**dict.fromkeys(BODIES, bodies), OPTIONS: set(specification.operations), AN_ID: placed}


def named(specification: Specification, operation: str, sent: Sent, other: str) -> Iterator[tuple[str, Sent]]:
    """Name and request, made from a good one of this operation; ``other``: an id that exists, and means something else."""
    yield OPTIONS, msgspec.structs.replace(sent, method="OPTIONS")
    yield from ((AN_ID, each) for each in _placed(specification, operation, sent, other.encode()))
    if sent.body:
        yield from _bodies(sent, other)


def _placed(specification: Specification, operation: str, sent: Sent, other: bytes) -> Iterator[Sent]:
    """Each parameter of the path replaced."""
    template = specification.operations[operation][1].split("/")
    path, mark, query = sent.target.partition(b"?")
    parts = path.split(b"/")
    for index, part in enumerate(template):
        for wrong in (other, *ADDRESSES) if part.startswith("{") else ():
            target = b"/".join([*parts[:index], wrong, *parts[index + 1 :]]) + mark + query
            yield msgspec.structs.replace(sent, target=target)


def _bodies(sent: Sent, other: str) -> Iterator[tuple[str, Sent]]:
    """The whole body, and in JSON one member after the other, replaced."""
    is_json = sent.header(b"content-type") == b"application/json"
    for name, (as_json, as_text) in BODIES.items():
        yield name, msgspec.structs.replace(sent, body=as_json if is_json else as_text)
    value = json.loads(sent.body) if is_json else None
    for member in value if isinstance(value, dict) else ():
        # Written by hand: no JSON library writes what we want to say.
        hollow = json.dumps({**value, member: "§"}).encode()
        for name, (wrong, _) in BODIES.items():
            yield name, msgspec.structs.replace(sent, body=hollow.replace(b'"\\u00a7"', wrong))
        if member.endswith("_id"):
            yield AN_ID, msgspec.structs.replace(sent, body=json.dumps({**value, member: other}).encode())
