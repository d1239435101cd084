"""Staffing: which teams give the person-days of an action, who owns it, and which roles nobody holds.

A role falls to a team that has its function: the first of the role's functions that any team with capacity has; among several
teams the one with the most to gain from the action, then the first in the tree. When that team finds no room in the whole
plan, the action's own role passes to the next, up to the fifth. A role without functions (``everyone``, ``manager``) falls to
each team that has the gap. A role that no team can carry is a vacancy: its days limit nothing, and are said.
"""

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from uuid import UUID

from msgspec import Struct

from assess.roadmap.gaps import exact
from assess.roadmap.model import Action, LibraryRole, Owner, PlanningTeam
from assess.roadmap.priorities import Gain
from assess.words import Key

FELT_FROM = Fraction(1, 2)
"""A team bears an action's change load when it gives at least this share of the action's person-days, or the most of all."""

MOST_CREWS = 5
"""So many teams are tried for an action's own role before it is dropped."""

Slot = tuple[UUID, int]
"""A team and a month, counted from the action's start."""
Carriers = Mapping[Key, PlanningTeam | None]
"""The team that carries each role for one action."""


class Crew(Struct, frozen=True):
    """Who does an action. change: risk points of the teams that feel the change. vacant: roles that wait for a person."""

    gains: list[Gain]
    demand: dict[Slot, Fraction]
    unassigned: Fraction
    change: dict[UUID, int]
    owner: Owner
    first_step_owner: Owner
    vacant: list[Key]

    @property
    def effort(self) -> Fraction:
        """Person-days of everybody, those of vacant roles too."""
        return sum(self.demand.values(), Fraction(0)) + self.unassigned


class _Task(Struct, frozen=True):
    """An action to be staffed. units: how often which team does it. able: the teams for each role, the best first."""

    action: Action
    gains: list[Gain]
    units: dict[UUID, int]
    able: dict[Key, list[PlanningTeam]]


class Staffing:
    """The teams and roles of one organisation."""

    def __init__(self, teams: Sequence[PlanningTeam], roles: Sequence[LibraryRole]):
        self.teams = [team for team in teams if team.capacity_days > 0]
        self.roles = {role.key: role for role in roles}

    def crews(self, action: Action, gains: Sequence[Gain]) -> list[Crew]:
        """The crews that could do ``action``, the best first: they differ in the team that carries the action's own role."""
        task = self._task(action, gains)
        carriers = {role: next(iter(able), None) for role, able in task.able.items()}
        if task.units or not self.roles[action.role].functions:
            return [self._crew(task, carriers)]
        leads = task.able[action.role][:MOST_CREWS]
        return [self._crew(task, carriers | {action.role: lead}) for lead in leads] or [self._crew(task, carriers)]

    def _task(self, action: Action, gains: Sequence[Gain]) -> _Task:
        weights: dict[UUID, Fraction] = {}
        for gain in gains:
            weights[gain.room.team.id] = weights.get(gain.room.team.id, Fraction(0)) + gain.points
        roles = dict.fromkeys([action.role, action.first_step.role, *(part.role for part in action.demand)])
        able = {role: self._able(role, weights) for role in roles}
        units = _units(action, able[action.role], weights)
        doing = units if action.effort_per == "team" and able[action.role] else weights
        return _Task(action, [gain for gain in gains if gain.room.team.id in doing], units, able)

    def _able(self, role: Key, weights: Mapping[UUID, Fraction]) -> list[PlanningTeam]:
        """The teams that could carry a role: those with the most to gain first, then in the order of the tree."""
        concerned = [team for team in self.teams if team.id in weights]
        functions = self.roles[role].functions
        by_function = ([team for team in self.teams if function in team.functions] for function in functions)
        found = next((teams for teams in by_function if teams), []) if functions else concerned
        return sorted(found, key=lambda team: -weights.get(team.id, Fraction(0)))

    def _crew(self, task: _Task, carriers: Carriers) -> Crew:
        action = task.action
        demand, unassigned = self._demand(task, carriers)
        owners = {role: self._owner(role, carriers[role]) for role in (action.role, action.first_step.role)}
        return Crew(
            gains=task.gains,
            demand=demand,
            unassigned=unassigned,
            change=_change(action, demand),
            owner=owners[action.role],
            first_step_owner=owners[action.first_step.role],
            vacant=self._vacant(action, carriers, owners),
        )

    def _owner(self, role: Key, team: PlanningTeam | None) -> Owner:
        """The lead of the carrying team, or the vacant role."""
        known = self.roles[role]
        name = None if team is None or known.to_appoint else team.lead
        return Owner(role=role, title=known.title, vacant=name is None, name=name, team=team.name if team else None)

    def _demand(self, task: _Task, carriers: Carriers) -> tuple[dict[Slot, Fraction], Fraction]:
        """Person-days by team and month, and those of nobody."""
        times = sum(task.units.values()) or 1
        demand: dict[Slot, Fraction] = {}
        unassigned = Fraction(0)
        for part in task.action.demand:
            days = exact(part.person_days)
            shares = self._shares(part.role, task, carriers, times)
            unassigned += Fraction(0) if shares else days * times
            for team, count in shares.items():
                for month, each in _spread(task.action, part.month, days * count):
                    demand[team, month] = demand.get((team, month), Fraction(0)) + each
        return demand, unassigned

    def _shares(self, role: Key, task: _Task, carriers: Carriers, times: int) -> dict[UUID, int]:
        """How many times each team does the part of a role."""
        if role == task.action.role and task.units:
            return task.units
        if not self.roles[role].functions:
            return {team.id: 1 for team in task.able[role]}
        carrier = carriers[role]
        return {carrier.id: times} if carrier else {}

    def _vacant(self, action: Action, carriers: Carriers, owners: Mapping[Key, Owner]) -> list[Key]:
        """Owners without a name, and working roles that must be appointed or that no team carries."""
        working = dict.fromkeys(part.role for part in action.demand)
        empty = [role for role in working if self.roles[role].to_appoint or carriers[role] is None]
        return list(dict.fromkeys([role for role, owner in owners.items() if owner.vacant] + empty))


def _units(action: Action, able: Sequence[PlanningTeam], concerned: Collection[UUID]) -> dict[UUID, int]:
    """How often which team does the work: once per able team with the gap, or once per person of able teams; else none: once."""
    if action.effort_per == "team":
        return {team.id: 1 for team in able if team.id in concerned}
    if action.effort_per == "person":
        return {team.id: team.headcount for team in able if team.headcount}
    return {}


def _spread(action: Action, month: int, days: Fraction) -> list[tuple[int, Fraction]]:
    """Work that each person does once is spread evenly over the action's months: people take turns."""
    if action.effort_per != "person":
        return [(month, days)]
    return [(turn, days / action.duration) for turn in range(action.duration)]


def _change(action: Action, demand: Mapping[Slot, Fraction]) -> dict[UUID, int]:
    """Risk points of each team that gives at least half of one unit's person-days, or the most of all."""
    given: dict[UUID, Fraction] = {}
    for (team, _), days in demand.items():
        given[team] = given.get(team, Fraction(0)) + days
    felt_from = min(FELT_FROM * exact(action.internal_pd), max(given.values(), default=Fraction(0)))
    return {team: action.risk for team, days in given.items() if days >= felt_from}
