"""The last page: the other actions, the method in short, what is hidden, the limits, and what all this was made from."""

from msgspec import Struct

from assess.maturity.model import Haste, StraightLining
from assess.report.findings import company, level, month_of, shown, told
from assess.report.model import ENGINE, ReportFacts, facts_digest
from assess.report.schedule import other_actions
from assess.report.sentences import counted, say, short_month, together
from assess.roadmap.model import PlannedAction
from assess.typography import alphabetical, day, number

MOST_LINES = 28
MOST_NAMES = 6
LONGEST_NAME = 40
DIGITS = 12
"""Of a digest; the whole one stands in the API."""


class Line(Struct, frozen=True, kw_only=True):
    """An action with its months."""

    process: str
    when: str
    title: str


class Note(Struct, frozen=True, kw_only=True):
    """A paragraph with its head."""

    head: str
    text: str


class Annex(Struct, frozen=True, kw_only=True):
    """The page; ``versions`` is set small."""

    kicker: str
    title: str
    lead: list[str]
    lines_title: str
    lines: list[Line]
    rest: str
    notes: list[Note]
    versions: Note


def annex(facts: ReportFacts) -> Annex:
    """Always there."""
    language, others = facts.language, other_actions(facts)
    more = len(others) - MOST_LINES
    rest = say("annex.actions.rest", language, actions=counted("action", more, language)) if more > 0 else ""
    return Annex(
        kicker=say("annex.kicker", language),
        title=say("annex.title", language),
        lead=[],
        lines_title=say("annex.actions", language) if others else "",
        lines=[_line(facts, action) for action in others[:MOST_LINES]],
        rest=rest,
        notes=[_note(facts, "method"), _hidden(facts), _limits(facts)],
        versions=Note(head=say("annex.versions", language), text=_versions(facts)),
    )


def _line(facts: ReportFacts, action: PlannedAction) -> Line:
    first, last = (
        short_month(month_of(facts, month), facts.language) for month in (action.start_month, action.end_month)
    )
    when = first if action.start_month == action.end_month else f"{first} – {last}"
    return Line(process=action.process, when=when, title=told(action.title, facts.language))


def _note(facts: ReportFacts, name: str) -> Note:
    return Note(head=say(f"annex.{name}", facts.language), text=say(f"annex.{name}.text", facts.language))


def _limits(facts: ReportFacts) -> Note:
    """With a sentence on answers that were imported, on straight lines and on haste, when there are any that matter."""
    note, imported = _note(facts, "limits"), facts.results.nodes[0].imported
    said = [say(f"annex.imported.{imported}", facts.language)] if imported in {"some", "all"} else []
    return Note(head=note.head, text=" ".join([note.text, *said, *_doubtful(facts)]))


def _doubtful(facts: ReportFacts) -> list[str]:
    summary = facts.results.summary
    return [*_without(facts, "straight", summary.straight_lining), *_without(facts, "haste", summary.haste)]


def _without(facts: ReportFacts, name: str, found: StraightLining | Haste | None) -> list[str]:
    """What the overall mean would be without those who may not have read the questions, where that makes a difference."""
    language, value = facts.language, shown(company(facts).overall)
    if found is None or found.overall_without is None or value is None:
        return []
    people, without = number(found.people, language), level(found.overall_without, language)
    return [say(f"annex.{name}", language, people=people, with_them=level(value, language), without=without)]


def _hidden(facts: ReportFacts) -> Note:
    language = facts.language
    text = say("annex.hidden.text", language, threshold=str(facts.results.threshold), count=_names(facts))
    return Note(head=say("annex.hidden", language), text=text)


def _names(facts: ReportFacts) -> str:
    """Which teams are hidden: who is on a roster is known, what they answered is not."""
    language = facts.language
    names = sorted({_short(hidden.name) for hidden in facts.results.mask}, key=alphabetical)
    if not names:
        return say("annex.hidden.none", language)
    if len(names) <= MOST_NAMES:
        return say("annex.hidden.list", language, names=together(names, language))
    return say("annex.hidden.some", language, names=", ".join(names[:MOST_NAMES]), count=str(len(names) - MOST_NAMES))


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def _versions(facts: ReportFacts) -> str:
    language, results = facts.language, facts.results
    parts = [(asked.key, asked.version, asked.digest) for asked in facts.questionnaires]
    versions = [f"{key} {version} ({digest[:DIGITS]})" for key, version, digest in parts]
    versions.append(say("annex.library", language, digest=facts.plan.library[:DIGITS]))
    made = say(
        "annex.made",
        language,
        start=day(facts.starts_on, language),
        end=day(facts.ends_on, language),
        plan=str(facts.plan_number),
        day=day(facts.facts_on, language),
        engines=", ".join([results.engine, facts.plan.engine, ENGINE]),
        digest=facts_digest(facts)[:DIGITS],
    )
    return f"{' · '.join(versions)}. {made}."
