"""Sessions of the pages: what the cookie says that signing in gives. It holds no secret, and nothing of it is kept here.

The token names organisation, key and expiry, signed under a key that is derived from the pepper for this purpose alone
(``LABEL``). It opens nothing by itself: with each request the key that it names is looked up again.
"""

import binascii
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from msgspec import Struct

LABEL = "page-session"
LIFETIME = timedelta(hours=8)
_BODY, _MAC = 16 + 16 + 8, 32
_LENGTH = (_BODY + _MAC) * 4 // 3


class Session(Struct, frozen=True):
    """Who signed in, and until when: ``expires`` in seconds since 1970, UTC."""

    organisation_id: UUID
    key_id: UUID
    expires: int


def begun(organisation_id: UUID, key_id: UUID, now: datetime) -> Session:
    """A session that begins ``now`` and lasts ``LIFETIME``."""
    return Session(organisation_id, key_id, int((now + LIFETIME).timestamp()))


def write_session(key: bytes, session: Session) -> str:
    """The token of a session, as only a holder of ``key`` can write it: 96 letters of base 64 for addresses."""
    body = session.organisation_id.bytes + session.key_id.bytes + session.expires.to_bytes(8)
    return urlsafe_b64encode(body + _mac(key, body)).decode()


def read_session(key: bytes, text: str, now: datetime) -> Session | None:
    """The session in a token, or ``None`` when it was not written under ``key``, has changed since, or is over."""
    raw = _decoded(text)
    body, mac = raw[:_BODY], raw[_BODY:]
    if not hmac.compare_digest(mac, _mac(key, body)):
        return None
    session = Session(UUID(bytes=body[:16]), UUID(bytes=body[16:32]), int.from_bytes(body[32:]))
    return session if now.timestamp() < session.expires else None


def _mac(key: bytes, body: bytes) -> bytes:
    return hmac.digest(key, body, sha256)


def _decoded(text: str) -> bytes:
    """The bytes of a token; none of anything that is not exactly as long, or has another letter."""
    if len(text) != _LENGTH:
        return b""
    try:
        return urlsafe_b64decode(text.encode("ascii", "replace"))
    except binascii.Error:
        return b""
