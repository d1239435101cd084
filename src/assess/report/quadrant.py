"""KPIs on two axes: is the indicator alive (rung), and is its value good (the way to its target that is done)?"""

from msgspec import Struct

from assess.maturity.model import AttainmentStatus, KpiResult
from assess.report.findings import bounds, company, process_of, sample, shown, standing, told
from assess.report.model import ProcessWords, ResultFacts
from assess.report.page_sentences import tell
from assess.report.sentences import say
from assess.typography import percent
from assess.words import Language, Text

MOST_POINTS = 20
"""More could not be told apart; the table beside the picture has them all."""


class Point(Struct, frozen=True, kw_only=True):
    """A KPI by its number in the table. rung: 0–5; share: the way done, 0–1.2, absent without a value or a target;
    written: the share in words."""

    number: int
    process: str
    label: str
    rung: float
    share: float | None
    written: str


class Quadrant(Struct, frozen=True, kw_only=True):
    """The picture: ``scale`` names the rungs 0–5, ``bands`` what is below and above rung 3, ``corners`` the four fields.

    rest: how many more there are.

    corners: alive and short of the target, alive and there, not alive and there, not alive and short of it.
    """

    title: str
    scale: list[str]
    bands: tuple[str, str]
    axis: str
    target: str
    corners: tuple[str, str, str, str]
    unknown: str
    rest: str
    points: list[Point]


class Indicator(Struct, frozen=True, kw_only=True):
    """A KPI in the table: what people say (``perceived``), what its record shows (``factual``), and how good its value is."""

    number: int
    process: str
    key: str
    label: str
    perceived: int | None
    mean: float | None
    bounds: tuple[float, float] | None
    note: str
    awareness: float | None
    factual: float | None
    share: float | None
    status: AttainmentStatus | None
    finding: str | None
    result: KpiResult


def known_indicators(facts: ResultFacts) -> list[Indicator]:
    """Every KPI of the node that is looked at, numbered from 1 in the order of the processes."""
    found = [(words, kpi) for words in facts.processes for kpi in _kpis(facts, words)]
    return [_indicator(facts.language, number, *each) for number, each in enumerate(found, start=1)]


def quadrant(facts: ResultFacts) -> Quadrant | None:
    """None when no KPI has a rung."""
    language = facts.language
    points = [point for each in known_indicators(facts) if (point := _point(each, language)) is not None]
    if not points:
        return None
    more = len(points) - MOST_POINTS
    return Quadrant(
        title=tell("kpis.picture", language),
        scale=[say(f"rung.{number}", language) for number in range(6)],
        bands=(say("indicators.dead", language), say("indicators.alive", language)),
        axis=tell("kpis.axis", language),
        target=tell("kpis.target", language),
        corners=(
            tell("quadrant.live_bad", language),
            tell("quadrant.live_good", language),
            tell("quadrant.dead_good", language),
            tell("quadrant.dead_bad", language),
        ),
        unknown=tell("kpis.unknown", language),
        rest=say("indicators.rest", language, count=str(more)) if more > 0 else "",
        points=points[:MOST_POINTS],
    )


def _kpis(facts: ResultFacts, words: ProcessWords) -> list[tuple[Text, KpiResult]]:
    """The KPIs of a process with their names; one that no questionnaire names goes by its key."""
    process = process_of(company(facts), words.key)
    labels = {item.key: item.label for item in words.kpis}
    return [(labels.get(kpi.key, {facts.language: kpi.key}), kpi) for kpi in (process.kpis if process else ())]


def _indicator(language: Language, number: int, words: ProcessWords, named: tuple[Text, KpiResult]) -> Indicator:
    label, kpi = named
    factual, seen = kpi.factual, shown(kpi.result) is not None
    attainment = factual.attainment if factual is not None else None
    return Indicator(
        number=number,
        process=words.key,
        key=kpi.key,
        label=told(label, language),
        perceived=kpi.rung if seen else None,
        mean=shown(kpi.result),
        bounds=bounds(kpi.result),
        note=sample(kpi.result.n, language) if seen else "",
        awareness=kpi.awareness if seen else None,
        factual=factual.rung if factual is not None else None,
        share=attainment.share if attainment is not None else None,
        status=attainment.status if attainment is not None else None,
        finding=kpi.finding,
        result=kpi,
    )


def _point(indicator: Indicator, language: Language) -> Point | None:
    """Where a KPI stands."""
    rung = standing(indicator.result)
    if rung is None:
        return None
    return Point(
        number=indicator.number,
        process=indicator.process,
        label=indicator.label,
        rung=rung,
        share=indicator.share,
        written="—" if indicator.share is None else percent(indicator.share, language),
    )
