"""Page 5, the roadmap: what happens when, how full the teams are, and where it would lead."""

from msgspec import Struct

from assess.report.findings import month_of, overall, owner_words, told, work
from assess.report.model import ReportFacts
from assess.report.sentences import counted, say, short_month
from assess.roadmap.model import PlannedAction, TeamLoad
from assess.typography import alphabetical, month, number

MOST_BARS = 10
MOST_POINTS = 2
MOST_SET_UP = 4
MOST_TEAMS = 6


class Span(Struct, frozen=True, kw_only=True):
    """An action on the time line: months ``start`` to ``end``, inclusive, from 0; a decision point has only a moment."""

    process: str
    title: str
    owner: str
    start: int
    end: int
    point: bool


class Phase(Struct, frozen=True, kw_only=True):
    """The actions of one phase that are drawn."""

    title: str
    spans: list[Span]


class Load(Struct, frozen=True, kw_only=True):
    """How full a team is each month, 0–1 of its capacity."""

    team: str
    shares: list[float]


class Schedule(Struct, frozen=True, kw_only=True):
    """The page."""

    kicker: str
    title: str
    lead: list[str]
    processes: list[tuple[str, str]]
    months: list[str]
    phases: list[Phase]
    rest: str
    loads_title: str
    loads: list[Load]
    full: str
    decision: str
    now: tuple[str, str] | None
    then: tuple[str, str] | None
    outlook: str


def schedule(facts: ReportFacts) -> Schedule | None:
    """None when the plan is empty."""
    language, drawn = facts.language, drawn_actions(facts)
    if not drawn:
        return None
    left = len(facts.plan.actions) - len(drawn)
    now, then = _outlook(facts)
    return Schedule(
        kicker=say("schedule.kicker", language),
        title=_title(facts),
        lead=[say("schedule.lead", language)],
        processes=[(words.key, told(words.title, language)) for words in facts.processes],
        months=[short_month(month_of(facts, index), language) for index in range(facts.plan.months)],
        phases=[
            _phase(facts, number, drawn) for number in (1, 2, 3) if any(action.phase == number for action in drawn)
        ],
        rest=say("schedule.rest", language, actions=counted("action", left, language)) if left else "",
        loads_title=_loads_title(facts),
        loads=[_load(load) for load in busiest(facts)],
        full=say("schedule.full", language),
        decision=say("schedule.decision", language) if any(action.decision_point for action in drawn) else "",
        now=now,
        then=then,
        outlook=say("schedule.expert" if now else "schedule.no_index", language),
    )


def drawn_actions(facts: ReportFacts) -> list[PlannedAction]:
    """At most ten, by rank: some of the set-up, some decision points, the rest of what reinforces; in the order of time."""
    ranked = sorted(facts.plan.actions, key=lambda action: (action.rank, action.action))
    points = [action for action in ranked if action.decision_point][:MOST_POINTS]
    tasks = [action for action in ranked if not action.decision_point]
    set_up = [action for action in tasks if action.phase == 1]
    later = [action for action in tasks if action.phase > 1]
    chosen = [*points, *set_up[:MOST_SET_UP], *later, *set_up[MOST_SET_UP:]][:MOST_BARS]
    return sorted(chosen, key=lambda action: (action.phase, action.start_month, action.rank, action.action))


def other_actions(facts: ReportFacts) -> list[PlannedAction]:
    """What the time line has no room for, in the order of time."""
    drawn = {action.action for action in drawn_actions(facts)}
    left = [action for action in facts.plan.actions if action.action not in drawn]
    return sorted(left, key=lambda action: (action.start_month, action.rank, action.action))


def busiest(facts: ReportFacts) -> list[TeamLoad]:
    """The teams that the plan asks most of, in alphabetical order."""
    asked = [load for load in facts.plan.loads if any(load.used)]
    most = sorted(asked, key=lambda load: (-sum(shares(load)), alphabetical(load.name)))[:MOST_TEAMS]
    return sorted(most, key=lambda load: alphabetical(load.name))


def shares(load: TeamLoad) -> list[float]:
    """Used of capacity for each month, 0–1; what is asked where there is no capacity counts as full."""
    pairs = zip(load.used, load.capacity, strict=False)
    return [min(1.0, used / capacity) if capacity > 0 else float(used > 0) for used, capacity in pairs]


def _load(load: TeamLoad) -> Load:
    return Load(team=load.name, shares=shares(load))


def _loads_title(facts: ReportFacts) -> str:
    if sum(any(load.used) for load in facts.plan.loads) <= MOST_TEAMS:
        return say("schedule.capacity", facts.language)
    return say("schedule.capacity.some", facts.language, count=str(MOST_TEAMS))


def _title(facts: ReportFacts) -> str:
    language, plan = facts.language, facts.plan
    what = {
        "actions": counted("action", len(work(facts)), language),
        "months": counted("month", plan.months, language),
    }
    if overall(facts) is None or plan.index_now is None or plan.index_then is None:
        return say("schedule.title.none", language, **what)
    return say(
        "schedule.title", language, **what, now=number(plan.index_now, language), then=number(plan.index_then, language)
    )


def _outlook(facts: ReportFacts) -> tuple[tuple[str, str] | None, tuple[str, str] | None]:
    language, plan = facts.language, facts.plan
    if overall(facts) is None or plan.index_now is None or plan.index_then is None:
        return None, None
    until = month(month_of(facts, plan.months - 1), language)
    now = (number(plan.index_now, language), say("schedule.now", language))
    return now, (number(plan.index_then, language), say("schedule.then", language, month=until))


def _phase(facts: ReportFacts, phase: int, drawn: list[PlannedAction]) -> Phase:
    spans = [_span(facts, action) for action in drawn if action.phase == phase]
    return Phase(title=say(f"phase.{phase}", facts.language), spans=spans)


def _span(facts: ReportFacts, action: PlannedAction) -> Span:
    last = facts.plan.months - 1
    return Span(
        process=action.process,
        title=told(action.title, facts.language),
        owner=owner_words(action.owner, facts.language, team=False),
        start=min(max(action.start_month, 0), last),
        end=min(max(action.end_month, action.start_month, 0), last),
        point=action.decision_point,
    )
