create table assess.organisation (
  id uuid not null,
  key text not null,
  name text not null,
  created_at timestamptz not null,
  constraint organisation_pkey primary key (id),
  constraint organisation_key_taken unique (key)
);

create table assess.questionnaire_version (
  digest text not null,
  key text not null,
  version text not null,
  body jsonb not null,
  published_at timestamptz not null,
  constraint questionnaire_version_pkey primary key (digest),
  constraint questionnaire_version_published_once unique (key, version)
);

create table assess.campaign (
  organisation_id uuid not null,
  id uuid not null,
  key text not null,
  name text not null,
  state text not null,
  languages text[] not null,
  threshold smallint not null,
  starts_on date not null,
  ends_on date not null,
  contract_digest text,
  created_at timestamptz not null,
  launched_at timestamptz,
  closed_at timestamptz,
  constraint campaign_pkey primary key (organisation_id, id),
  constraint campaign_key_taken unique (organisation_id, key),
  constraint campaign_of_organisation foreign key (organisation_id) references assess.organisation (id),
  constraint campaign_state_known check (state in ('draft', 'open', 'closed', 'archived')),
  constraint campaign_threshold_in_range check (threshold between 5 and 10),
  constraint campaign_ends_after_start check (ends_on >= starts_on)
);

create table assess.team (
  organisation_id uuid not null,
  id uuid not null,
  key text not null,
  name text not null,
  parent_id uuid,
  functions text[] not null,
  capacity_days smallint not null,
  lead text,
  created_at timestamptz not null,
  constraint team_pkey primary key (organisation_id, id),
  constraint team_key_taken unique (organisation_id, key),
  constraint team_name_taken unique (organisation_id, name),
  constraint team_of_organisation foreign key (organisation_id) references assess.organisation (id),
  constraint team_parent_exists foreign key (organisation_id, parent_id) references assess.team (organisation_id, id),
  constraint team_capacity_in_range check (capacity_days between 0 and 1000)
);

create table assess.api_key (
  organisation_id uuid not null,
  id uuid not null,
  name text not null,
  role text not null,
  scopes text[] not null,
  team_id uuid,
  secret_hash bytea not null,
  created_at timestamptz not null,
  expires_on date,
  revoked_at timestamptz,
  last_used_on date,
  constraint api_key_pkey primary key (organisation_id, id),
  constraint api_key_of_organisation foreign key (organisation_id) references assess.organisation (id),
  constraint api_key_team_exists foreign key (organisation_id, team_id) references assess.team (organisation_id, id)
);

create index api_key_by_id on assess.api_key (id);

create table assess.assessment (
  organisation_id uuid not null,
  id uuid not null,
  campaign_id uuid not null,
  team_id uuid not null,
  state text not null,
  headcount smallint,
  constraint assessment_pkey primary key (organisation_id, id),
  constraint assessment_once_per_team unique (organisation_id, campaign_id, team_id),
  constraint assessment_campaign_exists foreign key (organisation_id, campaign_id)
    references assess.campaign (organisation_id, id),
  constraint assessment_team_exists foreign key (organisation_id, team_id)
    references assess.team (organisation_id, id),
  constraint assessment_state_known check (state in ('planned', 'collecting', 'scored', 'validated', 'insufficient'))
);

create table assess.contract (
  organisation_id uuid not null,
  campaign_id uuid not null,
  digest text not null,
  body jsonb not null,
  constraint contract_pkey primary key (organisation_id, campaign_id),
  constraint contract_known_by_digest unique (organisation_id, campaign_id, digest),
  constraint contract_of_campaign foreign key (organisation_id, campaign_id)
    references assess.campaign (organisation_id, id)
);

create table assess.scoring (
  organisation_id uuid not null,
  id uuid not null,
  campaign_id uuid not null,
  inputs_digest text not null,
  engine text not null,
  mask jsonb not null,
  created_at timestamptz not null,
  constraint scoring_pkey primary key (organisation_id, id),
  constraint scoring_computed_once unique (organisation_id, campaign_id, inputs_digest, engine),
  constraint scoring_of_campaign foreign key (organisation_id, campaign_id)
    references assess.campaign (organisation_id, id)
);

create table assess.assessment_questionnaire (
  organisation_id uuid not null,
  assessment_id uuid not null,
  position smallint not null,
  digest text not null,
  constraint assessment_questionnaire_pkey primary key (organisation_id, assessment_id, position),
  constraint assessment_asks_version_once unique (organisation_id, assessment_id, digest),
  constraint assessment_questionnaire_of_assessment foreign key (organisation_id, assessment_id)
    references assess.assessment (organisation_id, id),
  constraint assessment_asks_published_version foreign key (digest) references assess.questionnaire_version (digest)
);

create table assess.person (
  organisation_id uuid not null,
  id uuid not null,
  campaign_id uuid not null,
  team_id uuid not null,
  name text not null,
  email text not null,
  language text not null,
  perspective text not null,
  constraint person_pkey primary key (organisation_id, id),
  constraint person_email_taken unique (organisation_id, campaign_id, email),
  constraint person_in_assessed_team foreign key (organisation_id, campaign_id, team_id)
    references assess.assessment (organisation_id, campaign_id, team_id)
);

create table assess.response (
  organisation_id uuid not null,
  id uuid not null,
  campaign_id uuid not null,
  assessment_id uuid not null,
  perspective text not null,
  form text not null,
  form_digest bytea not null,
  key_hash bytea not null,
  contract_digest text not null,
  state text not null,
  started_on date not null,
  constraint response_pkey primary key (organisation_id, id),
  constraint response_key_unique unique (organisation_id, key_hash),
  constraint response_of_assessment foreign key (organisation_id, assessment_id)
    references assess.assessment (organisation_id, id),
  constraint response_under_contract foreign key (organisation_id, campaign_id, contract_digest)
    references assess.contract (organisation_id, campaign_id, digest),
  constraint response_state_known check (state in ('in_progress', 'completed', 'amended', 'withdrawn'))
);

create index response_by_campaign on assess.response (organisation_id, campaign_id);

create table assess.result (
  organisation_id uuid not null,
  scoring_id uuid not null,
  node uuid not null,
  body jsonb not null,
  constraint result_pkey primary key (organisation_id, scoring_id, node),
  constraint result_of_scoring foreign key (organisation_id, scoring_id)
    references assess.scoring (organisation_id, id)
);

create table assess.roadmap (
  organisation_id uuid not null,
  id uuid not null,
  campaign_id uuid not null,
  scoring_id uuid not null,
  starts_on date not null,
  months smallint not null,
  library_digest text not null,
  created_at timestamptz not null,
  constraint roadmap_pkey primary key (organisation_id, id),
  constraint roadmap_from_scoring foreign key (organisation_id, scoring_id)
    references assess.scoring (organisation_id, id),
  constraint roadmap_of_campaign foreign key (organisation_id, campaign_id)
    references assess.campaign (organisation_id, id),
  constraint roadmap_months_in_range check (months between 3 and 24)
);

create table assess.sealed_comment (
  organisation_id uuid not null,
  id uuid not null,
  campaign_id uuid not null,
  assessment_id uuid not null,
  item text not null,
  comment text not null,
  constraint sealed_comment_pkey primary key (organisation_id, id),
  constraint sealed_comment_of_assessment foreign key (organisation_id, assessment_id)
    references assess.assessment (organisation_id, id)
);

create table assess.sealed_response (
  organisation_id uuid not null,
  id uuid not null,
  campaign_id uuid not null,
  assessment_id uuid not null,
  perspective text,
  form text not null,
  answers smallint[] not null,
  constraint sealed_response_pkey primary key (organisation_id, id),
  constraint sealed_response_of_assessment foreign key (organisation_id, assessment_id)
    references assess.assessment (organisation_id, id)
);

create index sealed_response_by_campaign on assess.sealed_response (organisation_id, campaign_id);

create table assess.answer (
  organisation_id uuid not null,
  response_id uuid not null,
  item text not null,
  value smallint not null,
  comment text,
  sequence bigint not null,
  constraint answer_pkey primary key (organisation_id, response_id, item),
  constraint answer_of_response foreign key (organisation_id, response_id)
    references assess.response (organisation_id, id) on delete cascade,
  constraint answer_value_in_range check (value between -4 and 10)
);

create table assess.invitation (
  organisation_id uuid not null,
  id uuid not null,
  campaign_id uuid not null,
  person_id uuid not null,
  token_hash bytea not null,
  completed boolean not null,
  constraint invitation_pkey primary key (organisation_id, id),
  constraint invitation_once_per_person unique (organisation_id, person_id),
  constraint invitation_token_unique unique (organisation_id, token_hash),
  constraint invitation_campaign_exists foreign key (organisation_id, campaign_id)
    references assess.campaign (organisation_id, id),
  constraint invitation_of_person foreign key (organisation_id, person_id)
    references assess.person (organisation_id, id)
);

create table assess.plan (
  organisation_id uuid not null,
  roadmap_id uuid not null,
  number smallint not null,
  state text not null,
  inputs_digest text not null,
  engine text not null,
  body jsonb not null,
  created_at timestamptz not null,
  constraint plan_pkey primary key (organisation_id, roadmap_id, number),
  constraint plan_of_roadmap foreign key (organisation_id, roadmap_id)
    references assess.roadmap (organisation_id, id),
  constraint plan_state_known check (state in ('draft', 'proposed', 'accepted', 'superseded'))
);

create table assess.report (
  organisation_id uuid not null,
  id uuid not null,
  roadmap_id uuid not null,
  plan_number smallint not null,
  language text not null,
  facts bytea not null,
  facts_digest text not null,
  engine text not null,
  content bytea not null,
  content_digest text not null,
  pages smallint not null,
  created_at timestamptz not null,
  constraint report_pkey primary key (organisation_id, id),
  constraint report_drawn_once unique (organisation_id, facts_digest, language, engine),
  constraint report_of_plan foreign key (organisation_id, roadmap_id, plan_number)
    references assess.plan (organisation_id, roadmap_id, number)
);

create function assess.key_by_id(wanted uuid)
returns table (
  organisation_id uuid,
  id uuid,
  name text,
  role text,
  scopes text[],
  team_id uuid,
  secret_hash bytea,
  expires_on date,
  revoked_at timestamptz
)
language sql stable rows 1 security definer set search_path = ''
as $$
  select organisation_id, id, name, role, scopes, team_id, secret_hash, expires_on, revoked_at
  from assess.api_key where id = wanted
$$;

create function assess.organisation_by_key(wanted text) returns uuid
language sql stable security definer set search_path = ''
as $$
  select id from assess.organisation where key = wanted
$$;

create function assess.open_campaigns_due(today date) returns table (organisation_id uuid, id uuid)
language sql stable security definer set search_path = ''
as $$
  select organisation_id, id from assess.campaign where state = 'open' and ends_on < today
$$;
