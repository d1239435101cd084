"""API keys as text."""

import zlib
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assess.tenancy.tokens import PREFIX, KeyText, _base62, hash_secret, read_key, write_key

keys = st.builds(KeyText, st.uuids(), st.binary(min_size=32, max_size=32))


@given(keys)
def test_a_key_reads_as_it_was_written(key):
    assert read_key(write_key(key)) == key


@given(keys, st.integers(0, 70), st.sampled_from("0aZ"))
def test_a_key_with_one_other_letter_is_no_key(key, position, letter):
    text = write_key(key)
    place = len(PREFIX) + position
    changed = text[:place] + letter + text[place + 1 :]
    assert changed == text or read_key(changed) is None


def checked(body: str) -> str:
    """A key's text of any number and secret, with the checksum that belongs to them."""
    return f"{PREFIX}{body}{_base62(zlib.crc32(body.encode()), 6)}"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param(PREFIX, id="the prefix alone"),
        pytest.param("assess_live_é" + "0" * 70, id="a letter outside of the alphabet"),
        pytest.param("assess_test_" + write_key(KeyText(UUID(int=1), bytes(32)))[len(PREFIX) :], id="another prefix"),
        pytest.param(write_key(KeyText(UUID(int=1), bytes(32))) + "0", id="one letter too many"),
        pytest.param(checked("z" * 22 + "0" * 43), id="a number that no UUID has"),
        pytest.param(checked("0" * 22 + "z" * 43), id="a secret of more than 32 bytes"),
    ],
)
def test_what_is_no_key_is_none(text):
    assert read_key(text) is None


def test_the_hash_depends_on_pepper_and_secret():
    assert len({hash_secret(pepper, secret) for pepper in (b"a", b"b") for secret in (b"c", b"d")}) == 4
