"""Identifiers that sort by time."""

import time
from uuid import RFC_4122

from assess.storage.ids import uuid7


def test_an_identifier_tells_its_version_its_variant_and_its_millisecond() -> None:
    before = time.time_ns() // 1_000_000
    made = uuid7()
    after = time.time_ns() // 1_000_000
    assert (made.version, made.variant) == (7, RFC_4122)
    assert before <= made.int >> 80 <= after


def test_identifiers_differ_and_later_ones_sort_later() -> None:
    made = [uuid7() for _ in range(1000)]
    assert len(set(made)) == 1000
    time.sleep(0.002)
    assert uuid7() > max(made)
