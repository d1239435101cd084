"""Whether the service lives, is ready, and how it fares."""

from typing import Any

from litestar import Request, Response
from msgspec import Struct

from assess.storage.database import Database
from assess.web.metrics import CONTENT_TYPE, Metrics


class Health(Struct, frozen=True, kw_only=True):
    """One word on the service's state."""

    status: str


def alive() -> Health:
    """The process answers."""
    return Health(status="live")


async def readiness(database: Database) -> Health:
    """The database answers too; raises DatabaseUnavailable when it does not."""
    await database.call("select 1")
    return Health(status="ready")


def exposition(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Every counter in the Prometheus text format."""
    measured: Metrics = request.app.state.metrics
    return Response(measured.text().encode(), headers={"Content-Type": CONTENT_TYPE})
