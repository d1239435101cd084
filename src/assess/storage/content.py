"""What the database holds, as digests: one for each organisation, equal before a backup and after its restore.

The digest of a table is SHA-256 over those of at most 256 shares of it, in their order: rows whose SHA-256 begins with the same
byte. The digest of a share is over the sorted SHA-256 of its rows, each row as PostgreSQL writes it, so neither the order of the
rows nor their place in the files matters, and 8,000 million rows fit before a value meets PostgreSQL's limit of 1 GB. The digest
of an organisation is over those of its tables, by name. Tables and columns are those that the database has, whatever its
revision; a migration that adds a column changes digests.
"""

from hashlib import sha256
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    MetaData,
    Select,
    Table,
    Text,
    Uuid,
    cast,
    false,
    func,
    literal_column,
    null,
    select,
    text,
)

from assess.storage.core import AsyncConnection
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
    whose = cast(null(), Uuid) if owner is None else owner
    each = func.sha256(func.convert_to(row_text(table), "UTF8"))
    rows = (
        select(whose.label("owner"), each.label("each")).select_from(table).offset(0).subquery()
    )  # hashes each row once
    first = func.get_byte(rows.c.each, literal_column("0"))
    said = (
        rows.c.owner,
        first.label("first"),
        func.count().label("rows"),
        _over(rows.c.each, rows.c.each).label("digest"),
    )
    shares = select(*said).group_by(rows.c.owner, first).subquery()
    every = func.encode(_over(shares.c.digest, shares.c.first), "hex")
    count = cast(func.sum(shares.c.rows), BigInteger)
    return select(shares.c.owner, count.label("rows"), every.label("digest")).group_by(shares.c.owner)


def _over(digests: ColumnElement[Any], order: ColumnElement[Any]) -> ColumnElement[Any]:
    """The digest of digests, in that order."""
    return func.sha256(func.string_agg(digests, literal_column("''::bytea")).aggregate_order_by(order))


def _content(owner: UUID | None, found: dict[str, TableContent]) -> Content:
    lines = "".join(f"{name} {one.rows} {one.digest}\n" for name, one in sorted(found.items()))
    rows = sum(one.rows for one in found.values())
    return Content(organisation_id=owner, digest=sha256(lines.encode()).hexdigest(), rows=rows, tables=found)
