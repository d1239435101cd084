"""The words of an indicator: its record sheet, its measured values and its reviews.

The sheet follows the performance-measure record sheet of Neely, Richards, Mills, Platts & Bourne (1997): what is measured, why,
how, where from, how often, who owns it, and which target is to be reached by when.
"""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import replace

from assess.maturity.model import Interval
from assess.words import Key, Language, Name, Paragraph

Unit = Literal["share", "percent", "growth", "index", "points", "count", "ratio", "hours", "days", "months", "euros"]
"""``share``: a percentage of counted cases; ``percent``: of amounts; ``growth``: percent of change; ``index``: 0–100."""
Direction = Literal["up", "down", "band"]
"""Which way is better; ``band``: between two values."""
RANGES: dict[Unit, tuple[float, float]] = {
    "share": (0, 100),
    "percent": (0, 100),
    "growth": (-100, 1e6),
    "index": (0, 100),
    "points": (-100, 100),
    "count": (0, 1e12),
    "ratio": (0, 1e12),
    "hours": (0, 1e6),
    "days": (0, 1e5),
    "months": (0, 1e4),
    "euros": (0, 1e12),
}
"""The lowest and the highest value of each unit."""

Number = Annotated[float, Meta(ge=-1e12, le=1e12, description="In the unit of the indicator")]
Cases = Annotated[int, Meta(ge=0, le=10**12, description="Counted cases")]
CadenceDays = Annotated[int, Meta(ge=1, le=800, description="Days from the end of one period to the end of the next")]
Words = Annotated[
    dict[Language, Paragraph], Meta(min_length=1, description="A text in the languages that the organisation uses")
]


class TargetBand(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where values are good, its ends included; ``tolerance``: the distance from it at which nothing of the target is left."""

    low: Number
    high: Number
    tolerance: Annotated[float, Meta(gt=0, le=1e12)]


Target = Number | TargetBand


class TeamTerms(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A team that carries the indicator, and what is said otherwise there; what is not said is as on the sheet."""

    team_id: UUID
    owner: Name | UnsetType | None = UNSET
    baseline: Number | UnsetType | None = UNSET
    target: Target | UnsetType | None = UNSET
    target_on: date | UnsetType | None = UNSET


class Sheet(Struct, frozen=True, kw_only=True):
    """A record sheet as it stands. What is absent nobody has said.

    ``formula_revision`` grows when the formula or the unit changes: values of two revisions are not comparable.
    """

    process: Key
    name: Words | None
    purpose: Words | None
    formula: Words | None
    unit: Unit | None
    direction: Direction | None
    source: Words | None
    cadence_days: CadenceDays | None
    owner: Name | None
    baseline: Number | None
    target: Target | None
    target_on: date | None
    automated: bool
    alert_rule: Paragraph | None
    teams: list[TeamTerms]
    formula_revision: int


class KpiSheet(Sheet, frozen=True, kw_only=True):
    """The organisation's record sheet of an indicator. ``in_library``: the indicator is one of the library's."""

    key: Key
    in_library: bool
    revision: int
    recorded_at: datetime


SheetTeams = Annotated[list[TeamTerms], Meta(max_length=1000)]


class NewKpiSheet(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A record sheet to be. ``owner``: null when nobody carries it yet.

    Of an indicator of the library, a process, text, unit, direction or cadence that is not said is the library's.
    """

    owner: Name | None
    process: Key | UnsetType = UNSET
    name: Words | UnsetType | None = UNSET
    purpose: Words | UnsetType | None = UNSET
    formula: Words | UnsetType | None = UNSET
    unit: Unit | UnsetType | None = UNSET
    direction: Direction | UnsetType | None = UNSET
    source: Words | UnsetType | None = UNSET
    cadence_days: CadenceDays | UnsetType | None = UNSET
    baseline: Number | None = None
    target: Target | None = None
    target_on: date | None = None
    automated: bool = False
    alert_rule: Paragraph | None = None
    teams: SheetTeams = []


class KpiSheetPage(Struct, frozen=True, kw_only=True):
    """Record sheets by key."""

    items: list[KpiSheet]
    next: str | None


class NewMeasure(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A value to be recorded: ``value`` in the indicator's unit, or of a share the cases that count and all of them."""

    measured_on: date
    value: Number | None = None
    numerator: Cases | None = None
    denominator: Cases | None = None


class Measure(Struct, frozen=True, kw_only=True):
    """What was measured for the period that ends on ``period_end``; ``value`` in the indicator's unit (shares: 0–100).

    ``formula_revision``: that of the sheet when the value was recorded.
    """

    period_end: date
    measured_on: date
    value: Number
    numerator: Cases | None
    denominator: Cases | None
    formula_revision: int


class RecordedMeasure(Measure, frozen=True, kw_only=True):
    """A team's measured value. interval: 95 %, Wilson's, of a share with its cases, in the indicator's unit.

    benchmark_gap: value over the library's benchmark, less 1; absent without one, and under an earlier formula.
    """

    team_id: UUID
    team: Key
    kpi: Key
    interval: Interval | None
    benchmark_gap: float | None
    revision: int
    recorded_at: datetime


class MeasurePage(Struct, frozen=True, kw_only=True):
    """Measured values by team, indicator and period."""

    items: list[RecordedMeasure]
    next: str | None


class MeasureRow(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A value of an import: ``team`` and ``kpi`` are keys; otherwise as a single value."""

    team: Key
    kpi: Key
    period_end: date
    measured_on: date
    value: Number | None = None
    numerator: Cases | None = None
    denominator: Cases | None = None


class NewReview(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a team noted when it looked at an indicator. ``effect_checked``: whether the action was looked at again."""

    note: Paragraph | None = None
    deviation: Paragraph | None = None
    action: Paragraph | None = None
    effect_checked: bool = False


class Review(Struct, frozen=True, kw_only=True):
    """A team's review of an indicator: what was noted, what deviated, what was decided, and whether that worked."""

    reviewed_on: date
    note: Paragraph | None
    deviation: Paragraph | None
    action: Paragraph | None
    effect_checked: bool


class RecordedReview(Review, frozen=True, kw_only=True):
    """A review as it is kept."""

    team_id: UUID
    kpi: Key
    revision: int
    recorded_at: datetime


class ReviewPage(Struct, frozen=True, kw_only=True):
    """Reviews of an indicator by a team, oldest first."""

    items: list[RecordedReview]
    next: str | None


def sheet_for(sheet: Sheet, team_id: UUID) -> Sheet:
    """The sheet as it stands for a team: its own terms in place of the common ones, and nobody else's."""
    terms = next((each for each in sheet.teams if each.team_id == team_id), None)
    names = ("owner", "baseline", "target", "target_on")
    said = {name: value for name in names if (value := getattr(terms, name, UNSET)) is not UNSET}
    return replace(sheet, teams=[], **said)
