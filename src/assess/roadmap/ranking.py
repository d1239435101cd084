"""Ranking: which actions belong into a plan, who does them, and in which order they are placed."""

from collections.abc import Iterable
from fractions import Fraction

from msgspec import Struct

from assess.roadmap.gaps import Room, exact, measured_items
from assess.roadmap.model import Action, PlanningFacts
from assess.roadmap.months import Calendar
from assess.roadmap.planning import Job
from assess.roadmap.priorities import (
    DECISION_PHASE,
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
    """An action with its crew and all that its priority is made of (P* in ``priority``)."""

    action: Action
    crew: Crew
    benefit: Fraction
    kpi_benefit: Fraction
    enabling: Fraction
    priority: Fraction


def rank_actions(facts: PlanningFacts, found: dict[Key, list[Room]]) -> tuple[dict[Key, Ranked], dict[Key, frozenset[Key]]]:
    """The eligible actions by P*, then by key; and what must be finished before each."""
    staffing = Staffing(facts.teams, facts.library.roles)
    crews = {action.key: staffing.crew(action, gains_of(action, found)) for action in facts.library.actions}
    asked = frozenset(process.key for body in facts.questionnaires.values() for process in body.processes)
    gains = {key: crew.gains for key, crew in crews.items()}
    chosen = eligible(facts.library.actions, gains, asked, measured_items(facts))
    before = predecessors(chosen)
    counted = {action.key: _counted(action, crews[action.key]) for action in chosen}
    opened = enabling(counted, before)
    ranked = [_rank(action, crews[action.key], opened[action.key]) for action in chosen]
    return {
        each.action.key: each for each in sorted(ranked, key=lambda each: (-each.priority, each.action.key))
    }, before


def _counted(action: Action, crew: Crew) -> Fraction:
    """What an action adds to the worth of those before it; nobody may count on phase 3 before its gate is measured."""
    return Fraction(0) if action.phase == DECISION_PHASE else benefit(crew.gains) + kpi_benefit(crew.gains)


def _rank(action: Action, crew: Crew, opened: Fraction) -> Ranked:
    practices, kpis = benefit(crew.gains), kpi_benefit(crew.gains)
    worth = practices + kpis + opened
    value = priority(worth, crew.effort, confidence=exact(action.confidence), urgency=exact(action.urgency))
    return Ranked(action, crew, practices, kpis, opened, value)


def job_of(each: Ranked, before: dict[Key, frozenset[Key]], calendar: Calendar, actions: Iterable[Action]) -> Job:
    action = each.action
    excluding = {other.key for other in actions if action.key in other.mutex}
    return Job(
        key=action.key,
        priority=each.priority,
        duration=action.duration,
        demand=each.crew.demand,
        change=each.crew.change,
        after=before[action.key],
        starts=_starts(action, calendar),
        gains={gain.room.cell: gain.gain for gain in each.crew.gains},
        excludes=frozenset(action.mutex) | excluding,
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


