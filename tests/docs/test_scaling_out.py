"""What the guide says about poolers and nodes is what the code does."""

import re
from pathlib import Path

from assess.storage.database import SESSION
from assess.storage.tables import SHARED

TEXT = (Path(__file__).parents[2] / "docs" / "operations.md").read_text("utf-8")


def test_the_role_gets_every_limit_that_a_pooler_would_swallow():
    given = dict(re.findall(r"^alter role assess_app set (\w+) = '(\w+)';$", TEXT, re.MULTILINE))
    assert given == {name: value for name, value in SESSION.items() if name != "application_name"}


def test_the_pooler_is_told_every_parameter_that_it_does_not_know():
    known = {"application_name", "timezone"}
    (ignored,) = re.findall(r"`ignore_startup_parameters = ([^`]+)`", TEXT)
    assert ignored.split(", ") == [name for name in SESSION if name not in known]


def test_the_reference_tables_are_named():
    (named,) = re.findall(r"reference tables of (.+?), distributes", TEXT.replace("\n", " "))
    assert set(re.findall(r"`(\w+)`", named)) == SHARED
