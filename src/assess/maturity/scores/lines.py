"""Lines of an account: a result with its parts, and the exact arithmetic by which parts make a whole."""

from collections.abc import Iterator, Sequence, Set
from fractions import Fraction
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from assess.maturity.model import Band, Staged, State
from assess.maturity.scores.exact import total
from assess.questionnaire.model import Item
from assess.words import Key, Text

LEAST_OF_STEP = Fraction(3, 5)
LEAST_OF_PROCESS = Fraction(2, 3)
LEAST_OF_HEADCOUNT = Fraction(3, 5)
"""Shares of the applicable weight (of the invited people, for a parent) that must be scored."""

TOLERANCE = Fraction(1, 10**9)

_BESIDE = (State.NOT_APPLICABLE, State.NOT_ASKED)

LineKind = Literal["overall", "process", "step", "group", "item", "combined", "kpi_maturity", "kpi"]


class Line(Struct, frozen=True, kw_only=True):
    """One result and its inputs. of: its address inside the score. weight: the questionnaire's, or people invited.

    share: exact share of the result above, absent where it does not count there; beside: told beside it, never inside.
    value: Σ share·value of the parts that have a share; absent where nothing may be told. factual: a rung from a KPI's record.
    """

    of: str
    kind: LineKind
    name: Text
    state: State
    weight: Fraction
    base: Fraction
    value: Fraction | None = None
    share: Fraction | None = None
    n: int | None = None
    band: Band | None = None
    staged: Staged | None = None
    beside: bool = False
    factual: bool = False
    parts: list["Line"] = []

    def contribution(self) -> Fraction | None:
        """What it adds to or takes from the base of the result above: share·(value - base)."""
        return None if self.share is None or self.value is None else self.share * (self.value - self.base)


def walk(line: Line) -> Iterator[Line]:
    """A line and all below it, each before its parts."""
    yield line
    for part in line.parts:
        yield from walk(part)


def exposed(scored: Sequence[Item]) -> set[Key]:
    """Of the scored items of a group's step, those whose means are not told: the sensitive ones, and never one of them alone.

    A single one could be subtracted from the step: then the item of the smallest weight (the last of equals) joins it.
    """
    banded = {item.key for item in scored if item.sensitive}
    others = [item for item in reversed(scored) if not item.sensitive]
    if len(banded) == 1 and others:
        banded.add(min(others, key=lambda item: item.weight).key)
    return banded


def pooled(parts: Sequence[Line], together: Set[str]) -> list[Line]:
    """The parts, those that hide each other as one mean of all answers: they share their weight by weight and answers."""
    inside = {part.of for part in parts if part.of in together and part.n}
    weight = total([part.weight for part in parts if part.of in inside])
    answers = total([part.weight * (part.n or 0) for part in parts if part.of in inside])
    return [
        replace(part, weight=weight * part.weight * (part.n or 0) / answers) if part.of in inside else part
        for part in parts
    ]


def merged(of: str, parts: list[Line], together: Sequence[Item], at: str) -> list[Line]:
    """The parts of a group's step with some of them as one; without a share it has no value either."""
    keys = {item.key for item in together}
    inside = [part for part in parts if part.of.removesuffix(at) in keys]
    if not inside:
        return parts
    counted = all(part.share is not None for part in inside)
    weight = total([part.weight for part in inside])
    summed = total([part.weight * part.value for part in inside if part.value is not None])
    line = Line(
        of=f"{of}:sensitive{at}",
        kind="combined",
        name=_together(together),
        state=State.SCORED,
        weight=weight,
        base=inside[0].base,
        value=summed / weight if counted else None,
        share=total([part.share for part in inside if part.share is not None]) if counted else None,
    )
    return [part for part in parts if part not in inside] + [line]


def _together(items: Sequence[Item]) -> Text:
    count = len(items)
    if all(item.sensitive for item in items):
        many = "s" if count > 1 else ""
        return {"fr": f"{count} question{many} sensible{many}", "en": f"{count} sensitive item{many}"}
    if count == 1:
        return {"fr": "1 question dite par sa tranche", "en": "1 item told by its band"}
    return {"fr": f"{count} questions dites ensemble", "en": f"{count} items told together"}


def made_of(parts: Sequence[Line], least: Fraction) -> tuple[State, Fraction | None, list[Line]]:
    """The weighted mean of the scored parts if they are ``least`` of the applicable weight: state, value, parts with shares.

    Otherwise the state that all applicable parts share, or ``low_coverage``; then no part has a share.
    """
    applicable = [part for part in parts if part.state not in _BESIDE and part.weight and not part.beside]
    if not applicable:
        return State.NOT_APPLICABLE, None, list(parts)
    counting = [part for part in applicable if part.state is State.SCORED]
    weight = total([part.weight for part in counting])
    if not weight or weight < (least - TOLERANCE) * total([part.weight for part in applicable]):
        states = {part.state for part in applicable}
        return (states.pop() if len(states) == 1 else State.LOW_COVERAGE), None, list(parts)
    value = total([part.weight * part.value for part in counting if part.value is not None]) / weight
    counts = {id(part) for part in counting}
    shared = [replace(part, share=part.weight / weight) if id(part) in counts else part for part in parts]
    return State.SCORED, value, shared
