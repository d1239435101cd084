"""A sound database holds against every probe, and no mutant of it escapes them all."""

import pytest

from assess.storage import tables
from isolation import mutants, offices, probes
from isolation.mutants import Mutant, noticed

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


async def test_a_harmless_change_is_not_noticed(look):
    assert await noticed(look, Mutant("a comment", "comment on table assess.team is 'harmless'", tables.team)) is None
