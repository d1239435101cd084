"""The application: every room's handlers behind one edge, with the resources that they share.

A strict factory: nothing is created at import time, a handler without a policy stops the start-up, and whatever goes wrong
becomes a problem with words.
"""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, Self

import msgspec
from litestar import Litestar, Request, Response, Router, get
from litestar.datastructures import CacheControlHeader, State
from litestar.di import NamedDependency
from litestar.events import BaseEventEmitterBackend
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.types import Receive, Scope, Send
from msgspec import Struct

from assess import __version__, shipped
from assess.campaign import api as campaign_api
from assess.campaign import respond as respond_api
from assess.campaign import service as campaigns
from assess.maturity import api as maturity_api
from assess.maturity import discussion_api
from assess.maturity.exemptions import api as exemptions_api
from assess.maturity.kpis import api as kpi_api
from assess.maturity.kpis import measures_api
from assess.maturity.kpis.library import KpiLibrary
from assess.maturity.retention import keep_retention
from assess.maturity.scores import api as scores_api
from assess.questionnaire import api as questionnaire_api
from assess.questionnaire.catalogue import Catalogue
from assess.report import api as report_api
from assess.report import pages as result_pages
from assess.report.page_service import Gallery
from assess.roadmap import api as roadmap_api
from assess.roadmap.library import LoadedLibrary
from assess.settings import Settings
from assess.storage.database import Database
from assess.storage.idempotency import forget_expired
from assess.storage.secrets import Secrets
from assess.storage.workers import Workers
from assess.tenancy import api as tenancy_api
from assess.tenancy import sign_in
from assess.tenancy.access import DEPENDENCIES, check_policies, let_guards_read, may, problems
from assess.tenancy.model import Permission
from assess.web import health, openapi, pages
from assess.web.admission import Admission
from assess.web.edge import Edge
from assess.web.idempotency import Once, Replayed, Underway, replay
from assess.web.limits import UNCOUNTED, Limits
from assess.web.metrics import Metrics
from assess.web.problems import HANDLERS, REFUSES
from assess.web.requests import JSON, StrictRequest, negotiated

MAX_BODY = 256 * 1024
NEVER = CacheControlHeader(no_store=True)
"""How the server fares now: nobody may keep that."""
_log = logging.getLogger("assess.housekeeping")


class Resources(Struct, frozen=True, kw_only=True):
    """What the application holds while it runs; whoever makes them closes them."""

    settings: Settings
    database: Database
    secrets: Secrets
    workers: Workers
    catalogue: Catalogue
    library: LoadedLibrary
    kpis: KpiLibrary


class _NoEvents(BaseEventEmitterBackend):
    """Nothing here listens: the framework's own emitter would bring a task and a second library of tasks."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Nothing to end."""

    def emit(self, event_id: str, *_: Any, **__: Any) -> None:
        raise NotImplementedError(f"{event_id}: nobody would hear it")


class Application:
    """The ASGI application, and the document that describes it."""

    def __init__(self, resources: Resources) -> None:
        self.litestar = _litestar(resources)
        handlers = [*handlers_of(self.litestar), *pages_of(self.litestar)]
        check_policies(handlers)
        let_guards_read(handlers)
        self._edge = Edge(self.litestar, self.litestar.state.metrics, self.litestar.state.admission)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._edge(scope, receive, send)


def create_app(resources: Resources) -> Application:
    """The application on these resources; raises RuntimeError when a handler has no policy."""
    return Application(resources)


def handlers_of(app: Litestar) -> list[HTTPRouteHandler]:
    """Every handler of the API, each once; Litestar's own answers to OPTIONS are not among them."""
    return [handler for handler in _ours(app) if REFUSES not in handler.opt]


def pages_of(app: Litestar) -> list[HTTPRouteHandler]:
    """Every handler of a page for people: not described, and with another way in and to refuse."""
    return [handler for handler in _ours(app) if REFUSES in handler.opt]


def _ours(app: Litestar) -> list[HTTPRouteHandler]:
    found = {handler: None for route in app.routes for handler in getattr(route, "route_handlers", ())}
    return [
        handler for handler in found if isinstance(handler, HTTPRouteHandler) and "OPTIONS" not in handler.http_methods
    ]


def describe() -> dict[str, Any]:
    """The OpenAPI 3.1 document: derived from the handlers, completed with examples and keys.

    It is made from an application of its own, since Litestar's schema routes would answer on paths without a policy.
    """
    app = Litestar(
        _routes(), openapi_config=openapi.config(__version__), dependencies=DEPENDENCIES, logging_config=None
    )
    examples = json.loads((shipped.folder("openapi") / "examples.json").read_bytes())
    return openapi.completed(app.openapi_schema.to_schema(), handlers_of(app), examples)


@get(
    "/health/live",
    guards=[may(Permission.PUBLIC)],
    operation_id="readLiveness",
    tags=["Service"],
    responses=problems(),
    opt={UNCOUNTED: True},
    cache_control=NEVER,
)
async def live() -> health.Health:
    """The process answers."""
    return health.alive()


@get(
    "/health/ready",
    guards=[may(Permission.PUBLIC)],
    operation_id="readReadiness",
    tags=["Service"],
    responses=problems(),
    opt={UNCOUNTED: True},
    cache_control=NEVER,
)
async def ready(database: NamedDependency[Database]) -> health.Health:
    """The database answers too."""
    return await health.readiness(database)


@get(
    "/metrics",
    guards=[may(Permission.PUBLIC)],
    operation_id="readMetrics",
    tags=["Service"],
    responses=problems(),
    media_type="text/plain",
    opt={"gives": ("text/plain", "application/openmetrics-text"), UNCOUNTED: True},
    cache_control=NEVER,
)
async def metrics(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Counters in the Prometheus text format; let only your own network reach them."""
    return health.exposition(request)


@get(
    "/openapi.json",
    guards=[may(Permission.PUBLIC)],
    operation_id="readOpenapi",
    tags=["Service"],
    responses={200: ResponseSpec(dict[str, Any], description="The document", generate_examples=False), **problems()},
)
async def read_openapi(request: Request[Any, Any, Any]) -> Response[bytes]:
    """This document."""
    return Response(_documented(request).json, media_type=JSON)


@get(
    "/docs",
    guards=[may(Permission.PUBLIC)],
    operation_id="readDocumentation",
    tags=["Service"],
    responses=problems(),
    media_type="text/html",
    opt={"gives": ("text/html",)},
)
async def read_documentation(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The same document as a page; it needs neither scripts nor the internet."""
    return Response(_documented(request).page, media_type="text/html")


class _Documented(Struct, frozen=True):
    """The document as it is sent, and as a page."""

    json: bytes
    page: bytes


def _documented(request: Request[Any, Any, Any]) -> _Documented:
    """Made when it is first asked for, and kept."""
    state = request.app.state
    if "documented" not in state:
        document = describe()
        state.documented = _Documented(msgspec.json.encode(document), pages.documentation(document))
    documented: _Documented = state.documented
    return documented


def _routes() -> list[Any]:
    rooms = (
        tenancy_api,
        questionnaire_api,
        campaign_api,
        respond_api,
        maturity_api,
        kpi_api,
        measures_api,
        scores_api,
        discussion_api,
        exemptions_api,
        roadmap_api,
        report_api,
    )
    version = Router("/v1", route_handlers=[*(handler for room in rooms for handler in room.handlers), read_openapi])
    return [version, live, ready, metrics, read_documentation, *sign_in.handlers, *result_pages.handlers]


def _litestar(resources: Resources) -> Litestar:
    return Litestar(
        _routes(),
        dependencies=DEPENDENCIES,
        exception_handlers={**HANDLERS, Replayed: replay},
        guards=[negotiated],
        middleware=[Once],
        request_class=StrictRequest,
        request_max_body_size=MAX_BODY,
        openapi_config=None,
        event_emitter_backend=_NoEvents,
        lifespan=[_housekeeping(resources)],
        state=State(_state(resources)),
        logging_config=None,
        debug=False,
    )


def _state(resources: Resources) -> dict[str, Any]:
    """The resources by name, and what one process remembers of its requests."""
    own = {
        "metrics": Metrics(),
        "gallery": Gallery(),
        "underway": Underway(),
        "limits": Limits(resources.settings.rate),
        "admission": Admission(resources.settings.pool, resources.settings.workers),
    }
    return {name: getattr(resources, name) for name in resources.__struct_fields__} | own


def _housekeeping(resources: Resources) -> Any:
    """While the application lives, one loop closes, seals and forgets what is due; ``housekeeping`` 0 switches it off."""

    @contextlib.asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        if not resources.settings.housekeeping:
            yield
            return
        task = asyncio.create_task(_keep_house(resources))
        yield
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    return lifespan


async def _keep_house(resources: Resources) -> None:
    while True:
        now = datetime.now(UTC)
        try:
            await campaigns.housekeeping(resources.database, resources.secrets, now.date())
            await forget_expired(resources.database, now)
            await keep_retention(resources.database, resources.workers, resources.catalogue)
        except Exception:  # the loop must outlive any one failure; it is logged and tried again
            _log.exception("housekeeping failed; it will be tried again")
        await asyncio.sleep(resources.settings.housekeeping)
