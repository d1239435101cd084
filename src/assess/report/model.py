"""What a report is made of: facts, pinned once, and the words of the API."""

from datetime import date, datetime
from hashlib import sha256
from typing import Annotated, Protocol
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from assess.campaign.model import ContractQuestionnaire
from assess.maturity.model import CampaignResults
from assess.roadmap.model import PlanBody
from assess.words import Digest, Key, Language, Link, Text

ENGINE = "report/2"
"""Version of the drawing; it changes whenever the same facts could give other bytes."""

MOST_PAGES = 8
"""An executive reads this in a train."""


class ItemWords(Struct, frozen=True, kw_only=True):
    """A KPI by name."""

    key: Key
    label: Text


class StepWords(Struct, frozen=True, kw_only=True):
    """A step by name."""

    key: Key
    title: Text


class ProcessWords(Struct, frozen=True, kw_only=True):
    """A process by name, with its steps and KPIs in the order of the questionnaire."""

    key: Key
    title: Text
    in_overall: bool
    steps: list[StepWords]
    kpis: list[ItemWords]


class ResultFacts(Protocol):
    """What says results, on paper or on the web: the company, or the node that is looked at, stands first among the results."""

    @property
    def language(self) -> Language: ...

    @property
    def processes(self) -> list[ProcessWords]: ...

    @property
    def results(self) -> CampaignResults: ...


class ReportFacts(Struct, frozen=True, kw_only=True):
    """Everything that a report says, and nothing that changes later: a report is a pure function of this.

    facts_on: the day of the facts (when the plan was made), never the day of drawing.
    """

    language: Language
    organisation: str
    campaign: str
    starts_on: date
    ends_on: date
    facts_on: date
    plan_number: int
    processes: list[ProcessWords]
    questionnaires: list[ContractQuestionnaire]
    results: CampaignResults
    plan: PlanBody


def packed(facts: ReportFacts) -> bytes:
    """The bytes that are kept, drawn from and digested: JSON with sorted keys."""
    return msgspec.json.encode(facts, order="deterministic")


def facts_digest(facts: ReportFacts) -> Digest:
    """SHA-256 of the packed facts, hexadecimal."""
    return sha256(packed(facts)).hexdigest()


class NewReport(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A report to be drawn. ``plan_number`` absent: the roadmap's latest plan."""

    roadmap_id: UUID
    language: Language
    plan_number: Annotated[int, Meta(ge=1, le=32767)] | None = None


class Report(Struct, frozen=True, kw_only=True):
    """A drawn report: its digests say what it was made from, and what its bytes are."""

    id: UUID
    roadmap_id: UUID
    plan_number: int
    language: Language
    facts_digest: Digest
    engine: str
    content_digest: Digest
    pages: int
    created_at: datetime
    links: list[Link]


class ReportPage(Struct, frozen=True, kw_only=True):
    """Reports of the organisation, newest first."""

    items: list[Report]
    next: str | None


class ReportContent(Struct, frozen=True, kw_only=True):
    """The PDF itself, and the name to save it under."""

    content: bytes
    digest: Digest
    name: str


class ReportLink(Struct, frozen=True, kw_only=True):
    """A link that opens the PDF without a key until ``expires_at``."""

    url: str
    expires_at: datetime
