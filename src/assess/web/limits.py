"""How many requests a key may make: token buckets in the memory of one process.

Nothing is stored, and what names a respondent's bucket can be traced to nobody: a hash under a salt that this process made
and never tells. Headers as in draft-ietf-httpapi-ratelimit-headers-11.
"""

import hashlib
import math
import secrets
import time
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any

from litestar.connection import ASGIConnection
from msgspec import Struct

from assess.errors import TooManyRequests

LIMITED = "limited"
"""In ``opt`` of a handler without a key that counts its requests all the same."""
WINDOW = 60
"""Seconds in which a bucket is full again."""
EXCHANGES = 10
"""An organisation's people may exchange so many times as many invitations as one key makes requests."""
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
        level, before = self._levels.get(name, (float(self.quota), now))
        level = min(self.quota, level + (now - before) * self._rate)
        wait = 0 if level >= 1 else math.ceil((1 - level) / self._rate)
        level -= not wait
        self._levels[name] = level, now
        self._levels.move_to_end(name)
        if len(self._levels) > self._most:
            self._levels.popitem(last=False)
        return Standing(int(level), math.ceil((self.quota - level) / self._rate), wait)


class Limits:
    """The buckets of one process; ``rate``: requests a minute for each key, 0 = no limits."""

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self._salt = secrets.token_bytes(16)
        self._keys = Buckets(rate)
        self._exchanges = Buckets(rate * EXCHANGES)
        self._attempts = Buckets(SIGNING_IN)
        self._policy = b'"key";q=%d;w=%d' % (rate, WINDOW)

    def key(self, connection: _Connection, name: Hashable) -> None:
        """Count a request of an API key; its reply says what is left. Raises TooManyRequests."""
        if self.rate:
            standing = self._keys.take(name, time.monotonic())
            left = b'"key";r=%d;t=%d' % (standing.remaining, standing.reset)
            extra = connection.scope.setdefault("reply_headers", [])  # type: ignore[typeddict-item]  # a key of our own
            extra += [(b"ratelimit-policy", self._policy), (b"ratelimit", left)]
            _refuse(standing)

    def response_key(self, connection: _Connection) -> None:
        """Count a request of whoever holds the response key that was sent; as ``key``."""
        if self.rate:
            said = connection.headers.get("authorization", "").encode()
            self.key(connection, hashlib.blake2b(said, digest_size=16, key=self._salt).digest())

    def exchange(self, organisation: Hashable) -> None:
        """Count an exchange of any invitation of an organisation. Its reply does not say what is left: that would tell
        everybody how many people have just begun to answer. Raises TooManyRequests."""
        if self.rate:
            _refuse(self._exchanges.take(organisation, time.monotonic()))

    def signing_in(self, key: Hashable) -> None:
        """Count an attempt to sign in with a key, whether it fits or not. Raises TooManyRequests."""
        if self.rate:
            _refuse(self._attempts.take(key, time.monotonic()))


def limits_of(connection: _Connection) -> Limits:
    """The application's limits; none in an application that was made without."""
    found: Limits = getattr(connection.app.state, "limits", None) or _NONE
    return found


def _refuse(standing: Standing) -> None:
    if standing.wait:
        raise TooManyRequests(headers={"Retry-After": str(standing.wait)})


_NONE = Limits(0)
