"""What the database holds, as digests: one for each organisation, equal before a backup and after its restore.

The digest of a table is SHA-256 over the sorted SHA-256 of its rows, each row as PostgreSQL writes it, so neither the order of
the rows nor their place in the files matters. The digest of an organisation is over those of its tables, by name. Tables and
columns are those that the database has, whatever its revision; a migration that adds a column changes digests.
"""

from hashlib import sha256
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    MetaData,
    Select,
    Table,
    Text,
    cast,
    false,
    func,
    literal_column,
    null,
    select,
    text,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from assess.words import Digest

AS_ONE_WRITES = text(
    "select set_config('timezone', 'UTC', true), set_config('datestyle', 'ISO, MDY', true), "
    "set_config('bytea_output', 'hex', true), set_config('extra_float_digits', '1', true)"
)
"""How rows are written must not depend on whose session it is."""


class TableContent(Struct, frozen=True, kw_only=True):
    """The rows of one table that belong to one organisation."""

    rows: int
    digest: Digest


class Content(Struct, frozen=True, kw_only=True):
    """Everything of one organisation, by table; ``organisation_id`` absent: what belongs to everybody."""

    organisation_id: UUID | None
    digest: Digest
    rows: int
    tables: dict[str, TableContent]


async def contents(connection: AsyncConnection) -> list[Content]:
    """The content of every organisation that the connection's role sees, by id, after that which belongs to everybody.

    To see all of them the role must pass row-level security; in an organisation's own transaction only its content is told.
    """
    await connection.execute(AS_ONE_WRITES)
    found: dict[UUID | None, dict[str, TableContent]] = {None: {}}
    for table in (await connection.run_sync(present_tables)).tables.values():
        for row in await connection.execute(_digest_of(table)):
            one = TableContent(rows=row.rows, digest=row.digest)
            found.setdefault(row.owner, {})[table.name] = one
    return [_content(owner, found[owner]) for owner in sorted(found, key=str)]


def present_tables(connection: Connection) -> MetaData:
    """The tables as they are now."""
    found = MetaData(schema="assess")
    found.reflect(connection, resolve_fks=False)
    return found


def owner_of(table: Table) -> Column[Any] | None:
    """The column that says whose a row is; none for what belongs to everybody."""
    return table.c.get("organisation_id", table.c.id if table.name == "organisation" else None)


def owned_by(table: Table, organisation_id: UUID) -> ColumnElement[bool]:
    """The condition for the rows of one organisation; what belongs to everybody is nobody's."""
    owner = owner_of(table)
    return false() if owner is None else owner == organisation_id


def row_text(table: Table) -> Any:
    """A whole row as text, in the order of its columns."""
    return cast(func.row(*table.c), Text)


def _digest_of(table: Table) -> Select[Any]:
    owner = owner_of(table)
    each = func.sha256(func.convert_to(row_text(table), "UTF8"))
    every = func.string_agg(each, literal_column("''::bytea")).aggregate_order_by(each)
    whose = null() if owner is None else owner
    query = select(
        whose.label("owner"), func.count().label("rows"), func.encode(func.sha256(every), "hex").label("digest")
    ).select_from(table)
    return query.having(func.count() > 0) if owner is None else query.group_by(owner)


def _content(owner: UUID | None, found: dict[str, TableContent]) -> Content:
    lines = "".join(f"{name} {one.rows} {one.digest}\n" for name, one in sorted(found.items()))
    rows = sum(one.rows for one in found.values())
    return Content(organisation_id=owner, digest=sha256(lines.encode()).hexdigest(), rows=rows, tables=found)
