"""What a measured value or a review may say: pure rules, every breach at once, all or nothing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from assess.errors import Finding, Invalid
from assess.maturity.kpis.attainment import PERCENT
from assess.maturity.kpis.model import Measure, MeasureRow, NewMeasure, NewReview, Review, Sheet
from assess.maturity.kpis.sheets import out_of_range
from assess.sheets import MAX_ROWS, TOLD, Row, check_most, how_many, read_sheet
from assess.words import Key, plainly

COLUMNS = ("team", "kpi", "period_end", "value", "numerator", "denominator", "measured_on")
EXAMPLES: dict[str, Any] = dict(
    zip(COLUMNS, ("sales-lyon", "kpi-acq-win-rate", "2026-03-31", 45, 9, 20, "2026-04-03"), strict=True)
)
_NUMBERS = ("value", "numerator", "denominator")


class MeasuresInvalid(Invalid):
    """Measured values break rules; nothing was recorded."""

    title_fr = "Des valeurs mesurées enfreignent des règles ; rien n’a été enregistré."


class ReviewInvalid(Invalid):
    """The review breaks a rule; nothing was recorded."""

    title_fr = "La revue enfreint une règle ; rien n’a été enregistré."


class Placed(Struct, frozen=True):
    """A value as read, and where: ``#/line/7`` of a sheet, ``/6`` of a list."""

    place: str
    row: MeasureRow


class Scope(Struct, frozen=True):
    """What values may be recorded of: the ids of teams by key, the record sheets by key; and the day it is."""

    teams: Mapping[Key, UUID]
    sheets: Mapping[Key, Sheet]
    today: date


def rows_from_sheet(body: bytes) -> list[Placed]:
    """Values of a CSV, with a decimal point or comma.

    Raises SheetUnreadable, SheetInvalid for the header and the width of lines, MeasuresInvalid with each faulty cell.
    """
    rows = read_sheet(body, COLUMNS, required=("team", "kpi", "period_end", "measured_on"))
    return _fitting((f"#/line/{row.line}", _cells(row)) for row in rows)


def rows_from_json(body: bytes) -> list[Placed]:
    """Values of a JSON list; raises msgspec.DecodeError, SheetInvalid for its size, or MeasuresInvalid with each faulty
    entry."""
    found = msgspec.json.decode(body, type=list[Any])
    check_most(len(found), MAX_ROWS)
    _refuse([] if found else [Finding(pointer="/", rule="at least one value", example=[EXAMPLES])])
    return _fitting((f"/{n}", each) for n, each in enumerate(found))


def measures_in(rows: Sequence[Placed], scope: Scope) -> dict[tuple[UUID, Key, date], Measure]:
    """The values by team, indicator and period; raises MeasuresInvalid with every finding."""
    findings = [finding for each in rows for finding in _unknown(each, scope)]
    _refuse([*findings, *_twice(rows)])
    made = {(scope.teams[each.row.team], each.row.kpi, each.row.period_end): each for each in rows}
    _refuse([finding for each in rows for finding in _broken(each, scope)])
    return {place: _measure(each.row.period_end, each.row, scope.sheets[place[1]]) for place, each in made.items()}


def measure_from(period_end: date, new: NewMeasure, sheet: Sheet, today: date) -> Measure:
    """One value of a period; raises MeasuresInvalid with every finding."""
    _refuse([*_broken_day("path/period_end", "", period_end, new.measured_on, today), *_broken_number("", new, sheet)])
    return _measure(period_end, new, sheet)


def review_from(reviewed_on: date, new: NewReview, today: date) -> Review:
    """A review of a day; raises ReviewInvalid."""
    findings = []
    if reviewed_on > today:
        findings.append(Finding(pointer="path/reviewed_on", rule=f"not after {today}", received=str(reviewed_on)))
    if new.action is not None and new.deviation is None:
        findings.append(Finding(pointer="/deviation", rule="what the action answers to"))
    if new.effect_checked and new.action is None:
        findings.append(Finding(pointer="/action", rule="an effect is checked of an action"))
    if findings:
        raise ReviewInvalid(errors=findings)
    return Review(reviewed_on=reviewed_on, **msgspec.structs.asdict(new))


def _fitting(entries: Iterable[tuple[str, Any]]) -> list[Placed]:
    """Each entry as a value; cells of a sheet are texts, and become numbers and dates."""
    rows: list[Placed] = []
    findings: list[Finding] = []
    for place, entry in entries:
        try:
            rows.append(Placed(place, msgspec.convert(entry, MeasureRow, strict=not place.startswith("#"))))
        except msgspec.ValidationError as error:
            findings.append(_misfit(place, entry, error))
    _refuse(findings)
    return rows


def _cells(row: Row) -> dict[str, str]:
    cells = {name: cell for name, cell in row.cells.items() if cell}
    return cells | {name: cells[name].replace(",", ".", 1) for name in _NUMBERS if name in cells}


def _misfit(place: str, entry: Any, error: msgspec.ValidationError) -> Finding:
    rule, _, where = str(error).partition(" - at `$")
    name = where.strip(".`").partition("[")[0]
    received = entry.get(name) if isinstance(entry, dict) else None
    return Finding(
        pointer=f"{place}/{name}" if name else place,
        rule=plainly(rule),
        received=received if isinstance(received, str | int | float) else None,
        example=EXAMPLES.get(name, EXAMPLES),
    )


def _unknown(each: Placed, scope: Scope) -> Iterator[Finding]:
    if each.row.team not in scope.teams:
        rule = "the key of a team that your key may record for"
        yield Finding(pointer=f"{each.place}/team", rule=rule, received=each.row.team)
    if each.row.kpi not in scope.sheets:
        rule = "an indicator with a record sheet: PUT /v1/kpi-sheets/{kpi} makes one"
        example = min(scope.sheets, default="kpi-acq-win-rate")
        yield Finding(pointer=f"{each.place}/kpi", rule=rule, received=each.row.kpi, example=example)


def _twice(rows: Sequence[Placed]) -> Iterator[Finding]:
    first: dict[tuple[Key, Key, date], str] = {}
    for each in rows:
        place = (each.row.team, each.row.kpi, each.row.period_end)
        if place in first:
            rule = f"one value for a team, an indicator and a period; it stands at {first[place]} already"
            yield Finding(pointer=f"{each.place}/period_end", rule=rule, received=str(each.row.period_end))
        first.setdefault(place, each.place)


def _broken(each: Placed, scope: Scope) -> Iterator[Finding]:
    """The rules that one value of an import breaks."""
    place, row = each.place, each.row
    yield from _broken_day(f"{place}/period_end", place, row.period_end, row.measured_on, scope.today)
    yield from _broken_number(place, row, scope.sheets[row.kpi])


def _broken_day(at_period: str, place: str, period_end: date, measured_on: date, today: date) -> Iterator[Finding]:
    """A period ends before it is measured, and neither is still to come."""
    if period_end > today:
        yield Finding(pointer=at_period, rule=f"not after {today}", received=str(period_end))
    elif not period_end <= measured_on <= today:
        rule = f"from {period_end}, the end of the period, to {today}"
        yield Finding(pointer=f"{place}/measured_on", rule=rule, received=str(measured_on))


def _broken_number(place: str, row: MeasureRow | NewMeasure, sheet: Sheet) -> Iterator[Finding]:
    """A value, or the cases of a share; in the unit's range."""
    cases = (row.numerator, row.denominator)
    if row.value is not None and cases == (None, None):
        rule = out_of_range(sheet.unit, row.value)
        if rule is not None:
            yield Finding(pointer=f"{place}/value", rule=rule, received=row.value)
    elif row.value is not None or None in cases:
        rule = "either a value, or a numerator and a denominator"
        yield Finding(pointer=f"{place}/value", rule=rule, received=row.value, example=EXAMPLES["value"])
    elif sheet.unit != "share":
        rule = f"a value: only the unit share has cases, and this one is {sheet.unit}"
        yield Finding(pointer=f"{place}/numerator", rule=rule, received=row.numerator)
    else:
        yield from _broken_share(place, row.numerator or 0, row.denominator or 0)


def _broken_share(place: str, numerator: int, denominator: int) -> Iterator[Finding]:
    if denominator == 0:
        yield Finding(pointer=f"{place}/denominator", rule="above 0: of nothing there is no share", received=0)
    elif numerator > denominator:
        yield Finding(pointer=f"{place}/numerator", rule=f"at most the denominator, {denominator}", received=numerator)


def _measure(period_end: date, said: MeasureRow | NewMeasure, sheet: Sheet) -> Measure:
    share = said.numerator is not None and said.denominator is not None
    value = PERCENT * (said.numerator or 0) / (said.denominator or 1) if share else float(said.value or 0)
    return Measure(
        period_end=period_end,
        measured_on=said.measured_on,
        value=value,
        numerator=said.numerator,
        denominator=said.denominator,
        formula_revision=sheet.formula_revision,
    )


def _refuse(findings: Sequence[Finding]) -> None:
    if findings:
        raise MeasuresInvalid(f"{how_many(len(findings))}; nothing was recorded", errors=list(findings[:TOLD]))
