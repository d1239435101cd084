"""What nobody may see: primary and complementary suppression over the whole tree of teams.

A node publishes sums over the people below it, so the published nodes are the rows of a linear system whose unknowns are
the groups of people answering at one node (a team; a parent's own people). As the sets of people are nested or apart, the
system determines exactly the unions of its *remainders*: a published node without its largest published descendants. Nothing
is readable about fewer than ``k`` people when every remainder holds nobody or at least ``k``. (Primary and complementary
suppression: Handbook on Statistical Disclosure Control, ch. 4-5; decided on the leaves, because deciding parent by parent leaks.)

Whoever imported answers knows them and can take them from every sum: they protect nobody. So the same holds once more without
them: a remainder in which others answered beside them holds at least ``k`` others.
"""

from collections.abc import Collection, Iterable, Mapping
from fractions import Fraction
from uuid import UUID

from msgspec import Struct

from assess.maturity.elimination import Equations
from assess.maturity.model import State


class LeakError(Exception):
    """What was to be published would reveal a group smaller than the threshold."""


class Heard(Struct, frozen=True):
    """People who answered, counted together. known: at most so many of them to whoever imported their answers.

    apart: the nodes at which there are others beside them, or may be.
    """

    people: int = 0
    known: int = 0
    apart: int = 0

    @property
    def unknown(self) -> int:
        """At least so many whom no importer knows."""
        return self.people - self.known

    @property
    def beside(self) -> int:
        """The known ones, where there is anybody beside them to be told apart."""
        return self.known if self.apart else 0

    def small(self, k: int) -> bool:
        """Whether 1 to k-1 people would be told, all together or by whoever takes away the known ones."""
        return 0 < self.people < k or (self.apart > 0 and self.unknown < k)

    def why(self, k: int) -> State:
        """Why so few are hidden: they are too few themselves, or those beside the known ones are."""
        return State.BELOW_THRESHOLD if self.people < k else State.PROTECTS_OTHERS

    def __add__(self, other: "Heard") -> "Heard":
        return Heard(self.people + other.people, self.known + other.known, self.apart + other.apart)


class Branch(Struct, frozen=True):
    """A node of the tree that is masked. ``own``: people who answered at this node itself, not below it.

    imported: responses of this node that were collected elsewhere; mixed: whether there are others beside them.
    """

    node: UUID
    parent: UUID | None
    own: int
    imported: int = 0
    mixed: bool = False

    @property
    def heard(self) -> Heard:
        """Its people. Which of them an importer knows was forgotten at the close: as many as can be."""
        known = min(self.imported, self.own)
        return Heard(self.own, known, int(self.own > 0 and (self.mixed or not self.imported)))


class Branches:
    """A tree of branches, with the sums and remainders that suppression is decided on."""

    def __init__(self, branches: Collection[Branch]):
        self.own = {branch.node: branch.heard for branch in branches}
        self.parents = {branch.node: branch.parent for branch in branches}
        self.children: dict[UUID, list[UUID]] = {node: [] for node in self.own}
        for node, parent in self.parents.items():
            if parent is not None:
                self.children[parent].append(node)
        self.upwards = self._from_the_leaves()
        self.heard = dict(self.own)
        for node in self.upwards:
            self.heard[node] = sum((self.heard[child] for child in self.children[node]), self.own[node])

    @property
    def people(self) -> dict[UUID, int]:
        """Those who answered at or below each node."""
        return {node: heard.people for node, heard in self.heard.items()}

    def alone(self, nodes: Iterable[UUID]) -> Heard:
        """The people of these nodes themselves."""
        return sum((self.own[node] for node in nodes), Heard())

    def largest_published(self, node: UUID, hidden: Collection[UUID]) -> list[UUID]:
        """The published nodes below ``node`` that stand below no other published one."""
        found = []
        for child in self.children[node]:
            found.extend([child] if child not in hidden else self.largest_published(child, hidden))
        return found

    def remainder(self, node: UUID, hidden: Collection[UUID]) -> list[UUID]:
        """The nodes whose own people are counted in ``node`` and in no published node below it."""
        rest = [node]
        for child in self.children[node]:
            if child in hidden:
                rest.extend(self.remainder(child, hidden))
        return rest

    def _from_the_leaves(self) -> list[UUID]:
        """Children before their parents; in the order of ids among equals."""
        order = sorted(node for node, parent in self.parents.items() if parent is None)
        for node in order:
            order.extend(sorted(self.children[node]))
        return order[::-1]


def mask(tree: Branches, k: int, withheld: Mapping[UUID, State] | None = None) -> dict[UUID, State]:
    """Which nodes are hidden, and why; the same for every order of the branches.

    R1: nodes of 1 to k-1 people. R2: while a published node's remainder holds 1 to k-1 people, the smallest published node of
    those that determine it (tie: id). Both hold without those whom an importer knows, too. ``withheld``: what is hidden for
    reasons of its own, from the start.

    Children come before their parents: what is hidden below a node adds to its remainder and to no other, so none is looked at
    twice.
    """
    hidden = dict(withheld or {})
    hidden.update({node: heard.why(k) for node, heard in tree.heard.items() if heard.small(k)})
    for node in tree.upwards:
        while node not in hidden and (smallest := _smallest_of_a_leak(tree, k, hidden, node)):
            hidden[smallest] = State.PROTECTS_OTHERS
    verify(tree, k, hidden)
    return hidden


def _smallest_of_a_leak(tree: Branches, k: int, hidden: Mapping[UUID, State], node: UUID) -> UUID | None:
    """The smallest published node that helps ``node`` to determine a group of 1 to k-1 people; none when it determines none."""
    rest = tree.alone(tree.remainder(node, hidden))
    if not rest.small(k):
        return None
    below = [(tree.heard[child], child) for child in tree.largest_published(node, hidden)]
    return min((heard.people, child) for heard, child in below if heard.people and (heard.unknown or not rest.apart))[1]


def verify(tree: Branches, k: int, hidden: Collection[UUID]) -> None:
    """The rank test: solve the published system with exact fractions; raises LeakError if it determines 1 to k-1 people.

    It knows nothing of remainders: Gauss-Jordan on the incidence matrix. Reduced rows that share no unknown and are made of
    ones are all that the system determines, together with their unions.
    """
    system = Equations()
    numbers = {node: number for number, node in enumerate(tree.upwards)}
    for node in tree.upwards:
        if node not in hidden:
            system.add({numbers[found]: Fraction(1) for found in _answering(tree, node)})
    seen: set[int] = set()
    for row in system.rows.values():
        if set(row.values()) != {Fraction(1)} or not seen.isdisjoint(row):
            raise LeakError("the published nodes are not nested")
        seen.update(row)
        if tree.alone(tree.upwards[number] for number in row).small(k):
            raise LeakError(f"{len(row)} groups of fewer than {k} people are determined")


def _answering(tree: Branches, node: UUID) -> list[UUID]:
    """The nodes at or below ``node`` with people of their own."""
    below = [found for child in tree.children[node] for found in _answering(tree, child)]
    return [node, *below] if tree.own[node].people else below
