"""Staged levels: the golden steps, each condition on its own, and what was not measured."""

import pytest
from goldens import GOLDEN
from msgspec.structs import replace

from assess.maturity.stages import Climb, Evidence, StagedItem, climbed, lowest

WEIGHTS, GATES = (2, 1, 1, 1), (True, False, False, True)


def step(means, kpi=None, learning=None):
    items = [StagedItem(w, gate, mean) for w, gate, mean in zip(WEIGHTS, GATES, means, strict=True)]
    value = sum(item.weight * (item.mean or 0) for item in items) / sum(WEIGHTS)
    return Evidence(value=value, items=items, kpi=kpi, learning=learning)


def level(evidence):
    return climbed(evidence, value=evidence.value, kpi=evidence.kpi, learning=evidence.learning).staged


@pytest.mark.parametrize(
    ("evidence", "golden"),
    [
        pytest.param(step((4.2, 3.6, 3.8, 1.9), 3.2, 3.1), GOLDEN["G3"][0], id="a gate holds it back"),
        pytest.param(step((4.2, 3.6, 4.1, 3.9), 2.4, 3.1), GOLDEN["G3"][1], id="the indicators hold it back"),
        pytest.param(step((4.2, 3.6, 4.1, 3.9), 3.0, 3.1), GOLDEN["G3"][2], id="almost the top"),
    ],
)
def test_the_golden_steps(evidence, golden):
    found = level(evidence)
    assert evidence.value == pytest.approx(golden["S"], rel=1e-9)
    assert (found.level, found.blocked_at, found.blocked_by) == (golden["level"], golden["blocked_at"], golden["by"])


TOP = step((5.0, 4.5, 4.5, 4.5), 4.0, 3.0)


def items(**changes):
    return [replace(found, **changes) if not place else found for place, found in enumerate(TOP.items)]


@pytest.mark.parametrize(
    ("evidence", "reached", "by"),
    [
        pytest.param(TOP, 5, [], id="all conditions hold"),
        pytest.param(replace(TOP, value=4.49), 4, ["mean"], id="mean"),
        pytest.param(replace(TOP, value=3.99), 3, ["mean"], id="levels are cumulative"),
        pytest.param(replace(TOP, items=items(mean=3.9)), 4, ["gate", "breadth"], id="gate"),
        pytest.param(replace(TOP, items=items(mean=4.4, gate=False)), 4, ["breadth"], id="breadth"),
        pytest.param(replace(TOP, kpi=3.9), 4, ["kpi"], id="kpi"),
        pytest.param(replace(TOP, kpi=2.9), 3, ["kpi"], id="kpi at level 4"),
        pytest.param(replace(TOP, learning=2.9), 4, ["learning"], id="learning"),
        pytest.param(replace(TOP, learning=None), 4, ["not_measured"], id="learning not measured"),
        pytest.param(replace(TOP, kpi=None), 3, ["not_measured"], id="kpi not measured"),
        pytest.param(replace(TOP, items=items(mean=None)), 1, ["not_measured"], id="gate item not measured"),
        pytest.param(replace(TOP, items=items(mean=None, gate=False)), 5, [], id="another item not measured"),
        pytest.param(replace(TOP, value=1.2), 1, ["mean"], id="level 1 is where everybody starts"),
    ],
)
def test_one_failed_condition_stops_the_climb_and_is_named(evidence, reached, by):
    found = level(evidence)
    assert (found.level, found.blocked_by) == (reached, by)
    assert found.blocked_at == (reached + 1 if by else None)


def test_the_tolerance_forgives_floats_and_nothing_else():
    assert level(replace(TOP, value=4.5 - 1e-10)).level == 5
    assert level(replace(TOP, value=4.5 - 1e-8)).level == 4


@pytest.mark.parametrize(
    ("value", "kpi", "learning", "confirmed"),
    [
        pytest.param(4.5, 4.0, 3.0, True, id="the lower bounds reach it too"),
        pytest.param(4.4, 4.0, 3.0, False, id="the score's does not"),
        pytest.param(4.5, 3.9, 3.0, False, id="the indicators' does not"),
        pytest.param(4.5, 4.0, 2.9, False, id="learning's does not"),
    ],
)
def test_a_level_is_confirmed_when_it_also_holds_at_the_lower_bounds(value, kpi, learning, confirmed):
    found = climbed(TOP, value=value, kpi=kpi, learning=learning).staged
    assert (found.level, found.confirmed) == (5, confirmed)


def climb(reached, sure):
    staged = level(replace(TOP, value={1: 1.5, 2: 2.5, 3: 3.5, 5: 5.0}[reached]))
    return Climb(staged=staged, sure=sure)


def test_a_chain_stands_where_its_weakest_part_stands():
    assert lowest([climb(5, 5), climb(2, 2), climb(3, 3)]).staged == replace(climb(2, 2).staged, confirmed=True)
    assert lowest([]) is None


def test_a_chain_is_confirmed_when_no_part_may_stand_lower():
    assert not lowest([climb(3, 3), climb(5, 2)]).staged.confirmed
    assert lowest([climb(3, 3), climb(5, 3)]).staged.confirmed
