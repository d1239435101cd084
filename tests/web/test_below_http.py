"""Below HTTP: how a connection ends when what comes is no request, comes too slowly, or never ends."""

import asyncio
import re

import pytest
import uvicorn
from uvicorn.server import ServerState

from assess.web.wire import MAX_HEAD, Wire

pytestmark = pytest.mark.anyio

GOOD = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}"
CHUNKS = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
EARLY = CHUNKS.replace(b"POST /", b"POST /early")


class Hasty(Wire):
    """It is soon tired of waiting."""

    slowest, most = 0.2, 3


async def answer(scope, receive, send):
    """Reply when the body is whole; ``/early`` begins before."""
    start = {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]}
    if scope["path"] == "/early":
        await send(start)
        await send({"type": "http.response.body", "body": b"{", "more_body": True})
    while (message := await receive())["type"] == "http.request" and message["more_body"]:
        pass
    if message["type"] == "http.disconnect":
        return
    await asyncio.sleep(0.05)
    if scope["path"] != "/early":
        await send(start)
    await send({"type": "http.response.body", "body": b"{}"})


@pytest.fixture
async def port():
    config, state = uvicorn.Config(answer, ws="none", log_config=None), ServerState()
    config.load()
    server = await asyncio.get_running_loop().create_server(lambda: Hasty(config, state, {}), "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def told(port, *parts):
    """Everything that is said until the server hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for part in parts:
        writer.write(part)
        await writer.drain()
        await asyncio.sleep(0.02)
    async with asyncio.timeout(5):
        heard = await reader.read()
    writer.close()
    await writer.wait_closed()
    return heard


@pytest.mark.parametrize(
    ("parts", "statuses"),
    [
        pytest.param((b"\x00\r\n\r\n",), [b"400"], id="no HTTP"),
        pytest.param((b"GET / HT",), [b"408"], id="a head that dawdles"),
        pytest.param((b"GET / HT", b"TP"), [b"408"], id="a head that dawdles in pieces"),
        pytest.param((GOOD, b"GE"), [b"200", b"408"], id="a head that dawdles after a reply"),
        pytest.param((b"GET / HTTP/1.1\r\nX: " + b"a" * MAX_HEAD, b"a" * 99), [b"431"], id="a head without end"),
        pytest.param((GOOD[:-2],), [b"408"], id="a body of which nothing comes"),
        pytest.param((GOOD[:-1],), [b"408"], id="a body of which half comes"),
        pytest.param((CHUNKS, b"1\r\n{\r\n"), [b"408"], id="a body in pieces of which the last is missing"),
        pytest.param((GOOD, GOOD[:-2]), [b"200", b"408"], id="a body of which nothing comes after a reply"),
        pytest.param((EARLY,), [b"200"], id="a body of which nothing comes when its reply has begun"),
        pytest.param((CHUNKS + b"zz\r\n",), [b"400"], id="a body that is broken"),
        pytest.param((GOOD + b"\x00\r\n\r\n",), [b"200"], id="no HTTP behind a request, which gets its reply"),
        pytest.param((EARLY, b"zz\r\n"), [b"200"], id="a body that is broken when its reply has begun"),
    ],
)
async def test_a_connection_ends_with_words_and_every_whole_request_has_its_reply(port, parts, statuses):
    heard = await told(port, *parts)
    assert re.findall(rb"HTTP/1\.1 (\d{3}) ", heard) == statuses
    assert heard.count(b"application/problem+json") == len([status for status in statuses if status >= b"400"])


async def test_a_connection_too_many_is_told_so_and_makes_no_other_one_wait(port):
    others = [await asyncio.open_connection("127.0.0.1", port) for _ in range(Hasty.most)]
    heard = await told(port)
    assert re.match(rb"HTTP/1\.1 503 .*service_busy", heard, re.DOTALL)
    assert b"Retry-After: 1\r\n" in heard
    for _, writer in others:
        writer.close()
        await writer.wait_closed()
    assert b" 200 " in await told(port, GOOD.replace(b"Host: a", b"Host: a\r\nConnection: close"))
