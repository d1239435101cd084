"""Statements on the records of indicators: revisions are added, never changed, so that it can be read what was known when."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, CursorResult, Row, Select, Subquery, Table, insert, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on

from assess.errors import NotFound, PreconditionFailed
from assess.maturity.kpis.attainment import interval_of
from assess.maturity.kpis.model import (
    KpiSheet,
    Measure,
    RecordedMeasure,
    RecordedReview,
    Review,
    Sheet,
    sheet_for,
)
from assess.maturity.kpis.records import KpiRecord
from assess.storage.database import Tx, made_of
from assess.storage.paging import Window
from assess.storage.tables import kpi_review, kpi_sheet, measure, organisation, team
from assess.words import Key

_T = TypeVar("_T", Measure, Review)
Place = tuple[UUID, Key, date]
"""Of a value: whose, of which indicator, for the period that ends on which day."""
_REVISION = ("organisation_id", "revision", "body", "recorded_at")


class KpiSheetNotFound(NotFound):
    """Your organisation has no record sheet of this indicator."""

    title_fr = "Votre organisation n’a pas de fiche pour cet indicateur."


class MeasureNotFound(NotFound):
    """No value is recorded for this period."""

    title_fr = "Aucune valeur n’est enregistrée pour cette période."


class ReviewNotFound(NotFound):
    """No review of that day is recorded."""

    title_fr = "Aucune revue de ce jour n’est enregistrée."


class KpiSheetChanged(PreconditionFailed):
    """Somebody else has changed this record sheet at the same moment."""

    constraint = "kpi_sheet_pkey"
    title_fr = "Quelqu’un d’autre a changé cette fiche au même moment."


async def sheets_of(tx: Tx, window: Window) -> list[KpiSheet]:
    """The record sheets in the window, by key."""
    newest = _newest(tx, kpi_sheet).subquery()
    rows = await tx.execute(window.applied(select(newest), newest.c.key))
    return [_sheet(row) for row in rows]


async def sheets_by_key(tx: Tx, keys: Iterable[Key]) -> dict[Key, KpiSheet]:
    """Those of these record sheets that exist."""
    rows = await tx.execute(_newest(tx, kpi_sheet, kpi_sheet.c.key.in_(set(keys))))
    return {row.key: _sheet(row) for row in rows}


async def sheet_of(tx: Tx, key: Key) -> KpiSheet:
    """One record sheet; raises KpiSheetNotFound."""
    found = (await sheets_by_key(tx, [key])).get(key)
    if found is None:
        raise KpiSheetNotFound
    return found


async def add_sheet(tx: Tx, sheet: KpiSheet) -> None:
    """One more revision; raises KpiSheetChanged (as the constraint's violation)."""
    columns = {"key", "revision", "recorded_at"}
    body = {name: value for name, value in msgspec.to_builtins(sheet).items() if name not in columns}
    own = {"organisation_id": tx.organisation_id, **{name: getattr(sheet, name) for name in columns}}
    await tx.execute(insert(kpi_sheet).values(**own, body=body))


async def lock_sheets(tx: Tx) -> None:
    """Whoever else of the organisation writes a record sheet waits: the first revision of a sheet has no row to wait at."""
    await tx.execute(
        select(organisation.c.id).where(organisation.c.id == tx.organisation_id).with_for_update(key_share=True)
    )


async def lock_teams(tx: Tx, team_ids: Iterable[UUID]) -> None:
    """Whoever else records something of these teams waits; always in the same order, so that nobody waits for ever."""
    mine = (team.c.organisation_id == tx.organisation_id, team.c.id.in_(set(team_ids)))
    await tx.execute(select(team.c.id).where(*mine).order_by(team.c.id).with_for_update())


async def measures_of(
    tx: Tx, window: Window, *, teams: Iterable[UUID] | None, kpi: Key | None
) -> list[RecordedMeasure]:
    """The values in the window by team, indicator and period: of all teams or of these, of all indicators or of one."""
    filters: list[ColumnElement[bool]] = [] if teams is None else [measure.c.team_id.in_(list(teams))]
    filters += [] if kpi is None else [measure.c.kpi == kpi]
    newest = _newest(tx, measure, *filters).subquery()
    query = _with_team(newest)
    rows = await tx.execute(window.applied(query, newest.c.team_id, newest.c.kpi, newest.c.period_end))
    return [_measure(row) for row in rows]


async def measures_at(tx: Tx, places: Collection[Place]) -> dict[Place, RecordedMeasure]:
    """The values that are recorded at these places, in one statement whose parameters do not grow with their number."""
    teams, kpis, days = (set(each) for each in zip(*places, strict=True))
    near = (measure.c.team_id.in_(teams), measure.c.kpi.in_(kpis), measure.c.period_end.between(min(days), max(days)))
    rows = await tx.execute(_with_team(_newest(tx, measure, *near).subquery()))
    wanted = set(places)
    found = [row for row in rows if (row.team_id, row.kpi, row.period_end) in wanted]
    return {(each.team_id, each.kpi, each.period_end): each for each in await made_of(found, _measure)}


async def measure_of(tx: Tx, place: Place) -> RecordedMeasure:
    """The value at one place; raises MeasureNotFound."""
    found = (await measures_at(tx, [place])).get(place)
    if found is None:
        raise MeasureNotFound
    return found


async def add_measures(tx: Tx, measures: Sequence[tuple[Place, int, Measure]]) -> None:
    """One more revision at each of these places, with its number."""
    rows = (
        _row(tx, revision, value, team_id=team_id, kpi=kpi, period_end=period_end)
        for (team_id, kpi, period_end), revision, value in measures
    )
    await tx.add(measure, rows)


async def reviews_of(tx: Tx, team_id: UUID, kpi: Key, window: Window) -> list[RecordedReview]:
    """A team's reviews of an indicator in the window, oldest first."""
    newest = _newest(tx, kpi_review, kpi_review.c.team_id == team_id, kpi_review.c.kpi == kpi).subquery()
    rows = await tx.execute(window.applied(select(newest), newest.c.reviewed_on))
    return [_review(row) for row in rows]


async def review_of(tx: Tx, place: Place) -> RecordedReview:
    """The review at one place (team, indicator, day); raises ReviewNotFound."""
    one = kpi_review.c
    found = (await tx.execute(_newest(tx, kpi_review, tuple_(one.team_id, one.kpi, one.reviewed_on) == place))).first()
    if found is None:
        raise ReviewNotFound
    return _review(found)


async def add_review(tx: Tx, place: Place, revision: int, review: Review) -> None:
    """One more revision of a review."""
    team_id, kpi, reviewed_on = place
    await tx.execute(
        insert(kpi_review), [_row(tx, revision, review, team_id=team_id, kpi=kpi, reviewed_on=reviewed_on)]
    )


async def records_at(tx: Tx, cutoff: date) -> list[KpiRecord]:
    """Every record as it was known at the end of that day (UTC), by team and indicator.

    A team has a record of an indicator when the sheet names it, or when it has a value or a review.
    """
    end = datetime.combine(cutoff + timedelta(days=1), time(), UTC)
    sheets = {row.key: _sheet(row) for row in await tx.execute(_newest(tx, kpi_sheet, until=end))}
    measures = _grouped(await tx.execute(_newest(tx, measure, until=end)), Measure, "period_end")
    reviews = _grouped(await tx.execute(_newest(tx, kpi_review, until=end)), Review, "reviewed_on")
    named = {(terms.team_id, sheet.key) for sheet in sheets.values() for terms in sheet.teams}
    places = {place for place in named | measures.keys() | reviews.keys() if place[1] in sheets}
    return [_record(place, sheets[place[1]], measures, reviews) for place in sorted(places)]


def _record(
    place: tuple[UUID, Key],
    sheet: KpiSheet,
    measures: dict[tuple[UUID, Key], list[Measure]],
    reviews: dict[tuple[UUID, Key], list[Review]],
) -> KpiRecord:
    team_id, kpi = place
    plain = Sheet(**{name: getattr(sheet, name) for name in Sheet.__struct_fields__})
    return KpiRecord(
        team_id=team_id,
        kpi=kpi,
        process=sheet.process,
        sheet=sheet_for(plain, team_id),
        measures=measures.get(place, []),
        reviews=reviews.get(place, []),
    )


def _grouped(rows: CursorResult[Any], kind: type[_T], day: str) -> dict[tuple[UUID, Key], list[_T]]:
    """What rows say by team and indicator, oldest first, as the rows are ordered."""
    found: dict[tuple[UUID, Key], list[_T]] = {}
    for row in rows.all():
        value = msgspec.convert({**row.body, day: getattr(row, day)}, kind)
        found.setdefault((row.team_id, row.kpi), []).append(value)
    return found


def _newest(tx: Tx, table: Table, *conditions: ColumnElement[bool], until: datetime | None = None) -> Select[Any]:
    """The newest revision of each thing of a table, or the newest that was recorded before a moment."""
    known = [column for column in table.primary_key.columns if column.name not in _REVISION]
    before = [] if until is None else [table.c.recorded_at < until]
    return (
        select(table)
        .ext(distinct_on(*known))
        .where(table.c.organisation_id == tx.organisation_id, *conditions, *before)
        .order_by(*known, table.c.revision.desc())
    )


def _with_team(newest: Subquery) -> Select[Any]:
    """Rows of values beside the key of their team."""
    mine = (team.c.organisation_id == newest.c.organisation_id) & (team.c.id == newest.c.team_id)
    return select(newest, team.c.key.label("team")).join(team, mine)


def _sheet(row: Row[Any]) -> KpiSheet:
    said = {"key": row.key, "revision": row.revision, "recorded_at": row.recorded_at}
    return msgspec.convert({**row.body, **said}, KpiSheet)


def _measure(row: Row[Any]) -> RecordedMeasure:
    value = msgspec.convert({**row.body, "period_end": row.period_end}, Measure)
    return RecordedMeasure(
        **msgspec.structs.asdict(value),
        team_id=row.team_id,
        team=row.team,
        kpi=row.kpi,
        interval=interval_of(value),
        benchmark_gap=None,
        revision=row.revision,
        recorded_at=row.recorded_at,
    )


def _review(row: Row[Any]) -> RecordedReview:
    names = ("team_id", "kpi", "reviewed_on", "revision", "recorded_at")
    return msgspec.convert({**row.body, **{name: getattr(row, name) for name in names}}, RecordedReview)


def _row(tx: Tx, revision: int, value: Measure | Review, **known: Any) -> dict[str, Any]:
    """A row whose body has what its key does not say."""
    body = {name: said for name, said in msgspec.to_builtins(value).items() if name not in known}
    own = {"organisation_id": tx.organisation_id, "revision": revision, "recorded_at": tx.now}
    return {**own, **known, "body": body}
