"""What a superuser who reads the whole database can do to find out who gave which response.

The attacker has every row of every table, with the columns that nobody declares: ``xmin`` (which transaction wrote the row)
and ``ctid`` (where it lies in the file). Each way to put people in order is set against each way to put responses in order,
team by team, forwards and backwards; the attacker is credited with the best of all of them, which a real one could not know.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import asyncpg

Row = Mapping[str, Any]
Orders = dict[str, Callable[[Row], Any]]

PEOPLE = """
select i.xmin::text::bigint as i_xmin, i.ctid::text::point as i_place, p.xmin::text::bigint as p_xmin,
       p.ctid::text::point as p_place, i.id, i.person_id, i.token_hash, i.completed, p.name, p.email, a.id as team
from assess.invitation i
join assess.person p on (p.organisation_id, p.id) = (i.organisation_id, i.person_id)
join assess.assessment a on (a.organisation_id, a.campaign_id, a.team_id) = (p.organisation_id, p.campaign_id, p.team_id)
where i.campaign_id = $1 and i.completed
"""
DRAFTS = """
select r.xmin::text::bigint as r_xmin, r.ctid::text::point as r_place, r.id, r.key_hash, r.state, r.started_on,
       r.assessment_id as team, a.first_xmin, a.last_xmin, a.place, a.answers
from assess.response r cross join lateral (
  select min(a.xmin::text::bigint) as first_xmin, max(a.xmin::text::bigint) as last_xmin, (min(a.ctid))::text::point as place,
         array_agg(a.value order by a.item) as answers
  from assess.answer a where (a.organisation_id, a.response_id) = (r.organisation_id, r.id)
) a
where r.campaign_id = $1
"""
SEALED = """
select s.xmin::text::bigint as s_xmin, s.cmin::text::bigint as s_cmin, s.ctid::text::point as s_place,
       s.id, s.perspective, s.form, s.answers, s.assessment_id as team
from assess.sealed_response s where s.campaign_id = $1
"""


async def best_guess(
    connection: asyncpg.Connection, responses: str, campaign: Any, truth: Mapping[str, tuple[int, ...]]
) -> tuple[float, str]:
    """Share of the people whose response the best way finds, and that way. ``truth``: the answers given, by e-mail."""
    people = [dict(row) for row in await connection.fetch(PEOPLE, campaign)]
    given = [dict(row) for row in await connection.fetch(responses, campaign)]
    assert len(people) == len(given) == len(truth)
    ways = {
        f"{one} × {other}{' backwards' if backwards else ''}": _hits(
            people, given, order, other_order, truth, backwards
        )
        for one, order in _orders(people).items()
        for other, other_order in _orders(given).items()
        for backwards in (False, True)
    }
    way = max(ways, key=lambda name: ways[name])
    return ways[way] / len(people), way


def _orders(rows: Sequence[Row]) -> Orders:
    """Every column as a way to put rows in order."""
    return {name: (lambda row, name=name: _sortable(row[name])) for name in rows[0] if name != "team"}


def _sortable(value: Any) -> Any:
    if isinstance(value, asyncpg.Point):
        return (value.x, value.y)
    return str(value) if value is None else tuple(value) if isinstance(value, list) else value


def _hits(
    people: Sequence[Row],
    given: Sequence[Row],
    order: Any,
    other: Any,
    truth: Mapping[str, tuple[int, ...]],
    backwards: bool,
) -> int:
    hits = 0
    for team in {person["team"] for person in people}:
        those = sorted((person for person in people if person["team"] == team), key=order)
        these = sorted((response for response in given if response["team"] == team), key=other, reverse=backwards)
        hits += sum(truth[p["email"]] == _said(r) for p, r in zip(those, these, strict=True))
    return hits


def _said(response: Row) -> tuple[int, ...]:
    return tuple(value for value in response["answers"] if value != -9)
