"""Doings on record sheets: gather, think, apply."""

from assess.maturity.kpis import store as records_store
from assess.maturity.kpis.library import KpiLibrary
from assess.maturity.kpis.model import KpiSheet, NewKpiSheet
from assess.maturity.kpis.sheets import next_revision, sheet_from
from assess.storage.database import Tx
from assess.tenancy.store import teams_of
from assess.words import Key


async def put_sheet(tx: Tx, library: KpiLibrary, key: Key, new: NewKpiSheet) -> tuple[KpiSheet, bool]:
    """A record sheet as it is said now, and whether it is new; one that changes nothing stays as it is.

    Raises KpiSheetInvalid, KpiSheetChanged.
    """
    before = await sheet_there(tx, key)
    said = sheet_from(key, new, library.entries, {team.id for team in await teams_of(tx)})
    after = next_revision(key, said, before, in_library=key in library.entries, now=tx.now)
    if after is not before:
        await records_store.add_sheet(tx, after)
    return await records_store.sheet_of(tx, key), before is None


async def sheet_there(tx: Tx, key: Key) -> KpiSheet | None:
    """The record sheet, where there is one."""
    return (await records_store.sheets_by_key(tx, [key])).get(key)
