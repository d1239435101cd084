"""Identifiers that sort by time (UUID version 7, RFC 9562 section 5.7); this Python has none of its own."""

import secrets
import time
from uuid import UUID


def uuid7() -> UUID:
    """48 bits of milliseconds, then 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    random = secrets.randbits(74)
    high = milliseconds << 16 | 0x7000 | random >> 62
    low = 0b10 << 62 | random & (1 << 62) - 1
    return UUID(int=high << 64 | low)
