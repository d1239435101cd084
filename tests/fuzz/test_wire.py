"""Hostile bytes on the wire: what is no HTTP, what is two requests in one, what never ends."""

import asyncio
import random

import msgspec
import pytest
import uvicorn
from judging import StrictProblem
from mutations import MUTATIONS
from uvicorn.server import ServerState
from wire import replies, said

from assess.web.wire import Wire

pytestmark = pytest.mark.anyio

BODY = b'{"key":"wire","name":"Wire","parent":"house"}'
CHUNKED = b"2\r\n[]\r\n0\r\n\r\n"
MUTATED = 300
AT_ONCE = 25


def get(key, target=b"/v1/me", *headers, version=b"HTTP/1.1", host=b"Host: assess\r\n", method=b"GET"):
    lines = b"".join(header + b"\r\n" for header in headers)
    return b"%s %s %s\r\n%sAuthorization: %s\r\n%s\r\n" % (method, target, version, host, key.encode(), lines)


def post(key, *headers, body=BODY, target=b"/v1/teams"):
    return get(key, target, b"Content-Type: application/json", *headers, method=b"POST") + body


BROKEN = {
    "nothing": b"\r\n\r\n",
    "binary": bytes(range(256)),
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 200,
    "HTTP/2 preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/0.9": b"GET /\r\n\r\n",
    "no version": b"GET /v1/me\r\nHost: a\r\n\r\n",
    "version 9.9": b"GET /v1/me HTTP/9.9\r\nHost: a\r\n\r\n",
    "SSH": b"SSH-2.0-OpenSSH_9.9\r\n",
    "an unknown method": b"FOO /v1/me HTTP/1.1\r\nHost: a\r\n\r\n",
    "a lower-case method": b"get /v1/me HTTP/1.1\r\nHost: a\r\n\r\n",
    "a space in the address": b"GET /v1/ me HTTP/1.1\r\nHost: a\r\n\r\n",
    "a letter beyond ASCII": b"GET /v1/\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n",
    "a query beyond ASCII": b"GET /v1/me?\xff=\xfe HTTP/1.1\r\nHost: a\r\n\r\n",
    "authority form": b"CONNECT assess:443 HTTP/1.1\r\nHost: a\r\n\r\n",
    "asterisk form": b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
    "absolute form of nothing": b"GET http:// HTTP/1.1\r\nHost: a\r\n\r\n",
    "absolute form": b"GET http://other/v1/nothing HTTP/1.1\r\nHost: a\r\n\r\n",
    "no path": b"GET  HTTP/1.1\r\nHost: a\r\n\r\n",
    "a header without name": b"GET /v1/me HTTP/1.1\r\n: x\r\n\r\n",
    "a header without colon": b"GET /v1/me HTTP/1.1\r\nHost\r\n\r\n",
    "a header with NUL": b"GET /v1/me HTTP/1.1\r\nX: a\x00b\r\n\r\n",
    "a space before the colon": b"GET /v1/me HTTP/1.1\r\nHost : a\r\n\r\n",
    "a folded header": b"GET /v1/me HTTP/1.1\r\nHost: a\r\n b\r\n\r\n",
    "bare line feeds": b"GET /v1/me HTTP/1.1\nHost: a\n\n",
    "bare carriage returns": b"GET /v1/me HTTP/1.1\rHost: a\r\r",
    "two hosts": b"GET /v1/me HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "a host that is none": b"GET /v1/me HTTP/1.1\r\nHost: a b\r\n\r\n",
    "a port that is none": b"GET /v1/me HTTP/1.1\r\nHost: a:99999\r\n\r\n",
    "a bracket alone": b"GET /v1/me HTTP/1.1\r\nHost: [\r\n\r\n",
    "a long address": b"GET /" + b"a" * 10_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    "long headers": b"GET /v1/me HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 20_000 + b"\r\n\r\n",
    "many headers": b"GET /v1/me HTTP/1.1\r\nHost: a\r\n" + b"X: a\r\n" * 5_000 + b"\r\n",
    "an endless address": b"GET /" + b"a" * 200_000,
    "an endless header": b"GET /v1/me HTTP/1.1\r\nX: " + b"a" * 200_000,
    "endless headers": b"GET /v1/me HTTP/1.1\r\n" + b"X: aaaaaaaa\r\n" * 20_000,
}


@pytest.mark.parametrize("name", BROKEN)
async def test_broken_http_is_refused_with_words(served, name):
    found = replies(await said(served.port, BROKEN[name]))
    assert [400 <= reply.status < 500 for reply in found] in ([], [True]), (name, found)
    assert [reply for reply in found if not is_problem(reply)] == []
    assert found or name == "nothing" or "endless" in name, name


SMUGGLED = b"GET /v1/smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
BODIES = {
    "a length beyond the body": ((b"Content-Length: 9999",), BODY),
    "a negative length": ((b"Content-Length: -1",), BODY),
    "a length with a sign": ((b"Content-Length: +45",), BODY),
    "a length in hexadecimal": ((b"Content-Length: 0x2d",), BODY),
    "a list of lengths": ((b"Content-Length: 45, 45",), BODY),
    "a length of 23 digits": ((b"Content-Length: " + b"9" * 23,), BODY),
    "two lengths": ((b"Content-Length: 45", b"Content-Length: 0"), BODY),
    "a length and chunks": ((b"Content-Length: 4", b"Transfer-Encoding: chunked"), b"0\r\n\r\n" + SMUGGLED),
    "chunks and a length": ((b"Transfer-Encoding: chunked", b"Content-Length: 100"), b"0\r\n\r\n" + SMUGGLED),
    "chunks, twice": ((b"Transfer-Encoding: chunked", b"Transfer-Encoding: identity"), b"0\r\n\r\n" + SMUGGLED),
    "chunks not last": ((b"Transfer-Encoding: chunked, identity",), b"0\r\n\r\n" + SMUGGLED),
    "an encoding with a tab": ((b"Transfer-Encoding:\tchunked",), CHUNKED),
    "an encoding that is hidden": ((b"Transfer-Encoding: xchunked", b"Content-Length: 5"), b"0\r\n\r\n" + SMUGGLED),
    "an encoding after a space": ((b"Transfer-Encoding : chunked", b"Content-Length: 5"), b"0\r\n\r\n" + SMUGGLED),
    "a chunk of a wrong size": ((b"Transfer-Encoding: chunked",), b"zz\r\n[]\r\n0\r\n\r\n"),
    "a negative chunk": ((b"Transfer-Encoding: chunked",), b"-2\r\n[]\r\n0\r\n\r\n"),
    "a chunk of 23 digits": ((b"Transfer-Encoding: chunked",), b"f" * 23 + b"\r\n[]"),
    "a chunk that is too short": ((b"Transfer-Encoding: chunked",), b"9\r\n[]\r\n0\r\n\r\n"),
    "an endless chunk extension": ((b"Transfer-Encoding: chunked",), b"2;a=" + b"b" * 200_000),
    "endless trailers": ((b"Transfer-Encoding: chunked",), b"0\r\n" + b"X: aaaa\r\n" * 40_000),
    "a chunked body": ((b"Transfer-Encoding: chunked",), CHUNKED),
    "no length": ((), BODY),
    "a body that must wait": ((b"Expect: 100-continue", b"Content-Length: 2"), b"[]"),
    "an upgrade": ((b"Connection: Upgrade", b"Upgrade: websocket", b"Content-Length: 2"), b"[]"),
    "an upgrade to HTTP/2": ((b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"Content-Length: 2"), b"[]"),
}


HOW_MANY = {
    "a length beyond the body": (0,),  # its end is still awaited
    "a chunk that is too short": (0,),
    "an endless chunk extension": (0, 1),  # cut while more comes, which may cost the reply
    "endless trailers": (0, 1),
    "no length": (1, 2),
}
"""Replies, where it is not one."""


@pytest.mark.parametrize("name", BODIES)
async def test_a_body_that_lies_about_itself_hides_no_second_request(served, key, name):
    headers, body = BODIES[name]
    heard = await said(served.port, post(key, *headers, body=body))
    found = [reply for reply in replies(heard) if reply.status != 100]
    assert len(found) in HOW_MANY.get(name, (1,)), found
    assert [reply for reply in found if not 400 <= reply.status < 500 or not is_problem(reply)] == []


async def test_pipelined_requests_are_answered_in_order(served, key):
    heard = await said(served.port, get(key) + get(key, b"/v1/nothing") + get(key, b"/health/live"), silence=1.0)
    assert [reply.status for reply in replies(heard)] == [200, 404, 200]


async def test_rubbish_after_a_request_takes_nothing_from_its_reply(served, key):
    found = replies(await said(served.port, get(key) + b"\x00\x01\x02 rubbish\r\n\r\n", silence=1.0))
    assert found[0].status == 200


async def test_a_request_in_single_bytes_is_one_request(served, key):
    whole = get(key)
    found = replies(await said(served.port, *(whole[at : at + 1] for at in range(len(whole)))))
    assert [reply.status for reply in found] == [200]


async def test_no_mutated_bytes_do_harm(served, key, seed, capsys):
    luck = random.Random(seed)
    good = [
        get(key),
        post(key, b"Content-Length: %d" % len(BODY)),
        post(key, b"Transfer-Encoding: chunked", body=CHUNKED),
    ]
    wrong = [_mutated(luck, luck.choice(good)) for _ in range(MUTATED)]
    found = []
    for at in range(0, len(wrong), AT_ONCE):
        found += await asyncio.gather(*(said(served.port, each, silence=0.25) for each in wrong[at : at + AT_ONCE]))
    statuses = [reply.status for heard in found for reply in replies(heard)]
    with capsys.disabled():
        print(f"\nmutated on the wire: {MUTATED} connections, {len(statuses)} replies, {sorted(set(statuses))}")
    assert not [status for status in statuses if status >= 500]
    refused = [reply for heard in found for reply in replies(heard) if reply.status >= 400]
    assert [reply for reply in refused if not is_problem(reply)] == []
    assert len(refused) > MUTATED / 4


async def test_the_server_lives_and_has_nothing_to_complain_of(served, key):
    assert replies(await said(served.port, get(key)))[0].status == 200
    assert served.complaints() == []


class Hasty(Wire):
    slowest = 0.2


@pytest.fixture
async def hasty():
    """The port of a server in this very process that is soon tired of waiting; what it is asked it echoes, after a moment."""

    async def echo(_scope, receive, send):
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body, more = body + message["body"], message["more_body"]
        await asyncio.sleep(0.05)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
        await send({"type": "http.response.body", "body": body})

    config, state = uvicorn.Config(echo, ws="none", log_config=None), ServerState()
    config.load()
    server = await asyncio.get_running_loop().create_server(lambda: Hasty(config, state, {}), "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


HEAD = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("parts", "statuses"),
    [
        pytest.param((b"POST / HT",), [408], id="a head that dawdles"),
        pytest.param((HEAD + CHUNKED,), [200], id="a whole request"),
        pytest.param((HEAD + CHUNKED, b"GET /"), [200, 408], id="a head that dawdles after a request"),
        pytest.param((HEAD + CHUNKED + b"GET / HTTP/1.1\r\nHo",), [200], id="rubbish beside a request"),
        pytest.param((HEAD + CHUNKED + b"\x00\r\n\r\n",), [200], id="no HTTP after a request"),
        pytest.param((HEAD + b"zz\r\n",), [400], id="a broken body"),
        pytest.param((HEAD + b"0\r\n", b"X: a\r\n" * 10_900, b"X: a\r\n" * 100), [431], id="endless trailers"),
        pytest.param((b"GET / HTTP/1.1\r\nX: " + b"a" * 65_000, b"a" * 1000), [431], id="an endless header"),
        pytest.param((b"GET /" + b"a" * 65_000, b"a" * 1000), [431], id="an endless address"),
    ],
)
async def test_a_connection_ends_with_words_and_every_whole_request_has_its_reply(hasty, parts, statuses):
    heard = await said(hasty, *parts, silence=0.6)
    assert [reply.status for reply in replies(heard)] == statuses


async def test_rubbish_after_a_reply_is_refused_on_its_own(hasty):
    reader, writer = await asyncio.open_connection("127.0.0.1", hasty)
    writer.write(HEAD + CHUNKED)
    assert replies(await reader.readuntil(b"[]"))[0].status == 200
    writer.write(b"\x00\r\n\r\n")
    assert replies(await reader.read())[0].status == 400
    writer.close()
    await writer.wait_closed()


def is_problem(reply):
    problem = msgspec.json.decode(reply.body, type=StrictProblem)
    return problem.status == reply.status and dict(reply.headers)[b"content-type"] == b"application/problem+json"


def _mutated(luck, good):
    wrong = bytearray(good)
    for _ in range(luck.choice((1, 1, 2, 4))):
        luck.choice(MUTATIONS)(luck, wrong, good)
    return bytes(wrong)
