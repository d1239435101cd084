"""Strict reading: bytes of YAML or JSON → a value of a given type, or a refusal that names the place.

PyYAML's C loader crashes the process on deep nesting, expands aliases, lets a second equal key win and reads ``NO`` as
false. So the events of its pure-Python parser are checked one by one and the values are built from them: only true,
false, null and numbers of the YAML 1.2 core schema are typed, everything else is text.
"""

import contextlib
import math
import re
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

import msgspec
import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)
from yaml.reader import ReaderError

from assess.questionnaire.fitting import Lines, fitted
from assess.questionnaire.flaw import FileRefused, Place, refused

T = TypeVar("T")

MOST_BYTES = 1 << 20
MOST_NODES = 50_000
DEEPEST = 32

_WORDS = {"": None, "~": None} | {
    spelling: value
    for word, value in (("null", None), ("true", True), ("false", False))
    for spelling in (word, word.title(), word.upper())
}
_SURROGATE = re.compile("[\ud800-\udfff]")
"""What an escape in quotes can say, and no encoding can write."""
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")


def from_yaml(data: bytes, kind: type[T]) -> T:
    """A ``kind`` from one YAML document of at most 1 MiB, 50,000 nodes and depth 32; raises FileRefused."""
    return read_yaml_lines(data, kind)[0]


def from_own_yaml(data: bytes, kind: type[T]) -> T:
    """As ``from_yaml``, ten times faster, for the files that came with this code: their events are read by libyaml.

    What that refuses is read again, so that there is one set of words for a refusal.
    """
    with contextlib.suppress(FileRefused):
        document = _Document(_text(data), yaml.CSafeLoader)
        return fitted(document.value(), kind, document.lines)
    return from_yaml(data, kind)


def read_yaml_lines(data: bytes, kind: type[T]) -> tuple[T, Lines]:
    """As ``from_yaml``, with the line of every value."""
    document = _Document(_text(data))
    return fitted(document.value(), kind, document.lines), document.lines


def from_json(data: bytes, kind: type[T]) -> T:
    """A ``kind`` from JSON of at most 1 MiB; raises FileRefused."""
    _refuse_large(data)
    try:
        value = msgspec.json.decode(data)
        _refuse_deep(value)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise refused("not_json", str(error)) from error
    except RecursionError as error:
        raise refused("too_deep", "The values are nested too deeply", example=DEEPEST) from error
    return fitted(value, kind, {})


class _Document:
    """One document, read event by event; ``lines`` grows as it is read."""

    def __init__(self, text: str, parser: type[yaml.SafeLoader | yaml.CSafeLoader] = yaml.SafeLoader):
        self.text = text
        self.lines: Lines = {}
        self._events: Iterator[Event] = yaml.parse(text, Loader=parser)

    def value(self) -> Any:
        """The only document's value."""
        self._next()
        start = self._next()
        if isinstance(start, StreamEndEvent):
            raise refused("empty", "The file is empty")
        self._refuse_directives(start)
        value = self._value(self._next(), ())
        self._next()
        self._refuse_more(self._next())
        return value

    def _value(self, event: Event, place: Place) -> Any:
        self._admit(event, place)
        if isinstance(event, SequenceStartEvent):
            return self._list(place)
        if isinstance(event, MappingStartEvent):
            return self._object(place)
        return _scalar(event)

    def _list(self, place: Place) -> list[Any]:
        values: list[Any] = []
        while not isinstance(event := self._next(), SequenceEndEvent):
            values.append(self._value(event, (*place, len(values))))
        return values

    def _object(self, place: Place) -> dict[str, Any]:
        values: dict[str, Any] = {}
        while not isinstance(event := self._next(), MappingEndEvent):
            key = self._key(event, place)
            if key in values:
                twice = (*place, key)
                raise refused("duplicate_key", "The same key stands twice", twice, line=_line(event), received=key)
            values[key] = self._value(self._next(), (*place, key))
        return values

    def _key(self, event: Event, place: Place) -> str:
        _refuse_extras(event, place)
        if not isinstance(event, ScalarEvent):
            raise refused("key_not_text", "A key must be a text", place, line=_line(event))
        return str(event.value)

    def _admit(self, event: Any, place: Place) -> None:
        """Every value passes here, before anything is built from it."""
        _refuse_extras(event, place)
        line = _line(event)
        if len(place) > DEEPEST:
            raise refused("too_deep", f"More than {DEEPEST} levels of nesting", place, line=line, example=DEEPEST)
        self.lines[place] = line
        if len(self.lines) > MOST_NODES:
            raise refused("too_many_nodes", f"More than {MOST_NODES} values", place, line=line, example=MOST_NODES)

    def _next(self) -> Event:
        try:
            return next(self._events)
        except ReaderError as error:
            above = self.text.count("\n", 0, error.position)
            raise refused("control_character", "Control characters are not allowed", line=above + 1) from error
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else None
            raise refused("not_yaml", error.problem or "This is no YAML", line=line) from error

    def _refuse_directives(self, event: Event) -> None:
        if isinstance(event, DocumentStartEvent) and (event.version or event.tags):
            raise refused("directive", "Directives (%YAML, %TAG) are not allowed", line=_line(event))

    def _refuse_more(self, event: Event) -> None:
        if not isinstance(event, StreamEndEvent):
            raise refused("several_documents", "One file holds one document", line=_line(event))


def _refuse_extras(event: Any, place: Place) -> None:
    """What YAML adds to values: names that repeat them, and types of its own."""
    line = _line(event)
    if isinstance(event, AliasEvent):
        raise refused("alias", "Aliases (*name) are not allowed", place, line=line, received=f"*{event.anchor}")
    if event.anchor is not None:
        raise refused("anchor", "Anchors (&name) are not allowed", place, line=line, received=f"&{event.anchor}")
    if event.tag is not None:
        raise refused("tag", "Tags (!name) are not allowed", place, line=line, received=event.tag)
    if isinstance(event, ScalarEvent) and _SURROGATE.search(event.value):
        raise refused("half_a_character", "Half of a surrogate pair is no character", place, line=line)


def _line(event: Any) -> int:
    """The line on which ``event`` begins, from 1."""
    return int(event.start_mark.line) + 1


def _scalar(event: Any) -> Any:
    """Text, unless it is unquoted and a word or a number of the YAML 1.2 core schema."""
    text: str = event.value
    if event.style:  # of unquoted text: none, or in libyaml's events empty
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    number = float(text) if _FLOAT.fullmatch(text) else math.inf
    return number if math.isfinite(number) else text


def _refuse_deep(value: Any) -> None:
    """Layer by layer, so that no nesting can exhaust the stack."""
    layer = [value]
    for _ in range(DEEPEST + 1):
        layer = [part for parent in layer for part in _parts(parent)]
    if layer:
        raise refused("too_deep", f"More than {DEEPEST} levels of nesting", example=DEEPEST)


def _parts(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def _text(data: bytes) -> str:
    _refuse_large(data)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        byte = f"byte {data[error.start]:#04x}"
        raise refused("not_utf8", "The file is not UTF-8", line=line, received=byte) from error


def _refuse_large(data: bytes) -> None:
    if len(data) > MOST_BYTES:
        raise refused("too_large", f"More than {MOST_BYTES} bytes", received=len(data), example=MOST_BYTES)
