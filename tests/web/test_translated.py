"""What a handler, the framework or the database raises, each met over HTTP: a problem with words, and nothing of ours in it."""

import asyncpg
import httpx
import pytest
from litestar import Litestar, get
from litestar.exceptions import ClientException, ImproperlyConfiguredException
from sqlalchemy import text

from assess.web.problems import HANDLERS

pytestmark = pytest.mark.anyio

NO_NAME = "insert into assess.organisation (id, key, name, created_at) values ('{0}', 'nameless', null, now())"


def raising(error):
    async def act(_database, _organisation):
        raise error

    return act


def asking(sql):
    async def act(database, organisation):
        async with database.transaction(organisation) as tx:
            await tx.execute(text(sql.format(organisation)))

    return act


@pytest.mark.parametrize(
    ("act", "status", "code"),
    [
        pytest.param(asking("select 10 ^ 400"), 422, "invalid", id="a number that no column holds"),
        pytest.param(asking("select 'x'::uuid"), 422, "invalid", id="a text that is no id"),
        pytest.param(asking("select nothing"), 500, "unexpected", id="a statement that is wrong"),
        pytest.param(asking(NO_NAME), 500, "unexpected", id="a rule of the database that no refusal explains"),
        pytest.param(raising(asyncpg.CannotConnectNowError()), 503, "database_unavailable", id="no database"),
        pytest.param(raising(ZeroDivisionError("secret")), 500, "unexpected", id="a mistake of ours"),
        pytest.param(raising(ClientException("no")), 400, "malformed", id="the framework cannot read it"),
        pytest.param(raising(ImproperlyConfiguredException("secret")), 500, "unexpected", id="a wrong handler"),
    ],
)
async def test_what_is_raised_becomes_a_problem(database, organisation, act, status, code):
    @get("/", openapi_include=False)
    async def handler() -> None:
        await act(database, organisation)

    app = Litestar([handler], exception_handlers=HANDLERS, openapi_config=None, logging_config=None)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://assess") as client:
        reply = await client.get("/")
    assert (reply.status_code, reply.json()["code"]) == (status, code)
    assert reply.headers["content-type"] == "application/problem+json"
    assert "secret" not in reply.text
