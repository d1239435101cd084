"""Page 4, KPIs: which of them are alive: by their record, else as people see them."""

from msgspec import Struct

from assess.maturity.model import KpiResult
from assess.report.findings import ALIVE, absence, bounds, company, process_of, sample, shown, standing, told
from assess.report.model import ItemWords, ProcessWords, ResultFacts
from assess.report.quadrant import Quadrant, quadrant
from assess.report.sentences import say

MOST_ROWS = 26


class Rung(Struct, frozen=True, kw_only=True):
    """A KPI on the scale 0–5; ``rung`` absent: ``note`` says why. mean: of the rungs that people give."""

    process: str
    label: str
    rung: float | None
    mean: float | None
    bounds: tuple[float, float] | None
    note: str


class Indicators(Struct, frozen=True, kw_only=True):
    """The page: ``scale`` names the rungs 0–5, ``bands`` what is below and above ``ALIVE``; ``sure``: some have intervals.

    plot: the KPIs by rung and by the way to their target that is done; none where no value can be compared with a target.
    """

    kicker: str
    title: str
    lead: list[str]
    scale: list[str]
    bands: tuple[str, str]
    legend: list[str]
    sure: bool
    groups: list[list[Rung]]
    rest: str
    plot: Quadrant | None


def indicators(facts: ResultFacts) -> Indicators | None:
    """None when no KPI can be shown."""
    language = facts.language
    groups = [[_rung(facts, words, item) for item in words.kpis] for words in facts.processes]
    everything = [rung for group in groups for rung in group]
    known = [rung.rung for rung in everything if rung.rung is not None]
    if not known:
        return None
    kind = "record" if any(kpi.factual is not None for kpi in _kpis(facts)) else "rung"
    sure = any(rung.bounds is not None for rung in everything)
    return Indicators(
        kicker=say("indicators.kicker", language),
        title=_title(facts, alive=sum(rung >= ALIVE for rung in known), total=len(known)),
        lead=[say("indicators.lead", language)],
        scale=[say(f"rung.{number}", language) for number in range(6)],
        bands=(say("indicators.dead", language), say("indicators.alive", language)),
        legend=[
            say(f"indicators.legend.{kind}", language),
            say(f"indicators.legend.{'interval' if sure else 'mean'}", language),
        ],
        sure=sure,
        groups=[group for group in _first(groups, MOST_ROWS) if group],
        rest=say("indicators.rest", language, count=str(len(everything) - MOST_ROWS))
        if len(everything) > MOST_ROWS
        else "",
        plot=_plot(facts),
    )


def _plot(facts: ResultFacts) -> Quadrant | None:
    found = quadrant(facts)
    return found if found is not None and any(point.share is not None for point in found.points) else None


def _title(facts: ResultFacts, *, alive: int, total: int) -> str:
    kind = ".most" if 2 * alive >= total else {0: ".none", 1: ".one"}.get(alive, "")
    return say(f"indicators.title{kind}", facts.language, alive=str(alive), total=str(total))


def _first(groups: list[list[Rung]], most: int) -> list[list[Rung]]:
    kept, room = [], most
    for group in groups:
        kept.append(group[: max(0, room)])
        room -= len(group)
    return kept


def _rung(facts: ResultFacts, words: ProcessWords, item: ItemWords) -> Rung:
    process = process_of(company(facts), words.key)
    kpi = next((kpi for kpi in process.kpis if kpi.key == item.key), None) if process is not None else None
    label = told(item.label, facts.language)
    rung = None if kpi is None else standing(kpi)
    if kpi is None or rung is None:
        note = absence(kpi.result.state if kpi is not None else None, facts)
        return Rung(process=words.key, label=label, rung=None, mean=None, bounds=None, note=note)
    note = sample(kpi.result.n, facts.language) if shown(kpi.result) is not None else ""
    return Rung(process=words.key, label=label, rung=rung, mean=shown(kpi.result), bounds=bounds(kpi.result), note=note)


def _kpis(facts: ResultFacts) -> list[KpiResult]:
    return [kpi for process in company(facts).processes for kpi in process.kpis]
