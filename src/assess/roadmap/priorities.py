"""Priorities: what an action is worth, to whom, and what it makes possible (method, 5.4).

``B`` is in index points and the effort in person-days, so a priority reads "index points per 100 person-days". The numerator is
a cost of delay, the denominator a size (Reinertsen's weighted shortest job first); sums of relative points are not used, because
they stop being a decision rule.
"""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from graphlib import TopologicalSorter

from msgspec import Struct

from assess.questionnaire.model import Kind
from assess.roadmap.gaps import Room
from assess.roadmap.model import Action
from assess.words import Key

DECISION_PHASE = 3
PRIOR_VOTES = 5
NEUTRAL = Fraction(1)
"""V when nobody has voted: half of the people for, by assumption, gives 0.5 + 0.5."""


class Gain(Struct, frozen=True):
    """What an action would gain in one room, were it the only one: ``min(gain, gap)``."""

    room: Room
    gain: Fraction

    @property
    def points(self) -> Fraction:
        """Index points of the company."""
        return self.room.points * self.gain


def gains_of(action: Action, rooms: Mapping[Key, Sequence[Room]]) -> list[Gain]:
    """Gains on practices (at most the gap), then on each rung of its KPIs above ``from_rung`` and up to ``to_rung``."""
    practices = [
        Gain(room, min(Fraction(target.gain, 10), room.gap))
        for target in action.targets
        for room in rooms.get(target.item, ())
    ]
    rungs = [
        Gain(room, room.gap)
        for target in action.kpi_targets
        for room in rooms.get(target.item, ())
        if target.from_rung < (room.cell.rung or 0) <= target.to_rung
    ]
    return practices + rungs


def benefit(gains: Iterable[Gain]) -> Fraction:
    """B: index points, Σ ω·σ·min(gain, gap), over practices; KPI items are no part of the index."""
    return sum((gain.points for gain in gains if gain.room.item.kind is Kind.PRACTICE), Fraction(0))


def kpi_benefit(gains: Iterable[Gain]) -> Fraction:
    """What rises of KPI rungs are worth beside B; see KPI_SHARE."""
    return sum((gain.points for gain in gains if gain.room.item.kind is Kind.KPI), Fraction(0))


def approval(yes: int, votes: int, expected: Fraction, prior: int = PRIOR_VOTES) -> Fraction:
    """V = 0.5 + (yes + m·ȳ) / (n + m): approval shrunk towards the expected share ``ȳ``, between 0.5 and 1.5."""
    return Fraction(1, 2) + (yes + prior * expected) / (votes + prior)


def priority(
    worth: Fraction, effort: Fraction, *, confidence: Fraction, urgency: Fraction, voted: Fraction = NEUTRAL
) -> Fraction:
    """P = 100·B·V·confidence·urgency / effort; with the enabling value added to ``worth`` it is P*."""
    return 100 * worth * voted * confidence * urgency / effort


def predecessors(actions: Sequence[Action]) -> dict[Key, frozenset[Key]]:
    """What must be finished before each action: its prerequisites, and for phase 2 the core of its process.

    Actions that are not among ``actions`` are left out: what they aim at is reached already.
    """
    keys = {action.key for action in actions}
    core: dict[Key, set[Key]] = {}
    for action in actions:
        if action.core:
            core.setdefault(action.process, set()).add(action.key)
    return {
        action.key: frozenset(action.prerequisites) & keys
        | (core.get(action.process, set()) if action.phase == 2 else set())
        for action in actions
    }


def enabling(benefits: Mapping[Key, Fraction], before: Mapping[Key, frozenset[Key]]) -> dict[Key, Fraction]:
    """½ Σ of the benefits of all that an action makes possible, directly or not, each counted once."""
    below = descendants(before)
    return {key: sum((benefits[other] for other in sorted(below[key])), Fraction(0)) / 2 for key in before}


def descendants(before: Mapping[Key, frozenset[Key]]) -> dict[Key, frozenset[Key]]:
    """Everything that waits for each action, directly or not."""
    below: dict[Key, set[Key]] = {key: set() for key in before}
    for key in reversed(list(TopologicalSorter(before).static_order())):
        for earlier in before.get(key, ()):
            below[earlier] |= {key} | below[key]
    return {key: frozenset(others) for key, others in below.items()}


def eligible(
    actions: Sequence[Action], gains: Mapping[Key, Sequence[Gain]], asked: frozenset[Key], measured: frozenset[Key]
) -> list[Action]:
    """The actions that belong into a plan, in the library's order.

    Those with a gain; ``core`` ones of a process that was ``asked``, by rule; and the prerequisites of any of these, unless
    results show that what they aim at is reached (one of their items is ``measured``, and no gap is left).
    """
    known = {action.key: action for action in actions}
    wanted = {action.key for action in actions if gains[action.key] or (action.core and action.process in asked)}
    waiting = sorted(wanted)
    while waiting:
        for key in known[waiting.pop()].prerequisites:
            if key not in wanted and not _reached(known[key], measured):
                wanted.add(key)
                waiting.append(key)
    return [action for action in actions if action.key in wanted]


def _reached(action: Action, measured: frozenset[Key]) -> bool:
    """Whether something that the action aims at was measured: it has no gain, so it is reached."""
    items = {target.item for target in action.targets} | {target.item for target in action.kpi_targets}
    return not measured.isdisjoint(items)
