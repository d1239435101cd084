"""API keys as text: ``assess_live_<id><secret><checksum>``, each part base 62.

The checksum tells a typo from a wrong key without asking the database; the secret (256 bits) is kept only as an HMAC under
the installation's pepper.
"""

import hmac
import zlib
from hashlib import sha256
from uuid import UUID

from msgspec import Struct

PREFIX = "assess_live_"
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_ID, _SECRET, _CHECKSUM = 22, 43, 6  # digits in base 62 of 128, 256 and 32 bits


class KeyText(Struct, frozen=True):
    """The two parts of a key's text."""

    id: UUID
    secret: bytes


def write_key(key: KeyText) -> str:
    """The text of a key; ``secret`` has 32 bytes."""
    body = _base62(key.id.int, _ID) + _base62(int.from_bytes(key.secret), _SECRET)
    return PREFIX + body + _base62(zlib.crc32(body.encode()), _CHECKSUM)


def read_key(text: str) -> KeyText | None:
    """The parts of a key's text, or ``None`` when it is not one (length, alphabet or checksum)."""
    body, checksum = text[len(PREFIX) : -_CHECKSUM], text[-_CHECKSUM:]
    if not text.startswith(PREFIX) or len(body) != _ID + _SECRET or not set(body + checksum) <= set(_ALPHABET):
        return None
    if _base62(zlib.crc32(body.encode()), _CHECKSUM) != checksum:
        return None
    number, secret = _number(body[:_ID]), _number(body[_ID:])
    if number >> 128 or secret >> 256:
        return None
    return KeyText(UUID(int=number), secret.to_bytes(32))


def hash_secret(pepper: bytes, secret: bytes) -> bytes:
    """How a key's secret is kept: HMAC-SHA256, 32 bytes."""
    return hmac.digest(pepper, b"assess/api-key/v1" + secret, sha256)


def _base62(number: int, width: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 62)
        digits = _ALPHABET[digit] + digits
    return digits.rjust(width, "0")


def _number(digits: str) -> int:
    number = 0
    for digit in digits:
        number = number * 62 + _ALPHABET.index(digit)
    return number
