"""Scores over HTTP: how each is calculated, and what it would be if."""

from hashlib import sha256
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, FromQuery, JSONBody

from assess.maturity.scores import service
from assess.maturity.scores.explanation import VERSION, Explanation
from assess.maturity.scores.simulation import NewSimulation, Simulation
from assess.questionnaire.catalogue import Catalogue
from assess.storage.database import Database
from assess.storage.workers import Workers
from assess.tenancy.access import THINKS, may, problems
from assess.tenancy.model import Permission, Principal
from assess.web.conditional import known, ready
from assess.web.requests import JSON

PRIVATE = "private, no-cache"
"""Kept by the client alone, and asked about each time."""


@get(
    "/scores/{score_id:uuid}/explanation",
    guards=[may(Permission.READ_RESULTS)],
    responses={
        200: ResponseSpec(Explanation, description="The explanation", generate_examples=False),
        304: ResponseSpec(None, description="You have it already (If-None-Match)", generate_examples=False),
        **problems(401, 403, 404, 422),
    },
    operation_id="readExplanation",
    tags=["Results"],
    opt={THINKS: True},
)
async def read_explanation(
    request: Request[Any, Any, Any],
    score_id: FromPath[UUID],
    principal: NamedDependency[Principal],
    database: NamedDependency[Database],
    workers: NamedDependency[Workers],
    catalogue: NamedDependency[Catalogue],
    of: FromQuery[str | None] = None,
) -> Response[bytes]:
    """How a score is calculated: each result with its inputs, their shares and contributions, which add up exactly.

    ``of``: the address of a part, as the explanation of the whole score gives it, for example acq-engage.
    """
    facts = await service.facts_of(database, catalogue, principal, score_id)
    part = sha256((of or "").encode()).hexdigest()[:16]
    etag = f'"{score_id}.{VERSION}.{part}"'
    if known(request.headers.get("if-none-match", ""), etag):
        return ready(request, b"", etag, cache=PRIVATE, media_type=JSON)
    body = await service.explanation_of(workers, facts, of)
    return ready(request, body, etag, cache=PRIVATE, media_type=JSON)


@post(
    "/scores/simulate",
    guards=[may(Permission.READ_RESULTS)],
    responses={
        200: ResponseSpec(Simulation, description="The simulation", generate_examples=False),
        **problems(400, 401, 403, 404, 415, 422),
    },
    operation_id="simulateScore",
    tags=["Results"],
    status_code=200,
    opt={THINKS: True},
)
async def simulate_score(
    data: JSONBody[NewSimulation],
    principal: NamedDependency[Principal],
    database: NamedDependency[Database],
    workers: NamedDependency[Workers],
    catalogue: NamedDependency[Catalogue],
) -> Response[bytes]:
    """What a score would be if some practices stood elsewhere, and what would change the weakest step. Nothing is written."""
    facts = await service.facts_of(database, catalogue, principal, data.score_id)
    return Response(await service.simulation_of(workers, facts, data.changes), media_type=JSON)


handlers = [read_explanation, simulate_score]
