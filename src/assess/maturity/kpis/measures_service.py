"""Doings on measured values and reviews: gather, think, apply. A team lead records for the own team and those below it."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from uuid import UUID

from msgspec.structs import replace

from assess.maturity.kpis import store as records_store
from assess.maturity.kpis.attainment import relative_gap
from assess.maturity.kpis.entries import reference
from assess.maturity.kpis.library import KpiLibrary
from assess.maturity.kpis.measuring import Placed, Scope, measure_from, measures_in, review_from
from assess.maturity.kpis.model import Measure, NewMeasure, NewReview, RecordedMeasure, RecordedReview, Review
from assess.maturity.kpis.store import MeasureNotFound, Place, ReviewNotFound
from assess.maturity.service import TeamBeyondKey
from assess.storage.database import Tx
from assess.storage.paging import Window
from assess.tenancy.model import Imported, Principal, Team
from assess.tenancy.store import TeamNotFound, teams_of
from assess.words import Key


async def teams_seen(tx: Tx, principal: Principal) -> dict[UUID, Team]:
    """The teams that the holder of a key sees: all, or the own one and those below it. A parent comes before its children."""
    teams = await teams_of(tx)
    if principal.team_id is None:
        return {team.id: team for team in teams}
    seen: dict[UUID, Team] = {}
    for team in teams:
        if team.id == principal.team_id or team.parent_id in seen:
            seen[team.id] = team
    return seen


async def check_seen(tx: Tx, principal: Principal, team_id: UUID) -> None:
    """Raises TeamNotFound or TeamBeyondKey."""
    if team_id in await teams_seen(tx, principal):
        return
    raise TeamBeyondKey if team_id in {team.id for team in await teams_of(tx)} else TeamNotFound


async def put_measure(
    tx: Tx, library: KpiLibrary, principal: Principal, place: Place, new: NewMeasure
) -> tuple[RecordedMeasure, bool]:
    """Record a value, and whether it is the first of its period; another one is a correction, the same changes nothing.

    Raises TeamNotFound, TeamBeyondKey, KpiSheetNotFound, MeasuresInvalid.
    """
    await check_seen(tx, principal, place[0])
    sheet = await records_store.sheet_of(tx, place[1])
    measure = measure_from(place[2], new, sheet, tx.now.date())
    await records_store.lock_teams(tx, [place[0]])
    counts = await _write(tx, {place: measure})
    return await measure_of(tx, library, place), counts.created == 1


async def import_measures(
    tx: Tx, principal: Principal, read: Callable[[], Sequence[Placed]], *, dry_run: bool
) -> Imported:
    """Record values, all or nothing; with ``dry_run`` only say what would happen. Raises SheetInvalid or MeasuresInvalid.

    read: gives the values; it is called beside the event loop, since a long list takes a while.
    """
    rows = await asyncio.to_thread(read)
    teams = {team.key: team.id for team in (await teams_seen(tx, principal)).values()}
    sheets = await records_store.sheets_by_key(tx, {each.row.kpi for each in rows})
    measures = await asyncio.to_thread(measures_in, rows, Scope(teams, sheets, tx.now.date()))
    if not dry_run:
        await records_store.lock_teams(tx, {place[0] for place in measures})
    return await _write(tx, measures, dry_run=dry_run)


async def measures_of(
    tx: Tx, library: KpiLibrary, principal: Principal, window: Window, *, team: Key | None, kpi: Key | None
) -> list[RecordedMeasure]:
    """The values in the window that the holder of a key sees; raises TeamNotFound or TeamBeyondKey for the filter."""
    seen = await teams_seen(tx, principal)
    chosen = None if principal.team_id is None else list(seen)
    if team is not None:
        found = next((each.id for each in await teams_of(tx) if each.key == team), None)
        if found is None:
            raise TeamNotFound
        await check_seen(tx, principal, found)
        chosen = [found]
    return await _compared(tx, library, await records_store.measures_of(tx, window, teams=chosen, kpi=kpi))


async def measure_of(tx: Tx, library: KpiLibrary, place: Place) -> RecordedMeasure:
    """One value; raises MeasureNotFound."""
    return (await _compared(tx, library, [await records_store.measure_of(tx, place)]))[0]


async def measure_there(tx: Tx, library: KpiLibrary, place: Place) -> RecordedMeasure | None:
    """The value, where there is one; whoever else records something of this team waits."""
    await records_store.lock_teams(tx, [place[0]])
    try:
        return await measure_of(tx, library, place)
    except MeasureNotFound:
        return None


async def put_review(tx: Tx, principal: Principal, place: Place, new: NewReview) -> tuple[RecordedReview, bool]:
    """Record a review, and whether it is the first of its day; another one replaces it, the same changes nothing.

    Raises TeamNotFound, TeamBeyondKey, KpiSheetNotFound, ReviewInvalid.
    """
    team_id, kpi, reviewed_on = place
    await check_seen(tx, principal, team_id)
    await records_store.sheet_of(tx, kpi)
    review = review_from(reviewed_on, new, tx.now.date())
    before = await review_there(tx, place)
    if before is None or review != _plain(before, Review):
        await records_store.add_review(tx, place, 1 if before is None else before.revision + 1, review)
    return await records_store.review_of(tx, place), before is None


async def review_there(tx: Tx, place: Place) -> RecordedReview | None:
    """The review, where there is one; whoever else records something of this team waits."""
    await records_store.lock_teams(tx, [place[0]])
    try:
        return await records_store.review_of(tx, place)
    except ReviewNotFound:
        return None


async def _write(tx: Tx, measures: Mapping[Place, Measure], *, dry_run: bool = False) -> Imported:
    """Add a revision wherever something is new or other than before."""
    before = await records_store.measures_at(tx, measures)
    created, changed = await asyncio.to_thread(_told_apart, measures, before)
    if not dry_run:
        revisions = {place: before[place].revision + 1 if place in before else 1 for place in [*created, *changed]}
        await records_store.add_measures(tx, [(place, n, measures[place]) for place, n in revisions.items()])
    return Imported(
        dry_run=dry_run,
        rows=len(measures),
        created=len(created),
        updated=len(changed),
        unchanged=len(measures) - len(created) - len(changed),
        summary=f"{len(measures)} of {len(measures)}",
    )


def _told_apart(measures: Mapping[Place, Measure], before: Mapping[Place, RecordedMeasure]) -> tuple[list[Place], ...]:
    """Where nothing is yet, and where something else is."""
    created = [place for place in measures if place not in before]
    return created, [place for place, old in before.items() if _plain(old, Measure) != measures[place]]


async def _compared(tx: Tx, library: KpiLibrary, measures: Iterable[RecordedMeasure]) -> list[RecordedMeasure]:
    """Values beside the library's benchmark, where they stand under a formula of today in the library's unit."""
    found = list(measures)
    sheets = await records_store.sheets_by_key(tx, {each.kpi for each in found})
    benchmarks = {
        key: reference(entry)
        for key, sheet in sheets.items()
        if (entry := library.entries.get(key)) is not None and entry.unit == sheet.unit
    }
    return [
        each
        if (value := benchmarks.get(each.kpi)) is None or each.formula_revision != sheets[each.kpi].formula_revision
        else replace(each, benchmark_gap=relative_gap(each.value, value))
        for each in found
    ]


def _plain(value: Measure | Review, kind: type[Measure] | type[Review]) -> Measure | Review:
    """A recorded value without what is known about its recording."""
    return kind(**{name: getattr(value, name) for name in kind.__struct_fields__})
