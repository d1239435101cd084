create table assess.idempotency_key (
  organisation_id uuid not null,
  key_hash bytea not null,
  fingerprint bytea not null,
  reply bytea,
  expires_at timestamptz not null,
  constraint idempotency_key_pkey primary key (organisation_id, key_hash),
  constraint idempotency_key_of_organisation foreign key (organisation_id) references assess.organisation (id)
);

create index idempotency_key_by_expiry on assess.idempotency_key (expires_at);

-- Whose keys can be forgotten: the background loop asks before any organisation is known, and deletes in each one's own
-- transaction.
create function assess.organisations_with_expired_keys(moment timestamptz) returns table (organisation_id uuid)
language sql stable security definer set search_path = ''
as $$
  select distinct k.organisation_id from assess.idempotency_key as k where k.expires_at <= moment
$$;
