"""The strict application: every trap of the stack meets its test here."""

import inspect
import random
from types import SimpleNamespace
from uuid import uuid4

import httpx
import msgspec
import pytest
from litestar import Litestar, get
from litestar.datastructures import State
from litestar.di import NamedDependency
from sqlalchemy import text

from assess.app import handlers_of
from assess.storage.database import Tx
from assess.tenancy.access import DEPENDENCIES, May, check_policies
from assess.tenancy.api import list_teams
from assess.tenancy.model import Principal, Role
from assess.tenancy.tokens import KeyText, read_key, write_key
from assess.web.problems import HANDLERS

pytestmark = pytest.mark.anyio

TEAM = b'{"key":"sales","name":"Ventes","functions":["sales"],"capacity_days":5}'
JSON = {"Content-Type": "application/json"}


def is_problem(reply: httpx.Response, status: int, code: str | None = None) -> bool:
    """Whether a reply is a problem in every respect."""
    problem = reply.json()
    return (
        reply.status_code == status == problem["status"]
        and reply.headers["content-type"] == "application/problem+json"
        and set(problem) == {"type", "title", "status", "detail", "code", "request_id", "errors"}
        and problem["request_id"] == reply.headers["x-request-id"]
        and problem["type"] == f"/problems/{problem['code']}"
        and code in {None, problem["code"]}
    )


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        pytest.param("GET", "/nothing", 404, "not_found", id="unknown path"),
        pytest.param("GET", "/v1/teams/not-an-id", 404, "not_found", id="an id of the wrong kind"),
        pytest.param("PATCH", "/v1/teams", 405, "method_not_allowed", id="unknown method"),
        pytest.param("GET", "/v1/me", 401, "key_missing", id="no key"),
        pytest.param("GET", "/" + "a" * 9000, 414, "uri_too_long", id="a long address"),
    ],
)
async def test_every_path_refuses_with_a_problem(client, method, path, status, code):
    assert is_problem(await client.request(method, path), status, code)


async def test_a_key_of_nobody_is_refused_like_one_with_a_wrong_secret(client, admin):
    key = read_key(admin["Authorization"].removeprefix("Bearer "))
    for wrong in (KeyText(uuid4(), key.secret), KeyText(key.id, bytes(32))):
        reply = await client.get("/v1/me", headers={"Authorization": f"Bearer {write_key(wrong)}"})
        assert is_problem(reply, 401, "key_invalid")


async def test_a_missing_key_is_told_how_to_send_it(client):
    reply = await client.get("/v1/me")
    assert reply.headers["www-authenticate"] == 'Bearer realm="assess"'
    assert "Authorization: Bearer assess_live_" in reply.json()["detail"]


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        pytest.param(b"", 400, "/", id="empty"),
        pytest.param(b"{", 400, "/", id="cut"),
        pytest.param(b"\xff\xfe", 400, "/", id="not UTF-8"),
        pytest.param(b'{"key":"a","name":"\\ud800"}', 400, "/", id="a lone surrogate"),
        pytest.param(b"[" * 100_000, 422, "/", id="100,000 levels"),
        pytest.param(b'{"key":' + b"[" * 100_000, 422, "/key", id="100,000 levels inside"),
        pytest.param(b"[]", 422, "/", id="a list"),
        pytest.param(b'"x"', 422, "/", id="a text"),
        pytest.param(b"null", 422, "/", id="null"),
        pytest.param(b'{"key":"a","name":"A\\u0000"}', 422, "/name", id="NUL"),
        pytest.param(b'{"key":"a","name":"A","capacity_days":"5"}', 422, "/capacity_days", id="a number as text"),
        pytest.param(
            b'{"key":"a","name":"A","capacity_days":' + b"9" * 23 + b"}", 422, "/capacity_days", id="23 digits"
        ),
        pytest.param(b'{"key":"a","name":"A","capacity_days":1e400}', 422, "/capacity_days", id="beyond a float"),
        pytest.param(b'{"key":"a","name":"A","colour":"red"}', 422, "/", id="an unknown field"),
        pytest.param(b'{"key":"a","name":"\\u202egnp.exe"}', 422, "/name", id="a bidi control"),
    ],
)
async def test_a_hostile_body_is_refused_at_its_place(client, admin, body, status, pointer):
    reply = await client.post("/v1/teams", headers={**admin, **JSON}, content=body)
    assert is_problem(reply, status)
    assert [finding["pointer"] for finding in reply.json()["errors"]] == [pointer]
    assert (await client.get("/v1/teams", headers=admin)).json()["items"] == []


async def test_no_mutated_body_ends_in_a_server_error(client, admin):
    luck = random.Random(7)
    for _ in range(400):
        body = bytearray(TEAM)
        for _ in range(luck.randint(1, 4)):
            body[luck.randrange(len(body))] = luck.randrange(256)
        reply = await client.post("/v1/teams", headers={**admin, **JSON}, content=bytes(body))
        assert reply.status_code in {201, 400, 409, 422}, bytes(body)


async def test_text_is_not_taken_for_json(client, admin):
    reply = await client.post("/v1/teams", headers={**admin, "Content-Type": "text/plain"}, content=TEAM)
    assert is_problem(reply, 415, "unsupported_media_type")


async def test_a_body_without_media_type_is_refused(client, admin):
    assert is_problem(await client.post("/v1/teams", headers=admin, content=TEAM), 415)


@pytest.mark.parametrize(
    ("headers", "taken"),
    [
        pytest.param({"Content-Type": "application/json; charset=utf-8"}, True, id="UTF-8"),
        pytest.param({"Content-Type": 'application/JSON;Charset="UTF-8"'}, True, id="UTF-8, quoted"),
        pytest.param({"Content-Type": "application/json; charset=utf-16"}, False, id="UTF-16"),
        pytest.param(
            {"Content-Type": "application/json; profile=x; charset=latin1"}, False, id="Latin 1, behind another"
        ),
        pytest.param({**JSON, "Content-Encoding": "Identity"}, True, id="as it is"),
        pytest.param({**JSON, "Content-Encoding": "gzip"}, False, id="compressed"),
    ],
)
async def test_a_body_is_sent_as_it_is_in_utf_8(client, admin, headers, taken):
    reply = await client.post("/v1/teams", headers={**admin, **headers}, content=TEAM)
    assert reply.status_code == 201 if taken else is_problem(reply, 415, "unsupported_media_type")
    assert reply.headers.get("accept-encoding") == ("identity" if headers.get("Content-Encoding") == "gzip" else None)


async def test_accept_is_obeyed(client, admin):
    assert is_problem(await client.get("/v1/teams", headers={**admin, "Accept": "text/html"}), 406, "not_acceptable")


async def test_a_body_beyond_the_limit_is_refused(client, admin):
    reply = await client.post("/v1/teams", headers={**admin, **JSON}, content=b" " * (300 * 1024))
    assert is_problem(reply, 413, "too_large")


async def test_headers_beyond_the_limit_are_refused(client):
    assert is_problem(await client.get("/health/live", headers={"X-Long": "a" * 17_000}), 431, "headers_too_large")


@pytest.mark.parametrize(("language", "word"), [("fr", "nécessaire"), ("en", "API key")])
async def test_a_title_is_translated_and_its_code_is_not(client, language, word):
    reply = await client.get("/v1/me", headers={"Accept-Language": language})
    assert reply.headers["content-language"] == language
    assert reply.json()["code"] == "key_missing"
    assert word in reply.json()["title"] or (language == "fr" and "clé" in reply.json()["title"])


async def test_head_is_get_without_its_body(client, admin):
    got, head = await client.get("/v1/teams", headers=admin), await client.head("/v1/teams", headers=admin)
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["content-length"] == got.headers["content-length"]


async def test_every_reply_says_how_not_to_be_misread(client):
    headers = (await client.get("/health/live")).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in headers["content-security-policy"]


async def test_health_and_metrics_need_no_key(client):
    assert (await client.get("/health/live")).json() == {"status": "live"}
    assert (await client.get("/health/ready")).json() == {"status": "ready"}
    assert (
        'assess_requests_total{method="GET",route="/health/live",status="200"}' in (await client.get("/metrics")).text
    )


async def test_the_documentation_page_needs_neither_scripts_nor_the_internet(client):
    page = (await client.get("/docs")).text
    assert "<script" not in page
    assert "src=" not in page
    assert "//" not in page.replace("https://example.com", "").replace("http://127.0.0.1", "").split("<body>")[0]
    for operation in ("createCampaign", "saveAnswer", "createReport"):
        assert f'id="{operation}"' in page


def test_only_one_dependency_is_a_generator():
    """With two, a failing COMMIT becomes an ExceptionGroup and a 500."""
    generators = [name for name, each in DEPENDENCIES.items() if inspect.isasyncgenfunction(each.dependency)]
    assert generators == ["tx"]


async def test_a_transaction_begins_alone_when_all_else_is_there(application):
    """What begins beside something that refuses is cancelled, and its connection does not come back to the pool."""
    models = [
        each for route in application.litestar.routes for each in getattr(route, "route_handler_map", {}).values()
    ]
    made = {handler.operation_id: _made(model.dependency_batches) for handler, model in models}
    with_one = {name: batches for name, batches in made.items() if any("tx" in batch for batch in batches)}
    assert len(with_one) > 40
    assert {name: batches for name, batches in with_one.items() if batches[-1] != {"tx"}} == {}


def _made(batches):
    """What a handler depends on, in the order in which it is made; what stands together is made at once."""
    return [{each.key for each in batch} for batch in batches]


@pytest.mark.parametrize(
    ("fails", "status"),
    [
        pytest.param("select pg_terminate_backend(pg_backend_pid())", 503, id="a database that goes away"),
        pytest.param("select 1 / 0", 422, id="a value that cannot be"),
    ],
)
async def test_what_happens_to_a_transaction_under_its_handler_is_told_as_what_it_is(
    database, organisation, fails, status
):
    @get("/", dependencies=DEPENDENCIES)
    async def read(tx: NamedDependency[Tx]) -> None:
        await tx.execute(text(fails))

    async def know(connection, _):
        said = {"key_id": uuid4(), "name": "Ana", "role": Role.ADMIN, "scopes": frozenset(), "team_id": None}
        connection.scope["auth"] = Principal(organisation_id=organisation, **said)

    state = State({"database": database})
    app = Litestar(
        [read], guards=[know], exception_handlers=HANDLERS, state=state, openapi_config=None, logging_config=None
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://assess") as client:
        reply = await client.get("/")
    assert reply.status_code == status, reply.text


def test_a_group_that_explains_nothing_is_our_fault():
    request = SimpleNamespace(scope={}, headers={})
    assert HANDLERS[ExceptionGroup](request, ExceptionGroup("", [ValueError()])).status_code == 500


async def test_a_handler_without_a_policy_stops_the_start(application):
    handlers = handlers_of(application.litestar)
    assert len(handlers) > 30
    check_policies(handlers)
    bare = next(handler for handler in handlers if handler.handler_name == list_teams.handler_name)
    bare_guards = bare.resolve_guards()
    with pytest.raises(RuntimeError, match="exactly one permission"):
        check_policies([_Bare([guard for guard in bare_guards if not isinstance(guard, May)])])


class _Bare:
    """A handler whose policy was forgotten."""

    handler_name = "forgotten"

    def __init__(self, guards):
        self._guards = guards

    def resolve_guards(self):
        return self._guards


async def test_a_problem_is_never_cached(client):
    assert (await client.get("/v1/me")).headers["cache-control"] == "no-store"


async def test_a_request_id_is_new_each_time(client):
    replies = [await client.get("/health/live") for _ in range(3)]
    assert len({reply.headers["x-request-id"] for reply in replies}) == 3


async def test_json_is_what_it_says(client, admin):
    reply = await client.get("/v1/me", headers=admin)
    assert msgspec.json.decode(reply.content)["role"] == "admin"
