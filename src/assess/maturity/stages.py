"""The staged level: gated and non-compensatory, beside the continuous score and never merged with it.

After CMMI's staged representation: levels are cumulative, one failed condition stops the climb and is named. What was not
measured blocks; it never passes.
"""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from assess.maturity.model import Staged
from assess.maturity.scoring import TOLERANCE

Condition = Literal["mean", "gate", "breadth", "kpi", "learning", "not_measured"]

BREADTH = 0.7
LEARNING_STEP = "trv-learning"
"""The step that gates level 5 of every step."""
NEEDED_MEAN = {2: 2.0, 3: 3.0, 4: 4.0, 5: 4.5}
"""For level 5 less than 5, which would demand unanimity."""
NEEDED_KPI = {4: 3.0, 5: 4.0}
NEEDED_LEARNING = {5: 3.0}


class StagedItem(Struct, frozen=True):
    """What the level asks of an item; ``mean`` absent: not scored."""

    weight: float
    gate: bool
    mean: float | None


class Evidence(Struct, frozen=True, kw_only=True):
    """What a step's level is decided on: value, applicable items, KPI maturity (rungs), learning; absent: not measured."""

    value: float
    items: Sequence[StagedItem]
    kpi: float | None
    learning: float | None


class Climb(Struct, frozen=True, kw_only=True):
    """A staged level, and the one that also holds at the lower bounds of the intervals."""

    staged: Staged
    sure: int


def climbed(evidence: Evidence, *, value: float, kpi: float | None, learning: float | None) -> Climb:
    """The level that the evidence reaches; the keywords are the lower bounds of its value, KPI maturity and learning."""
    items = _items(evidence.items)
    level, blocked_by = _level(items, evidence.value, evidence.kpi, evidence.learning)
    sure, _ = _level(items, value, kpi, learning)
    staged = Staged(
        level=level, blocked_at=level + 1 if blocked_by else None, blocked_by=blocked_by, confirmed=sure >= level
    )
    return Climb(staged=staged, sure=sure)


def lowest(climbs: Sequence[Climb]) -> Climb | None:
    """A chain's level is its weakest part's (the first of equals); confirmed if no part may be lower. None without parts."""
    if not climbs:
        return None
    weakest = min(climbs, key=lambda climb: climb.staged.level or 0)
    sure = min(climb.sure for climb in climbs)
    return Climb(staged=replace(weakest.staged, confirmed=sure >= (weakest.staged.level or 0)), sure=sure)


class _Items(Struct, frozen=True):
    """What the levels ask of items. gate: the lowest mean of a gate item; unmeasured: a gate item has none. scored: by weight."""

    gate: float | None
    unmeasured: bool
    scored: Sequence[tuple[float, float]]
    weight: float


def _items(items: Sequence[StagedItem]) -> _Items:
    gates = [item.mean for item in items if item.gate]
    known = [mean for mean in gates if mean is not None]
    scored = [(item.mean, item.weight) for item in items if item.mean is not None]
    return _Items(min(known, default=None), len(known) < len(gates), scored, sum(weight for _, weight in scored))


def _level(items: _Items, value: float, kpi: float | None, learning: float | None) -> tuple[int, list[Condition]]:
    for level in NEEDED_MEAN:
        if failed := _failed(items, level, value, kpi, learning):
            return level - 1, failed
    return max(NEEDED_MEAN), []


def _failed(items: _Items, level: int, value: float, kpi: float | None, learning: float | None) -> list[Condition]:
    """The conditions of a level that do not hold; unmeasured ones are told as one."""
    failed: list[Condition] = []
    if value < NEEDED_MEAN[level] - TOLERANCE:
        failed.append("mean")
    if items.gate is not None and items.gate < level - 1 - TOLERANCE:
        failed.append("gate")
    if not _is_broad(items, level):
        failed.append("breadth")
    rungs = _below(kpi, NEEDED_KPI.get(level))
    learned = _below(learning, NEEDED_LEARNING.get(level))
    if rungs is True:
        failed.append("kpi")
    if learned is True:
        failed.append("learning")
    if items.unmeasured or None in (rungs, learned):
        failed.append("not_measured")
    return failed


def _below(reached: float | None, needed: float | None) -> bool | None:
    """Whether what was reached is less than what is needed, if anything is; none where that was not measured."""
    if needed is None:
        return False
    return None if reached is None else reached < needed - TOLERANCE


def _is_broad(items: _Items, level: int) -> bool:
    """Whether items of 70 % of the scored weight stand at most half a level below."""
    least = level - 0.5 - TOLERANCE
    broad = sum(weight for mean, weight in items.scored if mean >= least)
    return broad >= (BREADTH - TOLERANCE) * items.weight
