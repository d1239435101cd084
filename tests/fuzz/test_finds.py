"""What hostile input has found, each by name, so that it stays away."""

import msgspec
import pytest
from asking import Sent, ask
from judging import StrictProblem, faults
from wire import replies, said

pytestmark = pytest.mark.anyio


@pytest.fixture
async def asked(boundless, scene, specification):
    """Ask as the admin; every reply must keep the law of all of them."""

    async def asking(method, target, *headers, body=b""):
        key = scene.world.keys["admin"]["Authorization"].encode()
        sent = Sent(method=method, target=target, headers=((b"authorization", key), *headers), body=body)
        got = await ask(boundless, sent)
        assert faults(specification, sent, got) == []
        code = msgspec.json.decode(got.body, type=StrictProblem).code if got.status >= 400 else None
        return got.status, code, got

    return asking


@pytest.mark.parametrize("host", [b"a:99999", b"a:1:2", b"[::1", b"a b", b"\xff", b"a/b", b"a,b:x"])
async def test_a_host_that_cannot_be_is_malformed(asked, host):
    """A port beyond 65535 was a ValueError of the framework's, 500."""
    assert (await asked("GET", b"/v1/teams", (b"host", host)))[:2] == (400, "host_malformed")


async def test_two_hosts_are_malformed(asked):
    assert (await asked("GET", b"/v1/teams", (b"host", b"a"), (b"host", b"b")))[:2] == (400, "host_malformed")


@pytest.mark.parametrize("host", [b"", b"a", b"a:8321", b"[::1]:8321", b"127.0.0.1", b"a.example:"])
async def test_a_host_that_can_be_is_taken(asked, host):
    assert (await asked("GET", b"/v1/teams", (b"host", host)))[0] == 200


@pytest.mark.parametrize("length", [b"9" * 5000, b"9" * 23, b"-1", b"x", b"1, 2", b" ", b"\xb2"])
async def test_a_length_that_is_no_number_is_malformed(asked, length):
    """5,000 digits were a ValueError at the very edge, and no reply at all."""
    assert (await asked("GET", b"/v1/teams", (b"content-length", length)))[:2] == (400, "length_malformed")


@pytest.mark.parametrize("target", [b"/v1/teams?\xff=\xfe", "/v1/é".encode()])
async def test_an_address_beyond_ascii_is_malformed(asked, target):
    """It was told that its body must be JSON."""
    assert (await asked("GET", target))[:2] == (400, "address_malformed")


@pytest.mark.parametrize("target", [b"/v1/teams", b"/v1/campaigns", b"/health/live", b"/v1/respond/submit"])
async def test_options_is_refused_like_any_method_that_is_not_there(asked, target):
    """The framework answered it by itself: 204, without any policy."""
    assert (await asked("OPTIONS", target))[:2] == (405, "method_not_allowed")


@pytest.mark.parametrize(
    ("method", "target", "allowed"),
    [
        pytest.param("PATCH", b"/v1/teams", b"GET, HEAD, POST", id="a list"),
        pytest.param("OPTIONS", b"/v1/teams/import", b"POST", id="an import"),
        pytest.param("POST", b"/v1/teams/00000000-0000-7000-8000-000000000000", b"GET, HEAD, PUT", id="an object"),
    ],
)
async def test_a_method_that_is_not_there_is_told_which_are(asked, method, target, allowed):
    status, _, got = await asked(method, target)
    assert (status, got.header(b"allow")) == (405, allowed)


@pytest.mark.parametrize(
    "header",
    [(b"content-length", b"2"), (b"transfer-encoding", b"chunked"), (b"content-type", b"text/plain")],
    ids=["a length", "chunks", "another type"],
)
async def test_a_body_that_nobody_asked_for_is_not_looked_at(asked, header):
    """It was a 415 that no document knew, and that named a type which the address does not take either."""
    assert (await asked("GET", b"/v1/teams", header, body=b"{}"))[0] == 200


@pytest.mark.parametrize("limit", [b"0", b"-1", b"201", b"9" * 23, b"x", b"", b"1.5"])
async def test_a_page_of_an_impossible_size_is_refused(asked, limit):
    """0 was an IndexError, 500."""
    assert (await asked("GET", b"/v1/teams?limit=" + limit))[0] == 422


@pytest.mark.parametrize("media", [b"application/json", b"application/yaml"])
async def test_no_questionnaire_is_not_a_wrong_questionnaire(asked, media):
    status, code, _ = await asked("POST", b"/v1/questionnaires/validate", (b"content-type", media))
    assert (status, code) == (400, "questionnaire_missing")


async def test_half_a_character_in_yaml_is_a_flaw(asked):
    """The reply that repeated it could not be written, 500."""
    yaml = (b"content-type", b"application/yaml")
    status, _, got = await asked("POST", b"/v1/questionnaires/validate", yaml, body=rb'key: "\ud800"')
    assert (status, b"half_a_character" in got.body) == (200, True)


async def test_the_library_says_that_one_has_it_already(asked):
    status, _, got = await asked("GET", b"/v1/actions", (b"if-none-match", b"*"))
    assert (status, got.body) == (304, b"")


@pytest.mark.parametrize("path", [b"/v1/teams/import", b"/v1/measures/import"])
async def test_a_column_without_end_is_not_said_again(asked, path):
    """It stood in the refusal once for each column that was missing: 600 kB for 100."""
    status, code, got = await asked("POST", path, (b"content-type", b"text/csv"), body=b"[" * 100_000)
    assert (status, code, len(got.body) < 5_000) == (422, "sheet_invalid", True)


@pytest.mark.parametrize("operation", ["importPeople", "importMeasures", "importResponses"])
async def test_a_list_that_is_longer_than_any_sheet_is_not_looked_at(boundless, scene, operation):
    """300,000 empty entries were worked at until the database gave up waiting."""
    good = (await scene.fresh(operation)).wearing((b"content-type", b"application/json"))
    got = await ask(boundless, msgspec.structs.replace(good, body=b"[" + b"{}," * 50_000 + b"{}]"))
    problem = msgspec.json.decode(got.body, type=StrictProblem)
    assert (got.status, problem.code, len(problem.errors)) == (422, "sheet_invalid", 0)


async def test_what_is_no_http_is_refused_with_words(served):
    """uvicorn says it in a plain line."""
    (reply,) = replies(await said(served.port, b"\x16\x03\x01\x02\x00\r\n\r\n"))
    problem = msgspec.json.decode(reply.body, type=StrictProblem)
    assert (reply.status, problem.code) == (400, "request_unreadable")
    assert reply.header(b"connection") == b"close"


@pytest.mark.parametrize("begun", [b"GET /", b"GET / HTTP/1.1\r\nX: "], ids=["address", "header"])
async def test_a_head_without_end_is_not_collected(served, begun):
    """The server took whatever came, for ever."""
    (reply,) = replies(await said(served.port, begun + b"a" * 65_000, b"a" * 1000))
    assert (reply.status, reply.header(b"connection")) == (431, b"close")


async def test_a_trailer_is_no_header(served, key):
    """What followed a chunked body was read as a header: past every proxy that looks at them."""
    head = b"POST /v1/teams/import HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    trailer = b"Authorization: " + key.encode()
    (reply,) = replies(await said(served.port, head + b"2\r\n[]\r\n0\r\n" + trailer + b"\r\n\r\n"))
    assert reply.status == 401


async def test_a_page_that_cannot_be_takes_no_connection_along(served, key):
    """The transaction that began beside the refusal was cancelled; nobody but the garbage collector gave its connection back."""
    async with served.client() as client:
        for limit, status in [(1, 200), (0, 422)] * 100:
            reply = await client.get(f"/v1/teams?limit={limit}", headers={"Authorization": key})
            assert reply.status_code == status
    assert served.complaints() == []
