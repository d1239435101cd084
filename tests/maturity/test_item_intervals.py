"""Intervals of single items: the goldens, every composition listed by hand, and the laws."""

import random
from itertools import combinations_with_replacement, pairwise

import numpy as np
import pytest
from companies import Company, item, process, questionnaire, step
from goldens import GOLDEN
from oracle import posterior

from assess.campaign.model import NO_ANSWER
from assess.maturity import posterior as exact

FIVE = range(1, 6)


def bounds(counts, invited, ordinals=FIVE):
    low, high = exact.bounds(np.array([counts]), np.array([invited - sum(counts)]), ordinals)
    return float(low[0]), float(high[0])


def asked(counts, invited, options=5):
    """An item as it is published: so many people gave each level, of so many invited; others answered another item only."""
    body = questionnaire("q", process("q", [step("s", [item("a", options=options), item("b")])]))
    company = Company(body, k=1)
    rows = [[1 + place, 3] for place, count in enumerate(counts) for _ in range(count)]
    others = max(0, -(-invited * 3 // 10) - len(rows))
    company.team("t", [*rows, *([[NO_ANSWER, 3]] * others)], invited=invited)
    return company.results().nodes[1].processes[0].steps[0].items[0].result


@pytest.mark.parametrize(
    ("name", "counts", "invited"),
    [
        ("G5_item_c=[0,2,4,1,0]_N10", [0, 2, 4, 1, 0], 10),
        ("G5_c=[0,0,5,0,0]_N8", [0, 0, 5, 0, 0], 8),
        ("G5_census", [1, 2, 2, 1, 0], 6),
    ],
)
def test_the_golden_items(name, counts, invited):
    golden, found = GOLDEN[name], asked(counts, invited)
    assert (sum(counts), found.n, invited) == (golden["n"], golden["n"], golden["N"])
    assert found.value == pytest.approx(golden["sample_mean"], rel=1e-9)
    assert [found.interval.low, found.interval.high] == pytest.approx(golden["ci"], rel=1e-9)
    _, _, mean, compositions = posterior(counts, invited)
    assert (mean, compositions) == (pytest.approx(golden["post_mean"], rel=1e-9), golden["n_compositions"])
    likely = exact.distribution(np.array([counts]), invited - sum(counts), np.arange(5))[0]
    assert likely.sum() == pytest.approx(golden["sum_p"], rel=1e-9)
    unseen = (likely * np.arange(len(likely))).sum() + invited - sum(counts)
    total = sum(count * level for count, level in zip(counts, FIVE, strict=True))
    assert (total + unseen) / invited == pytest.approx(golden["post_mean"], rel=1e-9)


@pytest.mark.parametrize("seed", range(60))
def test_the_bounds_are_those_of_all_compositions_listed_one_by_one(seed):
    die = random.Random(seed)
    levels = die.randint(2, 6)
    counts = [die.randint(0, 4) for _ in range(levels)]
    counts[die.randrange(levels)] += 1
    invited = sum(counts) + die.randint(0, 6)
    low, high, *_ = posterior(counts, invited)
    assert bounds(counts, invited, range(1, levels + 1)) == pytest.approx((float(low), float(high)), rel=1e-9)


def test_many_teams_at_once_are_what_each_is_alone():
    die = random.Random(1)
    counts = np.array([[die.randint(0, 3) for _ in FIVE] for _ in range(50)]) + np.eye(5, dtype=int)[0]
    unseen = np.array([die.randint(0, 50) for _ in range(50)])
    low, high = exact.bounds(counts, unseen, FIVE)
    alone = [bounds(list(c), int(c.sum() + u)) for c, u in zip(counts, unseen, strict=True)]
    assert np.stack([low, high], axis=1) == pytest.approx(np.array(alone), rel=1e-12)


@pytest.mark.parametrize("invited", [12, 24, 47, 60, 100])
def test_more_answers_of_the_same_shares_never_widen_an_interval(invited):
    """Also where the unseen people become few enough to be listed."""
    kinds = [
        np.bincount(chosen, minlength=5) for n in (1, 2, 3) for chosen in combinations_with_replacement(range(5), n)
    ]
    for counts in random.Random(invited).sample(kinds, 12):
        times = [factor for factor in (1, 2, 3, 4, 6, 8, 10, 12, 16, 20, 30) if factor * counts.sum() <= invited]
        found = [asked((counts * factor).tolist(), invited).interval for factor in times]
        widths = [each.high - each.low for each in found]
        assert all(after <= before + 1e-9 for before, after in pairwise(widths)), counts


@pytest.mark.parametrize("seed", range(40))
def test_an_interval_contains_its_value_and_stays_on_the_ladder(seed):
    die = random.Random(seed)
    options = die.choice([2, 3, 5, 7, 11])
    counts = [die.choice([0, 0, 1, 4, 9]) for _ in range(options)]
    counts[0] += 1
    found = asked(counts, sum(counts) + die.choice([0, 1, 5, 41, 90]), options)
    for each in (found.interval, found.comparison):
        assert 1.0 <= each.low <= found.value <= each.high <= 5.0


def test_unanimity_at_an_end_of_a_long_scale_is_inside_its_own_interval():
    found = asked([30] + [0] * 10, 60, 11)
    assert (found.value, found.interval.low) == (1.0, 1.0)


@pytest.mark.parametrize("counts", [[1, 2, 2, 1, 0], [0, 0, 6, 0, 0]])
def test_a_census_is_certain_and_comparing_never_is(counts):
    found = asked(counts, 6)
    assert found.interval.low == found.interval.high == found.value
    assert found.comparison.low < found.comparison.high


def test_an_item_of_several_teams_has_the_interval_of_their_strata():
    company = Company(questionnaire("q", process("q", [step("s", [item("a")])])))
    company.team("a", [[2]] * 3 + [[4]] * 3, invited=9)
    company.team("b", [[3]] * 4 + [[5]] * 3, invited=8)
    whole, *teams = (node.processes[0].steps[0].items[0].result for node in company.results().nodes)
    assert whole.interval.low < whole.value < whole.interval.high
    assert (whole.range.low, whole.range.high) == (teams[0].value, teams[1].value)
