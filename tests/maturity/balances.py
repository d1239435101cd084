"""Whoever reads what is published and adds up the balanced scores: from gaps, ordinary states and the mask, and nothing else."""

from collections.abc import Iterator, Mapping
from math import fsum
from uuid import UUID

from assess.maturity.model import Balanced, CampaignResults, PerspectiveGap, ProcessResult, State

Shares = Mapping[str, float]
Found = tuple[UUID, str, str | None, Balanced | None]
"""A node, a process, a step (none: the whole process), and the balanced score there."""


class Reader:
    """Somebody with the results of a campaign, who knows the declared shares."""

    def __init__(self, results: CampaignResults, shares: Shares):
        self.results, self.shares = results, shares
        self.inner = {node.parent for node in results.nodes}
        self.mask = {(cell.node, cell.process, cell.perspective): cell.reason for cell in results.mask}
        self.told = {
            (process.key, view.perspective)
            for node in results.nodes
            for process in node.processes
            for gap in process.gaps
            for view in (gap.left, gap.right)
        }

    def surprises(self) -> list[Found]:
        """The balanced scores that are not as the rest of what is published makes them."""
        return [place for place in self.places() if not self._expected(*place)]

    def places(self) -> Iterator[Found]:
        """Wherever there is or may be one."""
        for node in self.results.nodes:
            for process in node.processes:
                yield node.node, process.key, None, process.balanced
                yield from ((node.node, process.key, step.key, step.balanced) for step in process.steps)

    def _expected(self, node: UUID, key: str, step: str | None, found: Balanced | None) -> bool:
        process = self._process(node, key)
        if node not in self.inner or (process.indicative and step is not None):
            return found is None
        assert found is not None
        means = means_in(process.gaps, step)
        ordinary = process if step is None else next(each for each in process.steps if each.key == step)
        states = [ordinary.result.state]
        if states[0] is State.SCORED:
            states += [self._why(node, key, name) for name in self.shares if name not in means]
        parts = [(part.perspective, part.share, part.mean) for part in found.parts]
        right = parts == [(name, share, means.get(name)) for name, share in self.shares.items()]
        missing = next((state for state in states if state is not State.SCORED), State.SCORED)
        return right and found.state is missing and self._adds_up(found, means)

    def _adds_up(self, found: Balanced, means: Mapping[str, float]) -> bool:
        if found.state is not State.SCORED:
            return (found.value, found.index) == (None, None)
        assert found.value is not None
        assert found.index is not None
        exact = fsum(share * means[name] for name, share in self.shares.items())
        return abs(found.value - exact) <= 0.005 + 1e-9 and abs(found.index - 25 * (found.value - 1)) < 1e-9

    def _why(self, node: UUID, process: str, name: str) -> State:
        """What the mask says of a perspective; of one that it does not name, whether it is told or named at all."""
        apart = (process, name) in self.told or any(
            where == node and key == process and whose for where, key, whose in self.mask
        )
        return self.mask.get((node, process, name), State.PROTECTS_OTHERS if apart else State.BELOW_THRESHOLD)

    def _process(self, node: UUID, key: str) -> ProcessResult:
        (found,) = [each for each in self.results.nodes if each.node == node]
        return next(process for process in found.processes if process.key == key)


def means_in(gaps: list[PerspectiveGap], step: str | None) -> dict[str, float]:
    """The mean of each perspective, which is the same in every gap."""
    found: dict[str, float] = {}
    for gap in gaps:
        if gap.step == step:
            for view in (gap.left, gap.right):
                assert found.setdefault(view.perspective, view.mean) == view.mean
    return found
