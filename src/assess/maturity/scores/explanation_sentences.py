"""The sentences of an explanation, in both languages: what a result is, what moves it most, and why a part does not count."""

from collections.abc import Sequence
from fractions import Fraction

from assess.maturity.model import State
from assess.maturity.scores.lines import Line
from assess.typography import french, number, percent
from assess.words import LANGUAGES, Language, Text

_FEW = 20
"""Shares with at most so many parts are told in parts ("2 parts of 5"), others in per cent."""

_REASONS: dict[State, Text] = {
    State.SCORED: {
        "fr": "noté, mais le reste ne suffit pas à former un tout",
        "en": "scored, but too little beside it is to make a whole",
    },
    State.NOT_ASKED: {"fr": "rien n’y a été demandé", "en": "nothing was asked there"},
    State.NO_ANSWERS: {"fr": "personne n’y a répondu", "en": "nobody answered there"},
    State.NOT_APPLICABLE: {
        "fr": "sans objet ici : son poids revient aux autres parts",
        "en": "it does not apply here: its weight goes to the other parts",
    },
    State.UNCONFIRMED: {
        "fr": "la plupart le disent sans objet, et personne ne l’a confirmé : son poids compte toujours",
        "en": "most say that it does not apply, and nobody has confirmed it: its weight still counts",
    },
    State.BELOW_THRESHOLD: {
        "fr": "moins de réponses que le seuil de {k} personnes",
        "en": "fewer answers than the threshold of {k} people",
    },
    State.PROTECTS_OTHERS: {
        "fr": "masqué, car un groupe trop petit s’en déduirait par soustraction",
        "en": "hidden, as a group that is too small could be found from it by subtraction",
    },
    State.LOW_COVERAGE: {
        "fr": "trop peu de ce qui y compte a pu être noté",
        "en": "too little of what counts there could be scored",
    },
    State.LOW_PARTICIPATION: {
        "fr": "moins de 30 % des personnes invitées ont répondu",
        "en": "fewer than 30% of those invited answered",
    },
    State.INDICATIVE: {
        "fr": "la forme courte ne parle que du processus entier",
        "en": "the short form speaks of the whole process only",
    },
}
_BESIDE: Text = {"fr": "dit à côté de la note, jamais dedans", "en": "told beside the score, never inside it"}
_BANDS = {
    "<2": ("moins de 2", "below 2"),
    "2-3": ("de 2 à 3", "from 2 to 3"),
    "3-4": ("de 3 à 4", "from 3 to 4"),
    ">4": ("plus de 4", "above 4"),
}


def in_language(text: Text, language: Language) -> str:
    """A text in a language, or in the one that its document has."""
    return text.get(language) or next(iter(text.values()))


def reason(line: Line, k: int) -> Text:
    """Why a part has no share of the result above."""
    text = _BESIDE if line.beside and line.state is State.SCORED else _REASONS[line.state]
    return _both(text["fr"].format(k=k), text["en"].format(k=k))


def sentence(line: Line, k: int) -> Text:
    """What a result is, and what moves it most."""
    fr, en = (in_language(line.name, language) for language in LANGUAGES)
    if line.band is not None:
        low, high = _BANDS[line.band]
        return _both(
            f"« {fr} » est sensible ou en protège une autre : de sa moyenne, seule la tranche est dite ({low}).",
            f"“{en}” is sensitive or protects one that is: of its mean only the band is told ({high}).",
        )
    if line.value is None:
        why = _REASONS[line.state] if line.state is not State.SCORED else _UNTOLD
        return _both(
            f"« {fr} » n’a pas de note : {why['fr'].format(k=k)}.", f"“{en}” has no score: {why['en'].format(k=k)}."
        )
    counting = [part for part in line.parts if part.share is not None]
    if not counting:
        return _leaf(line, line.value, fr, en)
    return _composite(line.value, line.base, counting, fr, en)


_UNTOLD: Text = {
    "fr": "elle ne peut être dite sans en révéler une autre",
    "en": "it cannot be told without telling another",
}


def _leaf(line: Line, value: Fraction, fr: str, en: str) -> Text:
    at_fr, at_en = number(float(value), "fr", 2), number(float(value), "en", 2)
    if line.factual:
        return _both(
            f"« {fr} » vaut {at_fr} : c’est ce que dit sa fiche.", f"“{en}” stands at {at_en}: so says its record."
        )
    if line.n is None:
        return _both(
            f"« {fr} » : {at_fr} ensemble ; rien de plus n’en est dit.", f"“{en}”: {at_en} together; no more is told."
        )
    return _both(
        f"« {fr} » vaut {at_fr} : c’est la moyenne de {line.n} réponses.",
        f"“{en}” stands at {at_en}: the mean of {line.n} answers.",
    )


def _composite(value: Fraction, base: Fraction, parts: Sequence[Line], fr: str, en: str) -> Text:
    """The part that pulls most towards where the result stands."""
    said_fr, said_en = (
        f"« {fr} » vaut {number(float(value), 'fr', 2)}",
        f"“{en}” stands at {number(float(value), 'en', 2)}",
    )
    most = max(parts, key=lambda part: _pull(part) if value >= base else -_pull(part))
    pull = _pull(most)
    if not pull:
        return _both(
            f"{said_fr} : chaque part est au milieu de l’échelle.", f"{said_en}: each part is at the ladder’s middle."
        )
    up_fr, up_en = ("haut", "up") if pull > 0 else ("bas", "down")
    name_fr, name_en = (in_language(most.name, language) for language in LANGUAGES)
    by = float(abs(pull))
    unit_fr, unit_en = ("échelon", "rung") if base != 3 else ("niveau", "level")
    return _both(
        f"{said_fr} : « {name_fr} » ({_share(most, 'fr')}) tire vers le {up_fr} de {number(by, 'fr', 2)} {unit_fr}.",
        f"{said_en}: “{name_en}” ({_share(most, 'en')}) pulls it {up_en} by {number(by, 'en', 2)} {unit_en}.",
    )


def _pull(part: Line) -> Fraction:
    return part.contribution() or Fraction(0)


def _share(part: Line, language: Language) -> str:
    share = part.share or Fraction(0)
    if share == 1:
        return "tout le poids" if language == "fr" else "all the weight"
    if share.denominator > _FEW:
        return percent(float(share), language)
    parts = "part" if share.numerator == 1 else "parts"
    return f"{share.numerator} {parts} {'sur' if language == 'fr' else 'of'} {share.denominator}"


def _both(fr: str, en: str) -> Text:
    return {"fr": french(fr), "en": en}
