"""Questionnaires as values: what is asked, in which order, with which scales.

The same Structs are the file format (YAML), the stored body and the JSON of the API. ``omit_defaults`` keeps the
canonical form, and so the digest, of a published version unchanged when a later version of Assess adds a field.
"""

from collections.abc import Iterator
from enum import Enum
from hashlib import sha256
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct, field

from assess.words import Digest, Key, Language, SemVer, Text

Ordinal = Annotated[int, Meta(ge=0, le=10, description="A level's place on its scale: practices 1–5, KPI rungs 0–5")]
Weight = Annotated[float, Meta(gt=0, le=100)]


class Kind(Enum):
    """What an item asks: how work is done (``practice``), or how mature the measuring is (``kpi``)."""

    PRACTICE = "practice"
    KPI = "kpi"


LADDERS = {Kind.PRACTICE: (1.0, 5.0), Kind.KPI: (0.0, 5.0)}
"""Lowest and highest level of each kind; own scales are placed on these by their ends."""


class _Part(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The strictness that every part of a questionnaire shares."""


# Conditions: a typed tree, never a text language.


class Const(_Part, frozen=True, kw_only=True, tag_field="op", tag="const"):
    """A fixed truth value."""

    value: bool


class Answered(_Part, frozen=True, kw_only=True, tag_field="op", tag="answered"):
    """True when the item's answer is a level between ``at_least`` and ``at_most``."""

    item: Key
    at_least: Ordinal = 0
    at_most: Ordinal = 10


class Not(_Part, frozen=True, kw_only=True, tag_field="op", tag="not"):
    """True when ``condition`` is not."""

    condition: "Condition"


class AllOf(_Part, frozen=True, kw_only=True, tag_field="op", tag="and"):
    """True when every condition is."""

    conditions: Annotated[list["Condition"], Meta(min_length=1, max_length=20)]


class AnyOf(_Part, frozen=True, kw_only=True, tag_field="op", tag="or"):
    """True when at least one condition is."""

    conditions: Annotated[list["Condition"], Meta(min_length=1, max_length=20)]


Condition = Const | Answered | Not | AllOf | AnyOf


class Level(_Part, frozen=True, kw_only=True):
    """An option: a behaviour that one can observe."""

    ordinal: Ordinal
    text: Text


class Item(_Part, frozen=True, kw_only=True):
    """One question. ``key`` is permanent; a change of meaning needs a new ``comparability_key``.

    gate: blocks a step's staged level by itself. express: part of the short form.
    sensitive: its distribution is never shown.
    roles: who is asked (none = everybody). visible_if: asked only when true.
    """

    key: Key
    kind: Kind
    weight: Weight
    gate: bool = False
    express: bool = False
    sensitive: bool = False
    comparability_key: Key
    roles: list[Key] = field(default_factory=list)
    visible_if: Condition | None = None
    label: Text
    text: Text
    levels: Annotated[list[Level], Meta(min_length=2, max_length=11)]
    evidence_hint: Text | None = None

    @property
    def lowest(self) -> int:
        """The ordinal of the worst level."""
        return self.levels[0].ordinal

    @property
    def highest(self) -> int:
        """The ordinal of the best level."""
        return self.levels[-1].ordinal

    @property
    def ordinals(self) -> frozenset[int]:
        """Every ordinal that an answer may have."""
        return frozenset(level.ordinal for level in self.levels)

    def placed(self, level: int) -> float:
        """A level, by its ordinal, on the ladder of the item's kind: 1–5 or 0–5."""
        lowest, highest = LADDERS[self.kind]
        return lowest + (highest - lowest) * (level - self.lowest) / (self.highest - self.lowest)


class Step(_Part, frozen=True, kw_only=True):
    """A stage of a process, with the role that owns it."""

    key: Key
    title: Text
    purpose: Text
    weight: Weight
    owner_role: Key
    items: Annotated[list[Item], Meta(min_length=1, max_length=100)]


class Process(_Part, frozen=True, kw_only=True):
    """A process with its steps, and the items on its KPIs. ``in_overall``: counts in the company's overall score."""

    key: Key
    title: Text
    weight: Weight
    in_overall: bool
    steps: Annotated[list[Step], Meta(min_length=1, max_length=30)]
    kpis: Annotated[list[Item], Meta(max_length=100)] = field(default_factory=list)

    def items(self) -> Iterator[Item]:
        """Practices in the order of the steps, then the KPI items."""
        for step in self.steps:
            yield from step.items
        yield from self.kpis


class Questionnaire(_Part, frozen=True, kw_only=True):
    """A version of a questionnaire: frozen when published, known by its digest.

    indicative: a short form; its results are shown by process only, and never staged or ranked.
    """

    key: Key
    version: SemVer
    languages: Annotated[list[Language], Meta(min_length=1)]
    title: Text
    introduction: Text
    processes: Annotated[list[Process], Meta(min_length=1, max_length=10)]
    indicative: bool = False

    def items(self) -> Iterator[Item]:
        """Every item, in the order in which answers are packed."""
        for process in self.processes:
            yield from process.items()


def canonical(questionnaire: Questionnaire) -> bytes:
    """The bytes that the digest is made of: JSON, sorted keys, no default written."""
    return msgspec.json.encode(questionnaire, order="deterministic")


def digest_of(questionnaire: Questionnaire) -> Digest:
    """SHA-256 of the canonical form, hexadecimal."""
    return sha256(canonical(questionnaire)).hexdigest()


class VersionSummary(Struct, frozen=True, kw_only=True):
    """A published version in a list."""

    key: Key
    version: SemVer
    digest: Digest
    state: Literal["active", "retired"]
    title: Text
    languages: list[Language]
    items: int
    minutes: float
