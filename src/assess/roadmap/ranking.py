"""Ranking: which actions belong into a plan, who does them, and in which order they are placed."""

from fractions import Fraction

from msgspec import Struct

from assess.roadmap.gaps import Room, exact, measured_items
from assess.roadmap.model import Action, PlanningFacts
from assess.roadmap.months import Calendar
from assess.roadmap.planning import Job, Way
from assess.roadmap.priorities import (
    DECISION_PHASE,
    Gain,
    benefit,
    eligible,
    enabling,
    gains_of,
    kpi_benefit,
    predecessors,
    priority,
)
from assess.roadmap.staffing import Crew, Staffing
from assess.words import Key


class Ranked(Struct, frozen=True):
    """An action with the crews that could do it, the best first, and all that its priority is made of (P* in ``priority``)."""

    action: Action
    crews: list[Crew]
    benefit: Fraction
    kpi_benefit: Fraction
    enabling: Fraction
    priority: Fraction

    @property
    def gains(self) -> list[Gain]:
        """What the action would gain, were it the only one; the same for every crew."""
        return self.crews[0].gains


def rank_actions(
    facts: PlanningFacts, found: dict[Key, list[Room]]
) -> tuple[dict[Key, Ranked], dict[Key, frozenset[Key]]]:
    """The eligible actions by P*, then by key; and what must be finished before each."""
    staffing = Staffing(facts.teams, facts.library.roles)
    crews = {action.key: staffing.crews(action, gains_of(action, found)) for action in facts.library.actions}
    asked = frozenset(process.key for body in facts.questionnaires.values() for process in body.processes)
    gains = {key: able[0].gains for key, able in crews.items()}
    chosen = eligible(facts.library.actions, gains, asked, measured_items(facts))
    before = predecessors(chosen)
    counted = {action.key: _counted(action, gains[action.key]) for action in chosen}
    opened = enabling(counted, before)
    ranked = [_rank(action, crews[action.key], opened[action.key]) for action in chosen]
    return {
        each.action.key: each for each in sorted(ranked, key=lambda each: (-each.priority, each.action.key))
    }, before


def _counted(action: Action, gains: list[Gain]) -> Fraction:
    """What an action adds to the worth of those before it; nobody may count on phase 3 before its gate is measured."""
    return Fraction(0) if action.phase == DECISION_PHASE else benefit(gains) + kpi_benefit(gains)


def _rank(action: Action, crews: list[Crew], opened: Fraction) -> Ranked:
    gains = crews[0].gains
    practices, kpis = benefit(gains), kpi_benefit(gains)
    worth = practices + kpis + opened
    value = priority(worth, crews[0].effort, confidence=exact(action.confidence), urgency=exact(action.urgency))
    return Ranked(action, crews, practices, kpis, opened, value)


def job_of(each: Ranked, before: dict[Key, frozenset[Key]], calendar: Calendar) -> Job:
    action = each.action
    return Job(
        key=action.key,
        priority=each.priority,
        duration=action.duration,
        ways=[Way(crew.demand, crew.change) for crew in each.crews],
        after=before[action.key],
        starts=_starts(action, calendar),
        gains={gain.room.cell: gain.gain for gain in each.gains},
        excludes=frozenset(action.mutex),
        needed=action.core,
    )


def _starts(action: Action, calendar: Calendar) -> list[int]:
    """The months in which an action may start so that it runs entirely in its window."""
    window = action.window
    months = range(calendar.months - action.duration + 1)
    if window is None:
        return list(months)
    return [
        start
        for start in months
        if all(calendar.within(start + turn, window.earliest, window.latest) for turn in range(action.duration))
    ]
