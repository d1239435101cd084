"""Priorities: the formulas of the method, on its own worked numbers."""

import json
from fractions import Fraction
from pathlib import Path

import pytest

from assess.roadmap.gaps import exact
from assess.roadmap.priorities import approval, descendants, enabling, priority

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "measurement.json").read_text())["G14"]


@pytest.mark.parametrize(
    ("name", "benefit", "yes", "expected", "confidence", "urgency", "days"),
    [
        pytest.param("a1", "2.175", 14, "0.55", 0.8, 1.25, 12, id="a1"),
        pytest.param("a2", "1.25", 9, "0.55", 1, 1, 6, id="a2"),
        pytest.param("a3", "1.98", 18, "0.55", 0.5, 1.5, 20, id="a3"),
    ],
)
def test_priorities_are_those_of_the_method(name, benefit, yes, expected, confidence, urgency, days):
    golden = GOLDEN[name]
    voted = approval(yes, 20, Fraction(expected))
    found = priority(
        Fraction(benefit), Fraction(days), confidence=exact(confidence), urgency=exact(urgency), voted=voted
    )
    assert float(voted) == pytest.approx(golden["V"], rel=1e-9)
    assert float(found) == pytest.approx(golden["P"], rel=1e-9)


def test_without_a_vote_approval_is_neutral():
    assert approval(0, 0, Fraction(1, 2)) == 1


@pytest.mark.parametrize("votes", [0, 1, 5, 400])
def test_approval_stays_between_a_half_and_one_and_a_half(votes):
    assert Fraction(1, 2) <= approval(0, votes, Fraction(0)) <= approval(votes, votes, Fraction(1)) <= Fraction(3, 2)


BEFORE = {
    "a": frozenset(),
    "b": frozenset({"a"}),
    "c": frozenset({"a"}),
    "d": frozenset({"b", "c"}),
}


def test_a_descendant_reached_on_two_ways_counts_once():
    assert descendants(BEFORE)["a"] == {"b", "c", "d"}
    found = enabling({"a": Fraction(5), "b": Fraction(1), "c": Fraction(2), "d": Fraction(4)}, BEFORE)
    assert found == {"a": Fraction(7, 2), "b": 2, "c": 2, "d": 0}
