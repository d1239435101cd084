"""Results as rows of one table: a row for each number, with all that makes it honest; for spreadsheets and statistics."""

from collections.abc import Iterator

from msgspec import Struct

from assess.maturity.model import CampaignResults, ItemResult, KpiResult, NodeResults, ProcessResult, Result, Staged
from assess.words import Key

COLUMNS = (
    *("node", "parent", "headcount", "responses", "imported"),
    *("kind", "process", "step", "key", "state"),
    *("value", "index", "low", "high", "comparison_low", "comparison_high", "range_low", "range_high"),
    *("n", "coverage", "fragile", "prudent", "level", "confirmed"),
    *("deviation", "spread", "r_wg", "r_wg_star", "strength", "consensus", "split"),
    *("band", "dont_know", "invisible", "rung", "awareness", "factual_rung", "finding"),
)
"""kind: ``overall``, ``process``, ``step``, ``item``, ``kpi_maturity`` or ``kpi``; the others are named as in the JSON."""

Cells = dict[str, object]


class _Place(Struct, frozen=True):
    """Where a number stands."""

    kind: str
    process: Key = ""
    step: Key = ""
    key: Key = ""


def rows_of(results: CampaignResults) -> Iterator[list[object]]:
    """A row for each node's overall score, processes, steps, items and KPIs, in the order of COLUMNS; absent is empty."""
    keys = {node.node: node.key for node in results.nodes}
    for node in results.nodes:
        own: Cells = {
            "node": node.key,
            "parent": keys[node.parent] if node.parent else "",
            "headcount": node.headcount,
            "responses": node.responses,
            "imported": node.imported,
        }
        for cells in _of_node(node):
            said = {**own, **cells}
            yield [_written(said.get(name)) for name in COLUMNS]


def _of_node(node: NodeResults) -> Iterator[Cells]:
    yield {**_row(_Place("overall"), node.overall), **_staged(node.staged)}
    for process in node.processes:
        yield from _of_process(process)


def _of_process(process: ProcessResult) -> Iterator[Cells]:
    key = process.key
    yield {**_row(_Place("process", key, key=key), process.result), **_staged(process.staged)}
    for step in process.steps:
        place = _Place("step", key, step.key, step.key)
        yield {**_row(place, step.result), **_staged(step.staged), "prudent": step.prudent}
        for item in step.items:
            yield _item(_Place("item", key, step.key, item.key), item)
    yield _row(_Place("kpi_maturity", key, key=key), process.kpi_maturity)
    for kpi in process.kpis:
        yield _kpi(_Place("kpi", key, key=kpi.key), kpi)


def _item(place: _Place, item: ItemResult) -> Cells:
    said: Cells = {"band": item.band, "dont_know": item.dont_know, "invisible": item.invisible}
    return {**_row(place, item.result), **said}


def _kpi(place: _Place, kpi: KpiResult) -> Cells:
    factual = kpi.factual.rung if kpi.factual else None
    said: Cells = {"rung": kpi.rung, "awareness": kpi.awareness, "factual_rung": factual, "finding": kpi.finding}
    return {**_row(place, kpi.result), **said}


def _row(place: _Place, result: Result) -> Cells:
    cells: Cells = {"kind": place.kind, "process": place.process, "step": place.step, "key": place.key}
    cells |= {"state": result.state.value, "value": result.value, "index": result.index, "n": result.n}
    cells |= {"coverage": result.coverage, "fragile": result.fragile}
    for prefix, bounds in (("", result.interval), ("comparison_", result.comparison), ("range_", result.range)):
        if bounds is not None:
            cells |= {f"{prefix}low": bounds.low, f"{prefix}high": bounds.high}
    agreement = result.agreement
    if agreement is not None:
        cells |= {name: getattr(agreement, name) for name in agreement.__struct_fields__}
    return cells


def _staged(staged: Staged | None) -> Cells:
    return {} if staged is None else {"level": staged.level, "confirmed": staged.confirmed}


def _written(value: object) -> object:
    """As spreadsheets of every language read it."""
    return "" if value is None else str(value).lower() if isinstance(value, bool) else value
