"""Page 3, teams and steps: where views differ, what is hidden, and why."""

from collections.abc import Iterator

from msgspec import Struct

from assess.maturity.model import NodeResults, Result, State
from assess.report.findings import company, level, process_of, reason, sample, shown, step_of, told
from assess.report.model import ProcessWords, ResultFacts
from assess.report.sentences import quoted, say
from assess.typography import alphabetical

FRAGILE = " *"
"""Behind the number of people of a team in which only 30 to 50 % answered."""
IMPORTED = " †"
"""Behind the number of people of a team of which some answers were collected elsewhere."""
MOST_ROWS = 20
"""With more teams than this, processes instead of steps, in three panels."""
PANELS, PANEL_ROWS = 3, 22
ALIKE = 0.5
"""Half a level: less than that between any two teams is no contrast."""

HIDDEN = (State.BELOW_THRESHOLD, State.PROTECTS_OTHERS, State.LOW_PARTICIPATION)
ABSENT = (State.LOW_COVERAGE, State.NO_ANSWERS)
MARKS = dict(zip((*HIDDEN, *ABSENT), "abcde", strict=True))


class Cell(Struct, frozen=True, kw_only=True):
    """``level`` 1–5 colours the cell; ``mark`` refers to a reason; neither: not asked."""

    text: str
    level: int | None
    mark: str
    hidden: bool


class Row(Struct, frozen=True, kw_only=True):
    """A team, or a parent of teams (``whole``); ``depth`` indents; ``note`` is its n."""

    name: str
    note: str
    depth: int
    whole: bool
    cells: list[Cell]


class Columns(Struct, frozen=True, kw_only=True):
    """The columns of one process."""

    process: str
    title: str
    titles: list[str]


class Contrast(Struct, frozen=True, kw_only=True):
    """The page: one panel of steps, or several of processes when there are many teams."""

    kicker: str
    title: str
    lead: list[str]
    columns: list[Columns]
    panels: list[list[Row]]
    rest: str
    scale: str
    legend: list[tuple[str, str, bool]]
    notes: list[str]


def contrast(facts: ResultFacts) -> Contrast | None:
    """None when no team has anything to show."""
    teams = list(tree(facts))
    results = [result for node, _ in teams for result in steps_of(facts, node)]
    if not any(result is not None and shown(result) is not None for result in results):
        return None
    by_step = len(teams) <= MOST_ROWS
    nodes = [(company(facts), 0), *teams]
    room = MOST_ROWS + 1 if by_step else PANELS * PANEL_ROWS
    kept = [_row(facts, node, depth, by_step=by_step) for node, depth in nodes[:room]]
    size = len(kept) if by_step else PANEL_ROWS
    return Contrast(
        kicker=say("contrast.kicker", facts.language),
        title=_title(facts, _ranges(facts, by_step=by_step)),
        lead=[say("contrast.lead", facts.language)],
        columns=_columns(facts, by_step=by_step),
        panels=[kept[start : start + size] for start in range(0, len(kept), size)],
        rest=say("contrast.rest", facts.language, count=str(len(nodes) - room)) if len(nodes) > room else "",
        scale=say("contrast.scale", facts.language),
        legend=_legend(facts, kept),
        notes=[say(note, facts.language) for note in _notes(kept)],
    )


def _notes(rows: list[Row]) -> list[str]:
    marked = (("contrast.fragile", FRAGILE), ("contrast.imported", IMPORTED))
    return [
        "contrast.none",
        "contrast.parent",
        *(said for said, mark in marked if any(mark in row.note for row in rows)),
    ]


def parents(facts: ResultFacts) -> set[object]:
    """The nodes that have nodes below them."""
    return {node.parent for node in facts.results.nodes}


def tree(facts: ResultFacts) -> Iterator[tuple[NodeResults, int]]:
    """Every node but the company, parents before their teams, siblings in alphabetical order: never by score."""
    children: dict[object, list[NodeResults]] = {}
    for node in sorted(facts.results.nodes[1:], key=lambda node: (alphabetical(node.name), node.key)):
        children.setdefault(node.parent, []).append(node)
    waiting = [(node, 0) for node in reversed(children.get(company(facts).node, []))]
    while waiting:
        node, depth = waiting.pop()
        yield node, depth
        waiting.extend((child, depth + 1) for child in reversed(children.get(node.node, [])))


def _row(facts: ResultFacts, node: NodeResults, depth: int, *, by_step: bool) -> Row:
    results = steps_of(facts, node) if by_step else _processes(facts, node)
    whole = node.node in parents(facts)
    name = say("contrast.all", facts.language) if node.parent is None else node.name
    fragile = any(result is not None and result.fragile for result in results)
    note = sample(node.responses, facts.language) + (FRAGILE if fragile else "") + _imported(node)
    return Row(name=name, note=note, depth=depth, whole=whole, cells=[_cell(facts, node, result) for result in results])


def _imported(node: NodeResults) -> str:
    return IMPORTED if node.imported in {"some", "all"} else ""


def _cell(facts: ResultFacts, node: NodeResults, result: Result | None) -> Cell:
    value = None if result is None else shown(result)
    if value is not None:
        nearest = min(5, max(1, int(value + 0.5)))
        return Cell(text=level(value, facts.language), level=nearest, mark="", hidden=False)
    state = state_of(node, result)
    return Cell(text="", level=None, mark=MARKS.get(state, ""), hidden=state in HIDDEN)


def state_of(node: NodeResults, result: Result | None) -> State:
    """Why a cell is empty; a hidden team that says nothing at all about its steps is hidden in each of them."""
    if result is not None:
        return State.LOW_COVERAGE if result.state is State.SCORED else result.state
    return node.state if not node.processes and node.state is not State.SCORED else State.NOT_ASKED


def steps_of(facts: ResultFacts, node: NodeResults) -> list[Result | None]:
    """A node's result of each step of each process, in their order; none where it has no such step."""
    found = [step_of(node, step.key) for process in facts.processes for step in process.steps]
    return [None if step is None else step.result for step in found]


def _processes(facts: ResultFacts, node: NodeResults) -> list[Result | None]:
    found = [process_of(node, words.key) for words in facts.processes]
    return [None if process is None else process.result for process in found]


def _columns(facts: ResultFacts, *, by_step: bool) -> list[Columns]:
    return [_group(facts, words, by_step=by_step) for words in facts.processes]


def _group(facts: ResultFacts, words: ProcessWords, *, by_step: bool) -> Columns:
    title = told(words.title, facts.language)
    titles = [told(step.title, facts.language) for step in words.steps] if by_step else [title]
    return Columns(process=words.key, title=title if by_step else "", titles=titles)


def _legend(facts: ResultFacts, rows: list[Row]) -> list[tuple[str, str, bool]]:
    used = {cell.mark for row in rows for cell in row.cells}
    return [(mark, reason(state, facts), state in HIDDEN) for state, mark in MARKS.items() if mark in used]


def _title(facts: ResultFacts, ranges: list[tuple[float, float, float, str]]) -> str:
    language = facts.language
    if not ranges:
        return say("contrast.title.hidden", language)
    width, low, high, title = max(ranges, key=lambda entry: entry[0])
    if width < ALIKE:
        return say("contrast.title.alike", language)
    return say(
        "contrast.title", language, step=quoted(title, language), low=level(low, language), high=level(high, language)
    )


def _ranges(facts: ResultFacts, *, by_step: bool) -> list[tuple[float, float, float, str]]:
    """For each column that at least two teams show: width, lowest, highest, title; no team is named."""
    whole = parents(facts)
    teams = [node for node in facts.results.nodes[1:] if node.node not in whole]
    titles = [title for columns in _columns(facts, by_step=by_step) for title in columns.titles]
    rows = [steps_of(facts, node) if by_step else _processes(facts, node) for node in teams]
    ranges = []
    for title, column in zip(titles, zip(*rows, strict=True), strict=False):
        values = [value for result in column if result is not None and (value := shown(result)) is not None]
        if len(values) >= 2:
            ranges.append((max(values) - min(values), min(values), max(values), title))
    return ranges
