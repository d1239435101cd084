"""Guards: they see the handler itself, and let nobody through whom they refuse."""

from typing import Any

import httpx
import pytest
from litestar import Litestar, get
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from assess.app import handlers_of
from assess.errors import Forbidden
from assess.tenancy.access import let_guards_read
from assess.web.problems import HANDLERS

pytestmark = pytest.mark.anyio


def guarded(seen: list[Any]) -> Litestar:
    """An application with a guard of each kind before its one handler."""

    async def first(_: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        seen.append(handler)

    def second(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        seen.append(handler)
        if "stranger" in connection.query_params:
            raise Forbidden

    @get("/", guards=[second])
    async def read() -> str:
        return "read"

    return Litestar([read], guards=[first], exception_handlers=HANDLERS, openapi_config=None, logging_config=None)


async def asked(app: Litestar, address: str) -> int:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
        return (await client.get(address)).status_code


async def test_each_guard_is_asked_once_and_sees_the_handler_itself() -> None:
    seen: list[Any] = []
    app = guarded(seen)
    (handler,) = handlers_of(app)
    let_guards_read([handler])
    assert await asked(app, "/") == 200
    assert len(seen) == 2
    assert all(each is handler for each in seen)


@pytest.mark.parametrize("changed", [False, True], ids=["as the framework does it", "without copies"])
async def test_whom_a_guard_refuses_does_not_come_through(changed: bool) -> None:
    app = guarded([])
    if changed:
        let_guards_read(handlers_of(app))
    assert [await asked(app, "/"), await asked(app, "/?stranger=1")] == [200, 403]
