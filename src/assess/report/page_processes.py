"""The processes and steps of a result page: a card for each process, a picture and a table of the steps."""

from assess.markup import Markup, element, joined
from assess.maturity.model import Agreement, ProcessResult, Result, Staged, StepResult
from assess.report.findings import (
    index_bounds,
    index_of,
    level,
    process_of,
    reason,
    shown,
    staged_words,
    step_of,
    told,
    unscored,
)
from assess.report.model import ProcessWords, StepWords
from assess.report.page_parts import (
    NOTHING,
    Cell,
    Column,
    View,
    bounded,
    explained,
    head_of,
    picture,
    region,
    row_of,
    section,
    valued,
)
from assess.report.page_sentences import tell
from assess.report.profile import target_of
from assess.report.sentences import say
from assess.typography import number, percent
from assess.words import Language


def processes(view: View) -> Markup:
    """The overall score, if the node has one, and each process; with a picture of their indexes."""
    cards = [_overall(view), *(_card(view, words) for words in view.facts.processes)]
    return section(
        "processes",
        tell("processes.title", view.language),
        picture(view, "bars"),
        element("ul", *cards, class_="cards"),
    )


def steps(view: View) -> Markup | None:
    """The picture and the numbers of the steps; nothing when none can be shown."""
    language = view.language
    bodies = [body for words in view.facts.processes if (body := _body(view, words)) is not None]
    if not bodies:
        return None
    lead, caption = element("p", say("profile.lead", language)), tell("steps.table", language)
    numbers = element("table", element("caption", caption), head_of(_columns(language)), *bodies)
    pictured = (lead, picture(view, "dots"), region(caption, language, numbers))
    return section("steps", tell("steps.title", language), *pictured)


def agreement_words(agreement: Agreement | None, language: Language) -> str:
    """``moderate agreement (0.62), consensus``, or nothing."""
    if agreement is None:
        return ""
    strength = tell(f"agreement.{agreement.strength}", language)
    said = tell("agreement", language, strength=strength, value=number(agreement.r_wg_star, language, 2))
    return tell("agreement.consensus", language, agreement=said) if agreement.consensus else said


def _overall(view: View) -> Markup | None:
    node, language = view.node, view.language
    if index_of(node.overall) is None and node.parent is not None:
        return None
    name = tell("overall", language)
    facts = _facts(node.overall, language)
    staged = staged_words(node.staged, language) if node.staged is not None else ""
    return element(
        "li",
        element("h3", name),
        _figure(view, node.overall, "overall", name),
        _badge(language) if node.indicative else None,
        *facts,
        _small(staged),
        class_="all",
    )


def _card(view: View, words: ProcessWords) -> Markup | None:
    process = process_of(view.node, words.key)
    if process is None:
        return None
    language, title = view.language, told(words.title, view.language)
    name = title if words.in_overall else say("situation.beside", language, process=title)
    return element(
        "li",
        element("h3", name),
        _figure(view, process.result, words.key, title),
        _badge(language) if process.indicative else None,
        *_facts(process.result, language),
        *_beside(view, words, process),
        class_=words.key if words.key in {"acq", "off", "exp", "trv"} else None,
    )


def _badge(language: Language) -> Markup:
    """That a number comes from a short form."""
    return element("p", element("span", tell("badge.indicative", language), class_="badge"))


def _figure(view: View, result: Result, of: str, name: str) -> Markup:
    """The index as a link to its calculation, or why there is none."""
    language, index = view.language, index_of(result)
    if index is None:
        return element("p", unscored(result.state, view.facts), class_="why")
    link = explained(view, view.node, of, number(index, language), name)
    return element("p", link, " ", element("small", tell("of_100", language)), class_="figure")


def _facts(result: Result, language: Language) -> list[Markup | None]:
    """Level, interval, n with coverage, agreement and the range of the teams: each on its line."""
    value, limits = shown(result), index_bounds(result)
    if value is None:
        return []
    low_high = [number(limit, language) for limit in limits or ()]
    said = [
        tell("level_of_5", language, value=level(value, language)),
        tell("interval", language, low=low_high[0], high=low_high[1]) if low_high else "",
        _counted(result, language),
        agreement_words(result.agreement, language),
        _range(result, language),
    ]
    badge = element("span", tell("badge.fragile", language), class_="badge")
    return [*(_small(text) for text in said), element("p", badge) if result.fragile else None]


def _counted(result: Result, language: Language) -> str:
    if result.n is None or result.coverage is None:
        return ""
    return tell("counted", language, n=number(result.n, language), coverage=percent(result.coverage, language))


def _range(result: Result, language: Language) -> str:
    if result.range is None:
        return ""
    low, high = level(result.range.low, language), level(result.range.high, language)
    return tell("range", language, low=low, high=high)


def _beside(view: View, words: ProcessWords, process: ProcessResult) -> list[Markup | None]:
    """Staged level, weakest step, how much can be shown, and the maturity of the process's KPIs."""
    language = view.language
    staged = staged_words(process.staged, language) if process.staged is not None else ""
    rung = shown(process.kpi_maturity)
    alive = None
    if rung is not None:
        said = tell("kpi_maturity", language, value=level(rung, language))
        alive = element("p", explained(view, view.node, f"{words.key}:kpis", said), class_="small")
    return [_small(staged), _weakest(view, words, process), _small(_evidenced(process, language)), alive]


def _evidenced(process: ProcessResult, language: Language) -> str:
    """Beside how many of the high levels there was a link; nothing where nobody gave any."""
    if not process.evidenced:
        return ""
    return tell("evidenced", language, share=percent(process.evidenced, language))


def _weakest(view: View, words: ProcessWords, process: ProcessResult) -> Markup | None:
    """The most fragile step, which leads to its calculation."""
    step = next((step for step in words.steps if step.key == process.weakest_step), None)
    found = step_of(view.node, step.key) if step is not None else None
    value = shown(found.result) if found is not None else None
    if step is None or value is None:
        return None
    said = tell("weakest", view.language, step=told(step.title, view.language), value=level(value, view.language))
    return element("p", explained(view, view.node, step.key, said), class_="small")


def _small(text: str) -> Markup | None:
    return element("p", text, class_="small") if text else None


_NAMES = ("step", "mean", "interval", "target", "staged", "n", "coverage", "agreement")


def _columns(language: Language) -> list[Column]:
    return [Column(tell(f"column.{name}", language), name in {"mean", "target", "n", "coverage"}) for name in _NAMES]


def _body(view: View, words: ProcessWords) -> Markup | None:
    """The steps of a process under its name, which they may share with steps of another one."""
    found = [(step, step_of(view.node, step.key)) for step in words.steps]
    rows = [row_of(_columns(view.language), _row(view, step, result)) for step, result in found if result is not None]
    title = told(words.title, view.language)
    head = element("th", title, colspan=len(_NAMES), scope="rowgroup", class_=f"group {words.key}")
    return element("tbody", element("tr", head), *rows) if rows else None


def _row(view: View, words: StepWords, step: StepResult) -> list[Cell]:
    language, result, value = view.language, step.result, shown(step.result)
    title = told(words.title, language)
    if value is None:
        why = element("span", reason(result.state, view.facts), class_="why")
        return [title, NOTHING, why, *[NOTHING] * 5]
    target = target_of(value)
    prudent = step.prudent is not None and level(step.prudent, language) != level(value, language)
    note = element("div", tell("prudent", language, value=level(step.prudent or 0, language)), class_="why")
    return [
        title,
        valued(view, result, step.key),
        joined([element("div", bounded(result, language)), note if prudent else None]),
        NOTHING if target is None else level(target, language),
        _staged(step.staged, language),
        NOTHING if result.n is None else number(result.n, language),
        NOTHING if result.coverage is None else percent(result.coverage, language),
        _alike(result.agreement, language),
    ]


def _staged(staged: Staged | None, language: Language) -> str:
    """The level, and whether it is sure; what holds it back stands in its explanation."""
    if staged is None or staged.level is None:
        return NOTHING
    sureness = say("staged.confirmed" if staged.confirmed else "staged.provisional", language)
    return f"{staged.level}, {sureness}"


def _alike(agreement: Agreement | None, language: Language) -> str:
    if agreement is None:
        return NOTHING
    strength = tell(f"agreement.{agreement.strength}", language)
    return f"{strength} ({number(agreement.r_wg_star, language, 2)})"
