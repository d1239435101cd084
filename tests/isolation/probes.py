"""What another organisation, another role or a careless statement could do to one table, tried on real rows.

A probe raises when a table does not hold what it promises: BreachError when too much is possible, PostgreSQL's own error when too
little is. The same probes are the tests of a sound database and what must notice a mutant.
"""

import asyncpg
from sqlalchemy import ForeignKeyConstraint, Table

from assess.storage import roles, tables
from isolation.look import NOBODY, ROWS, TWIN, A, B, Look, claim
from isolation.rows import IN_ORDER, Row, foreign_keys, freed, put, referred, renewed, unique_keys

WHOSE = {"organisation": "id"} | dict.fromkeys(sorted(tables.TENANT), "organisation_id")
"""By which column a table under a policy knows whose a row is."""
READ_BY_LOOKUPS = {"api_key", "organisation", "campaign", "idempotency_key"}
VERBS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN")


async def everybody_sees_the_own_row_alone(look: Look, table: Table) -> None:
    for organisation in (A, B):
        for role in (roles.APP, roles.ERASER, roles.OWNER):
            async with look.being(role, organisation) as connection:
                seen = await connection.fetch(f"select {WHOSE[table.name]} as whose from assess.{table.name}")
            claim([row["whose"] for row in seen] == [organisation], f"{role} sees {seen} of {table.name}")


async def without_an_organisation_there_is_nothing(look: Look, table: Table) -> None:
    for role in (roles.APP, roles.ERASER, roles.OWNER):
        async with look.being(role, None) as connection:
            claim(not await connection.fetch(f"select 1 from assess.{table.name}"), f"{role} sees {table.name}")


async def another_s_row_cannot_be_changed(look: Look, table: Table) -> None:
    own = WHOSE[table.name]
    for role, verb, sql in (
        (roles.APP, "UPDATE", f"update assess.{table.name} set {own} = {own} where {own} = $1"),
        (roles.APP, "DELETE", f"delete from assess.{table.name} where {own} = $1"),
        (roles.ERASER, "DELETE", f"delete from assess.{table.name} where {own} = $1"),
    ):
        if role == roles.ERASER or verb in roles.GRANTS[table.name]:
            async with look.being(role, B) as connection:
                claim(await connection.execute(sql, A) == f"{verb} 0", f"B, {role}, can {verb} a row of A")


async def a_row_cannot_be_given_away(look: Look, table: Table) -> None:
    if "UPDATE" in roles.GRANTS[table.name]:
        async with look.being(roles.APP, B) as connection:
            giving = connection.execute(f"update assess.{table.name} set {WHOSE[table.name]} = $1", TWIN)
            await look.refused(asyncpg.InsufficientPrivilegeError, "row-level security", giving)


async def a_row_can_be_added_for_oneself_alone(look: Look, table: Table) -> None:
    """The new row has the very ids and names of A's: whatever A keeps, another may have the same."""
    async with look.undone():
        await _add_ancestors(look.connection, table)
        async with look.being(roles.APP, B) as connection:
            adding = put(connection, table.name, ROWS[TWIN][table.name])
            await look.refused(asyncpg.InsufficientPrivilegeError, "row-level security", adding)
        async with look.being(roles.APP, TWIN) as connection:
            await put(connection, table.name, ROWS[TWIN][table.name])


async def a_granted_verb_can_be_used(look: Look, table: Table) -> None:
    if "UPDATE" in roles.GRANTS[table.name]:
        async with look.being(roles.APP, A) as connection:
            own = WHOSE[table.name]
            done = await connection.execute(f"update assess.{table.name} set {own} = {own}")
            claim(done == "UPDATE 1", f"A cannot change its own row of {table.name}")


async def rights_are_those_declared(look: Look, table: Table) -> None:
    """As they are in effect, whether granted to the role, to a role that it is a member of, or to everybody."""
    sql = "select verb from unnest($3::text[]) as verb where has_table_privilege($1, $2, verb)"
    async with look.undone():
        await look.connection.execute("create role anybody")
        for role, declared in {
            roles.APP: roles.GRANTS[table.name],
            roles.ERASER: {"SELECT", "DELETE"} if table.name in WHOSE else set(),
            roles.BACKUP: {"SELECT"},
            roles.LOOKUP: {"SELECT"} if table.name in READ_BY_LOOKUPS else set(),
            "anybody": set(),
        }.items():
            may = {row["verb"] for row in await look.connection.fetch(sql, role, f"assess.{table.name}", VERBS)}
            claim(may == declared, f"{role} and {table.name}: {sorted(may ^ declared)}")


async def a_key_is_unique_within_its_organisation(look: Look, table: Table) -> None:
    row, primary = ROWS[A][table.name], {column.name for column in table.primary_key.columns}
    for key in unique_keys(table):
        keep = {column.name for column in key.columns}
        if (
            key is table.primary_key or not primary <= keep
        ):  # a wider key is there to be referred to, and cannot be violated
            adding = put(look.connection, table.name, row if key is table.primary_key else renewed(table, row, keep))
            await look.refused(asyncpg.UniqueViolationError, str(key.name), adding)


async def a_reference_stays_within_its_organisation(look: Look, table: Table) -> None:
    """B's row is there and its id is known: TWIN still cannot refer to it."""
    for key in foreign_keys(table):
        async with look.undone():
            await _add_ancestors(look.connection, table)
            adding = put(look.connection, table.name, {**ROWS[TWIN][table.name], **_abroad(table, key)})
            await look.refused(asyncpg.ForeignKeyViolationError, str(key.name), adding)


PROBES = (
    everybody_sees_the_own_row_alone,
    without_an_organisation_there_is_nothing,
    a_row_can_be_added_for_oneself_alone,
    rights_are_those_declared,
    a_reference_stays_within_its_organisation,
    a_key_is_unique_within_its_organisation,
    another_s_row_cannot_be_changed,
    a_row_cannot_be_given_away,
    a_granted_verb_can_be_used,
)
UNDER_POLICY = [table for table in IN_ORDER if table.name in WHOSE]


def _abroad(table: Table, key: ForeignKeyConstraint) -> Row:
    """What a foreign key must refuse: the row of B, an organisation that is not there, a version that nobody published."""
    if key.referred_table.name == "organisation":
        return {**freed(table), "organisation_id": str(NOBODY)}
    if key.referred_table.name == "questionnaire_version":
        return {"digest": "unknown"}
    return {name: value for name, value in referred(key, ROWS[B]).items() if name != "organisation_id"}


async def _add_ancestors(connection: asyncpg.Connection, table: Table) -> None:
    for each in IN_ORDER:
        if each.name in _ancestors(table) - {"questionnaire_version"}:
            await put(connection, each.name, ROWS[TWIN][each.name])


def _ancestors(table: Table) -> set[str]:
    direct = {key.referred_table for key in table.foreign_key_constraints} - {table}
    return {each.name for each in direct} | {name for each in direct for name in _ancestors(each)}
