"""One row in every table for an organisation, made from the tables' own definition."""

import json
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

import asyncpg
from sqlalchemy import Column, ForeignKeyConstraint, PrimaryKeyConstraint, Table, UniqueConstraint

from assess.storage import tables

Row = dict[str, Any]

IN_ORDER = tables.metadata.sorted_tables
"""A table after those it refers to."""

BY_TYPE: dict[str, Any] = {
    "SmallInteger": 5,
    "BigInteger": 5,
    "Boolean": True,
    "Date": "2026-01-31",
    "DateTime": "2026-01-31T12:00:00Z",
    "JSONB": {},
    "ARRAY": [],
}
RENEWED: dict[str, Any] = {"SmallInteger": 9, "BigInteger": 9, "Date": "2026-02-28"}
"""Other values, for types whose value takes part in a unique key."""
STATES = {"campaign": "open", "assessment": "planned", "response": "in_progress", "plan": "draft"}


def rows_of(organisation: UUID, seed: str) -> dict[str, Row]:
    """A row of each table by its name; two seeds have no value in common where a value must be unique."""
    made: dict[str, Row] = {}
    for table in IN_ORDER:
        row = {column.name: _value(table, column, seed) for column in table.columns}
        if "organisation_id" in row:
            row["organisation_id"] = str(organisation)
        if table.name == "organisation":  # the one table whose key is everybody's
            row |= {"id": str(organisation), "key": str(organisation)}
        made[table.name] = row
        for key in foreign_keys(table):
            row |= referred(key, made)
    return made


def foreign_keys(table: Table) -> list[ForeignKeyConstraint]:
    """By name."""
    return sorted(table.foreign_key_constraints, key=lambda key: str(key.name))


def unique_keys(table: Table) -> list[PrimaryKeyConstraint | UniqueConstraint]:
    """The primary key first: PostgreSQL looks at it first."""
    others = [each for each in table.constraints if isinstance(each, UniqueConstraint)]
    return [table.primary_key, *sorted(others, key=lambda key: str(key.name))]


def referred(key: ForeignKeyConstraint, rows: dict[str, Row]) -> Row:
    """The columns of a foreign key with the values of the rows that it may refer to."""
    return {element.parent.name: rows[element.column.table.name][element.column.name] for element in key.elements}


def freed(table: Table) -> Row:
    """The references that a row can do without, empty."""
    return {column.name: None for key in table.foreign_key_constraints for column in key.columns if column.nullable}


def renewed(table: Table, row: Row, keep: set[str]) -> Row:
    """The row with another value in each column that takes part in a unique key, except those to ``keep``."""
    columns = {column for key in unique_keys(table) for column in key.columns}
    others = {column for column in columns if column.name not in {*keep, "organisation_id"}}
    return {**row, **{column.name: _value(table, column, "renewed") for column in others}}


async def put(connection: asyncpg.Connection, table: str, row: Row) -> None:
    """Insert a row that is said as JSON, by the table's own types."""
    sql = f"insert into assess.{table} select * from jsonb_populate_record(null::assess.{table}, $1::jsonb)"
    await connection.execute(sql, json.dumps(row))


def _value(table: Table, column: Column[Any], seed: str) -> Any:
    if column.name == "state":
        return STATES[table.name]
    text = f"{seed}-{table.name}-{column.name}"
    kind = type(column.type).__name__
    said = {"Uuid": str(uuid5(NAMESPACE_OID, text)), "LargeBinary": "\\x" + text.encode().hex(), "Text": text}
    if column.name == "origin":
        return "imported"
    if kind in said:
        return said[kind]
    if seed == "renewed" and kind in RENEWED:
        return RENEWED[kind]
    return BY_TYPE[kind]
