"""The sentences of a simulation, in both languages: what would overturn the weakest step, or why nothing would."""

from fractions import Fraction

from assess.maturity.scores.explanation_sentences import in_language
from assess.maturity.scores.flipping import Flip, NoFlip
from assess.typography import french, number
from assess.words import LANGUAGES, Text

APPLIED_TO_ONE: Text = {
    "fr": "Rien n’est écrit. Les mêmes pratiques restent notées.",
    "en": "Nothing is written. The same practices stay scored.",
}
APPLIED_TO_ALL: Text = {
    "fr": french(
        f"{APPLIED_TO_ONE['fr']} Le changement vaut du même nombre de niveaux pour tous les groupes de ce résultat, "
        "dans les limites de l’échelle (1 à 5)."
    ),
    "en": f"{APPLIED_TO_ONE['en']} A change moves all groups of this result by as many levels, within the ladder (1 to 5).",
}

_STAYS: dict[str, Text] = {
    "unscored": {
        "fr": "« {process} » n’a pas deux étapes notées à comparer.",
        "en": "“{process}” has no two scored steps to compare.",
    },
    "tied": {
        "fr": "Dans « {process} », plusieurs étapes sont également faibles : le moindre changement les départage.",
        "en": "In “{process}” several steps are equally weak: the least change decides between them.",
    },
    "out_of_reach": {
        "fr": "Dans « {process} », aucune pratique à elle seule ne change l’étape la plus faible.",
        "en": "In “{process}” no single practice changes which step is the weakest.",
    },
}


def stays(process: Text, found: NoFlip) -> Text:
    """Why no change of one item is told."""
    text = _STAYS[found.why]
    fr, en = (in_language(process, language) for language in LANGUAGES)
    return {"fr": french(text["fr"].format(process=fr)), "en": text["en"].format(process=en)}


def flips(flip: Flip, process: Text, before: Fraction, after: Fraction) -> Text:
    """What would make another step the weakest."""
    (item_fr, item_en), (weak_fr, weak_en), (other_fr, other_en), (process_fr, process_en) = (
        tuple(in_language(text, language) for language in LANGUAGES)
        for text in (flip.item.label, flip.weakest.name, flip.instead.name, process)
    )
    (was_fr, was_en), (is_fr, is_en), (by_fr, by_en) = (
        (number(float(value), "fr", 2), number(float(value), "en", 2)) for value in (before, after, abs(flip.levels))
    )
    way_fr, way_en = ("haut", "higher") if flip.levels > 0 else ("bas", "lower")
    many = flip.answers > 1
    fr = (
        f"Dans « {process_fr} », « {other_fr} » serait l’étape la plus faible à la place de « {weak_fr} » si « {item_fr} » "
        f"passait de {was_fr} à {is_fr} : {by_fr} niveau, soit environ {flip.answers} "
        f"réponse{'s' if many else ''} un niveau plus {way_fr}."
    )
    en = (
        f"In “{process_en}”, “{other_en}” would be the weakest step instead of “{weak_en}” if “{item_en}” went from "
        f"{was_en} to {is_en}: {by_en} level, or about {flip.answers} answer{'s' if many else ''} one level {way_en}."
    )
    return {"fr": french(fr), "en": en}
