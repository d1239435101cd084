"""Retirement of an operation, told in each of its replies long before it ends (RFC 9745, RFC 8594)."""

from datetime import datetime
from email.utils import format_datetime

from msgspec import Struct

RETIRED = "retired"
"""In ``opt``: the Retirement of a handler."""


class Retirement(Struct, frozen=True, kw_only=True):
    """Since when an operation should not be used any more, until when it answers, and where to read what replaces it.

    ``since`` and ``until`` are moments in UTC; ``link`` is an address.
    """

    since: datetime
    until: datetime | None
    link: str

    def headers(self) -> list[tuple[bytes, bytes]]:
        """Deprecation, Sunset and the link."""
        sunset = [(b"sunset", format_datetime(self.until, usegmt=True).encode())] if self.until else []
        link = (b"link", f'<{self.link}>; rel="deprecation"; type="text/html"'.encode())
        return [(b"deprecation", f"@{int(self.since.timestamp())}".encode()), *sunset, link]
