"""Fitting: plain values become a typed value, or a refusal at the exact place where they do not fit."""

import re
from typing import Any, TypeVar

import msgspec

from assess.questionnaire.flaw import FileRefused, Place, refused

T = TypeVar("T")
Lines = dict[Place, int]
"""The line (from 1) on which each value of a document begins."""

_WHERE = re.compile(r" - at (?P<at_key>`key` in )?`\$(?P<path>[^`]*)`\Z")
_STEP = re.compile(r"\.([^.\[]+)|\[(\d+)\]|(\[\.\.\.\])")
_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`", re.DOTALL)


def fitted(value: Any, kind: type[T], lines: Lines) -> T:
    """``value`` as a ``kind``, without any conversion of text; raises FileRefused at the exact place."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise _misfit(error, value, kind, lines) from error


def _line_of(place: Place, lines: Lines) -> int | None:
    """The line of ``place``, or of the nearest thing around it."""
    return next((lines[place[:size]] for size in range(len(place), -1, -1) if place[:size] in lines), None)


def _misfit(error: msgspec.ValidationError, value: Any, kind: type, lines: Lines) -> FileRefused:
    """msgspec's complaint at its exact place: ``…text[...]`` becomes ``…text.fr``."""
    what, place = _complaint(error)
    place = _exact(place, value, kind)
    if unknown := _UNKNOWN.fullmatch(what):
        return refused("unknown_field", what, (*place, unknown[1]), line=_line_of((*place, unknown[1]), lines))
    received = _at(value, place)
    shown = received if isinstance(received, str | int | float | bool) else None
    return refused("not_as_specified", what, place, line=_line_of(place, lines), received=shown)


def _complaint(error: msgspec.ValidationError) -> tuple[str, tuple[Any, ...]]:
    """What is wrong, and the way there; an Ellipsis stands for a key that msgspec does not name."""
    complaint = str(error)
    match = _WHERE.search(complaint)
    if match is None:
        return complaint, ()
    steps: list[Any] = [name or (int(index) if index else ...) for name, index, _ in _STEP.findall(match["path"])]
    return complaint[: match.start()], (*steps, ...) if match["at_key"] else tuple(steps)


def _exact(place: tuple[Any, ...], value: Any, kind: type) -> Place:
    """Find the key behind an Ellipsis: the one with which, alone in its object, the same complaint is made."""
    if ... not in place:
        return place
    outer = place[: place.index(...)]
    entries = _at(value, outer)
    if not isinstance(entries, dict):
        return outer
    guilty = next((key for key in entries if _complains(_with(value, outer, {key: entries[key]}), kind, place)), "?")
    return _exact((*outer, guilty, *place[len(outer) + 1 :]), value, kind)


def _complains(value: Any, kind: type, place: tuple[Any, ...]) -> bool:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        return _complaint(error)[1] == place
    return False


def _with(value: Any, place: Place, part: Any) -> Any:
    """A copy of ``value`` that has ``part`` at ``place``."""
    if not place:
        return part
    head, *rest = place
    changed = _with(value[head], tuple(rest), part)
    if isinstance(value, list):
        return [changed if index == head else other for index, other in enumerate(value)]
    return value | {head: changed}


def _at(value: Any, place: Place) -> Any:
    """The part of ``value`` at ``place``; ``None`` when there is none."""
    for step in place:
        if isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        elif isinstance(value, dict):
            value = value.get(step)
        else:
            return None
    return value
