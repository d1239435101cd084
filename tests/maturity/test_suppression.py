"""Suppression: the golden tables, and an attacker who solves the published system exactly."""

import random
from uuid import UUID

import msgspec
import pytest

from assess.maturity.model import State
from assess.maturity.suppression import Branch, Branches, LeakError, mask, verify
from equations import sets_in

K = 5
ROOT = UUID(int=0)


class Forest:
    """A tree written as nested dictionaries of sizes, with names for its nodes."""

    def __init__(self, spec):
        self.names = {ROOT: "root"}
        self.branches = [Branch(ROOT, None, 0)]
        self._grow(spec, ROOT)
        self.tree = Branches(self.branches)

    def _grow(self, spec, parent):
        for name, below in spec.items():
            node = UUID(int=len(self.branches))
            self.names[node] = name
            own = below if isinstance(below, int) else below.get("own", 0)
            self.branches.append(Branch(node, parent, own))
            if not isinstance(below, int):
                self._grow({key: value for key, value in below.items() if key != "own"}, node)

    def hidden(self, k=K):
        return {self.names[node]: state for node, state in mask(self.tree, k).items()}


DEEP = {"P1": {"A": 4}, "P2": {"B": 6, "C": 6}, "P3": {"D": 10, "E": 10}}


@pytest.mark.parametrize(
    ("spec", "hidden"),
    [
        pytest.param({"A": 9, "B": 4, "C": 6}, "BC", id="the smallest neighbour protects"),
        pytest.param({"Sales": 4, "Tech": 9}, ["Sales", "Tech"], id="of two, both"),
        pytest.param({"Tech": 9, "Sales": 6}, [], id="nothing to hide"),
        pytest.param({"A": 3, "B": 2, "C": 8, "D": 12}, "AB", id="two small ones protect each other"),
        pytest.param({"A": 2, "B": 2, "C": 8, "D": 12}, "ABC", id="four are not enough"),
        pytest.param(DEEP, ["A", "B", "P1", "P2"], id="over the whole tree, not parent by parent"),
        pytest.param({"A": 0, "B": 6}, [], id="nobody needs no protection"),
        pytest.param({"A": 0, "B": 4, "C": 6, "D": 7}, "BC", id="nobody protects nobody"),
        pytest.param({"P": {"own": 3, "A": 9}, "B": 12}, "A", id="a parent's own people are people too"),
        pytest.param({"P": {"own": 6, "A": 9}}, [], id="a parent's own people, if they are enough"),
        pytest.param({"A": 4, "B": 6, "C": 6, "D": 20}, "AB", id="of equals, the first id"),
    ],
)
def test_the_golden_trees(spec, hidden):
    assert sorted(Forest(spec).hidden()) == sorted(hidden)


def test_each_hidden_node_says_why():
    assert Forest({"A": 9, "B": 4, "C": 6}).hidden() == {"B": State.BELOW_THRESHOLD, "C": State.PROTECTS_OTHERS}


def test_what_is_withheld_for_a_reason_of_its_own_keeps_it_and_may_need_protection():
    forest = Forest({"A": 9, "B": 4, "C": 6})
    kept = mask(forest.tree, K, {UUID(int=3): State.LOW_PARTICIPATION})
    assert kept == {UUID(int=2): State.BELOW_THRESHOLD, UUID(int=3): State.LOW_PARTICIPATION}


# Whoever imported answers knows them.


def beside(*counts):
    """The company's teams: people, how many of their responses were imported, whether there are others."""
    teams = [Branch(UUID(int=number), ROOT, *count) for number, count in enumerate(counts, start=1)]
    return Branches([Branch(ROOT, None, 0), *teams])


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        pytest.param([(7, 6, True), (9,), (20,)], [1, 2], id="one beside six imported, and who protects that one"),
        pytest.param([(12, 6, True), (9,)], [], id="six beside six imported"),
        pytest.param([(6, 6, False), (9,)], [], id="all imported"),
        pytest.param([(6, 6, False), (4,), (9,), (20,)], [2, 3], id="imported people protect nobody"),
        pytest.param([(6, 8, True), (9,)], [1, 2], id="there may be others, though no more than were imported"),
        pytest.param([(4, 4, False), (9,)], [1, 2], id="imported people are people too"),
        pytest.param([(0, 6, True), (9,)], [], id="of whom nobody answered"),
        pytest.param([(4, 4, False), (0,), (9,), (20,)], [1, 3], id="nobody protects nobody, imported or not"),
    ],
)
def test_imported_people_protect_nobody(counts, hidden):
    assert sorted(node.int for node in mask(beside(*counts), K)) == hidden


@pytest.mark.parametrize("seed", range(200))
def test_no_published_system_reveals_a_few_people_to_whoever_imported_the_others(seed):
    """Of the people of a node at most so many are the imported ones; whichever they are, the others are nobody or enough."""
    forest, die = forest_of(seed), random.Random(seed)
    branches = [
        msgspec.structs.replace(branch, imported=die.choice([0, 0, 2, 5, branch.own]), mixed=die.random() < 0.6)
        for branch in forest.branches
    ]
    forest.tree = Branches(branches)
    known = {branch.node: min(branch.imported, branch.own) for branch in branches}
    alone = {branch.node for branch in branches if branch.imported and not branch.mixed}
    found = list(revealed(forest, mask(forest.tree, K)))
    own = {branch.node: branch.own for branch in branches}
    for nodes, people in found:
        others = sum(own[node] - known[node] for node in nodes)
        assert people >= K, seed
        assert nodes <= alone or others >= K, seed


# The attacker.


def revealed(forest, hidden):
    """Every set of groups that the published nodes determine, with its people."""
    leaves = [branch.node for branch in forest.branches if branch.own]
    own = {branch.node: branch.own for branch in forest.branches}
    published = [node for node in own if node not in hidden]
    for places in sets_in([[leaf in below(forest, node) for leaf in leaves] for node in published]):
        found = {leaves[place] for place in places}
        yield found, sum(own[leaf] for leaf in found)


def below(forest, top):
    found = {top}
    for branch in forest.branches:  # parents come first
        if branch.parent in found:
            found.add(branch.node)
    return found


def forest_of(seed):
    """A random tree of depth up to 4, of at most 11 groups of 0 to 12 people, some of them at inner nodes."""
    die = random.Random(seed)

    def grow(depth, left):
        spec = {}
        for _ in range(die.randint(1, 4)):
            if left[0] <= 0:
                break
            left[0] -= 1
            name = f"n{left[0]}"
            if depth < 4 and die.random() < 0.4:
                spec[name] = {**grow(depth + 1, left), **({"own": die.randint(1, 9)} if die.random() < 0.2 else {})}
            else:
                spec[name] = die.choice([0, 1, 2, 3, 4, 5, 6, 8, 12])
        return spec

    return Forest(grow(1, [11]))


@pytest.mark.parametrize("seed", range(400))
def test_no_published_system_reveals_a_group_smaller_than_the_threshold(seed):
    forest = forest_of(seed)
    hidden = mask(forest.tree, K)
    assert not [people for _, people in revealed(forest, hidden) if 0 < people < K]


@pytest.mark.parametrize("seed", range(100))
def test_the_mask_does_not_depend_on_the_order_of_the_nodes(seed):
    forest = forest_of(seed)
    mixed = [forest.branches[0], *random.Random(seed).sample(forest.branches[1:], len(forest.branches) - 1)]
    assert mask(Branches(mixed), K) == mask(forest.tree, K)


@pytest.mark.parametrize("seed", range(100))
def test_only_what_is_too_small_or_protects_is_hidden(seed):
    forest = forest_of(seed)
    hidden = mask(forest.tree, K)
    small = {node for node, people in forest.tree.people.items() if 0 < people < K}
    assert {node for node, state in hidden.items() if state is State.BELOW_THRESHOLD} == small
    if not small and all(branch.own == 0 or branch.own >= K for branch in forest.branches):
        assert not hidden


def test_the_attacker_finds_what_deciding_parent_by_parent_leaks():
    forest = Forest(DEEP)
    hidden = {node for node, name in forest.names.items() if name in {"A", "P1", "P2"}}
    assert 4 in [people for _, people in revealed(forest, hidden)]


def test_the_rank_test_refuses_what_leaks():
    forest = Forest(DEEP)
    with pytest.raises(LeakError):
        verify(forest.tree, K, {node for node, name in forest.names.items() if name in {"A", "P1", "P2"}})


@pytest.mark.parametrize("seed", range(200))
def test_the_rank_test_agrees_with_the_attacker(seed):
    forest, die = forest_of(seed), random.Random(seed)
    hidden = {branch.node for branch in forest.branches if die.random() < 0.4}
    leaks = any(0 < people < K for _, people in revealed(forest, hidden))
    try:
        verify(forest.tree, K, hidden)
    except LeakError:
        assert leaks
    else:
        assert not leaks
