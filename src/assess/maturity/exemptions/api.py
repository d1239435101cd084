"""Exemptions over HTTP: what does not apply to a team, confirmed with a reason."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, put
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, JSONBody

from assess.maturity.exemptions import service, store
from assess.maturity.exemptions.model import Exemption, ExemptionPage, NewExemption
from assess.maturity.store import assessment_of
from assess.questionnaire.catalogue import Catalogue
from assess.storage.database import Database, Tx
from assess.storage.workers import Workers
from assess.tenancy.access import may, problems
from assess.tenancy.model import Permission, Principal
from assess.web.conditional import FREELY, PLACES
from assess.web.paging import Pages
from assess.words import Key

PATH = "/assessments/{assessment_id:uuid}/exemptions/{item:str}"


@get(
    "/campaigns/{campaign_id:uuid}/exemptions",
    guards=[may(Permission.READ_MASK)],
    responses=problems(401, 403, 404, 409, 422, 503),
    operation_id="listExemptions",
    tags=["Results"],
)
async def list_exemptions(
    campaign_id: FromPath[UUID],
    principal: NamedDependency[Principal],
    database: NamedDependency[Database],
    workers: NamedDependency[Workers],
    catalogue: NamedDependency[Catalogue],
    pages: NamedDependency[Pages],
) -> ExemptionPage:
    """What most people of a team say does not apply and nobody has confirmed, and every decision; by team and item."""
    found = await service.lines_of(database, workers, catalogue, principal.organisation_id, campaign_id, pages.window)
    return pages.page(ExemptionPage, found, lambda each: (each.team, each.item))


@get(
    PATH,
    guards=[may(Permission.READ_MASK)],
    responses=problems(401, 403, 404, 422),
    operation_id="readExemption",
    tags=["Results"],
)
async def read_exemption(assessment_id: FromPath[UUID], item: FromPath[Key], tx: NamedDependency[Tx]) -> Exemption:
    """What was decided last about an item and a team."""
    await assessment_of(tx, assessment_id)
    return await store.exemption_of(tx, assessment_id, item)


async def exemption_now(request: Request[Any, Any, Any], tx: Tx) -> Exemption | None:
    """The decision that a request is about to replace."""
    return await service.exemption_there(tx, request.path_params["assessment_id"], request.path_params["item"])


@put(
    PATH,
    guards=[may(Permission.RUN_CAMPAIGNS)],
    responses={
        201: ResponseSpec(Exemption, description="The first decision on this item", generate_examples=False),
        **problems(400, 401, 403, 404, 409, 415, 422),
    },
    operation_id="putExemption",
    tags=["Results"],
    opt={PLACES: exemption_now, FREELY: True},
)
async def put_exemption(
    assessment_id: FromPath[UUID],
    item: FromPath[Key],
    data: JSONBody[NewExemption],
    tx: NamedDependency[Tx],
    catalogue: NamedDependency[Catalogue],
) -> Response[Exemption]:
    """Confirm that an item does not apply to a team, with the reason, or take it back (`"stands": false`). Decisions are kept.

    Where most of the team's people say so, the item's weight then goes to the others; what people answer is never taken away.
    Results of a closed campaign are computed anew when they are next read.
    """
    decision, created = await service.decide(tx, catalogue, assessment_id, item, data)
    return Response(decision, status_code=201 if created else 200)


handlers = [list_exemptions, read_exemption, put_exemption]
