"""The edge: what is refused before a room sees it, in both languages; what every reply says; and the end of an operation."""

import asyncio
import re
from datetime import UTC, datetime

import httpx
import pytest
from litestar import Litestar, get

from assess.app import describe, handlers_of
from assess.errors import refusals
from assess.tenancy.access import may, problems
from assess.tenancy.model import Permission
from assess.web.admission import AT_ONCE, Admission
from assess.web.bodies import Bodies
from assess.web.described import with_conventions
from assess.web.edge import Edge
from assess.web.envelope import MAX_HEADERS, MAX_UPLOAD, MAX_URL
from assess.web.idempotency import IDEMPOTENT
from assess.web.limits import UNCOUNTED
from assess.web.metrics import Metrics
from assess.web.problems import HANDLERS
from assess.web.retirement import RETIRED, Retirement
from routes import at, routes_of, same

pytestmark = pytest.mark.anyio

LONG = {"X-Long": "a" * (MAX_HEADERS + 1)}
GONE = Retirement(
    since=datetime(2026, 1, 31, 12, tzinfo=UTC), until=datetime(2026, 12, 31, 12, tzinfo=UTC), link="/docs#old"
)


def scope_of(method="POST", path="/v1/teams", headers=(), query=b""):
    pairs = [(name.lower().encode(), value.encode()) for name, value in headers]
    about = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http", "root_path": ""}
    return {
        **about,
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query,
        "headers": pairs,
        "server": ("assess", 80),
        "client": ("127.0.0.1", 1),
    }


async def exchanged(app, scope, *messages, then=None):
    """What an application answers to these messages; afterwards ``receive`` waits, or says ``then``."""
    waiting, sent = list(messages), []

    async def receive():
        if waiting:
            return waiting.pop(0)
        if then is not None:
            return then
        return await asyncio.sleep(60)

    async def send(message):
        sent.append(message)

    await app(scope, receive, send)
    return sent


def chunk(body, more=False):
    return {"type": "http.request", "body": body, "more_body": more}


@pytest.mark.parametrize(
    ("path", "headers", "status", "french"),
    [
        pytest.param("/" + "a" * MAX_URL, {}, 414, "L’adresse", id="a long address"),
        pytest.param("/v1/teams?x=" + "a" * MAX_URL, {}, 414, "L’adresse", id="a long query"),
        pytest.param("/v1/teams", LONG, 431, "Les en-têtes", id="long headers"),
    ],
)
async def test_what_is_too_large_to_look_at_is_refused_in_both_languages(client, path, headers, status, french):
    replies = [await client.get(path, headers={**headers, "Accept-Language": each}) for each in ("fr", "en")]
    for reply in replies:
        problem = reply.json()
        assert reply.status_code == status == problem["status"]
        assert reply.headers["content-type"] == "application/problem+json"
        assert reply.headers["vary"] == "Accept-Language"
        assert reply.headers["x-request-id"] == problem["request_id"]
        assert reply.headers["x-content-type-options"] == "nosniff"
    assert replies[0].json()["title"].startswith(french)
    assert replies[0].json()["code"] == replies[1].json()["code"]
    assert replies[0].json()["title"] != replies[1].json()["title"]


async def test_head_of_what_is_public_has_no_body_either(client):
    got, head = await client.get("/v1/questionnaires"), await client.head("/v1/questionnaires")
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", got.headers["content-length"])


async def test_what_just_fits_is_looked_at(client):
    path = "/v1/" + "a" * (MAX_URL - len("/v1/"))
    assert (await client.get(path)).status_code == 404


@pytest.mark.parametrize("refusal", refusals(), ids=lambda refusal: refusal.__name__)
def test_every_refusal_says_something_else_in_french(refusal):
    assert refusal.title_fr != refusal.title()


async def test_a_body_in_pieces_arrives_whole(client, admin):
    async def pieces():
        for piece in (b'{"key":"a",', b'"name"', b':"A"}'):
            yield piece

    headers = {**admin, "Content-Type": "application/json"}
    assert (await client.post("/v1/teams", headers=headers, content=pieces())).json()["name"] == "A"


async def test_after_its_body_a_request_can_still_be_heard_to_end():
    heard = []

    async def listening(_scope, receive, _send):
        heard.extend([await receive(), await receive(), await receive()])

    gone = {"type": "http.disconnect"}
    scope = scope_of(headers=[("Content-Length", "2")])
    await exchanged(Edge(listening, Metrics(), Admission(1, 1)), scope, chunk(b"{", more=True), chunk(b"}"), then=gone)
    assert heard == [chunk(b"{", more=True), chunk(b"}"), gone]


async def test_a_body_that_does_not_arrive_is_given_up_and_takes_no_place(application):
    edge = Edge(application.litestar, Metrics(), admission := Admission(1, 1), bodies := Bodies(slowest=0.05))
    free = bodies.free
    start, body = await exchanged(edge, scope_of(headers=[("Content-Length", "10")]), chunk(b"{", more=True))
    assert start["status"] == 408
    assert b"too_slow" in body["body"]
    assert (admission.quick.free, bodies.free) == (AT_ONCE, free)


async def test_bodies_in_pieces_have_so_much_memory_together_and_give_it_back(application, admin):
    edge = Edge(application.litestar, Metrics(), Admission(1, 1), bodies := Bodies(most=20))
    scope = scope_of(headers=[*admin.items(), ("Content-Type", "application/json"), ("Transfer-Encoding", "chunked")])
    team = [chunk(b'{"key":"a"', more=True), chunk(b',"name":"A"}')]
    start, body = await exchanged(edge, scope, chunk(b" " * 11, more=True), chunk(b" " * 11, more=True))
    assert (start["status"], dict(start["headers"])[b"retry-after"]) == (503, b"1")
    assert b"service_busy" in body["body"]
    waiting = asyncio.create_task(exchanged(edge, scope, chunk(b" " * 11, more=True)))
    await asyncio.sleep(0)
    assert [message["status"] for message in await exchanged(edge, scope, *team) if "status" in message] == [503]
    small = scope_of(headers=[*admin.items(), ("Content-Type", "application/json"), ("Content-Length", "22")])
    whole = chunk(b"".join(piece["body"] for piece in team))
    assert (await exchanged(edge, small, whole))[0]["status"] == 201, "whatever comes in one piece passes"
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert bodies.free == 20


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE", "OPTIONS"])
async def test_a_body_that_nobody_reads_is_not_waited_for(application, admin, method):
    scope = scope_of(method, headers=[*admin.items(), ("Content-Length", "10")])
    start, *_ = await exchanged(application, scope)
    assert start["status"] == (200 if method in {"GET", "HEAD"} else 405)


async def test_whoever_hangs_up_half_way_gets_nothing_and_costs_nothing(application):
    metrics = Metrics()
    edge = Edge(application.litestar, metrics, Admission(1, 1))
    gone = {"type": "http.disconnect"}
    assert (
        await exchanged(edge, scope_of(headers=[("Transfer-Encoding", "chunked")]), chunk(b"{", more=True), gone) == []
    )
    assert 'assess_requests_total{method="POST",route="unknown",status="499"} 1\n' in metrics.text()


async def test_a_body_without_end_is_refused_by_its_size(application, admin):
    headers = [*admin.items(), ("Content-Type", "application/json"), ("Transfer-Encoding", "chunked")]
    endless = chunk(b" " * (MAX_UPLOAD // 4), more=True)
    start, *_ = await exchanged(application, scope_of(headers=headers), then=endless)
    assert start["status"] == 413


async def test_a_body_that_says_it_is_too_large_is_not_waited_for(application, admin):
    headers = [*admin.items(), ("Content-Type", "application/json"), ("Content-Length", str(MAX_UPLOAD + 1))]
    start, *_ = await exchanged(application, scope_of(headers=headers))
    assert start["status"] == 413


async def test_whoever_invents_methods_fills_no_memory(application):
    metrics = Metrics()
    edge = Edge(application.litestar, metrics, Admission(1, 1))
    for number in range(20):
        await exchanged(edge, scope_of(f"M{number}", "/v1/teams"))
    assert set(re.findall('method="([^"]*)"', metrics.text())) == {"OTHER"}


async def test_what_is_no_http_passes_through(application):
    seen = []

    async def inner(scope, _receive, _send):
        seen.append(scope["type"])

    await Edge(inner, Metrics(), Admission(1, 1))({"type": "lifespan"}, None, None)
    assert seen == ["lifespan"]


async def test_a_crash_gives_the_place_back_and_is_counted_as_one():
    async def crash(_scope, _receive, _send):
        raise OSError

    edge = Edge(crash, metrics := Metrics(), admission := Admission(1, 1))
    with pytest.raises(OSError):  # noqa: PT011 - the very one above
        await exchanged(edge, scope_of("GET"))
    assert admission.quick.free == AT_ONCE
    assert 'assess_requests_total{method="GET",route="unknown",status="500"} 1\n' in metrics.text()


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_reply_in_pieces_is_tagged_when_it_is_whole(method):
    async def pieces(scope, _receive, send):
        scope["private"] = True
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
        await send({"type": "http.response.body", "body": b"[1,", "more_body": True})
        await send({"type": "http.response.body", "body": b"2]"})

    start, body = await exchanged(Edge(pieces, Metrics(), Admission(1, 1)), scope_of(method))
    assert dict(start["headers"])[b"etag"].startswith(b'"')
    assert body["body"] == (b"[1,2]" if method == "GET" else b"")


async def exchanges(client, application, world, method, headers=None):
    """Every operation that reads, asked by whoever may, with ``headers`` of the address."""
    for route in routes_of(application):
        if route.method == "GET":
            path = at(route.path, world.ids) + (f"?{world.shared_query}" if "shared" in route.path else "")
            key = {Permission.PUBLIC: {}, Permission.RESPOND: world.keys["respondent"]}.get(route.permission)
            said = {**(world.keys["admin"] if key is None else key), **(headers or {}).get(path, {})}
            yield path, await client.request(method, path, headers=said)


async def test_head_is_answered_as_get_is_without_the_body(client, application, world):
    got = {path: reply async for path, reply in exchanges(client, application, world, "GET")}
    async for path, head in exchanges(client, application, world, "HEAD"):
        if path == "/metrics":
            del (
                head.headers["content-length"],
                got[path].headers["content-length"],
            )  # this very request is counted there
        status, headers, _ = same(got[path])
        assert same(head) == (status, headers, b""), path


async def test_whatever_is_read_and_may_be_kept_is_tagged_and_need_not_be_sent_again(client, application, world):
    got = {path: reply async for path, reply in exchanges(client, application, world, "GET")}
    good = {path: reply for path, reply in got.items() if reply.status_code == 200}
    kept = {path: reply for path, reply in good.items() if reply.headers["cache-control"] != "no-store"}
    assert good.keys() - kept.keys() == {"/health/live", "/health/ready", "/metrics"}
    tags = {path: {"If-None-Match": reply.headers["etag"]} for path, reply in kept.items()}
    again = {path: reply async for path, reply in exchanges(client, application, world, "GET", tags)}
    for path in kept:
        assert (again[path].status_code, again[path].content) == (304, b""), path
        assert again[path].headers["etag"] == tags[path]["If-None-Match"]


@pytest.mark.parametrize(("cache", "tagged"), [(b"no-store", False), (b"private, no-cache", True)])
async def test_what_nobody_may_keep_has_no_tag(cache, tagged):
    async def form(scope, _receive, send):
        scope["private"] = True
        headers = [(b"content-type", b"application/json"), (b"cache-control", cache)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"{}"})

    start, _ = await exchanged(Edge(form, Metrics(), Admission(1, 1)), scope_of("GET"))
    assert (b"etag" in dict(start["headers"])) is tagged


def retiring(**until):
    @get(
        "/old",
        guards=[may(Permission.PUBLIC)],
        responses=problems(),
        operation_id="readOld",
        opt={RETIRED: Retirement(since=GONE.since, link=GONE.link, **until)},
    )
    async def read_old() -> dict[str, str]:
        """What was."""
        return {"still": "here"}

    return read_old


@pytest.mark.parametrize("until", [GONE.until, None], ids=["with an end", "without"])
async def test_an_operation_that_is_retired_says_since_when_until_when_and_what_instead(until):
    app = Litestar([retiring(until=until)], exception_handlers=HANDLERS, openapi_config=None, logging_config=None)
    edge = Edge(app, Metrics(), Admission(1, 1))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(edge), base_url="http://assess") as client:
        headers = (await client.get("/old")).headers
    assert headers["deprecation"] == "@1769860800"
    assert headers.get("sunset") == ("Thu, 31 Dec 2026 12:00:00 GMT" if until else None)
    assert headers["link"] == '</docs#old>; rel="deprecation"; type="text/html"'


def test_an_operation_that_is_retired_is_described_so():
    handler = Litestar([retiring(until=None)], openapi_config=None, logging_config=None).routes[0].route_handlers[0]
    operation = {"security": [], "responses": {"200": {"description": "Good"}}}
    with_conventions(operation, "get", handler)
    assert operation["deprecated"] is True
    assert {"Deprecation", "Sunset"} <= set(operation["responses"]["200"]["headers"])


async def test_the_document_tells_every_convention_of_every_operation(application):
    document = describe()
    said = {each["operationId"]: each for item in document["paths"].values() for each in item.values()}
    for handler in handlers_of(application.litestar):
        operation = said[str(handler.operation_id)]
        statuses, names = set(operation["responses"]), {each["name"] for each in operation.get("parameters", ())}
        assert statuses >= {"406", "414", "431", "500", "503"}
        assert ("429" in statuses) == (UNCOUNTED not in handler.opt)
        assert ("Idempotency-Key" in names) == bool(handler.opt.get(IDEMPOTENT))
        places = "places" in handler.opt
        changes = "changes" in handler.opt or (places and "freely" not in handler.opt)
        assert ("If-Match" in names) == ("412" in statuses) == (changes or places)
        assert ("428" in statuses) == changes
        assert ({"cursor", "limit"} <= names) == ("pages" in handler.parsed_fn_signature.parameters)
        assert ("requestBody" in operation) == ({"408", "413"} <= statuses)
        good = next(reply for status, reply in operation["responses"].items() if status.startswith("2"))
        assert "X-Request-Id" in good["headers"]
        assert ("If-None-Match" in names) == ("304" in statuses or places)
        assert "304" not in statuses or "ETag" in good["headers"]
