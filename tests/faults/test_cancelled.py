"""Whoever hangs up, or is given up, takes no connection along: neither of the pool nor of admission."""

import asyncio
import random
import socket
import struct
from collections.abc import AsyncIterator
from typing import Any

import httpx
import msgspec
import pytest
import uvicorn

from assess.app import Application, Resources, create_app
from assess.serve import configured
from assess.settings import Settings
from assess.storage.database import Database
from campaign.company import done, exchanged, launched, saved
from connections import out_of
from faults.phones import Headers, items_of

pytestmark = pytest.mark.anyio
HUNG_UP, GIVEN_UP = 8000, 2000
AT_ONCE = 40
THINKING = 40
"""Of so many requests one thinks in the worker: it would be busy for long after the last one."""
Requests = list[tuple[str, str, Headers, bytes]]
_RST = struct.pack("ii", 1, 0)


@pytest.fixture(scope="module")
def app(application: Application, settings: Settings) -> Application:
    """The whole application, without a limit of rate and without its background loop."""
    state = application.litestar.state
    resources = {name: state[name] for name in Resources.__struct_fields__}
    free = msgspec.structs.replace(settings, rate=0, housekeeping=0)
    return create_app(Resources(**{**resources, "settings": free}))


@pytest.fixture
async def requests(client: httpx.AsyncClient, admin: Headers, thinking: Requests) -> Requests:
    """One request of each kind: read and written by the hot path, read and written in a transaction, with a key; and now and
    then one that thinks."""
    campaign = await launched(client, admin, {"lyon": 5})
    key = await exchanged(client, campaign.invitations[0]["token"])
    item = items_of(done(await client.get("/v1/respond", headers=key)))[0]
    answer = b'{"answer":{"type":"level","level":2},"comment":null,"sequence":1}'
    team = b'{"key":"nantes","name":"Nantes","parent":"business"}'
    quick = [
        ("GET", "/v1/respond", key, b""),
        ("PUT", f"/v1/respond/answers/{item}", key, answer),
        ("GET", "/v1/teams", admin, b""),
        ("POST", "/v1/teams", {**admin, "Idempotency-Key": '"nantes"'}, team),
    ]
    return [each for thought in thinking for each in [*(quick * (THINKING // 4))[:-1], thought]]


@pytest.fixture
async def thinking(client: httpx.AsyncClient, admin: Headers) -> Requests:
    """Requests that wait for a worker: a questionnaire is checked, a roadmap is planned, once for its key."""
    closed = await launched(client, admin, {"nice": 5}, key="autumn")
    for person in closed.invitations:
        key = await exchanged(client, person["token"])
        for item in items_of(done(await client.get("/v1/respond", headers=key))):
            await saved(client, key, item, 3)
        done(await client.post("/v1/respond/submit", headers=key))
    done(await client.post(f"{closed.at}/close", headers=admin))
    roadmap = msgspec.json.encode({"campaign_id": closed.id, "starts_on": "2030-01-01"})
    checked = b'{"key":"own","version":"1.0.0","languages":["en"]}'
    return [
        ("POST", "/v1/questionnaires/validate", {}, checked),
        ("POST", "/v1/roadmaps", {**admin, "Idempotency-Key": '"plan"'}, roadmap),
    ]


@pytest.fixture
async def untouched(app: Application, database: Database, settings: Settings) -> AsyncIterator[None]:
    """After the test every connection is back in the pool and works, and every place in both lanes of admission is free."""
    admission = app.litestar.state.admission
    free = admission.quick.free, admission.thinking.free
    yield
    async with asyncio.timeout(20):
        while out_of(database) or (admission.quick.free, admission.thinking.free) != free:
            await asyncio.sleep(0.02)
    ask = "select pg_backend_pid() as pid, pg_sleep(0.2)"
    hot = await asyncio.gather(*(database.call(ask) for _ in range(settings.pool)))
    assert len({row["pid"] for row in hot}) == settings.pool
    idle = (
        "select count(*) as n from pg_stat_activity where state like 'idle in transaction%' and usename = current_user"
    )
    assert (await database.call(idle))["n"] == 0


@pytest.mark.usefixtures("untouched")
async def test_eight_thousand_clients_that_hang_up_leak_nothing_and_undo_nothing(
    app: Application, client: httpx.AsyncClient, requests: Requests
) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener:
        server = uvicorn.Server(configured(app, 10))
        serving = asyncio.create_task(server.serve([listener]))
        port, chance = listener.getsockname()[1], random.Random(1)
        await at_once(
            HUNG_UP, lambda which: hang_up(port, raw(*requests[which % len(requests)]), chance.random() * 0.02)
        )
        server.should_exit = True
        await serving
    (_, _, key, _), _, (_, _, admin, _), *_ = requests
    assert [each["sequence"] for each in done(await client.get("/v1/respond", headers=key))["answers"]] == [1]
    teams = done(await client.get("/v1/teams", headers=admin))["items"]
    assert [each["key"] for each in teams].count("nantes") == 1, "one effect per key"
    assert len(done(await client.get("/v1/roadmaps", headers=admin))["items"]) == 1, "one effect per key"


@pytest.mark.usefixtures("untouched")
async def test_two_thousand_requests_that_are_given_up_leak_nothing(app: Application, requests: Requests) -> None:
    chance = random.Random(2)
    ended = await at_once(
        GIVEN_UP, lambda which: give_up(app, *requests[which % len(requests)], steps=chance.randrange(60))
    )
    assert 200 < sum(ended) < GIVEN_UP - 200, "some end before they are given up, most do not"


async def at_once(times: int, act: Any) -> list[Any]:
    """``act`` so many times, some at once."""
    numbers = iter(range(times))

    async def some() -> list[Any]:
        return [await act(which) for which in numbers]

    return [each for worker in await asyncio.gather(*(some() for _ in range(AT_ONCE))) for each in worker]


async def hang_up(port: int, request: bytes, after: float) -> None:
    """Send a request whole, and reset the connection soon after."""
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    await asyncio.sleep(after)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RST)
    writer.transport.abort()


async def give_up(app: Application, method: str, path: str, headers: Headers, body: bytes, *, steps: int) -> bool:
    """Cancel a request after so many turns of the event loop, as a server does at the end of its patience."""
    bodies = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> Any:
        return next(bodies, {"type": "http.disconnect"})

    async def send(message: Any) -> None:
        await asyncio.sleep(0)

    task = asyncio.create_task(app(scope_of(method, path, headers, body), receive, send))
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return not task.cancelled()


def scope_of(method: str, path: str, headers: Headers, body: bytes) -> dict[str, Any]:
    """An ASGI scope."""
    pairs = [(name.lower().encode(), value.encode()) for name, value in full(headers, body).items()]
    about = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http", "root_path": ""}
    where = {"method": method, "path": path, "raw_path": path.encode(), "query_string": b"", "headers": pairs}
    return {**about, **where, "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80), "state": {}, "extensions": {}}


def raw(method: str, path: str, headers: Headers, body: bytes) -> bytes:
    """A request as it is on the wire."""
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in full(headers, body).items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


def full(headers: Headers, body: bytes) -> Headers:
    """The headers with those that every client sends."""
    about = {"Content-Type": "application/json", "Content-Length": str(len(body))} if body else {}
    return {"Host": "assess", **headers, **about}
