"""The envelope: what is refused by a look at an address and at headers, whatever client or proxy has sent them."""

import pytest

from assess.errors import HeadersTooLarge, UriTooLong
from assess.web.envelope import (
    MAX_HEADERS,
    MAX_UPLOAD,
    MAX_URL,
    AddressMalformed,
    HostMalformed,
    LengthMalformed,
    look,
)

HOST = (b"host", b"assess")


def envelope(*headers, path=b"/v1/teams", query=b""):
    return {"raw_path": path, "query_string": query, "headers": headers}


@pytest.mark.parametrize(
    ("sent", "refusal"),
    [
        pytest.param(envelope(HOST, path=b"/" * (MAX_URL + 1)), UriTooLong, id="a long address"),
        pytest.param(envelope(HOST, path="/é".encode()), AddressMalformed, id="a letter beyond ASCII"),
        pytest.param(envelope(HOST, query="q=é".encode()), AddressMalformed, id="such a letter in the query"),
        pytest.param(envelope(HOST, (b"x", b"a" * MAX_HEADERS)), HeadersTooLarge, id="long headers"),
        pytest.param(envelope(HOST, HOST), HostMalformed, id="two hosts"),
        pytest.param(envelope((b"host", b"a:65536")), HostMalformed, id="a port that does not exist"),
        pytest.param(envelope((b"host", b"[::1")), HostMalformed, id="a bracket without its pair"),
        pytest.param(envelope(HOST, (b"content-length", b"-1")), LengthMalformed, id="less than nothing"),
        pytest.param(envelope(HOST, (b"content-length", b"9" * 16)), LengthMalformed, id="more than a number"),
    ],
)
def test_what_cannot_be_is_refused(sent, refusal):
    with pytest.raises(refusal):
        look(sent)


@pytest.mark.parametrize(
    ("headers", "announced"),
    [
        pytest.param((), False, id="no host at all, as HTTP/1.0 allows"),
        pytest.param(((b"host", b""),), False, id="no name"),
        pytest.param(((b"host", b"[::1]:8321"),), False, id="an address of IPv6 with a port"),
        pytest.param((HOST, (b"content-length", b"0")), False, id="an empty body"),
        pytest.param((HOST, (b"content-length", b"2")), True, id="a body"),
        pytest.param((HOST, (b"content-length", b"%d" % (MAX_UPLOAD + 1))), False, id="a body that is refused later"),
        pytest.param((HOST, (b"transfer-encoding", b"chunked")), True, id="a body in chunks"),
    ],
)
def test_a_body_that_is_announced_and_may_be_taken_is_waited_for(headers, announced):
    assert look(envelope(*headers)) is announced
