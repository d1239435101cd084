"""Page 1, the one to keep: where the organisation stands, what to decide, and the next date."""

from msgspec import Struct

from assess.report.decisions import Decision, decisions, working_day, working_days_after
from assess.report.findings import (
    company,
    core,
    index_bounds,
    index_of,
    month_of,
    overall,
    process_of,
    sample,
    scored,
    staged_words,
    told,
    unscored,
    work,
)
from assess.report.model import ProcessWords, ReportFacts, ResultFacts
from assess.report.sentences import counted, named, say, together
from assess.typography import day, month, number, percent


class Bar(Struct, frozen=True, kw_only=True):
    """A process on a scale of 0–100; ``index`` absent: ``note`` says why."""

    process: str
    title: str
    index: float | None
    bounds: tuple[float, float] | None
    value: str
    note: str
    beside: bool


class Situation(Struct, frozen=True, kw_only=True):
    """The one-pager."""

    kicker: str
    title: str
    lead: list[str]
    bars_title: str
    bars: list[Bar]
    axis: str
    decisions_title: str
    decisions: list[Decision]
    no_decision: str
    next_title: str
    next_date: str


def situation(facts: ReportFacts) -> Situation:
    """The first page is always there: it says even that nothing can be said."""
    language = facts.language
    taken = decisions(facts)[:3]
    return Situation(
        kicker=say("situation.kicker", language),
        title=headline(facts),
        lead=_lead(facts),
        bars_title=say("situation.bars", language),
        bars=[bar_of(facts, words) for words in facts.processes],
        axis=say("situation.axis", language),
        decisions_title=_decisions_title(facts, len(taken)),
        decisions=taken,
        no_decision=say("situation.decisions.none", language),
        next_title=say("situation.next", language),
        next_date=_next_date(facts),
    )


def headline(facts: ResultFacts) -> str:
    """The conclusion of everything, in one sentence."""
    language, index = facts.language, overall(facts)
    missing = [words for words in core(facts) if scored(facts, words) is None]
    if len(missing) == len(core(facts)):
        return say("situation.title.nothing", language)
    if index is None:
        names = [named(told(words.title, language), language) for words in missing or core(facts)]
        return say("situation.title.missing", language, processes=together(names, language))
    weakest = weakest_process(facts)
    if weakest is None:
        return say("situation.title.close", language, index=number(index, language))
    name = named(told(weakest.title, language), language)
    return say("situation.title.weakest", language, index=number(index, language), process=name)


def weakest_process(facts: ResultFacts) -> ProcessWords | None:
    """The lowest process, if its interval ends below the next one's value: else none is clearly behind."""
    ranked = sorted(
        (result.index or 0, order) for order, words in enumerate(core(facts)) if (result := scored(facts, words))
    )
    if len(ranked) < 2:
        return None
    lowest = core(facts)[ranked[0][1]]
    result = scored(facts, lowest)
    limits = index_bounds(result) if result is not None else None
    high = limits[1] if limits is not None else ranked[0][0]
    return lowest if high < ranked[1][0] else None


def _lead(facts: ReportFacts) -> list[str]:
    return [" ".join([participation(facts), *_fragile(facts), *_indicative(facts)]), *_outlook(facts)]


def participation(facts: ResultFacts) -> str:
    """How many answered, of how many."""
    node, language = company(facts), facts.language
    invited = number(node.headcount, language)
    if node.responses is None or not node.headcount:
        return say("situation.participation.hidden", language, invited=invited)
    share = percent(node.responses / node.headcount, language)
    return say(
        "situation.participation", language, answered=number(node.responses, language), invited=invited, share=share
    )


def _fragile(facts: ResultFacts) -> list[str]:
    share = company(facts).participation
    return [say("situation.fragile", facts.language)] if share is not None and share < 0.5 else []


def _indicative(facts: ResultFacts) -> list[str]:
    known = overall(facts) is not None and company(facts).indicative
    return [say("situation.indicative", facts.language)] if known else []


def _outlook(facts: ReportFacts) -> list[str]:
    language, plan = facts.language, facts.plan
    if not work(facts):
        return []
    actions = counted("action", len(work(facts)), language)
    until = month(month_of(facts, plan.months - 1), language)
    if overall(facts) is None or plan.index_then is None:
        return [say("situation.outlook.none", language, actions=actions, month=until)]
    then = number(plan.index_then, language)
    return [say("situation.outlook", language, actions=actions, then=then, month=until)]


def bar_of(facts: ResultFacts, words: ProcessWords) -> Bar:
    """One process of the company."""
    language, process = facts.language, process_of(company(facts), words.key)
    title = told(words.title, language)
    index = index_of(process.result) if process is not None else None
    named_title = title if words.in_overall else say("situation.beside", language, process=title)
    note = unscored(process.result.state if process is not None else None, facts)
    if process is not None and index is not None:
        said = say("indicative", language) if process.indicative else staged_words(process.staged, language)
        note = " · ".join(filter(None, [said, sample(process.result.n, language)]))
    return Bar(
        process=words.key,
        title=named_title,
        index=index,
        bounds=index_bounds(process.result) if process is not None else None,
        value="—" if index is None else number(index, language),
        note=note,
        beside=not words.in_overall,
    )


def _decisions_title(facts: ReportFacts, count: int) -> str:
    if count == 1:
        return say("situation.decisions.one", facts.language)
    return say("situation.decisions", facts.language, count=str(count)) if count else ""


def _next_date(facts: ReportFacts) -> str:
    language, start = facts.language, facts.plan.starts_on
    if not work(facts):
        wave = working_day(month_of(facts, facts.plan.months))
        return say("situation.next.wave", language, day=day(wave, language))
    meeting = working_days_after(start, 3)
    return say("situation.next.what", language, day=day(meeting, language), start=day(start, language))
