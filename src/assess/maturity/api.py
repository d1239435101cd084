"""Results over HTTP. Closing stands here too, as it scores what it seals."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath

from assess.maturity import service
from assess.maturity.model import AssessmentStatus, CampaignResults, ClosedCampaign, Mask, TeamResults
from assess.questionnaire.catalogue import Catalogue
from assess.storage.database import Database, Tx
from assess.storage.secrets import Secrets
from assess.storage.workers import Workers
from assess.tenancy.access import THINKS, may, problems, think
from assess.tenancy.model import Permission, Principal
from assess.web.conditional import known, ready
from assess.web.requests import CSV, JSON, MSGPACK, wished
from assess.words import Digest

PRIVATE = "private, no-cache"
"""Kept by the client alone, and asked about each time."""
RENDITIONS = {CSV: ".csv", MSGPACK: ".msgpack"}
"""In what else than JSON the results of a campaign are given, and how their tags end."""


@post(
    "/campaigns/{campaign_id:uuid}/close",
    guards=[may(Permission.RUN_CAMPAIGNS)],
    responses=problems(401, 403, 404, 409, 503),
    operation_id="closeCampaign",
    tags=["Campaigns"],
    status_code=200,
    opt={THINKS: True},
)
async def close_campaign(
    campaign_id: FromPath[UUID],
    principal: NamedDependency[Principal],
    database: NamedDependency[Database],
    secrets: NamedDependency[Secrets],
    workers: NamedDependency[Workers],
    catalogue: NamedDependency[Catalogue],
) -> ClosedCampaign:
    """Close a campaign for ever: its answers are sealed so that nobody can tell who gave which, and its teams scored."""
    return await service.close(database, secrets, workers, catalogue, principal.organisation_id, campaign_id)


@get(
    "/campaigns/{campaign_id:uuid}/results",
    guards=[may(Permission.READ_RESULTS)],
    responses={
        200: ResponseSpec(CampaignResults, description="The results", generate_examples=False),
        **problems(401, 403, 404, 409, 503),
    },
    operation_id="readCampaignResults",
    tags=["Results"],
    opt={"gives": (JSON, *RENDITIONS)},
)
async def read_results(
    request: Request[Any, Any, Any],
    campaign_id: FromPath[UUID],
    principal: NamedDependency[Principal],
    database: NamedDependency[Database],
    workers: NamedDependency[Workers],
    catalogue: NamedDependency[Catalogue],
) -> Response[bytes]:
    """The results of every node of a closed campaign: the company first, then the tree. A team lead sees the own part of it.

    As JSON or MessagePack, or as CSV with a row for each number, each hidden cell and each subject to discuss.
    """
    media = wished(request, (JSON, *RENDITIONS))
    kept = await service.scoring_of(database, workers, catalogue, principal.organisation_id, campaign_id)
    etag = _etag(kept.inputs_digest, kept.engine, f"{principal.team_id or 'all'}{RENDITIONS.get(media, '')}")
    if known(request.headers.get("if-none-match", ""), etag):
        body = b""
    elif media == JSON:
        body = await service.body_of(database, principal, kept)
    else:
        await think(request)
        body = await service.rendered(database, workers, catalogue, principal, kept, media)
    return ready(request, body, etag, cache=PRIVATE, media_type=media, vary="Accept")


@get(
    "/campaigns/{campaign_id:uuid}/mask",
    guards=[may(Permission.READ_MASK)],
    responses={
        200: ResponseSpec(Mask, description="The mask", generate_examples=False),
        **problems(401, 403, 404, 409, 503),
    },
    operation_id="readMask",
    tags=["Results"],
)
async def read_mask(
    request: Request[Any, Any, Any],
    campaign_id: FromPath[UUID],
    principal: NamedDependency[Principal],
    database: NamedDependency[Database],
    workers: NamedDependency[Workers],
    catalogue: NamedDependency[Catalogue],
) -> Response[bytes]:
    """What nobody sees in this campaign, and why: the mask that holds for every page, export and report."""
    mask = await service.mask_of(database, workers, catalogue, principal.organisation_id, campaign_id)
    return _conditional(request, mask, "mask")


@get(
    "/assessments/{assessment_id:uuid}",
    guards=[may(Permission.READ_RESULTS)],
    responses=problems(401, 403, 404),
    operation_id="readAssessment",
    tags=["Results"],
)
async def read_assessment(
    assessment_id: FromPath[UUID], principal: NamedDependency[Principal], tx: NamedDependency[Tx]
) -> AssessmentStatus:
    """One team in one campaign, and the state of its result."""
    return await service.status_of(tx, principal, assessment_id)


@get(
    "/assessments/{assessment_id:uuid}/results",
    guards=[may(Permission.READ_RESULTS)],
    responses={
        200: ResponseSpec(TeamResults, description="The results", generate_examples=False),
        **problems(401, 403, 404, 409, 503),
    },
    operation_id="readAssessmentResults",
    tags=["Results"],
)
async def read_team_results(
    request: Request[Any, Any, Any],
    assessment_id: FromPath[UUID],
    principal: NamedDependency[Principal],
    database: NamedDependency[Database],
    workers: NamedDependency[Workers],
    catalogue: NamedDependency[Catalogue],
) -> Response[bytes]:
    """The results of one team of a closed campaign. No number is alone: interval, n, coverage and state stand beside it."""
    results = await service.team_results_of(database, workers, catalogue, principal, assessment_id)
    return _conditional(request, results, f"{assessment_id}")


def _conditional(request: Request[Any, Any, Any], body: TeamResults | Mask, view: str) -> Response[bytes]:
    etag = _etag(body.inputs_digest, body.engine, view)
    return ready(request, msgspec.json.encode(body), etag, cache=PRIVATE, media_type=JSON)


def _etag(inputs: Digest, engine: str, view: str) -> str:
    """It names the facts, the engine and who looks: the same can be computed from the same only."""
    return f'"{inputs}.{engine}.{view}"'


handlers = [close_campaign, read_results, read_mask, read_assessment, read_team_results]
