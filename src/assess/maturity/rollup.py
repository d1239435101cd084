"""From the groups of people to the results of a node: a team is one group, a parent several.

Parents are rolled up from their groups' steps, weighted by headcount, so that low participation does not silence a team; then the
weights of steps and processes apply. A part counts when groups of 60 % of the invited people are scored on it.
"""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from msgspec import Struct

from assess.maturity import kpi, scoring
from assess.maturity.groups import GroupScores, ProcessScores
from assess.maturity.intervals import Estimate, interval, mixed
from assess.maturity.model import Band, Interval, ItemResult, KpiResult, Result, State
from assess.maturity.scoring import LADDERS, LEAST_OF_HEADCOUNT, LEAST_OF_PROCESS, Cell, Part, Score, Whole, whole
from assess.questionnaire.model import Item, Kind
from assess.words import Key

INVISIBLE = 0.3
"""The share of "don't know" from which a practice counts as invisible."""

PRACTICE, RUNG = LADDERS[Kind.PRACTICE], LADDERS[Kind.KPI]


class Rolled(Struct, frozen=True):
    """A step, a process or an overall score of one node. estimate: present when ``whole`` is scored."""

    whole: Whole
    coverage: float
    estimate: Estimate | None
    prudent: float | None

    def interval(self, ladder: tuple[float, float]) -> Interval | None:
        """What everybody invited would have said."""
        return None if self.estimate is None else interval(self.estimate, ladder)

    def result(self, ladder: tuple[float, float], index: Callable[[float], float], *, fragile: bool) -> Result:
        """The published words."""
        value = self.whole.value
        return Result(
            value=value,
            index=None if value is None else index(value),
            interval=self.interval(ladder),
            n=None if self.estimate is None else self.estimate.people,
            coverage=self.coverage,
            agreement=None,
            fragile=fragile,
            state=self.whole.state,
        )


class NodeScores(Struct, frozen=True):
    """A process of one node, before levels and words: its items, steps and KPIs, rolled up."""

    items: Mapping[Key, Whole]
    steps: Mapping[Key, Rolled]
    kpis: Rolled
    process: Rolled
    weakest: Key | None


def absent(state: State) -> Result:
    """No number, and why."""
    return Result(
        value=None, index=None, interval=None, n=None, coverage=None, agreement=None, fragile=False, state=state
    )


def node_scores(scores: ProcessScores, node: UUID) -> NodeScores:
    """Roll up a published node's groups."""
    groups = scores.at(node)
    process = scores.process
    steps = {step.key: _step([(group, group.steps[step.key]) for group in groups]) for step in process.steps}
    kpis = _step([(group, group.kpis) for group in groups if group.kpis is not None])
    return NodeScores(
        items={item.key: _item(groups, item.key) for item in process.items()},
        steps=steps,
        kpis=kpis,
        process=of_parts([(step.weight, steps[step.key]) for step in process.steps], LEAST_OF_PROCESS),
        weakest=_weakest(steps),
    )


def of_parts(parts: Sequence[tuple[float, Rolled]], least: float) -> Rolled:
    """A process from its steps, or the overall score from its processes."""
    total = whole((Part(weight, rolled.whole.state, rolled.whole.value) for weight, rolled in parts), least)
    estimates = [(weight, rolled.estimate) for weight, rolled in parts if rolled.estimate is not None]
    return Rolled(total, total.coverage, mixed(estimates) if total.state is State.SCORED else None, None)


def _step(parts: Sequence[tuple[GroupScores, Score]]) -> Rolled:
    """A step from its groups: Σ N·S / Σ N over the scored ones."""
    means = whole((Part(group.group.headcount, score.state, score.value) for group, score in parts), LEAST_OF_HEADCOUNT)
    prudent = whole(
        (Part(group.group.headcount, score.state, score.prudent) for group, score in parts), LEAST_OF_HEADCOUNT
    )
    if means.state is not State.SCORED:
        return Rolled(means, _coverage(parts), None, None)
    scored = [(group, score) for group, score in parts if score.state is State.SCORED]
    estimate = mixed([(group.group.headcount, group.estimate(score)) for group, score in scored])
    covered = Estimate(estimate.value, means.coverage, estimate.strata)
    return Rolled(means, _coverage(parts), covered, prudent.value)


def _coverage(parts: Sequence[tuple[GroupScores, Score]]) -> float:
    """The groups' coverage, weighted by headcount."""
    applicable = [
        (group.group.headcount, score.coverage) for group, score in parts if score.state is not State.NOT_APPLICABLE
    ]
    total = sum(headcount for headcount, _ in applicable)
    return sum(headcount * coverage for headcount, coverage in applicable) / total if total else 0.0


def _weakest(steps: Mapping[Key, Rolled]) -> Key | None:
    """The lowest scored step, the first of equals: a chain is bought by the client at its weakest link."""
    scored = {key: rolled.whole.value for key, rolled in steps.items() if rolled.whole.value is not None}
    return min(scored, key=scored.__getitem__, default=None)


def _item(groups: Sequence[GroupScores], key: Key) -> Whole:
    cells = [(group.group.headcount, group.cells[key]) for group in groups]
    return whole((Part(headcount, cell.state, cell.mean) for headcount, cell in cells), LEAST_OF_HEADCOUNT)


def item_result(item: Item, groups: Sequence[GroupScores], mean: Whole, k: int, *, fragile: bool) -> ItemResult:
    """A practice of a published node; of a sensitive one only the band of its mean."""
    cells = [group.cells[item.key] for group in groups]
    band = _band(mean.value) if item.sensitive and mean.value is not None else None
    value = _MIDDLES[band] if band else mean.value
    unknown = _dont_know(cells, k)
    return ItemResult(
        key=item.key,
        result=_cell_result(mean, cells, value, scoring.index, fragile=fragile),
        band=band,
        dont_know=None if unknown is None else round(unknown * 20) / 20,
        invisible=unknown is not None and unknown >= INVISIBLE - scoring.TOLERANCE,
    )


def kpi_result(item: Item, groups: Sequence[GroupScores], mean: Whole, *, fragile: bool) -> KpiResult:
    """An indicator of a published node."""
    cells = [group.cells[item.key] for group in groups]
    parts = [(group.group.headcount, kpi.perceived(group.cells[item.key])) for group in _scored_on(groups, item.key)]
    seen = kpi.together(parts) if mean.state is State.SCORED else None
    return KpiResult(
        key=item.key,
        result=_cell_result(mean, cells, mean.value, kpi.index, fragile=fragile),
        rung=None if seen is None else seen.rung,
        awareness=None if seen is None else seen.awareness,
    )


def _scored_on(groups: Sequence[GroupScores], key: Key) -> list[GroupScores]:
    return [group for group in groups if group.cells[key].state is State.SCORED]


def _cell_result(
    mean: Whole, cells: Sequence[Cell], value: float | None, index: Callable[[float], float], *, fragile: bool
) -> Result:
    """A single item's words; n counts the people of the scored groups. (Its interval needs the exact posterior: not yet.)"""
    scored = mean.state is State.SCORED
    return Result(
        value=value,
        index=None if value is None else index(value),
        interval=None,
        n=sum(cell.n for cell in cells if cell.state is State.SCORED) if scored else None,
        coverage=mean.coverage,
        agreement=None,
        fragile=fragile,
        state=mean.state,
    )


def _dont_know(cells: Sequence[Cell], k: int) -> float | None:
    """DK / (DK + levels) over the groups in which at least ``k`` people said one of them."""
    told = [cell for cell in cells if cell.known >= k]
    return sum(cell.dont_know for cell in told) / sum(cell.known for cell in told) if told else None


_MIDDLES: Mapping[Band, float] = {"<2": 1.5, "2-3": 2.5, "3-4": 3.5, ">4": 4.5}


def _band(mean: float) -> Band:
    if mean < 2:
        return "<2"
    if mean < 3:
        return "2-3"
    return "3-4" if mean <= 4 else ">4"
