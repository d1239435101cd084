"""Roadmaps and the action library over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.datastructures import ResponseHeader
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Meta

from assess.questionnaire.catalogue import Catalogue
from assess.roadmap import service, store
from assess.roadmap.library import LoadedLibrary
from assess.roadmap.model import Library, NewRoadmap, Plan, Roadmap, RoadmapPage
from assess.storage.database import Database, Effect, Tx
from assess.storage.workers import Workers
from assess.tenancy.access import THINKS, may, problems
from assess.tenancy.model import Permission, Principal
from assess.web.conditional import ready
from assess.web.idempotency import IDEMPOTENT
from assess.web.paging import Pages, by_creation
from assess.web.requests import JSON
from assess.words import Language

SHARED = "public, no-cache"
"""Anybody may keep it, and asks each time whether it is still so."""

PlanNumber = Annotated[int, Meta(ge=1, le=32_767)]


@post(
    "/roadmaps",
    guards=[may(Permission.PLAN)],
    responses=problems(400, 401, 403, 404, 409, 415, 422),
    response_headers=[ResponseHeader(name="Location", description="The new roadmap", documentation_only=True)],
    operation_id="createRoadmap",
    tags=["Roadmaps"],
    opt={IDEMPOTENT: True, THINKS: True},
)
async def create_roadmap(
    data: JSONBody[NewRoadmap],
    principal: NamedDependency[Principal],
    database: NamedDependency[Database],
    workers: NamedDependency[Workers],
    catalogue: NamedDependency[Catalogue],
    library: NamedDependency[LoadedLibrary],
    effect: NamedDependency[Effect],
) -> Response[Roadmap]:
    """Propose a roadmap for the teams of a closed campaign: plan 1, from the first whole month on."""
    made = await service.propose(database, workers, catalogue, library, principal.organisation_id, data, effect)
    return Response(made, status_code=201, headers={"Location": f"/v1/roadmaps/{made.id}"})


@get(
    "/roadmaps",
    guards=[may(Permission.READ_ROADMAPS)],
    responses=problems(401, 403),
    operation_id="listRoadmaps",
    tags=["Roadmaps"],
)
async def list_roadmaps(tx: NamedDependency[Tx], pages: NamedDependency[Pages]) -> RoadmapPage:
    """All roadmaps, newest first."""
    return pages.page(RoadmapPage, await store.roadmaps_of(tx, pages.window), by_creation)


@get(
    "/roadmaps/{roadmap_id:uuid}",
    guards=[may(Permission.READ_ROADMAPS)],
    responses=problems(401, 403, 404),
    operation_id="readRoadmap",
    tags=["Roadmaps"],
)
async def read_roadmap(roadmap_id: FromPath[UUID], tx: NamedDependency[Tx]) -> Roadmap:
    """One roadmap, and where its plans are."""
    return await store.roadmap_of(tx, roadmap_id)


@get(
    "/roadmaps/{roadmap_id:uuid}/plans/{number:int}",
    guards=[may(Permission.READ_ROADMAPS)],
    responses=problems(401, 403, 404, 422),
    operation_id="readPlan",
    tags=["Roadmaps"],
)
async def read_plan(roadmap_id: FromPath[UUID], number: FromPath[PlanNumber], tx: NamedDependency[Tx]) -> Plan:
    """One plan: each action with its dates, its owner or vacant role, the gaps it closes and why it stands there."""
    return await store.plan_of(tx, roadmap_id, number)


@get(
    "/actions",
    guards=[may(Permission.PUBLIC)],
    responses={
        200: ResponseSpec(Library, description="The library", generate_examples=False),
        304: ResponseSpec(None, description="You have it already (If-None-Match)", generate_examples=False),
        **problems(422),
    },
    operation_id="readActions",
    tags=["Roadmaps"],
)
async def read_actions(
    request: Request[Any, Any, Any],
    library: NamedDependency[LoadedLibrary],
    lang: FromQuery[Language | None] = None,
) -> Response[bytes]:
    """The action library that roadmaps are made from. ``lang`` leaves one language in each text."""
    reply = library.ready[lang]
    return ready(request, reply.body, reply.etag, cache=SHARED, media_type=JSON)


handlers = [create_roadmap, list_roadmaps, read_roadmap, read_plan, read_actions]
