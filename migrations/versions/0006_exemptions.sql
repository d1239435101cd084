-- What an administrator decides about an item that a team's people say does not apply; each decision a row that never changes.
create table assess.exemption (
  organisation_id uuid not null,
  campaign_id uuid not null,
  assessment_id uuid not null,
  item text not null,
  revision bigint not null,
  stands boolean not null,
  reason text not null,
  decided_at timestamptz not null,
  constraint exemption_pkey primary key (organisation_id, campaign_id, assessment_id, item, revision),
  constraint exemption_of_assessment foreign key (organisation_id, assessment_id)
    references assess.assessment (organisation_id, id),
  constraint exemption_of_campaign foreign key (organisation_id, campaign_id) references assess.campaign (organisation_id, id)
);

-- How many decisions had been made when it was computed: of a campaign with more of them by now, others count.
alter table assess.scoring add column decisions bigint not null default 0;

-- The items that most of a team's people say do not apply, and that nobody has confirmed.
alter table assess.result add column waiting text[] not null default '{}';
