"""What is published of each node: numbers where they may be seen, states with their reason everywhere else."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from assess.maturity import kpi, scoring
from assess.maturity.groups import CORE, GroupScores, ProcessScores
from assess.maturity.model import Hidden, NodeResults, ProcessResult, Result, State, StepResult
from assess.maturity.rollup import (
    PRACTICE,
    RUNG,
    NodeScores,
    Rolled,
    absent,
    item_result,
    kpi_result,
    node_scores,
    of_parts,
)
from assess.maturity.stages import LEARNING_STEP, Climb, Evidence, StagedItem, climbed, lowest
from assess.maturity.tree import Crowd, Node
from assess.questionnaire.model import Process, Step
from assess.words import Key


class Shown(Struct, frozen=True):
    """A process of a node, as it is published; ``rolled`` and ``climb`` are there only when it may be seen."""

    process: Process
    result: ProcessResult
    rolled: Rolled | None = None
    climb: Climb | None = None


class Seen(Struct, frozen=True):
    """A process of a node that may be seen, with all that its steps' levels depend on."""

    process: Process
    groups: list[GroupScores]
    scores: NodeScores
    learning: Rolled | None
    k: int
    fragile: bool


def node_results(node: Node, total: Crowd, processes: Sequence[ProcessScores], k: int) -> NodeResults:
    """Everything published about one node. ``total``: everybody who was asked anything."""
    shown = _processes(node.id, processes, k)
    results = [found.result for found in shown]
    overall, climb = _overall(shown, fragile=node.id in total.invited and total.fragile(node.id))
    counted = total.state(node.id) is State.SCORED
    return NodeResults(
        node=node.id,
        key=node.key,
        name=node.name,
        parent=node.parent,
        headcount=total.invited.get(node.id, 0),
        responses=total.answered[node.id] if counted else None,
        participation=total.participation(node.id) if counted else None,
        state=_state(total.state(node.id), results),
        overall=overall,
        staged=climb.staged if climb else None,
        processes=results,
    )


def mask_of(nodes: Sequence[Node], total: Crowd, processes: Sequence[ProcessScores]) -> list[Hidden]:
    """Every cell that nobody sees: in the order of the nodes, the count of responses before the processes."""
    crowds: list[tuple[Key | None, Crowd]] = [(None, total), *((found.process.key, found.crowd) for found in processes)]
    return [
        Hidden(node=node.id, key=node.key, name=node.name, process=process, reason=crowd.hidden[node.id])
        for node in nodes
        for process, crowd in crowds
        if node.id in crowd.hidden
    ]


def _state(state: State, results: Sequence[ProcessResult]) -> State:
    """``scored`` if any number of the node can be seen; otherwise the reason of the whole node."""
    if any(State.SCORED in {result.result.state, result.kpi_maturity.state} for result in results):
        return State.SCORED
    states = {result.result.state for result in results} - {State.NOT_ASKED}
    if state is not State.SCORED:
        return state
    return states.pop() if len(states) == 1 else State.LOW_COVERAGE


def _processes(node: UUID, processes: Sequence[ProcessScores], k: int) -> list[Shown]:
    scores = [node_scores(found, node) if found.crowd.state(node) is State.SCORED else None for found in processes]
    learning = next((seen.steps[LEARNING_STEP] for seen in scores if seen and LEARNING_STEP in seen.steps), None)
    return [
        _shown(Seen(found.process, found.at(node), seen, learning, k, found.crowd.fragile(node)))
        if seen
        else _unseen(found.process, found.crowd.state(node))
        for found, seen in zip(processes, scores, strict=True)
    ]


def _unseen(process: Process, state: State) -> Shown:
    """The shape of a process without any of its numbers."""
    result = ProcessResult(
        key=process.key,
        in_overall=process.in_overall,
        result=absent(state),
        staged=None,
        weakest_step=None,
        steps=[
            StepResult(key=step.key, result=absent(state), prudent=None, staged=None, items=[])
            for step in process.steps
        ],
        kpi_maturity=absent(state),
        kpis=[],
    )
    return Shown(process, result)


def _shown(seen: Seen) -> Shown:
    climbs = {step.key: _climb(seen, step) for step in seen.process.steps}
    climb = lowest([found for found in climbs.values() if found]) if seen.scores.process.estimate else None
    result = ProcessResult(
        key=seen.process.key,
        in_overall=seen.process.in_overall,
        result=seen.scores.process.result(PRACTICE, scoring.index, fragile=seen.fragile),
        staged=climb.staged if climb else None,
        weakest_step=seen.scores.weakest,
        steps=[_step(seen, step, climbs[step.key]) for step in seen.process.steps],
        kpi_maturity=_kpi_maturity(seen),
        kpis=[
            kpi_result(item, seen.groups, seen.scores.items[item.key], fragile=seen.fragile)
            for item in seen.process.kpis
        ],
    )
    return Shown(seen.process, result, seen.scores.process, climb)


def _step(seen: Seen, step: Step, climb: Climb | None) -> StepResult:
    rolled = seen.scores.steps[step.key]
    return StepResult(
        key=step.key,
        result=rolled.result(PRACTICE, scoring.index, fragile=seen.fragile),
        prudent=rolled.prudent,
        staged=climb.staged if climb else None,
        items=[
            item_result(item, seen.groups, seen.scores.items[item.key], seen.k, fragile=seen.fragile)
            for item in step.items
        ],
    )


def _kpi_maturity(seen: Seen) -> Result:
    if not seen.process.kpis:
        return absent(State.NOT_ASKED)
    return seen.scores.kpis.result(RUNG, kpi.index, fragile=seen.fragile)


def _climb(seen: Seen, step: Step) -> Climb | None:
    """The staged level of a scored step; items that do not apply are no part of it."""
    rolled = seen.scores.steps[step.key]
    bounds = rolled.interval(PRACTICE)
    if rolled.whole.value is None or bounds is None:
        return None
    means = [(item, seen.scores.items[item.key]) for item in step.items]
    evidence = Evidence(
        value=rolled.whole.value,
        items=[
            StagedItem(item.weight, item.gate, mean.value)
            for item, mean in means
            if mean.state is not State.NOT_APPLICABLE
        ],
        kpi=seen.scores.kpis.whole.value,
        learning=seen.learning.whole.value if seen.learning else None,
    )
    return climbed(
        evidence,
        value=bounds.low,
        kpi=_low(seen.scores.kpis, RUNG),
        learning=_low(seen.learning, PRACTICE) if seen.learning else None,
    )


def _low(rolled: Rolled, ladder: tuple[float, float]) -> float | None:
    bounds = rolled.interval(ladder)
    return None if bounds is None else bounds.low


def _overall(shown: Sequence[Shown], *, fragile: bool) -> tuple[Result, Climb | None]:
    """The mean of the processes that count, if all of them are scored; the level of the lowest."""
    counting = [found for found in shown if found.result.in_overall]
    asked = [found for found in counting if found.result.result.state is not State.NOT_ASKED]
    keys = [found.result.key for found in asked]
    needed = {found.result.key for found in counting}
    if not asked or (needed | set(CORE) if needed & set(CORE) else needed) - set(keys):
        return absent(State.NOT_ASKED), None
    missing = [found.result.result.state for found in asked if found.result.result.state is not State.SCORED]
    if missing or len(keys) > len(set(keys)):  # two versions of one process make no process
        return absent(missing[0] if missing else State.LOW_COVERAGE), None
    parts = [(found.process.weight, found.rolled) for found in asked if found.rolled]
    climb = lowest([found.climb for found in asked if found.climb])
    return of_parts(parts, 1.0).result(PRACTICE, scoring.index, fragile=fragile), climb
