"""Every golden of measurement is compared with what the code computes, to the last number; or it is another room's."""

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest
import test_agreement
import test_engine
import test_intervals
import test_item_intervals
import test_kpi_rungs
import test_perspectives
import test_records
import test_scoring
import test_staged_level
import test_summary
from goldens import GOLDEN, READ

LATER = {
    "G9": "versions of a questionnaire",
    "G10": "moments in time",
    "G10_bh": "moments in time",
    "G10_BH1995": "moments in time",
    "G11": "employees and customers",
    "G11_ci_width": "employees and customers",
    "G12": "benchmarks",
    "G14": "priorities of the roadmap",
    "G17": "surveys of customers",
}
"""Goldens of what is not built yet, or not here."""
ROOMS = (
    *(test_agreement, test_engine, test_intervals, test_item_intervals, test_kpi_rungs),
    *(test_perspectives, test_records, test_scoring, test_staged_level, test_summary),
)
NO_NUMBER = {("G13_wilson_win", "note")}


def calls(test: Callable[..., None]) -> Iterator[dict[str, Any]]:
    """What a test is called with, by each of its parameters."""
    sets = []
    for mark in getattr(test, "pytestmark", ()):
        names, values = mark.args
        names = [name.strip() for name in names.split(",")] if isinstance(names, str) else names
        sets.append([dict(zip(names, _of(value, len(names)), strict=True)) for value in values])
    for chosen in product(*sets):
        yield {name: value for part in chosen for name, value in part.items()}


def _of(value: Any, count: int) -> tuple[Any, ...]:
    values = getattr(value, "values", None)
    if isinstance(values, tuple):  # of pytest.param
        return values
    return tuple(value) if count > 1 else (value,)


def test_every_number_of_the_goldens_is_read_by_a_golden_test():
    """The tests that are called golden are run here once more, and what they read is remembered."""
    tests = [test for room in ROOMS for name, test in vars(room).items() if name.startswith("test_the_golden")]
    READ.clear()
    for test in tests:
        for said in calls(test):
            test(**said)
    unread = {leaf for leaf in GOLDEN.leaves() if leaf[0] not in LATER} - READ - NO_NUMBER
    assert not unread


@pytest.mark.parametrize("key", LATER)
def test_what_comes_later_is_in_the_file(key):
    assert key in GOLDEN
