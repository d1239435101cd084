"""The library of indicators: its words, and every rule that its types cannot say.

Each rule is a function from the library and the questionnaires to the flaws it finds; ``lint`` runs all of them.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Annotated, Literal

from msgspec import Meta, Struct

from assess.maturity.kpis.model import CadenceDays, Direction, Number, Unit
from assess.questionnaire.flaw import Flaw, found
from assess.questionnaire.model import Kind, Questionnaire
from assess.questionnaire.wording import of_texts
from assess.words import LANGUAGES, Key, Language, SemVer, Text

BenchmarkKind = Literal["norm", "survey", "typical", "claim"]
"""``norm``: what the method asks for; ``claim``: one case that somebody tells of, never a target."""


class _Part(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The strictness that every part of the library shares."""


class Benchmark(_Part, frozen=True, kw_only=True):
    """What others reach or say that one should, in the indicator's unit; one value when ``low`` is ``high``.

    ``year``: of the source, where it is known.
    """

    kind: BenchmarkKind
    low: Number
    high: Number
    what: Text
    source: Text
    year: Annotated[int, Meta(ge=1900, le=2100)] | None


class SubMeasure(_Part, frozen=True, kw_only=True):
    """A part of an indicator that is asked and read beside it."""

    key: Key
    name: Text


class KpiEntry(_Part, frozen=True, kw_only=True):
    """An indicator of the library. ``asked``: whether the standard questionnaires ask how alive it is.

    ``cadence_days``: days between two values, where ``cadence`` says it in words. No entry has a target: that is yours to set.
    """

    key: Key
    process: Key
    name: Text
    purpose: Text
    formula: Text
    unit: Unit
    direction: Direction
    source: Text
    cadence: Text
    cadence_days: CadenceDays
    asked: bool
    parts: list[SubMeasure]
    benchmarks: list[Benchmark]
    caution: Text | None


class Kpis(_Part, frozen=True, kw_only=True):
    """A version of the library of indicators."""

    key: Key
    version: SemVer
    languages: list[Language]
    kpis: list[KpiEntry]


class _Asked(Struct, frozen=True):
    """What the published questionnaires ask: their processes, and the KPI items of each."""

    items: dict[Key, Key]
    processes: frozenset[Key]


def lint(library: Kpis, questionnaires: Iterable[Questionnaire]) -> list[Flaw]:
    """Everything wrong with ``library`` beside ``questionnaires``."""
    processes = [process for questionnaire in questionnaires for process in questionnaire.processes]
    items = {item.key: process.key for process in processes for item in process.items() if item.kind is Kind.KPI}
    asked = _Asked(items, frozenset(process.key for process in processes))
    return [flaw for rule in _RULES for flaw in rule(library, asked)]


def reference(entry: KpiEntry) -> float | None:
    """The value that measured ones are held against: the first benchmark that is one value and no claim; 0 is none."""
    usable = (each for each in entry.benchmarks if each.kind != "claim" and each.low == each.high != 0)
    return next((each.low for each in usable), None)


def _keys_are_unique(library: Kpis, _: _Asked) -> Iterator[Flaw]:
    keys = [entry.key for entry in library.kpis]
    for n, key in enumerate(keys):
        if key in keys[:n]:
            yield found("duplicate_key", "The same key stands twice", ("kpis", n, "key"), received=key)


def _processes_exist(library: Kpis, asked: _Asked) -> Iterator[Flaw]:
    for n, entry in enumerate(library.kpis):
        if entry.process not in asked.processes:
            yield found("unknown_process", "No questionnaire asks it", ("kpis", n, "process"), received=entry.process)
        elif not entry.key.startswith(f"kpi-{entry.process}-"):
            detail = "The key begins with its process"
            yield found("key_prefix", detail, ("kpis", n, "key"), received=entry.key, example=f"kpi-{entry.process}-…")


def _asks_what_questionnaires_ask(library: Kpis, asked: _Asked) -> Iterator[Flaw]:
    for n, entry in enumerate(library.kpis):
        if entry.asked != (entry.key in asked.items):
            yield found("asked", "The questionnaires say otherwise", ("kpis", n, "asked"), received=entry.asked)
    known = {entry.key for entry in library.kpis}
    for key in asked.items:
        if key not in known:
            yield found("no_entry", "A questionnaire asks it", ("kpis",), received=key)


def _benchmarks_are_in_order(library: Kpis, _: _Asked) -> Iterator[Flaw]:
    for n, entry in enumerate(library.kpis):
        for m, benchmark in enumerate(entry.benchmarks):
            if benchmark.low > benchmark.high:
                place = ("kpis", n, "benchmarks", m, "low")
                yield found("reversed", "The low end is not above the high one", place, received=benchmark.low)


def _texts_are_complete(library: Kpis, _: _Asked) -> Iterator[Flaw]:
    if set(library.languages) != set(LANGUAGES):
        yield found("languages", "The library is written in every language", ("languages",), received=library.languages)
    yield from of_texts(library, LANGUAGES)


_RULES: tuple[Callable[[Kpis, _Asked], Iterable[Flaw]], ...] = (
    _keys_are_unique,
    _processes_exist,
    _asks_what_questionnaires_ask,
    _benchmarks_are_in_order,
    _texts_are_complete,
)
