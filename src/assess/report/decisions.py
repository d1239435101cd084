"""Page 6, the first actions: at most five decisions, each with its why, who, first step and date; then the follow-up."""

import re
from datetime import date, timedelta

from msgspec import Struct

from assess.report.findings import month_of, owner_words, told, work
from assess.report.model import ReportFacts
from assess.report.sentences import say
from assess.roadmap.model import PlannedAction
from assess.typography import day
from assess.words import Language

MOST_DECISIONS = 5
LONGEST_WHY = 150
"""Characters, of which about five lines hold."""


class Decision(Struct, frozen=True, kw_only=True):
    """A recommendation that can be acted upon: nothing is recommended without a first step, somebody and a date."""

    number: int
    process: str
    action: str
    why: str
    owner: str
    vacant: bool
    first_step: str
    by: str
    date: str


class FollowUp(Struct, frozen=True, kw_only=True):
    """A date on which the plan is looked at again."""

    date: str
    what: str


class Decisions(Struct, frozen=True, kw_only=True):
    """The page: columns are action, why, who, first step, date."""

    kicker: str
    title: str
    lead: list[str]
    columns: list[str]
    decisions: list[Decision]
    follow_up: list[FollowUp]


def decisions_page(facts: ReportFacts) -> Decisions | None:
    """None when the plan proposes nothing."""
    language, taken = facts.language, decisions(facts)
    if not taken:
        return None
    title = "decisions.title.one" if len(taken) == 1 else "decisions.title"
    return Decisions(
        kicker=say("decisions.kicker", language),
        title=say(title, language, count=str(len(taken))),
        lead=[say("decisions.lead", language)],
        columns=[say(f"decisions.column.{name}", language) for name in ("action", "why", "owner", "step", "date")],
        decisions=taken,
        follow_up=follow_up(facts),
    )


def decisions(facts: ReportFacts) -> list[Decision]:
    """The first five actions: those that start first, by rank."""
    first = sorted(work(facts), key=lambda action: (action.start_month, action.rank, action.action))[:MOST_DECISIONS]
    return [_decision(place, action, facts.language) for place, action in enumerate(first, start=1)]


def follow_up(facts: ReportFacts) -> list[FollowUp]:
    """Start, three working days later, 30, 120 and 180 days later, and the end of the plan: a new measurement."""
    start = facts.plan.starts_on
    dates = [
        ("start", start),
        ("meeting", working_days_after(start, 3)),
        ("steps", working_day(start + timedelta(days=30))),
        ("pulse", working_day(start + timedelta(days=120))),
        ("drawer", working_day(start + timedelta(days=180))),
        ("wave", working_day(month_of(facts, facts.plan.months))),
    ]
    dates = sorted(dates[:5], key=lambda entry: entry[1]) + dates[5:]
    return [
        FollowUp(date=day(when, facts.language), what=say(f"follow.{what}", facts.language)) for what, when in dates
    ]


def working_day(when: date) -> date:
    """``when``, or the Monday after a weekend."""
    return when + timedelta(days=max(0, 7 - when.weekday()) if when.weekday() > 4 else 0)


def working_days_after(start: date, count: int) -> date:
    """The day ``count`` working days after ``start`` (weekends are not; holidays are not known)."""
    when = start
    for _ in range(count):
        when = working_day(when + timedelta(days=1))
    return when


def _decision(place: int, action: PlannedAction, language: Language) -> Decision:
    due = day(action.first_step_due, language)
    return Decision(
        number=place,
        process=action.process,
        action=told(action.title, language),
        why=_why(action, language),
        owner=owner_words(action.owner, language),
        vacant=action.owner.vacant,
        first_step=told(action.first_step, language),
        by=say("decisions.by", language, day=due),
        date=due,
    )


def _why(action: PlannedAction, language: Language) -> str:
    """The first reason; of a long one its first clause, without what stands in brackets."""
    text = told(action.why[0].text, language) if action.why else ""
    if len(text) <= LONGEST_WHY:
        return text
    clause = re.sub(r" \([^)]*\)", "", text.partition(";")[0]).rstrip(" \u202f.")
    return f"{clause}."
