"""A sound database holds against every probe, and no mutant of it escapes them all."""

import pytest

from assess.storage import tables
from isolation import mutants, offices, probes
from isolation.mutants import Mutant, noticed
from isolation.mutation import ROOT
from isolation.patches import PATCHES, of_guards

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("table", probes.UNDER_POLICY, ids=lambda table: table.name)
@pytest.mark.parametrize("probe", probes.PROBES, ids=lambda probe: probe.__name__)
async def test_a_table_holds(look, probe, table):
    await probe(look, table)


@pytest.mark.parametrize("probe", offices.PROBES, ids=lambda probe: probe.__name__)
async def test_an_office_holds(look, probe):
    await probe(look)


@pytest.mark.parametrize("kind", mutants.KINDS, ids=lambda kind: kind.__name__)
async def test_no_mutant_survives(look, kind):
    assert [mutant.name for mutant in kind() if await noticed(look, mutant) is None] == []


def test_every_mutant_of_the_code_can_be_made():
    """``make mutate`` tries them; here, that what each takes away is still there."""
    made = [*of_guards(ROOT), *PATCHES]
    assert len(made) > 100
    assert [patch.name for patch in made if patch.applied(text := (ROOT / patch.path).read_text()) == text] == []
    assert [test for patch in made for test in patch.tests if not (ROOT / test.partition("::")[0]).is_file()] == []


async def test_a_harmless_change_is_not_noticed(look):
    assert await noticed(look, Mutant("a comment", "comment on table assess.team is 'harmless'", tables.team)) is None
