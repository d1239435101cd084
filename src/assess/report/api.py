"""Reports over HTTP: drawn once, read as a PDF at an address of their own, shared by short-lived links."""

from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.datastructures import ResponseHeader
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Meta

from assess.questionnaire.catalogue import Catalogue
from assess.report import service, store
from assess.report.links import SharedLink
from assess.report.model import NewReport, Report, ReportContent, ReportLink, ReportPage
from assess.settings import Settings
from assess.storage.database import Database, Effect, Tx
from assess.storage.secrets import Secrets
from assess.storage.workers import Workers
from assess.tenancy.access import THINKS, may, problems
from assess.tenancy.model import Permission, Principal
from assess.web.conditional import ready
from assess.web.idempotency import IDEMPOTENT
from assess.web.paging import Pages, by_creation

PDF = "application/pdf"
PRIVATE = "private, no-cache"
"""The reader may keep it, nobody in between; it is asked for again each time, and answered 304."""

Expiry = Annotated[int, Meta(ge=0, le=253_402_300_799, description="Seconds since 1970, UTC")]
Signature = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]

_AS_PDF = {
    200: ResponseSpec(bytes, description="The PDF", media_type=PDF, generate_examples=False),
    304: ResponseSpec(None, description="You have it already (If-None-Match)", generate_examples=False),
}


@post(
    "/reports",
    guards=[may(Permission.REPORT)],
    responses={
        200: ResponseSpec(Report, description="The report, drawn before from the same facts", generate_examples=False),
        **problems(400, 401, 403, 404, 409, 415, 422),
    },
    response_headers=[ResponseHeader(name="Location", description="The report", documentation_only=True)],
    operation_id="createReport",
    tags=["Reports"],
    opt={IDEMPOTENT: True, THINKS: True},
)
async def create_report(
    data: JSONBody[NewReport],
    principal: NamedDependency[Principal],
    database: NamedDependency[Database],
    workers: NamedDependency[Workers],
    catalogue: NamedDependency[Catalogue],
    effect: NamedDependency[Effect],
) -> Response[Report]:
    """Draw the PDF of a plan: 201, or 200 with the one that was drawn before from the same facts."""
    made, new = await service.make(database, workers, catalogue, principal.organisation_id, data, effect)
    return Response(made, status_code=201 if new else 200, headers={"Location": f"/v1/reports/{made.id}"})


@get(
    "/reports",
    guards=[may(Permission.READ_REPORTS)],
    responses=problems(401, 403),
    operation_id="listReports",
    tags=["Reports"],
)
async def list_reports(tx: NamedDependency[Tx], pages: NamedDependency[Pages]) -> ReportPage:
    """All reports, newest first."""
    return pages.page(ReportPage, await store.reports_of(tx, pages.window), by_creation)


@get(
    "/reports/{report_id:uuid}",
    guards=[may(Permission.READ_REPORTS)],
    responses=problems(401, 403, 404),
    operation_id="readReport",
    tags=["Reports"],
)
async def read_report(report_id: FromPath[UUID], tx: NamedDependency[Tx]) -> Report:
    """One report: what it was made from, and where its PDF is."""
    return await store.report_of(tx, report_id)


@get(
    "/reports/{report_id:uuid}/content",
    guards=[may(Permission.READ_REPORTS)],
    responses={**_AS_PDF, **problems(401, 403, 404)},
    operation_id="readReportContent",
    tags=["Reports"],
    media_type=PDF,
    opt={"gives": (PDF,)},
)
async def read_content(
    request: Request[Any, Any, Any], report_id: FromPath[UUID], tx: NamedDependency[Tx]
) -> Response[bytes]:
    """The PDF; its ``ETag`` is the digest of its bytes."""
    return _pdf(request, await service.content_of(tx, report_id))


@post(
    "/reports/{report_id:uuid}/links",
    guards=[may(Permission.REPORT)],
    responses=problems(401, 403, 404),
    operation_id="createReportLink",
    tags=["Reports"],
    opt={IDEMPOTENT: True},
)
async def create_link(
    report_id: FromPath[UUID],
    tx: NamedDependency[Tx],
    secrets: NamedDependency[Secrets],
    settings: NamedDependency[Settings],
) -> ReportLink:
    """A link for somebody without a key; it opens the PDF for fifteen minutes."""
    return await service.share(tx, secrets, settings.public_url, report_id)


@get(
    "/shared-reports/{report_id:uuid}",
    guards=[may(Permission.PUBLIC)],
    responses={**_AS_PDF, **problems(400, 404, 422)},
    operation_id="readSharedReport",
    tags=["Reports"],
    media_type=PDF,
    opt={"gives": (PDF,)},
)
async def read_shared(
    request: Request[Any, Any, Any],
    report_id: FromPath[UUID],
    organisation: FromQuery[UUID],
    expires: FromQuery[Expiry],
    signature: FromQuery[Signature],
    database: NamedDependency[Database],
    secrets: NamedDependency[Secrets],
) -> Response[bytes]:
    """The PDF behind a signed link. A link that is forged, expired or of an unknown report is one and the same 404."""
    link = SharedLink(organisation_id=organisation, report_id=report_id, expires=expires, signature=signature)
    return _pdf(request, await service.shared(database, secrets, link, datetime.now(UTC)))


def _pdf(request: Request[Any, Any, Any], report: ReportContent) -> Response[bytes]:
    reply = ready(request, report.content, f'"{report.digest}"', cache=PRIVATE, media_type=PDF)
    reply.headers["Content-Disposition"] = _disposition(report.name)
    return reply


def _disposition(name: str) -> str:
    """Shown in the browser, saved under a readable name, in any script (RFC 6266)."""
    safe = "".join(letter if letter.isalnum() or letter in " .-()" else "_" for letter in name)[:150]
    plain = safe.encode("ascii", "replace").decode().replace("?", "_")
    return f"inline; filename=\"{plain}\"; filename*=UTF-8''{quote(safe)}"


handlers = [create_report, list_reports, read_report, read_content, create_link, read_shared]
