"""The library of indicators and the organisation's record sheets over HTTP."""

from typing import Any

from litestar import Request, Response, get, put
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, FromQuery, JSONBody

from assess.maturity.kpis import service as kpi_service
from assess.maturity.kpis import store as records_store
from assess.maturity.kpis.entries import KpiEntry, Kpis
from assess.maturity.kpis.library import KpiLibrary
from assess.maturity.kpis.model import KpiSheet, KpiSheetPage, NewKpiSheet
from assess.storage.database import Tx
from assess.tenancy.access import may, problems
from assess.tenancy.model import Permission
from assess.web.conditional import PLACES, ready
from assess.web.paging import Pages
from assess.web.requests import JSON
from assess.words import Key, Language

SHARED = "public, no-cache"
"""Anybody may keep it, and asks each time whether it is still so."""
_HAVE_IT = ResponseSpec(None, description="You have it already (If-None-Match)", generate_examples=False)


@get(
    "/kpis",
    guards=[may(Permission.PUBLIC)],
    responses={
        200: ResponseSpec(Kpis, description="The library", generate_examples=False),
        304: _HAVE_IT,
        **problems(422),
    },
    operation_id="readKpis",
    tags=["Indicators"],
)
async def read_kpis(
    request: Request[Any, Any, Any], kpis: NamedDependency[KpiLibrary], lang: FromQuery[Language | None] = None
) -> Response[bytes]:
    """The library of 35 indicators: what each measures, how and why. ``lang`` leaves one language in each text."""
    reply = kpis.ready(None, lang)
    return ready(request, reply.body, reply.etag, cache=SHARED, media_type=JSON)


@get(
    "/kpis/{kpi:str}",
    guards=[may(Permission.PUBLIC)],
    responses={
        200: ResponseSpec(KpiEntry, description="The indicator", generate_examples=False),
        304: _HAVE_IT,
        **problems(404, 422),
    },
    operation_id="readKpi",
    tags=["Indicators"],
)
async def read_kpi(
    request: Request[Any, Any, Any],
    kpi: FromPath[str],
    kpis: NamedDependency[KpiLibrary],
    lang: FromQuery[Language | None] = None,
) -> Response[bytes]:
    """One indicator of the library. What your organisation makes of it stands on its own record sheet."""
    reply = kpis.ready(kpi, lang)
    return ready(request, reply.body, reply.etag, cache=SHARED, media_type=JSON)


@get(
    "/kpi-sheets",
    guards=[may(Permission.READ_ORGANISATION)],
    responses=problems(401, 403),
    operation_id="listKpiSheets",
    tags=["Indicators"],
)
async def list_sheets(tx: NamedDependency[Tx], pages: NamedDependency[Pages]) -> KpiSheetPage:
    """Your organisation's record sheets, by key."""
    return pages.page(KpiSheetPage, await records_store.sheets_of(tx, pages.window), lambda sheet: (sheet.key,))


@get(
    "/kpi-sheets/{kpi:str}",
    guards=[may(Permission.READ_ORGANISATION)],
    responses=problems(401, 403, 404, 422),
    operation_id="readKpiSheet",
    tags=["Indicators"],
)
async def read_sheet(kpi: FromPath[Key], tx: NamedDependency[Tx]) -> KpiSheet:
    """The record sheet of one indicator."""
    return await records_store.sheet_of(tx, kpi)


async def sheet_now(request: Request[Any, Any, Any], tx: Tx) -> KpiSheet | None:
    """The record sheet that a request is about to write, and nobody else before it has."""
    await records_store.lock_sheets(tx)
    return await kpi_service.sheet_there(tx, request.path_params["kpi"])


@put(
    "/kpi-sheets/{kpi:str}",
    guards=[may(Permission.MANAGE_KPIS)],
    responses={
        201: ResponseSpec(KpiSheet, description="The first sheet of this indicator", generate_examples=False),
        **problems(400, 401, 403, 415, 422),
    },
    operation_id="putKpiSheet",
    tags=["Indicators"],
    opt={PLACES: sheet_now},
)
async def put_sheet(
    kpi: FromPath[Key],
    data: JSONBody[NewKpiSheet],
    tx: NamedDependency[Tx],
    kpis: NamedDependency[KpiLibrary],
) -> Response[KpiSheet]:
    """Create or replace a record sheet. What you do not say of an indicator of the library comes from there; targets never do.

    Every revision is kept. Another formula or unit starts the series of values anew."""
    sheet, created = await kpi_service.put_sheet(tx, kpis, kpi, data)
    return Response(sheet, status_code=201 if created else 200)


handlers = [read_kpis, read_kpi, list_sheets, read_sheet, put_sheet]
