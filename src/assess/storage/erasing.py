"""Erasing an organisation: every row that it has, in one transaction, by the role that may delete and do nothing else."""

from collections.abc import Collection
from uuid import UUID

from msgspec import Struct
from sqlalchemy import cast, delete, func, or_, select
from sqlalchemy.dialects.postgresql import BYTEA
from sqlalchemy.exc import DBAPIError

from assess.storage import tables
from assess.storage.backup import connected
from assess.storage.content import AS_ONE_WRITES, owned_by, row_text
from assess.storage.core import AsyncConnection
from assess.storage.database import Tx, set_organisation


class ErasureError(Exception):
    """Nothing was erased; the message says why, in one sentence."""


class Erased(Struct, frozen=True, kw_only=True):
    """What went: the campaigns by id, and how many rows of each table."""

    campaigns: list[UUID]
    rows: dict[str, int]


async def erase_organisation(url: str, organisation_id: UUID) -> Erased:
    """Delete every row of an organisation and itself, children before parents, all or nothing. Raises ErasureError.

    ``url`` is the migrator's: it may become assess_eraser, for which row-level security holds too.
    """
    try:
        async with connected(url) as connection:
            await connection.exec_driver_sql("set local role assess_eraser")
            await connection.exec_driver_sql("set local lock_timeout = '10s'")
            await connection.exec_driver_sql(set_organisation(organisation_id))
            return await _erase(connection, organisation_id)
    except DBAPIError as error:
        raise ErasureError(
            f"the database refused: {str(error.orig).strip()}; nothing was erased. "
            "Is a server still working for this organisation? Revoke its keys, or stop it, and try again"
        ) from error


async def mentions(tx: Tx, words: Collection[str]) -> dict[str, int]:
    """In how many rows of each table of the organisation one of these words still stands, in text or in bytes.

    A PDF is compressed and is not searched; the facts that it was made from are.
    """
    await tx.execute(AS_ONE_WRITES)
    found = {}
    for table in tables.metadata.sorted_tables:
        if table.name in tables.TENANT:
            row = func.lower(row_text(table))
            forms = [form for word in words for form in (func.lower(word), _in_bytes(word))]
            said = or_(*(func.strpos(row, form) > 0 for form in forms))
            own = select(func.count()).select_from(table).where(owned_by(table, tx.organisation_id), said)
            found[table.name] = (await tx.execute(own)).scalar_one()
    return {name: rows for name, rows in found.items() if rows}


async def _erase(connection: AsyncConnection, organisation_id: UUID) -> Erased:
    mine = owned_by(tables.campaign, organisation_id)
    campaigns = list((await connection.execute(select(tables.campaign.c.id).where(mine))).scalars())
    rows = {}
    for table in reversed(tables.metadata.sorted_tables):
        if table is not tables.questionnaire_version:
            rows[table.name] = (
                await connection.execute(delete(table).where(owned_by(table, organisation_id)))
            ).rowcount
    return Erased(campaigns=campaigns, rows={name: count for name, count in rows.items() if count})


def _in_bytes(word: str) -> object:
    return func.encode(cast(func.convert_to(word, "UTF8"), BYTEA), "hex")
