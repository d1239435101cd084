"""Every golden of measurement is tested by name, or said to be another room's or a later one's."""

from pathlib import Path

import pytest
from companies import GOLDEN

HERE = Path(__file__).parent
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
"""Goldens of what is not built yet."""


@pytest.mark.parametrize("key", sorted(GOLDEN.keys() - LATER.keys()))
def test_every_golden_is_tested_by_name(key):
    assert any(f'"{key}"' in path.read_text() for path in HERE.glob("test_*.py"))


@pytest.mark.parametrize("key", LATER)
def test_what_comes_later_is_in_the_file(key):
    assert key in GOLDEN
