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
    level, blocked_by = _level(evidence)
    sure, _ = _level(replace(evidence, value=value, kpi=kpi, learning=learning))
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


def _level(evidence: Evidence) -> tuple[int, list[Condition]]:
    for level in NEEDED_MEAN:
        if failed := _failed(evidence, level):
            return level - 1, failed
    return max(NEEDED_MEAN), []


def _failed(evidence: Evidence, level: int) -> list[Condition]:
    """The conditions of a level that do not hold; unmeasured ones are told as one."""
    gates = [item.mean for item in evidence.items if item.gate]
    conditions: list[tuple[Condition, bool | None]] = [
        ("mean", _reaches(evidence.value, NEEDED_MEAN[level])),
        *[("gate", _reaches(mean, level - 1)) for mean in gates],
        ("breadth", _is_broad(evidence.items, level)),
        ("kpi", _reaches(evidence.kpi, NEEDED_KPI.get(level))),
        ("learning", _reaches(evidence.learning, NEEDED_LEARNING.get(level))),
    ]
    failed: list[Condition] = list(dict.fromkeys(name for name, holds in conditions if holds is False))
    return [*failed, "not_measured"] if any(holds is None for _, holds in conditions) else failed


def _reaches(value: float | None, needed: float | None) -> bool | None:
    """None: something is needed, and nothing was measured."""
    if needed is None:
        return True
    return None if value is None else value >= needed - TOLERANCE


def _is_broad(items: Sequence[StagedItem], level: int) -> bool:
    """Whether items of 70 % of the scored weight stand at most half a level below."""
    scored = [item for item in items if item.mean is not None]
    broad = sum(item.weight for item in scored if (item.mean or 0.0) >= level - 0.5 - TOLERANCE)
    return broad >= (BREADTH - TOLERANCE) * sum(item.weight for item in scored)
