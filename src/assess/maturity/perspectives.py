"""What perspectives say of the nodes that have teams below them: which cells may be seen, and the gaps between them.

The close has pooled people so that the sums of pools tell nothing of too few (``campaign.voices``). A cell, a perspective of a
node, is the sum of the pools at the node and below it, and is whole as soon as there is one: people of a perspective are pooled
above a node only when nobody of it is pooled at or below it. What is left to do here is to show no cell of a node that the mask
hides, and none that would tell apart what the mask has put together.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import fsum, sqrt
from typing import Protocol
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from assess.campaign.model import PERSPECTIVES, Moments, Perspective, Voice
from assess.maturity.model import Hidden, Interval, PerspectiveGap, State, View
from assess.maturity.student import quantile, upper_tail
from assess.maturity.tree import Crowd, Node
from assess.questionnaire.model import Process
from assess.words import Key

PAIRS: tuple[tuple[Perspective, Perspective], ...] = (
    ("manager", "member"),
    ("manager", "client_facing"),
    ("headquarters", "member"),
    ("headquarters", "client_facing"),
)
"""Which gaps are told: those who steer first, those who do the work second, so that a positive gap is the known leniency."""
NOTABLE = 0.3
"""Levels that the whole interval of a gap must be above for it to be flagged: some leniency is expected."""


class Asked(Protocol):
    """A process of the campaign, and who was asked it."""

    @property
    def process(self) -> Process:
        """What is asked."""

    @property
    def crowd(self) -> Crowd:
        """The people, and the mask."""


class Perspectives(Struct, frozen=True):
    """By node and process the gaps that are shown, and every cell that is not."""

    gaps: Mapping[tuple[UUID, Key], list[PerspectiveGap]]
    hidden: list[Hidden]


Cells = Mapping[UUID, Mapping[Perspective, Moments]]
"""By node, what its perspectives say on one step or process."""


def seen(nodes: Sequence[Node], processes: Sequence[Asked], voices: Sequence[Voice], k: int) -> Perspectives:
    """Which cells may be seen, in the order of the nodes, and the gaps between those that are.

    A node's cells on a process that the mask hides are hidden with it and not told one by one; nor are they where no perspective
    is told anywhere.
    """
    gaps: dict[tuple[UUID, Key], list[PerspectiveGap]] = {}
    hidden: list[Hidden] = []
    for asked in processes:
        cells = {key: cells_of(nodes, asked.crowd, voices, key, k) for key in _keys(asked.process)}
        whole = cells[asked.process.key]
        hidden.extend(_hidden(nodes, asked, whole))
        for node in whole:
            gaps[node, asked.process.key] = [
                gap for key, found in cells.items() for gap in _gaps(asked.process, key, found.get(node, {}))
            ]
    return Perspectives({place: found for place, found in gaps.items() if found}, hidden)


def _keys(process: Process) -> list[Key]:
    return [process.key, *(step.key for step in process.steps)]


def cells_of(nodes: Sequence[Node], crowd: Crowd, voices: Sequence[Voice], key: Key, k: int) -> Cells:
    """The cells of a step or process that may be seen, of the nodes that show one; none of fewer than ``k`` people."""
    parents = {node.id: node.parent for node in nodes}
    own: dict[UUID, dict[Perspective, Moments]] = {}
    for voice in voices:
        if key in voice.composites and voice.composites[key].n >= k:
            own.setdefault(voice.node, {})[voice.perspective] = voice.composites[key]
    shown = _tied(own, parents, {node.id for node in nodes if crowd.state(node.id) is State.SCORED})
    parts: dict[UUID, dict[Perspective, list[Moments]]] = {}
    for node, said in own.items():
        for above in shown.intersection(_upwards(node, parents)):
            for perspective, moments in said.items():
                parts.setdefault(above, {}).setdefault(perspective, []).append(moments)
    return {node: {name: _sum(found) for name, found in said.items()} for node, said in parts.items()}


def _tied(
    own: Mapping[UUID, Iterable[Perspective]], parents: Mapping[UUID, UUID | None], visible: set[UUID]
) -> set[UUID]:
    """The visible nodes, without those that the pools of hidden nodes fall to and that nothing ties together there.

    The mask may count teams of a hidden node together with others. If their pools shared no perspective, the cells of the node
    above would tell them apart again.
    """
    shown = set(visible)
    places = {above for node in own for above in _upwards(node, parents)}
    for node in sorted(places & visible, key=lambda node: (-sum(1 for _ in _upwards(node, parents)), node)):
        lost = [place for place in own if place not in shown and _nearest(place, parents, shown) == node]
        fallen = [set(own[place]) for place in (node, *lost) if place in own]
        if not _one(fallen):
            shown.discard(node)
    return shown


def _nearest(node: UUID, parents: Mapping[UUID, UUID | None], shown: set[UUID]) -> UUID | None:
    return next((above for above in _upwards(node, parents) if above in shown), None)


def _one(sets: Sequence[set[Perspective]]) -> bool:
    """Whether sets hang together by what they share."""
    left, reached = list(sets[1:]), set[Perspective]().union(*sets[:1])
    while near := [each for each in left if each & reached]:
        left = [each for each in left if not each & reached]
        reached = reached.union(*near)
    return not left


def _upwards(node: UUID, parents: Mapping[UUID, UUID | None]) -> Iterator[UUID]:
    above: UUID | None = node
    while above is not None:
        yield above
        above = parents[above]


def _sum(parts: Sequence[Moments]) -> Moments:
    return Moments(
        n=sum(part.n for part in parts),
        total=fsum(part.total for part in parts),
        squares=fsum(part.squares for part in parts),
    )


def _hidden(nodes: Sequence[Node], asked: Asked, cells: Cells) -> Iterator[Hidden]:
    """Cells that nobody sees, of nodes with teams below them: too few of a perspective everywhere, or to protect others."""
    inner = {node.parent for node in nodes}
    told = {name for said in cells.values() for name in said}
    for node in nodes if told else ():
        if node.id in inner and asked.crowd.state(node.id) is State.SCORED:
            said = cells.get(node.id, {})
            if sum(moments.n for moments in said.values()) < asked.crowd.answered[node.id]:
                for name in PERSPECTIVES:
                    if name not in said:
                        reason = State.PROTECTS_OTHERS if name in told else State.BELOW_THRESHOLD
                        yield Hidden(
                            node=node.id,
                            key=node.key,
                            name=node.name,
                            process=asked.process.key,
                            perspective=name,
                            reason=reason,
                        )


def _gaps(process: Process, key: Key, said: Mapping[Perspective, Moments]) -> Iterator[PerspectiveGap]:
    for left, right in PAIRS:
        if left in said and right in said:
            yield _as_told(gap_of(None if key == process.key else key, (left, said[left]), (right, said[right])))


def _as_told(gap: PerspectiveGap) -> PerspectiveGap:
    """Levels by the tenth, and nothing that would give them more precisely.

    A person who left something out has another part in a perspective's mean of a process than in those of its steps, so that
    exact means, or exact sums of squares, could be subtracted.
    """
    interval = gap.interval and Interval(low=round(gap.interval.low, 1), high=round(gap.interval.high, 1))
    return replace(
        gap,
        left=replace(gap.left, mean=round(gap.left.mean, 1)),
        right=replace(gap.right, mean=round(gap.right.mean, 1)),
        difference=round(gap.difference, 1),
        interval=interval,
        standard_error=_rounded(gap.standard_error, 2),
        freedom=_rounded(gap.freedom, 0),
        t=_rounded(gap.t, 1),
        p=_rounded(gap.p, 3),
        effect=_rounded(gap.effect, 1),
    )


def _rounded(value: float | None, decimals: int) -> float | None:
    return None if value is None else round(value, decimals)


def gap_of(step: Key | None, left: tuple[Perspective, Moments], right: tuple[Perspective, Moments]) -> PerspectiveGap:
    """Left minus right with Welch's interval and test, and Hedges' g; without them when neither side differs within itself.

    Welch, Biometrika 34 (1947), with Satterthwaite's degrees of freedom; Hedges, J. Educational Statistics 6 (1981), with
    the approximate correction 1 - 3/(4(n₁ + n₂) - 9).
    """
    (n, mean, variance), (m, other, variation) = _described(left[1]), _described(right[1])
    difference = mean - other
    bare = PerspectiveGap(
        step=step,
        left=View(perspective=left[0], mean=mean, n=n),
        right=View(perspective=right[0], mean=other, n=m),
        difference=difference,
        interval=None,
        standard_error=None,
        freedom=None,
        t=None,
        p=None,
        effect=None,
        flagged=False,
    )
    a, b = variance / n, variation / m
    if a + b <= _NOTHING:
        return bare
    error = sqrt(a + b)
    freedom = (a + b) ** 2 / (a * a / (n - 1) + b * b / (m - 1))
    half = quantile(0.975, freedom) * error
    t = difference / error
    return replace(
        bare,
        interval=Interval(low=difference - half, high=difference + half),
        standard_error=error,
        freedom=freedom,
        t=t,
        p=2 * upper_tail(abs(t), freedom) if t else 1.0,
        effect=_hedges(difference, n, variance, m, variation),
        flagged=difference - half > NOTABLE,
    )


_NOTHING = 1e-12
"""What rounding leaves of no variance at all."""


def _described(moments: Moments) -> tuple[int, float, float]:
    """How many, their mean and their sample variance."""
    mean = moments.total / moments.n
    return moments.n, mean, max(0.0, (moments.squares - moments.total * mean) / (moments.n - 1))


def _hedges(difference: float, n: int, variance: float, m: int, variation: float) -> float:
    pooled = sqrt(((n - 1) * variance + (m - 1) * variation) / (n + m - 2))
    return difference / pooled * (1 - 3 / (4 * (n + m) - 9))
