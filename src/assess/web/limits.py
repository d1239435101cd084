"""How many requests a key may make, and an address without one: token buckets in the memory of one process.

Nothing is stored, and what names a respondent's bucket can be traced to nobody: a hash under a salt that this process made
and never tells. Of an address no more is known than how much it asks, and no reply says what is left to it: behind a proxy,
where all have one address, that would tell how many people are asking. Headers as in draft-ietf-httpapi-ratelimit-headers-11.
"""

import hashlib
import math
import secrets
import time
from collections import OrderedDict
from collections.abc import Hashable
from functools import lru_cache
from ipaddress import IPv6Address
from typing import Any

from litestar.connection import ASGIConnection
from msgspec import Struct

from assess.errors import TooManyRequests

UNCOUNTED = "uncounted"
"""In ``opt`` of a handler that anybody may ask as often as they like."""
WINDOW = 60
"""Seconds in which a bucket is full again."""
EXCHANGES = 10
"""An organisation's people may exchange so many times as many invitations as one key makes requests."""
PEERS = 20
"""An address may make so many times as many requests without a key, or with a wrong one; behind a proxy all share it."""
SIGNING_IN = 10
"""Attempts a minute to sign in with one key, right or wrong."""
_MOST = 100_000
_Connection = ASGIConnection[Any, Any, Any, Any]


class Standing(Struct, frozen=True):
    """What is left: ``remaining`` requests, all of them in ``reset`` seconds; ``wait`` seconds before the next, 0 = none."""

    remaining: int
    reset: int
    wait: int


class Buckets:
    """Token buckets by name: ``quota`` requests at once, and as many again in ``WINDOW`` seconds.

    The bucket untouched longest makes room for a new one when there are ``most``; by then it is full, or somebody floods us.
    """

    def __init__(self, quota: int, most: int = _MOST) -> None:
        self.quota = quota
        self._rate = quota / WINDOW
        self._most = most
        self._levels: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def take(self, name: Hashable, now: float) -> Standing:
        """Take one token at ``now`` (seconds); ``wait`` tells that there was none."""
        level = self._level(name, now)
        wait = self._wait(level)
        level -= not wait
        self._levels[name] = level, now
        self._levels.move_to_end(name)
        if len(self._levels) > self._most:
            self._levels.popitem(last=False)
        return Standing(int(level), math.ceil((self.quota - level) / self._rate), wait)

    def wait(self, name: Hashable, now: float) -> int:
        """Seconds before there is a token again; it stays where it is."""
        return self._wait(self._level(name, now))

    def __contains__(self, name: Hashable) -> bool:
        return name in self._levels

    def _level(self, name: Hashable, now: float) -> float:
        level, before = self._levels.get(name, (float(self.quota), now))
        return min(self.quota, level + (now - before) * self._rate)

    def _wait(self, level: float) -> int:
        return 0 if level >= 1 else math.ceil((1 - level) / self._rate)


class Limits:
    """The buckets of one process; ``rate``: requests a minute for each key, 0 = no limits."""

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self._salt = secrets.token_bytes(16)
        self._keys = Buckets(rate)
        self._responses = Buckets(rate)
        self._peers = Buckets(rate * PEERS)
        self._exchanges = Buckets(rate * EXCHANGES)
        self._attempts = Buckets(SIGNING_IN)
        self._policy = b'"key";q=%d;w=%d' % (rate, WINDOW)

    def key(self, connection: _Connection, name: Hashable) -> None:
        """Count a request of an API key; its reply says what is left. Raises TooManyRequests."""
        if self.rate:
            self._count(connection, self._keys, name)

    def unproven(self, connection: _Connection, name: Hashable) -> None:
        """Before an API key is looked up that this process has not seen yet: raises TooManyRequests for an address that has
        had too many refused. Whoever shares it and has shown a good key goes on."""
        if self.rate and name not in self._keys:
            self._check_peer(connection)

    def response_key(self, connection: _Connection) -> None:
        """Count a request of whoever holds the response key that was sent; as ``unproven`` and ``key``."""
        if self.rate:
            said = connection.headers.get("authorization", "").encode()
            name = hashlib.blake2b(said, digest_size=16, key=self._salt).digest()
            if name not in self._responses:
                self._check_peer(connection)
            self._count(connection, self._responses, name)

    def peer(self, connection: _Connection) -> None:
        """Count a request without a key. Raises TooManyRequests."""
        if self.rate:
            _refuse(self._peers.take(_peer(connection), time.monotonic()).wait)

    def failed(self, connection: _Connection) -> None:
        """Count a request whose key was refused."""
        if self.rate:
            self._peers.take(_peer(connection), time.monotonic())

    def exchange(self, organisation: Hashable) -> None:
        """Count an exchange of any invitation of an organisation. Its reply does not say what is left: that would tell
        everybody how many people have just begun to answer. Raises TooManyRequests."""
        if self.rate:
            _refuse(self._exchanges.take(organisation, time.monotonic()).wait)

    def signing_in(self, key: Hashable) -> None:
        """Count an attempt to sign in with a key, whether it fits or not. Raises TooManyRequests."""
        if self.rate:
            _refuse(self._attempts.take(key, time.monotonic()).wait)

    def _check_peer(self, connection: _Connection) -> None:
        _refuse(self._peers.wait(_peer(connection), time.monotonic()))

    def _count(self, connection: _Connection, buckets: Buckets, name: Hashable) -> None:
        standing = buckets.take(name, time.monotonic())
        left = b'"key";r=%d;t=%d' % (standing.remaining, standing.reset)
        extra = connection.scope.setdefault("reply_headers", [])  # type: ignore[typeddict-item]  # a key of our own
        extra += [(b"ratelimit-policy", self._policy), (b"ratelimit", left)]
        _refuse(standing.wait)


def limits_of(connection: _Connection) -> Limits:
    """The application's limits; none in an application that was made without."""
    found: Limits = getattr(connection.app.state, "limits", None) or _none()
    return found


@lru_cache(maxsize=1)
def _none() -> Limits:
    return Limits(0)


def _peer(connection: _Connection) -> Hashable:
    """Where a request comes from; of an IPv6 address the network, since whoever has one has all of its neighbours."""
    client = connection.scope["client"]
    host = client[0] if client else ""
    if ":" not in host:
        return host
    address = IPv6Address(host)
    return str(address.ipv4_mapped) if address.ipv4_mapped else address.packed[:8]


def _refuse(wait: int) -> None:
    if wait:
        raise TooManyRequests(headers={"Retry-After": str(wait)})
