"""A second attacker reads how scores are made, and solves for what few people said, or what is said of one sensitive item.

It knows more than anybody: how many people of each node gave a level to each item, how many do not know, and how each number is
made. What it does not know are the sums of the levels, by node and item, and who belongs to which node of a pool. Explanations
are read as equations over these sums; intervals are turned back into sums of squares; whatever is no equation (simulations,
discussion points, tables, pages) is made of results and ledgers, of which two companies that differ in hidden things only have
the same bytes. Of each company it reads how the whole is explained, and one more node that the seed chooses: all groups stand in
the whole's explanation.
"""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cache
from itertools import pairwise, product
from math import fsum, sqrt
from uuid import UUID

import msgspec
import numpy as np
import pytest
from companies import Company, item, process, questionnaire, step
from oracle import hiding_each_other, pooled
from partly import ASKED, ITEMS, PLACES, PROCESS, K, Partly, partly, parts

from assess.campaign.model import DONT_KNOW, NO_ANSWER
from assess.maturity.computed import packed
from assess.maturity.engine import computed
from assess.maturity.ledger import GroupLedger, ItemTally, Ledger
from assess.maturity.model import NodeResults, ProcessResult, Result, State
from assess.maturity.scores.changes import Change
from assess.maturity.scores.derivation import Facts, derived
from assess.maturity.scores.explanation import explain
from assess.maturity.scores.lines import walk
from assess.maturity.scores.simulation import simulate
from assess.maturity.student import quantile
from assess.questionnaire.model import Item, Kind

PRIME = 2**31 - 1
Sums = Mapping[tuple[UUID, str], Fraction]
"""By node and item, the part of a number that one level there makes."""


class Solved:
    """Equations over the sums of each node and item, solved modulo a prime: what they determine is found with certainty."""

    def __init__(self, company: Partly, rows: Sequence[Sums]):
        self.columns = {pair: place for place, pair in enumerate(product(company.rows, (each.key for each in ITEMS)))}
        self.pivots: list[int] = []
        different = {tuple(self._numbers(row)) for row in rows}
        matrix = np.array(sorted(different) or [[0] * len(self.columns)], dtype=np.int64)
        for column in range(matrix.shape[1]):
            done = len(self.pivots)
            there = np.flatnonzero(matrix[done:, column])
            if len(there):
                matrix[[done, done + there[0]]] = matrix[[done + there[0], done]]
                matrix[done] = matrix[done] * pow(int(matrix[done, column]), -1, PRIME) % PRIME
                times = matrix[:, column].copy()
                times[done] = 0
                matrix = (matrix - times[:, None] * matrix[done] % PRIME) % PRIME
                self.pivots.append(column)
        self.matrix = matrix[: len(self.pivots)]

    def told(self, wanted: Sequence[Sums]) -> list[int]:
        """Which of these sums the equations determine."""
        if not wanted:
            return []
        left = np.array([self._numbers(row) for row in wanted], dtype=np.int64)
        for place, pivot in enumerate(self.pivots):
            left = (left - left[:, [pivot]] * self.matrix[place] % PRIME) % PRIME
        return np.flatnonzero(~left.any(axis=1)).tolist()

    def _numbers(self, row: Sums) -> list[int]:
        numbers = [0] * len(self.columns)
        for pair, part in row.items():
            numbers[self.columns[pair]] = part.numerator * _inverse(part.denominator) % PRIME
        return numbers


@cache
def _inverse(number: int) -> int:
    return pow(number, -1, PRIME)


class Accounts:
    """What an attacker reads of one company, as equations; each number is checked to be what its equation says."""

    def __init__(self, company: Partly):
        self.company = company
        self.groups = company.groups
        self.numbers = 0
        self.items = {each.key: each for each in ITEMS}
        self.steps = dict(parts(PROCESS))
        self.known: dict[tuple[str, str], tuple[Sums, float] | None] = {}

    def rows(self, scores: Sequence[NodeResults], explained: Sequence[NodeResults]) -> Iterator[Sums]:
        """Everything that explanations say, and the prudent values."""
        for score in explained:
            yield from self._explained(self.company.facts(score))
        for score in scores:
            yield from self._prudent(score)

    def _explained(self, facts: Facts) -> Iterator[Sums]:
        if not any(facts.ledgers[node].groups for node in facts.ledgers):
            return
        known = derived(facts)
        whole = known.asked[0].whole
        for line in [*walk(known.root), *(part for each in known.items.values() for part in walk(each.line))]:
            name, _, at = line.of.partition("@")
            home = at or facts.score.key
            if line.value is None or home not in self.groups or not (at or whole):
                continue  # of several groups: their mean by headcount, nothing new
            equation = self._equation(name, home)
            if equation is not None:
                row, truth = equation
                assert abs(float(line.value) - truth) <= 1e-9
                self.numbers += 1
                yield row

    def _equation(self, name: str, home: str) -> tuple[Sums, float] | None:
        """What an item or a step of a group is made of, and what that gives for the true answers; of anything else none."""
        if (name, home) not in self.known:
            self.known[name, home] = self._made(name, self.groups[home])
        return self.known[name, home]

    def _made(self, name: str, group: GroupLedger) -> tuple[Sums, float] | None:
        if name in self.items:
            row = self._item(self.items[name], group)
            return row, self.value(row, self.items[name])
        if name in self.steps:
            row = self._step(self.steps[name], group)
            return row, self.value(row, self.steps[name][0])
        return None

    def _item(self, each: Item, group: GroupLedger, share: Fraction = Fraction(1)) -> Sums:
        n = group.items[each.key].n
        return {(home, each.key): share / n for home in group.nodes if home in self.company.rows}

    def _step(self, items: Sequence[Item], group: GroupLedger) -> Sums:
        row: dict[tuple[UUID, str], Fraction] = {}
        for each, weight in self.weights(items, group).items():
            row |= self._item(next(found for found in items if found.key == each), group, weight)
        return row

    def weights(self, items: Sequence[Item], group: GroupLedger) -> dict[str, Fraction]:
        """The share of each scored item in a group's step."""
        scored = [each for each in items if group.items[each.key].state is State.SCORED]
        weights = {each.key: Fraction(str(each.weight)) for each in scored}
        hiding = hiding_each_other(scored) if len(scored) > 1 else set()
        weights |= pooled({key: weights[key] for key in hiding}, {key: group.items[key].n for key in hiding})
        return {key: weight / sum(weights.values()) for key, weight in weights.items()}

    def _prudent(self, score: NodeResults) -> Iterator[Sums]:
        """n·mean + lowest·(those who do not know), over all of them: of the groups by headcount."""
        below = [self.groups[node.key] for node in self._at_or_below(score) if node.key in self.groups]
        for told, asked in zip(score.processes[0].steps, PROCESS.steps, strict=True):
            if told.prudent is not None:
                telling = [group for group in below if self._tells(asked.items, group)]
                heads = sum(group.headcount for group in telling)
                row: dict[tuple[UUID, str], Fraction] = {}
                constant = Fraction(0)
                for group in telling:
                    for key, weight in self.weights(asked.items, group).items():
                        part = weight * Fraction(group.headcount, heads)
                        known = group.items[key].n + group.items[key].dont_know
                        row |= {(home, key): part / known for home in group.nodes if home in self.company.rows}
                        constant += part * Fraction(group.items[key].dont_know, known)
                assert told.prudent == pytest.approx(self.value(row, asked.items[0]) + float(constant), abs=1e-9)
                self.numbers += 1
                yield row

    def _tells(self, items: Sequence[Item], group: GroupLedger) -> bool:
        scored = [each for each in items if group.items[each.key].state is State.SCORED]
        applicable = [each for each in items if group.items[each.key].state is not State.NOT_APPLICABLE]
        enough = sum(each.weight for each in scored) >= 0.6 * sum(each.weight for each in applicable) - 1e-9
        return bool(scored) and enough and [each.sensitive for each in scored] != [True]

    def _at_or_below(self, score: NodeResults) -> list[NodeResults]:
        inside = self.company.below(score.node)
        return [node for node in self.company.scores if node.node in inside]

    def value(self, row: Sums, like: Item) -> float:
        """What an equation gives for the true answers."""
        assert like.lowest == (1 if like.kind is Kind.PRACTICE else 0)  # all on their own ladder
        return fsum(float(part) * self.company.totals[pair] for pair, part in row.items())

    def secrets(self) -> list[Sums]:
        """Each sum of 1 to k-1 people, and each of a sensitive item: of a node, of all below one, of a group, of all groups.

        Whoever imported answers takes them away: only the others are counted.
        """
        company = self.company
        homes = [{home} for home in company.rows]
        homes += [company.below(node.node) & company.rows.keys() for node in company.found.nodes]
        homes += [set(group.nodes) & company.rows.keys() for group in self.groups.values()]
        found = []
        for each in ITEMS:
            for nodes in {frozenset(where) for where in homes}:
                people = company.others(sorted(nodes), each)
                if 0 < people < K or (people and each.sensitive):
                    found.append({(home, each.key): Fraction(1) for home in nodes})
            telling = [group for group in self.groups.values() if group.items[each.key].state is State.SCORED]
            if each.sensitive and telling:
                heads = sum(group.headcount for group in telling)
                shares = [self._item(each, group, Fraction(group.headcount, heads)) for group in telling]
                found.append({pair: part for row in shares for pair, part in row.items()})
        return found


@pytest.mark.parametrize("start", range(900, -1, -100))  # the tests below read the first 300 again
def test_no_account_of_a_thousand_companies_gives_away_few_people_or_a_sensitive_item(start):
    numbers = few = 0
    for seed in range(start, start + 100):
        company = partly(seed)
        accounts, scores = Accounts(company), company.scores
        solved = Solved(company, list(accounts.rows(scores, [scores[0], scores[seed % len(scores)]])))
        assert not solved.told(accounts.secrets()), seed
        assert all(share is None or 20 * share == round(20 * share) for share in shares(scores)), seed
        numbers += accounts.numbers
        for squares, apart, several in products(accounts, scores):
            assert several >= K or squares == pytest.approx(apart, abs=1e-7), seed
            few += 0 < several < K
    assert (numbers > 1000, few > 0) == (True, True)


def test_a_second_release_in_another_order_of_people_and_teams_says_nothing_more():
    for seed in range(100):
        company = partly(seed)
        assert packed(company.again()) == packed(company.found), seed


def shares(scores: Sequence[NodeResults]) -> Iterator[float | None]:
    """Every share of people who know or do not know."""
    for score in scores:
        for process_of in score.processes:
            yield from (each.dont_know for step_of in process_of.steps for each in step_of.items)
            yield from (each.awareness for each in process_of.kpis)


def test_no_account_gives_away_the_few_people_who_answered_beside_imported_ones():
    """Whoever imported answers knows how many of them gave a level to each item, and what these levels sum up to."""
    numbers = few = 0
    for seed in range(300):
        company = Partly(seed, elsewhere=True)
        accounts, scores = Accounts(company), company.scores
        solved = Solved(company, list(accounts.rows(scores, [scores[0], scores[seed % len(scores)]])))
        assert not solved.told(accounts.secrets()), seed
        numbers += accounts.numbers
        few += sum(
            0 < company.others([home], each) < K <= len(company.levels([home], each))
            for home, each in product(company.rows, ITEMS)
        )
    assert (numbers > 1000, few > 500) == (True, True)


def test_who_imported_answers_would_read_the_others_if_imported_ones_protected_them():
    found = 0
    for seed in range(60):
        company = Partly(seed, elsewhere=True, forgotten=True)
        accounts, scores = Accounts(company), company.scores
        found += bool(Solved(company, list(accounts.rows(scores, scores))).told(accounts.secrets()))
    assert found > 20


# What an attacker finds when a rule is left out.


def test_an_item_of_fewer_than_k_people_told_in_one_team_is_found():
    found = 0
    for seed in range(60):
        company = partly(seed)
        accounts, scores = Accounts(company), company.scores
        rows = list(accounts.rows(scores, scores[:1]))
        for each, home in product(ITEMS, company.rows):
            if company.levels([home], each) and not each.sensitive:
                rows.append({(home, each.key): Fraction(1)})
        found += bool(Solved(company, rows).told(accounts.secrets()))
    assert found > 20


def test_a_prudent_value_of_a_step_with_a_sensitive_item_would_tell_the_item():
    """The "don't knows" of one item take its mean less the lowest level from the value, so many times."""
    found = 0
    for seed in range(100):
        company = partly(seed)
        accounts, scores = Accounts(company), company.scores
        rows = list(accounts.rows(scores, scores[:1]))
        for (_, items), group in product(parts(PROCESS), accounts.groups.values()):
            if accounts._tells(items, group):
                rows.append(
                    {
                        (home, key): weight / (group.items[key].n + group.items[key].dont_know)
                        for key, weight in accounts.weights(items, group).items()
                        for home in group.nodes
                        if home in company.rows
                    }
                )
        found += bool(Solved(company, rows).told(accounts.secrets()))
    assert found > 20


# A sum of fractions: with whole numbers on top, the fraction itself may tell them.


def solutions(
    value: Fraction, weights: Mapping[str, Fraction], n: Mapping[str, int], ranges: Mapping[str, range]
) -> int:
    """How many different totals of the last item are possible, each within its band, where the items' part is ``value``."""
    *others, last = weights
    sums = {Fraction(0)}
    for key in others:
        sums = {total + weights[key] * Fraction(own, n[key]) for total in sums for own in ranges[key]}
    return sum(value - weights[last] * Fraction(own, n[last]) in sums for own in ranges[last])


def test_the_fraction_of_a_step_does_not_tell_the_sensitive_item_that_one_person_left_out():
    """Seven people, four items as in the standard questionnaire; one does not know the last one, of which six give a level."""
    weights = {"a": Fraction(2, 5), "b": Fraction(1, 5), "c": Fraction(1, 5), "d": Fraction(1, 5)}
    n = {"a": 7, "b": 7, "c": 7, "d": 6}
    totals = {"a": 24, "b": 25, "c": 23, "d": 20}
    bands = {key: range(3 * n[key], 4 * n[key] + 1) for key in n}
    shared = pooled(weights, n)
    told = [sum(each[key] * Fraction(totals[key], n[key]) for key in n) for each in (weights, shared)]
    assert solutions(told[0], weights, n, bands) == 1  # the mean of means tells it: 20 of 6 people
    assert solutions(told[1], shared, n, bands) == len(bands["d"])  # the mean of all answers says nothing
    company = Company(ASKED, k=K)
    company.team("one", [_row_of(totals, n, person) for person in range(7)])
    (found,) = [each for each in company.results().nodes[0].processes[0].steps if each.key == "acq-c"]
    assert found.result.value == pytest.approx(float(told[1]), abs=1e-12)


def _row_of(totals: Mapping[str, int], n: Mapping[str, int], person: int) -> list[int]:
    """One of the people whose levels have these totals."""
    levels = [
        total // n[key] + (person < total % n[key]) if person < n[key] else DONT_KNOW for key, total in totals.items()
    ]
    return [3, 3, 3, 3, 3, 3, *levels, 2]


# Sums of squares: intervals are turned back.


def squares_of(result: Result, n: int) -> float | None:
    """Σ u_r² of a team's result, from its interval for comparisons; none where both ends are the ladder's."""
    ends = [abs(result.value - end) for end in (result.comparison.low, result.comparison.high) if 1 < end < 5]
    if not ends:
        return None
    variance = (max(ends) / quantile(0.975, n + 1)) ** 2
    return (variance * n * (n + 1) - 2 * 0.7) / n**2


def residuals(accounts: Accounts, items: Sequence[Item], group: GroupLedger) -> dict[int, dict[str, float]]:
    """By person and item, how far the person moves the step; of whoever moves it."""
    rows = [row for home in group.nodes for row in accounts.company.rows.get(home, ())]
    found: dict[int, dict[str, float]] = {}
    for key, weight in accounts.weights(items, group).items():
        tally = group.items[key]
        for person, row in enumerate(rows):
            if row[PLACES[key]] >= 0:
                own = found.setdefault(person, {})
                own[key] = float(weight) * (row[PLACES[key]] - tally.total / tally.n) / tally.n
    return found


def products(accounts: Accounts, scores: Sequence[NodeResults]) -> Iterator[tuple[float, float, int]]:
    """Of each step of a team: Σ u_r² from its interval, the most that it can be by its items, how many people answered several.

    The square of a sum is the items' squares, which are known, and products of what people say of two items.
    """
    for score in scores:
        group = accounts.groups.get(score.key)
        if group is not None and group.nodes == [score.node]:
            for told, asked in zip(score.processes[0].steps, PROCESS.steps, strict=True):
                squares = None if told.result.value is None else squares_of(told.result, told.result.n)
                if squares is not None:
                    people = residuals(accounts, asked.items, group)
                    yield squares, most(people.values()), sum(len(moved) > 1 for moved in people.values())


def most(people: Iterable[Mapping[str, float]]) -> float:
    """Σ u_r² from the sums of squares of single items, by what each person moves of each."""
    items: dict[str, list[float]] = {}
    for moved in people:
        for key, own in moved.items():
            items.setdefault(key, []).append(own**2)
    return fsum(sqrt(fsum(own)) for own in items.values()) ** 2


PAIR = questionnaire("acq", process("acq", [step("acq-a", [item("acq-a-1"), item("acq-a-2")])]))


def test_the_one_who_answered_both_items_cannot_be_found_from_the_interval():
    """Five people answered each item, one of them both. With the square of the sum, what that one said of both would be plain."""
    first, second = [1, 2, 4, 2, 5], [1, 5, 5, 3, 4]
    rows = [[level, NO_ANSWER] for level in first[:4]] + [[first[4], second[0]]]
    rows += [[NO_ANSWER, level] for level in second[1:]]
    company = Company(PAIR, k=K)
    company.team("one", rows)
    (found,) = company.results().nodes[1].processes[0].steps
    means = [sum(levels) / 5 for levels in (first, second)]
    distances = [[(level - mean) / 10 for level in levels] for levels, mean in zip((first, second), means, strict=True)]
    apart = most({key: own} for key, each in zip("ab", distances, strict=True) for own in each)
    assert squares_of(found.result, 9) == pytest.approx(apart, abs=1e-9)
    told = 2 * distances[0][4] * distances[1][0]  # what the square of the sum would add
    pairs = [
        (a, b)
        for a, b in product(set(first), set(second))
        if 2 * (a - means[0]) / 10 * (b - means[1]) / 10 == pytest.approx(told, abs=1e-9)
    ]
    assert pairs == [(first[4], second[0])]


CORE = [
    questionnaire(key, process(key, [step(f"{key}-{place}", [item(f"{key}-{place}-1")]) for place in "ab"]))
    for key in ("acq", "off", "exp")
]


def answered_by_few(seed: int) -> tuple[list[list[int]], int]:
    """People of whom five answer each step alone; a few, or enough, answer everything."""
    die = random.Random(seed)
    several = die.randint(0, 8)
    alone = [[place] for place in range(6) for _ in range(5)]
    return [
        [die.randint(1, 5) if place in told else NO_ANSWER for place in range(6)]
        for told in [*alone, *[list(range(6))] * several]
    ], several


def lengths_of(parts: Sequence[Result]) -> float | None:
    """The most that Σ u_r² of the mean of these can be, from their own."""
    squares = [squares_of(part, part.n) for part in parts]
    return None if None in squares else (fsum(map(sqrt, squares)) / len(parts)) ** 2


def test_of_a_process_and_of_the_whole_intervals_say_no_more_than_those_of_their_parts_where_few_answered_several():
    few = enough = 0
    for seed in range(300):
        rows, several = answered_by_few(seed)
        company = Company(*CORE, k=K)
        company.team("one", rows)
        company.team("two", [[3] * 6] * 6)
        node = next(each for each in company.results().nodes if each.key == "one")
        wholes = [(node.overall, [each.result for each in node.processes])]
        wholes += [(each.result, [part.result for part in each.steps]) for each in node.processes]
        for told, below in wholes:
            squares, most_of_parts = squares_of(told, told.n), lengths_of(below)
            if squares is not None and most_of_parts is not None:
                alike = squares == pytest.approx(most_of_parts, abs=1e-9)
                assert alike or several >= K, seed
                few += 0 < several < K
                enough += not alike
    assert (few > 300, enough > 300) == (True, True)


def test_whether_teams_may_be_compared_follows_from_what_is_published_of_them():
    """F is made of the teams' values, numbers of people and intervals: it says nothing that these do not."""
    compared = 0
    for seed in range(300):
        company = partly(seed)
        groups, found = company.groups, company.found.summary.comparability[0]
        teams = [score for score in company.scores if score.key in groups and groups[score.key].nodes == [score.node]]
        results = [score.processes[0].result for score in teams if score.processes[0].result.state is State.SCORED]
        squares = [squares_of(result, result.n) for result in results]
        if found.f is not None and None not in squares:
            n = np.array([result.n for result in results])
            means = np.array([result.value for result in results])
            between = (n * (means - (n * means).sum() / n.sum()) ** 2).sum() / (len(n) - 1)
            within = (n**2 * np.array(squares)).sum() / (n.sum() - len(n))
            assert (found.teams, found.people) == (len(n), n.sum())
            assert found.f == pytest.approx(between / within, rel=1e-6)
            compared += 1
    assert compared > 30


def test_how_an_item_scatters_that_hides_a_sensitive_one_is_no_part_of_any_agreement():
    """With the others' scatter known, the process's would tell its own, and so nearly always its mean, and the other one's."""
    told = []
    for levels in ([3, 3, 3, 3, 3, 3], [1, 5, 3, 3, 3, 3]):
        company = Company(ASKED, k=K)
        company.team("one", [[2, 4, 3, level, place % 5 + 1, 2, 3, 4, 3, 2, 3] for place, level in enumerate(levels)])
        told.append([process.result.agreement for node in company.results().nodes for process in node.processes])
    assert told[0] == told[1] != [None, None]


# Two companies that differ in what nobody may know have the same bytes.


def twins(company: Partly) -> Iterator[tuple[str, dict[UUID, list[list[int]]]]]:
    """Other answers: people exchanged inside their groups, and other levels where too few gave one."""
    die = random.Random(1)
    moved, other = ({home: [list(row) for row in rows] for home, rows in company.rows.items()} for _ in range(2))
    for group in company.groups.values():
        homes = [home for home in group.nodes if home in moved]
        people = [row for home in homes for row in moved[home]]
        die.shuffle(people)
        for home in homes:
            moved[home], people = people[: len(moved[home])], people[len(moved[home]) :]
        for place, each in enumerate(ITEMS):
            if group.items[each.key].state is State.BELOW_THRESHOLD:
                for row in (row for home in homes for row in other[home] if row[place] >= 0):
                    row[place] = die.randint(each.lowest, each.highest)
    yield "people exchanged inside of their groups", moved
    yield "other levels where fewer than k people gave one", other


def test_whoever_stands_in_a_pool_and_whatever_too_few_say_changes_no_byte():
    """Of results, ledgers and summary, of which explanations, simulations, discussion points, tables and pages are made."""
    pools = changed = 0
    for seed in range(250):
        company = partly(seed)
        for what, rows in twins(company):
            if rows != company.rows:
                inputs = company.company.inputs()
                answers = [
                    msgspec.structs.replace(team, rows=rows[team.team_id])
                    for team in inputs.answers
                    if team.team_id in rows
                ]
                twin = computed(msgspec.structs.replace(inputs, answers=answers), "0" * 64)
                assert packed(twin) == packed(company.found), (seed, what)
                changed += 1
        pools += any(len(group.nodes) > 1 for group in company.groups.values())
    assert (pools > 30, changed > 150) == (True, True)


def test_whatever_sensitive_items_say_that_hide_each_other_an_explanation_and_a_simulation_stay_the_same():
    """Levels that move from one of them to another leave the sum, and so every word and number, as they were."""
    changed = 0
    for seed in range(150):
        company = partly(seed)
        scores = company.scores
        score = scores[seed % len(scores)]
        facts = company.facts(score)
        other = msgspec.structs.replace(facts, ledgers={node: _moved(ledger) for node, ledger in facts.ledgers.items()})
        if other.ledgers != facts.ledgers:
            told, moved = explain(facts), explain(other)
            assert (moved, simulate(other, [])) == (told, simulate(facts, [])), seed
            movable = next((each for each in _plain(score.processes[0])), None)
            if movable is not None:
                changes = [Change(item=movable, raised="1/2")]
                assert simulate(other, changes) == simulate(facts, changes), seed
            changed += 1
    assert changed > 50


def _plain(found: ProcessResult) -> list[str]:
    items = [each for step_of in found.steps for each in step_of.items]
    return [each.key for each in items if each.band is None and each.result.state is State.SCORED]


def _moved(ledger: Ledger) -> Ledger:
    """The ledger with levels moved from one hidden item to another of the same step."""
    return Ledger(groups=[_of_group(group) for group in ledger.groups])


def _of_group(group: GroupLedger) -> GroupLedger:
    items = dict(group.items)
    for _, asked in parts(PROCESS):
        scored = [each for each in asked if items[each.key].state is State.SCORED]
        hiding = [each for each in scored if len(scored) > 1 and each.key in hiding_each_other(scored)]
        for one, other in pairwise(hiding):
            up, down = int(other.weight), -int(one.weight)
            a, b = items[one.key], items[other.key]
            if a.total + up <= 5 * a.n and b.total + down >= b.n:
                items[one.key], items[other.key] = _plus(a, up), _plus(b, down)
    return msgspec.structs.replace(group, items=items)


def _plus(tally: ItemTally, levels: int) -> ItemTally:
    return msgspec.structs.replace(tally, total=tally.total + levels)
