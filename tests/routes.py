"""Every route of the application as tests see it: where it is, who may, how it is asked, and what of a reply can be compared."""

import io
import re
from collections.abc import Mapping

import httpx
from msgspec import Struct
from pypdf import PdfReader

from assess.app import Application, handlers_of
from assess.tenancy.model import Permission
from policies import NEEDED

IDS = (
    "organisation_id",
    "team_id",
    "campaign_id",
    "assessment_id",
    "person_id",
    "score_id",
    "roadmap_id",
    "report_id",
    "key_id",
)
BODIES = {"POST": b"{}", "PUT": b"{}"}
KEYLESS = {Permission.PUBLIC, Permission.RESPOND}
NEW_EACH_TIME = {"date", "x-request-id", "ratelimit", "retry-after"}


class Route(Struct, frozen=True):
    """One operation; ``path`` as the router has it, with the types of its parameters, ``permission`` as it must be."""

    method: str
    path: str
    operation: str
    permission: Permission


def routes_of(application: Application) -> list[Route]:
    """All routes, by method and path."""
    ours = set(handlers_of(application.litestar))
    found = {
        Route(method, route.path, str(handler.operation_id), NEEDED[str(handler.operation_id)])
        for route in application.litestar.routes
        for handler in getattr(route, "route_handlers", ())
        if handler in ours
        for method in handler.http_methods
    }
    return sorted(found, key=lambda route: (route.method, route.path))


def at(path: str, ids: Mapping[str, str]) -> str:
    """The path with its parameters."""
    return re.sub(r"\{(\w+):\w+\}", lambda found: ids[found[1]], path)


async def ask(client: httpx.AsyncClient, method: str, path: str, headers: Mapping[str, str]) -> httpx.Response:
    """Ask with a body that fits nothing."""
    body = BODIES.get(method)
    media = {"Content-Type": "application/json"} if body else {}
    return await client.request(method, path, headers={**headers, **media}, content=body)


def same(reply: httpx.Response) -> tuple[int, list[tuple[str, str]], bytes]:
    """A reply, every header and byte of it, without what is new each time."""
    headers = sorted((name, value) for name, value in reply.headers.multi_items() if name not in NEW_EACH_TIME)
    return reply.status_code, headers, re.sub(rb'"request_id":"[^"]*"', b"", reply.content)


def pdf_text(content: bytes) -> str:
    """The text of all pages and of the document's own description, without spaces."""
    reader = PdfReader(io.BytesIO(content))
    pages = "".join(page.extract_text() for page in reader.pages)
    return "".join((pages + str(reader.metadata)).split())
