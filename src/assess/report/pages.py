"""The result pages over HTTP: campaigns, the company, a team, and how each number is calculated. They are no part of the API."""

import re
from collections.abc import Awaitable, Callable
from functools import partial
from hashlib import sha256
from typing import Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from assess.errors import NotFound
from assess.frame import VERSION
from assess.maturity.scores.explanation import VERSION as EXPLANATION
from assess.questionnaire.catalogue import Catalogue
from assess.report import page_service as service
from assess.report.page_service import Gallery
from assess.storage.database import Database
from assess.storage.workers import Workers
from assess.tenancy.access import may_see, think
from assess.tenancy.model import Permission, Principal
from assess.web.page_replies import PAGE, known_already, language_wished, page
from assess.words import Language

_OF = re.compile(r"[a-z0-9][a-z0-9_:@-]{0,199}")
_AnyRequest = Request[Any, Any, Any]


@get("/results", guards=[may_see(Permission.READ_RESULTS)], opt=PAGE, include_in_schema=False)
async def read_campaigns(
    request: _AnyRequest,
    principal: NamedDependency[Principal],
    database: NamedDependency[Database],
    workers: NamedDependency[Workers],
    gallery: NamedDependency[Gallery],
) -> Response[bytes]:
    """The campaigns to choose from."""
    language = language_wished(request)
    facts = await service.campaigns_seen(database, principal, language)
    etag = f'"{sha256(facts).hexdigest()}.{VERSION}"'
    return await _page(request, gallery, etag, language, lambda: service.campaigns_page(workers, facts))


@get("/results/{campaign_id:str}", guards=[may_see(Permission.READ_RESULTS)], opt=PAGE, include_in_schema=False)
async def read_company(
    request: _AnyRequest,
    campaign_id: FromPath[str],
    principal: NamedDependency[Principal],
    database: NamedDependency[Database],
    workers: NamedDependency[Workers],
    catalogue: NamedDependency[Catalogue],
    gallery: NamedDependency[Gallery],
) -> Response[bytes]:
    """The highest node that the reader sees: the company, or a team lead's own team."""
    found = await service.seen(database, workers, catalogue, principal, _id(campaign_id))
    return await _node(request, principal, found, None, (database, workers, catalogue), gallery)


@get(
    "/results/{campaign_id:str}/teams/{team_id:str}",
    guards=[may_see(Permission.READ_RESULTS)],
    opt=PAGE,
    include_in_schema=False,
)
async def read_team(
    request: _AnyRequest,
    campaign_id: FromPath[str],
    team_id: FromPath[str],
    principal: NamedDependency[Principal],
    database: NamedDependency[Database],
    workers: NamedDependency[Workers],
    catalogue: NamedDependency[Catalogue],
    gallery: NamedDependency[Gallery],
) -> Response[bytes]:
    """One team with everybody below it; one that the reader does not see is as unknown as any other."""
    found = await service.seen(database, workers, catalogue, principal, _id(campaign_id))
    return await _node(request, principal, found, _id(team_id), (database, workers, catalogue), gallery)


@get(
    "/results/{campaign_id:str}/explanations/{score_id:str}",
    guards=[may_see(Permission.READ_RESULTS)],
    opt=PAGE,
    include_in_schema=False,
)
async def read_explanation(
    request: _AnyRequest,
    campaign_id: FromPath[str],
    score_id: FromPath[str],
    principal: NamedDependency[Principal],
    database: NamedDependency[Database],
    workers: NamedDependency[Workers],
    catalogue: NamedDependency[Catalogue],
    gallery: NamedDependency[Gallery],
) -> Response[bytes]:
    """How a number is calculated."""
    language, of = language_wished(request), _part(request.query_params.get("of"))
    campaign, score = _id(campaign_id), _id(score_id)
    facts = await service.score_of(database, catalogue, principal, campaign, score)
    etag = f'"{score_id}.{EXPLANATION}.{VERSION}.{language}.{of or "all"}.{principal.key_id}"'
    write = partial(service.explanation_page, database, workers, principal, campaign, facts, of, language)
    return await _page(request, gallery, etag, language, write)


async def _node(
    request: _AnyRequest,
    principal: Principal,
    found: service.Seen,
    wanted: UUID | None,
    tools: tuple[Database, Workers, Catalogue],
    gallery: Gallery,
) -> Response[bytes]:
    """The page of a node. Its ETag names the facts, the engine, the page's version, and who looks."""
    language, number = language_wished(request), _number(request.query_params.get("page"))
    node, kept = service.node_of(found, wanted), found.kept
    facts = f"{kept.inputs_digest}.{kept.engine}.{node.id}.{number}"
    etag = f'"{facts}.{VERSION}.{language}.{principal.key_id}"'
    return await _page(
        request, gallery, etag, language, partial(service.node_page, *tools, found, node, language, number)
    )


async def _page(
    request: _AnyRequest, gallery: Gallery, etag: str, language: Language, write: Callable[[], Awaitable[bytes]]
) -> Response[bytes]:
    """The page of that tag, or an empty 304, for which nothing is written. Who waits for a worker stops nobody else."""

    async def written() -> bytes:
        await think(request)
        return await write()

    body = b"" if known_already(request, etag) else await gallery.page(etag, written)
    return page(request, body, etag, language)


def _id(text: str) -> UUID:
    """An id of an address; what is none is as unknown as one that nobody has. Raises NotFound."""
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound from error


def _part(text: str | None) -> str | None:
    """The address of a part of a score. Raises NotFound."""
    if text is not None and not _OF.fullmatch(text):
        raise NotFound
    return text


def _number(text: str | None) -> int:
    """The page of the teams; the first, whatever else is said."""
    return int(text) if text is not None and re.fullmatch("[0-9]{1,4}", text) else 1


handlers = [read_campaigns, read_company, read_team, read_explanation]
"""Pages: no part of the API."""
