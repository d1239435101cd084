"""Statements on organisations, teams and keys."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Executable, bindparam, column, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import JSONB

from assess.errors import NotFound
from assess.storage.database import Tx, made_of, pieces
from assess.storage.ids import uuid7
from assess.storage.paging import Window
from assess.storage.tables import api_key, organisation, team
from assess.tenancy.model import ApiKey, NewApiKey, NewTeam, Organisation, Team

_TEAM = (team.c.id, team.c.key, team.c.name, team.c.parent_id, team.c.functions, team.c.capacity_days, team.c.lead)
_KEY = (
    api_key.c.id,
    api_key.c.name,
    api_key.c.role,
    api_key.c.scopes,
    api_key.c.team_id,
    api_key.c.created_at,
    api_key.c.expires_on,
    api_key.c.revoked_at,
    api_key.c.last_used_on,
)
_SENT = (
    func.jsonb_to_recordset(bindparam("sent", type_=JSONB))
    .table_valued(*(column(each.name, each.type) for each in _TEAM))
    .render_derived(name="sent", with_types=True)
)
AT_ONCE = 1000
"""Rows of one statement: whoever else waits for this process has a turn in between."""


class TeamNotFound(NotFound):
    """Your organisation has no such team."""

    title_fr = "Votre organisation n’a pas cette équipe."


class ApiKeyNotFound(NotFound):
    """Your organisation has no such key."""

    title_fr = "Votre organisation n’a pas cette clé."


class OrganisationNotFound(NotFound):
    """Your key belongs to no such organisation."""

    title_fr = "Votre clé n’appartient pas à cette organisation."


async def add_organisation(tx: Tx, key: str, name: str) -> Organisation:
    """The transaction's own organisation comes into being."""
    row = Organisation(id=tx.organisation_id, key=key, name=name, created_at=tx.now)
    await tx.execute(insert(organisation).values(msgspec.structs.asdict(row)))
    return row


async def organisation_of(tx: Tx) -> Organisation:
    """The transaction's own organisation; raises OrganisationNotFound."""
    found = (await tx.execute(select(organisation).where(organisation.c.id == tx.organisation_id))).one_or_none()
    if found is None:
        raise OrganisationNotFound
    return msgspec.convert(found, Organisation, from_attributes=True)


async def teams_of(tx: Tx) -> list[Team]:
    """All teams in the order of the tree: a parent before its children, siblings by key."""
    rows = await tx.execute(select(*_TEAM).where(team.c.organisation_id == tx.organisation_id))
    return in_order(await made_of(rows, lambda row: msgspec.convert(row, Team, from_attributes=True)))


async def team_of(tx: Tx, team_id: UUID, *, lock: bool = False) -> Team:
    """One team; with ``lock`` whoever else changes it waits. Raises TeamNotFound."""
    query = select(*_TEAM).where(team.c.organisation_id == tx.organisation_id, team.c.id == team_id)
    found = (await tx.execute(query.with_for_update() if lock else query)).one_or_none()
    if found is None:
        raise TeamNotFound
    return msgspec.convert(found, Team, from_attributes=True)


async def add_team(tx: Tx, new: NewTeam, parent_id: UUID | None) -> Team:
    """A new team below ``parent_id``."""
    row: dict[str, Any] = {**_columns(new, parent_id), "id": uuid7()}
    await tx.execute(insert(team).values(organisation_id=tx.organisation_id, created_at=tx.now, **row))
    return msgspec.convert(row, Team)


async def change_team(tx: Tx, team_id: UUID, new: NewTeam, parent_id: UUID | None) -> Team:
    """A team as it is said now."""
    row = _columns(new, parent_id)
    await tx.execute(update(team).where(team.c.organisation_id == tx.organisation_id, team.c.id == team_id).values(row))
    return msgspec.convert({**row, "id": team_id}, Team)


async def add_teams(tx: Tx, news: Sequence[tuple[NewTeam, UUID | None]]) -> dict[str, UUID]:
    """New teams, each below its parent, which is there; their ids by key."""
    ids: dict[str, UUID] = {}
    own: dict[str, Any] = {"organisation_id": literal(tx.organisation_id), "created_at": literal(tx.now)}
    adding = insert(team).from_select([*own, *_SENT.c.keys()], select(*own.values(), *_SENT.c))
    rows = ({"id": ids.setdefault(new.key, uuid7()), **_columns(new, parent_id)} for new, parent_id in news)
    await _send(tx, adding, rows)
    return ids


async def change_teams(tx: Tx, news: Sequence[tuple[UUID, NewTeam, UUID | None]]) -> None:
    """Teams as they are said now, each below its parent, which is there."""
    changing = (
        update(team)
        .values({name: said for name, said in _SENT.c.items() if name != "id"})
        .where(team.c.organisation_id == tx.organisation_id, team.c.id == _SENT.c.id)
    )
    await _send(tx, changing, ({"id": team_id, **_columns(new, parent_id)} for team_id, new, parent_id in news))


async def add_key(tx: Tx, new: NewApiKey, key_id: UUID, secret_hash: bytes) -> ApiKey:
    """A new key, its secret kept as a hash."""
    row = {
        "id": key_id,
        "name": new.name,
        "role": new.role.value,
        "scopes": [scope.value for scope in new.scopes],
        "team_id": new.team_id,
        "created_at": tx.now,
        "expires_on": new.expires_on,
    }
    await tx.execute(insert(api_key).values(organisation_id=tx.organisation_id, secret_hash=secret_hash, **row))
    return msgspec.convert({**row, "revoked_at": None, "last_used_on": None}, ApiKey)


async def keys_of(tx: Tx, window: Window) -> list[ApiKey]:
    """The keys in the window, oldest first."""
    query = select(*_KEY).where(api_key.c.organisation_id == tx.organisation_id)
    rows = await tx.execute(window.applied(query, api_key.c.created_at, api_key.c.id))
    return [msgspec.convert(row, ApiKey, from_attributes=True) for row in rows]


async def revoke_key(tx: Tx, key_id: UUID) -> ApiKey:
    """Revoke at once; a key already revoked keeps its moment. Raises ApiKeyNotFound."""
    mine = (api_key.c.organisation_id == tx.organisation_id, api_key.c.id == key_id)
    await tx.execute(update(api_key).where(*mine, api_key.c.revoked_at.is_(None)).values(revoked_at=tx.now))
    found = (await tx.execute(select(*_KEY).where(*mine))).one_or_none()
    if found is None:
        raise ApiKeyNotFound
    return msgspec.convert(found, ApiKey, from_attributes=True)


async def mark_used(tx: Tx, key_id: UUID, day: date) -> None:
    """Note the day on which a key was last used; a second time on that day writes nothing."""
    mine = (api_key.c.organisation_id == tx.organisation_id, api_key.c.id == key_id)
    await tx.execute(
        update(api_key).where(*mine, api_key.c.last_used_on.is_distinct_from(day)).values(last_used_on=day)
    )


def in_order(teams: Sequence[Team]) -> list[Team]:
    """Parents before children, depth first, siblings by key: letter by letter, however the database sorts."""
    below: dict[UUID | None, list[Team]] = {}
    for each in sorted(teams, key=lambda each: each.key):
        below.setdefault(each.parent_id, []).append(each)
    ordered: list[Team] = []
    waiting = below.get(None, [])[::-1]
    while waiting:
        each = waiting.pop()
        ordered.append(each)
        waiting.extend(below.get(each.id, [])[::-1])
    return ordered


async def _send(tx: Tx, statement: Executable, rows: Iterable[dict[str, Any]]) -> None:
    """Execute a statement on rows that are sent as one value: a thousand cost little more than one."""
    for piece in pieces(rows, AT_ONCE):
        await tx.execute(statement, {"sent": piece})


def _columns(new: NewTeam, parent_id: UUID | None) -> dict[str, Any]:
    return {
        "key": new.key,
        "name": new.name,
        "parent_id": parent_id,
        "functions": list(new.functions),
        "capacity_days": new.capacity_days,
        "lead": new.lead,
    }
