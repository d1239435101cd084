"""What a terminal is told of results: the words, and numbers and labels as a language writes them."""

from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from assess.maturity.model import CampaignResults, Interval, State
from assess.questionnaire.model import Questionnaire
from assess.report.sentences import say
from assess.typography import number, percent, typeset
from assess.words import Key, Language

WORDS: Final[dict[str, dict[Language, str]]] = {
    "company": {"fr": "Entreprise", "en": "Company"},
    "people": {
        "fr": "{responses} réponses pour {headcount} personnes ({share})",
        "en": "{responses} responses of {headcount} people ({share})",
    },
    "said": {"fr": "{what} : {said}", "en": "{what}: {said}"},
    "manager": {"fr": "responsables", "en": "managers"},
    "member": {"fr": "membres", "en": "members"},
    "client_facing": {"fr": "au contact des clients", "en": "client-facing"},
    "headquarters": {"fr": "siège", "en": "headquarters"},
    "hidden": {"fr": "rien n’est montré : {reason}", "en": "nothing is shown: {reason}"},
    "imported.some": {"fr": "en partie recueillies ailleurs", "en": "some of them collected elsewhere"},
    "imported.all": {"fr": "toutes recueillies ailleurs", "en": "all of them collected elsewhere"},
    "indicative": {"fr": "indicatif", "en": "indicative"},
    "details": {"fr": "En détail", "en": "In detail"},
    "compared": {"fr": "comparer", "en": "compare"},
    "range": {"fr": "étendue", "en": "range"},
    "prudent": {"fr": "prudent", "en": "prudent"},
    "coverage": {"fr": "couv.", "en": "cover"},
    "spread": {"fr": "é.-t.", "en": "SD"},
    "deviation": {"fr": "é.m.", "en": "AD"},
    "consensus": {"fr": "cons.", "en": "cons."},
    "dont_know": {"fr": "NSP", "en": "DK"},
    "yes": {"fr": "oui", "en": "yes"},
    "no": {"fr": "non", "en": "no"},
    "legend": {"fr": "Lire le détail", "en": "Reading the details"},
    "legend.compared": {
        "fr": "comparer : intervalle pour comparer des équipes",
        "en": "compare: interval for comparing teams",
    },
    "legend.range": {"fr": "étendue : des équipes au-dessous", "en": "range: of the teams below"},
    "legend.prudent": {
        "fr": "prudent : « ne sait pas » compté au niveau le plus bas",
        "en": "prudent: “don’t know” read as the lowest level",
    },
    "legend.coverage": {"fr": "couv. : part notée du poids", "en": "cover: share of the weight that is scored"},
    "legend.deviation": {
        "fr": "é.-t., é.m. : écart type et écart moyen, en niveaux ; cons. : l’écart moyen dit un consensus",
        "en": "SD, AD: standard and mean deviation, in levels; cons.: the mean deviation tells a consensus",
    },
    "legend.dont_know": {"fr": "NSP : part de « ne sait pas »", "en": "DK: share of “don’t know”"},
    "levels": {"fr": "Niveaux", "en": "Levels"},
    "weakest": {"fr": "étape la plus fragile : {step}", "en": "weakest step: {step}"},
    "held": {"fr": "niveau {level}, {sure}", "en": "level {level}, {sure}"},
    "below": {"fr": "aucun niveau, {sure}", "en": "no level, {sure}"},
    "blocked": {"fr": "le niveau {level} est retenu par {what}", "en": "level {level} is held back by {what}"},
    "overall": {"fr": "Ensemble", "en": "Overall"},
    "value": {"fr": "valeur", "en": "value"},
    "interval": {"fr": "95 %", "en": "95%"},
    "of 100": {"fr": "/100", "en": "/100"},
    "n": {"fr": "n", "en": "n"},
    "agreement": {"fr": "accord", "en": "agreement"},
    "level": {"fr": "niv.", "en": "level"},
    "kpis": {"fr": "Indicateurs", "en": "KPIs"},
    "lack": {"fr": "nul", "en": "lack"},
    "weak": {"fr": "faible", "en": "weak"},
    "moderate": {"fr": "moyen", "en": "moderate"},
    "strong": {"fr": "fort", "en": "strong"},
    "very_strong": {"fr": "très fort", "en": "very strong"},
    "split": {"fr": "deux camps", "en": "split"},
    "invisible": {"fr": "peu visible", "en": "hardly visible"},
    "awareness": {"fr": "connu de {share}", "en": "known to {share}"},
    "fragile": {"fr": "fragile", "en": "fragile"},
    "gaps": {"fr": "Regards croisés", "en": "Perspectives"},
    "discuss": {"fr": "À discuter", "en": "To discuss"},
    "mask": {"fr": "Masqué", "en": "Hidden"},
    "responses": {"fr": "nombre de réponses", "en": "number of responses"},
    "compare": {"fr": "Comparer les équipes", "en": "Comparing teams"},
    "straight": {
        "fr": "{people} personnes ont donné le même niveau au moins 15 fois de suite.",
        "en": "{people} people gave the same level at least 15 times in a row.",
    },
    "straight.without": {
        "fr": "Sans elles, l’ensemble serait à {value}.",
        "en": "Without them the overall value would be {value}.",
    },
    "gap": {
        "fr": "{where} : {left} {mean_left}, {right} {mean_right}, écart {difference} ({low} à {high})",
        "en": "{where}: {left} {mean_left}, {right} {mean_right}, difference {difference} ({low} to {high})",
    },
    "bare_gap": {
        "fr": "{where} : {left} {mean_left}, {right} {mean_right}, écart {difference}",
        "en": "{where}: {left} {mean_left}, {right} {mean_right}, difference {difference}",
    },
    "balance": {"fr": "Score équilibré par regard", "en": "Score balanced by perspective"},
    "balanced": {"fr": "{value} ({index}/100) = {parts}", "en": "{value} ({index}/100) = {parts}"},
    "part": {"fr": "{share} × {who} {mean}", "en": "{share} × {who} {mean}"},
    "no balance": {"fr": "— ({reason})", "en": "— ({reason})"},
    "assumptions": {"fr": "Hypothèses", "en": "Assumptions"},
}


class Page(Struct, frozen=True):
    """What is being printed, in which language, with the labels of what was asked by key."""

    results: CampaignResults
    language: Language
    labels: dict[Key, str]

    @classmethod
    def of(cls, results: CampaignResults, questionnaires: Iterable[Questionnaire], language: Language) -> "Page":
        """The results with what was asked, in the language, or in its own first one where it does not speak that."""
        return cls(results, language, _labels(questionnaires, language))

    def word(self, key: str, **values: str) -> str:
        """A word or a sentence of ours."""
        return typeset(WORDS[key][self.language].format(**values), self.language)

    def reason(self, state: State) -> str:
        """Why there is no number."""
        return say(f"reason.{state.value}", self.language, threshold=str(self.results.threshold))

    def label(self, key: Key) -> str:
        """The label of a process, a step or an item; the key of what has none."""
        return self.labels.get(key, key)

    def number(self, value: float | None, decimals: int = 2) -> str:
        """A number as the language writes it."""
        return "" if value is None else number(value, self.language, decimals)

    def bounds(self, interval: Interval | None) -> str:
        """An interval."""
        return "" if interval is None else f"{self.number(interval.low)}–{self.number(interval.high)}"

    def percent(self, share: float | None) -> str:
        """A share as the language writes it."""
        return "" if share is None else percent(share, self.language)


def _labels(questionnaires: Iterable[Questionnaire], language: Language) -> dict[Key, str]:
    labels: dict[Key, str] = {}
    for questionnaire in questionnaires:
        spoken = language if language in questionnaire.languages else questionnaire.languages[0]
        for process in questionnaire.processes:
            labels[process.key] = process.title[spoken]
            labels |= {step.key: step.title[spoken] for step in process.steps}
        labels |= {item.key: item.label[spoken] for item in questionnaire.items()}
    return labels
