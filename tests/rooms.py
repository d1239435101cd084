"""Some rooms alone, behind the edge: what a room's own tests ask."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from litestar import Litestar, Router
from litestar.datastructures import State

from assess.tenancy.access import DEPENDENCIES
from assess.web.admission import Admission
from assess.web.edge import Edge
from assess.web.metrics import Metrics
from assess.web.problems import HANDLERS
from assess.web.requests import StrictRequest, negotiated


@asynccontextmanager
async def client_of(*rooms: Any, **resources: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the rooms' ``handlers`` and of nothing else; ``resources`` by the names under which they ask for them."""
    admission = Admission(pool=5, workers=1)
    app = Litestar(
        [Router("/v1", route_handlers=[handler for room in rooms for handler in room.handlers])],
        dependencies=DEPENDENCIES,
        exception_handlers=HANDLERS,
        guards=[negotiated],
        request_class=StrictRequest,
        state=State({**resources, "admission": admission}),
        openapi_config=None,
        logging_config=None,
    )
    transport = httpx.ASGITransport(Edge(app, Metrics(), admission))
    async with httpx.AsyncClient(transport=transport, base_url="http://assess") as made:
        yield made
