"""Results on a terminal, beside the numbers: what each stands on, and what stops the next level."""

from collections.abc import Iterator

from rich.table import Table

from assess.maturity.model import ItemResult, NodeResults, ProcessResult, Result, Staged, StepResult
from assess.report.sentences import say
from assess.scoring_page import Page

_COLUMNS = ("compared", "range", "prudent", "coverage", "spread", "deviation", "consensus", "dont_know")
EXPLAINED = ("compared", "range", "prudent", "coverage", "deviation", "dont_know")
"""Columns whose heads are too short to speak for themselves."""


def details_of(page: Page, node: NodeResults) -> Table:
    """What each number of a node stands on; what has no number has no line."""
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("", overflow="fold")
    for name in _COLUMNS:
        table.add_column(page.word(name), justify="right", no_wrap=True)
    for cells in _rows(page, node):
        table.add_row(*cells)
    return table


def levels_of(page: Page, node: NodeResults) -> Iterator[str]:
    """A sentence for each process and step with a staged level, and for each process its weakest step."""
    for process in node.processes:
        said = [] if process.staged is None else [*_staged(page, process.staged)]
        if process.weakest_step is not None:
            said.append(page.word("weakest", step=page.label(process.weakest_step)))
        yield from _sentence(page, process.key, said)
        for step in process.steps:
            yield from _sentence(page, step.key, [] if step.staged is None else [*_staged(page, step.staged)])


def _sentence(page: Page, key: str, said: list[str]) -> Iterator[str]:
    if said:
        yield page.word(
            "said", what=page.label(key), said=" ; ".join(said) if page.language == "fr" else "; ".join(said)
        )


def _staged(page: Page, staged: Staged) -> Iterator[str]:
    sure = say("staged.confirmed" if staged.confirmed else "staged.provisional", page.language)
    yield (
        page.word("below", sure=sure) if staged.level is None else page.word("held", level=str(staged.level), sure=sure)
    )
    if staged.blocked_at is not None and staged.blocked_by:
        what = ", ".join(say(f"blocked.{each}", page.language) for each in staged.blocked_by)
        yield page.word("blocked", level=str(staged.blocked_at), what=what)


def _rows(page: Page, node: NodeResults) -> Iterator[list[str]]:
    yield from _row(page, page.word("overall"), node.overall, prudent=node.prudent)
    for process in node.processes:
        yield from _process(page, process)


def _process(page: Page, process: ProcessResult) -> Iterator[list[str]]:
    yield from _row(page, page.label(process.key), process.result, prudent=process.prudent)
    for step in process.steps:
        yield from _step(page, step)
    yield from _row(page, page.word("kpis"), process.kpi_maturity)
    for kpi in process.kpis:
        yield from _row(page, page.label(kpi.key), kpi.result)


def _step(page: Page, step: StepResult) -> Iterator[list[str]]:
    yield from _row(page, page.label(step.key), step.result, prudent=step.prudent)
    for item in step.items:
        yield from _item(page, item)


def _item(page: Page, item: ItemResult) -> Iterator[list[str]]:
    yield from _row(page, page.label(item.key), item.result, dont_know=item.dont_know)


def _row(
    page: Page, label: str, result: Result, *, prudent: float | None = None, dont_know: float | None = None
) -> Iterator[list[str]]:
    """Label, then the cells in the order of the columns; none where nothing is told."""
    if result.value is None:
        return
    agreement = result.agreement
    yield [
        label,
        page.bounds(result.comparison),
        page.bounds(result.range),
        page.number(prudent),
        page.percent(result.coverage),
        page.number(agreement.spread if agreement else None),
        page.number(agreement.deviation if agreement else None),
        "" if agreement is None else page.word("yes" if agreement.consensus else "no"),
        page.percent(dont_know),
    ]
