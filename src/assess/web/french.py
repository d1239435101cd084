"""Refusals in French: the English sentence is the message's id, and what stands inside of it is carried over.

``french.toml`` has the pairs; it is read when somebody is first refused in French. A sentence without French stays as it is;
of ours there is none (``tests/web/test_french.py``).
"""

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from msgspec import Struct

from assess.errors import Finding
from assess.typography import NARROW, french

PAIRS = Path(__file__).with_suffix(".toml")
_NAME = re.compile(r"\{(\w+)\}")


class _Carried(str):
    """A text that is carried over, as its place in the French sentence says."""

    __slots__ = ()

    def __format__(self, how: str) -> str:
        one, choice, many = how.partition("|")
        if choice:
            return one if self in {"0", "1"} else many
        return in_french(self) if how == "fr" else str(self)


class _Pattern(Struct, frozen=True):
    """A sentence with names: ``pieces`` stand around them. A text is looked through once, whatever somebody sends."""

    pieces: tuple[str, ...]
    names: tuple[str, ...]
    french: str

    def translated(self, sentence: str) -> str | None:
        """``sentence`` in French when it is one of these."""
        first, *between, last = self.pieces
        at, end = len(first), len(sentence) - len(last)
        if at > end or not (sentence.startswith(first) and sentence.endswith(last)):
            return None
        carried = []
        for piece in between:
            place = sentence.find(piece, at, end)
            if place < 0:
                return None
            carried.append(_Carried(sentence[at:place]))
            at = place + len(piece)
        carried.append(_Carried(sentence[at:end]))
        return self.french.format_map(dict(zip(self.names, carried, strict=True)))


def in_french(sentence: str) -> str:
    """An English sentence of a refusal in French; one that is not known stays as it is."""
    whole, patterns = _sentences()
    if sentence in whole:
        return whole[sentence]
    begun = (each for each in patterns if sentence.startswith(each.pieces[0]))
    return next((said for each in begun if (said := each.translated(sentence)) is not None), sentence)


def detail_in_french(detail: str, findings: Sequence[Finding]) -> str:
    """A detail is a sentence of its own, or says the rules of its findings again, each maybe after its place."""
    said, rest = [], detail
    for finding in findings:
        place = "" if rest.startswith(finding.rule) else f"{finding.pointer}: "
        if not rest.startswith(place + finding.rule):
            break
        said.append(place + in_french(finding.rule))
        rest = rest.removeprefix(place + finding.rule).removeprefix("; ")
    return in_french(detail) if rest else f"{NARROW}; ".join(said)


def pairs() -> dict[str, str]:
    """Every English sentence with its French one, ready for print."""
    rooms = tomllib.loads(PAIRS.read_text("utf-8"))
    return {english: french(said) for room in rooms.values() for english, said in room.items()}


@cache
def _sentences() -> tuple[dict[str, str], list[_Pattern]]:
    """Those without names, and those with; the more a pattern says itself, the sooner it is tried."""
    known = pairs()
    whole = {english: said for english, said in known.items() if not _NAME.search(english)}
    patterns = [_pattern(english, said) for english, said in known.items() if english not in whole]
    return whole, sorted(patterns, key=lambda pattern: -sum(map(len, pattern.pieces)))


def _pattern(english: str, said: str) -> _Pattern:
    parts = _NAME.split(english)
    return _Pattern(tuple(parts[::2]), tuple(parts[1::2]), said)
