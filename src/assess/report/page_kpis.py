"""KPIs and perspectives of a result page, each as a picture with its numbers in a table."""

from assess.markup import Markup, element, joined
from assess.report.findings import level, reason
from assess.report.page_parts import (
    NOTHING,
    Cell,
    Column,
    View,
    explained,
    interval_words,
    picture,
    rung_words,
    section,
    signed,
    table,
)
from assess.report.page_sentences import tell
from assess.report.quadrant import Indicator, known_indicators
from assess.report.sentences import say
from assess.report.views import Gap, known_gaps
from assess.typography import number, percent
from assess.words import Language


def kpis(view: View) -> Markup | None:
    """How alive each KPI is, and how good; nothing where none was asked or kept."""
    found, language = known_indicators(view.facts), view.language
    if not found:
        return None
    recorded = any(indicator.factual is not None for indicator in found)
    rows = [_kpi(view, indicator, recorded=recorded) for indicator in found]
    return section(
        "kpis",
        tell("kpis.title", language),
        element("p", say("indicators.lead", language)),
        picture(view, "kpis"),
        table(tell("kpis.table", language), language, _kpi_columns(language, recorded=recorded), rows),
    )


def perspectives(view: View) -> Markup | None:
    """Where two perspectives differ; nothing where none may be shown."""
    found, language = known_gaps(view.facts), view.language
    if not found:
        return None
    columns = [Column(tell(f"column.{name}", language), name == "gap") for name in ("where", "left", "right", "gap")]
    columns += [Column(tell("column.interval", language)), Column(tell("column.finding", language))]
    return section(
        "views",
        tell("views.title", language),
        element("p", tell("views.lead", language)),
        picture(view, "views"),
        table(tell("views.table", language), language, columns, [_gap(view, gap) for gap in found]),
    )


def _kpi_columns(language: Language, *, recorded: bool) -> list[Column]:
    ends = {"perceived", "rungs", "awareness", "factual"}
    names = ["kpi", "perceived", "rungs", "interval", "n", "awareness"]
    return [
        Column(tell(f"column.{name}", language), name in ends) for name in (*names, *(_RECORDED if recorded else ()))
    ]


_RECORDED = ("factual", "attainment", "finding")
"""Columns that stand only where some KPI has a record."""


def _kpi(view: View, indicator: Indicator, *, recorded: bool) -> list[Cell]:
    language, mean = view.language, indicator.mean
    why = element("span", reason(indicator.result.result.state, view.facts), class_="why")
    said: list[Cell] = [
        joined([element("span", f"{indicator.number}. ", class_="number"), indicator.label]),
        why if mean is None else _or_nothing(indicator.perceived, language, 0),
        NOTHING if mean is None else explained(view, view.node, indicator.key, level(mean, language)),
        interval_words(indicator.bounds, language),
        indicator.note.rpartition("\u00a0")[2] or NOTHING,
        NOTHING if indicator.awareness is None else percent(indicator.awareness, language),
    ]
    return [*said, *_record(view, indicator)] if recorded else said


def _record(view: View, indicator: Indicator) -> list[Cell]:
    """What the record shows, each leading to what it was found from."""
    language = view.language
    finding: Cell = NOTHING
    if indicator.finding is not None:
        finding = element("span", tell(f"finding.{indicator.finding}", language), class_="why")
    if indicator.factual is None:
        return [NOTHING, NOTHING, finding]
    attainment = _attainment(indicator, language)
    told = [rung_words(indicator.factual, language), *([] if attainment is None else [attainment])]
    linked = [explained(view, view.node, indicator.key, text, part="#record") for text in told]
    return [*linked, *[NOTHING] * (2 - len(linked)), finding]


def _or_nothing(value: float | None, language: Language, decimals: int) -> str:
    return NOTHING if value is None else number(value, language, decimals)


def _attainment(indicator: Indicator, language: Language) -> str | None:
    if indicator.status is None:
        return None
    status = tell(f"status.{indicator.status}", language)
    return status if indicator.share is None else f"{percent(indicator.share, language)}, {status}"


def _gap(view: View, gap: Gap) -> list[Cell]:
    """The difference leads to its test, on the page of the step or process."""
    language = view.language
    sides = [
        tell("view", language, who=who, value=written, n=number(people, language))
        for who, written, people in zip(gap.pair, gap.written, gap.people, strict=True)
    ]
    where = tell("views.whole", language, process=gap.title) if gap.whole else gap.title
    flag = element("span", tell("views.flagged", language), class_="badge") if gap.flagged else NOTHING
    difference = explained(view, view.node, gap.key, signed(gap.difference, language, 1), part="#views")
    return [where, *sides, difference, interval_words(gap.bounds, language), flag]
