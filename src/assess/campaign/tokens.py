"""Tokens: an invitation's, and the response key that is made from it.

Both are derived, so neither has to be kept: the invitation's token from the campaign's secret and the invitation's id, the
response key from the token. The database keeps an HMAC of each under a label of its own; without the token nothing leads from
one to the other, and with it the exchange gives the same key again.

On the wire: a prefix, then base64url (without padding) of the parts and a check. An invitation's check is its CRC-32, which
tells a typo from a wrong token. A response key's is an HMAC under the pepper: it names an organisation and a campaign, and who
made it up must not learn from the reply whether they are there, or closed.
"""

import base64
import binascii
import hmac
import zlib
from collections.abc import Callable
from hashlib import sha256
from uuid import UUID

from msgspec import Struct

INVITATION_PREFIX = "assess_inv_"
RESPONSE_PREFIX = "assess_resp_"
_INVITATION_TOKEN = b"assess/invitation/v1"
_INVITATION_HASH = b"assess/invitation/hash/v1"
_RESPONSE_KEY = b"assess/response/v1"
_RESPONSE_HASH = b"assess/response/hash/v1"
_RESPONSE_CHECK = b"assess/response/check/v1"
_CHECK = 4
Check = Callable[[bytes], bytes]


class InvitationText(Struct, frozen=True):
    """The parts of an invitation's token; ``token`` has 32 bytes."""

    organisation_id: UUID
    token: bytes


class ResponseKeyText(Struct, frozen=True):
    """The parts of a response key; ``form_digest`` has 16 bytes, ``key`` 32.

    The campaign stands in it because its response is gone once it is closed, and a closed campaign is not an unknown key.
    """

    organisation_id: UUID
    campaign_id: UUID
    form_digest: bytes
    key: bytes


def invitation_token(secret: bytes, invitation_id: UUID) -> bytes:
    """32 bytes that only a holder of the campaign's secret can make."""
    return hmac.digest(secret, _INVITATION_TOKEN + invitation_id.bytes, sha256)


def response_key(token: bytes) -> bytes:
    """32 bytes that only a holder of the invitation's token can make."""
    return hmac.digest(token, _RESPONSE_KEY, sha256)


def invitation_hash(pepper: bytes, token: bytes) -> bytes:
    """How an invitation's token is kept: 32 bytes."""
    return hmac.digest(pepper, _INVITATION_HASH + token, sha256)


def response_hash(pepper: bytes, key: bytes) -> bytes:
    """How a response key is kept: 32 bytes that have nothing in common with ``invitation_hash``."""
    return hmac.digest(pepper, _RESPONSE_HASH + key, sha256)


def write_invitation(text: InvitationText) -> str:
    """The token as people get it, 81 characters."""
    return _write(INVITATION_PREFIX, text.organisation_id.bytes + text.token, _checksum)


def read_invitation(text: str) -> InvitationText | None:
    """The parts of a token, or ``None`` when it is not one (prefix, length, letters or checksum)."""
    raw = _read(INVITATION_PREFIX, text, 48, _checksum)
    return None if raw is None else InvitationText(UUID(bytes=raw[:16]), raw[16:])


def write_response_key(pepper: bytes, text: ResponseKeyText) -> str:
    """The response key as a phone keeps it, 124 characters."""
    parts = text.organisation_id.bytes + text.campaign_id.bytes + text.form_digest + text.key
    return _write(RESPONSE_PREFIX, parts, _checked_under(pepper))


def read_response_key(pepper: bytes, text: str) -> ResponseKeyText | None:
    """The parts of a response key, or ``None`` when it is not one, or was not written under this pepper."""
    raw = _read(RESPONSE_PREFIX, text, 80, _checked_under(pepper))
    return None if raw is None else ResponseKeyText(UUID(bytes=raw[:16]), UUID(bytes=raw[16:32]), raw[32:48], raw[48:])


def _write(prefix: str, parts: bytes, check: Check) -> str:
    checked = parts + check(prefix.encode() + parts)
    return prefix + base64.urlsafe_b64encode(checked).rstrip(b"=").decode()


def _read(prefix: str, text: str, size: int, check: Check) -> bytes | None:
    """Only the very text that ``_write`` gives is read: no second spelling of a token exists."""
    if not text.startswith(prefix) or not text.isascii():
        return None
    body = text[len(prefix) :]
    try:
        parts = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))[:-_CHECK]
    except (binascii.Error, ValueError):
        return None
    good = len(parts) == size and hmac.compare_digest(_write(prefix, parts, check).encode(), text.encode())
    return parts if good else None


def _checksum(said: bytes) -> bytes:
    return zlib.crc32(said).to_bytes(_CHECK)


def _checked_under(pepper: bytes) -> Check:
    return lambda said: hmac.digest(pepper, _RESPONSE_CHECK + said, sha256)[:_CHECK]
