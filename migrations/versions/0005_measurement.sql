-- The record sheet of a KPI, each revision a row that never changes: what was known at a moment can always be read again.
create table assess.kpi_sheet (
  organisation_id uuid not null,
  key text not null,
  revision bigint not null,
  body jsonb not null,
  recorded_at timestamptz not null,
  constraint kpi_sheet_pkey primary key (organisation_id, key, revision),
  constraint kpi_sheet_of_organisation foreign key (organisation_id) references assess.organisation (id)
);

-- What a perspective said, summed over people who are enough: a team's own, or pooled upwards until they are.
create table assess.voice (
  organisation_id uuid not null,
  campaign_id uuid not null,
  node uuid not null,
  perspective text not null,
  people bigint not null,
  composites jsonb not null,
  constraint voice_pkey primary key (organisation_id, campaign_id, node, perspective),
  constraint voice_of_campaign foreign key (organisation_id, campaign_id) references assess.campaign (organisation_id, id)
);

create table assess.measure (
  organisation_id uuid not null,
  team_id uuid not null,
  kpi text not null,
  period_end date not null,
  revision bigint not null,
  body jsonb not null,
  recorded_at timestamptz not null,
  constraint measure_pkey primary key (organisation_id, team_id, kpi, period_end, revision),
  constraint measure_of_team foreign key (organisation_id, team_id) references assess.team (organisation_id, id)
);

create table assess.kpi_review (
  organisation_id uuid not null,
  team_id uuid not null,
  kpi text not null,
  reviewed_on date not null,
  revision bigint not null,
  body jsonb not null,
  recorded_at timestamptz not null,
  constraint kpi_review_pkey primary key (organisation_id, team_id, kpi, reviewed_on, revision),
  constraint kpi_review_of_team foreign key (organisation_id, team_id) references assess.team (organisation_id, id)
);

-- People of a team who are asked elsewhere, beside those on the roster.
alter table assess.assessment add column asked_elsewhere bigint;

-- squawk-ignore constraint-missing-not-valid
alter table assess.assessment add constraint assessment_asked_elsewhere_in_range check (asked_elsewhere between 0 and 10000);

alter table assess.scoring add column summary jsonb;

-- Answers that were collected elsewhere say so, for as long as they are kept.
alter table assess.response add column origin text not null default 'answered';

-- Checked at once: every row has the default of the line before, and the largest organisations have some thousand rows here.
-- squawk-ignore constraint-missing-not-valid
alter table assess.response add constraint response_origin_known check (origin in ('answered', 'imported'));

-- An import need not say from where somebody sees the team's work. The version before this one imports nothing, so it meets
-- no response without a perspective.
-- squawk-ignore ban-drop-not-null
alter table assess.response alter column perspective drop not null;

-- A score has an address of its own, and keeps the whole numbers that it was computed from. Rows of an earlier engine have
-- neither: they are computed again when they are read.
alter table assess.result add column score_id uuid;

alter table assess.result add column ledger jsonb;

-- Built at once: there is one row per team and campaign.
-- squawk-ignore disallowed-unique-constraint, constraint-missing-not-valid
alter table assess.result add constraint result_known_by_score unique (organisation_id, score_id);

alter table assess.sealed_response add column origin text not null default 'answered';

-- squawk-ignore constraint-missing-not-valid
alter table assess.sealed_response add constraint sealed_response_origin_known check (origin in ('answered', 'imported'));
