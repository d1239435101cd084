"""The tree of a campaign, and the groups of people that everything published is made of.

For one process, each published node gives one group: the people below it who are not below another published node. A team that
is shown is a group of its own; hidden siblings are pooled. Groups share nobody and hold at least ``k`` people each (or none),
and every published number is computed from whole groups: so no two numbers can be subtracted to reveal fewer people.
"""

from collections.abc import Callable, Iterable, Mapping
from uuid import UUID

from msgspec import Struct

from assess.campaign.model import Contract
from assess.maturity.model import NodeResults, State
from assess.maturity.suppression import Branch, Branches, Heard, mask
from assess.words import ROOT, Digest, Key

LEAST_PARTICIPATION = 0.3
FRAGILE_PARTICIPATION = 0.5


class Node(Struct, frozen=True, kw_only=True):
    """A team, a parent or the company, with the people invited at the node itself and what they are asked."""

    id: UUID
    key: Key
    name: str
    parent: UUID | None
    headcount: int
    asked: tuple[Digest, ...]


class Elsewhere(Struct, frozen=True):
    """Of the responses at a node those that were collected elsewhere; mixed: whether there are others beside them."""

    responses: int
    mixed: bool


class Group(Struct, frozen=True):
    """People who are counted together: the nodes they answer at, with how many were invited there.

    heard: those of them who answered.
    """

    headcounts: dict[UUID, int]
    heard: Heard = Heard()

    @property
    def nodes(self) -> tuple[UUID, ...]:
        """What the group is known by."""
        return tuple(self.headcounts)

    @property
    def headcount(self) -> int:
        """People invited."""
        return sum(self.headcounts.values())


class Crowd(Struct, frozen=True):
    """The people who were asked something: by node how many answered, the mask, and the groups below each node.

    answered, invited: at or below each node; a node that is not here was not asked.
    """

    answered: Mapping[UUID, int]
    invited: Mapping[UUID, int]
    hidden: Mapping[UUID, State]
    groups: Mapping[UUID, list[Group]]

    def state(self, node: UUID) -> State:
        """Why nothing can be shown, or ``scored``."""
        if node not in self.invited:
            return State.NOT_ASKED
        if not self.answered[node]:
            return State.NO_ANSWERS
        return self.hidden.get(node, State.SCORED)

    def participation(self, node: UUID) -> float:
        """Share of the invited who answered, 0–1."""
        return participation(self.answered[node], self.invited[node])

    def fragile(self, node: UUID) -> bool:
        """Fewer than half answered."""
        return self.participation(node) < FRAGILE_PARTICIPATION


def participation(answered: int, invited: int) -> float:
    """Share of the invited who answered, 0–1."""
    return min(1.0, answered / invited) if invited else 0.0


def nodes_of(contract: Contract) -> list[Node]:
    """The company first, then the tree: a parent before its children, siblings by key."""
    below: dict[UUID | None, list[Node]] = {}
    for team in sorted(contract.teams, key=lambda team: team.key):
        answers = team.assessment_id is not None
        node = Node(
            id=team.team_id,
            key=team.key,
            name=team.name,
            parent=team.parent_id or contract.organisation_id,
            headcount=team.headcount if answers else 0,
            asked=tuple(team.questionnaires if answers else ()),
        )
        below.setdefault(node.parent, []).append(node)
    company = Node(
        id=contract.organisation_id, key=ROOT, name=contract.organisation, parent=None, headcount=0, asked=()
    )
    return _depth_first(company, below)


def at_or_below(nodes: Iterable[Node], top: UUID | None) -> list[UUID]:
    """The nodes that the holder of a team's key sees: the team and what is below it; all of them without a team.

    A parent stands before its children.
    """
    seen: dict[UUID, None] = {}
    for node in nodes:
        if top is None or node.id == top or node.parent in seen:
            seen[node.id] = None
    return list(seen)


def in_order(nodes: Iterable[NodeResults]) -> list[NodeResults]:
    """Results as the tree is: the company first, a parent before its children, siblings by key."""
    children: dict[UUID | None, list[NodeResults]] = {}
    for node in sorted(nodes, key=lambda node: node.key):
        children.setdefault(node.parent, []).append(node)

    def from_top(found: Iterable[NodeResults]) -> list[NodeResults]:
        return [each for node in found for each in (node, *from_top(children.get(node.node, ())))]

    return from_top(children[None])


def _depth_first(node: Node, below: Mapping[UUID | None, list[Node]]) -> list[Node]:
    return [node, *(found for child in below.get(node.id, ()) for found in _depth_first(child, below))]


def crowd_of(
    nodes: list[Node],
    answered: Mapping[UUID, int],
    k: int,
    is_asked: Callable[[Node], bool],
    elsewhere: Mapping[UUID, Elsewhere],
) -> Crowd:
    """Mask the tree of those who are asked. ``answered``: people at each node with at least one valid answer."""
    invited = _sums(nodes, {node.id: node.headcount for node in nodes if is_asked(node)})
    own = {node.id: answered.get(node.id, 0) for node in nodes if is_asked(node)}
    tree = Branches(
        [_branch(node, own.get(node.id, 0), elsewhere.get(node.id)) for node in nodes if node.id in invited]
    )
    people = tree.people
    withheld = {
        node: State.LOW_PARTICIPATION
        for node, there in people.items()
        if there and participation(there, invited[node]) < LEAST_PARTICIPATION
    }
    hidden = mask(tree, k, withheld)
    heads = {node.id: node.headcount for node in nodes}
    return Crowd(people, invited, hidden, _groups(tree, hidden, {node: heads[node] for node in own}))


def _branch(node: Node, own: int, elsewhere: Elsewhere | None) -> Branch:
    if elsewhere is None:
        return Branch(node.id, node.parent, own)
    return Branch(node.id, node.parent, own, elsewhere.responses, elsewhere.mixed)


def _sums(nodes: Iterable[Node], own: Mapping[UUID, int]) -> dict[UUID, int]:
    """Own numbers summed upwards; a node without any below it is left out."""
    parents = {node.id: node.parent for node in nodes}
    sums: dict[UUID, int] = {}
    for start, number in own.items():
        node: UUID | None = start
        while node is not None:
            sums[node] = sums.get(node, 0) + number
            node = parents[node]
    return sums


def _groups(tree: Branches, hidden: Mapping[UUID, State], heads: Mapping[UUID, int]) -> dict[UUID, list[Group]]:
    """By published node, all groups at or below it, in an order that depends on ids only."""
    groups: dict[UUID, list[Group]] = {}
    for node in tree.upwards:
        if node not in hidden:
            rest = sorted(found for found in tree.remainder(node, hidden) if found in heads)
            own = [Group({found: heads[found] for found in rest}, tree.alone(rest))] if rest else []
            below = [group for child in tree.largest_published(node, hidden) for group in groups[child]]
            groups[node] = own + below
    return groups
