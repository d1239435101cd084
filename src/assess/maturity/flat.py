"""Results as rows of one table: a row for each number, with all that makes it honest; for spreadsheets and statistics."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from assess.maturity.discussion import Discussion, DiscussionPoint
from assess.maturity.model import (
    Agreement,
    Balanced,
    CampaignResults,
    Comparability,
    Haste,
    Hidden,
    Interval,
    ItemResult,
    KpiResult,
    NodeResults,
    PerspectiveGap,
    ProcessResult,
    Result,
    Staged,
    StraightLining,
)
from assess.sheets import write_sheet
from assess.words import Key, Text

COLUMNS = (
    *("node", "parent", "score_id", "headcount", "responses", "participation", "imported"),
    *("kind", "process", "step", "key", "perspective", "state", "indicative"),
    *("value", "index", "low", "high", "comparison_low", "comparison_high", "range_low", "range_high"),
    *("n", "coverage", "fragile", "prudent", "evidenced", "weakest_step"),
    *("level", "confirmed", "blocked_at", "blocked_by"),
    *("deviation", "spread", "r_wg", "r_wg_star", "r_wg_skewed", "r_wg_star_skewed", "strength", "consensus", "split"),
    *("band", "dont_know", "invisible"),
    *("rung", "awareness", "factual_rung", "gap", "attainment", "quadrant", "finding"),
    *("left", "left_mean", "left_n", "right", "right_mean", "right_n", "difference"),
    *("standard_error", "freedom", "t", "effect", "flagged", "share", "distance"),
    *("teams", "people", "icc1", "icc2", "f", "p", "allowed", "overall_without", "sentence_fr", "sentence_en"),
    *("engine", "inputs_digest", "threshold"),
)
"""kind: ``overall``, ``process``, ``step``, ``item``, ``kpi_maturity`` or ``kpi``, a result; ``gap``, two perspectives;
``balanced``, a balanced score, and ``balanced_part``, a perspective in it, its mean in ``value``; ``discussion``, a subject, the
first ones first; ``hidden``, a cell of the mask. Without a node: ``campaign``, what all rows come from, ``comparability``,
``straight_lining`` and ``haste``. The other columns are named as in the JSON.
"""

Cells = dict[str, object]


class _Place(Struct, frozen=True):
    """Where a number stands."""

    kind: str
    process: Key = ""
    step: Key = ""
    key: Key = ""


def sheet_of(results: CampaignResults, discussions: Iterable[Discussion]) -> bytes:
    """The rows as CSV in UTF-8, without a cell that a spreadsheet would run."""
    return write_sheet(COLUMNS, rows_of(results, discussions))


def rows_of(results: CampaignResults, discussions: Iterable[Discussion]) -> Iterator[list[object]]:
    """The campaign's rows, then those of each node, then the mask, in the order of COLUMNS; absent is empty."""
    for cells in _all(results, discussions):
        yield [_written(cells.get(name)) for name in COLUMNS]


def _all(results: CampaignResults, discussions: Iterable[Discussion]) -> Iterator[Cells]:
    yield from _of_campaign(results)
    keys = {node.node: node.key for node in results.nodes}
    points = {discussion.node: discussion.points for discussion in discussions}
    for node in results.nodes:
        own = {"node": node.key, "parent": keys.get(node.parent, "") if node.parent else ""}
        crowd = {name: getattr(node, name) for name in ("headcount", "responses", "participation", "imported")}
        for cells in (*_of_node(node), *(_discussion(point) for point in points.get(node.node, ()))):
            yield {**own, **crowd, **cells}
    yield from (_hidden(hidden) for hidden in results.mask)


def _of_campaign(results: CampaignResults) -> Iterator[Cells]:
    made = {name: getattr(results, name) for name in ("engine", "inputs_digest", "threshold")}
    yield {"kind": "campaign", **made}
    yield from (_comparability(found) for found in results.summary.comparability)
    if results.summary.straight_lining is not None:
        yield _doubtful("straight_lining", results.summary.straight_lining)
    if results.summary.haste is not None:
        yield _doubtful("haste", results.summary.haste)


def _comparability(found: Comparability) -> Cells:
    said = {name: getattr(found, name) for name in ("process", "teams", "people", "icc1", "icc2", "f", "p", "allowed")}
    return {"kind": "comparability", **said, **_sentence(found.reason)}


def _doubtful(kind: str, found: StraightLining | Haste) -> Cells:
    return {"kind": kind, "people": found.people, "overall_without": found.overall_without}


def _hidden(hidden: Hidden) -> Cells:
    place: Cells = {"node": hidden.key, "process": hidden.process, "perspective": hidden.perspective}
    return {"kind": "hidden", **place, "state": hidden.reason.value}


def _of_node(node: NodeResults) -> Iterator[Cells]:
    said: Cells = {"score_id": node.score_id, "prudent": node.prudent, "indicative": node.indicative}
    yield {**_row(_Place("overall"), node.overall), **_staged(node.staged), **said}
    for process in node.processes:
        yield from _of_process(process)


def _of_process(process: ProcessResult) -> Iterator[Cells]:
    key = process.key
    said: Cells = {name: getattr(process, name) for name in ("prudent", "evidenced", "weakest_step", "indicative")}
    place = _Place("process", key, key=key)
    yield {**_row(place, process.result), **_staged(process.staged), **said}
    yield from _balanced(place, process.balanced)
    for step in process.steps:
        place = _Place("step", key, step.key, step.key)
        beside: Cells = {"prudent": step.prudent, "evidenced": step.evidenced}
        yield {**_row(place, step.result), **_staged(step.staged), **beside}
        yield from _balanced(place, step.balanced)
        for item in step.items:
            yield _item(_Place("item", key, step.key, item.key), item)
    yield _row(_Place("kpi_maturity", key, key=key), process.kpi_maturity)
    for kpi in process.kpis:
        yield _kpi(_Place("kpi", key, key=kpi.key), kpi)
    for gap in process.gaps:
        yield {"kind": "gap", "process": key, "step": gap.step, "key": gap.step or key, **_gap(gap)}


def _balanced(place: _Place, balanced: Balanced | None) -> Iterator[Cells]:
    """A balanced score beside the result of its place, then its parts."""
    if balanced is None:
        return
    where: Cells = {"process": place.process, "step": place.step, "key": place.key}
    said: Cells = {"state": balanced.state.value, "value": balanced.value, "index": balanced.index}
    yield {"kind": "balanced", **where, **said}
    for part in balanced.parts:
        whose: Cells = {"perspective": part.perspective, "share": part.share, "state": part.state.value}
        yield {"kind": "balanced_part", **where, **whose, "value": part.mean, "n": part.n}


def _item(place: _Place, item: ItemResult) -> Cells:
    said: Cells = {"band": item.band, "dont_know": item.dont_know, "invisible": item.invisible}
    return {**_row(place, item.result), **said}


def _kpi(place: _Place, kpi: KpiResult) -> Cells:
    said: Cells = {"rung": kpi.rung, "awareness": kpi.awareness, "gap": kpi.gap, "finding": kpi.finding}
    if kpi.factual is not None:
        said |= {"factual_rung": kpi.factual.rung, "quadrant": kpi.factual.quadrant}
        said["attainment"] = kpi.factual.attainment.status if kpi.factual.attainment else None
    return {**_row(place, kpi.result), **said}


def _gap(gap: PerspectiveGap) -> Cells:
    names = ("difference", "standard_error", "freedom", "t", "p", "effect", "flagged")
    cells: Cells = {name: getattr(gap, name) for name in names}
    for side, view in (("left", gap.left), ("right", gap.right)):
        cells |= {side: view.perspective, f"{side}_mean": view.mean, f"{side}_n": view.n}
    return {**cells, **_bounds("", gap.interval)}


def _discussion(point: DiscussionPoint) -> Cells:
    place = point.item or point.step or point.process
    cells: Cells = {"kind": "discussion", "process": point.process.key, "key": place.key, "finding": point.kind}
    cells |= {"step": point.step.key if point.step else None, "distance": point.distance}
    cells |= {"dont_know": point.dont_know, "gap": point.evidence}
    gap = _gap(point.gap) if point.gap else {}
    return {**cells, **_agreement(point.agreement), **gap, **_sentence(point.sentence)}


def _row(place: _Place, result: Result) -> Cells:
    cells: Cells = {"kind": place.kind, "process": place.process, "step": place.step, "key": place.key}
    cells |= {"state": result.state.value, "value": result.value, "index": result.index, "n": result.n}
    cells |= {"coverage": result.coverage, "fragile": result.fragile}
    for prefix, bounds in (("", result.interval), ("comparison_", result.comparison), ("range_", result.range)):
        cells |= _bounds(prefix, bounds)
    return {**cells, **_agreement(result.agreement)}


def _bounds(prefix: str, bounds: Interval | None) -> Cells:
    return {} if bounds is None else {f"{prefix}low": bounds.low, f"{prefix}high": bounds.high}


def _agreement(agreement: Agreement | None) -> Cells:
    if agreement is None:
        return {}
    return {name: getattr(agreement, name) for name in agreement.__struct_fields__}


def _staged(staged: Staged | None) -> Cells:
    if staged is None:
        return {}
    said: Cells = {"level": staged.level, "confirmed": staged.confirmed, "blocked_at": staged.blocked_at}
    return {**said, "blocked_by": " ".join(staged.blocked_by)}


def _sentence(text: Text) -> Cells:
    return {f"sentence_{language}": said for language, said in text.items()}


def _written(value: object) -> object:
    """As spreadsheets of every language read it."""
    return "" if value is None else str(value).lower() if isinstance(value, bool) else value
