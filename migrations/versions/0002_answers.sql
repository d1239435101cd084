-- What a response key is worth today; the two functions below ask it.
create function assess.standing_of_response(
  campaign_state text,
  ends_on date,
  today date,
  is_known boolean,
  is_its_own boolean,
  response_state text
)
returns text
language sql immutable
as $$
  select case
    when campaign_state is null then 'unknown'
    when campaign_state = 'draft' then 'unknown'
    when campaign_state <> 'open' or ends_on < today then 'closed'
    when not is_known then 'unknown'
    when not is_its_own then 'foreign'
    when response_state = 'withdrawn' then 'withdrawn'
    else 'good'
  end
$$;

-- One round trip for one answer. The organisation is set first, so that row-level security holds as in any transaction, and
-- it is the caller's rights that count. FOR KEY SHARE lets the answers of one response pass side by side, and makes them wait
-- for a close, which locks the responses FOR UPDATE: an answer is in before the seal, or it is refused. The campaign is read
-- after that wait, in a statement of its own, which sees what the close has done.
create function assess.save_answer(
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
  insert into assess.answer as a (organisation_id, response_id, item, value, comment, sequence)
    values (in_organisation, own.id, in_item, in_value, in_comment, in_sequence)
    on conflict on constraint answer_pkey do update
      set value = excluded.value, comment = excluded.comment, sequence = excluded.sequence
      where a.sequence < excluded.sequence
    returning a.value, a.comment, a.sequence into value, comment, sequence;
  if not found then
    select a.value, a.comment, a.sequence into value, comment, sequence
      from assess.answer as a
      where a.organisation_id = in_organisation and a.response_id = own.id and a.item = in_item;
  elsif own.state = 'completed' then
    update assess.response as r set state = 'amended' where r.organisation_id = in_organisation and r.id = own.id;
  end if;
end
$$;

-- One round trip for a form with its saved answers, in the order of their items' keys.
create function assess.read_response(
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
  out sequences bigint[]
)
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  own record;
begin
  perform set_config('assess.organisation', in_organisation::text, true);
  select r.id, r.campaign_id, r.form_digest, r.state into own
    from assess.response as r
    where r.organisation_id = in_organisation and r.key_hash = in_key_hash;
  select c.name, c.ends_on, own.state, assess.standing_of_response(
      c.state, c.ends_on, in_today, own.id is not null,
      own.campaign_id = in_campaign and own.form_digest = in_form_digest, own.state
    ) into campaign, ends_on, state, standing
    from assess.campaign as c
    where c.organisation_id = in_organisation and c.id = in_campaign;
  if standing is distinct from 'good' then
    return;
  end if;
  select coalesce(array_agg(a.item order by a.item), '{}'), coalesce(array_agg(a.value order by a.item), '{}'),
      coalesce(array_agg(a.comment order by a.item), '{}'), coalesce(array_agg(a.sequence order by a.item), '{}')
    into items, answer_values, comments, sequences
    from assess.answer as a
    where a.organisation_id = in_organisation and a.response_id = own.id;
end
$$;

-- Which of these campaigns are closed: the background loop asks it about the secrets that it still finds on disk, before any
-- organisation is known.
create function assess.campaigns_closed(among uuid[]) returns table (organisation_id uuid, id uuid)
language sql stable security definer set search_path = ''
as $$
  select c.organisation_id, c.id from assess.campaign as c where c.id = any(among) and c.state in ('closed', 'archived')
$$;
