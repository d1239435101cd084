"""The plan for many nodes: every table once, in an order that its references allow. Citus itself is not here: its absence is."""

import re
from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import pytest
from click.testing import CliRunner

from assess.cli import assess
from assess.storage import checks, distribute, roles, tables
from assess.storage.distribute import DistributionError, plan
from assess.storage.embedded import Embedded
from assess.storage.migrate import migrate

pytestmark = pytest.mark.anyio

GOOD = {"installed": True, "propagated": "local", "migrated": True}
STAND_INS = """
create table told (at serial, function text, what text, how text, beside text);
grant select, insert on told to public;
grant usage on sequence told_at_seq to public;
create function create_reference_table(what regclass) returns void language sql
  as $$ insert into told (function, what) values ('reference', what::text) $$;
create function create_distributed_table(what regclass, how text, colocate_with text) returns void language sql
  as $$ insert into told (function, what, how, beside)
        values ('table', what::text, how, nullif(colocate_with, 'none')::regclass::text) $$;
create function create_distributed_function(what regprocedure, how text default null, colocate_with text default 'none')
  returns void language sql
  as $$ insert into told (function, what, how, beside)
        values ('function', what::text, how, nullif(colocate_with, 'none')::regclass::text) $$;
"""

CITUS = """
set allow_system_table_mods = on;
insert into pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
  values (9, 'citus', 10, 'public'::regnamespace, false, '0');
create view pg_dist_partition as select what::regclass as logicalrel from told where function <> 'function';
grant select on pg_dist_partition to public;
"""
"""What Citus says of itself: that it is there, and which tables are distributed."""


def names(function: str) -> list[str]:
    """The tables that a function of Citus is called for, in order."""
    return [step.name.removeprefix("assess.") for step in plan() if f"{function}(" in step.sql]


def test_what_is_shared_is_everywhere_and_every_tenant_is_distributed():
    assert set(names("create_reference_table")) == tables.SHARED
    assert sorted(names("create_distributed_table")) == sorted(tables.TENANT)


def test_a_table_comes_after_those_it_refers_to():
    ordered = [*names("create_reference_table"), *names("create_distributed_table")]
    for table in tables.metadata.sorted_tables:
        for key in table.foreign_key_constraints:
            if key.referred_table is not table:
                assert ordered.index(key.referred_table.name) < ordered.index(table.name), key.name


def test_all_rows_of_an_organisation_are_together():
    steps = [step.sql for step in plan() if "create_distributed_table" in step.sql]
    first = names("create_distributed_table")[0]
    assert "'organisation_id', colocate_with => 'none'" in steps[0]
    assert all(f"'organisation_id', colocate_with => 'assess.{first}'" in sql for sql in steps[1:])


@pytest.fixture
async def stand_in(postgres: Embedded) -> AsyncIterator[asyncpg.Connection]:
    """A migrated database whose functions of Citus only write down how they were called."""
    name = f"nodes_{uuid4().hex}"
    postgres.cluster.sql(f"create database {name} owner {roles.OWNER}")
    await migrate(postgres.url(roles.MIGRATOR, name))
    postgres.cluster.sql(STAND_INS, name)
    connection = await asyncpg.connect(postgres.url(roles.MIGRATOR, name))
    yield connection
    await connection.close()
    postgres.cluster.sql(f"drop database {name}")


async def test_the_plan_can_be_read_by_postgresql(stand_in):
    """Each name is that of a table or a function that is there, and the column is theirs."""
    steps = [step for step in plan() if "'none'" not in step.sql]
    await distribute._run(stand_in, steps)
    told = await stand_in.fetch("select function, what, how, beside from told order by at")
    assert len(told) == len(steps) > 20
    for row in told:
        if row["function"] == "function" and row["how"]:
            sql = "select proargnames[1], prosrc from pg_proc where oid = $1::text::regprocedure"
            first, source = await stand_in.fetchrow(sql, row["what"])
            assert first == row["how"] == "in_organisation"
            assert row["beside"] in source
            assert "set_config" in source


async def test_every_function_that_sets_the_organisation_runs_where_it_is(stand_in):
    sql = "select proname from pg_proc where pronamespace = 'assess'::regnamespace and prosrc like '%set_config%'"
    setting = {row["proname"] for row in await stand_in.fetch(sql)}
    asked = {bare(function) for function in distribute.ASKED}  # these run where who asks them runs
    assert setting - asked == {bare(function) for function in distribute.HOT_PATH}


async def test_every_function_that_one_of_them_asks_is_on_every_node(stand_in):
    """What stands in a body is no dependency that Citus could see."""
    sql = "select proname, prosrc from pg_proc where pronamespace = 'assess'::regnamespace"
    bodies = {row["proname"]: row["prosrc"] for row in await stand_in.fetch(sql)}
    sent = {bare(step.name) for step in plan() if "create_distributed_function(" in step.sql}
    asked = {
        called for function in sent for called in re.findall(r"assess\.(\w+)\s*\(", bodies[function])
    } & bodies.keys()
    assert asked == {bare(function) for function in distribute.ASKED}
    assert asked < sent


def bare(function: str) -> str:
    """Of a function, without its schema and its arguments."""
    return function.partition("(")[0].removeprefix("assess.")


@pytest.fixture
async def nodes(stand_in: asyncpg.Connection, postgres: Embedded) -> str:
    """URL of that database, which now says of itself what Citus would."""
    (name,) = await stand_in.fetchrow("select current_database()")
    postgres.cluster.sql(f"alter database {name} set citus.propagate_set_commands = 'local'")
    postgres.cluster.sql(CITUS, name)
    return postgres.url(roles.MIGRATOR, name)


async def test_what_is_not_distributed_yet_is_distributed_once(stand_in, nodes):
    names = [step.name for step in plan()]
    assert await distribute.distribute(nodes) == names
    assert await stand_in.fetchval("select count(*) from told") == len(names)
    assert await distribute.distribute(nodes) == [name for name in names if "(" in name]


async def test_what_citus_refuses_is_told_and_nothing_is_distributed(stand_in, nodes, postgres):
    (name,) = await stand_in.fetchrow("select current_database()")
    postgres.cluster.sql("drop function create_distributed_function", name)
    with pytest.raises(DistributionError, match="the database refused: function create_distributed_function"):
        await distribute.distribute(nodes)
    assert await stand_in.fetchval("select count(*) from told") == 0


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        pytest.param({"installed": False}, "no extension citus", id="no Citus"),
        pytest.param({"propagated": "none"}, "alter database assess set citus.propagate_set_commands", id="no words"),
        pytest.param({"migrated": False}, "run assess migrate first", id="no tables"),
    ],
)
def test_what_is_missing_is_said_in_one_sentence(fact, said):
    distribute._check(GOOD)
    with pytest.raises(DistributionError, match=re.escape(said)) as refused:
        distribute._check(GOOD | fact)
    assert "\n" not in str(refused.value)


async def test_one_machine_is_left_as_it_is(database, postgres):
    with pytest.raises(DistributionError, match="no extension citus"):
        await distribute.distribute(postgres.url(roles.MIGRATOR))
    with pytest.raises(DistributionError, match="cannot be reached"):
        await distribute.distribute("postgresql://nobody@/nothing?host=/nowhere")


def test_the_command_refuses_in_one_line(postgres):
    where = {"ASSESS_DATABASE_URL": postgres.url(), "ASSESS_MIGRATION_URL": postgres.url(roles.MIGRATOR)}
    done = CliRunner(env=where).invoke(assess, ["distribute"])
    assert done.exit_code == 1
    assert done.output.startswith("Error: this database has no extension citus")
    assert done.output.count("\n") == 1


@pytest.mark.parametrize(
    ("sharded", "propagated", "good"),
    [
        pytest.param(False, False, True, id="one machine"),
        pytest.param(True, True, True, id="nodes that learn whose transaction it is"),
        pytest.param(True, False, False, id="nodes that do not"),
    ],
)
def test_a_start_on_nodes_that_do_not_learn_the_organisation_is_refused(sharded, propagated, good):
    assert checks._nodes({"sharded": sharded, "propagated": propagated}).good is good
