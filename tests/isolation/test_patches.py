"""Every mutant of the code can be made, and changes what runs. No mutant names these tests, which notice any, for no reason."""

import re

from isolation.mutation import ROOT
from isolation.patches import PATCHES, of_guards

MADE = [*of_guards(ROOT), *PATCHES]
FUNCTION = re.compile(r"(?i)create (?:or replace )?function (assess\.\w+)")


def test_what_each_mutant_takes_away_is_still_there():
    assert len(MADE) > 100
    assert [patch.name for patch in MADE if patch.applied(text := (ROOT / patch.path).read_text()) == text] == []


def test_every_test_that_shall_notice_a_mutant_is_there_and_can_pass():
    assert [test for patch in MADE for test in patch.tests if not (ROOT / test.partition("::")[0]).is_file()] == []
    assert [
        patch.name for patch in MADE if any(test.startswith("tests/isolation/test_patches") for test in patch.tests)
    ] == []


def test_no_mutant_changes_a_function_that_a_later_revision_makes_anew():
    moot = []
    for patch in MADE:
        own = ROOT / patch.path
        before = own.read_text().partition(patch.old)[0]
        for name in FUNCTION.findall(before)[-1:] if own.suffix == ".sql" else ():
            later = [other.name for other in own.parent.glob("*.sql") if other.name > own.name]
            moot += [
                (patch.name, other) for other in later if name in FUNCTION.findall((own.parent / other).read_text())
            ]
    assert moot == []
