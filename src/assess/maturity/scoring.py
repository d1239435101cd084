"""From answers to scores inside one group of people: item → step, and the rule by which parts make a whole.

Weighted arithmetic means (SAMM and CMMI's continuous view add up the same way): every gap can be led back to the items that make
it. "Don't know", "does not apply" and silence are three different things. Sums are exactly rounded (``math.fsum``), so
that the order of the people never matters.
"""

from collections.abc import Iterable, Sequence
from math import fsum

from msgspec import Struct

from assess.campaign.model import DONT_KNOW, NOT_APPLICABLE
from assess.maturity.model import State
from assess.questionnaire.model import Item, Kind

LEAST_OF_STEP = 0.6
LEAST_OF_PROCESS = 2 / 3
LEAST_OF_HEADCOUNT = 0.6
"""Shares of the applicable weight (of the invited people, for a parent) that must be scored."""

TOLERANCE = 1e-9
LADDERS = {Kind.PRACTICE: (1.0, 5.0), Kind.KPI: (0.0, 5.0)}
"""Lowest and highest level of each kind; own scales are placed on these by their ends."""

_BESIDE = (State.NOT_APPLICABLE, State.NOT_ASKED)


class Cell(Struct, frozen=True, kw_only=True):
    """One item of one group. levels: by person, on the ladder, none where no level was given.

    mean and prudent ("don't know" read as the lowest level): absent unless ``scored``.
    n: people who gave a level; known: those and who do not know.
    """

    state: State
    n: int
    known: int
    dont_know: int
    mean: float | None
    prudent: float | None
    levels: list[float | None]


class Part(Struct, frozen=True):
    """A part of a whole: its weight, whether it is scored, and its value."""

    weight: float
    state: State
    value: float | None


class Whole(Struct, frozen=True):
    """A weighted mean. coverage: share 0–1 of the applicable weight that is scored; value: absent unless ``scored``."""

    state: State
    value: float | None
    coverage: float


class Score(Struct, frozen=True, kw_only=True):
    """A step (or the KPIs of a process) of one group. residuals: u_r of each person, none: no answer that counts."""

    state: State
    coverage: float
    value: float | None
    prudent: float | None
    residuals: list[float | None]


def placed(item: Item, answer: int) -> float | None:
    """An answer on the ladder of its item's kind, 1–5 or 0–5; none for anything that is no level."""
    if answer < 0:
        return None
    lowest, highest = LADDERS[item.kind]
    return lowest + (highest - lowest) * (answer - item.lowest) / (item.highest - item.lowest)


def cell(item: Item, answers: Sequence[int], k: int) -> Cell:
    """An item of a group from its packed answers. Scored from ``k`` levels on.

    Not applicable when more than half of those who say anything (at least ``k``) say so.
    """
    levels = [placed(item, answer) for answer in answers]
    valid = [level for level in levels if level is not None]
    dont_know = sum(answer == DONT_KNOW for answer in answers)
    beside = sum(answer in NOT_APPLICABLE.values() for answer in answers)
    known = len(valid) + dont_know
    state = _state_of(len(valid), known, beside, k)
    scored = state is State.SCORED
    lowest = LADDERS[item.kind][0]
    return Cell(
        state=state,
        n=len(valid),
        known=known,
        dont_know=dont_know,
        mean=fsum(valid) / len(valid) if scored else None,
        prudent=(fsum(valid) + dont_know * lowest) / known if scored else None,
        levels=levels,
    )


def _state_of(n: int, known: int, beside: int, k: int) -> State:
    if known + beside >= k and 2 * beside > known + beside:
        return State.NOT_APPLICABLE
    if not n:
        return State.NO_ANSWERS
    return State.SCORED if n >= k else State.BELOW_THRESHOLD


def whole(parts: Iterable[Part], least: float) -> Whole:
    """The weighted mean of the scored parts, if they are ``least`` of the applicable weight; Σ w·v / Σ w.

    Otherwise the state that all applicable parts share, or ``low_coverage``.
    """
    applicable = [part for part in parts if part.state not in _BESIDE and part.weight > 0]
    if not applicable:
        return Whole(State.NOT_APPLICABLE, None, 0.0)
    scored = [part for part in applicable if part.state is State.SCORED]
    weight = fsum(part.weight for part in scored)
    coverage = weight / fsum(part.weight for part in applicable)
    if scored and coverage >= least - TOLERANCE:
        return Whole(State.SCORED, fsum(part.weight * (part.value or 0.0) for part in scored) / weight, coverage)
    states = {part.state for part in applicable}
    return Whole(states.pop() if len(states) == 1 else State.LOW_COVERAGE, None, coverage)


def score(items: Sequence[Item], cells: Sequence[Cell]) -> Score:
    """A step of a group from its items: S = Σ wᵢmᵢ / Σ wᵢ over the scored ones, if they are 60 % of the applicable weight."""
    pairs = list(zip(items, cells, strict=True))
    means = whole((Part(item.weight, found.state, found.mean) for item, found in pairs), LEAST_OF_STEP)
    prudent = whole((Part(item.weight, found.state, found.prudent) for item, found in pairs), LEAST_OF_STEP)
    counted = [(item.weight, found) for item, found in pairs if found.state is State.SCORED]
    return Score(
        state=means.state,
        coverage=means.coverage,
        value=means.value,
        prudent=prudent.value,
        residuals=_residuals(counted) if means.state is State.SCORED else [],
    )


def _residuals(counted: Sequence[tuple[float, Cell]]) -> list[float | None]:
    """u_r = Σᵢ (wᵢ/W)·1[answered]·(x_ri - mᵢ)/nᵢ for each person."""
    total = fsum(weight for weight, _ in counted)
    columns = [
        [None if level is None else weight / total * (level - (found.mean or 0.0)) / found.n for level in found.levels]
        for weight, found in counted
    ]
    return [_summed(row) for row in zip(*columns, strict=True)]


def _summed(terms: Iterable[float | None]) -> float | None:
    given = [term for term in terms if term is not None]
    return fsum(given) if given else None


def index(level: float) -> float:
    """Levels 1–5 as an index 0–100: 25·(S - 1)."""
    return 25 * (level - 1)
