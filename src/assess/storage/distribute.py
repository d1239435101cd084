"""Distribute the tables over the nodes of Citus, by organisation: each organisation's rows together, what is shared everywhere.

The plan is made from the tables' own definition; nothing here is needed as long as one machine is enough.
"""

import asyncpg
from msgspec import Struct

from assess.storage.roles import OWNER
from assess.storage.tables import SHARED, TENANT, metadata

HOT_PATH = {
    "save_answer_and_link(uuid, bytea, uuid, bytea, text, smallint, text, text, bigint, date)": "response",
    "read_response_and_links(uuid, bytea, uuid, bytea, date)": "response",
}
"""Functions that run where the organisation is, beside this table: what they set does not travel from node to node."""
ASKED = (
    "standing_of_response(text, date, date, boolean, boolean, text)",
    "read_response(uuid, bytea, uuid, bytea, date)",
)
"""What those ask where they are: it must be on every node."""
FACTS = """
select exists (select from pg_extension where extname = 'citus') as installed,
  coalesce(current_setting('citus.propagate_set_commands', true), 'none') as propagated,
  to_regclass('assess.team') is not null as migrated
"""
DONE = "select logicalrel::text as name from pg_dist_partition where logicalrel::text like 'assess.%'"


class DistributionError(Exception):
    """The tables cannot be distributed; the message says why, in one sentence."""


class Step(Struct, frozen=True):
    """One statement, and the table or function that it distributes."""

    name: str
    sql: str


def plan() -> list[Step]:
    """All steps in order: what is shared, then tenants' tables after those they refer to, then the hot path with what it asks."""
    ordered = [table.name for table in metadata.sorted_tables]
    shared = [name for name in ordered if name in SHARED]
    tenant = [name for name in ordered if name in TENANT]
    return [
        *(Step(f"assess.{name}", f"select create_reference_table('assess.{name}')") for name in shared),
        *(_distributed(name, "none" if name == tenant[0] else f"assess.{tenant[0]}") for name in tenant),
        *(Step(f"assess.{name}", f"select create_distributed_function('assess.{name}')") for name in ASKED),
        *(_sent(function, beside) for function, beside in HOT_PATH.items()),
    ]


async def distribute(url: str) -> list[str]:
    """Distribute what is not distributed yet, all of it or nothing; returns the names.

    ``url``: ``postgresql://`` of the migrator, on the coordinator. Raises DistributionError.
    """
    try:
        connection = await asyncpg.connect(url, timeout=10)
    except (OSError, asyncpg.PostgresError) as error:
        raise DistributionError(f"the database cannot be reached: {error}") from error
    try:
        _check(await connection.fetchrow(FACTS))
        done = {row["name"] for row in await connection.fetch(DONE)}
        return await _run(connection, [step for step in plan() if step.name not in done])
    except asyncpg.PostgresError as error:
        raise DistributionError(f"the database refused: {error}") from error
    finally:
        await connection.close()


def _check(facts: asyncpg.Record) -> None:
    if not facts["installed"]:
        raise DistributionError(
            "this database has no extension citus; without it one machine holds everything, and nothing is to be done"
        )
    if facts["propagated"] != "local":
        raise DistributionError(
            "the nodes would not learn whose transaction it is; as a superuser: "
            "alter database assess set citus.propagate_set_commands = 'local'"
        )
    if not facts["migrated"]:
        raise DistributionError("there are no tables yet; run assess migrate first")


async def _run(connection: asyncpg.Connection, steps: list[Step]) -> list[str]:
    async with connection.transaction():
        await connection.execute(f"set local role {OWNER}")
        for step in steps:
            await connection.execute(step.sql)
    return [step.name for step in steps]


def _distributed(name: str, beside: str) -> Step:
    table = f"assess.{name}"
    return Step(table, f"select create_distributed_table('{table}', 'organisation_id', colocate_with => '{beside}')")


def _sent(function: str, beside: str) -> Step:
    place = f"'assess.{function}', 'in_organisation', colocate_with => 'assess.{beside}'"
    return Step(f"assess.{function}", f"select create_distributed_function({place})")
