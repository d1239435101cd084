"""The method document says what the code does."""

import doctest
from pathlib import Path

DOCUMENT = Path(__file__).parents[2] / "docs" / "method.md"


def test_every_example_of_the_method_gives_what_it_says():
    outcome = doctest.testfile(str(DOCUMENT), module_relative=False)
    assert (outcome.failed, outcome.attempted > 25) == (0, True)
