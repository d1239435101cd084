alter table assess.campaign add column retention_months smallint not null default 24;

alter table assess.campaign add column erased_on date;

-- Checked at once: an organisation has some rows here, they are read in a moment.
-- squawk-ignore constraint-missing-not-valid
alter table assess.campaign add constraint campaign_retention_in_range check (retention_months between 1 and 120);

-- What is over and not erased yet: the background loop asks before any organisation is known. A draft that was never launched
-- counts from its last day; an open campaign is closed first. The clock is the database's own.
create function assess.campaigns_past_retention() returns table (organisation_id uuid, id uuid)
language sql stable security definer set search_path = ''
as $$
  select c.organisation_id, c.id from assess.campaign as c
  where c.erased_on is null and c.state <> 'open'
    and coalesce(c.closed_at, c.ends_on::timestamp at time zone 'UTC') + make_interval(months => c.retention_months) < now()
$$;

-- Erases the people and the answers of one campaign whose retention is over, and of no other, whoever asks. It runs with the
-- rights of assess_eraser, which is subject to row-level security as everybody else.
create function assess.erase_campaign(in_organisation uuid, in_campaign uuid) returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform 1 from assess.campaign as c
    where c.organisation_id = in_organisation and c.id = in_campaign and c.state <> 'open'
      and coalesce(c.closed_at, c.ends_on::timestamp at time zone 'UTC') + make_interval(months => c.retention_months) < now();
  if not found then
    return false;
  end if;
  delete from assess.invitation as i where i.organisation_id = in_organisation and i.campaign_id = in_campaign;
  delete from assess.person as p where p.organisation_id = in_organisation and p.campaign_id = in_campaign;
  delete from assess.response as r where r.organisation_id = in_organisation and r.campaign_id = in_campaign;
  delete from assess.sealed_comment as s where s.organisation_id = in_organisation and s.campaign_id = in_campaign;
  delete from assess.sealed_response as s where s.organisation_id = in_organisation and s.campaign_id = in_campaign;
  return true;
end
$$;
