"""Where the words sleep: every table, with a name for each promise.

Tables of a tenant have ``organisation_id`` first in each primary key, unique constraint and foreign key: a plain foreign
key would accept another tenant's row, because its check bypasses row-level security. Tables in SHARED belong to everybody.
The migrations create the same tables by hand; a test proves that both are equal.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    MetaData,
    Named,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    TypedColumns,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from assess.words import Json

metadata = MetaData(schema="assess")


class OrganisationColumns(TypedColumns):
    """A company. Shared, so that its key can be unique; its policy compares ``id``."""

    id: Named[UUID] = Column(Uuid)
    key: Named[str] = Column(Text)
    name: Named[str] = Column(Text)
    created_at: Named[datetime] = Column(DateTime(timezone=True))


organisation = Table(
    "organisation",
    metadata,
    OrganisationColumns,
    PrimaryKeyConstraint("id", name="organisation_pkey"),
    UniqueConstraint("key", name="organisation_key_taken"),
)


class QuestionnaireVersionColumns(TypedColumns):
    """A published version: frozen, known by its digest."""

    digest: Named[str] = Column(Text)
    key: Named[str] = Column(Text)
    version: Named[str] = Column(Text)
    body: Named[Json] = Column(JSONB)
    published_at: Named[datetime] = Column(DateTime(timezone=True))


questionnaire_version = Table(
    "questionnaire_version",
    metadata,
    QuestionnaireVersionColumns,
    PrimaryKeyConstraint("digest", name="questionnaire_version_pkey"),
    UniqueConstraint("key", "version", name="questionnaire_version_published_once"),
)


class ApiKeyColumns(TypedColumns):
    organisation_id: Named[UUID] = Column(Uuid)
    id: Named[UUID] = Column(Uuid)
    name: Named[str] = Column(Text)
    role: Named[str] = Column(Text)
    scopes: Named[list[str]] = Column(ARRAY(Text))
    team_id: Named[UUID | None] = Column(Uuid)
    secret_hash: Named[bytes] = Column(LargeBinary)
    created_at: Named[datetime] = Column(DateTime(timezone=True))
    expires_on: Named[date | None] = Column(Date)
    revoked_at: Named[datetime | None] = Column(DateTime(timezone=True))
    last_used_on: Named[date | None] = Column(Date)


api_key = Table(
    "api_key",
    metadata,
    ApiKeyColumns,
    PrimaryKeyConstraint("organisation_id", "id", name="api_key_pkey"),
    ForeignKeyConstraint(["organisation_id"], ["assess.organisation.id"], name="api_key_of_organisation"),
    ForeignKeyConstraint(
        ["organisation_id", "team_id"], ["assess.team.organisation_id", "assess.team.id"], name="api_key_team_exists"
    ),
    Index("api_key_by_id", "id"),
)


class TeamColumns(TypedColumns):
    """The unit assessed; the tree is ``parent_id``. ``capacity_days``: person-days a month for the plan's actions."""

    organisation_id: Named[UUID] = Column(Uuid)
    id: Named[UUID] = Column(Uuid)
    key: Named[str] = Column(Text)
    name: Named[str] = Column(Text)
    parent_id: Named[UUID | None] = Column(Uuid)
    functions: Named[list[str]] = Column(ARRAY(Text))
    capacity_days: Named[int] = Column(SmallInteger)
    lead: Named[str | None] = Column(Text)
    created_at: Named[datetime] = Column(DateTime(timezone=True))


team = Table(
    "team",
    metadata,
    TeamColumns,
    PrimaryKeyConstraint("organisation_id", "id", name="team_pkey"),
    UniqueConstraint("organisation_id", "key", name="team_key_taken"),
    UniqueConstraint("organisation_id", "name", name="team_name_taken"),
    ForeignKeyConstraint(["organisation_id"], ["assess.organisation.id"], name="team_of_organisation"),
    ForeignKeyConstraint(
        ["organisation_id", "parent_id"], ["assess.team.organisation_id", "assess.team.id"], name="team_parent_exists"
    ),
    CheckConstraint("capacity_days between 0 and 1000", name="team_capacity_in_range"),
)


class CampaignColumns(TypedColumns):
    """``retention_months``: how long people and answers are kept after the close; ``erased_on``: when they went.

    ``balance``: what each perspective counts in the balanced score; absent: none was declared.
    """

    organisation_id: Named[UUID] = Column(Uuid)
    id: Named[UUID] = Column(Uuid)
    key: Named[str] = Column(Text)
    name: Named[str] = Column(Text)
    state: Named[str] = Column(Text)
    languages: Named[list[str]] = Column(ARRAY(Text))
    threshold: Named[int] = Column(SmallInteger)
    starts_on: Named[date] = Column(Date)
    ends_on: Named[date] = Column(Date)
    contract_digest: Named[str | None] = Column(Text)
    created_at: Named[datetime] = Column(DateTime(timezone=True))
    launched_at: Named[datetime | None] = Column(DateTime(timezone=True))
    closed_at: Named[datetime | None] = Column(DateTime(timezone=True))
    retention_months: Named[int] = Column(SmallInteger, server_default=text("24"))
    erased_on: Named[date | None] = Column(Date)
    balance: Named[Json | None] = Column(JSONB(none_as_null=True))


campaign = Table(
    "campaign",
    metadata,
    CampaignColumns,
    PrimaryKeyConstraint("organisation_id", "id", name="campaign_pkey"),
    UniqueConstraint("organisation_id", "key", name="campaign_key_taken"),
    ForeignKeyConstraint(["organisation_id"], ["assess.organisation.id"], name="campaign_of_organisation"),
    CheckConstraint("state in ('draft', 'open', 'closed', 'archived')", name="campaign_state_known"),
    CheckConstraint("threshold between 5 and 10", name="campaign_threshold_in_range"),
    CheckConstraint("ends_on >= starts_on", name="campaign_ends_after_start"),
    CheckConstraint("retention_months between 1 and 120", name="campaign_retention_in_range"),
)


class AssessmentColumns(TypedColumns):
    """One team in one campaign. ``headcount``: people asked, frozen at launch.

    ``asked_elsewhere``: those of them who are not on the roster.
    """

    organisation_id: Named[UUID] = Column(Uuid)
    id: Named[UUID] = Column(Uuid)
    campaign_id: Named[UUID] = Column(Uuid)
    team_id: Named[UUID] = Column(Uuid)
    state: Named[str] = Column(Text)
    headcount: Named[int | None] = Column(SmallInteger)
    asked_elsewhere: Named[int | None] = Column(BigInteger)


assessment = Table(
    "assessment",
    metadata,
    AssessmentColumns,
    PrimaryKeyConstraint("organisation_id", "id", name="assessment_pkey"),
    UniqueConstraint("organisation_id", "campaign_id", "team_id", name="assessment_once_per_team"),
    ForeignKeyConstraint(
        ["organisation_id", "campaign_id"],
        ["assess.campaign.organisation_id", "assess.campaign.id"],
        name="assessment_campaign_exists",
    ),
    ForeignKeyConstraint(
        ["organisation_id", "team_id"], ["assess.team.organisation_id", "assess.team.id"], name="assessment_team_exists"
    ),
    CheckConstraint(
        "state in ('planned', 'collecting', 'scored', 'validated', 'insufficient')", name="assessment_state_known"
    ),
    CheckConstraint("asked_elsewhere between 0 and 10000", name="assessment_asked_elsewhere_in_range"),
)


class AssessmentQuestionnaireColumns(TypedColumns):
    """What a team is asked, in order."""

    organisation_id: Named[UUID] = Column(Uuid)
    assessment_id: Named[UUID] = Column(Uuid)
    position: Named[int] = Column(SmallInteger)
    digest: Named[str] = Column(Text)


assessment_questionnaire = Table(
    "assessment_questionnaire",
    metadata,
    AssessmentQuestionnaireColumns,
    PrimaryKeyConstraint("organisation_id", "assessment_id", "position", name="assessment_questionnaire_pkey"),
    UniqueConstraint("organisation_id", "assessment_id", "digest", name="assessment_asks_version_once"),
    ForeignKeyConstraint(
        ["organisation_id", "assessment_id"],
        ["assess.assessment.organisation_id", "assess.assessment.id"],
        name="assessment_questionnaire_of_assessment",
    ),
    ForeignKeyConstraint(["digest"], ["assess.questionnaire_version.digest"], name="assessment_asks_published_version"),
)


class ContractColumns(TypedColumns):
    """What was promised to the people at launch; never changed."""

    organisation_id: Named[UUID] = Column(Uuid)
    campaign_id: Named[UUID] = Column(Uuid)
    digest: Named[str] = Column(Text)
    body: Named[Json] = Column(JSONB)


contract = Table(
    "contract",
    metadata,
    ContractColumns,
    PrimaryKeyConstraint("organisation_id", "campaign_id", name="contract_pkey"),
    UniqueConstraint("organisation_id", "campaign_id", "digest", name="contract_known_by_digest"),
    ForeignKeyConstraint(
        ["organisation_id", "campaign_id"],
        ["assess.campaign.organisation_id", "assess.campaign.id"],
        name="contract_of_campaign",
    ),
)


class PersonColumns(TypedColumns):
    """Somebody on a campaign's roster."""

    organisation_id: Named[UUID] = Column(Uuid)
    id: Named[UUID] = Column(Uuid)
    campaign_id: Named[UUID] = Column(Uuid)
    team_id: Named[UUID] = Column(Uuid)
    name: Named[str] = Column(Text)
    email: Named[str] = Column(Text)
    language: Named[str] = Column(Text)
    perspective: Named[str] = Column(Text)


person = Table(
    "person",
    metadata,
    PersonColumns,
    PrimaryKeyConstraint("organisation_id", "id", name="person_pkey"),
    UniqueConstraint("organisation_id", "campaign_id", "email", name="person_email_taken"),
    ForeignKeyConstraint(
        ["organisation_id", "campaign_id", "team_id"],
        ["assess.assessment.organisation_id", "assess.assessment.campaign_id", "assess.assessment.team_id"],
        name="person_in_assessed_team",
    ),
)


class InvitationColumns(TypedColumns):
    """The right to answer once; ``token_hash`` keeps the token under one label, ``completed`` is what participation counts."""

    organisation_id: Named[UUID] = Column(Uuid)
    id: Named[UUID] = Column(Uuid)
    campaign_id: Named[UUID] = Column(Uuid)
    person_id: Named[UUID] = Column(Uuid)
    token_hash: Named[bytes] = Column(LargeBinary)
    completed: Named[bool] = Column(Boolean)


invitation = Table(
    "invitation",
    metadata,
    InvitationColumns,
    PrimaryKeyConstraint("organisation_id", "id", name="invitation_pkey"),
    UniqueConstraint("organisation_id", "person_id", name="invitation_once_per_person"),
    UniqueConstraint("organisation_id", "token_hash", name="invitation_token_unique"),
    ForeignKeyConstraint(
        ["organisation_id", "campaign_id"],
        ["assess.campaign.organisation_id", "assess.campaign.id"],
        name="invitation_campaign_exists",
    ),
    ForeignKeyConstraint(
        ["organisation_id", "person_id"],
        ["assess.person.organisation_id", "assess.person.id"],
        name="invitation_of_person",
    ),
)


class ResponseColumns(TypedColumns):
    """One person's answers while they may change; nothing stored leads from it to an invitation.

    ``form_digest`` names the questionnaires and their order, ``form`` the planned part of them that is asked. ``perspective``:
    absent where an import did not say it. ``hasty``: the client says that the questions were hardly read.
    """

    organisation_id: Named[UUID] = Column(Uuid)
    id: Named[UUID] = Column(Uuid)
    campaign_id: Named[UUID] = Column(Uuid)
    assessment_id: Named[UUID] = Column(Uuid)
    perspective: Named[str | None] = Column(Text)
    form: Named[str] = Column(Text)
    form_digest: Named[bytes] = Column(LargeBinary)
    key_hash: Named[bytes] = Column(LargeBinary)
    contract_digest: Named[str] = Column(Text)
    state: Named[str] = Column(Text)
    started_on: Named[date] = Column(Date)
    origin: Named[str] = Column(Text, server_default=text("'answered'"))
    hasty: Named[bool] = Column(Boolean, server_default=text("false"))


response = Table(
    "response",
    metadata,
    ResponseColumns,
    PrimaryKeyConstraint("organisation_id", "id", name="response_pkey"),
    UniqueConstraint("organisation_id", "key_hash", name="response_key_unique"),
    ForeignKeyConstraint(
        ["organisation_id", "assessment_id"],
        ["assess.assessment.organisation_id", "assess.assessment.id"],
        name="response_of_assessment",
    ),
    ForeignKeyConstraint(
        ["organisation_id", "campaign_id", "contract_digest"],
        ["assess.contract.organisation_id", "assess.contract.campaign_id", "assess.contract.digest"],
        name="response_under_contract",
    ),
    CheckConstraint("state in ('in_progress', 'completed', 'amended', 'withdrawn')", name="response_state_known"),
    CheckConstraint("origin in ('answered', 'imported')", name="response_origin_known"),
    Index("response_by_campaign", "organisation_id", "campaign_id"),
)


class AnswerColumns(TypedColumns):
    """``value``: the ordinal 0–10 of a level, -1 does not know, -2 … -4 does not apply (by reason, see campaign.model).

    ``evidence``: a link beside a level. It goes with the draft: no close keeps it.
    """

    organisation_id: Named[UUID] = Column(Uuid)
    response_id: Named[UUID] = Column(Uuid)
    item: Named[str] = Column(Text)
    value: Named[int] = Column(SmallInteger)
    comment: Named[str | None] = Column(Text)
    sequence: Named[int] = Column(BigInteger)
    evidence: Named[str | None] = Column(Text)


answer = Table(
    "answer",
    metadata,
    AnswerColumns,
    PrimaryKeyConstraint("organisation_id", "response_id", "item", name="answer_pkey"),
    ForeignKeyConstraint(
        ["organisation_id", "response_id"],
        ["assess.response.organisation_id", "assess.response.id"],
        name="answer_of_response",
        ondelete="CASCADE",
    ),
    CheckConstraint("value between -4 and 10", name="answer_value_in_range"),
)


class SealedResponseColumns(TypedColumns):
    """One response of a closed campaign, written in random order; ``answers`` in the order of its form, -9 = none.

    ``origin``: how many of an assessment's responses were imported, not which of them. ``evidence``: the places of the answers
    that had a link, not the links. It is empty, and ``hasty`` false, in an assessment with imported responses.
    """

    organisation_id: Named[UUID] = Column(Uuid)
    id: Named[UUID] = Column(Uuid)
    campaign_id: Named[UUID] = Column(Uuid)
    assessment_id: Named[UUID] = Column(Uuid)
    perspective: Named[str | None] = Column(Text)
    form: Named[str] = Column(Text)
    answers: Named[list[int]] = Column(ARRAY(SmallInteger))
    origin: Named[str] = Column(Text, server_default=text("'answered'"))
    hasty: Named[bool] = Column(Boolean, server_default=text("false"))
    evidence: Named[list[int]] = Column(ARRAY(SmallInteger), server_default=text("'{}'"))


sealed_response = Table(
    "sealed_response",
    metadata,
    SealedResponseColumns,
    PrimaryKeyConstraint("organisation_id", "id", name="sealed_response_pkey"),
    ForeignKeyConstraint(
        ["organisation_id", "assessment_id"],
        ["assess.assessment.organisation_id", "assess.assessment.id"],
        name="sealed_response_of_assessment",
    ),
    CheckConstraint("origin in ('answered', 'imported')", name="sealed_response_origin_known"),
    Index("sealed_response_by_campaign", "organisation_id", "campaign_id"),
)


class SealedCommentColumns(TypedColumns):
    """A comment of a closed campaign, cut from its response."""

    organisation_id: Named[UUID] = Column(Uuid)
    id: Named[UUID] = Column(Uuid)
    campaign_id: Named[UUID] = Column(Uuid)
    assessment_id: Named[UUID] = Column(Uuid)
    item: Named[str] = Column(Text)
    comment: Named[str] = Column(Text)


sealed_comment = Table(
    "sealed_comment",
    metadata,
    SealedCommentColumns,
    PrimaryKeyConstraint("organisation_id", "id", name="sealed_comment_pkey"),
    ForeignKeyConstraint(
        ["organisation_id", "assessment_id"],
        ["assess.assessment.organisation_id", "assess.assessment.id"],
        name="sealed_comment_of_assessment",
    ),
)


class VoiceColumns(TypedColumns):
    """What the people of one perspective said at a node or, pooled, below it; ``composites``: moments by step and process."""

    organisation_id: Named[UUID] = Column(Uuid)
    campaign_id: Named[UUID] = Column(Uuid)
    node: Named[UUID] = Column(Uuid)
    perspective: Named[str] = Column(Text)
    people: Named[int] = Column(BigInteger)
    composites: Named[Json] = Column(JSONB)


voice = Table(
    "voice",
    metadata,
    VoiceColumns,
    PrimaryKeyConstraint("organisation_id", "campaign_id", "node", "perspective", name="voice_pkey"),
    ForeignKeyConstraint(
        ["organisation_id", "campaign_id"],
        ["assess.campaign.organisation_id", "assess.campaign.id"],
        name="voice_of_campaign",
    ),
)


class KpiSheetColumns(TypedColumns):
    """A revision of a KPI's record sheet; the newest one up to a moment is what was known then."""

    organisation_id: Named[UUID] = Column(Uuid)
    key: Named[str] = Column(Text)
    revision: Named[int] = Column(BigInteger)
    body: Named[Json] = Column(JSONB)
    recorded_at: Named[datetime] = Column(DateTime(timezone=True))


kpi_sheet = Table(
    "kpi_sheet",
    metadata,
    KpiSheetColumns,
    PrimaryKeyConstraint("organisation_id", "key", "revision", name="kpi_sheet_pkey"),
    ForeignKeyConstraint(["organisation_id"], ["assess.organisation.id"], name="kpi_sheet_of_organisation"),
)


class MeasureColumns(TypedColumns):
    """A revision of a KPI's measured value for a team and the period that ends on ``period_end``."""

    organisation_id: Named[UUID] = Column(Uuid)
    team_id: Named[UUID] = Column(Uuid)
    kpi: Named[str] = Column(Text)
    period_end: Named[date] = Column(Date)
    revision: Named[int] = Column(BigInteger)
    body: Named[Json] = Column(JSONB)
    recorded_at: Named[datetime] = Column(DateTime(timezone=True))


measure = Table(
    "measure",
    metadata,
    MeasureColumns,
    PrimaryKeyConstraint("organisation_id", "team_id", "kpi", "period_end", "revision", name="measure_pkey"),
    ForeignKeyConstraint(
        ["organisation_id", "team_id"], ["assess.team.organisation_id", "assess.team.id"], name="measure_of_team"
    ),
)


class KpiReviewColumns(TypedColumns):
    """A revision of the note on a team's review of a KPI."""

    organisation_id: Named[UUID] = Column(Uuid)
    team_id: Named[UUID] = Column(Uuid)
    kpi: Named[str] = Column(Text)
    reviewed_on: Named[date] = Column(Date)
    revision: Named[int] = Column(BigInteger)
    body: Named[Json] = Column(JSONB)
    recorded_at: Named[datetime] = Column(DateTime(timezone=True))


kpi_review = Table(
    "kpi_review",
    metadata,
    KpiReviewColumns,
    PrimaryKeyConstraint("organisation_id", "team_id", "kpi", "reviewed_on", "revision", name="kpi_review_pkey"),
    ForeignKeyConstraint(
        ["organisation_id", "team_id"], ["assess.team.organisation_id", "assess.team.id"], name="kpi_review_of_team"
    ),
)


class ExemptionColumns(TypedColumns):
    """A decision on an item that a team's people say does not apply; the last revision counts."""

    organisation_id: Named[UUID] = Column(Uuid)
    campaign_id: Named[UUID] = Column(Uuid)
    assessment_id: Named[UUID] = Column(Uuid)
    item: Named[str] = Column(Text)
    revision: Named[int] = Column(BigInteger)
    stands: Named[bool] = Column(Boolean)
    reason: Named[str] = Column(Text)
    decided_at: Named[datetime] = Column(DateTime(timezone=True))


exemption = Table(
    "exemption",
    metadata,
    ExemptionColumns,
    PrimaryKeyConstraint("organisation_id", "campaign_id", "assessment_id", "item", "revision", name="exemption_pkey"),
    ForeignKeyConstraint(
        ["organisation_id", "assessment_id"],
        ["assess.assessment.organisation_id", "assess.assessment.id"],
        name="exemption_of_assessment",
    ),
    ForeignKeyConstraint(
        ["organisation_id", "campaign_id"],
        ["assess.campaign.organisation_id", "assess.campaign.id"],
        name="exemption_of_campaign",
    ),
)


class ScoringColumns(TypedColumns):
    """All results of one campaign, computed at once from facts with this digest by this engine.

    ``mask``: what is hidden; ``summary``: what is said of the campaign as a whole, absent in those of an earlier engine;
    ``decisions``: how many exemptions had been decided on by then.
    """

    organisation_id: Named[UUID] = Column(Uuid)
    id: Named[UUID] = Column(Uuid)
    campaign_id: Named[UUID] = Column(Uuid)
    inputs_digest: Named[str] = Column(Text)
    engine: Named[str] = Column(Text)
    mask: Named[Json] = Column(JSONB)
    created_at: Named[datetime] = Column(DateTime(timezone=True))
    summary: Named[Json | None] = Column(JSONB(none_as_null=True))
    decisions: Named[int] = Column(BigInteger, server_default=text("0"))


scoring = Table(
    "scoring",
    metadata,
    ScoringColumns,
    PrimaryKeyConstraint("organisation_id", "id", name="scoring_pkey"),
    UniqueConstraint("organisation_id", "campaign_id", "inputs_digest", "engine", name="scoring_computed_once"),
    ForeignKeyConstraint(
        ["organisation_id", "campaign_id"],
        ["assess.campaign.organisation_id", "assess.campaign.id"],
        name="scoring_of_campaign",
    ),
)


class ResultColumns(TypedColumns):
    """The results of one node of the tree; ``node`` is the team's id, or the organisation's for the company.

    ``score_id``: its address; ``ledger``: the whole numbers behind it. Both absent in those of an earlier engine.
    ``waiting``: the items that most of the team's people say do not apply, and that nobody had confirmed.
    """

    organisation_id: Named[UUID] = Column(Uuid)
    scoring_id: Named[UUID] = Column(Uuid)
    node: Named[UUID] = Column(Uuid)
    body: Named[Json] = Column(JSONB)
    score_id: Named[UUID | None] = Column(Uuid)
    ledger: Named[Json | None] = Column(JSONB(none_as_null=True))
    waiting: Named[list[str]] = Column(ARRAY(Text), server_default=text("'{}'"))


result = Table(
    "result",
    metadata,
    ResultColumns,
    PrimaryKeyConstraint("organisation_id", "scoring_id", "node", name="result_pkey"),
    UniqueConstraint("organisation_id", "score_id", name="result_known_by_score"),
    ForeignKeyConstraint(
        ["organisation_id", "scoring_id"],
        ["assess.scoring.organisation_id", "assess.scoring.id"],
        name="result_of_scoring",
    ),
)


class RoadmapColumns(TypedColumns):
    organisation_id: Named[UUID] = Column(Uuid)
    id: Named[UUID] = Column(Uuid)
    campaign_id: Named[UUID] = Column(Uuid)
    scoring_id: Named[UUID] = Column(Uuid)
    starts_on: Named[date] = Column(Date)
    months: Named[int] = Column(SmallInteger)
    library_digest: Named[str] = Column(Text)
    created_at: Named[datetime] = Column(DateTime(timezone=True))


roadmap = Table(
    "roadmap",
    metadata,
    RoadmapColumns,
    PrimaryKeyConstraint("organisation_id", "id", name="roadmap_pkey"),
    ForeignKeyConstraint(
        ["organisation_id", "scoring_id"],
        ["assess.scoring.organisation_id", "assess.scoring.id"],
        name="roadmap_from_scoring",
    ),
    ForeignKeyConstraint(
        ["organisation_id", "campaign_id"],
        ["assess.campaign.organisation_id", "assess.campaign.id"],
        name="roadmap_of_campaign",
    ),
    CheckConstraint("months between 3 and 24", name="roadmap_months_in_range"),
)


class PlanColumns(TypedColumns):
    """The scheduled version ``number`` of a roadmap, computed from facts with this digest by this engine."""

    organisation_id: Named[UUID] = Column(Uuid)
    roadmap_id: Named[UUID] = Column(Uuid)
    number: Named[int] = Column(SmallInteger)
    state: Named[str] = Column(Text)
    inputs_digest: Named[str] = Column(Text)
    engine: Named[str] = Column(Text)
    body: Named[Json] = Column(JSONB)
    created_at: Named[datetime] = Column(DateTime(timezone=True))


plan = Table(
    "plan",
    metadata,
    PlanColumns,
    PrimaryKeyConstraint("organisation_id", "roadmap_id", "number", name="plan_pkey"),
    ForeignKeyConstraint(
        ["organisation_id", "roadmap_id"],
        ["assess.roadmap.organisation_id", "assess.roadmap.id"],
        name="plan_of_roadmap",
    ),
    CheckConstraint("state in ('draft', 'proposed', 'accepted', 'superseded')", name="plan_state_known"),
)


class ReportColumns(TypedColumns):
    """A PDF, the pinned facts that it was made from, and the digests of both."""

    organisation_id: Named[UUID] = Column(Uuid)
    id: Named[UUID] = Column(Uuid)
    roadmap_id: Named[UUID] = Column(Uuid)
    plan_number: Named[int] = Column(SmallInteger)
    language: Named[str] = Column(Text)
    facts: Named[bytes] = Column(LargeBinary)
    facts_digest: Named[str] = Column(Text)
    engine: Named[str] = Column(Text)
    content: Named[bytes] = Column(LargeBinary)
    content_digest: Named[str] = Column(Text)
    pages: Named[int] = Column(SmallInteger)
    created_at: Named[datetime] = Column(DateTime(timezone=True))


report = Table(
    "report",
    metadata,
    ReportColumns,
    PrimaryKeyConstraint("organisation_id", "id", name="report_pkey"),
    UniqueConstraint("organisation_id", "facts_digest", "language", "engine", name="report_drawn_once"),
    ForeignKeyConstraint(
        ["organisation_id", "roadmap_id", "plan_number"],
        ["assess.plan.organisation_id", "assess.plan.roadmap_id", "assess.plan.number"],
        name="report_of_plan",
    ),
)


class IdempotencyKeyColumns(TypedColumns):
    """A request that is done once: the hash of its key, what was asked (``fingerprint``), and its reply, sealed under the key.

    ``reply`` is there when the row can be seen by others: it is written by the transaction that has the effect.
    """

    organisation_id: Named[UUID] = Column(Uuid)
    key_hash: Named[bytes] = Column(LargeBinary)
    fingerprint: Named[bytes] = Column(LargeBinary)
    reply: Named[bytes | None] = Column(LargeBinary)
    expires_at: Named[datetime] = Column(DateTime(timezone=True))


idempotency_key = Table(
    "idempotency_key",
    metadata,
    IdempotencyKeyColumns,
    PrimaryKeyConstraint("organisation_id", "key_hash", name="idempotency_key_pkey"),
    ForeignKeyConstraint(["organisation_id"], ["assess.organisation.id"], name="idempotency_key_of_organisation"),
    Index("idempotency_key_by_expiry", "expires_at"),
)

SHARED = frozenset({"organisation", "questionnaire_version"})
"""Tables that belong to everybody (reference tables in a sharded database)."""

TENANT = frozenset(table.name for table in metadata.tables.values()) - SHARED
"""Tables whose every row belongs to one organisation."""
