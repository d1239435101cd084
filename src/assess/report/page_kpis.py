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
    section,
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
        table(tell("views.table", language), language, columns, [_gap(gap, language) for gap in found]),
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
    return [*said, *_record(indicator, language)] if recorded else said


def _record(indicator: Indicator, language: Language) -> list[Cell]:
    whole = indicator.factual is None or indicator.factual == int(indicator.factual)
    factual = _or_nothing(indicator.factual, language, 0 if whole else 1)
    return [factual, _attainment(indicator, language), _finding(indicator, language)]


def _or_nothing(value: float | None, language: Language, decimals: int) -> str:
    return NOTHING if value is None else number(value, language, decimals)


def _attainment(indicator: Indicator, language: Language) -> str:
    if indicator.status is None:
        return NOTHING
    status = tell(f"status.{indicator.status}", language)
    return status if indicator.share is None else f"{percent(indicator.share, language)}, {status}"


def _finding(indicator: Indicator, language: Language) -> str | Markup:
    said = [tell(f"finding.{indicator.finding}", language)] if indicator.finding is not None else []
    if indicator.missing:
        said.append(tell("missing", language, what=" ".join(indicator.missing)))
    return joined([element("div", text, class_="text") for text in said]) if said else NOTHING


def _gap(gap: Gap, language: Language) -> list[Cell]:
    sides = [
        tell("view", language, who=who, value=written, n=number(people, language))
        for who, written, people in zip(gap.pair, gap.written, gap.people, strict=True)
    ]
    where = tell("views.whole", language, process=gap.title) if gap.whole else gap.title
    flag = element("span", tell("views.flagged", language), class_="badge") if gap.flagged else NOTHING
    signed = f"+{number(gap.difference, language, 1)}" if gap.difference > 0 else number(gap.difference, language, 1)
    return [where, *sides, signed, interval_words(gap.bounds, language), flag]
