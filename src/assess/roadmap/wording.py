"""The sentences that say which gap an action closes, for whom, and why it stands where it stands, in both languages."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from assess.roadmap.model import Dropped, Gap, Why, Window
from assess.typography import french, month, number
from assess.words import Text

_NAMED = 3
"""So many teams are named; the others are counted."""


def text(fr: str, en: str) -> Text:
    """A text in both languages, its French with the spaces of print."""
    return {"fr": french(fr), "en": en}


def closes_gap(gaps: Sequence[Gap]) -> Why:
    """For the gaps of one item: its level today, where, and what is expected. The gain is an expert's estimate."""
    label = gaps[0].label
    low, high = min(gap.level for gap in gaps), max(gap.level for gap in gaps)
    gain, points = max(gap.gain for gap in gaps), sum(gap.points for gap in gaps)
    worth_fr = f"« {label['fr']} », aujourd’hui {_levels_fr(low, high)} sur 5 {_teams_fr(gaps)}"
    worth_en = f"“{label['en']}”, now {_levels_en(low, high)} out of 5 {_teams_en(gaps)}"
    gain_fr = f"gain attendu : {number(gain, 'fr', 1)} niveau (estimation d’expert), soit {number(points, 'fr', 2)} point d’indice"
    gain_en = f"expected gain: {number(gain, 'en', 1)} level (expert estimate), worth {number(points, 'en', 2)} index points"
    return Why(
        code="closes_gaps",
        text=text(
            f"Elle fait progresser {worth_fr} ; {gain_fr}.{_above_fr(gaps)}",
            f"It improves {worth_en}; {gain_en}.{_above_en(gaps)}",
        ),
    )


def raises_kpis(labels: Sequence[Text]) -> Why:
    """For KPIs whose rung is to rise."""
    first, others = labels[0], len(labels) - 1
    more_fr = f" et {others} {'autres' if others > 1 else 'autre'}" if others else ""
    more_en = f" and {others} {'others' if others > 1 else 'other'}" if others else ""
    return Why(
        code="closes_gaps",
        text=text(
            f"Elle fait mieux vivre {'des indicateurs' if others else 'un indicateur'} : « {first['fr']} »{more_fr}.",
            f"It makes {'indicators' if others else 'an indicator'} more alive: “{first['en']}”{more_en}.",
        ),
    )


def core_set_up(process: Text) -> Why:
    return Why(
        code="core_set_up",
        text=text(
            f"Elle pose les bases du processus « {process['fr']} » : "
            "aucune action qui le renforce ne peut commencer avant qu’elle soit finie.",
            f"It lays the foundations of the process “{process['en']}”: no action that reinforces it can start before it is finished.",
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


def after_core(title: Text, process: Text, ends: date) -> Why:
    return Why(
        code="after_core",
        text=text(
            f"Elle attend que les bases du processus « {process['fr']} » soient posées : "
            f"« {title['fr']} » s’achève en {month(ends, 'fr')}.",
            f"It waits for the foundations of the process “{process['en']}”: “{title['en']}” ends in {month(ends, 'en')}.",
        ),
    )


def capacity_full(team: str, when: date, used: Fraction, limit: Fraction, wanted: Fraction) -> Why:
    """Why it could not start a month earlier: person-days."""
    fr, en = _days(used, limit, wanted)
    return Why(
        code="capacity_full",
        text=text(
            f"Elle ne peut pas commencer un mois plus tôt : en {month(when, 'fr')}, l’équipe {team} n’a plus assez de temps ({fr}).",
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
            f"It cannot start a month earlier: in {month(when, 'en')} the team {team} is already carrying enough changes at once.",
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


def dropped_text(reason: str, *, months: int, team: str | None, other: Text | None, window: Window | None) -> Text:
    """Why an action found no place."""
    name = {"fr": other["fr"], "en": other["en"]} if other else {"fr": "", "en": ""}
    (first_fr, last_fr), (first_en, last_en) = (
        (_season(window, "fr"), _season(window, "en")) if window else (("", ""), ("", ""))
    )
    return {
        "no_capacity": text(
            f"L’équipe {team} n’a, sur les {months} mois du plan, ni assez de temps ni assez de place pour un changement de plus.",
            f"Over the plan’s {months} months the team {team} has neither the time nor the room for one more change.",
        ),
        "window": text(
            f"Sa saison, entre {first_fr} et {last_fr}, ne tombe pas dans ce qui reste du plan.",
            f"Its season, between {first_en} and {last_en}, does not fall into what is left of the plan.",
        ),
        "prerequisite_dropped": text(
            f"Elle suppose « {name['fr']} », qui n’a pas trouvé de place.", f"It needs “{name['en']}”, which found no place."
        ),
        "horizon": text(
            f"Ce qui doit la précéder finit trop tard pour qu’elle tienne dans les {months} mois du plan.",
            f"What must come before it ends too late for it to fit into the plan’s {months} months.",
        ),
        "excluded": text(
            f"Elle est incompatible avec « {name['fr']} », déjà retenue.",
            f"It is incompatible with “{name['en']}”, already chosen.",
        ),
        "already_covered": text(
            "D’autres actions du plan comblent déjà les mêmes écarts.", "Other actions of the plan close the same gaps already."
        ),
    }[reason]
