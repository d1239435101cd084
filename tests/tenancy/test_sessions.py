"""The token in the session's cookie: written by us alone, read for eight hours, and worth nothing when it was touched."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from assess.tenancy.sessions import LIFETIME, begun, read_session, write_session

KEY, OTHER = b"k" * 32, b"o" * 32
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SESSION = begun(UUID(int=1), UUID(int=2), NOW)
TOKEN = write_session(KEY, SESSION)


def test_a_session_lasts_eight_hours():
    assert timedelta(hours=8) == LIFETIME
    assert read_session(KEY, TOKEN, NOW) == SESSION
    assert read_session(KEY, TOKEN, NOW + LIFETIME - timedelta(seconds=1)) == SESSION
    assert read_session(KEY, TOKEN, NOW + LIFETIME) is None


def test_a_token_needs_no_escaping_in_a_cookie():
    assert len(TOKEN) == 96
    assert TOKEN.replace("-", "").replace("_", "").isalnum()


@pytest.mark.parametrize("place", range(0, 96, 5))
def test_a_token_that_was_touched_anywhere_is_none(place):
    other = "A" if TOKEN[place] != "A" else "B"
    assert read_session(KEY, TOKEN[:place] + other + TOKEN[place + 1 :], NOW) is None


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("A" * 96, id="zeros"),
        pytest.param("é" * 96, id="other letters"),
        pytest.param("=" * 96, id="padding alone"),
        pytest.param("A" * 93 + "=AA", id="padding inside"),
        pytest.param(TOKEN + "A", id="longer"),
        pytest.param(TOKEN[:-1], id="shorter"),
        pytest.param(TOKEN[:-1] + "!", id="a letter that is none"),
    ],
)
def test_what_is_no_token_is_none(text):
    assert read_session(KEY, text, NOW) is None


def test_another_installation_s_token_is_none():
    assert read_session(OTHER, TOKEN, NOW) is None
