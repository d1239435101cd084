"""Byte mutations of good requests: a few wrong bytes in the body, the address or the headers."""

import random
from collections.abc import Callable

import msgspec
from asking import Pairs, Sent

TOKENS = (
    b"\x00",
    b"%00",
    b"%2F",
    b"%2e%2e/",
    b"%FF",
    b"%C0%AF",
    b"%u0041",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"\xef\xbb\xbf",
    b"\\u0000",
    b"\\ud800",
    b"\\ud83d\\ude00",
    b"99999999999999999999999",
    b"-9223372036854775809",
    b"18446744073709551616",
    b"1e400",
    b"-0",
    b"0001-01-01",
    b"9999-12-31",
    b"10000-01-01",
    b"NaN",
    b"null",
    b"true",
    b"[" * 2000,
    b'{"a":' * 500,
    b'"',
    b"'",
    b";",
    b",",
    b"\n",
    b"\r\n",
    b"\t",
    b"&",
    b"=",
    b"..",
    b"//",
    b"'; drop table assess.team; --",
    b"=1+1",
    b"*id",
    b"!!python/object:os.system",
    b"\xe2\x80\xae",
    b"\xf0\x9f\x98\x80",
)
_IN_ADDRESS = bytes(set(range(0x21, 0x7F)) - set(b"#"))
_IN_HEADERS = bytes({9, *range(0x20, 0x7F), *range(0x80, 0x100)})
Luck = random.Random
Mutation = Callable[[Luck, bytearray, bytes], None]


def mutated(luck: Luck, sent: Sent, others: list[Sent]) -> Sent:
    """The request with one to four wrong places in one part of it; ``others``: requests that it may be crossed with."""
    parts = ["target", "headers"] + ["body"] * (6 if sent.body else 0)
    part = luck.choice(parts)
    if part == "body":
        other = luck.choice(others).body if others else b""
        return msgspec.structs.replace(sent, body=_spoilt(luck, sent.body, other))
    if part == "target":
        wrong = _spoilt(luck, sent.target[1:], sent.target)
        return msgspec.structs.replace(sent, target=b"/" + bytes(byte for byte in wrong if byte in _IN_ADDRESS))
    return msgspec.structs.replace(sent, headers=_headers(luck, sent.headers))


def _spoilt(luck: Luck, good: bytes, other: bytes) -> bytes:
    wrong = bytearray(good)
    for _ in range(luck.choice((1, 1, 1, 2, 4))):
        luck.choice(MUTATIONS)(luck, wrong, other)
    return bytes(wrong)


def _headers(luck: Luck, headers: Pairs) -> Pairs:
    """One header spoilt, said twice or left out; what no server lets through (line breaks, NUL) is left out."""
    if not headers:
        return ((b"accept", bytes(luck.randrange(32, 127) for _ in range(9))),)
    index = luck.randrange(len(headers))
    name, value = headers[index]
    wrong = bytes(byte for byte in _spoilt(luck, value, name) if byte in _IN_HEADERS)
    others = (*headers[:index], *headers[index + 1 :])
    return luck.choice(((*others, (name, wrong)), (*headers, (name, wrong)), others, (*others, (name, wrong))))


def _flip(luck: Luck, wrong: bytearray, _: bytes) -> None:
    if wrong:
        wrong[luck.randrange(len(wrong))] ^= 1 << luck.randrange(8)


def _set(luck: Luck, wrong: bytearray, _: bytes) -> None:
    if wrong:
        wrong[luck.randrange(len(wrong))] = luck.randrange(256)


def _insert(luck: Luck, wrong: bytearray, _: bytes) -> None:
    at = luck.randint(0, len(wrong))
    wrong[at:at] = luck.choice(TOKENS)


def _replace(luck: Luck, wrong: bytearray, _: bytes) -> None:
    start, end = _slice(luck, wrong)
    wrong[start:end] = luck.choice(TOKENS)


def _delete(luck: Luck, wrong: bytearray, _: bytes) -> None:
    start, end = _slice(luck, wrong)
    del wrong[start:end]


def _double(luck: Luck, wrong: bytearray, _: bytes) -> None:
    start, end = _slice(luck, wrong)
    wrong[end:end] = wrong[start:end]


def _cut(luck: Luck, wrong: bytearray, _: bytes) -> None:
    del wrong[luck.randint(0, len(wrong)) :]


def _cross(luck: Luck, wrong: bytearray, other: bytes) -> None:
    start, end = _slice(luck, bytearray(other))
    at = luck.randint(0, len(wrong))
    wrong[at:at] = other[start:end]


def _slice(luck: Luck, whole: bytearray) -> tuple[int, int]:
    start = luck.randint(0, len(whole))
    return start, min(len(whole), start + luck.choice((1, 2, 4, 16, 64)))


MUTATIONS: tuple[Mutation, ...] = (_flip, _flip, _set, _set, _insert, _replace, _delete, _double, _cut, _cross)
