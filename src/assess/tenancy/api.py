"""Organisations, teams and keys over HTTP."""

from typing import Any
from uuid import UUID

from litestar import Request, delete, get, post, put
from litestar.datastructures import CacheControlHeader
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from assess.storage.database import Tx
from assess.storage.secrets import Secrets
from assess.tenancy import service, store
from assess.tenancy.access import may, problems
from assess.tenancy.model import (
    ApiKey,
    ApiKeyPage,
    Imported,
    IssuedApiKey,
    Me,
    NewApiKey,
    NewTeam,
    Organisation,
    Permission,
    Principal,
    Team,
    TeamPage,
)
from assess.tenancy.team_sheet import teams_from_json, teams_from_sheet
from assess.web.conditional import CHANGES
from assess.web.idempotency import IDEMPOTENT
from assess.web.paging import Pages, by_creation
from assess.web.requests import ROWS, media_type_of, rows_in


@get(
    "/me",
    guards=[may(Permission.READ_SELF)],
    responses=problems(401, 403),
    operation_id="readMe",
    tags=["Organisation"],
)
async def read_me(principal: NamedDependency[Principal], tx: NamedDependency[Tx]) -> Me:
    """Who holds this key, what it may do, and where to go next."""
    return await service.me(tx, principal)


@get(
    "/organisations/{organisation_id:uuid}",
    guards=[may(Permission.READ_ORGANISATION)],
    responses=problems(401, 403, 404),
    operation_id="readOrganisation",
    tags=["Organisation"],
)
async def read_organisation(organisation_id: FromPath[UUID], tx: NamedDependency[Tx]) -> Organisation:
    """Your organisation; any other id is unknown to your key."""
    if organisation_id != tx.organisation_id:
        raise store.OrganisationNotFound
    return await store.organisation_of(tx)


@get(
    "/teams",
    guards=[may(Permission.READ_ORGANISATION)],
    responses=problems(401, 403),
    operation_id="listTeams",
    tags=["Teams"],
)
async def list_teams(tx: NamedDependency[Tx], pages: NamedDependency[Pages]) -> TeamPage:
    """All teams in the order of the tree."""
    teams, places = await service.teams_within(tx, pages.window)
    return pages.page(TeamPage, teams, lambda team: places[team.id])


@post(
    "/teams",
    guards=[may(Permission.MANAGE_TEAMS)],
    responses=problems(400, 401, 403, 409, 415, 422),
    operation_id="createTeam",
    tags=["Teams"],
    opt={IDEMPOTENT: True},
)
async def create_team(data: JSONBody[NewTeam], tx: NamedDependency[Tx]) -> Team:
    """Add one team below the team whose key is ``parent``."""
    return await service.add_team(tx, data)


@post(
    "/teams/import",
    guards=[may(Permission.MANAGE_TEAMS)],
    responses=problems(400, 401, 403, 409, 413, 415, 422),
    operation_id="importTeams",
    tags=["Teams"],
    status_code=200,
    opt={"takes": ROWS, "schema": "NewTeam", "many": True, IDEMPOTENT: True},
    request_max_body_size=2 * 1024 * 1024,
)
async def import_teams(
    request: Request[Any, Any, Any],
    tx: NamedDependency[Tx],
    dry_run: FromQuery[bool] = False,
) -> Imported:
    """Create or change teams by key, all or nothing.

    From CSV (key,name,parent,functions,capacity_days,lead) or a list (JSON, MessagePack).
    What an import does not name of a team that exists (a column, a field) stays as it is."""
    body, media = await request.body(), media_type_of(request)
    read = rows_in(media, body, sheet=teams_from_sheet, listed=teams_from_json)
    return await service.import_teams(tx, read, dry_run=dry_run)


@get(
    "/teams/{team_id:uuid}",
    guards=[may(Permission.READ_ORGANISATION)],
    responses=problems(401, 403, 404),
    operation_id="readTeam",
    tags=["Teams"],
)
async def read_team(team_id: FromPath[UUID], tx: NamedDependency[Tx]) -> Team:
    """One team."""
    return await store.team_of(tx, team_id)


async def team_now(request: Request[Any, Any, Any], tx: Tx) -> Team:
    """The team that a request is about to change."""
    return await store.team_of(tx, request.path_params["team_id"], lock=True)


@put(
    "/teams/{team_id:uuid}",
    guards=[may(Permission.MANAGE_TEAMS)],
    responses=problems(400, 401, 403, 404, 409, 415, 422),
    operation_id="replaceTeam",
    tags=["Teams"],
    opt={CHANGES: team_now},
)
async def replace_team(team_id: FromPath[UUID], data: JSONBody[NewTeam], tx: NamedDependency[Tx]) -> Team:
    """Say a team anew; running campaigns keep the tree as it was at their launch."""
    return await service.change_team(tx, team_id, data)


@get(
    "/api-keys",
    guards=[may(Permission.MANAGE_KEYS)],
    responses=problems(401, 403),
    operation_id="listApiKeys",
    tags=["API keys"],
)
async def list_api_keys(tx: NamedDependency[Tx], pages: NamedDependency[Pages]) -> ApiKeyPage:
    """All keys of your organisation, without their secrets."""
    return pages.page(ApiKeyPage, await store.keys_of(tx, pages.window), by_creation)


@post(
    "/api-keys",
    guards=[may(Permission.MANAGE_KEYS)],
    responses=problems(400, 401, 403, 415, 422),
    operation_id="createApiKey",
    tags=["API keys"],
    opt={IDEMPOTENT: True},
    cache_control=CacheControlHeader(no_store=True),
)
async def create_api_key(
    data: JSONBody[NewApiKey], tx: NamedDependency[Tx], secrets: NamedDependency[Secrets]
) -> IssuedApiKey:
    """Issue a key for a person or an engagement; its secret is shown this once. Rotate: issue the next, then revoke the last."""
    return await service.issue_key(tx, secrets.pepper, data)


@delete(
    "/api-keys/{key_id:uuid}",
    guards=[may(Permission.MANAGE_KEYS)],
    responses=problems(401, 403, 404),
    operation_id="revokeApiKey",
    tags=["API keys"],
    status_code=200,
)
async def revoke_api_key(key_id: FromPath[UUID], tx: NamedDependency[Tx]) -> ApiKey:
    """Revoke a key at once."""
    return await service.revoke_key(tx, key_id)


handlers = [
    read_me,
    read_organisation,
    list_teams,
    create_team,
    import_teams,
    read_team,
    replace_team,
    list_api_keys,
    create_api_key,
    revoke_api_key,
]
