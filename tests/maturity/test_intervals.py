"""Intervals of composites: the golden team, a second way of counting, and the laws."""

import random
from math import sqrt
from statistics import variance
from uuid import UUID

import pytest
from companies import GOLDEN, answers
from test_scoring import G1, ITEMS, Table

from assess.maturity.intervals import Estimate, Stratum, interval, mixed, standard_error
from assess.maturity.student import quantile

LADDER = (1.0, 5.0)
G = GOLDEN["G1"]


def estimate(rows, headcount, *, items=ITEMS, node=1, k=1):
    found = Table(rows, items, k).score()
    return Estimate(found.value, 1.0, [Stratum(1.0, {UUID(int=node): headcount}, {UUID(int=node): found.residuals})])


def drawn(seed, people=None, silence=0.2):
    """Rows of people who all answered something."""
    die = random.Random(seed)
    rows = answers(die, people or die.randint(2, 14), len(ITEMS), silence=silence)
    return [[die.randint(1, 5), *row[1:]] for row in rows], die


def width(found):
    return found.high - found.low


def test_the_golden_team_as_a_finite_team():
    found = estimate(G1, G["N"])
    assert standard_error(found) == pytest.approx(G["se_fpc"], rel=1e-9)
    assert [interval(found, LADDER).low, interval(found, LADDER).high] == pytest.approx(G["ci"], rel=1e-9)


def test_the_golden_team_as_one_of_many_such_teams():
    found = estimate(G1, G["N"])
    bounds = interval(found, LADDER, finite=False)
    assert standard_error(found, finite=False) == pytest.approx(G["se_superpop"], rel=1e-9)
    assert [bounds.low, bounds.high] == pytest.approx(G["ci_superpop"], rel=1e-9)


@pytest.mark.parametrize("seed", range(30))
def test_with_nothing_missing_it_is_the_variance_of_the_people_s_own_means(seed):
    rows, _ = drawn(seed, silence=0)
    means = [sum(found.weight * answer for found, answer in zip(ITEMS, row, strict=True)) / 5 for row in rows]
    n, headcount = len(rows), len(rows) + 4
    smoothed = ((n - 1) * variance(means) + 2 * 0.7) / (n + 1)
    assert standard_error(estimate(rows, headcount)) == pytest.approx(
        sqrt(smoothed / n * (1 - n / headcount)), rel=1e-9
    )


@pytest.mark.parametrize("seed", range(60))
def test_an_interval_contains_its_value_and_stays_on_the_ladder(seed):
    rows, die = drawn(seed)
    found = estimate(rows, len(rows) + die.randint(0, 9))
    for bounds in (interval(found, LADDER), interval(found, LADDER, finite=False)):
        assert 1.0 <= bounds.low <= found.value <= bounds.high <= 5.0


@pytest.mark.parametrize("level", [1, 3, 5])
@pytest.mark.parametrize("people", [1, 2, 5, 12])
def test_even_unanimity_of_some_is_no_certainty(people, level):
    assert width(interval(estimate([[level] * 4] * people, people + 1), LADDER)) > 0


@pytest.mark.parametrize("seed", range(20))
def test_only_a_census_is_certain(seed):
    rows, _ = drawn(seed)
    assert width(interval(estimate(rows, len(rows)), LADDER)) == 0
    assert width(interval(estimate(rows, len(rows) + 1), LADDER)) > 0
    assert width(interval(estimate(rows, len(rows)), LADDER, finite=False)) > 0


@pytest.mark.parametrize("seed", range(40))
def test_more_answers_of_the_same_shares_never_widen_an_interval(seed):
    rows, _ = drawn(seed, people=random.Random(seed).randint(1, 6))
    headcount = 6 * len(rows)
    widths = [width(interval(estimate(rows * times, headcount), LADDER)) for times in range(1, 7)]
    assert widths == sorted(widths, reverse=True)


@pytest.mark.parametrize("seed", range(20))
def test_the_order_of_the_people_leaves_no_trace(seed):
    rows, die = drawn(seed)
    assert interval(estimate(die.sample(rows, len(rows)), 20), LADDER) == interval(estimate(rows, 20), LADDER)


# Several groups are strata.


def parent(seed, *sizes):
    die = random.Random(seed)
    groups = [estimate(answers(die, n, 4), headcount, node=number) for number, (n, headcount) in enumerate(sizes)]
    return groups, mixed([(headcount, group) for (_, headcount), group in zip(sizes, groups, strict=True)])


@pytest.mark.parametrize("seed", range(20))
def test_a_parent_s_variance_is_the_sum_of_its_groups_by_squared_share(seed):
    groups, together = parent(seed, (5, 9), (8, 12), (6, 6))
    shares = [9 / 27, 12 / 27, 6 / 27]
    expected = sum(share**2 * standard_error(group) ** 2 for share, group in zip(shares, groups, strict=True))
    assert standard_error(together) ** 2 == pytest.approx(expected, rel=1e-9)
    assert together.value == pytest.approx(sum(s * g.value for s, g in zip(shares, groups, strict=True)), rel=1e-12)


@pytest.mark.parametrize("seed", range(10))
def test_a_parent_s_freedom_lies_between_its_smallest_group_s_and_all_together(seed):
    _, together = parent(seed, (5, 9), (8, 12))
    bounds = interval(together, LADDER)
    if bounds.low > 1 and bounds.high < 5:
        t = width(bounds) / 2 / standard_error(together)
        assert quantile(0.975, 6 + 9) - 1e-9 <= t <= quantile(0.975, 6) + 1e-9


def test_a_parent_of_censuses_is_certain_only_when_everybody_stands_in_a_scored_group():
    _, together = parent(1, (5, 5), (8, 8))
    assert width(interval(together, LADDER)) == 0
    partly = Estimate(together.value, 0.8, together.strata)
    assert width(interval(partly, LADDER)) > 0


@pytest.mark.parametrize("seed", range(20))
def test_steps_of_the_same_people_add_up_person_by_person(seed):
    rows, _ = drawn(seed, people=8)
    halves = [ITEMS[:2], ITEMS[2:]]
    steps = [
        estimate([row[:2] for row in rows], 12, items=halves[0]),
        estimate([row[2:] for row in rows], 12, items=halves[1]),
    ]
    process = mixed([(3, steps[0]), (2, steps[1])])
    assert len(process.strata) == 1
    assert process.value == pytest.approx(estimate(rows, 12).value, rel=1e-9)
    if all(len({answer > 0 for answer in column}) == 1 for column in zip(*rows, strict=True)):
        assert standard_error(process) == pytest.approx(standard_error(estimate(rows, 12)), rel=1e-9)


def test_people_who_stand_in_two_groups_are_counted_once():
    one, other = UUID(int=1), UUID(int=2)
    rows = [[0.1, None, -0.1], [0.2, -0.2]]
    pooled = Estimate(3.0, 1.0, [Stratum(1.0, {one: 4, other: 3}, {one: list(rows[0]), other: list(rows[1])})])
    alone = Estimate(2.0, 1.0, [Stratum(1.0, {one: 4}, {one: [0.3, 0.1, -0.4]})])
    joined = mixed([(1, pooled), (1, alone)])
    assert [(stratum.share, stratum.people, stratum.headcount) for stratum in joined.strata] == [(1.0, 5, 7)]
    assert joined.strata[0].residuals[one] == pytest.approx([0.2, 0.05, -0.25])
