"""An attacker reads every published number of random organisations, solves for the true groups, and finds none that is too small.

The true groups are the people of one perspective at one node of the tree. What the attacker has is the engine's output: of each
node the counts, values and perspectives on each process, step, item and KPI, and the mask. Everybody answers everything, so
that each number is a known sum over the groups; that it is the sum that the attacker takes it for is asserted of every number.

What people say of one process says nothing of another, so each process is a system of its own. An overall score is the mean of
processes told beside it, and adds no row. An interval of several groups is made of each group's own spread, and says no more
than those of the groups that are shown and of the pools. Successive releases, after one exemption or another is confirmed, differ
by which whole pools count in a step; the numbers of people of nodes inside one another give each pool by itself already, so no
order of releases adds a row. A balanced score is added up from the gaps beside it, and adds no row.
"""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import product
from math import fsum
from uuid import UUID

import msgspec
import pytest
from balances import Reader
from companies import ACQ, COMPANY, EXP, OFF, Company

from assess.campaign.model import PERSPECTIVES, PerspectiveShare
from assess.campaign.voices import Spoken, heard
from assess.maturity.engine import results_of
from assess.maturity.model import CampaignResults, NodeResults, ProcessResult, State
from assess.questionnaire.model import Questionnaire

CORE = (ACQ, OFF, EXP)
PRIME = 2**61 - 1
"""Ranks are taken modulo this prime: a determined group is found with certainty, one that is not is "found" once in 10¹⁸."""
MOST_ROWS = 12
"""So many rows that have groups in common are tried in every combination."""
NAMES = ("manager", "member", "headquarters", None)
Group = tuple[UUID, str | None]
Row = Mapping[Group, int]


class Organisation:
    """A random tree of depth up to 4, and a threshold k; inner nodes may have people; teams are asked some questionnaires.

    A third of all have an overall score: most of their teams are asked all three core processes. One team in ten answers little.
    Whoever changes the answers makes an organisation of their own; ``organisation_of`` has those that nobody changes.
    """

    def __init__(self, seed: int, *, teams: int = 7):
        die = random.Random(seed)
        self.k = die.randint(5, 10)
        self.versions = CORE if seed % 3 == 0 else (ACQ, OFF)
        self.company = Company(*self.versions, k=self.k)
        self.company.balance = shares_of(seed)
        self.people: dict[UUID, list[tuple[str | None, list[int]]]] = {}
        self.inside: dict[UUID, frozenset[UUID]] = {}
        self.asked: dict[UUID, list[Questionnaire]] = {}
        inner: list[tuple[UUID | None, int]] = [(None, 0)]
        names = die.sample(NAMES, die.randint(1, 4))
        common = [name for name in names if die.random() < 0.8]
        for number in range(die.randint(0, 4)):
            above, depth = die.choice([each for each in inner if each[1] < 3])
            if die.random() < 0.25:
                made = self._team(die, f"staff-{number}", above, names, common)
            else:
                made = self.company.parent(f"part-{number}", above)
            inner.append((made, depth + 1))
        above = [die.choice(inner) for _ in range(die.randint(2, teams))]
        self.depth = 1 + max(depth for _, depth in above)
        for number, (parent, _) in enumerate(above):
            self._team(die, f"team-{number}", parent, names, common)

    def _team(
        self,
        die: random.Random,
        key: str,
        above: UUID | None,
        names: Sequence[str | None],
        common: Sequence[str | None],
    ) -> UUID:
        whole = list(self.versions)
        asked = die.choice([[ACQ], whole, whole] if self.versions != CORE else [[ACQ], [OFF, EXP], *[whole] * 6])
        kinds = [name for name in names if name in common or die.random() < 0.4]
        said = [(name, die.choice([0, 1, 1, 2, 3, self.k, self.k + 1, self.k + 3])) for name in kinds]
        people = [(name, self._row(die, asked)) for name, number in said for _ in range(number)]
        invited = len(people) * die.choice([1] * 9 + [4]) + die.choice([0, 0, 1, 3])
        made = self.company.team(key, [row for _, row in people], above, asked=asked, invited=invited)
        self.people[made], self.asked[made] = people, asked
        return made

    def _row(self, die: random.Random, asked: Sequence[Questionnaire]) -> list[int]:
        return [die.randint(item.lowest, item.highest) for version in asked for item in version.items()]

    @cached_property
    def results(self) -> CampaignResults:
        """The engine's output, perspectives included; computed once, when everything is answered."""
        inputs = self.company.inputs()
        spoken = [
            Spoken(node, name, {item.key: level for item, level in zip(self.items(node), row, strict=True)})
            for node, people in self.people.items()
            for name, row in people
        ]
        voices = heard(inputs.contract, self.company.versions, spoken)
        return results_of(msgspec.structs.replace(inputs, voices=voices))

    def items(self, node: UUID) -> list[object]:
        return [item for version in self.asked[node] for item in version.items()]

    def below(self, top: UUID) -> frozenset[UUID]:
        """A node and all below it: the tree does not change."""
        if top not in self.inside:
            found = {top}
            for team in self.company.teams:  # parents come first
                if (team.parent_id or COMPANY) in found:
                    found.add(team.team_id)
            self.inside[top] = frozenset(found)
        return self.inside[top]

    def sizes(self, version: Questionnaire | None = None) -> dict[Group, int]:
        """People of each true group who were asked the questionnaire; of all without one."""
        found: dict[Group, int] = {}
        for node, people in self.people.items():
            for name, _ in people:
                if version is None or version in self.asked[node]:
                    found[node, name] = found.get((node, name), 0) + 1
        return found

    def headcounts(self, version: Questionnaire) -> dict[UUID, int]:
        return {
            team.team_id: team.headcount for team in self.company.teams if version in self.asked.get(team.team_id, ())
        }


def shares_of(seed: int) -> list[PerspectiveShare]:
    """What two to four perspectives count, whether the organisation has people of them or not."""
    die = random.Random(f"balance {seed}")
    names = [name for name in PERSPECTIVES if die.random() < 0.6] or ["manager", "member"]
    names = names if len(names) > 1 else ["manager", "headquarters"]
    weights = [die.choice([1, 1, 2, 5]) for _ in names]
    return [
        PerspectiveShare(perspective=name, share=weight / sum(weights))
        for name, weight in zip(names, weights, strict=True)
    ]


@lru_cache(maxsize=100)
def organisation_of(seed: int) -> Organisation:
    """The organisation of a seed, scored once for whoever reads it."""
    return Organisation(seed)


class Attack:
    """What is published of one process, as rows over the true groups."""

    def __init__(self, organisation: Organisation, version: Questionnaire, results: CampaignResults):
        self.organisation, self.version, self.results = organisation, version, results
        self.sizes, self.k = organisation.sizes(version), organisation.k
        (self.process,) = version.processes
        shown = {
            hidden.node for hidden in results.mask if hidden.process == self.process.key and not hidden.perspective
        }
        self.open = [node.node for node in results.nodes if node.node not in shown]
        self.published = [node for node in self.open if self._people(organisation.below(node))]
        self.parts = _parts(version)
        self.said: dict[tuple[str, UUID], list[tuple[str | None, float]]] = {}

    def rows(self) -> Iterator[Row]:
        """What the published numbers say, one row for all that say the same; each number is checked to be what its row says."""
        for node in self.results.nodes:
            (seen,) = [each for each in node.processes if each.key == self.process.key]
            if node.node in self.published:
                yield self._count(node.node, seen)
                yield from self._values(node.node, seen)
                yield from self._views(node.node, seen)
            else:
                assert (seen.result.value, seen.gaps) == (None, [])
                assert all(item.result.n is None for step in seen.steps for item in step.items)

    def _count(self, node: UUID, seen: ProcessResult) -> Row:
        """The number of people of a node."""
        below = self.organisation.below(node)
        if seen.result.n is not None:
            assert seen.result.n == self._people(below)
        return {group: 1 for group in self.sizes if group[0] in below}

    def _values(self, node: UUID, seen: ProcessResult) -> Iterator[Row]:
        """Values are means of pools, weighted by the people invited: integers, as one row may be multiplied.

        Every value of a node is such a mean of the same people, so one row says what all of them say.
        """
        people = {pool: self._people(pool) for pool in self.pools(node) if self._people(pool)}
        assert all(there >= self.k for there in people.values())
        heads = self.organisation.headcounts(self.version)
        weight = {pool: sum(heads.get(each, 0) for each in pool) for pool in people}
        parts = {pool: weight[pool] * pow(there, -1, PRIME) for pool, there in people.items()}
        row = {group: part for pool, part in parts.items() for group in self.sizes if group[0] in pool}
        published = list(_published(seen))
        for key, value in published:
            means = [(weight[pool], fsum(self._truth(key, pool, NAMES)) / there) for pool, there in people.items()]
            truth = fsum(share * mean for share, mean in means) / sum(share for share, _ in means)
            assert abs(value - truth) <= 1e-9, key
        if published:
            yield row  # the same of each

    def _views(self, node: UUID, seen: ProcessResult) -> Iterator[Row]:
        """A perspective's mean and number of people."""
        below = self.organisation.below(node)
        for gap in seen.gaps:
            for view in (gap.left, gap.right):
                said = self._truth(gap.step or seen.key, below, [view.perspective])
                assert view.n == len(said) >= self.k
                assert view.mean == pytest.approx(fsum(said) / len(said), abs=0.05 + 1e-9)  # told by the tenth
                yield {group: 1 for group in self.sizes if group[0] in below and group[1] == view.perspective}

    def pools(self, node: UUID) -> list[frozenset[UUID]]:
        """The people of a node without those of the published nodes below it, and the same of each of these."""
        return [self._pool(each) for each in self.published if each in self.organisation.below(node)]

    def _pool(self, node: UUID) -> frozenset[UUID]:
        below = self.organisation.below
        inside = [each for each in self.open if each in below(node) and each != node]
        return frozenset(below(node)).difference(*(below(each) for each in inside))

    def _people(self, nodes: Iterable[UUID]) -> int:
        there = frozenset(nodes)
        return sum(size for (node, _), size in self.sizes.items() if node in there)

    def _truth(self, key: str, nodes: Iterable[UUID], names: Sequence[str | None]) -> list[float]:
        """What each of these people says of an item, a step or the process."""
        return [said for node in nodes for name, said in self._said(key, node) if name in names]

    def _said(self, key: str, node: UUID) -> Sequence[tuple[str | None, float]]:
        """What each person of a node says, as a weighted mean."""
        if self.version not in self.organisation.asked.get(node, ()):
            return ()
        if (key, node) not in self.said:
            places = {item.key: place for place, item in enumerate(self.organisation.items(node))}
            parts = [(weight, places[item]) for weight, item in self.parts[key]]
            self.said[key, node] = [
                (name, fsum(weight * row[place] for weight, place in parts))
                for name, row in self.organisation.people[node]
            ]
        return self.said[key, node]

    def recovered(self, rows: Iterable[Row]) -> list[int]:
        """The sizes below the threshold of what the rows determine: true groups, teams, nodes, perspectives of nodes."""
        groups = list(self.sizes)
        basis = Basis(groups, rows)
        nodes = {node: self.organisation.below(node) for node in (COMPANY, *self.organisation.people, *self._inner())}
        wanted = [{group} for group in groups]
        wanted += [{group for group in groups if group[0] == node} for node in nodes]
        wanted += [{group for group in groups if group[0] in below} for below in nodes.values()]
        wanted += [
            {group for group in groups if group[0] in below and group[1] == name}
            for below in nodes.values()
            for name in NAMES
        ]
        small = [each for each in wanted if 0 < sum(self.sizes[group] for group in each) < self.k]
        found = [sum(self.sizes[group] for group in each) for each in small if basis.spans(each)]
        unions = [sum(self.sizes[group] for group in each) for each in basis.sets()]
        return found + [size for size in unions if size < self.k]

    def _inner(self) -> set[UUID]:
        return {team.team_id for team in self.organisation.company.teams}


class Basis:
    """Reduced rows modulo the prime."""

    def __init__(self, groups: Sequence[Group], rows: Iterable[Row]):
        self.groups = groups
        self.rows: dict[int, list[int]] = {}
        for row in {tuple(row.get(group, 0) % PRIME for group in groups) for row in rows}:
            self._add(list(row))

    def _add(self, row: list[int]) -> None:
        row = self._left(row)
        pivot = next((place for place, value in enumerate(row) if value), None)
        if pivot is not None:
            inverse = pow(row[pivot], -1, PRIME)
            row = [value * inverse % PRIME for value in row]
            for other in self.rows.values():
                times = other[pivot]
                other[:] = [(a - times * b) % PRIME for a, b in zip(other, row, strict=True)]
            self.rows[pivot] = row

    def _left(self, row: list[int]) -> list[int]:
        for pivot, other in self.rows.items():
            times = row[pivot]
            row = [(a - times * b) % PRIME for a, b in zip(row, other, strict=True)] if times else row
        return row

    def spans(self, chosen: set[Group]) -> bool:
        """Whether the sum over these groups can be computed."""
        return not any(self._left([int(group in chosen) for group in self.groups]))

    def sets(self) -> Iterator[list[Group]]:
        """Every set of groups whose sum can be computed, of rows that have groups in common; all others are unions of these."""
        for rows in self._connected():
            assert len(rows) <= MOST_ROWS
            for chosen in product((0, 1), repeat=len(rows)):
                picked = [row for row, one in zip(rows, chosen, strict=True) if one]
                vector = [sum(values) % PRIME for values in zip(*picked, strict=True)]
                if any(vector) and set(vector) <= {0, 1}:
                    yield [group for group, value in zip(self.groups, vector, strict=True) if value]

    def _connected(self) -> list[list[list[int]]]:
        """The reduced rows, those together that have a group in common with one another."""
        found: list[tuple[set[int], list[list[int]]]] = []
        for row in self.rows.values():
            places, rows = {place for place, value in enumerate(row) if value}, [row]
            for other in [each for each in found if each[0] & places]:
                found.remove(other)
                places, rows = places | other[0], rows + other[1]
            found.append((places, rows))
        return [rows for _, rows in found]


def _published(seen: ProcessResult) -> Iterator[tuple[str, float]]:
    """Every value of a process, by what it is of; of sensitive items only a band is told."""
    results = [(seen.key, seen.result), *((step.key, step.result) for step in seen.steps)]
    results += [(item.key, item.result) for step in seen.steps for item in step.items if item.band is None]
    results += [(kpi.key, kpi.result) for kpi in seen.kpis]
    yield from ((key, result.value) for key, result in results if result.value is not None)
    prudent = [(seen.key, seen.prudent), *((step.key, step.prudent) for step in seen.steps)]
    yield from ((key, value) for key, value in prudent if value is not None)


def _parts(version: Questionnaire) -> dict[str, list[tuple[float, str]]]:
    """Of the process, each step and each item: the items it is made of, with their weights, which sum up to 1."""
    (process,) = version.processes
    found = {item.key: [(1.0, item.key)] for item in process.items()}
    for step in process.steps:
        total = fsum(item.weight for item in step.items)
        found[step.key] = [(item.weight / total, item.key) for item in step.items]
    total = fsum(step.weight for step in process.steps)
    found[process.key] = [
        (step.weight / total * weight, item) for step in process.steps for weight, item in found[step.key]
    ]
    return found


@pytest.mark.parametrize("start", range(900, -1, -100))  # the tests below read the first 100 again
def test_no_published_number_of_a_thousand_organisations_gives_a_small_group_away(start):
    for seed in range(start, start + 100):
        organisation = organisation_of(seed)
        results = organisation.results
        for version in organisation.versions:
            attack = Attack(organisation, version, results)
            assert not attack.recovered(attack.rows()), seed
        for node in results.nodes:
            assert told_beside(node), seed
        shares = {each.perspective: each.share for each in organisation.company.balance or ()}
        assert Reader(results, shares).surprises() == [], seed


def told_beside(node: NodeResults) -> bool:
    """Whether an overall score is the mean of values that are told beside it."""
    values = [process.result.value for process in node.processes]
    overall = node.overall.value
    return overall is None or (None not in values and overall == pytest.approx(fsum(values) / len(values), abs=1e-12))


def test_something_is_published_of_these_organisations():
    organisations = [organisation_of(seed) for seed in range(100)]
    told = [organisation.results for organisation in organisations]
    nodes = [node for each in told for node in each.nodes]
    assert sum(node.state is State.SCORED for node in nodes) > 300
    assert sum(bool(process.gaps) for node in nodes for process in node.processes) > 20
    assert sum(node.overall.value is not None for node in nodes) > 50
    balanced = [found for node in nodes for process in node.processes if (found := process.balanced) is not None]
    assert sum(found.value is not None for found in balanced) > 10
    assert {found.state for found in balanced} >= {State.SCORED, State.BELOW_THRESHOLD, State.PROTECTS_OTHERS}
    assert {organisation.k for organisation in organisations} == set(range(5, 11))
    assert {organisation.depth for organisation in organisations} == {1, 2, 3, 4}
    reasons = {hidden.reason for each in told for hidden in each.mask if not hidden.perspective}
    assert reasons == {State.BELOW_THRESHOLD, State.PROTECTS_OTHERS, State.LOW_PARTICIPATION}


def test_counts_of_responses_give_no_small_group_away():
    for seed in range(100):
        organisation = organisation_of(seed)
        results = organisation.results
        attack = Attack(organisation, ACQ, results)
        attack.sizes = organisation.sizes()
        counted = [node for node in results.nodes if node.responses is not None]
        rows = [_all_below(organisation, attack, node) for node in counted]
        assert [node.responses for node in counted] == [sum(attack.sizes[group] for group in row) for row in rows]
        assert not attack.recovered(rows), seed


def _all_below(organisation: Organisation, attack: Attack, node: NodeResults) -> Row:
    below = organisation.below(node.node)
    return {group: 1 for group in attack.sizes if group[0] in below}


def test_a_second_release_of_the_same_campaign_says_nothing_more():
    """Computed again, in another order of people and teams, every number is the same: two releases cannot be subtracted."""
    for seed in range(30):
        organisation, first = Organisation(seed), organisation_of(seed).results
        die = random.Random(seed)
        for people in organisation.people.values():
            die.shuffle(people)
        for team in organisation.company.answers:
            die.shuffle(team.rows)
        die.shuffle(organisation.company.answers)
        second = organisation.results
        assert (first.nodes, first.mask) == (second.nodes, second.mask)


def test_another_campaign_in_which_one_person_more_answered_is_masked_by_itself():
    """What people say anew are other unknowns; so the two campaigns are two systems, and neither gives a group away."""
    for seed in range(60):
        first, second = organisation_of(seed), Organisation(seed)
        node = next(iter(second.people))
        row = second._row(random.Random(seed), second.asked[node])
        second.people[node].append(("member", row))
        next(team for team in second.company.answers if team.team_id == node).rows.append(row)
        for organisation in (first, second):
            attack = Attack(organisation, ACQ, organisation.results)
            assert not attack.recovered(attack.rows()), seed


# The attacker finds what each rule holds back.


def test_without_complementary_suppression_the_attacker_finds_groups():
    found = 0
    for seed in range(60):
        organisation = organisation_of(seed)
        attack = Attack(organisation, ACQ, organisation.results)
        nodes = [COMPANY, *attack._inner()]
        large = [node for node in nodes if attack._people(organisation.below(node)) >= attack.k]
        rows = [{group: 1 for group in attack.sizes if group[0] in organisation.below(node)} for node in large]
        found += bool(attack.recovered(rows))
    assert found > 20


def test_with_every_perspective_of_enough_people_told_the_attacker_finds_groups():
    found = 0
    for seed in range(60):
        organisation = organisation_of(seed)
        attack = Attack(organisation, ACQ, organisation.results)
        rows = list(attack.rows())
        for node in attack.published:
            for name in NAMES[:3]:
                cell = [group for group in attack.sizes if group[0] in organisation.below(node) and group[1] == name]
                if sum(attack.sizes[group] for group in cell) >= attack.k:
                    rows.append(dict.fromkeys(cell, 1))
        found += bool(attack.recovered(rows))
    assert found > 20
