"""Page 7: the roles to fill, the removals to decide when they have been measured, and what was left out."""

from msgspec import Struct

from assess.report.findings import month_of, told
from assess.report.model import ReportFacts
from assess.report.sentences import counted, quoted, say
from assess.roadmap.model import Vacancy
from assess.typography import month

MOST_ENTRIES = 4


class Entry(Struct, frozen=True, kw_only=True):
    """A thing and what is to be known of it."""

    head: str
    text: str


class Column(Struct, frozen=True, kw_only=True):
    """A short list; ``rest`` says what it has no room for, or that it is empty."""

    title: str
    entries: list[Entry]
    rest: str


class Staffing(Struct, frozen=True, kw_only=True):
    """The page: roles, removals, what waits."""

    kicker: str
    title: str
    lead: list[str]
    columns: list[Column]


def staffing(facts: ReportFacts) -> Staffing | None:
    """None when nobody is missing, nothing is to be removed and nothing was left out."""
    language = facts.language
    roles, points, left = _roles(facts), _points(facts), _left(facts)
    if not (roles or points or left):
        return None
    return Staffing(
        kicker=say("staffing.kicker", language),
        title=_title(facts, points=len(points), left=len(left)),
        lead=[say("staffing.lead", language)],
        columns=[_column(facts, "roles", roles), _column(facts, "points", points), _column(facts, "left", left)],
    )


def _title(facts: ReportFacts, *, points: int, left: int) -> str:
    language, vacancies = facts.language, facts.plan.vacancies
    if vacancies:
        waiting = {action for vacancy in vacancies for action in vacancy.actions}
        actions = counted("action", len(waiting), language)
        return say("staffing.title", language, roles=counted("role", len(vacancies), language), actions=actions)
    if points:
        return say("staffing.title.decisions", language, decisions=counted("removal", points, language))
    return say("staffing.title.dropped", language, actions=counted("action", left, language))


def _column(facts: ReportFacts, name: str, entries: list[Entry]) -> Column:
    language, more = facts.language, len(entries) - MOST_ENTRIES
    rest = say("staffing.more", language, count=str(more)) if more > 0 else ""
    empty = "" if entries else say(f"staffing.none.{name}", language)
    return Column(title=say(f"staffing.{name}", language), entries=entries[:MOST_ENTRIES], rest=rest or empty)


def _roles(facts: ReportFacts) -> list[Entry]:
    titles = {action.action: told(action.title, facts.language) for action in facts.plan.actions}
    vacancies = sorted(facts.plan.vacancies, key=lambda vacancy: (-len(vacancy.actions), vacancy.role))
    return [_role(facts, vacancy, titles) for vacancy in vacancies]


def _role(facts: ReportFacts, vacancy: Vacancy, titles: dict[str, str]) -> Entry:
    language = facts.language
    first = next((quoted(titles[action], language) for action in vacancy.actions if action in titles), "")
    several = "staffing.waits" if len(vacancy.actions) > 1 else "staffing.waits.one"
    text = (
        say(several, language, actions=counted("action", len(vacancy.actions), language), first=first) if first else ""
    )
    return Entry(head=told(vacancy.title, language), text=text)


def _points(facts: ReportFacts) -> list[Entry]:
    points = [action for action in facts.plan.actions if action.decision_point]
    ordered = sorted(points, key=lambda action: (action.start_month, action.rank, action.action))
    return [
        Entry(
            head=told(action.title, facts.language),
            text=say(
                "staffing.point", facts.language, month=month(month_of(facts, action.start_month), facts.language)
            ),
        )
        for action in ordered
    ]


def _left(facts: ReportFacts) -> list[Entry]:
    return [
        Entry(head=told(dropped.title, facts.language), text=told(dropped.text, facts.language))
        for dropped in facts.plan.dropped
    ]
