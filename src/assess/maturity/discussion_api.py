"""Discussion points over HTTP: what to talk about first."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, FromQuery

from assess.maturity import discussion_service as service
from assess.maturity.discussion import Discussion
from assess.questionnaire.catalogue import Catalogue
from assess.storage.database import Database
from assess.storage.workers import Workers
from assess.tenancy.access import may, problems
from assess.tenancy.model import Permission, Principal
from assess.web.conditional import ready
from assess.web.requests import JSON

PRIVATE = "private, no-cache"
"""Kept by the client alone, and asked about each time."""


@get(
    "/assessments/{assessment_id:uuid}/discussion-points",
    guards=[may(Permission.READ_RESULTS)],
    responses={
        200: ResponseSpec(Discussion, description="The discussion points", generate_examples=False),
        **problems(401, 403, 404, 409, 503),
    },
    operation_id="readTeamDiscussionPoints",
    tags=["Results"],
)
async def read_team_points(
    request: Request[Any, Any, Any],
    assessment_id: FromPath[UUID],
    principal: NamedDependency[Principal],
    database: NamedDependency[Database],
    workers: NamedDependency[Workers],
    catalogue: NamedDependency[Catalogue],
) -> Response[bytes]:
    """What a team talks about first: practices seen in two ways, or not seen, and indicators without evidence; at most ten."""
    return _conditional(request, await service.of_team(database, workers, catalogue, principal, assessment_id))


@get(
    "/campaigns/{campaign_id:uuid}/discussion-points",
    guards=[may(Permission.READ_RESULTS)],
    responses={
        200: ResponseSpec(Discussion, description="The discussion points", generate_examples=False),
        **problems(401, 403, 404, 409, 422, 503),
    },
    operation_id="readDiscussionPoints",
    tags=["Results"],
)
async def read_points(
    request: Request[Any, Any, Any],
    campaign_id: FromPath[UUID],
    principal: NamedDependency[Principal],
    database: NamedDependency[Database],
    workers: NamedDependency[Workers],
    catalogue: NamedDependency[Catalogue],
    node: FromQuery[UUID | None] = None,
) -> Response[bytes]:
    """The same of the whole company, or of a `node` of the results; perspectives differ where there are teams below."""
    return _conditional(request, await service.of_node(database, workers, catalogue, principal, campaign_id, node))


def _conditional(request: Request[Any, Any, Any], body: Discussion) -> Response[bytes]:
    """The reply's ETag names the facts, the engine and the node."""
    etag = f'"{body.inputs_digest}.{body.engine}.{body.node}.points"'
    return ready(request, msgspec.json.encode(body), etag, cache=PRIVATE, media_type=JSON)


handlers = [read_team_points, read_points]
