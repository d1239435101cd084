"""The balanced score: what perspectives say of a step or process, each by the share that was declared before anybody answered.

It is made of what is published already, and of nothing else: the means that the gaps tell, the ordinary results and the mask.
So nobody learns anything from it that they could not have added up.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import fsum
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from assess.campaign.model import Perspective, PerspectiveShare
from assess.maturity.model import (
    Balanced,
    BalancedPart,
    PerspectiveGap,
    ProcessResult,
    State,
    View,
)
from assess.maturity.perspectives import Perspectives
from assess.maturity.scoring import index
from assess.maturity.tree import Node
from assess.words import Key

DECIMALS = 2
"""Of a balanced value: the means in it are told by the tenth."""


class Balance(Struct, frozen=True):
    """The declared shares, the nodes with teams below them, and why a mean is not told there.

    hidden: by node and process, the mask's reason for each perspective; told: by process, whom some gap tells of.
    """

    shares: Sequence[PerspectiveShare]
    inner: frozenset[UUID]
    hidden: Mapping[tuple[UUID, Key], Mapping[Perspective, State]]
    told: Mapping[Key, frozenset[Perspective]]

    def beside(self, node: UUID, process: ProcessResult) -> ProcessResult:
        """A node's process with its balanced scores; of a single team, and where no balance was declared, as it is."""
        if node not in self.inner:
            return process
        steps = process.steps
        if not process.indicative:
            found = [self._balanced(node, process, step.key, step.result.state) for step in steps]
            steps = [replace(step, balanced=balanced) for step, balanced in zip(steps, found, strict=True)]
        whole = self._balanced(node, process, None, process.result.state)
        return replace(process, steps=steps, balanced=whole)

    def _balanced(self, node: UUID, process: ProcessResult, step: Key | None, state: State) -> Balanced:
        views = views_in(process.gaps, step)
        why = {each.perspective: self._reason(node, process.key, each.perspective, state) for each in self.shares}
        return balanced_of(self.shares, views, state, why)

    def _reason(self, node: UUID, process: Key, name: Perspective, state: State) -> State:
        """Why a perspective has no mean: what hides the result hides it, else what the mask says of it.

        The mask names perspectives of nodes where it hides some. What it does not name there can be seen, but nothing that it
        is compared with. Where it names none, too few are there of the perspective, or of those whom it is compared with,
        unless it is told of another node.
        """
        if state is not State.SCORED:
            return state
        hidden = self.hidden.get((node, process), {})
        apart = bool(hidden) or name in self.told.get(process, ())
        return hidden.get(name, State.PROTECTS_OTHERS if apart else State.BELOW_THRESHOLD)


def balance_of(shares: Sequence[PerspectiveShare] | None, nodes: Sequence[Node], published: Perspectives) -> Balance:
    """What balanced scores are made from; without shares there are none."""
    if not shares:
        return Balance([], frozenset(), {}, {})
    hidden: dict[tuple[UUID, Key], dict[Perspective, State]] = {}
    for cell in published.hidden:
        if cell.process is not None and cell.perspective is not None:
            hidden.setdefault((cell.node, cell.process), {})[cell.perspective] = cell.reason
    told: dict[Key, frozenset[Perspective]] = {}
    for (_, process), gaps in published.gaps.items():
        told[process] = told.get(process, frozenset()) | {side.perspective for gap in gaps for side in _sides(gap)}
    inner = frozenset(node.parent for node in nodes if node.parent is not None)
    return Balance(shares, inner, hidden, told)


def views_in(gaps: Iterable[PerspectiveGap], step: Key | None) -> dict[Perspective, View]:
    """What each perspective says of a step (none: of the whole process), as the gaps tell it."""
    return {side.perspective: side for gap in gaps if gap.step == step for side in _sides(gap)}


def balanced_of(
    shares: Iterable[PerspectiveShare],
    views: Mapping[Perspective, View],
    state: State,
    why: Mapping[Perspective, State],
) -> Balanced:
    """``Σ share·mean``, in levels; absent where the ordinary result is (``state``), or a mean.

    why: by perspective, the reason where it has no mean.
    """
    parts = [_part(each, views.get(each.perspective), why) for each in shares]
    states = [state, *(part.state for part in parts)]
    missing = next((each for each in states if each is not State.SCORED), None)
    if missing is not None:
        return Balanced(value=None, index=None, state=missing, parts=parts)
    value = round(fsum(part.share * part.mean for part in parts if part.mean is not None), DECIMALS)
    return Balanced(value=value, index=round(index(value), DECIMALS), state=State.SCORED, parts=parts)


def _part(share: PerspectiveShare, view: View | None, why: Mapping[Perspective, State]) -> BalancedPart:
    return BalancedPart(
        perspective=share.perspective,
        share=share.share,
        mean=None if view is None else view.mean,
        n=None if view is None else view.n,
        state=why[share.perspective] if view is None else State.SCORED,
    )


def _sides(gap: PerspectiveGap) -> tuple[View, View]:
    return gap.left, gap.right
