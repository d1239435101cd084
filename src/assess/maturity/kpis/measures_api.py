"""Measured values and reviews of indicators over HTTP."""

from datetime import date
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post, put
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, FromQuery, JSONBody

from assess.maturity.kpis import measures_service as service
from assess.maturity.kpis import store as records_store
from assess.maturity.kpis.library import KpiLibrary
from assess.maturity.kpis.measuring import rows_from_json, rows_from_sheet
from assess.maturity.kpis.model import (
    MeasurePage,
    MeasureRow,
    NewMeasure,
    NewReview,
    RecordedMeasure,
    RecordedReview,
    ReviewPage,
)
from assess.storage.database import Tx
from assess.tenancy.access import may, problems
from assess.tenancy.model import Imported, Permission, Principal
from assess.web.conditional import FREELY, PLACES
from assess.web.idempotency import IDEMPOTENT
from assess.web.paging import Pages
from assess.web.requests import ROWS, media_type_of, rows_in
from assess.words import Key

MEASURE = "/teams/{team_id:uuid}/measures/{kpi:str}/{period_end:date}"
REVIEWS = "/teams/{team_id:uuid}/kpis/{kpi:str}/reviews"


@get(
    "/measures",
    guards=[may(Permission.READ_RESULTS)],
    responses=problems(401, 403, 404, 422),
    operation_id="listMeasures",
    tags=["Indicators"],
)
async def list_measures(
    tx: NamedDependency[Tx],
    kpis: NamedDependency[KpiLibrary],
    principal: NamedDependency[Principal],
    pages: NamedDependency[Pages],
    team: FromQuery[Key | None] = None,
    kpi: FromQuery[Key | None] = None,
) -> MeasurePage:
    """Measured values by team, indicator and period; ``team`` and ``kpi`` are keys, and leave one team or one indicator."""
    found = await service.measures_of(tx, kpis, principal, pages.window, team=team, kpi=kpi)
    return pages.page(MeasurePage, found, lambda each: (each.team_id, each.kpi, each.period_end))


@post(
    "/measures/import",
    guards=[may(Permission.RECORD_MEASURES)],
    responses=problems(400, 401, 403, 409, 413, 415, 422),
    operation_id="importMeasures",
    tags=["Indicators"],
    status_code=200,
    opt={"takes": ROWS, "schema": MeasureRow, "many": True, IDEMPOTENT: True},
    request_max_body_size=2 * 1024 * 1024,
)
async def import_measures(
    request: Request[Any, Any, Any],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
    dry_run: FromQuery[bool] = False,
) -> Imported:
    """Record values, all or nothing.

    From CSV (team,kpi,period_end,value,numerator,denominator,measured_on) or a list (JSON, MessagePack).

    A value that is there already and differs is corrected: both are kept."""
    body, media = await request.body(), media_type_of(request)
    read = rows_in(media, body, sheet=rows_from_sheet, listed=rows_from_json)
    return await service.import_measures(tx, principal, read, dry_run=dry_run)


@get(
    MEASURE,
    guards=[may(Permission.READ_RESULTS)],
    responses=problems(401, 403, 404, 422),
    operation_id="readMeasure",
    tags=["Indicators"],
)
async def read_measure(
    team_id: FromPath[UUID],
    kpi: FromPath[Key],
    period_end: FromPath[date],
    tx: NamedDependency[Tx],
    kpis: NamedDependency[KpiLibrary],
    principal: NamedDependency[Principal],
) -> RecordedMeasure:
    """The value of a team and an indicator for the period that ends on that day."""
    await service.check_seen(tx, principal, team_id)
    return await service.measure_of(tx, kpis, (team_id, kpi, period_end))


async def measure_now(request: Request[Any, Any, Any], tx: Tx) -> RecordedMeasure | None:
    """The value that a request is about to record."""
    at = request.path_params
    await service.check_seen(tx, request.auth, at["team_id"])
    return await service.measure_there(tx, request.app.state.kpis, (at["team_id"], at["kpi"], at["period_end"]))


@put(
    MEASURE,
    guards=[may(Permission.RECORD_MEASURES)],
    responses={
        201: ResponseSpec(RecordedMeasure, description="The first value of this period", generate_examples=False),
        **problems(400, 401, 403, 404, 415, 422),
    },
    operation_id="putMeasure",
    tags=["Indicators"],
    opt={PLACES: measure_now, FREELY: True},
)
async def put_measure(
    team_id: FromPath[UUID],
    kpi: FromPath[Key],
    period_end: FromPath[date],
    data: JSONBody[NewMeasure],
    tx: NamedDependency[Tx],
    kpis: NamedDependency[KpiLibrary],
    principal: NamedDependency[Principal],
) -> Response[RecordedMeasure]:
    """Record a value, in the unit of the record sheet, or of a share its cases. Another value corrects it: both are kept."""
    measure, created = await service.put_measure(tx, kpis, principal, (team_id, kpi, period_end), data)
    return Response(measure, status_code=201 if created else 200)


@get(
    REVIEWS,
    guards=[may(Permission.READ_RESULTS)],
    responses=problems(401, 403, 404, 422),
    operation_id="listReviews",
    tags=["Indicators"],
)
async def list_reviews(
    team_id: FromPath[UUID],
    kpi: FromPath[Key],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
    pages: NamedDependency[Pages],
) -> ReviewPage:
    """A team's reviews of an indicator, oldest first."""
    await service.check_seen(tx, principal, team_id)
    found = await records_store.reviews_of(tx, team_id, kpi, pages.window)
    return pages.page(ReviewPage, found, lambda each: (each.reviewed_on,))


@get(
    f"{REVIEWS}/{{reviewed_on:date}}",
    guards=[may(Permission.READ_RESULTS)],
    responses=problems(401, 403, 404, 422),
    operation_id="readReview",
    tags=["Indicators"],
)
async def read_review(
    team_id: FromPath[UUID],
    kpi: FromPath[Key],
    reviewed_on: FromPath[date],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> RecordedReview:
    """A team's review of an indicator on that day."""
    await service.check_seen(tx, principal, team_id)
    return await records_store.review_of(tx, (team_id, kpi, reviewed_on))


async def review_now(request: Request[Any, Any, Any], tx: Tx) -> RecordedReview | None:
    """The review that a request is about to record."""
    at = request.path_params
    await service.check_seen(tx, request.auth, at["team_id"])
    return await service.review_there(tx, (at["team_id"], at["kpi"], at["reviewed_on"]))


@put(
    f"{REVIEWS}/{{reviewed_on:date}}",
    guards=[may(Permission.RECORD_MEASURES)],
    responses={
        201: ResponseSpec(RecordedReview, description="The first note on this review", generate_examples=False),
        **problems(400, 401, 403, 404, 415, 422),
    },
    operation_id="putReview",
    tags=["Indicators"],
    opt={PLACES: review_now, FREELY: True},
)
async def put_review(
    team_id: FromPath[UUID],
    kpi: FromPath[Key],
    reviewed_on: FromPath[date],
    data: JSONBody[NewReview],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Response[RecordedReview]:
    """Note a review: what deviated, which action was decided and, later, that its effect was checked. Every note is kept."""
    review, created = await service.put_review(tx, principal, (team_id, kpi, reviewed_on), data)
    return Response(review, status_code=201 if created else 200)


handlers = [list_measures, import_measures, read_measure, put_measure, list_reviews, read_review, put_review]
