"""Well-formed requests of the wrong shape: every value of every body, parameter and header replaced by what does not fit."""

import json
from collections.abc import Iterator
from typing import Any

import msgspec
from asking import Sent
from judging import Specification

DEEP = 100_000
VALUES: tuple[bytes, ...] = (
    b"[]",
    b"{}",
    b'"x"',
    b'""',
    b"null",
    b"true",
    b"0",
    b"-1",
    b"0.5",
    b"1e400",
    b"-0.0",
    b"9" * 23,
    b"-" + b"9" * 23,
    b"32768",
    b"2147483648",
    b"9223372036854775808",
    b'"' + b"9" * 23 + b'"',
    b'"\\u0000"',
    b'"a\\u0000b"',
    b'"\\ud800"',
    b'"\\udfff\\ud800"',
    b'"\\u202egnp.exe"',
    b'"\\ufffe\\uffff"',
    b'"' + b"a" * 10_000 + b'"',
    b'"0001-01-01"',
    b'"9999-12-31"',
    b'"2026-02-30"',
    b'"10000-01-01"',
    b'"2026-01-01T00:00:00Z"',
    b'"00000000-0000-0000-0000-000000000000"',
    b'"ffffffff-ffff-ffff-ffff-ffffffffffff"',
    b'"{00000000000000000000000000000000}"',
    b"[" * DEEP + b"]" * DEEP,
    b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    b"[" + b",".join([b"1"] * 5_000) + b"]",
    b"[null]",
    b"[[]]",
    b'{"__proto__":{},"":0}',
    b'{"type":"level"}',
)
ADDRESSES: tuple[bytes, ...] = (
    b"0",
    b"-1",
    b"x",
    b"%00",
    b"a%00b",
    b"%2F",
    b"a%2Fb",
    b"..",
    b"%2e%2e%2f%2e%2e",
    b"%FF",
    b"%C0%AF",
    b"%ED%A0%80",
    b"%E2%80%AE",
    b"%0d%0aX-Evil:1",
    b"%",
    b"%zz",
    b"null",
    b"None",
    b"1.0",
    b"1e9",
    b"32767",
    b"32768",
    b"2147483648",
    b"9" * 23,
    b"9" * 5000,
    b"a" * 5000,
    b"%F0%9F%98%80",
    b"%D9%A3",
    b"00000000-0000-0000-0000-000000000000",
    b"ffffffff-ffff-ffff-ffff-ffffffffffff",
    b"FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
    b"urn:uuid:00000000-0000-0000-0000-000000000000",
    b"'%20or%201=1--",
    b"*",
    b"",
)
METHODS = (
    "OPTIONS",
    "HEAD",
    "PATCH",
    "TRACE",
    "CONNECT",
    "QUERY",
    "FOO",
    "get",
    "DELETE",
    "PUT",
    "POST",
    "GET",
    "PROPFIND",
)
HEADERS: dict[bytes, tuple[bytes, ...]] = {
    b"accept": (
        b"",
        b"text/html",
        b"*",
        b"*/*;q=0",
        b"application/json;q=0",
        b"application/json;q=9" + b"9" * 5000,
        b";;;,,,",
        b"\xff\xfe",
        b"a/b/c;q=\x80",
        b"application/json;charset=utf-16",
        b"," * 8000,
    ),
    b"accept-language": (b"", b"*", b"fr;q=0", b"\xff", b"fr;q=1.0000", b"xx-" * 3000, b",;,;", b"fr;q=NaN"),
    b"accept-encoding": (b"gzip;q=0, identity;q=0", b"\xff"),
    b"content-type": (
        b"",
        b"text/plain",
        b"application/json; charset=utf-16",
        b"application/json; charset=nonsense",
        b"application/json, text/csv",
        b"multipart/form-data",
        b"multipart/form-data; boundary=" + b"a" * 500,
        b"multipart/form-data; boundary=\xff",
        b"application/x-www-form-urlencoded",
        b"application/x-msgpack",
        b"application/msgpack",
        b"\xff/\xfe",
        b";",
        b"application/json;" * 500,
        b"text/csv",
        b"application/yaml",
    ),
    b"content-length": (b"0", b"1", b"-1", b"x", b"9" * 23, b"9" * 5000, b"1, 2", b" ", b"\xb2"),
    b"transfer-encoding": (b"chunked", b"identity", b"gzip, chunked", b"\xff"),
    b"authorization": (
        b"",
        b"Bearer",
        b"Bearer ",
        b"Basic YTpi",
        b"Bearer \xff\xfe",
        b"bearer assess_live_",
        b"Bearer assess_live_" + b"A" * 80,
        b"Bearer assess_resp_" + b"A" * 139,
        b"Bearer assess_inv_" + b"_" * 70,
        b"Bearer " + b"a" * 9000,
        b"Bearer assess_live_\xc3\xa9",
    ),
    b"if-match": (b"", b"*", b'"x"', b'W/"x"', b"\xff", b'"' + b"a" * 9000, b",,,"),
    b"if-none-match": (b"", b"*", b'"x"', b'W/"x", "y"', b"\xff", b"," * 5000),
    b"idempotency-key": (b"", b'""', b'"a', b"a b", b"\xff", b"a" * 256, b'"' + b"b" * 255 + b'"', b"\x00", b"same"),
    b"if-modified-since": (b"x", b"Thu, 01 Jan 0001 00:00:00 GMT"),
    b"range": (b"bytes=0-0", b"bytes=-1", b"x=" + b"9" * 500),
    b"host": (b"", b"evil.example", b"a b", b"\xff", b"[::1", b"a:999999"),
    b"x-http-method-override": (b"DELETE",),
    b"x-forwarded-for": (b"\xff", b"127.0.0.1"),
    b"x-forwarded-proto": (b"javascript",),
    b"cookie": (
        b"a=b; " * 500,
        b"\xff=\xfe",
        b"=;=;",
        b"assess-session=",
        b"assess-session=" + b"A" * 96,
        b"assess-session=" + b"\xff" * 96,
        b"assess-session=" + b"=" * 96,
        b'assess-session="' + b"A" * 94 + b'"',
        b"assess-session=a; assess-session=b",
    ),
    b"sec-fetch-site": (b"", b"cross-site", b"same-site", b"\xff"),
    b"origin": (b"null", b"https://evil.example", b"http://", b"\xff"),
    b"expect": (b"100-continue", b"x"),
    b"upgrade": (b"websocket", b"h2c"),
    b"connection": (b"close, authorization",),
    b"x-request-id": (b"a" * 500, b"\xff"),
    b"traceparent": (b"00-0-0-0",),
}
QUERIES: tuple[bytes, ...] = (
    b"",
    b"=",
    b"&&&",
    b"x=1",
    b"limit=0",
    b"limit=-1",
    b"limit=201",
    b"limit=" + b"9" * 23,
    b"limit=" + b"9" * 5000,
    b"limit=1.5",
    b"limit=x",
    b"limit=%00",
    b"limit=1&limit=2",
    b"limit",
    b"limit=",
    b"limit=%D9%A3",
    b"limit=1_0",
    b"cursor=",
    b"cursor=%00",
    b"cursor=x",
    b"cursor=AAAA",
    b"cursor=" + b"A" * 3000,
    b"cursor=%FF",
    b"cursor=%C3%A9",
    b"cursor==&cursor=%2B",
    b"lang=",
    b"lang=xx",
    b"lang=FR",
    b"lang=fr&lang=en",
    b"lang=%00",
    b"lang=%ED%A0%80",
    b"lang[]=fr",
    b"dry_run=",
    b"dry_run=2",
    b"dry_run=maybe",
    b"dry_run=true&dry_run=false",
    b"dry_run=%00",
    b"data=1",
    b"request=1&tx=1&principal=1&state=1",
    b"organisation=x&expires=x&signature=x",
    b"organisation=00000000-0000-0000-0000-000000000000&expires=253402300799&signature=AA",
    b"organisation=00000000-0000-0000-0000-000000000000&expires=253402300800&signature=AA",
    b"organisation=00000000-0000-0000-0000-000000000000&expires=-1&signature=%00",
    b"organisation=00000000-0000-0000-0000-000000000000&expires=" + b"9" * 23 + b"&signature=%C3%A9",
    b"%ff=%fe",
    b"\xff=\xfe",
    b"a=" + b"b" * 8200,
    b"&".join([b"a=1"] * 1500),
)
_ROW = b"Ana,ana@example.com,fr,member,atelier\n"
_HEADER = b"name,email,language,perspective,team\n"
_MEASURES = b"team,kpi,period_end,value,measured_on\natelier,kpi-off-cocreation,"
_SHARES = b"team,kpi,period_end,numerator,denominator,measured_on\natelier,kpi-off-cocreation,2025-03-31,"
SHEETS: tuple[bytes, ...] = (
    b"",
    b"\n",
    b"\x00",
    b"\xff\xfe\x00",
    b"\xef\xbb\xbf",
    b"key,name\n",
    b"key;name\nx;X\n",
    b"key,key\nx,x\n",
    b'key,name\n"x',
    b'key,name\nx,"a"b"\n',
    b"key,name\nx\n",
    b"key,name\nx,X,Y\n",
    b"key,name,capacity_days\nx,X," + b"9" * 23 + b"\n",
    b"key,name,capacity_days\nx,X," + b"9" * 5000 + b"\n",
    b"key,name,capacity_days\nx,X,\xd9\xa3\n",
    b"key,name,capacity_days\nx,X,1_0\n",
    b"key,name,parent\nx,X,x\n",
    b"key,name,parent\nx,X,y\ny,Y,x\n",
    b"key,name,functions\nx,X,sales|sales||\n",
    b"key,name\nx,\xed\xa0\x80\n",
    b"key,name\nx,=1+1\n",
    b"key,name\rx,X\r",
    b'key,name\nx,"A\nB"\n',
    b"key,name\nx," + b"a" * 140_000 + b"\n",
    b"," * 10_000,
    _HEADER + _ROW * 2,
    _HEADER + b"Ana,\x00,fr,member,atelier\n",
    _HEADER + b"Ana,ana@example.com,xx,member,atelier\n",
    _HEADER + b"Ana,ana@example.com,fr,member,nowhere\n",
    b"team,respondent,item,answer\natelier,r1,off-listen-insight,3\natelier,r1,off-listen-insight,3\n",
    b"team,respondent,item,answer\natelier,r1,off-listen-insight," + b"9" * 5000 + b"\n",
    b"team,respondent,item,answer\natelier,r1,off-listen-insight,\xd9\xa3\n",
    b"team,respondent,item,answer\natelier,\xe2\x80\xae,off-listen-insight,3\n",
    b"team,respondent,item,answer\n" + b"a" * 100_000 + b",r1,x,3\n",
    _MEASURES + b"2025-03-31," + b"9" * 23 + b",2025-04-03\n",
    _MEASURES + b"2025-03-31," + b"9" * 5000 + b",2025-04-03\n",
    _MEASURES + b"2025-03-31,1e400,2025-04-03\n",
    _MEASURES + b"2025-03-31,nan,2025-04-03\n",
    _MEASURES + b"2025-03-31,\xd9\xa3,2025-04-03\n",
    _MEASURES + b"2025-02-30,5,2025-04-03\n",
    _MEASURES + b"0001-01-01,5,0001-01-01\n",
    _MEASURES + b"10000-01-01,5,10000-01-01\n",
    _MEASURES + b'2025-03-31,"5,5",2025-04-03\n' + b"atelier,kpi-off-cocreation,2025-03-31,5,2025-04-03\n",
    _SHARES + b"7,0,2025-04-03\n",
    _SHARES + b"-1,-1,2025-04-03\n",
    _SHARES + b"9" * 23 + b"," + b"9" * 23 + b",2025-04-03\n",
    b"[]",
)
_INTO = b"next=https%3A%2F%2Fevil.example%2Fresults"
FORMS: tuple[bytes, ...] = (
    b"",
    b"key",
    b"key=",
    b"key=a&key=b",
    b"key=%00",
    b"key=\x00",
    b"key=%ED%A0%80",
    b"key=\xff\xfe",
    b"key=%",
    b"key=assess_live_" + b"A" * 80,
    b"key=" + b"9" * 23,
    b"key=" + b"a" * 5000,
    b"&" * 4000,
    b"=" * 4000,
    b"[]",
    b'{"key":"x"}',
    _INTO,
    b"next=%2F%2Fevil.example",
    b"next=%2Fresults%0d%0aX-Evil%3A1",
    b"next=%2Fresults%2F..%2F..",
    b"next=%22%3E%3Cscript%3E",
    b"next=%2Fresults&next=" + b"a" * 3000,
)
PACKED: tuple[bytes, ...] = (
    b"",
    b"\xc0",
    b"\xc1",
    b"\x80",
    b"\x90",
    b"\x90\x90",
    b"\x91\x80",
    b"\x91" * 100_000,
    b"\x91" + b"\x81\xa1v" * 100_000,
    b"\xdd\xff\xff\xff\xff",
    b"\xdf\xff\xff\xff\xff",
    b"\xdb\xff\xff\xff\xff",
    b"\xdd" + (60_000).to_bytes(4) + b"\x80" * 60_000,
    b"\xdc" + (50_000).to_bytes(2) + b"\x80" * 50_000,
    b"\x91\x81\xa1\xff\x01",
    b"\x91\x81\xa3key\xa3\xed\xa0\x80",
    b"\x91\x81\xa3key\xa1\x00",
    b"\x91\x81\xa3key\xc4\x01a",
    b"\x91\x81\xa3key\xd4\x05a",
    b"\x91\x81\xa3key\xd6\xff\x00\x00\x00\x00",
    b"\x91\x81\xa3key\xcf" + b"\xff" * 8,
    b"\x91\x81\xa3key\xcb\x7f\xf8" + b"\x00" * 6,
    b"\x91\x81\xa3key\xcb\xff\xf0" + b"\x00" * 6,
    b"\x91\x82\xa3key\xa1a\xa3key\xa1b",
    b"\x91\x81\xc0\x01",
    b"\x91\x81\x91\x01\x01",
    b"[{}]",
)
"""Bodies in MessagePack that are broken, or of the wrong shape, at every import."""

TEXTS: tuple[bytes, ...] = (
    b"",
    b"\x00",
    b"\xff\xfe",
    b"a: &a [x]\nb: *a\n",
    b"a: &a {a: *a}\n",
    b"a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nd: [*c,*c]\n",
    b"[" * 50_000,
    b"- " * 20_000,
    b"{a: " * 5_000,
    b"!!python/object/apply:os.system [id]\n",
    b"--- a\n--- b\n",
    b"a: 1\na: 2\n",
    b"? [a, b]\n: c\n",
    b"%YAML 9.9\n---\na\n",
    b"a: NO\n",
    b"key: " + b"9" * 5000 + b"\n",
    b"a: 0001-01-01\n",
    b"a: .nan\n",
    b"a: 1e999\n",
    b"a: |\n  " + b"x" * 5_000,
    b"\tkey: x",
    b"null",
    b"[]",
    b'"x"',
    b"9" * 23,
    b"<<: {a: b}\n",
    b"a: \xed\xa0\x80\n",
    b'a: "\\ud800"\n',
    b'a: "\\0"\n',
)


def misshapen(specification: Specification, operation: str, sent: Sent) -> Iterator[Sent]:
    """Every wrong shape of a good request of this operation."""
    yield from _methods(sent)
    yield from _paths(specification, operation, sent)
    yield from _queries(specification, operation, sent)
    yield from (sent.wearing((name, value)) for name, values in HEADERS.items() for value in values)
    yield from (msgspec.structs.replace(sent, headers=(*sent.headers, (name, b"x"))) for name, _ in sent.headers)
    if sent.body:
        yield from (msgspec.structs.replace(sent, body=body) for body in _bodies(sent))


def _methods(sent: Sent) -> Iterator[Sent]:
    for method in METHODS:
        # Another method with the body is another operation, which spoils more than it tells.
        if method not in {"PUT", "POST", "DELETE", "GET", sent.method}:
            yield msgspec.structs.replace(sent, method=method)
    if sent.method != "GET":
        yield msgspec.structs.replace(sent, method="GET")


def _paths(specification: Specification, operation: str, sent: Sent) -> Iterator[Sent]:
    """Each parameter of the path replaced, and the whole path written otherwise."""
    template = specification.operations[operation][1].split("/")
    path, mark, query = sent.target.partition(b"?")
    parts = path.split(b"/")
    for index, part in enumerate(template):
        if part.startswith("{"):
            for wrong in ADDRESSES:
                yield _at(sent, b"/".join([*parts[:index], wrong, *parts[index + 1 :]]) + mark + query)
    for wrong in (path + b"/", b"/" + path, path.upper(), path + b"%00", path + b"/..", path.replace(b"e", b"%65", 1)):
        yield _at(sent, wrong + mark + query)


def _queries(specification: Specification, operation: str, sent: Sent) -> Iterator[Sent]:
    path, _, query = sent.target.partition(b"?")
    for wrong in QUERIES:
        yield _at(sent, path + b"?" + wrong)
        if query:
            yield _at(sent, path + b"?" + query + b"&" + wrong)
    said = [part.partition(b"=")[0] for part in query.split(b"&") if part]
    for name in said:
        for value in ADDRESSES:
            parts = [name + b"=" + value if part.startswith(name + b"=") else part for part in query.split(b"&")]
            yield _at(sent, path + b"?" + b"&".join(parts))


def _at(sent: Sent, target: bytes) -> Sent:
    return msgspec.structs.replace(sent, target=target)


def _bodies(sent: Sent) -> Iterator[bytes]:
    media = sent.header(b"content-type")
    if media == b"text/csv":
        yield from SHEETS
    elif media == b"application/msgpack":
        yield from PACKED
    elif media == b"application/yaml":
        yield from TEXTS
    elif media == b"application/x-www-form-urlencoded":
        yield from FORMS
    else:
        yield from VALUES
        yield from _within(sent.body)


def _within(body: bytes) -> Iterator[bytes]:
    """The document with the value at each of its places replaced, left out, doubled, and with a member too many."""
    value = json.loads(body)
    for place in _places(value):
        for wrong in VALUES:
            # Written by hand: no JSON library writes what we want to say.
            yield json.dumps(_put(value, place, "§")).encode().replace(b'"\\u00a7"', wrong)
        yield json.dumps(_put(value, place, _GONE)).encode()
        if place and isinstance(place[-1], str):
            name = json.dumps(place[-1]).encode() + b":"
            yield json.dumps(value, separators=(",", ":")).encode().replace(name, name + b"null," + name, 1)
    if isinstance(value, dict):
        yield json.dumps({**value, "colour": "red"}).encode()


_GONE = object()


def _places(value: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if here:
        yield here
    members = value.items() if isinstance(value, dict) else enumerate(value[:1]) if isinstance(value, list) else ()
    for name, inner in members:
        yield from _places(inner, (*here, name))


def _put(value: Any, place: tuple[Any, ...], new: Any) -> Any:
    if not place:
        return new
    name, *rest = place
    inner = _put(value[name], tuple(rest), new)
    if isinstance(value, dict):
        return {key: inner if key == name else old for key, old in value.items() if key != name or inner is not _GONE}
    return [inner if index == name else old for index, old in enumerate(value) if index != name or inner is not _GONE]
