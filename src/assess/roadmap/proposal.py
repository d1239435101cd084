"""The proposal: from facts to a plan whose every action says which gap it closes, for whom, and why it stands there."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from fractions import Fraction

from assess.questionnaire.model import Kind
from assess.roadmap.gaps import Cell, exact
from assess.roadmap.model import ENGINE, Gap, PlanBody, PlannedAction, PlanningFacts, TeamLoad, Vacancy, Why
from assess.roadmap.outline import Outline
from assess.roadmap.planning import Placed
from assess.roadmap.priorities import DECISION_PHASE
from assess.roadmap.ranking import Ranked
from assess.roadmap.reasons import decision_reasons, dropped, reasons
from assess.roadmap.staffing import Crew
from assess.words import Key

LAST_QUARTER = 3
"""Decision points stand in the plan's last three months."""


def propose(facts: PlanningFacts) -> PlanBody:
    """The plan for these facts; the same facts always give the same plan."""
    outline = Outline(facts)
    work = [_planned(place, rank, outline) for rank, place in enumerate(outline.placed, start=1)]
    decisions = [_decision(each, rank, outline) for rank, each in enumerate(outline.decisions, start=len(work) + 1)]
    order = list(outline.ranked)
    index_now, index_then = _indices(outline)
    return PlanBody(
        engine=ENGINE,
        library=facts.library_digest,
        starts_on=facts.starts_on,
        months=facts.months,
        actions=work + decisions,
        dropped=[
            dropped(left, outline) for left in sorted(outline.schedule.dropped, key=lambda left: order.index(left.key))
        ],
        loads=_loads(outline, work),
        vacancies=_vacancies(outline, work + decisions),
        index_now=index_now,
        index_then=index_then,
    )


def _planned(place: Placed, rank: int, outline: Outline) -> PlannedAction:
    each, end = outline.ranked[place.key], outline.end(place.key)
    gaps = _gaps(place, each)
    return _action(
        each,
        rank,
        each.crews[place.way],
        months=(place.start, end),
        days=(outline.calendar.first_day(place.start), outline.calendar.last_day(end)),
        gaps=gaps,
        kpis=_kpis(place.credited),
        why=reasons(place, gaps, outline),
    )


def _decision(each: Ranked, rank: int, outline: Outline) -> PlannedAction:
    """Phase 3: a day in the last quarter, when the planned work on the steps that it touches is done."""
    touched = {gain.room.item.step for gain in each.gains}
    ends = [outline.end(key) for key in outline.places if _touches(outline.ranked[key], touched)]
    month = max([*ends, outline.calendar.months - LAST_QUARTER])
    day = outline.calendar.last_day(month)
    why = decision_reasons(each, outline)
    return _action(each, rank, each.crews[0], months=(month, month), days=(day, day), gaps=[], kpis=[], why=why)


def _action(
    each: Ranked,
    rank: int,
    crew: Crew,
    *,
    months: tuple[int, int],
    days: tuple[date, date],
    gaps: list[Gap],
    kpis: list[Key],
    why: list[Why],
) -> PlannedAction:
    action = each.action
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


def _gaps(place: Placed, each: Ranked) -> list[Gap]:
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
        for gain in each.gains
        if gain.room.item.kind is Kind.PRACTICE and place.credited[gain.room.cell]
    ]


def _kpis(credited: Iterable[Cell]) -> list[Key]:
    return list(dict.fromkeys(cell.item for cell in credited if cell.rung is not None))


def _touches(each: Ranked, steps: set[Key | None]) -> bool:
    return any(gain.room.item.step in steps for gain in each.gains)


def _demand(crew: Crew, start: int) -> dict[str, dict[str, float]]:
    demand: dict[str, dict[str, float]] = {}
    for (team, offset), days in sorted(crew.demand.items(), key=lambda entry: (str(entry[0][0]), entry[0][1])):
        demand.setdefault(str(team), {})[str(start + offset)] = _number(days)
    return demand


def _loads(outline: Outline, work: Sequence[PlannedAction]) -> list[TeamLoad]:
    months = range(outline.facts.months)
    return [
        TeamLoad(
            team_id=team.id,
            name=team.name,
            capacity=[_number(days) for days in outline.capacity[team.id]],
            used=[_number(_used(work, str(team.id), str(month))) for month in months],
        )
        for team in outline.facts.teams
    ]


def _used(work: Sequence[PlannedAction], team: str, month: str) -> Fraction:
    given = [action.demand[team].get(month, 0.0) for action in work if team in action.demand]
    return sum((exact(days) for days in given if days), Fraction(0))


def _vacancies(outline: Outline, actions: Sequence[PlannedAction]) -> list[Vacancy]:
    """Roles that wait for a person, in the library's order."""
    waiting: dict[Key, list[Key]] = {}
    for action in actions:
        for role in _crew(action, outline).vacant:
            waiting.setdefault(role, []).append(action.action)
    roles = outline.facts.library.roles
    return [
        Vacancy(role=role.key, title=role.title, actions=waiting[role.key]) for role in roles if role.key in waiting
    ]


def _crew(action: PlannedAction, outline: Outline) -> Crew:
    place = outline.places.get(action.action)
    return outline.ranked[action.action].crews[place.way if place else 0]


def _indices(outline: Outline) -> tuple[float | None, float | None]:
    """The company's index today, and with every credited gain; none when the company has no published index."""
    company = next((node for node in outline.facts.results.nodes if node.parent is None), None)
    if company is None or company.overall.index is None:
        return None, None
    now = exact(company.overall.index)
    gained = sum((_credited(place, outline) for place in outline.placed), Fraction(0))
    return _number(now), _number(min(Fraction(100), now + _scale(outline) * gained))


def _scale(outline: Outline) -> Fraction:
    """Points of priorities are shared over all processes; the overall index knows only those that count in it."""
    processes = outline.processes.values()
    counted = sum((exact(process.weight) for process in processes if process.in_overall), Fraction(0))
    return sum((exact(process.weight) for process in processes), Fraction(0)) / counted


def _credited(place: Placed, outline: Outline) -> Fraction:
    """Index points of a placed action, in processes that count in the overall index."""
    gains = outline.ranked[place.key].gains
    kept = [gain for gain in gains if gain.room.item.in_overall and gain.room.item.kind is Kind.PRACTICE]
    return sum((place.credited[gain.room.cell] * gain.room.points for gain in kept), Fraction(0))


def _number(value: Fraction) -> float:
    """As it stands in JSON: six decimals, rounded after every decision."""
    return round(float(value), 6)
