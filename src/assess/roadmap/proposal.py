"""The proposal: from facts to a plan whose every action says which gap it closes, for whom, and why it stands there."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from fractions import Fraction
from uuid import UUID

from msgspec import Struct

from assess.questionnaire.model import Kind
from assess.roadmap import wording
from assess.roadmap.gaps import Cell, Room, exact, measured_items, rooms
from assess.roadmap.model import (
    ENGINE,
    Action,
    Dropped,
    Gap,
    PlanBody,
    PlannedAction,
    PlanningFacts,
    TeamLoad,
    Vacancy,
    Why,
)
from assess.roadmap.months import Calendar
from assess.roadmap.planning import Block, Job, Left, Placed, Schedule, schedule
from assess.roadmap.priorities import (
    DECISION_PHASE,
    benefit,
    descendants,
    eligible,
    enabling,
    gains_of,
    kpi_benefit,
    predecessors,
    priority,
)
from assess.roadmap.staffing import Crew, Staffing
from assess.words import Key, Text

LAST_QUARTER = 3
"""Decision points stand in the plan's last three months."""


def propose(facts: PlanningFacts) -> PlanBody:
    """The plan for these facts; the same facts always give the same plan."""
    calendar = Calendar(facts.starts_on, facts.months)
    found = rooms(facts)
    ranked, before = _ranked(facts, found)
    work = [each for each in ranked.values() if each.action.phase < DECISION_PHASE]
    jobs = [_job(each, before, calendar, facts.library.actions) for each in work]
    capacity = {team.id: calendar.capacity(team.capacity_days) for team in facts.teams}
    gaps = {room.cell: room.gap for each in found.values() for room in each}
    outline = Outline(
        facts,
        calendar,
        ranked,
        before,
        schedule(jobs, capacity, facts.months, gaps),
        _process_titles(facts),
        _step_titles(facts),
    )
    return _body(outline, capacity)


def _body(outline: Outline, capacity: dict[UUID, list[Fraction]]) -> PlanBody:
    facts, plan = outline.facts, outline.schedule
    order = {key: rank for rank, key in enumerate(outline.ranked)}
    placed = sorted(plan.placed, key=lambda place: order[place.key])
    actions = [_planned(place, rank, outline) for rank, place in enumerate(placed, start=1)]
    decisions = [each for each in outline.ranked.values() if each.action.phase == DECISION_PHASE and each.crew.gains]
    actions += [_decision(each, rank, outline) for rank, each in enumerate(decisions, start=len(actions) + 1)]
    index_now, index_then = _indices(outline)
    return PlanBody(
        engine=ENGINE,
        library=facts.library_digest,
        starts_on=facts.starts_on,
        months=facts.months,
        actions=actions,
        dropped=[_dropped(left, outline) for left in sorted(plan.dropped, key=lambda left: order[left.key])],
        loads=_loads(facts, capacity, actions),
        vacancies=_vacancies(outline, actions),
        index_now=index_now,
        index_then=index_then,
    )


def _planned(place: Placed, rank: int, outline: Outline) -> PlannedAction:
    each = outline.ranked[place.key]
    calendar, crew = outline.calendar, each.crew
    end = place.start + each.action.duration - 1
    gaps = _gaps(place, crew)
    return _action(
        each,
        rank,
        outline,
        months=(place.start, end),
        days=(calendar.first_day(place.start), calendar.last_day(end)),
        gaps=gaps,
        kpis=_kpis(place.credited),
        why=[*_worth(each, gaps, place, outline), *_place(each, place, outline)],
    )


def _decision(each: Ranked, rank: int, outline: Outline) -> PlannedAction:
    """Phase 3: a day in the last quarter, after the phase-2 work on the steps that it touches."""
    touched = {gain.room.item.step for gain in each.crew.gains}
    ends = [_end(place, outline) for place in outline.schedule.placed if _touches(outline.ranked[place.key], touched)]
    month = max([*ends, outline.calendar.months - LAST_QUARTER])
    day = outline.calendar.last_day(month)
    steps = [title for key, title in outline.steps.items() if key in touched]
    return _action(
        each,
        rank,
        outline,
        months=(month, month),
        days=(day, day),
        gaps=[],
        kpis=[],
        why=[wording.gate_not_measured(steps)],
    )


def _action(
    each: Ranked,
    rank: int,
    outline: Outline,
    *,
    months: tuple[int, int],
    days: tuple[date, date],
    gaps: list[Gap],
    kpis: list[Key],
    why: list[Why],
) -> PlannedAction:
    action, crew = each.action, each.crew
    decision = action.phase == DECISION_PHASE
    return PlannedAction(
        action=action.key,
        title=action.title,
        phase=action.phase,
        process=action.process,
        rank=rank,
        start_month=months[0],
        end_month=months[1],
        starts_on=days[0],
        ends_on=days[1],
        owner=crew.owner,
        benefit=_number(each.benefit),
        kpi_benefit=_number(each.kpi_benefit),
        enabling=_number(each.enabling),
        priority=_number(each.priority),
        effort=0.0 if decision else _number(crew.effort),
        external_pd=0.0 if decision else action.external_pd,
        unassigned=0.0 if decision else _number(crew.unassigned),
        demand={} if decision else _demand(crew, months[0]),
        gaps=gaps,
        kpis=kpis,
        why=why,
        first_step=action.first_step.text,
        first_step_owner=crew.first_step_owner,
        first_step_due=days[0] + timedelta(days=action.first_step.due_days),
        decision_point=decision,
    )


def _gaps(place: Placed, crew: Crew) -> list[Gap]:
    """The gaps of practices that this action is credited with."""
    return [
        Gap(
            item=gain.room.item.key,
            label=gain.room.item.label,
            node=gain.room.team.id,
            node_name=gain.room.team.name,
            read_from=gain.room.read_from,
            level=_number(gain.room.level),
            target=_number(gain.room.level + gain.room.gap),
            gain=_number(place.credited[gain.room.cell]),
            points=_number(place.credited[gain.room.cell] * gain.room.points),
        )
        for gain in crew.gains
        if gain.room.item.kind is Kind.PRACTICE and place.credited[gain.room.cell]
    ]


def _kpis(credited: Iterable[Cell]) -> list[Key]:
    return list(dict.fromkeys(cell.item for cell in credited if cell.rung is not None))


def _demand(crew: Crew, start: int) -> dict[str, dict[str, float]]:
    demand: dict[str, dict[str, float]] = {}
    for (team, offset), days in sorted(crew.demand.items(), key=lambda entry: (str(entry[0][0]), entry[0][1])):
        demand.setdefault(str(team), {})[str(start + offset)] = _number(days)
    return demand


def _loads(
    facts: PlanningFacts, capacity: dict[UUID, list[Fraction]], actions: Sequence[PlannedAction]
) -> list[TeamLoad]:
    used = {str(team.id): [0.0] * facts.months for team in facts.teams}
    for action in actions:
        for team, months in action.demand.items():
            for month, days in months.items():
                used[team][int(month)] += days
    return [
        TeamLoad(
            team_id=team.id,
            name=team.name,
            capacity=[_number(days) for days in capacity[team.id]],
            used=[round(days, 6) for days in used[str(team.id)]],
        )
        for team in facts.teams
    ]


def _vacancies(outline: Outline, actions: Sequence[PlannedAction]) -> list[Vacancy]:
    """Roles that wait for a person, in the library's order."""
    waiting: dict[Key, list[Key]] = {}
    for action in actions:
        for role in outline.ranked[action.action].crew.vacant:
            waiting.setdefault(role, []).append(action.action)
    roles = outline.facts.library.roles
    return [
        Vacancy(role=role.key, title=role.title, actions=waiting[role.key]) for role in roles if role.key in waiting
    ]


def _indices(outline: Outline) -> tuple[float | None, float | None]:
    """The company's index, and what it becomes with every credited gain of the processes that count in it."""
    facts = outline.facts
    company = next((node for node in facts.results.nodes if node.parent is None), None)
    if company is None or company.overall.index is None:
        return None, None
    processes = [process for body in facts.questionnaires.values() for process in body.processes]
    weights = [exact(process.weight) for process in processes]
    counted = [exact(process.weight) for process in processes if process.in_overall]
    # Points are shared over all processes; the overall index only knows those that count in it.
    scale = sum(weights, Fraction(0)) / sum(counted, Fraction(0))
    gained = sum((_credited(place, outline) for place in outline.schedule.placed), Fraction(0))
    now = exact(company.overall.index)
    return _number(now), _number(min(Fraction(100), now + scale * gained))


def _credited(place: Placed, outline: Outline) -> Fraction:
    """Index points of a placed action, in processes that count in the overall index."""
    gains = outline.ranked[place.key].crew.gains
    kept = [gain for gain in gains if gain.room.item.in_overall and gain.room.item.kind is Kind.PRACTICE]
    return sum((place.credited[gain.room.cell] * gain.room.points for gain in kept), Fraction(0))


def _number(value: Fraction) -> float:
    """As it is printed in JSON: six decimals, decided after every decision."""
    return round(float(value), 6)
