"""Tokens: derived, told from typos, and unlinkable in what is stored."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assess.campaign.tokens import (
    InvitationText,
    ResponseKeyText,
    invitation_hash,
    invitation_token,
    read_invitation,
    read_response_key,
    response_hash,
    response_key,
    write_invitation,
    write_response_key,
)

PEPPER = b"p" * 32
KEY = st.binary(min_size=32, max_size=32)
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@given(st.uuids(), KEY)
def test_an_invitation_is_read_as_it_was_written(organisation, token):
    text = InvitationText(organisation, token)
    assert read_invitation(write_invitation(text)) == text
    assert len(write_invitation(text)) == 81


@given(st.uuids(), st.uuids(), st.binary(min_size=16, max_size=16), KEY)
def test_a_response_key_is_read_as_it_was_written(organisation, campaign, form, key):
    text = ResponseKeyText(organisation, campaign, form, key)
    assert read_response_key(PEPPER, write_response_key(PEPPER, text)) == text
    assert len(write_response_key(PEPPER, text)) == 124


@given(st.uuids(), st.uuids(), st.binary(min_size=16, max_size=16), KEY)
def test_a_response_key_can_be_made_by_this_installation_alone(organisation, campaign, form, key):
    text = ResponseKeyText(organisation, campaign, form, key)
    assert read_response_key(PEPPER, write_response_key(b"q" * 32, text)) is None


@given(st.uuids(), KEY, st.integers(11, 80), st.sampled_from(ALPHABET))
def test_one_wrong_letter_is_always_noticed(organisation, token, place, letter):
    text = write_invitation(InvitationText(organisation, token))
    spoilt = text[:place] + letter + text[place + 1 :]
    assert spoilt == text or read_invitation(spoilt) is None


@given(st.text(max_size=200))
def test_any_text_at_all_is_read_or_refused(text):
    for prefix in ("", "assess_inv_", "assess_resp_"):
        assert read_invitation(prefix + text) is None
        assert read_response_key(PEPPER, prefix + text) is None


def test_one_kind_of_token_is_not_taken_for_the_other():
    invitation = write_invitation(InvitationText(uuid4(), b"t" * 32))
    assert read_response_key(PEPPER, invitation) is None
    assert read_response_key(PEPPER, invitation.replace("assess_inv_", "assess_resp_")) is None


@given(KEY, st.uuids(), KEY)
def test_a_token_and_its_key_are_derived_again_the_same(secret, invitation, pepper):
    token = invitation_token(secret, invitation)
    assert token == invitation_token(secret, invitation)
    assert response_key(token) == response_key(invitation_token(secret, invitation))
    derived = {token, response_key(token), invitation_hash(pepper, token), response_hash(pepper, response_key(token))}
    assert len(derived) == 4
    assert all(len(value) == 32 for value in derived)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(lambda: invitation_token(b"x" * 32, UUID(int=1)), id="another secret"),
        pytest.param(lambda: invitation_token(b"s" * 32, UUID(int=2)), id="another invitation"),
    ],
)
def test_another_secret_or_invitation_gives_another_token(other):
    assert other() != invitation_token(b"s" * 32, UUID(int=1))


def test_without_the_pepper_a_known_token_does_not_find_its_row():
    token = invitation_token(b"s" * 32, UUID(int=1))
    assert invitation_hash(b"a" * 32, token) != invitation_hash(b"b" * 32, token)
