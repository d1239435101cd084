"""The envelope of a request: what is refused by a look at its address and its headers alone, before anything else is done."""

import re
from functools import lru_cache
from typing import Any

from assess.errors import HeadersTooLarge, Malformed, UriTooLong

MAX_URL = 8 * 1024
MAX_HEADERS = 16 * 1024
MAX_UPLOAD = 2 * 1024 * 1024
"""Bytes of a body that are waited for before the request takes a place; the rooms refuse larger ones."""
# A host as RFC 3986 writes it, then a port; the framework fails on ports that do not exist and on brackets without their pair.
_HOST = re.compile(rb"(?:\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z!$&'()*+,;=\-._~%]*)(?::(?P<port>[0-9]{0,5}))?")
_DIGITS = 15


class AddressMalformed(Malformed):
    """An address is made of ASCII letters; every other letter in it is percent-encoded."""

    title_fr = "Une adresse est faite de lettres ASCII ; toute autre lettre y est codée avec %."


class HostMalformed(Malformed):
    """A request names one host, with a port that exists."""

    title_fr = "Une demande nomme un seul hôte, avec un port qui existe."


class LengthMalformed(Malformed):
    """The length of a body is said in digits."""

    title_fr = "La longueur d’un corps est dite en chiffres."


def look(scope: Any) -> bool:
    """Whether a body is announced that is to be waited for.

    Raises UriTooLong, AddressMalformed, HeadersTooLarge, HostMalformed or LengthMalformed.
    """
    _check_address(scope["raw_path"], scope["query_string"])
    size, hosts, announced = 0, 0, False
    for name, value in scope["headers"]:
        size += len(name) + len(value)
        if name == b"host":
            hosts += 1
            _check_host(value)
        elif name == b"content-length":
            announced = 0 < _length(value) <= MAX_UPLOAD
        elif name == b"transfer-encoding":
            announced = True
    if size > MAX_HEADERS:
        raise HeadersTooLarge(f"they may have {MAX_HEADERS} bytes")
    if hosts > 1:
        raise HostMalformed("it names several")
    return announced


def _check_address(path: bytes, query: bytes) -> None:
    if len(path) + len(query) > MAX_URL:
        raise UriTooLong(f"it may have {MAX_URL} bytes")
    if not (path.isascii() and query.isascii()):
        raise AddressMalformed("for example é is %C3%A9")


@lru_cache(maxsize=64)
def _check_host(value: bytes) -> None:
    found = _HOST.fullmatch(value)
    if found is None or int(found["port"] or 0) > 65535:
        raise HostMalformed("for example Host: example.com:8321")


def _length(value: bytes) -> int:
    if not value.isdigit() or len(value) > _DIGITS:
        raise LengthMalformed("for example Content-Length: 42")
    return int(value)
