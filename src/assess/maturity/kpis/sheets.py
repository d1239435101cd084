"""What a record sheet may say: pure rules, every breach at once."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from msgspec import UNSET
from msgspec.structs import replace

from assess.errors import Finding, Invalid
from assess.maturity.kpis.entries import KpiEntry
from assess.maturity.kpis.model import RANGES, KpiSheet, NewKpiSheet, Sheet, Target, TargetBand, Unit, sheet_for
from assess.words import Key

FROM_LIBRARY = ("process", "name", "purpose", "formula", "unit", "direction", "source", "cadence_days")
_MOST = 100


class KpiSheetInvalid(Invalid):
    """The record sheet breaks rules; nothing was written."""

    title_fr = "La fiche enfreint des règles ; rien n’a été écrit."


def sheet_from(key: Key, new: NewKpiSheet, entries: Mapping[Key, KpiEntry], teams: Collection[Any]) -> Sheet:
    """The sheet as it is said, completed from the library; its first revision.

    teams: ids of the organisation's teams. Raises KpiSheetInvalid with every finding.
    """
    entry = entries.get(key)
    findings = [*_wrong_key(key, new, entries)]
    _refuse(findings)
    said = {name: _said(getattr(new, name), getattr(entry, name, None)) for name in FROM_LIBRARY}
    own = {name: getattr(new, name) for name in new.__struct_fields__ if name not in FROM_LIBRARY}
    sheet = Sheet(**said, **own, formula_revision=1)
    _refuse([*_wrong_terms(sheet, ""), *_wrong_teams(sheet, teams)])
    return sheet


def next_revision(key: Key, sheet: Sheet, before: KpiSheet | None, *, in_library: bool, now: datetime) -> KpiSheet:
    """The sheet as it will be kept: itself as it was when nothing changes.

    Another formula or unit begins a new revision of the formula: what was measured before is not comparable.
    """
    formula = 1 if before is None else before.formula_revision + _is_measured_otherwise(sheet, before)
    revision = 1 if before is None else before.revision + 1
    said = {name: getattr(sheet, name) for name in sheet.__struct_fields__ if name != "formula_revision"}
    after = KpiSheet(
        **said, formula_revision=formula, key=key, in_library=in_library, revision=revision, recorded_at=now
    )
    unchanged = (
        before is not None and replace(after, revision=before.revision, recorded_at=before.recorded_at) == before
    )
    return before if before is not None and unchanged else after


def out_of_range(unit: Unit | None, value: float) -> str | None:
    """The rule that a value of that unit breaks, or none."""
    low, high = RANGES[unit] if unit is not None else (value, value)
    return None if low <= value <= high else f"from {low:g} to {high:g}, as the unit {unit} demands"


def _is_measured_otherwise(sheet: Sheet, before: Sheet) -> bool:
    return (sheet.formula, sheet.unit) != (before.formula, before.unit)


def _said(value: Any, otherwise: Any) -> Any:
    return otherwise if value is UNSET else value


def _refuse(findings: list[Finding]) -> None:
    if findings:
        raise KpiSheetInvalid(f"{len(findings)} problems", errors=findings[:_MOST])


def _wrong_key(key: Key, new: NewKpiSheet, entries: Mapping[Key, KpiEntry]) -> Iterator[Finding]:
    """A key of the library keeps its process; keys that look like the library's are its own."""
    entry = entries.get(key)
    if entry is not None and new.process not in {UNSET, entry.process}:
        yield Finding(
            pointer="/process", rule="the library's process", received=str(new.process), example=entry.process
        )
    if entry is None and new.process is UNSET:
        yield Finding(pointer="/process", rule="needed for an indicator of your own", example="acq")
    if entry is None and key.startswith(tuple({f"kpi-{each.process}-" for each in entries.values()})):
        rule = "an indicator of the library, or a key of your own that does not begin like one"
        yield Finding(pointer="path/kpi", rule=rule, received=key, example="own-returns")


def _wrong_terms(sheet: Sheet, place: str) -> Iterator[Finding]:
    """Values out of the unit's range, a target that is no way from the baseline, a target of the other kind."""
    for name, value in _values(sheet.baseline, sheet.target):
        rule = out_of_range(sheet.unit, value)
        if rule is not None:
            yield Finding(pointer=f"{place}/{name}", rule=rule, received=value)
    if sheet.target is None or sheet.direction is None:
        return
    rule = _wrong_way(sheet.target, sheet.baseline, sheet.direction)
    if rule is not None:
        yield Finding(pointer=f"{place}/target", rule=rule)


def _values(baseline: float | None, target: Target | None) -> Iterator[tuple[str, float]]:
    if baseline is not None:
        yield "baseline", baseline
    if isinstance(target, TargetBand):
        yield from (("target/low", target.low), ("target/high", target.high))
    elif target is not None:
        yield "target", target


def _wrong_way(target: Target, baseline: float | None, direction: str) -> str | None:
    """The rule that a target breaks, or none."""
    if isinstance(target, TargetBand):
        if direction != "band":
            return f"one number, since the direction is {direction}"
        return None if target.low <= target.high else "low is not above high"
    if direction == "band":
        return "low, high and tolerance, since the direction is band"
    if baseline is None or (target > baseline if direction == "up" else target < baseline):
        return None
    return f"{'above' if direction == 'up' else 'below'} the baseline, since the direction is {direction}"


def _wrong_teams(sheet: Sheet, teams: Collection[Any]) -> Iterator[Finding]:
    ids = [terms.team_id for terms in sheet.teams]
    for n, team_id in enumerate(ids):
        if team_id not in teams:
            rule = "the id of a team of your organisation"
            yield Finding(pointer=f"/teams/{n}/team_id", rule=rule, received=str(team_id))
        elif team_id in ids[:n]:
            yield Finding(pointer=f"/teams/{n}/team_id", rule="each team stands once", received=str(team_id))
        else:
            yield from _wrong_terms(sheet_for(sheet, team_id), f"/teams/{n}")
