"""What stands beside a number on the page of its calculation: how sure it is, how alike people see it, and what a record shows.

All of it is published with the results already; here each part says how it is found, so that no number is without a reason.
"""

from collections.abc import Iterator

from msgspec import Struct

from assess.markup import Markup, element, joined
from assess.maturity.model import (
    Agreement,
    Attainment,
    Balanced,
    BalancedPart,
    Factual,
    Interval,
    KpiResult,
    NodeResults,
    PerspectiveGap,
    Result,
)
from assess.report.findings import ALIVE, balance_shown, index_bounds, level, shown, told
from assess.report.page_parts import (
    NOTHING,
    Cell,
    Column,
    interval_words,
    paragraphs,
    rung_words,
    section,
    signed,
    table,
)
from assess.report.page_sentences import tell
from assess.typography import day, number, percent, share_of
from assess.words import Language

RECORD = ":record"
"""Behind the key of an indicator: the address of what its record makes."""
Found = tuple[str, str, str]
"""What something is called, what it is, and how it is found."""


class Published(Struct, frozen=True, kw_only=True):
    """What the results say of one address of a score beside its value; nothing of what is a part of another node's.

    rungs: the value is a rung 0–5, which has no index.
    """

    result: Result | None = None
    prudent: float | None = None
    kpi: KpiResult | None = None
    gaps: list[PerspectiveGap] = []
    balanced: Balanced | None = None
    rungs: bool = False


def published(score: NodeResults, of: str | None) -> Published:
    """By address as in an explanation; none = the whole score."""
    if of in {None, "overall"}:
        return Published(result=score.overall, prudent=score.prudent)
    return next((found for address, found in _addressed(score) if address == of), Published())


def evidence(score: NodeResults, of: str | None, language: Language) -> list[Markup | None]:
    """The sections that have something to say."""
    found = published(score, of)
    views = [_views(found.gaps, language), _balance(found.balanced, language)]
    return [_beside(found, language), *views, _record(found.kpi, language)]


def _addressed(score: NodeResults) -> Iterator[tuple[str, Published]]:
    for process in score.processes:
        whole = [gap for gap in process.gaps if gap.step is None]
        yield (
            process.key,
            Published(result=process.result, prudent=process.prudent, gaps=whole, balanced=process.balanced),
        )
        yield f"{process.key}:kpis", Published(result=process.kpi_maturity, rungs=True)
        for step in process.steps:
            gaps = [gap for gap in process.gaps if gap.step == step.key]
            yield (
                step.key,
                Published(result=step.result, prudent=step.prudent, gaps=gaps, balanced=step.balanced),
            )
            yield from ((item.key, Published(result=item.result)) for item in step.items)
        for kpi in process.kpis:
            yield kpi.key, Published(result=kpi.result, kpi=kpi, rungs=True)
            yield f"{kpi.key}{RECORD}", Published(kpi=kpi)


def _beside(found: Published, language: Language) -> Markup | None:
    """How sure the value is and on what it stands; of what may not be seen nothing."""
    result = found.result
    if result is None or shown(result) is None:
        return None
    index = () if found.rungs else _index(result, language)
    said = [*_sure(result, language), *index, *_prudent(found, language), *_perceived(found.kpi, language)]
    listed = [part for name, value, how in said for part in (element("dt", f"{name} ", value), element("dd", how))]
    return section("beside", tell("evidence.title", language), element("dl", *listed)) if listed else None


def _sure(result: Result, language: Language) -> Iterator[Found]:
    """Interval, people, coverage, agreement, range: each only where the results say it."""
    for name, interval in (("interval", result.interval), ("comparison", result.comparison)):
        if interval is not None:
            yield _named(name, _interval(interval, language), language)
    if result.n is not None:
        yield _named("n", number(result.n, language), language)
    if result.coverage is not None:
        yield _named("coverage", percent(result.coverage, language), language)
    if result.agreement is not None:
        yield from _agreement(result.agreement, language)
    if result.range is not None:
        yield _named("range", _interval(result.range, language), language)


def _index(result: Result, language: Language) -> Iterator[Found]:
    limits = index_bounds(result)
    if limits is not None:
        yield _named("index", interval_words(limits, language, 0), language)


def _agreement(agreement: Agreement, language: Language) -> Iterator[Found]:
    strength = tell(f"agreement.{agreement.strength}", language)
    yield _named("agreement", f"{number(agreement.r_wg_star, language, 2)} ({strength})", language)
    if agreement.r_wg_star_skewed is not None:
        yield _named("skewed", number(agreement.r_wg_star_skewed, language, 2), language)
    yield _named("deviation", number(agreement.deviation, language, 2), language)


def _prudent(found: Published, language: Language) -> Iterator[Found]:
    if found.prudent is not None:
        yield _named("prudent", level(found.prudent, language), language)


def _perceived(kpi: KpiResult | None, language: Language) -> Iterator[Found]:
    """Which rung people confirm, and how many know the indicator."""
    if kpi is not None and kpi.rung is not None:
        yield _named("perceived", str(kpi.rung), language)
    if kpi is not None and kpi.awareness is not None:
        yield _named("awareness", percent(kpi.awareness, language), language)


def _named(name: str, value: str, language: Language) -> Found:
    return tell(f"evidence.{name}", language), value, tell(f"evidence.{name}.how", language)


def _interval(interval: Interval, language: Language) -> str:
    return interval_words((interval.low, interval.high), language)


def _views(gaps: list[PerspectiveGap], language: Language) -> Markup | None:
    """Welch's test of each gap, with everything that it is computed from as it is told."""
    if not gaps:
        return None
    title = tell("views.title", language)
    names = ("views", "gap", "error", "freedom", "t", "p", "interval", "effect")
    columns = [Column(tell(f"column.{name}", language), name not in {"views", "interval"}) for name in names]
    numbers = table(tell("views.table", language), language, columns, [_gap(gap, language) for gap in gaps])
    alike = ["alike"] if any(gap.interval is None for gap in gaps) else []
    how = [tell(f"evidence.gap.{name}", language) for name in ("how", *alike, "rounded", "flagged")]
    return section("views", title, numbers, paragraphs(how))


def _gap(gap: PerspectiveGap, language: Language) -> list[Cell]:
    sides = [
        tell(
            "view",
            language,
            who=tell(f"perspective.{side.perspective}", language),
            value=level(side.mean, language),
            n=number(side.n, language),
        )
        for side in (gap.left, gap.right)
    ]
    tested = ((gap.standard_error, 2), (gap.freedom, 0), (gap.t, 1), (gap.p, 3))
    return [
        tell("evidence.sides", language, left=sides[0], right=sides[1]),
        signed(gap.difference, language, 1),
        *(NOTHING if value is None else number(value, language, places) for value, places in tested),
        NOTHING if gap.interval is None else _interval(gap.interval, language),
        NOTHING if gap.effect is None else number(gap.effect, language, 1),
    ]


def _balance(balanced: Balanced | None, language: Language) -> Markup | None:
    """The balanced score with the parts that add up to it; nothing where there is none."""
    seen = balance_shown(balanced) if balanced is not None else None
    if balanced is None or seen is None:
        return None
    value, index = (number(each, language, 2) for each in seen)
    names = ("view", "share", "mean", "n", "part")
    columns = [Column(tell(f"column.{name}", language), name != "view") for name in names]
    parts = [_part(part, part.mean, language) for part in balanced.parts if part.mean is not None]
    numbers = table(tell("evidence.balance.table", language), language, columns, parts)
    said = element("p", tell("evidence.balance", language, value=value, index=index))
    how = paragraphs([tell("evidence.balance.how", language)])
    return section("balance", tell("balance.title", language), said, numbers, how)


def _part(part: BalancedPart, mean: float, language: Language) -> list[Cell]:
    return [
        tell(f"perspective.{part.perspective}", language),
        share_of(part.share, language),
        level(mean, language),
        NOTHING if part.n is None else number(part.n, language),
        number(part.share * mean, language, 4),
    ]


def _record(kpi: KpiResult | None, language: Language) -> Markup | None:
    """What the record sheet shows: the rungs that it reaches, what stops the next one, and the way to the target."""
    if kpi is None or kpi.factual is None:
        return None
    factual = kpi.factual
    rung = tell("record.rung", language, value=rung_words(factual.rung, language))
    own = factual.quadrant is not None
    return section(
        "record",
        tell("record.title", language),
        element("p", rung if own else f"{rung} {tell('record.mean', language)}"),
        _rungs(factual, language) if own else None,
        _attained(factual.attainment, language) if factual.attainment is not None else None,
        paragraphs([_apart(kpi, language)]),
    )


def _rungs(factual: Factual, language: Language) -> Markup:
    """Each rung with what it demands; the rungs above the first that is not reached are not looked at."""
    columns = [Column(tell(f"column.{name}", language)) for name in ("rung", "demands", "holds")]
    rows: list[list[Cell]] = [
        [str(rung), _text(tell(f"record.demands.{rung}", language)), _reached(factual, rung, language)]
        for rung in range(1, 6)
    ]
    return table(tell("record.rungs", language), language, columns, rows)


def _reached(factual: Factual, rung: int, language: Language) -> Cell:
    if rung <= factual.rung:
        return _text(" ".join([tell("record.holds", language), *_waived(factual, rung, language)]))
    if rung > factual.rung + 1:
        return NOTHING
    lacks = " ".join(told(text, language) for text in factual.missing)
    return _text(f"{tell('record.lacks', language)} {lacks}")


def _waived(factual: Factual, rung: int, language: Language) -> list[str]:
    """What is not demanded of a record that nobody is asked about: it belongs to the rung "owned"."""
    return [told(text, language) for text in factual.waived] if rung == ALIVE else []


def _text(words: str) -> Markup:
    return element("div", words, class_="text")


def _attained(attainment: Attainment, language: Language) -> Markup:
    """The newest value against its baseline and its target, in the indicator's unit."""
    band = attainment.target is None and attainment.share is not None
    target = tell("record.band", language) if band else _measured(attainment.target, language)
    said: list[list[Cell]] = [
        [
            tell("record.value", language, day=day(attainment.period_end, language)),
            _measured(attainment.value, language),
        ],
        [tell("record.interval", language), _spanned(attainment.interval, language)],
        [tell("record.baseline", language), _measured(attainment.baseline, language)],
        [tell("record.target", language), target],
        [tell("record.share", language), NOTHING if attainment.share is None else percent(attainment.share, language)],
        [tell("record.status", language), tell(f"status.{attainment.status}", language)],
    ]
    columns = [Column(tell(f"column.{name}", language), name == "value") for name in ("fact", "value")]
    how = paragraphs([tell(f"record.{name}.how", language) for name in ("share", "status")])
    return joined([table(tell("record.attainment", language), language, columns, said), how])


def _measured(value: float | None, language: Language) -> str:
    """A value in the indicator's unit, with no more decimals than it has, up to two."""
    if value is None:
        return NOTHING
    return number(value, language, next(places for places in (0, 1, 2) if places == 2 or round(value, places) == value))


def _spanned(interval: Interval | None, language: Language) -> str:
    return NOTHING if interval is None else interval_words((interval.low, interval.high), language, 1)


def _apart(kpi: KpiResult, language: Language) -> str:
    """How far what people say and what the record shows lie apart."""
    if kpi.gap is None:
        return ""
    said = tell("record.gap", language, gap=signed(kpi.gap, language, 1))
    return said if kpi.finding is None else f"{said} {tell(f'record.{kpi.finding}', language)}"
