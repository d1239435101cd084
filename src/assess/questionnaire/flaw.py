"""What can be wrong with a document, and where: the one word for flaws of files, bodies and lint."""

from collections.abc import Sequence
from typing import Any, Literal

from msgspec import Struct

from assess.errors import Finding, Invalid

Place = tuple[str | int, ...]
"""The way from the root of a document to one of its values: ``("processes", 0, "key")``."""

LONGEST_ECHO = 120
"""Characters of a received text that are given back."""


class Flaw(Struct, frozen=True, kw_only=True):
    """One rule broken at one place.

    pointer: JSON pointer (RFC 6901). line: of the file, from 1; absent when the source has no lines.
    rule: never translated. severity: an ``error`` cannot be published, a ``warning`` can.
    received: the value found, or the number counted. example: a good value, or the limit.
    """

    pointer: str
    line: int | None
    rule: str
    severity: Literal["error", "warning"]
    detail: str
    received: Any
    example: Any


class FileRefused(Invalid):
    """The file breaks a rule of its format."""

    title_fr = "Le fichier enfreint une règle de son format."

    def __init__(self, flaw: Flaw, name: str = ""):
        finding = Finding(pointer=flaw.pointer, rule=flaw.rule, received=flaw.received, example=flaw.example)
        super().__init__(sentence(flaw, name), errors=[finding])
        self.flaw = flaw


def refused(
    rule: str, detail: str, place: Place = (), *, line: int | None = None, received: Any = None, example: Any = None
) -> FileRefused:
    """The refusal of a document that cannot be read, to be raised."""
    return FileRefused(found(rule, detail, place, line=line, received=received, example=example))


def found(
    rule: str,
    detail: str,
    place: Place = (),
    *,
    severity: Literal["error", "warning"] = "error",
    line: int | None = None,
    received: Any = None,
    example: Any = None,
) -> Flaw:
    """A flaw at ``place``; a long ``received`` text is cut."""
    return Flaw(
        pointer=pointer_to(place),
        line=line,
        rule=rule,
        severity=severity,
        detail=detail,
        received=received[:LONGEST_ECHO] if isinstance(received, str) else received,
        example=example,
    )


def sentence(flaw: Flaw, name: str = "") -> str:
    """One line for people: ``offer/1.0.0.yaml, line 12: $.processes[0].key: duplicate_key: …``."""
    line = f"line {flaw.line}" if flaw.line else ""
    source = ", ".join(part for part in (name, line) if part)
    return ": ".join(part for part in (source, path_of(flaw.pointer), flaw.rule, flaw.detail) if part)


def pointer_to(place: Place) -> str:
    """``place`` as a JSON pointer: ``/processes/0/key``; the root is the empty text."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in place)


def path_of(pointer: str) -> str:
    """A JSON pointer as people read it: ``$.processes[0].key``."""
    parts = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
    return "$" + "".join(f"[{part}]" if part.isdecimal() else f".{part}" for part in parts)


def errors_in(flaws: Sequence[Flaw]) -> list[Flaw]:
    """Those that prevent publication."""
    return [flaw for flaw in flaws if flaw.severity == "error"]
