"""The sentences that say which gap an action closes, for whom, and why it stands where it stands, in both languages."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from assess.roadmap.model import Gap, Why, Window
from assess.typography import french, month, number
from assess.words import Language, Text

_NAMED = 3
"""So many teams are named; the others are counted."""


def text(fr: str, en: str) -> Text:
    """A text in both languages, its French with the spaces of print."""
    return {"fr": french(fr), "en": en}


def closes_gap(gaps: Sequence[Gap], *, banded: bool) -> Why:
    """For the gaps of one item: its level today, where, and what experts expect. ``banded``: no exact level may be said."""
    gain, points = max(gap.gain for gap in gaps), sum(gap.points for gap in gaps)
    fr = (
        f"Elle fait progresser « {gaps[0].label['fr']} »{_now(gaps, 'fr', banded=banded)} ({_teams(gaps, 'fr')}) ; "
        f"gain attendu, estimé par des experts : {number(gain, 'fr', 1)} niveau, "
        f"soit {number(points, 'fr', 2)} point{_plural(points, 2)} d’indice."
    )
    en = (
        f"It improves “{gaps[0].label['en']}”{_now(gaps, 'en', banded=banded)} ({_teams(gaps, 'en')}); "
        f"expected gain, as experts estimate it: {number(gain, 'en', 1)} level, worth {number(points, 'en', 2)} index points."
    )
    return Why(code="closes_gaps", text=text(fr, en))


def read_above(gaps: Sequence[Gap]) -> list[Why]:
    """For how many teams a node above was read, because their own result is not published; nothing when for none."""
    above = len({gap.node for gap in gaps if gap.read_from != gap.node})
    if not above:
        return []
    return [
        Why(
            code="closes_gaps",
            text=text(
                f"Pour {above} équipe{_plural(above, 0)} sans résultat publié, c’est le niveau au-dessus qui est lu.",
                f"For {above} {'team' if above == 1 else 'teams'} without a published result, the node above is read.",
            ),
        )
    ]


def raises_kpis(labels: Sequence[Text]) -> Why:
    """For KPIs whose rung is to rise."""
    first, others = labels[0], len(labels) - 1
    more_fr = f" et {others} autre{_plural(others, 0)}" if others else ""
    more_en = f" and {others} {'others' if others > 1 else 'other'}" if others else ""
    return Why(
        code="closes_gaps",
        text=text(
            f"Elle fait gagner en maturité {'des indicateurs' if others else 'un indicateur'} : « {first['fr']} »{more_fr}.",
            f"It makes {'indicators' if others else 'an indicator'} more mature: “{first['en']}”{more_en}.",
        ),
    )


def core_set_up(process: Text | None) -> Why:
    fr, en = _process(process)
    return Why(
        code="core_set_up",
        text=text(
            f"Elle pose les bases {fr} : aucune action qui le renforce ne peut commencer avant qu’elle soit finie.",
            f"It lays the foundations of {en}: no action that reinforces it can start before it is finished.",
        ),
    )


def enables(titles: Sequence[Text]) -> Why:
    """For planned actions that wait for this one."""
    first, others = titles[0], len(titles) - 1
    more_fr = f" et {others} {'autres actions' if others > 1 else 'autre action'}" if others else ""
    more_en = f" and {others} other {'actions' if others > 1 else 'action'}" if others else ""
    return Why(
        code="enables_others",
        text=text(f"Elle rend possible « {first['fr']} »{more_fr}.", f"It makes possible “{first['en']}”{more_en}."),
    )


def first_possible() -> Why:
    return Why(
        code="first_possible",
        text=text(
            "Rien ne la retarde : elle commence dès le premier mois du plan.",
            "Nothing holds it back: it starts in the plan’s first month.",
        ),
    )


def after_prerequisite(title: Text, ends: date) -> Why:
    return Why(
        code="after_prerequisite",
        text=text(
            f"Elle suit « {title['fr']} », qui s’achève en {month(ends, 'fr')}.",
            f"It follows “{title['en']}”, which ends in {month(ends, 'en')}.",
        ),
    )


def after_core(title: Text, process: Text | None, ends: date) -> Why:
    fr, en = _process(process)
    return Why(
        code="after_core",
        text=text(
            f"Elle attend que les bases {fr} soient posées : « {title['fr']} » s’achève en {month(ends, 'fr')}.",
            f"It waits for the foundations of {en}: “{title['en']}” ends in {month(ends, 'en')}.",
        ),
    )


def capacity_full(team: str, when: date, used: Fraction, limit: Fraction, wanted: Fraction) -> Why:
    """Why it could not start a month earlier: person-days."""
    fr, en = _days(used, limit, wanted)
    return Why(
        code="capacity_full",
        text=text(
            f"Elle ne peut pas commencer un mois plus tôt : en {month(when, 'fr')}, "
            f"l’équipe {team} n’a plus assez de temps ({fr}).",
            f"It cannot start a month earlier: in {month(when, 'en')} the team {team} has too little time left ({en}).",
        ),
    )


def change_load_full(team: str, when: date) -> Why:
    """Why it could not start a month earlier: simultaneous changes."""
    return Why(
        code="change_load_full",
        text=text(
            f"Elle ne peut pas commencer un mois plus tôt : en {month(when, 'fr')}, "
            f"l’équipe {team} mène déjà assez de changements de front.",
            f"It cannot start a month earlier: in {month(when, 'en')} "
            f"the team {team} is already carrying enough changes at once.",
        ),
    )


def in_window(window: Window) -> Why:
    (first_fr, last_fr), (first_en, last_en) = _season(window, "fr"), _season(window, "en")
    return Why(
        code="window",
        text=text(
            f"Elle a sa saison : elle se déroule entre {first_fr} et {last_fr}.",
            f"It has its season: it runs between {first_en} and {last_en}.",
        ),
    )


def gate_not_measured(steps: Sequence[Text]) -> Why:
    """Phase 3: a decision, opened by a measured level and by nothing that is planned."""
    fr = " et ".join(f"« {step['fr']} »" for step in steps)
    en = " and ".join(f"“{step['en']}”" for step in steps)
    stage_fr, stage_en = ("les étapes", "the steps") if len(steps) > 1 else ("l’étape", "the step")
    return Why(
        code="gate_not_measured",
        text=text(
            f"C’est une décision à prendre, pas un travail planifié : "
            f"elle suppose qu’une prochaine campagne mesure le niveau 3 pour {stage_fr} {fr}.",
            f"This is a decision to take, not planned work: it needs a later campaign to measure level 3 for {stage_en} {en}.",
        ),
    )


def no_room(team: str, months: int) -> Text:
    return text(
        f"L’équipe {team} n’a pas, sur les {months} mois du plan, le temps ou la place d’un changement de plus.",
        f"Over the plan’s {months} months the team {team} lacks the time or the room for one more change.",
    )


def no_season(window: Window) -> Text:
    (first_fr, last_fr), (first_en, last_en) = _season(window, "fr"), _season(window, "en")
    return text(
        f"Sa saison, entre {first_fr} et {last_fr}, ne tombe pas dans ce qui reste du plan.",
        f"Its season, between {first_en} and {last_en}, does not fall into what is left of the plan.",
    )


def needs_dropped(title: Text) -> Text:
    return text(
        f"Elle suppose « {title['fr']} », qui n’a pas trouvé de place.",
        f"It needs “{title['en']}”, which found no place.",
    )


def too_late(months: int) -> Text:
    return text(
        f"Ce qui doit la précéder finit trop tard pour qu’elle tienne dans les {months} mois du plan.",
        f"What must come before it ends too late for it to fit into the plan’s {months} months.",
    )


def excluded(title: Text) -> Text:
    return text(
        f"Elle est incompatible avec « {title['fr']} », déjà retenue.",
        f"It is incompatible with “{title['en']}”, already chosen.",
    )


def covered() -> Text:
    return text(
        "D’autres actions du plan comblent déjà les mêmes écarts.",
        "Other actions of the plan close the same gaps already.",
    )


def _process(title: Text | None) -> tuple[str, str]:
    if title is None:
        return "d’un processus que la campagne n’a pas mesuré", "a process that the campaign did not measure"
    return f"du processus « {title['fr']} »", f"the process “{title['en']}”"


def _season(window: Window, language: Language) -> tuple[str, str]:
    first, last = (
        month(date(2000, number, 1), language).partition(" ")[0] for number in (window.earliest, window.latest)
    )
    return first, last


def _days(used: Fraction, limit: Fraction, wanted: Fraction) -> tuple[str, str]:
    taken, total, needed = (float(days) for days in (used, limit, wanted))
    return (
        f"{_short(taken, 'fr')} jours pris sur {_short(total, 'fr')}, il en faut {_short(needed, 'fr')}",
        f"{_short(taken, 'en')} of {_short(total, 'en')} days taken, {_short(needed, 'en')} needed",
    )


def _short(days: float, language: Language) -> str:
    return number(days, language, 0 if days == int(days) else 1)


def _plural(value: float, decimals: int) -> str:
    """French counts from two."""
    return "s" if round(value, decimals) >= 2 else ""


def _now(gaps: Sequence[Gap], language: Language, *, banded: bool) -> str:
    """« , aujourd’hui à 1,6–2,5 sur 5 »; nothing when only bands may be shown."""
    if banded:
        return ""
    levels = dict.fromkeys(number(level, language, 1) for level in sorted({gap.level for gap in gaps}))
    first, last = next(iter(levels)), list(levels)[-1]
    shown = first if first == last else f"{first}–{last}"
    return f", aujourd’hui à {shown} sur 5" if language == "fr" else f", now at {shown} out of 5"


def _teams(gaps: Sequence[Gap], language: Language) -> str:
    """Up to three teams by name, the others counted."""
    names = [gap.node_name for gap in gaps]
    shown, others = ", ".join(names[:_NAMED]), len(names) - _NAMED
    if others <= 0:
        return shown
    if language == "fr":
        return f"{shown} et {others} autre{_plural(others, 0)} équipe{_plural(others, 0)}"
    return f"{shown} and {others} other {'team' if others == 1 else 'teams'}"
