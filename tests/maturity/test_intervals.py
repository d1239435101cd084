"""Intervals of composites: the golden team, a second way of counting, and the laws."""

import random
from math import sqrt
from statistics import variance

import pytest
from companies import ACQ, EXP, OFF, Company, answers
from goldens import GOLDEN
from one_group import Table
from test_scoring import G1, ITEMS

from assess.campaign.model import DONT_KNOW, NO_ANSWER
from assess.maturity.student import quantile

G = GOLDEN["G1"]


def table(rows, headcount=0, items=ITEMS):
    return Table(rows, items, 1, headcount)


def drawn(seed, people=None, silence=0.2):
    """Rows of people who all answered something."""
    die = random.Random(seed)
    rows = answers(die, people or die.randint(2, 14), len(ITEMS), silence=silence)
    return [[die.randint(1, 5), *row[1:]] for row in rows], die


def width(found):
    return found.high - found.low


def test_the_golden_team_as_a_finite_team():
    found = table(G1, G["N"])
    assert found.smoothed() == pytest.approx(G["s2_adj"], rel=1e-9)
    assert 6 * 6 / 5 * float(found.steps.squares[0, 0]) == pytest.approx(G["s2_lin"], rel=1e-9)
    assert sqrt(found.squared_error()) == pytest.approx(G["se_fpc"], rel=1e-9)
    assert (int(found.steps.n[0, 0]), found.freedom()) == (G["n"], G["df"])
    assert quantile(0.975, found.freedom()) == pytest.approx(G["t"], rel=1e-9)
    assert [found.interval().low, found.interval().high] == pytest.approx(G["ci"], rel=1e-9)


def test_the_golden_team_as_one_of_many_such_teams():
    found = table(G1, G["N"])
    bounds = found.interval(finite=False)
    assert sqrt(found.squared_error(finite=False)) == pytest.approx(G["se_superpop"], rel=1e-9)
    assert [bounds.low, bounds.high] == pytest.approx(G["ci_superpop"], rel=1e-9)


@pytest.mark.parametrize("seed", range(30))
def test_with_nothing_missing_it_is_the_variance_of_the_people_s_own_means(seed):
    rows, _ = drawn(seed, silence=0)
    means = [sum(found.weight * answer for found, answer in zip(ITEMS, row, strict=True)) / 5 for row in rows]
    n, headcount = len(rows), len(rows) + 4
    smoothed = ((n - 1) * variance(means) + 2 * 0.7) / (n + 1)
    assert table(rows, headcount).squared_error() == pytest.approx(smoothed / n * (1 - n / headcount), rel=1e-9)


@pytest.mark.parametrize("seed", range(60))
def test_an_interval_contains_its_value_and_stays_on_the_ladder(seed):
    rows, die = drawn(seed)
    found = table(rows, len(rows) + die.randint(0, 9))
    for bounds in (found.interval(), found.interval(finite=False)):
        assert 1.0 <= bounds.low <= found.score().value <= bounds.high <= 5.0


@pytest.mark.parametrize("level", [1, 3, 5])
@pytest.mark.parametrize("people", [1, 2, 5, 12])
def test_even_unanimity_of_some_is_no_certainty(people, level):
    assert width(table([[level] * 4] * people, people + 1).interval()) > 0


@pytest.mark.parametrize("seed", range(20))
def test_only_a_census_is_certain(seed):
    rows = [[DONT_KNOW if answer == NO_ANSWER else answer for answer in row] for row in drawn(seed)[0]]
    assert width(table(rows).interval()) == 0
    assert width(table(rows, len(rows) + 1).interval()) > 0
    assert width(table(rows).interval(finite=False)) > 0


@pytest.mark.parametrize(
    ("odd", "certain"),
    [
        pytest.param(NO_ANSWER, False, id="silence on one item is no census"),
        pytest.param(DONT_KNOW, True, id="not knowing is an answer"),
        pytest.param(-2, True, id="does not apply is an answer"),
    ],
)
def test_everybody_answered_is_a_census_only_if_nobody_was_silent(odd, certain):
    rows = [[3, 2, 4, 4]] * 5 + [[2, 3, 3, odd]]
    assert (width(table(rows).interval()) == 0) is certain


def test_silence_costs_what_it_hides_and_never_more_than_one_person():
    few, many = [[3, 2, 4, 4]] * 5 + [[2, 3, 3, NO_ANSWER]], [[3, NO_ANSWER, 4, NO_ANSWER]] * 5 + [[2, 3, 3, 4]]
    assert float(table(few).strata().seen[0, 0]) == pytest.approx((6 - 1 / 5) / 6)
    assert float(table(many).strata().seen[0, 0]) == pytest.approx(5 / 6)


@pytest.mark.parametrize("seed", range(30))
def test_without_the_correction_it_is_never_narrower(seed):
    rows, die = drawn(seed)
    found = table(rows, len(rows) + die.randint(0, 9))
    assert width(found.interval(finite=False)) >= width(found.interval())


@pytest.mark.parametrize("seed", range(40))
def test_more_answers_of_the_same_shares_never_widen_an_interval(seed):
    rows, _ = drawn(seed, people=random.Random(seed).randint(1, 6))
    headcount = 6 * len(rows)
    widths = [width(table(rows * times, headcount).interval()) for times in range(1, 7)]
    assert widths == sorted(widths, reverse=True)


def test_where_items_were_not_asked_of_everybody_by_design_the_answers_are_counted():
    rows = [[3, 4, NO_ANSWER, NO_ANSWER], [NO_ANSWER, NO_ANSWER, 4, 3]] * 4
    found = table(rows)
    assert float(found.strata(planned=True).seen[0, 0]) == pytest.approx(0.5)
    assert width(found.interval(planned=True)) > width(found.interval())


# Several groups are strata.


def team_and_company(seed, *sizes):
    """Teams of some people of so many invited, all asked one process; the results of each, and of the company."""
    die, company = random.Random(seed), Company(ACQ)
    for number, (people, headcount) in enumerate(sizes):
        company.team(f"t-{number}", answers(die, people, 5, silence=0), invited=headcount)
    whole, *teams = (node.processes[0].result for node in company.results().nodes)
    return whole, teams


@pytest.mark.parametrize("seed", range(10))
def test_a_parent_of_many_teams_is_surer_than_its_teams(seed):
    whole, teams = team_and_company(seed, (6, 9), (8, 12), (7, 9), (6, 10))
    assert width(whole.interval) < min(width(team.interval) for team in teams)
    assert whole.range.low == min(team.value for team in teams)
    assert whole.range.high == max(team.value for team in teams)


def test_a_parent_of_censuses_is_certain_only_when_everybody_stands_in_a_scored_group():
    assert width(team_and_company(1, (5, 5), (8, 8))[0].interval) == 0
    assert width(team_and_company(1, (5, 5), (8, 8), (0, 1))[0].interval) > 0


@pytest.mark.parametrize("seed", range(10))
def test_people_of_several_processes_are_counted_once_in_the_overall_score(seed):
    die, company = random.Random(seed), Company(ACQ, OFF, EXP)
    company.team("t", answers(die, 7, 15, silence=0), invited=11)
    found = company.results().nodes[1]
    assert found.overall.n == 7
    if found.overall.interval.low > 1 and found.overall.interval.high < 5:
        half = width(found.overall.comparison) / 2
        assert half / quantile(0.975, 8) > sqrt(2 * 0.7 / 8 / 7)  # the prior of one stratum, not of three
