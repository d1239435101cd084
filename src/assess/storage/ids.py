"""Identifiers that sort by time (UUID version 7, RFC 9562 section 5.7); this Python has none of its own."""

import os
import time
from uuid import UUID


def uuid7() -> UUID:
    """48 bits of milliseconds, then 74 random bits."""
    return UUID(int=_number())


def uuid7_text() -> str:
    """The same as text, for what never becomes a UUID: that costs as much again."""
    digits = f"{_number():032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _number() -> int:
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10))
    high = milliseconds << 16 | 0x7000 | random >> 68
    low = 0b10 << 62 | random & (1 << 62) - 1
    return high << 64 | low
