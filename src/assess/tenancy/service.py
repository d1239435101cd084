"""Doings on organisations, teams and keys: gather, think, apply."""

import asyncio
import secrets as random
from bisect import bisect_right
from collections.abc import Callable, Sequence
from uuid import UUID

from msgspec import Struct

from assess.errors import Conflict, Finding, Invalid
from assess.storage.database import Database, Tx
from assess.storage.ids import uuid7
from assess.storage.paging import Window
from assess.tenancy import store
from assess.tenancy.model import (
    GRANTS,
    ApiKey,
    Imported,
    IssuedApiKey,
    Me,
    NewApiKey,
    NewTeam,
    Organisation,
    Permission,
    Principal,
    Role,
    Team,
)
from assess.tenancy.team_sheet import TeamRow, by_level, check_tree, completed
from assess.tenancy.tokens import KeyText, hash_secret, write_key
from assess.words import Link


class OrganisationKeyTaken(Conflict):
    """Another organisation already has that key."""

    constraint = "organisation_key_taken"
    title_fr = "Une autre organisation porte déjà cette clé."


class TeamKeyTaken(Conflict):
    """Another team of your organisation already has that key."""

    constraint = "team_key_taken"
    title_fr = "Une autre équipe de votre organisation porte déjà cette clé."


class TeamNameTaken(Conflict):
    """Another team of your organisation already has that name."""

    constraint = "team_name_taken"
    title_fr = "Une autre équipe de votre organisation porte déjà ce nom."


class KeyTeamUnknown(Invalid):
    """The key's team is no team of your organisation."""

    constraint = "api_key_team_exists"
    title_fr = "L’équipe de la clé n’est pas une équipe de votre organisation."


class KeyScopeBeyondRole(Invalid):
    """A scope cannot give more than the role does."""

    title_fr = "Un droit ne peut pas donner plus que le rôle."


class KeyNeedsTeam(Invalid):
    """A team lead's key names the team, and no other key does."""

    title_fr = "La clé d’un responsable d’équipe nomme son équipe, et elle seule."


async def add_organisation(database: Database, key: str, name: str) -> Organisation:
    """A new organisation; raises OrganisationKeyTaken (as the constraint's violation)."""
    async with database.transaction(uuid7()) as tx:
        return await store.add_organisation(tx, key, name)


async def me(tx: Tx, principal: Principal) -> Me:
    """Who asks, and where to go next."""
    permissions = [permission for permission in Permission if principal.may(permission)]
    places = {
        "teams": Permission.READ_ORGANISATION,
        "campaigns": Permission.READ_PARTICIPATION,
        "roadmaps": Permission.READ_ROADMAPS,
        "reports": Permission.READ_REPORTS,
    }
    links = [Link(rel=rel, href=f"/v1/{rel}") for rel, needed in places.items() if needed in permissions]
    return Me(
        organisation=await store.organisation_of(tx),
        key_id=principal.key_id,
        name=principal.name,
        role=principal.role,
        permissions=permissions,
        links=links,
    )


async def teams_within(tx: Tx, window: Window) -> tuple[list[Team], dict[UUID, list[str]]]:
    """The teams in the window, in the order of the tree; and the place of each: the keys from the top down to its own."""
    teams = {team.id: team for team in await store.teams_of(tx)}

    def place(team: Team) -> list[str]:
        above = teams[team.parent_id] if team.parent_id else None
        return [*(place(above) if above else ()), team.key]

    ordered = list(teams.values())
    first = bisect_right(ordered, list(window.after or ()), key=place)
    shown = ordered[first : first + window.limit + 1]
    return shown, {team.id: place(team) for team in shown}


async def add_team(tx: Tx, new: NewTeam) -> Team:
    """A new team; its parent is named by key. Raises TreeInvalid."""
    teams = await store.teams_of(tx)
    check_tree([new], _parents(teams))
    return await store.add_team(tx, new, _ids(teams).get(new.parent or ""))


async def change_team(tx: Tx, team_id: UUID, new: NewTeam) -> Team:
    """A team as it is said now; raises TeamNotFound or TreeInvalid."""
    old = await store.team_of(tx, team_id)
    teams = await store.teams_of(tx)
    named = {old.key: new.key}
    known = {key: named.get(parent or "", parent) for key, parent in _parents(teams).items() if key != old.key}
    check_tree([new], known)
    return await store.change_team(tx, team_id, new, _ids(teams).get(new.parent or ""))


async def import_teams(tx: Tx, read: Callable[[], list[TeamRow]], *, dry_run: bool) -> Imported:
    """Create or change teams by key, all or nothing; with ``dry_run`` only say what would happen.

    read: gives the rows; it is called beside the event loop, since a sheet takes a while. What the import does not name of a
    team that exists stays as it is. Raises SheetInvalid, TreeInvalid, TreeTooDeep.
    """
    before = {team.key: team for team in await store.teams_of(tx)}
    changes = await asyncio.to_thread(_changes, read, list(before.values()))
    if not dry_run:
        await _write(tx, changes.levels, {key: team.id for key, team in before.items()})
    return Imported(
        dry_run=dry_run,
        rows=changes.rows,
        created=changes.created,
        updated=changes.updated,
        unchanged=changes.rows - changes.created - changes.updated,
        summary=f"{changes.rows} of {changes.rows}",
    )


async def issue_key(tx: Tx, pepper: bytes, new: NewApiKey) -> IssuedApiKey:
    """A new key; its secret is in the reply and nowhere else. Raises KeyScopeBeyondRole or KeyNeedsTeam."""
    _check_key(new)
    text = KeyText(uuid7(), random.token_bytes(32))
    key = await store.add_key(tx, new, text.id, hash_secret(pepper, text.secret))
    return IssuedApiKey(key=key, secret=write_key(text))


async def revoke_key(tx: Tx, key_id: UUID) -> ApiKey:
    """Revoke a key at once; raises ApiKeyNotFound."""
    return await store.revoke_key(tx, key_id)


def _check_key(new: NewApiKey) -> None:
    if (new.role is Role.TEAM_LEAD) != (new.team_id is not None):
        rule = "team_id belongs to the role team_lead"
        raise KeyNeedsTeam(errors=[Finding(pointer="/team_id", rule=rule, received=new.team_id)])
    beyond = [scope.value for scope in new.scopes if scope not in GRANTS[new.role]]
    if beyond:
        allowed = sorted(scope.value for scope in GRANTS[new.role])
        rule = f"a scope is one of {', '.join(allowed)}"
        raise KeyScopeBeyondRole(errors=[Finding(pointer="/scopes", rule=rule, received=beyond, example=allowed[:1])])


def _changes(read: Callable[[], list[TeamRow]], before: Sequence[Team]) -> "_Changes":
    old = _as_said(before)
    news = [completed(row, old.get(row.new.key)) for row in read()]
    known = _parents(before)
    check_tree(news, known)
    other = [new for new in news if new != old.get(new.key)]
    created = sum(new.key not in old for new in other)
    return _Changes(len(news), created, len(other) - created, by_level(other, known))


async def _write(tx: Tx, levels: Sequence[Sequence[NewTeam]], ids: dict[str, UUID]) -> None:
    """Level by level: a parent is there before its children are, and has its name before they take one."""
    for teams in levels:
        changed = [new for new in teams if new.key in ids]
        created = [new for new in teams if new.key not in ids]
        await store.change_teams(tx, [(ids[new.key], new, ids.get(new.parent or "")) for new in changed])
        ids |= await store.add_teams(tx, [(new, ids.get(new.parent or "")) for new in created])


class _Changes(Struct, frozen=True):
    """What an import comes to: how many teams it names, and those that are new or other than before, from the top down."""

    rows: int
    created: int
    updated: int
    levels: list[list[NewTeam]]


def _as_said(teams: Sequence[Team]) -> dict[str, NewTeam]:
    """Teams by key, as an import would say them."""
    parents = _parents(teams)
    return {
        team.key: NewTeam(
            key=team.key,
            name=team.name,
            parent=parents[team.key],
            functions=team.functions,
            capacity_days=team.capacity_days,
            lead=team.lead,
        )
        for team in teams
    }


def _parents(teams: Sequence[Team]) -> dict[str, str | None]:
    keys = {team.id: team.key for team in teams}
    return {team.key: keys.get(team.parent_id) if team.parent_id else None for team in teams}


def _ids(teams: Sequence[Team]) -> dict[str, UUID]:
    return {team.key: team.id for team in teams}
