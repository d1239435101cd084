"""What is published of each node on one process: numbers where they may be seen, states with their reason everywhere else."""

from collections.abc import Iterator, Mapping, Sequence
from math import isnan
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from assess.maturity import kpi, scoring
from assess.maturity.arrays import Flags
from assess.maturity.evidenced import Evidenced
from assess.maturity.model import (
    Band,
    Factual,
    ItemResult,
    KpiResult,
    PerspectiveGap,
    ProcessResult,
    Result,
    State,
    StepResult,
)
from assess.maturity.panels import Panel
from assess.maturity.recorded import Recorded, finding
from assess.maturity.rollup import Rolled
from assess.maturity.scoring import TOLERANCE
from assess.maturity.stages import Climb, Evidence, StagedItem, climbed, lowest
from assess.maturity.tables import absent, lists_in, rows_in
from assess.maturity.tree import Node
from assess.questionnaire.model import Item, Kind, Process, Step
from assess.words import Key

INVISIBLE = 0.3
"""The share of "don't know" from which a practice counts as invisible."""

Learning = Mapping[int, tuple[float, float]]
"""By place in the tree, the value of the learning step and its lower bound."""
Gaps = Mapping[tuple[UUID, Key], list[PerspectiveGap]]

_MIDDLES: Mapping[Band, float] = {"<2": 1.5, "2-3": 2.5, "3-4": 3.5, ">4": 4.5}


class Shown(Struct, frozen=True):
    """A process of a node as it is published, and its climb where it is staged."""

    process: Process
    result: ProcessResult
    climb: Climb | None = None


class Source(Struct, frozen=True):
    """A process with all that its published words are made of. banded: by column, the items that are told by their band."""

    panel: Panel
    rolled: Rolled
    recorded: Recorded
    banded: Flags
    evidenced: Evidenced

    @property
    def indicative(self) -> bool:
        """From a short form."""
        return self.panel.asked.indicative


class Row(Struct, frozen=True):
    """One node's results on one process, in the order of the columns."""

    node: UUID
    place: int
    items: list[Result]
    steps: list[Result]
    process: Result
    careful: float
    evidenced: float
    means: list[float]
    prudent: list[float]
    linked: list[float]
    dont_know: list[float]
    rungs: list[list[float]]


def shown_in(source: Source, nodes: Sequence[Node], learning: Learning, gaps: Gaps) -> Iterator[Shown]:
    """The process at every node of the tree, in the tree's order."""
    words: _Words | _ShortForm = _ShortForm(source, gaps) if source.indicative else _Words(source, learning, gaps)
    rows = _rows(source, nodes)
    places = set(source.rolled.below.places.tolist())
    unseen: dict[State, Shown] = {}
    for place, node in enumerate(nodes):
        if place in places:
            yield words.shown(next(rows))
        else:
            state = source.panel.crowd.state(node.id)
            if state not in unseen:
                unseen[state] = _unseen(source.panel.process, state, indicative=source.indicative)
            yield unseen[state]


def learning_in(sources: Sequence[Source], step: Key) -> Learning:
    """Where the learning step is scored, its value and its lower bound; never from a short form."""
    for source in sources:
        keys = [each.key for each in source.panel.process.steps]
        if step in keys and not source.panel.asked.indicative:
            table, column = source.rolled.steps, keys.index(step)
            values = zip(table.value[:, column].tolist(), table.low[:, column].tolist(), strict=True)
            found = zip(source.rolled.below.places.tolist(), values, strict=True)
            return {place: pair for place, pair in found if not isnan(pair[0])}
    return {}


def _rows(source: Source, nodes: Sequence[Node]) -> Iterator[Row]:
    rolled, crowd = source.rolled, source.panel.crowd
    places = rolled.below.places.tolist()
    fragile = [crowd.fragile(nodes[place].id) for place in places]
    by_item = [scoring.index if item.kind is Kind.PRACTICE else kpi.index for item in source.panel.asked.items]
    by_step = [*(scoring.index for _ in source.panel.process.steps), kpi.index]
    parts = zip(
        places,
        rows_in(rolled.items, by_item, fragile),
        rows_in(rolled.steps, by_step, fragile),
        rows_in(rolled.process, [scoring.index], fragile),
        rolled.careful.tolist(),
        source.evidenced.whole.tolist(),
        lists_in(rolled.items.value, rolled.prudent, source.evidenced.steps, rolled.dont_know, rolled.rungs),
        strict=True,
    )
    for place, items, steps, (process,), careful, evidenced, rest in parts:
        yield Row(nodes[place].id, place, items, steps, process, careful, evidenced, *rest)


class _Words:
    """A process that may be seen, with all that its steps' levels depend on."""

    def __init__(self, source: Source, learning: Learning, gaps: Gaps):
        self.source, self.learning, self.gaps = source, learning, gaps
        self.process = source.panel.process
        self.columns = source.panel.asked.columns
        self.banded = source.banded.tolist()

    def shown(self, row: Row) -> Shown:
        """One node's results."""
        climbs = [self._climb(row, step, number) for number, step in enumerate(self.process.steps)]
        scored = row.process.state is State.SCORED
        climb = lowest([found for found in climbs if found]) if scored else None
        maturity = row.steps[-1] if self.process.kpis else absent(State.NOT_ASKED)
        result = ProcessResult(
            key=self.process.key,
            in_overall=self.process.in_overall,
            result=row.process,
            prudent=told(row.careful),
            evidenced=scoring.in_steps(row.evidenced),
            staged=climb.staged if climb else None,
            weakest_step=self._weakest(row),
            steps=[
                self._step(row, step, number, climb)
                for number, (step, climb) in enumerate(zip(self.process.steps, climbs, strict=True))
            ],
            kpi_maturity=maturity,
            kpis=[*(self._kpi(row, item) for item in self.process.kpis), *self._unasked(row)],
            indicative=False,
            gaps=self.gaps.get((row.node, self.process.key), []),
            balanced=None,
        )
        return Shown(self.process, result, climb)

    def _weakest(self, row: Row) -> Key | None:
        """The lowest scored step, the first of equals: a chain is bought by the client at its weakest link."""
        scored = [(found.value, number) for number, found in enumerate(row.steps[:-1]) if found.value is not None]
        return self.process.steps[min(scored)[1]].key if scored else None

    def _step(self, row: Row, step: Step, number: int, climb: Climb | None) -> StepResult:
        return StepResult(
            key=step.key,
            result=row.steps[number],
            prudent=told(row.prudent[number]),
            evidenced=scoring.in_steps(row.linked[number]),
            staged=climb.staged if climb else None,
            items=[self._item(row, item, self.columns[item.key]) for item in step.items],
            balanced=None,
        )

    def _item(self, row: Row, item: Item, column: int) -> ItemResult:
        """A practice; of one that must not be told exactly only the band of its mean."""
        result, unknown = row.items[column], row.dont_know[column]
        band = _band(result.value) if self.banded[column] and result.value is not None else None
        if band:
            result = replace(result, value=_MIDDLES[band], index=scoring.index(_MIDDLES[band]))
        return ItemResult(
            key=item.key,
            result=result,
            band=band,
            dont_know=scoring.in_steps(unknown),
            invisible=unknown >= INVISIBLE - TOLERANCE,
        )

    def _climb(self, row: Row, step: Step, number: int) -> Climb | None:
        """The staged level of a scored step; items that do not apply are no part of it."""
        found = row.steps[number]
        if found.value is None:
            return None
        columns = [self.columns[item.key] for item in step.items]
        items = [
            StagedItem(item.weight, item.gate, told(row.means[column]))
            for item, column in zip(step.items, columns, strict=True)
            if row.items[column].state is not State.NOT_APPLICABLE
        ]
        rungs = row.steps[-1]
        learning, sure = self.learning.get(row.place, (None, None))
        evidence = Evidence(value=found.value, items=items, kpi=rungs.value, learning=learning)
        return climbed(evidence, value=_low(found) or found.value, kpi=_low(rungs), learning=sure)

    def _kpi(self, row: Row, item: Item) -> KpiResult:
        """An indicator: as people see it, as its record shows it, and how far the two are apart."""
        column = self.columns[item.key]
        result, rungs = row.items[column], row.rungs[column - self.source.panel.asked.practices]
        scored = result.state is State.SCORED
        factual = self._factual(row, item.key)
        gap = result.value - factual.rung if factual and result.value is not None else None
        return KpiResult(
            key=item.key,
            result=result,
            rung=kpi.confirmed(rungs[:-1], rungs[-1]) if scored else None,
            awareness=scoring.in_steps(rungs[-1]) if scored else None,
            factual=factual,
            gap=gap,
            finding=finding(gap),
        )

    def _unasked(self, row: Row) -> Iterator[KpiResult]:
        """The indicators that nobody is asked about, but that have a record."""
        for key in sorted(self.source.recorded.nodes.keys() - self.columns.keys()):
            if factual := self._factual(row, key):
                yield KpiResult(
                    key=key,
                    result=absent(State.NOT_ASKED),
                    rung=None,
                    awareness=None,
                    factual=factual,
                    gap=None,
                    finding=None,
                )

    def _factual(self, row: Row, key: Key) -> Factual | None:
        return self.source.recorded.at(key, row.node, self.source.panel.crowd.groups[row.node])


class _ShortForm:
    """A process from a short form: itself, and nothing below it."""

    def __init__(self, source: Source, gaps: Gaps):
        self.shape = _unseen(source.panel.process, State.INDICATIVE, indicative=True)
        process = source.panel.process
        self.steps = [_bare(step) for step in process.steps]
        self.kpis = [_bare_kpi(item) for item in process.kpis]
        self.gaps = gaps

    def shown(self, row: Row) -> Shown:
        """One node's results."""
        shape = self.shape
        gaps = [gap for gap in self.gaps.get((row.node, shape.process.key), []) if gap.step is None]
        numbers = {"prudent": told(row.careful), "evidenced": scoring.in_steps(row.evidenced)}
        said = replace(shape.result, result=row.process, gaps=gaps, **numbers)
        result = replace(said, steps=self.steps, kpis=self.kpis)
        return Shown(shape.process, result)


def _bare(step: Step) -> StepResult:
    items = [
        ItemResult(key=item.key, result=absent(State.INDICATIVE), band=None, dont_know=None, invisible=False)
        for item in step.items
    ]
    result = absent(State.INDICATIVE)
    return StepResult(
        key=step.key, result=result, prudent=None, evidenced=None, staged=None, items=items, balanced=None
    )


def _bare_kpi(item: Item) -> KpiResult:
    return KpiResult(
        key=item.key,
        result=absent(State.INDICATIVE),
        rung=None,
        awareness=None,
        factual=None,
        gap=None,
        finding=None,
    )


def _unseen(process: Process, state: State, *, indicative: bool) -> Shown:
    """The shape of a process without any of its numbers."""
    result = ProcessResult(
        key=process.key,
        in_overall=process.in_overall,
        result=absent(state),
        prudent=None,
        evidenced=None,
        staged=None,
        weakest_step=None,
        steps=[
            StepResult(
                key=step.key, result=absent(state), prudent=None, evidenced=None, staged=None, items=[], balanced=None
            )
            for step in process.steps
        ],
        kpi_maturity=absent(state),
        kpis=[],
        indicative=indicative,
        gaps=[],
        balanced=None,
    )
    return Shown(process, result)


def told(value: float) -> float | None:
    """A number, or none."""
    return None if isnan(value) else value


def _low(result: Result) -> float | None:
    """The lower bound; of what has none, as it rests on facts, the value."""
    return result.interval.low if result.interval else result.value


def _band(mean: float) -> Band:
    if mean < 2:
        return "<2"
    if mean < 3:
        return "2-3"
    return "3-4" if mean <= 4 else ">4"
