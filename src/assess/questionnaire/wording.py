"""Wording: what can be told of a text without understanding it (method, writing rules)."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct

from assess.questionnaire.flaw import Flaw, Place, found
from assess.questionnaire.model import Item
from assess.typography import faults
from assess.words import Language

LONGEST_LEVEL = 25
LONGEST_QUESTION = 30
_WORD = re.compile(r"\w+(?:[’'./,-]\w+)*")
_ADVERBS: dict[Language, frozenset[str]] = {
    "fr": frozenset(
        [
            "jamais",
            "rarement",
            "parfois",
            "quelquefois",
            "souvent",
            "généralement",
            "fréquemment",
            "toujours",
            "systématiquement",
        ]
    ),
    "en": frozenset(
        [
            "never",
            "seldom",
            "rarely",
            "occasionally",
            "sometimes",
            "often",
            "usually",
            "generally",
            "frequently",
            "always",
        ]
    ),
}


def words(text: str) -> int:
    """Words of ``text``; ``l’équipe`` and ``one-to-one`` are one."""
    return len(_WORD.findall(text))


def of_texts(document: Struct, languages: Sequence[Language]) -> Iterator[Flaw]:
    """Every text is there in all the languages of the document and in no other, and is ready for print."""
    for place, text in _texts(document, ()):
        for language in languages:
            if not text.get(language, "").strip():
                yield found("missing_language", "This text is missing", (*place, language))
        for language, said in text.items():
            if language not in languages:
                yield found("other_language", "The document is not written in it", (*place, language), received=said)
            for fault in faults(said, language):
                detail = "Not as it is printed in this language"
                yield found(fault, detail, (*place, language), severity="warning", received=said)


def of_item(item: Item, place: Place) -> Iterator[Flaw]:
    """The question is short; the levels are short, distinct, and differ by more than an adverb."""
    yield from _too_long(item.text, (*place, "text"), "long_question", LONGEST_QUESTION)
    for n, level in enumerate(item.levels):
        yield from _too_long(level.text, (*place, "levels", n, "text"), "long_level", LONGEST_LEVEL)
    for language in item.text:
        yield from _alike(item, language, (*place, "levels"))


def _too_long(text: dict[Language, str], place: Place, rule: str, most: int) -> Iterator[Flaw]:
    for language, said in text.items():
        if (count := words(said)) > most:
            detail = f"{count} words; {most} can be read at a glance"
            yield found(rule, detail, (*place, language), severity="warning", received=count, example=most)


def _alike(item: Item, language: Language, place: Place) -> Iterator[Flaw]:
    said: set[str] = set()
    without_adverbs: set[tuple[str, ...]] = set()
    for n, level in enumerate(item.levels):
        text = level.text.get(language, "").strip().casefold()
        bare = tuple(word for word in _WORD.findall(text) if word not in _ADVERBS[language])
        here = (*place, n, "text", language)
        if text and text in said:
            yield found("same_level", "Two levels say the same", here, received=text)
        elif text and bare in without_adverbs:
            detail = "Two levels differ by an adverb only: say what one would see"
            yield found("adverb_ladder", detail, here, severity="warning", received=text)
        said.add(text)
        without_adverbs.add(bare)


def _texts(value: Any, place: Place) -> Iterator[tuple[Place, dict[Language, str]]]:
    """Every text below ``value``: in a questionnaire or a library, each dict is one."""
    if isinstance(value, dict):
        yield place, value
    elif isinstance(value, list):
        for n, part in enumerate(value):
            yield from _texts(part, (*place, n))
    elif isinstance(value, Struct):
        for name in value.__struct_fields__:
            yield from _texts(getattr(value, name), (*place, name))
