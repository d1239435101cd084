"""How a score derives from its ledgers, in exact fractions: overall ← processes ← steps ← groups of people ← items.

The rules are those of scoring (what counts, what loses its weight, what is missing); each result is a line that lists its inputs
with their shares. Sensitive items stand in one line together, so that the mean of none of them can be told from the others.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from fractions import Fraction
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from assess.campaign.model import Contract
from assess.maturity.ledger import GroupLedger, ItemTally, Ledger
from assess.maturity.model import Hidden, ItemResult, NodeResults, ProcessResult, State
from assess.maturity.scores.exact import HIGHEST, LOWEST, MIDDLE, fraction, mean_of
from assess.maturity.scores.lines import (
    LEAST_OF_HEADCOUNT,
    LEAST_OF_PROCESS,
    LEAST_OF_STEP,
    Line,
    exposed,
    made_of,
    merged,
    pooled,
    walk,
)
from assess.maturity.tree import Node, nodes_of
from assess.questionnaire.model import Item, Kind, Process, Questionnaire, Step
from assess.words import Digest, Key, Text

OVERALL = "overall"
"""The address of the overall score."""


class Facts(Struct, frozen=True, kw_only=True):
    """What a score is explained from: its published results, and the ledgers of all published nodes at and below its node."""

    campaign_id: UUID
    engine: str
    inputs_digest: Digest
    threshold: int
    score: NodeResults
    contract: Contract
    questionnaires: dict[Digest, Questionnaire]
    ledgers: dict[UUID, Ledger]
    mask: list[Hidden]


class Group(Struct, frozen=True, kw_only=True):
    """People who are counted together on a process: how many were invited, and a line for each item, as they see it.

    at: what stands behind the address of a step or an item. records: of KPIs with a record, the line that it makes.
    """

    at: str
    name: Text
    headcount: int
    lines: Mapping[Key, Line]
    records: Mapping[Key, Line]


class Asked(Struct, frozen=True, kw_only=True):
    """A process of the score: as it was asked, as it was published, and the groups that its numbers are made of.

    whole: all people stand in one group of the node itself, so that its steps are made of items at once. banded: the items whose
    means are not told.
    """

    process: Process
    indicative: bool
    found: ProcessResult
    groups: list[Group]
    whole: bool
    banded: set[Key]

    @property
    def seen(self) -> bool:
        """Whether any number of it may be seen; what cannot be seen has its steps without items."""
        if self.indicative:
            return self.found.result.state is State.SCORED
        return any(step.items for step in self.found.steps)


class ItemMean(Struct, frozen=True, kw_only=True):
    """An item of the node. line: what it is made of; banded: its mean is not told, in a group of the node or of all of them."""

    item: Item
    step: Key | None
    line: Line
    mean: Fraction | None
    banded: bool


class Derived(Struct, frozen=True):
    """A score, derived: its lines from the overall score down, its processes, and each item of the node by process and key."""

    root: Line
    processes: list[Line]
    asked: list[Asked]
    items: dict[tuple[int, Key], ItemMean]

    def parts(self, place: int) -> dict[str, Line]:
        """The steps and the KPI maturity of a process, by address."""
        return {part.of: part for part in self.processes[place].parts}

    def step(self, key: Key) -> Line | None:
        """The first step of that key, whichever process it belongs to."""
        return next((part for process in self.processes for part in process.parts if part.of == key), None)

    def addressed(self) -> dict[str, Line]:
        """Every line by its address; of equal ones the first."""
        found: dict[str, Line] = {}
        for line in walk(self.root):
            found.setdefault(line.of, line)
        for each in self.items.values():
            found.setdefault(each.line.of, each.line)
        return found


Shifts = Mapping[Key, Fraction]
"""By item, how many levels every group's mean moves, within the ladder: none for what is, some for what would be."""


def nodes_below(contract: Contract, top: UUID) -> list[Node]:
    """A node of the tree as it was at launch, and all below it: a parent before its children, siblings by key."""
    seen = {top}
    nodes = nodes_of(contract)
    for node in nodes:
        if node.parent in seen:
            seen.add(node.id)
    return [node for node in nodes if node.id in seen]


def derived(facts: Facts, shifts: Shifts | None = None) -> Derived:
    """The score with everything that it is made of, exactly."""
    asked = asked_of(facts, shifts or {})
    items = {(place, each.item.key): each for place, found in enumerate(asked) for each in _item_means(found)}
    processes = [_process(found) for found in asked]
    return Derived(_overall(facts.score, asked, processes), processes, asked, items)


def asked_of(facts: Facts, shifts: Shifts) -> list[Asked]:
    """The processes of the score in their published order, with their groups in the order of the tree."""
    waiting = [
        (version.digest, process)
        for version in facts.contract.questionnaires
        for process in facts.questionnaires[version.digest].processes
    ]
    nodes = nodes_below(facts.contract, facts.score.node)
    digests = {team.team_id: set(team.questionnaires) for team in facts.contract.teams}
    asked = []
    for found in facts.score.processes:  # two versions of one process stand in the contract's order
        digest, process = next(pair for pair in waiting if pair[1].key == found.key)
        waiting.remove((digest, process))
        ledgers = [
            (node, ledger)
            for node in nodes
            for ledger in (facts.ledgers[node.id].groups if node.id in facts.ledgers else ())
            if ledger.process == found.key and digest in digests.get(ledger.nodes[0], ())
        ]
        alone = len(ledgers) == 1 and ledgers[0][0].id == facts.score.node
        groups = [
            group_of(process, ledger, _name(node, ledger), "" if alone else f"@{node.key}", shifts)
            for node, ledger in ledgers
        ]
        indicative = facts.questionnaires[digest].indicative
        banded = _banded(process, found, groups)
        asked.append(
            Asked(process=process, indicative=indicative, found=found, groups=groups, whole=alone, banded=banded)
        )
    return asked


def _name(node: Node, ledger: GroupLedger) -> Text:
    """The team's, or that of the node which the pooled teams stand below."""
    if ledger.nodes == [node.id]:
        return {"fr": node.name, "en": node.name}
    return {"fr": f"Autres, {node.name}", "en": f"Others, {node.name}"}


def group_of(process: Process, ledger: GroupLedger, name: Text, at: str = "", shifts: Shifts | None = None) -> Group:
    """A group of people with what its ledger says of each item of the process."""
    lines = {item.key: _item(item, ledger.items[item.key], at, shifts or {}) for item in process.items()}
    records = {
        key: _recorded(lines[key], f"{key}:record{at}", rung, ledger.headcount) for key, rung in ledger.rungs.items()
    }
    return Group(at=at, name=name, headcount=ledger.headcount, lines=lines, records=records)


def _overall(score: NodeResults, asked: Sequence[Asked], processes: Sequence[Line]) -> Line:
    """The mean of the processes that count in it; when they do it was decided with the results."""
    line = Line(
        of=OVERALL,
        kind="overall",
        name={"fr": score.name, "en": score.name},
        state=score.overall.state,
        weight=Fraction(1),
        base=MIDDLE[Kind.PRACTICE],
        n=score.overall.n,
        staged=score.staged,
    )
    parts = [replace(part, beside=not found.process.in_overall) for found, part in zip(asked, processes, strict=True)]
    if score.overall.state is not State.SCORED:
        return replace(line, parts=parts)
    state, value, parts = made_of(parts, Fraction(1))
    return replace(line, state=state, value=value, parts=parts)


def _process(asked: Asked) -> Line:
    process = asked.process
    line = Line(
        of=process.key,
        kind="process",
        name=process.title,
        state=asked.found.result.state,
        weight=fraction(process.weight),
        base=MIDDLE[Kind.PRACTICE],
        n=asked.found.result.n,
        staged=asked.found.staged,
    )
    if not asked.seen:
        return replace(line, parts=[] if asked.indicative else _unseen(asked))
    steps = [_step(asked, step) for step in process.steps]
    state, value, steps = made_of(steps, LEAST_OF_PROCESS)
    line = replace(line, state=state, value=value)
    if asked.indicative:
        return replace(line, parts=[_short(line, process)])
    return replace(line, parts=steps + ([_kpi_maturity(asked)] if process.kpis else []))


def _unseen(asked: Asked) -> list[Line]:
    """The steps of a process of which nothing may be seen."""
    state, base = asked.found.result.state, MIDDLE[Kind.PRACTICE]
    return [
        Line(of=step.key, kind="step", name=step.title, state=state, weight=fraction(step.weight), base=base)
        for step in asked.process.steps
    ]


def _short(line: Line, process: Process) -> Line:
    """What an express form says: the process as one line, as no step of it is told."""
    count = sum(len(step.items) for step in process.steps)
    name = {"fr": f"{count} questions de la forme courte", "en": f"{count} questions of the short form"}
    whole = Fraction(1)
    return replace(
        line, of=f"{line.of}:short", kind="combined", name=name, weight=whole, share=whole, n=None, staged=None
    )


def _step(asked: Asked, step: Step) -> Line:
    found = next(each for each in asked.found.steps if each.key == step.key)
    line = Line(
        of=step.key,
        kind="step",
        name=step.title,
        state=found.result.state,
        weight=fraction(step.weight),
        base=MIDDLE[Kind.PRACTICE],
        n=found.result.n,
        staged=found.staged,
    )
    return _rolled_up(line, asked, [step_of(group, step, asked.banded) for group in asked.groups])


def _kpi_maturity(asked: Asked) -> Line:
    """The process's KPI maturity, on rungs: an axis of its own, beside the score."""
    line = Line(
        of=f"{asked.process.key}:kpis",
        kind="kpi_maturity",
        name={"fr": "Maturité des indicateurs", "en": "KPI maturity"},
        state=asked.found.kpi_maturity.state,
        weight=Fraction(1),
        base=MIDDLE[Kind.KPI],
        n=asked.found.kpi_maturity.n,
        beside=True,
    )
    return _rolled_up(
        line, asked, [_composed(group, line.of, asked.process.kpis, asked.banded) for group in asked.groups]
    )


def _rolled_up(line: Line, asked: Asked, groups: list[Line]) -> Line:
    """A step from its groups, weighted by the people invited; of one group of the node itself, at once from its items."""
    if asked.whole:
        own = groups[0]
        return replace(line, state=own.state, value=own.value, parts=own.parts)
    state, value, groups = made_of(groups, LEAST_OF_HEADCOUNT)
    return replace(line, state=state, value=value, parts=groups)


def step_of(group: Group, step: Step, banded: Set[Key] = frozenset()) -> Line:
    """A step of one group of people, from its items; of ``banded`` and sensitive ones no mean is told."""
    return _composed(group, step.key, step.items, banded)


def _composed(group: Group, of: str, items: Sequence[Item], banded: Set[Key]) -> Line:
    """Items of one group as one result: a step, or (of indicators) the KPI maturity."""
    lines = [group.records.get(item.key) or group.lines[item.key] for item in items]
    scored = [item for item, line in zip(items, lines, strict=True) if line.state is State.SCORED]
    hiding = {f"{key}{group.at}" for key in exposed(scored)}
    state, value, parts = made_of(pooled(lines, hiding), LEAST_OF_STEP)
    if len(scored) == 1 and scored[0].sensitive:  # it alone would be told by the step
        state, value, parts = State.LOW_COVERAGE, None, list(lines)
    together = [item for item in scored if item.key in banded | exposed(scored)]
    return _of_group(group, of, MIDDLE[items[0].kind], state, value, merged(of, parts, together, group.at))


def _of_group(group: Group, of: str, base: Fraction, state: State, value: Fraction | None, parts: list[Line]) -> Line:
    return Line(
        of=f"{of}{group.at}",
        kind="group",
        name=group.name,
        state=state,
        weight=Fraction(group.headcount),
        base=base,
        value=value,
        parts=parts,
    )


def _item(item: Item, tally: ItemTally, at: str, shifts: Shifts) -> Line:
    scored = tally.state is State.SCORED
    return Line(
        of=f"{item.key}{at}",
        kind="item" if item.kind is Kind.PRACTICE else "kpi",
        name=item.label,
        state=tally.state,
        weight=fraction(item.weight),
        base=MIDDLE[item.kind],
        value=shifted(item, mean_of(item, tally), shifts) if scored else None,
        n=tally.n if scored else None,
    )


def _recorded(line: Line, of: str, rung: float, headcount: int) -> Line:
    """An indicator with the rung of its record, a mean by headcount: a fact, whatever people say."""
    value = fraction(rung).limit_denominator(max(1, headcount))
    return replace(line, of=of, state=State.SCORED, value=value, n=None, factual=True)


def shifted(item: Item, mean: Fraction, shifts: Shifts) -> Fraction:
    """The mean moved by its shift, within the ladder."""
    if item.key not in shifts:
        return mean
    return min(HIGHEST[item.kind], max(LOWEST[item.kind], mean + shifts[item.key]))


def _item_means(asked: Asked) -> Iterator[ItemMean]:
    """Each item of the node, over its groups; of one whose mean is not told, the band."""
    published = {item.key: item for step in asked.found.steps for item in step.items}
    places = [(step.key, item) for step in asked.process.steps for item in step.items]
    for step, item in [*places, *((None, item) for item in asked.process.kpis)]:
        yield _item_mean(asked, item, step, published.get(item.key))


def _banded(process: Process, found: ProcessResult, groups: Sequence[Group]) -> set[Key]:
    """The items of which no mean is told anywhere: sensitive, published by a band, or exposing a sensitive one in a group."""
    banded = {item.key for item in process.items() if item.sensitive}
    banded |= {item.key for step in found.steps for item in step.items if item.band is not None}
    for items in [*(step.items for step in process.steps), process.kpis]:
        for group in groups:
            banded |= exposed([item for item in items if group.lines[item.key].state is State.SCORED])
    return banded


def _item_mean(asked: Asked, item: Item, step: Key | None, found: ItemResult | None) -> ItemMean:
    banded = item.key in asked.banded
    line = Line(
        of=item.key,
        kind="item" if item.kind is Kind.PRACTICE else "kpi",
        name=item.label,
        state=State.INDICATIVE if asked.indicative else asked.found.result.state,
        weight=fraction(item.weight),
        base=MIDDLE[item.kind],
    )
    if not asked.seen or asked.indicative:
        return ItemMean(item=item, step=step, line=line, mean=None, banded=banded)
    groups = [_group_mean(group, item) for group in asked.groups]
    state, mean, groups = made_of(groups, LEAST_OF_HEADCOUNT)
    if banded:
        line = replace(line, state=state, band=found.band if found else None)
    else:
        people = sum(group.n or 0 for group in groups) if state is State.SCORED else None
        line = replace(line, state=state, value=mean, n=people, parts=[] if asked.whole else groups)
    return ItemMean(item=item, step=step, line=line, mean=mean, banded=banded)


def _group_mean(group: Group, item: Item) -> Line:
    line = group.lines[item.key]
    return replace(line, of=f"{item.key}{group.at}", kind="group", name=group.name, weight=Fraction(group.headcount))
