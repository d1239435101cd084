-- Said by the client that alone knows how long somebody took; no time is kept.
alter table assess.response add column hasty boolean not null default false;

alter table assess.sealed_response add column hasty boolean not null default false;

alter table assess.sealed_response add column evidence smallint[] not null default '{}';

alter table assess.answer add column evidence text;

-- As save_answer of revision 0002, and with a link. A later answer takes the link of the one before it away, as it does the comment.
-- It has a name of its own: whoever dropped the other one would break the requests that are calling it.
create function assess.save_answer_and_link(
  in_organisation uuid,
  in_key_hash bytea,
  in_campaign uuid,
  in_form_digest bytea,
  in_item text,
  in_value smallint,
  in_comment text,
  in_evidence text,
  in_sequence bigint,
  in_today date,
  out standing text,
  out value smallint,
  out comment text,
  out evidence text,
  out sequence bigint
)
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  own record;
begin
  perform set_config('assess.organisation', in_organisation::text, true);
  select r.id, r.campaign_id, r.form_digest, r.state into own
    from assess.response as r
    where r.organisation_id = in_organisation and r.key_hash = in_key_hash
    for key share;
  select assess.standing_of_response(
      c.state, c.ends_on, in_today, own.id is not null,
      own.campaign_id = in_campaign and own.form_digest = in_form_digest, own.state
    ) into standing
    from assess.campaign as c
    where c.organisation_id = in_organisation and c.id = in_campaign;
  if standing is distinct from 'good' then
    return;
  end if;
  insert into assess.answer as a (organisation_id, response_id, item, value, comment, evidence, sequence)
    values (in_organisation, own.id, in_item, in_value, in_comment, in_evidence, in_sequence)
    on conflict on constraint answer_pkey do update
      set value = excluded.value, comment = excluded.comment, evidence = excluded.evidence, sequence = excluded.sequence
      where a.sequence < excluded.sequence
    returning a.value, a.comment, a.evidence, a.sequence into value, comment, evidence, sequence;
  if not found then
    select a.value, a.comment, a.evidence, a.sequence into value, comment, evidence, sequence
      from assess.answer as a
      where a.organisation_id = in_organisation and a.response_id = own.id and a.item = in_item;
  elsif own.state = 'completed' then
    update assess.response as r set state = 'amended' where r.organisation_id = in_organisation and r.id = own.id;
  end if;
end
$$;

-- For servers of the version before, which go on while this migration runs: an answer without a link.
create or replace function assess.save_answer(
  in_organisation uuid,
  in_key_hash bytea,
  in_campaign uuid,
  in_form_digest bytea,
  in_item text,
  in_value smallint,
  in_comment text,
  in_sequence bigint,
  in_today date,
  out standing text,
  out value smallint,
  out comment text,
  out sequence bigint
)
language plpgsql volatile security invoker set search_path = ''
as $$
begin
  select s.standing, s.value, s.comment, s.sequence into standing, value, comment, sequence
    from assess.save_answer_and_link(
      in_organisation, in_key_hash, in_campaign, in_form_digest, in_item, in_value, in_comment, null, in_sequence, in_today
    ) as s;
end
$$;

-- What read_response of revision 0002 says, with the links in the order of the items: one round trip still.
create function assess.read_response_and_links(
  in_organisation uuid,
  in_key_hash bytea,
  in_campaign uuid,
  in_form_digest bytea,
  in_today date,
  out standing text,
  out state text,
  out campaign text,
  out ends_on date,
  out items text[],
  out answer_values smallint[],
  out comments text[],
  out sequences bigint[],
  out links text[]
)
language plpgsql volatile security invoker set search_path = ''
as $$
begin
  perform set_config('assess.organisation', in_organisation::text, true);
  select r.standing, r.state, r.campaign, r.ends_on, r.items, r.answer_values, r.comments, r.sequences
    into standing, state, campaign, ends_on, items, answer_values, comments, sequences
    from assess.read_response(in_organisation, in_key_hash, in_campaign, in_form_digest, in_today) as r;
  if standing is distinct from 'good' then
    return;
  end if;
  select coalesce(array_agg(a.evidence order by asked.place), '{}') into links
    from unnest(items) with ordinality as asked (item, place)
    left join (
      select b.item, b.evidence
      from assess.answer as b join assess.response as r on r.organisation_id = b.organisation_id and r.id = b.response_id
      where b.organisation_id = in_organisation and r.organisation_id = in_organisation and r.key_hash = in_key_hash
    ) as a on a.item = asked.item;
end
$$;
