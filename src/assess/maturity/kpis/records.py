"""How alive an indicator is, as its record shows it: the factual rung 0–5, each rung standing on all those below.

1 the sheet says what is measured (7 of 7); 2 the two last values came on time, under one formula; 3 owner, baseline, target with
a date, and the team knows (where it is asked); 4 three of the last four cycles were reviewed, with a note; 5 a deviation led to
an action whose effect was checked, or the collection is automatic and an alert rule exists. "On time" allows a quarter of the
cadence.
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from uuid import UUID

from msgspec import Struct

from assess.maturity.kpi import MAJORITY, OWNED
from assess.maturity.kpis.attainment import attainment, quadrant
from assess.maturity.kpis.model import Measure, Review, Sheet
from assess.maturity.model import Factual, State
from assess.maturity.scoring import TOLERANCE
from assess.typography import day, french
from assess.words import Key, Text

LATE = 0.25
"""Share of the cadence that a period or a value may be early or late."""
REVIEWED, CYCLES = 0.75, 4
"""The share of so many cycles that must have been reviewed."""
ACTED_WITHIN = 2
"""In so many cycles a deviation must have led to something."""

_FACTS: dict[str, tuple[str, str]] = {
    "name": ("de nom", "name"),
    "purpose": ("de but", "purpose"),
    "formula": ("de formule", "formula"),
    "unit": ("d’unité", "unit"),
    "direction": ("de sens", "direction"),
    "source": ("de source", "source"),
    "cadence_days": ("de rythme", "cadence"),
}


class KpiRecord(Struct, frozen=True, kw_only=True):
    """What is recorded of one indicator at one team: the sheet as it stands there, values and reviews, oldest first."""

    team_id: UUID
    kpi: Key
    process: Key
    sheet: Sheet
    measures: list[Measure]
    reviews: list[Review]


class _Known(Struct, frozen=True):
    """A record as of a day: what had happened by then, the newest first. awareness: as ``factual`` has it."""

    sheet: Sheet
    measures: list[Measure]
    reviews: list[Review]
    awareness: float | State
    as_of: date

    @property
    def cadence(self) -> int:
        """In days; asked only of a sheet that says one."""
        return self.sheet.cadence_days or 0

    @property
    def usable(self) -> list[Measure]:
        """The values under the formula of today: others are not comparable."""
        return [each for each in self.measures if each.formula_revision == self.sheet.formula_revision]


def factual(record: KpiRecord, awareness: float | State, as_of: date) -> Factual:
    """The rung that a record shows on a day, what stops the next one, and how good the newest value is.

    awareness: share 0–1 of the people asked who know the indicator, or why nobody may see it. Where nobody is asked
    (``not_asked``), rung 3 does without, and that is said.
    """
    known = _known(record, awareness, as_of)
    stopped = ((rung, lacks) for rung, rule in enumerate(_RULES) if (lacks := rule(known)))
    rung, missing = next(stopped, (len(_RULES), []))
    reached = attainment(record.sheet, known.usable)
    waived = [_UNASKED] if rung >= OWNED and awareness is State.NOT_ASKED else []
    return Factual(
        rung=float(rung), missing=missing, waived=waived, attainment=reached, quadrant=quadrant(rung, reached)
    )


def _known(record: KpiRecord, awareness: float | State, as_of: date) -> _Known:
    measures = [each for each in record.measures if max(each.period_end, each.measured_on) <= as_of]
    reviews = [each for each in record.reviews if each.reviewed_on <= as_of]
    return _Known(
        record.sheet,
        sorted(measures, key=lambda each: each.period_end, reverse=True),
        sorted(reviews, key=lambda each: each.reviewed_on, reverse=True),
        awareness,
        as_of,
    )


def _undefined(known: _Known) -> list[Text]:
    """What the sheet does not say, of the seven facts of a definition."""
    return [
        _text(f"La fiche n’a pas {fr}.", f"The record sheet has no {en}.")
        for fact, (fr, en) in _FACTS.items()
        if not _is_said(getattr(known.sheet, fact))
    ]


def _unmeasured(known: _Known) -> list[Text]:
    """Why the two last values are not two consecutive ones, on time, under the formula of today."""
    usable = known.usable
    if not usable:
        return [
            _text("Aucune valeur n’est relevée avec la formule actuelle.", "No value stands under today’s formula.")
        ]
    newest = usable[0]
    if (known.as_of - newest.period_end).days > (1 + LATE) * known.cadence:
        return [_overdue(newest.period_end)]
    before = _before(newest.period_end, usable, known.cadence)
    if before is None:
        fr = "Deux valeurs qui se suivent au rythme de la fiche ne sont pas encore relevées."
        return [_text(fr, "Two consecutive values at the cadence of the sheet are not recorded yet.")]
    return [_late(each) for each in (newest, before) if _took(each) > LATE * known.cadence]


def _unowned(known: _Known) -> list[Text]:
    """What is missing of owner, baseline, target with its date, and of the team's knowing it."""
    sheet = known.sheet
    lacks = [
        (sheet.owner is None, "Personne n’en est nommément responsable.", "No named person owns it."),
        (sheet.baseline is None, "La valeur de départ n’est pas fixée.", "It has no baseline."),
        (sheet.target is None, "Aucune cible n’est fixée.", "It has no target."),
        (sheet.target_on is None, "La cible n’a pas de date.", "Its target has no date."),
    ]
    return [_text(fr, en) for lacking, fr, en in lacks if lacking] + _unseen(known.awareness)


def _unseen(awareness: float | State) -> list[Text]:
    if awareness is State.NOT_ASKED:
        return []
    if isinstance(awareness, State):
        return [_text("Rien ne montre que l’équipe le connaît.", "Nothing shows that the team knows it.")]
    if awareness >= MAJORITY - TOLERANCE:
        return []
    fr, en = "Moins de 60 % de l’équipe le connaît.", "Less than 60% of the team know it."
    return [_text(fr, en)]


def _unreviewed(known: _Known) -> list[Text]:
    """Whether too few of the last four cycles were reviewed; the running one counts as soon as it is."""
    count = sum(_is_reviewed(known, cycle) for cycle in _cycles(known))
    if count >= REVIEWED * CYCLES:
        return []
    fr = f"Sur les {CYCLES} derniers cycles, {count} ont une revue avec une note ; il en faut 3."
    return [_text(fr, f"Of the last {CYCLES} cycles {count} have a review with a note; 3 are needed.")]


def _unheeded(known: _Known) -> list[Text]:
    """Whether nothing has followed from the indicator in the last two cycles, and nothing would by itself."""
    if known.sheet.automated and _is_said(known.sheet.alert_rule):
        return []
    since = _cycles(known)[ACTED_WITHIN - 1].start
    if any(each.reviewed_on >= since and _is_closed(each) for each in known.reviews):
        return []
    fr = "Sur les deux derniers cycles, aucun écart n’a mené à une action dont l’effet a été vérifié."
    return [_text(fr, "In the last two cycles no deviation led to an action whose effect was checked.")]


_RULES: Sequence[Callable[[_Known], list[Text]]] = (_undefined, _unmeasured, _unowned, _unreviewed, _unheeded)
"""What stops rung 1, 2, … 5: each rule is asked only of a record that passes those before it."""


class _Cycle(Struct, frozen=True):
    """From the end of a period, that day included, to the end of the next; the running one has no end yet."""

    start: date
    end: date | None


def _cycles(known: _Known) -> list[_Cycle]:
    """The last four cycles, the newest first: a period ends where it has a value, or where one should have been.

    The running cycle is one of them if it has been reviewed already: otherwise there is still time.
    """
    starts = [known.measures[0].period_end]
    for _ in range(CYCLES):
        found = _before(starts[-1], known.measures, known.cadence)
        starts.append(found.period_end if found else starts[-1] - timedelta(known.cadence))
    cycles = [_Cycle(start, end) for start, end in zip(starts, [None, *starts], strict=False)]
    return cycles[:CYCLES] if _is_reviewed(known, cycles[0]) else cycles[1:]


def _is_reviewed(known: _Known, cycle: _Cycle) -> bool:
    """Whether a review with a note lies in the cycle."""
    days = [each.reviewed_on for each in known.reviews if _is_said(each.note)]
    return any(cycle.start <= day and (cycle.end is None or day < cycle.end) for day in days)


def _before(end: date, measures: Sequence[Measure], cadence: int) -> Measure | None:
    """The newest value of the period before the one that ended then."""
    shortest, longest = (1 - LATE) * cadence, (1 + LATE) * cadence
    return next((each for each in measures if shortest <= (end - each.period_end).days <= longest), None)


def _took(measure: Measure) -> int:
    """Days from the end of the period to the measuring."""
    return (measure.measured_on - measure.period_end).days


def _is_closed(review: Review) -> bool:
    """Whether a deviation led to an action and its effect was checked."""
    return _is_said(review.deviation) and _is_said(review.action) and review.effect_checked


def _is_said(value: object) -> bool:
    """Whether a fact is there; blanks say nothing, and of a text one language is enough."""
    if isinstance(value, dict):
        return any(map(_is_said, value.values()))
    return bool(value.strip()) if isinstance(value, str) else value is not None


def _overdue(end: date) -> Text:
    return _text(
        f"La valeur suivant celle du {day(end, 'fr')} est en retard.",
        f"The value after that of {day(end, 'en')} is overdue.",
    )


def _late(measure: Measure) -> Text:
    end = measure.period_end
    return _text(
        f"La valeur du {day(end, 'fr')} a été relevée trop tard.",
        f"The value of {day(end, 'en')} was measured too late.",
    )


def _text(fr: str, en: str) -> Text:
    """A sentence in both languages, its French with the spaces of print."""
    return {"fr": french(fr), "en": en}


_UNASKED = _text(
    "Aucun questionnaire ne demande si l’équipe le connaît : l’échelon ne l’exige donc pas.",
    "No questionnaire asks whether the team knows it: so the rung does not demand it.",
)
