"""The words of the roadmap: the action library, what is proposed, and why it stands where it stands."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from assess.maturity.model import CampaignResults
from assess.questionnaire.model import Questionnaire
from assess.words import Digest, Key, Language, Link, SemVer, Text

ENGINE = "planning/1"
"""Version of the planner; it changes whenever the same facts could give another plan."""

Phase = Annotated[
    int, Meta(ge=1, le=3, description="1 set up across the silos, 2 reinforce, 3 remove what is left over")
]
Benefit = Literal[
    "innovation",
    "efficiency",
    "client_knowledge",
    "quality",
    "brand_image",
    "pace_of_change",
    "community",
    "long_term_decisions",
    "transfer",
]


class _Part(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The strictness that every part of the library shares."""


class LibraryRole(_Part, frozen=True, kw_only=True):
    """Who carries work: the first team with one of ``functions``; ``to_appoint``: vacant until a person is named."""

    key: Key
    title: Text
    functions: list[Key]
    to_appoint: bool


class Target(_Part, frozen=True, kw_only=True):
    """Expected gain on an item, in tenths of a level."""

    item: Key
    gain: Annotated[int, Meta(ge=1, le=40)]


class KpiTarget(_Part, frozen=True, kw_only=True):
    """Expected rise of a KPI's rung."""

    item: Key
    from_rung: Annotated[int, Meta(ge=0, le=5)]
    to_rung: Annotated[int, Meta(ge=0, le=5)]


class Demand(_Part, frozen=True, kw_only=True):
    """Person-days of a role in a month counted from the action's start."""

    role: Key
    month: Annotated[int, Meta(ge=0, le=23)]
    person_days: Annotated[float, Meta(gt=0, le=200)]


class Window(_Part, frozen=True, kw_only=True):
    """Calendar months (1–12) between which the whole action must run."""

    earliest: Annotated[int, Meta(ge=1, le=12)]
    latest: Annotated[int, Meta(ge=1, le=12)]


class Swot(_Part, frozen=True, kw_only=True):
    """Strengths, weaknesses, opportunities, and the two threats: of acting and of not acting."""

    strengths: Text
    weaknesses: Text
    opportunities: Text
    threats_of_acting: Text
    threats_of_not_acting: Text


class FirstStep(_Part, frozen=True, kw_only=True):
    """What one person does first, and within how many days of the start."""

    text: Text
    role: Key
    due_days: Annotated[int, Meta(ge=1, le=60)]


class Action(_Part, frozen=True, kw_only=True):
    """An entry of the library (method, section on the action object)."""

    key: Key
    title: Text
    phase: Phase
    core: bool
    process: Key
    targets: list[Target]
    kpi_targets: list[KpiTarget]
    role: Key
    effort_per: Literal["action", "team", "person"]
    duration: Annotated[int, Meta(ge=1, le=12)]
    demand: Annotated[list[Demand], Meta(min_length=1)]
    internal_pd: Annotated[float, Meta(ge=0)]
    external_pd: Annotated[float, Meta(ge=0)]
    competences: list[Text]
    prerequisites: list[Key]
    mutex: list[Key]
    window: Window | None
    risk: Annotated[int, Meta(ge=1, le=3)]
    confidence: Annotated[float, Meta(gt=0, le=1)]
    urgency: Annotated[float, Meta(ge=1, le=2)]
    swot: Swot
    benefits: Annotated[list[Benefit], Meta(min_length=1)]
    origin: Literal["field", "hq", "library"]
    first_step: FirstStep
    method_ref: str | None


class Library(_Part, frozen=True, kw_only=True):
    """A version of the action library."""

    key: Key
    version: SemVer
    languages: list[Language]
    roles: list[LibraryRole]
    actions: list[Action]


class Owner(Struct, frozen=True, kw_only=True):
    """Who answers for an action: a named lead of a team, or a role that nobody holds yet (``vacant``)."""

    role: Key
    title: Text
    vacant: bool
    name: str | None
    team: str | None


class Gap(Struct, frozen=True, kw_only=True):
    """What an action closes: an item of a team, from its level to the target.

    read_from: the node whose published result was used: the team itself, or its nearest published ancestor.
    level: for a sensitive item the middle of its published band. gain: levels credited to this action.
    points: what this is worth, in points of an index over all processes asked.
    """

    item: Key
    label: Text
    node: UUID
    node_name: str
    read_from: UUID
    level: float
    target: float
    gain: float
    points: float


class Why(Struct, frozen=True, kw_only=True):
    """Why an action stands where it stands: ``code`` never translated, ``text`` a sentence in each language."""

    code: Literal[
        "core_set_up",
        "closes_gaps",
        "enables_others",
        "first_possible",
        "after_prerequisite",
        "after_core",
        "capacity_full",
        "change_load_full",
        "window",
        "gate_not_measured",
    ]
    text: Text


class PlannedAction(Struct, frozen=True, kw_only=True):
    """An action with its place. Months count from 0 = the month of the plan's start; ``end_month`` is inclusive.

    benefit: index points (B), before actions on the same gap share it. kpi_benefit: what rises of KPI rungs are worth beside it.
    enabling: half the benefit of what it makes possible. priority: index points per 100 person-days (P*).
    effort: person-days of everybody. demand: person-days by team id as text and month as text; ``unassigned``: person-days of
    roles that no team carries yet. decision_point: phase 3 is a dated decision, not work, until its gate is measured; then
    ``effort`` and ``demand`` say nothing, and both dates are the day of the decision.
    """

    action: Key
    title: Text
    phase: Phase
    process: Key
    rank: int
    start_month: int
    end_month: int
    starts_on: date
    ends_on: date
    owner: Owner
    benefit: float
    kpi_benefit: float
    enabling: float
    priority: float
    effort: float
    external_pd: float
    unassigned: float
    demand: dict[str, dict[str, float]]
    gaps: list[Gap]
    kpis: list[Key]
    why: list[Why]
    first_step: Text
    first_step_owner: Owner
    first_step_due: date
    decision_point: bool


class Dropped(Struct, frozen=True, kw_only=True):
    """An action with a use that found no place, and why."""

    action: Key
    title: Text
    phase: Phase
    reason: Literal["no_capacity", "window", "prerequisite_dropped", "horizon", "excluded", "already_covered"]
    text: Text


class TeamLoad(Struct, frozen=True, kw_only=True):
    """Person-days used and available for each month of the plan."""

    team_id: UUID
    name: str
    capacity: list[float]
    used: list[float]


class Vacancy(Struct, frozen=True, kw_only=True):
    """A role that must be filled, and the actions that wait for it."""

    role: Key
    title: Text
    actions: list[Key]


class PlanBody(Struct, frozen=True, kw_only=True):
    """A proposed schedule: the machine only proposes.

    index_now, index_then: the company's index today, and if every expected gain comes true; absent while it has none.
    """

    engine: str
    library: Digest
    starts_on: date
    months: int
    actions: list[PlannedAction]
    dropped: list[Dropped]
    loads: list[TeamLoad]
    vacancies: list[Vacancy]
    index_now: float | None
    index_then: float | None


class PlanningTeam(Struct, frozen=True, kw_only=True):
    """A team as the planner sees it. ``headcount``: people asked in the campaign; ``questionnaires``: what they were asked."""

    id: UUID
    key: Key
    name: str
    functions: Sequence[str]
    capacity_days: int
    lead: str | None
    headcount: int
    questionnaires: list[Digest]


class PlanningFacts(Struct, frozen=True, kw_only=True):
    """All that a plan is computed from. ``teams`` in the order of the tree; ``starts_on`` is the first of a month."""

    results: CampaignResults
    questionnaires: dict[Digest, Questionnaire]
    teams: list[PlanningTeam]
    library: Library
    library_digest: Digest
    starts_on: date
    months: int


class NewRoadmap(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A roadmap to be: from which closed campaign, from when (the first whole month counts), over how many months."""

    campaign_id: UUID
    starts_on: date
    months: Annotated[int, Meta(ge=3, le=24)] = 12


class PlanSummary(Struct, frozen=True, kw_only=True):
    """A plan of a roadmap, without its body. ``inputs_digest``: SHA-256 of all that it was computed from, by ``engine``."""

    number: int
    state: Literal["draft", "proposed", "accepted", "superseded"]
    inputs_digest: Digest
    engine: str
    created_at: datetime


class Roadmap(Struct, frozen=True, kw_only=True):
    """What is proposed for the teams of a campaign, from pinned results and a pinned library."""

    id: UUID
    campaign_id: UUID
    scoring_id: UUID
    library_digest: Digest
    starts_on: date
    months: int
    created_at: datetime
    plans: list[PlanSummary]
    links: list[Link]


class RoadmapPage(Struct, frozen=True, kw_only=True):
    """Roadmaps, newest first."""

    items: list[Roadmap]
    next: str | None


class Plan(Struct, frozen=True, kw_only=True):
    """A scheduled version of a roadmap. The machine proposes; people accept."""

    roadmap_id: UUID
    number: int
    state: Literal["draft", "proposed", "accepted", "superseded"]
    inputs_digest: Digest
    created_at: datetime
    body: PlanBody
