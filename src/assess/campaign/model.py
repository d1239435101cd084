"""Campaigns as values: states, the contract with the people, and what an answer can be."""

from datetime import date, datetime
from enum import Enum
from typing import Annotated, Literal, get_args
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from assess.errors import Conflict, Finding, Invalid
from assess.words import Digest, Email, Key, Language, Link, Name, SemVer, Text

DONT_KNOW = -1
NOT_APPLICABLE = {"not_our_activity": -2, "no_case_yet": -3, "other": -4}
"""How "does not apply" is packed, by reason."""
NO_ANSWER = -9
"""How silence is packed: silence is not zero."""

Threshold = Annotated[int, Meta(ge=5, le=10, description="No group smaller than this is ever shown")]
Retention = Annotated[
    int, Meta(ge=1, le=120, description="Months after the close for which the roster and the sealed answers are kept")
]
Perspective = Literal["manager", "member", "client_facing", "headquarters"]
"""From where somebody sees the team's work."""
PERSPECTIVES: tuple[Perspective, ...] = get_args(Perspective)
Share = Annotated[float, Meta(gt=0, lt=1, description="Above 0 and below 1; the shares of a balance add up to 1")]
Origin = Literal["answered", "imported"]
"""Whether a response was given here, or collected elsewhere and imported."""


class CampaignNotDraft(Conflict):
    """This campaign has been launched; what was promised can no longer be changed."""

    title_fr = "Cette campagne est lancée ; ce qui a été promis ne peut plus changer."


class CampaignNotOpen(Conflict):
    """This campaign is not open."""

    title_fr = "Cette campagne n’est pas ouverte."


class CampaignAlreadyClosed(Conflict):
    """This campaign is closed; its answers can no longer be changed."""

    title_fr = "Cette campagne est close ; ses réponses ne peuvent plus être modifiées."


class CampaignEndsTooEarly(Invalid):
    """The new end is not later than the one that was promised."""

    title_fr = "La nouvelle échéance n’est pas postérieure à celle qui a été promise."


class CampaignDatesReversed(Invalid):
    """The campaign ends before it starts."""

    constraint = "campaign_ends_after_start"
    title_fr = "La campagne finit avant de commencer."


AssessmentState = Literal["planned", "collecting", "scored", "validated", "insufficient"]


class CampaignState(Enum):
    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"
    ARCHIVED = "archived"


class PerspectiveShare(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much a perspective counts in a balanced score, 0–1."""

    perspective: Perspective
    share: Share


Balance = Annotated[
    list[PerspectiveShare],
    Meta(min_length=2, max_length=4, description="Different perspectives, with shares that add up to 1"),
]
"""What each perspective counts, declared before anybody answers."""


class NewCampaign(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A campaign to be. ``languages``: those in which people may answer. ``ends_on``: the last day for answers (UTC).

    balance: of the score that stands beside the ordinary one, in which each person counts once; absent: there is no other.
    """

    key: Key
    name: Name
    languages: Annotated[list[Language], Meta(min_length=1, max_length=2)] = msgspec.field(
        default_factory=lambda: ["fr"]
    )
    threshold: Threshold = 5
    starts_on: date
    ends_on: date
    retention_months: Retention = 24
    balance: Balance | None = None


class Extension(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A later last day."""

    ends_on: date


class Campaign(Struct, frozen=True, kw_only=True):
    """Questionnaire versions × teams × dates × languages × an anonymity contract.

    ``erased_on``: the day on which roster, invitations and answers were erased, ``retention_months`` after the close.
    ``balance``: what each perspective counts in the balanced score, in the order of the vocabulary; absent: none was declared.
    """

    id: UUID
    key: Key
    name: Name
    state: CampaignState
    languages: list[Language]
    threshold: Threshold
    starts_on: date
    ends_on: date
    contract_digest: Digest | None
    created_at: datetime
    launched_at: datetime | None
    closed_at: datetime | None
    retention_months: Retention
    erased_on: date | None
    balance: Balance | None

    def drafted(self) -> "Campaign":
        """Itself while it may be changed; raises CampaignNotDraft."""
        if self.state is not CampaignState.DRAFT:
            raise CampaignNotDraft(f"its state is {self.state.value}")
        return self

    def opened(self) -> "Campaign":
        """Itself while it is open; raises CampaignAlreadyClosed or CampaignNotOpen."""
        self._not_closed()
        if self.state is not CampaignState.OPEN:
            raise CampaignNotOpen(f"its state is {self.state.value}; launch it first")
        return self

    def answering(self, on: date) -> "Campaign":
        """Itself while it takes answers: open, and not past its last day. Raises as ``opened``."""
        if self.opened().ends_on < on:
            raise CampaignAlreadyClosed(f"its last day was {self.ends_on}")
        return self

    def launched(self, contract: Digest, at: datetime) -> "Campaign":
        """Open, under a contract that never changes; raises CampaignNotDraft."""
        self.drafted()
        return msgspec.structs.replace(self, state=CampaignState.OPEN, contract_digest=contract, launched_at=at)

    def extended(self, to: date) -> "Campaign":
        """With a later last day; raises CampaignNotOpen, CampaignAlreadyClosed or CampaignEndsTooEarly."""
        if to <= self.opened().ends_on:
            finding = Finding(pointer="/ends_on", rule=f"a day after {self.ends_on}", received=to)
            raise CampaignEndsTooEarly(errors=[finding])
        return msgspec.structs.replace(self, ends_on=to)

    def closed(self, at: datetime) -> "Campaign":
        """Closed for ever; raises CampaignAlreadyClosed or CampaignNotOpen."""
        self.opened()
        return msgspec.structs.replace(self, state=CampaignState.CLOSED, closed_at=at)

    def _not_closed(self) -> None:
        if self.state in {CampaignState.CLOSED, CampaignState.ARCHIVED}:
            raise CampaignAlreadyClosed(f"it was closed on {self.closed_at:%Y-%m-%d}" if self.closed_at else "")


class CampaignPage(Struct, frozen=True, kw_only=True):
    """Campaigns of the organisation, newest first."""

    items: list[Campaign]
    next: str | None


class QuestionnaireChoice(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One published version."""

    key: Key
    version: SemVer


AskedElsewhere = Annotated[
    int, Meta(ge=0, le=10_000, description="People of the team who are asked elsewhere, beside those on the roster")
]


class TeamChoice(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A team, and what it is asked, in order. ``asked_elsewhere``: people whose answers will be imported."""

    team: Key
    questionnaires: Annotated[list[QuestionnaireChoice], Meta(min_length=1, max_length=10)]
    asked_elsewhere: AskedElsewhere = 0


class TeamChoices(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that a campaign asks."""

    items: Annotated[list[TeamChoice], Meta(max_length=10_000)]


class Assessment(Struct, frozen=True, kw_only=True):
    """One team in one campaign. ``headcount``: people asked, those asked elsewhere included; absent before the launch."""

    id: UUID
    team_id: UUID
    team: Key
    state: AssessmentState
    headcount: int | None
    asked_elsewhere: int
    questionnaires: list[QuestionnaireChoice]


class AssessmentPage(Struct, frozen=True, kw_only=True):
    """The assessments of a campaign, in the order of the teams' keys."""

    items: list[Assessment]
    next: str | None


class NewPerson(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody to ask; ``team`` is a team's key."""

    name: Name
    email: Email
    language: Language
    perspective: Perspective
    team: Key


class Person(Struct, frozen=True, kw_only=True):
    """Somebody on the roster."""

    id: UUID
    name: Name
    email: Email
    language: Language
    perspective: Perspective
    team_id: UUID
    team: Key


class PersonPage(Struct, frozen=True, kw_only=True):
    """The roster, by team and name."""

    items: list[Person]
    next: str | None


class ContractTeam(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A node of the tree as it was at launch. ``assessment_id`` absent: a parent that answers nothing itself.

    headcount: people asked; asked_elsewhere: those of them whose answers are imported. Nobody: not written, so that contracts
    made before there was such a number keep their digest.
    """

    team_id: UUID
    key: Key
    name: str
    parent_id: UUID | None
    assessment_id: UUID | None
    headcount: int
    questionnaires: list[Digest]
    asked_elsewhere: int = 0


class ContractQuestionnaire(Struct, frozen=True, kw_only=True):
    digest: Digest
    key: Key
    version: SemVer


class Contract(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was promised at launch: who is asked what, until when, what will never be shown, and when it is all erased.

    retention_months: absent in contracts made before it was part of the promise. balance: absent where none was declared.
    """

    campaign_id: UUID
    organisation_id: UUID
    organisation: str
    key: Key
    name: str
    starts_on: date
    ends_on: date
    languages: list[Language]
    threshold: Threshold
    anonymity: Literal["unlinked"]
    questionnaires: list[ContractQuestionnaire]
    teams: list[ContractTeam]
    retention_months: Retention | None = None
    balance: Balance | None = None


class SealedTeam(Struct, frozen=True, kw_only=True):
    """The packed answers of one team: a row per response, a column per item in the order of its questionnaires.

    imported: how many of the rows were collected elsewhere. evidence: for each row the columns beside which there was a link;
    hasty: for each row whether its client said so. Not said where there is none, so that facts without any are written, and keep
    their digest, as before there were such marks.
    """

    team_id: UUID
    rows: list[list[int]]
    imported: int = 0
    evidence: list[list[int]] | UnsetType = UNSET
    hasty: list[bool] | UnsetType = UNSET


class Moments(Struct, frozen=True, kw_only=True):
    """People's composites summed up: how many, their sum, and the sum of their squares (levels)."""

    n: int
    total: float
    squares: float


class Voice(Struct, frozen=True, kw_only=True):
    """What people of one perspective said, pooled at a node that has teams below it.

    For each step and process a person is counted in one voice at most, the nearest pool that may be told apart, so no two voices
    can be subtracted. node: a team's id, or the organisation's for the company. people: those in any of the composites.
    composites: by the key of a step or a process, of those who gave at least one level there; never fewer than the threshold.
    """

    node: UUID
    perspective: Perspective
    people: int
    composites: dict[Key, Moments]


class PreflightFinding(Struct, frozen=True, kw_only=True):
    """Something to know before the launch. ``blocking``: the launch is refused until it is mended."""

    code: str
    blocking: bool
    team: Key | None
    text: Text


class Preflight(Struct, frozen=True, kw_only=True):
    """What a launch would do and show, said in advance."""

    ready: bool
    people: int
    teams: int
    findings: list[PreflightFinding]
    links: list[Link]


class Launched(Struct, frozen=True, kw_only=True):
    """A campaign that has just been opened, and what its teams will and will not see."""

    campaign: Campaign
    invited: int
    findings: list[PreflightFinding]
    links: list[Link]


class Invitation(Struct, frozen=True, kw_only=True):
    """Somebody's way in. ``token`` is derived again each time and never kept; ``link`` carries it in its fragment."""

    person: Name
    email: Email
    team: Key
    language: Language
    completed: bool
    token: str
    link: str


class InvitationPage(Struct, frozen=True, kw_only=True):
    """The invitations of a campaign, by team and name."""

    items: list[Invitation]
    next: str | None


class ImportedResponses(Struct, frozen=True, kw_only=True):
    """What an import of answers collected elsewhere did, all or nothing: ``summary`` says "78 of 78" (responses).

    rows: lines that were read; replaced: responses of earlier imports that went. With ``dry_run`` nothing was written.
    """

    dry_run: bool
    rows: int
    responses: int
    answers: int
    replaced: int
    summary: str


class TeamParticipation(Struct, frozen=True, kw_only=True):
    """How many people of a team were invited, and how many said that they are done.

    imported: responses that were collected elsewhere.
    """

    team_id: UUID
    team: Key
    name: str
    invited: int
    completed: int
    imported: int


class Participation(Struct, frozen=True, kw_only=True):
    """Participation of the teams that the key may see, and their sum."""

    campaign_id: UUID
    state: CampaignState
    invited: int
    completed: int
    imported: int
    teams: list[TeamParticipation]
