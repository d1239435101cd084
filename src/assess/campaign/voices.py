"""Voices: what the people of each perspective said, summed up at the close over so many that nobody stands out.

A team has one manager: what managers say can be told of a department or the company only. So for each step and process the
people's composites are pooled at the nodes that have teams below them, each person at one of them: nothing else of them is kept,
and sums over whole pools are all that can ever be shown. Which nodes may keep pools of their own is decided here, where
everybody's team and perspective are known for the last time, and so that it holds whatever the mask shows of the teams.

Somebody may know each team's total, and is told the sum of each pool. With teams and pools as the two sides of a graph whose
edges are the people, every set of people that can be computed is made of potentials: c on the pools and a on the teams, a + c
being 1 inside of the set and 0 outside. Each such set holds, for some choice A of pools, the people of A who work in teams with
people outside of A. So nothing leaks when for each choice these are nobody or at least ``k``; ``stands`` says so of one node, and
where it holds at each node it holds across nodes: a choice is mixed at the highest node that it divides, or it divides none.

What somebody says who left something out counts more in the person's mean than in the items' sums, which are published by team.
So where all people of a node are pooled, sums and items together tell of those who left something out. Of people who left out
equally much, of one team and perspective, they may tell nothing, as means are in proportion to sums there; of the others they
tell one number. So at each node that tells perspectives, without the nodes below that do, everybody answered as much as most
of the company, or at least ``k`` people answered more or less than most of their team and perspective.

Answers that were imported somebody knows: all of this holds of everybody, and again of those alone who answered here.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain, combinations, takewhile
from math import fsum
from typing import get_args
from uuid import UUID

from msgspec import Struct

from assess.campaign.model import Contract, Moments, Perspective, Voice
from assess.questionnaire.model import Item, Process, Questionnaire
from assess.words import Digest, Key

Count = Mapping[str | None, int]
"""People of one team by perspective; none: those whose perspective is not told."""
Counts = Mapping[UUID, Count]
"""People by team and perspective."""
Shares = Mapping[tuple[UUID, str | None], Mapping[float, int]]
"""By team and perspective, how many people answered which share 0–1 of the weight."""
_ALL = frozenset[str](get_args(Perspective))


class Spoken(Struct, frozen=True):
    """Somebody who answered, as known until the close: team, perspective (none: an import did not say it), answers by item.

    imported: the answers were collected elsewhere, and whoever imported them knows them.
    """

    team: UUID
    perspective: str | None
    answers: Mapping[Key, int]
    imported: bool = False


Told = Mapping[UUID, frozenset[str]]
"""By node, the perspectives that have a pool of their own there; a subset of what is told at the node above."""


class Tree(Struct, frozen=True):
    """The nodes of a campaign. parents: by node, none for the company; inner: those with teams below them, the deepest first."""

    parents: Mapping[UUID, UUID | None]
    inner: Sequence[UUID]

    def upwards(self, node: UUID) -> Iterator[UUID]:
        """The node, its parent, and so on to the company."""
        above: UUID | None = node
        while above is not None:
            yield above
            above = self.parents[above]

    def pool(self, team: UUID, perspective: str | None, told: Told) -> UUID | None:
        """The nearest node at or above ``team`` that tells the perspective; none: nobody tells it."""
        return next((above for above in self.upwards(team) if perspective in told.get(above, ())), None)


class Composite(Struct, frozen=True):
    """What somebody (by number) says of a step or process, as a mean; share: 0–1 of its weight, what the person answered."""

    person: int
    value: float
    share: float


Composites = Mapping[Key, Sequence[Composite]]
"""By step and process."""


def heard(contract: Contract, versions: Mapping[Digest, Questionnaire], spoken: Sequence[Spoken]) -> list[Voice]:
    """The voices of a campaign, by node and perspective; the order of the people leaves no trace.

    A process that teams are asked in two versions has no voices, as no number of its own. Of a short form only processes
    have. Every moment holds at least the threshold's number of people; where fewer than two perspectives have so many, nothing
    is told.
    """
    people = Counter(person.perspective for person in spoken if person.perspective is not None)
    if sum(number >= contract.threshold for number in people.values()) < 2:
        return []
    tree = tree_of(contract)
    told = [versions[asked.digest] for asked in contract.questionnaires]
    versions_of = Counter(process.key for version in told for process in version.processes)
    pools: dict[tuple[UUID, str], _Pool] = {}
    for version in told:
        for process in version.processes:
            if versions_of[process.key] == 1:
                found = _composites(process, spoken, steps=not version.indicative)
                _gather(pools, tree, process.key, found, spoken, contract.threshold)
    return [pool.voice(*where) for where, pool in sorted(pools.items())]


class _Pool(Struct):
    people: set[int]
    composites: dict[Key, Moments]

    def voice(self, node: UUID, perspective: str) -> Voice:
        (known,) = [each for each in get_args(Perspective) if each == perspective]
        return Voice(node=node, perspective=known, people=len(self.people), composites=self.composites)


def tree_of(contract: Contract) -> Tree:
    """The teams below the company."""
    company = contract.organisation_id
    parents: dict[UUID, UUID | None] = {team.team_id: team.parent_id or company for team in contract.teams}
    parents[company] = None
    tree = Tree(parents, sorted({above for above in parents.values() if above is not None}))
    return Tree(parents, sorted(tree.inner, key=lambda node: (-sum(1 for _ in tree.upwards(node)), node)))


def _composites(process: Process, spoken: Sequence[Spoken], *, steps: bool) -> Composites:
    """Of everybody who gave at least one level: whoever were left out could be found by subtraction."""
    parts = {step.key: [(item.weight, item.key) for item in step.items] for step in process.steps} if steps else {}
    parts[process.key] = list(_chained(process))
    wholes = {key: fsum(weight for weight, _ in items) for key, items in parts.items()}
    ladders = {item.key: _ladder(item) for step in process.steps for item in step.items}
    found: dict[Key, list[Composite]] = {key: [] for key in parts}
    for number, person in enumerate(spoken):
        levels = _levels(ladders, person.answers)
        for key, items in parts.items() if levels else ():
            given = [(weight, levels[each]) for weight, each in items if each in levels]
            if given:
                found[key].append(_composite(number, given, wholes[key]))
    return found


def _composite(person: int, given: Sequence[tuple[float, float]], whole: float) -> Composite:
    """The weighted mean of the practices answered, in levels 1–5, and how much of the whole weight these are."""
    weight = fsum(weight for weight, _ in given)
    return Composite(person, fsum(weight * level for weight, level in given) / weight, round(weight / whole, 9))


def _ladder(item: Item) -> dict[int, float]:
    """Where each level of an item stands on the ladder of its kind."""
    return {level: item.placed(level) for level in item.ordinals}


def _levels(ladders: Mapping[Key, Mapping[int, float]], answers: Mapping[Key, int]) -> dict[Key, float]:
    """The practices of which somebody gave a level, 1–5."""
    return {key: ladder[answers[key]] for key, ladder in ladders.items() if answers.get(key) in ladder}


def _chained(process: Process) -> Iterator[tuple[float, Key]]:
    """Each practice with its share of the process: the weight of its step, divided among the step's items."""
    for step in process.steps:
        total = fsum(item.weight for item in step.items)
        yield from ((step.weight * item.weight / total, item.key) for item in step.items)


def _gather(
    pools: dict[tuple[UUID, str], _Pool],
    tree: Tree,
    process: Key,
    found: Composites,
    spoken: Sequence[Spoken],
    k: int,
) -> None:
    """Pool the process, then its steps: a step is never told apart where its process is not."""
    everything = dict.fromkeys(tree.inner, _ALL)
    whole = _told_of(tree, found[process], spoken, k, everything)
    for key, composites in found.items():
        told = whole if key == process else _told_of(tree, composites, spoken, k, whole)
        _pool(pools, tree, key, composites, spoken, told)


def _told_of(tree: Tree, composites: Sequence[Composite], spoken: Sequence[Spoken], k: int, among: Told) -> Told:
    """What can be told of everybody, and as well to whoever knows the imported people and counts the others alone."""
    others = [each for each in composites if not spoken[each.person].imported]
    told = _told_to_all(tree, composites, spoken, k, among)
    if len(others) in {0, len(composites)}:
        return told
    while told != (fewer := _told_to_all(tree, composites, spoken, k, _told_to_all(tree, others, spoken, k, told))):
        told = fewer
    return told


def _told_to_all(tree: Tree, composites: Sequence[Composite], spoken: Sequence[Spoken], k: int, among: Told) -> Told:
    shares: dict[tuple[UUID, str | None], Counter[float]] = {}
    for each in composites:
        person = spoken[each.person]
        shares.setdefault((person.team, person.perspective), Counter())[each.share] += 1
    return told_of(tree, _counts(composites, spoken), k, among, shares)


def _counts(composites: Sequence[Composite], spoken: Sequence[Spoken]) -> dict[UUID, Counter[str | None]]:
    """By team and perspective, the people who have a composite."""
    counts: dict[UUID, Counter[str | None]] = {}
    for each in composites:
        counts.setdefault(spoken[each.person].team, Counter())[spoken[each.person].perspective] += 1
    return counts


def _pool(
    pools: dict[tuple[UUID, str], _Pool],
    tree: Tree,
    key: Key,
    composites: Sequence[Composite],
    spoken: Sequence[Spoken],
    told: Told,
) -> None:
    members: dict[tuple[UUID, str], list[tuple[int, float]]] = {}
    for each in composites:
        team, perspective = spoken[each.person].team, spoken[each.person].perspective
        where = tree.pool(team, perspective, told)
        if where is not None and perspective is not None:
            members.setdefault((where, perspective), []).append((each.person, each.value))
    for place, people in members.items():
        pool = pools.setdefault(place, _Pool(set(), {}))
        pool.people.update(number for number, _ in people)
        pool.composites[key] = moments([value for _, value in people])


def moments(values: Sequence[float]) -> Moments:
    """How many, their sum and the sum of their squares, exactly rounded."""
    return Moments(n=len(values), total=fsum(values), squares=fsum(value * value for value in values))


def told_of(tree: Tree, counts: Counts, k: int, among: Told, shares: Shares | None = None) -> Told:
    """The most that can be told apart of people counted by team and perspective, and no more than ``among``.

    From the company downwards each node tells as many perspectives as its people allow. Then, while a node's pools do not
    stand, the smallest node below it gives its people of these perspectives to it. ``shares``: how much people answered. While
    too few answered otherwise at a node, the smallest node below gives it all of its people, or else it gives up its own.
    """
    told = _standing(tree, counts, k, _first(tree, counts, k, among))
    while (thin := _thin(tree, shares or {}, k, told)) is not None:
        node, names = _smallest(tree, counts, told, thin, _ALL) or (thin, _ALL)
        told = _standing(tree, counts, k, _without(tree, told, node, names))
    return told


def _standing(tree: Tree, counts: Counts, k: int, told: Told) -> Told:
    while (shaky := _shaky(tree, counts, k, told)) is not None:
        joining = {name for team, count in counts.items() for name in count if tree.pool(team, name, told) == shaky}
        smallest = _smallest(tree, counts, told, shaky, joining) or _smallest(tree, counts, told, shaky, _ALL)
        if smallest is None:
            raise LookupError("all people below a node are pooled at it, and what it tells of them does not stand")
        node, names = smallest
        told = _without(tree, told, node, names)
    return told


def _thin(tree: Tree, shares: Shares, k: int, told: Told) -> UUID | None:
    """The deepest telling node where some answered more or less than most do, but too few otherwise than most beside them.

    Beside them: those of their team and perspective. Of its teams those count that stand below no other telling node.
    """
    everybody = sum((Counter(count) for count in shares.values()), Counter[float]())
    usual = max(everybody, key=lambda share: (everybody[share], share), default=1.0)
    partial: Counter[UUID] = Counter()
    otherwise: Counter[UUID] = Counter()
    for (team, _), count in shares.items():
        node = next((above for above in tree.upwards(team) if told.get(above)), None)
        if node is not None:
            partial[node] += sum(people for share, people in count.items() if share != usual)
            otherwise[node] += sum(count.values()) - max(count.values())
    return next((node for node in tree.inner if partial[node] and otherwise[node] < k), None)


def _first(tree: Tree, counts: Counts, k: int, among: Told) -> Told:
    below: dict[UUID, list[Count]] = {node: [] for node in tree.inner}
    for team, count in counts.items():
        for node in tree.upwards(team):
            if node in below:
                below[node].append(count)
    told: dict[UUID, frozenset[str]] = {}
    for node in reversed(tree.inner):
        parent = tree.parents[node]
        told[node] = _best(_alike(below[node]), k, among[node] if parent is None else among[node] & told[parent])
    return told


def _best(teams: Sequence[Count], k: int, allowed: frozenset[str]) -> frozenset[str]:
    """The perspectives to tell of a node's people: the more the better, managers first, then those of most people."""
    people = sum((Counter(team) for team in teams), Counter[str | None]())
    there = sorted(name for name in allowed if people[name])
    choices = [frozenset(names) for size in range(2, len(there) + 1) for names in combinations(there, size)]
    standing = [names for names in choices if stands([_lumped(team, names) for team in teams], k)]
    found = {names: (len(names), "manager" in names, sum(people[name] for name in names)) for names in standing}
    return max(standing, key=lambda names: (found[names], sorted(names)), default=frozenset())


def _lumped(team: Count, names: Collection[str | None]) -> Count:
    """The people of a team by these perspectives, and all others together."""
    count = {name: people for name, people in team.items() if name in names}
    return count | {None: sum(people for name, people in team.items() if name not in names)}


def _shaky(tree: Tree, counts: Counts, k: int, told: Told) -> UUID | None:
    """The deepest node whose pools do not stand. Whoever is pooled below it is no matter of its own; those above are lumped."""
    there: dict[UUID, list[Count]] = {}
    for team, count in counts.items():
        pools = {name: tree.pool(team, name, told) for name in count}
        passed: set[str | None] = set()
        for node in tree.upwards(team):
            if told.get(node):
                there.setdefault(node, []).append(
                    _lumped({name: people for name, people in count.items() if name not in passed}, told[node])
                )
                passed |= {name for name, pool in pools.items() if pool == node}
    return next((node for node in tree.inner if node in there and not stands(there[node], k)), None)


def _smallest(
    tree: Tree, counts: Counts, told: Told, top: UUID, names: Collection[str | None]
) -> tuple[UUID, frozenset[str]] | None:
    """Below ``top``, the topmost node of fewest people that tells some of these perspectives of somebody; and these."""
    people: Counter[UUID] = Counter()
    found: dict[UUID, set[str]] = {}
    for team, count in counts.items():
        below = list(takewhile(lambda node: node != top, tree.upwards(team)))
        telling = [node for node in below if told.get(node)]
        if top in tree.upwards(team) and telling:
            people[telling[-1]] += sum(count.values())
            found.setdefault(telling[-1], set()).update(told[telling[-1]] & frozenset(count) & frozenset(names))
    return min(
        ((node, frozenset(told_there)) for node, told_there in found.items() if told_there),
        key=lambda pair: (people[pair[0]], pair[0]),
        default=None,
    )


def _without(tree: Tree, told: Told, node: UUID, names: frozenset[str]) -> Told:
    """These perspectives are told at the node and below it no more; one alone would make no gap."""
    left = {below: told[below] - names for below in told if node in tree.upwards(below)}
    return {**told, **{below: rest if len(rest) > 1 else frozenset() for below, rest in left.items()}}


def stands(teams: Iterable[Count], k: int) -> bool:
    """Whether the sums by perspective of a pool tell nothing of 1 to k-1 people to somebody who knows each team's total.

    Of each perspective there are at least ``k`` people; and for each choice of some of them, but not all, at least ``k`` of the
    chosen people work in a team with people who are not chosen. A perspective of which nobody is there is none.
    """
    alike = _alike(teams)
    names = sorted(frozenset[str | None]().union(*alike), key=str)
    enough = all(sum(count[name] for count in alike) >= k for name in names)
    return enough and all(_mixed(alike, frozenset(chosen)) >= k for chosen in _choices(names))


def _alike(teams: Iterable[Count]) -> list[Counter[str | None]]:
    """The people of the teams that have the same perspectives, put together: no more than that can be told of them."""
    alike: dict[frozenset[str | None], Counter[str | None]] = {}
    for team in teams:
        there = {name: people for name, people in team.items() if people}
        alike.setdefault(frozenset(there), Counter()).update(there)
    return list(alike.values())


def _choices(names: Sequence[str | None]) -> Iterator[tuple[str | None, ...]]:
    """Every choice of some, but not all."""
    return chain.from_iterable(combinations(names, size) for size in range(1, len(names)))


def _mixed(alike: Sequence[Count], chosen: frozenset[str | None]) -> int:
    """The chosen people in teams with others."""
    mixed = [count for count in alike if chosen & count.keys() and count.keys() - chosen]
    return sum(people for count in mixed for name, people in count.items() if name in chosen)
