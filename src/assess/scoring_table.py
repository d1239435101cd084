"""Results on a terminal: what each node may see, why the rest is hidden, and what may be compared."""

import textwrap
from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text as Line

from assess.maturity.discussion import Discussion
from assess.maturity.model import (
    Agreement,
    Balanced,
    ItemResult,
    KpiResult,
    NodeResults,
    PerspectiveGap,
    ProcessResult,
    Result,
    Staged,
    State,
    StepResult,
)
from assess.scoring_details import EXPLAINED, details_of, levels_of
from assess.scoring_page import Page
from assess.typography import share_of
from assess.words import Text

WIDEST = 27
"""Characters of a label: the whole table fits into 80 columns."""


def show(page: Page, discussions: Iterable[Discussion], assumptions: Iterable[Text]) -> None:
    """Print everything, node by node, the company first."""
    console = Console(highlight=False)
    points = {discussion.node: discussion.points for discussion in discussions}
    for node in page.results.nodes:
        console.print(Line.assemble((f"\n{_name(page, node)}", "bold"), (f"  {_people(page, node)}", "dim")))
        if node.state is State.SCORED:
            console.print(_table(page, node))
            console.print(Line(f"\n{page.word('details')}", style="bold"))
            console.print(details_of(page, node))
            _lines(console, page.word("levels"), levels_of(page, node))
            _lines(console, page.word("gaps"), (_gap(page, gap, each) for each in node.processes for gap in each.gaps))
            _lines(console, page.word("balance"), _balance(page, node))
            _lines(console, page.word("discuss"), (point.sentence[page.language] for point in points[node.node]))
    _lines(console, page.word("mask"), _hidden(page))
    _lines(console, page.word("compare"), _comparability(page))
    _lines(console, page.word("assumptions"), (text[page.language] for text in assumptions))
    _lines(console, page.word("legend"), (page.word(f"legend.{name}") for name in EXPLAINED))


def _lines(console: Console, heading: str, lines: Iterable[str]) -> None:
    """A part, when it says anything."""
    found = list(lines)
    if found:
        console.print(Line(f"\n{heading}", style="bold"))
    for line in found:
        # rich would part a French colon from its word; this knows that a no-break space is none
        told = textwrap.fill(f"- {line}", console.width, subsequent_indent="  ", break_on_hyphens=False)
        console.print(Line(told), soft_wrap=True)


def _name(page: Page, node: NodeResults) -> str:
    return node.name if node.parent else page.word("company")


def _people(page: Page, node: NodeResults) -> str:
    said = []
    if node.responses is not None:
        share = page.percent(node.participation or 0.0)
        said.append(page.word("people", responses=str(node.responses), headcount=str(node.headcount), share=share))
    if node.imported in {"some", "all"}:
        said.append(page.word(f"imported.{node.imported}"))
    if node.state is not State.SCORED:
        said.append(page.word("hidden", reason=page.reason(node.state)))
    return " · ".join(said)


def _table(page: Page, node: NodeResults) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("", max_width=WIDEST, overflow="fold")
    for name in ("value", "interval", "of 100", "n", "level"):
        table.add_column(page.word(name), justify="right", no_wrap=True)
    table.add_column(page.word("agreement"), overflow="fold")
    for label, *cells in _rows(page, node):
        name = label.lstrip()
        table.add_row(Padding(Line(name), (0, 0, 0, len(label) - len(name))), *cells)
    return table


def _rows(page: Page, node: NodeResults) -> Iterator[list[str]]:
    more = page.word("indicative") if node.indicative else ""
    yield _row(page, page.word("overall"), node.overall, node.staged, more=more)
    for process in node.processes:
        if process.result.state is not State.NOT_ASKED:
            yield from _process(page, process)


def _process(page: Page, process: ProcessResult) -> Iterator[list[str]]:
    more = page.word("indicative") if process.indicative else ""
    yield _row(page, page.label(process.key), process.result, process.staged, more=more)
    for step in process.steps:
        yield from _step(page, step)
    if process.kpis:
        yield _row(page, f" {page.word('kpis')}", process.kpi_maturity)
    for kpi in process.kpis:
        yield _kpi(page, kpi)


def _step(page: Page, step: StepResult) -> Iterator[list[str]]:
    yield _row(page, f" {page.label(step.key)}", step.result, step.staged)
    for item in step.items:
        yield _item(page, item)


def _item(page: Page, item: ItemResult) -> list[str]:
    more = page.word("invisible") if item.invisible else ""
    row = _row(page, f"  {page.label(item.key)}", item.result, more=more)
    return [row[0], item.band, "", "", *row[4:]] if item.band else row


def _kpi(page: Page, kpi: KpiResult) -> list[str]:
    known = kpi.awareness
    more = "" if known is None else page.word("awareness", share=page.percent(known))
    row = _row(page, f"  {page.label(kpi.key)}", kpi.result, more=more)
    return row if kpi.rung is None else [*row[:5], str(kpi.rung), *row[6:]]


def _row(page: Page, label: str, result: Result, staged: Staged | None = None, *, more: str = "") -> list[str]:
    """Label, value, interval, index, people, level, and agreement with whatever else is to be known."""
    if result.value is None:
        return [label, "—", "", "", "", "", page.reason(result.state)]
    notes = [_agreement(page, result.agreement), more, page.word("fragile") if result.fragile else ""]
    return [
        label,
        page.number(result.value),
        page.bounds(result.interval),
        page.number(result.index, 0),
        str(result.n),
        str(staged.level) if staged and staged.level is not None else "",
        " · ".join(note for note in notes if note),
    ]


def _agreement(page: Page, agreement: Agreement | None) -> str:
    if agreement is None:
        return ""
    said = f"{page.word(agreement.strength)} {page.number(agreement.r_wg_star)}"
    return f"{said}, {page.word('split')}" if agreement.split else said


def _gap(page: Page, gap: PerspectiveGap, process: ProcessResult) -> str:
    bounds = gap.interval
    low, high = (bounds.low, bounds.high) if bounds else (None, None)
    return page.word(
        "gap" if bounds else "bare_gap",
        where=page.label(gap.step or process.key),
        left=page.word(gap.left.perspective),
        mean_left=page.number(gap.left.mean),
        right=page.word(gap.right.perspective),
        mean_right=page.number(gap.right.mean),
        difference=page.number(gap.difference),
        low=page.number(low),
        high=page.number(high),
    )


def _balance(page: Page, node: NodeResults) -> Iterator[str]:
    """Each balanced score, and what it is made of."""
    for process in node.processes:
        parts = [(process.key, process.balanced), *((step.key, step.balanced) for step in process.steps)]
        for key, balanced in parts:
            if balanced is not None and balanced.state is not State.NOT_ASKED:
                yield page.word("said", what=page.label(key), said=_balanced(page, balanced))


def _balanced(page: Page, balanced: Balanced) -> str:
    if balanced.value is None:
        return page.word("no balance", reason=page.reason(balanced.state))
    parts = (
        page.word(
            "part",
            share=share_of(part.share, page.language),
            who=page.word(part.perspective),
            mean=page.number(part.mean, 1),
        )
        for part in balanced.parts
    )
    value, index = page.number(balanced.value), page.number(balanced.index, 0)
    return page.word("balanced", value=value, index=index, parts=" + ".join(parts))


def _hidden(page: Page) -> Iterator[str]:
    """A line for each node and reason."""
    company = page.results.nodes[0].node
    cells: dict[tuple[str, State], list[str]] = {}
    for hidden in page.results.mask:
        name = page.word("company") if hidden.node == company else hidden.name
        what = page.label(hidden.process) if hidden.process else page.word("responses")
        whose = f" ({page.word(hidden.perspective)})" if hidden.perspective else ""
        cells.setdefault((name, hidden.reason), []).append(what + whose)
    for (name, reason), parts in cells.items():
        yield page.word("said", what=f"{name}, {', '.join(parts)}", said=page.reason(reason))


def _comparability(page: Page) -> Iterator[str]:
    for found in page.results.summary.comparability:
        what = page.label(found.process) if found.process else page.word("overall")
        yield page.word("said", what=what, said=found.reason[page.language])
    straight = page.results.summary.straight_lining
    if straight is not None:
        said = page.word("straight", people=str(straight.people))
        without = straight.overall_without
        yield said if without is None else f"{said} {page.word('straight.without', value=page.number(without))}"
