"""Checking: everything that can be said about the bytes of a questionnaire, before anybody publishes them."""

from collections.abc import Iterable

import msgspec
from msgspec import Struct

from assess.questionnaire.fitting import Lines
from assess.questionnaire.flaw import FileRefused, Flaw, errors_in, pointer_to
from assess.questionnaire.lint import lint
from assess.questionnaire.model import Questionnaire
from assess.questionnaire.reading import from_json, read_yaml_lines


class Verdict(Struct, frozen=True, kw_only=True):
    """``valid``: it could be published; ``problems``: its errors and warnings, in the order of the document."""

    valid: bool
    problems: list[Flaw]


def check_yaml(data: bytes) -> Verdict:
    """The verdict on a YAML file, each flaw with its line."""
    try:
        return verdict(checked_yaml(data)[1])
    except FileRefused as refusal:
        return verdict([refusal.flaw])


def checked_yaml(data: bytes) -> tuple[Questionnaire, list[Flaw]]:
    """A questionnaire with its flaws, each with its line; raises FileRefused when it cannot be read."""
    questionnaire, lines = read_yaml_lines(data, Questionnaire)
    return questionnaire, _with_lines(lint(questionnaire), lines)


def check_json(data: bytes) -> Verdict:
    """The verdict on a JSON body."""
    try:
        return verdict(lint(from_json(data, Questionnaire)))
    except FileRefused as refusal:
        return verdict([refusal.flaw])


def verdict(flaws: list[Flaw]) -> Verdict:
    """Valid unless one of ``flaws`` is an error."""
    return Verdict(valid=not errors_in(flaws), problems=flaws)


def _with_lines(flaws: Iterable[Flaw], lines: Lines) -> list[Flaw]:
    """Each flaw with the line of its value, or of the nearest thing around it."""
    known = {pointer_to(place): line for place, line in lines.items()}
    return [msgspec.structs.replace(flaw, line=_nearest(flaw.pointer, known)) for flaw in flaws]


def _nearest(pointer: str, known: dict[str, int]) -> int | None:
    while pointer and pointer not in known:
        pointer = pointer.rpartition("/")[0]
    return known.get(pointer)
