"""Signed links: who holds one may open one report, without a key, until it expires.

The signature covers organisation, report and expiry, under a key that is derived from the pepper for this purpose alone
(``LABEL``).
"""

import hmac
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from msgspec import Struct

LIFETIME = timedelta(minutes=15)
LABEL = "report-link"


class SharedLink(Struct, frozen=True, kw_only=True):
    """What a link says; ``expires``: seconds since 1970, UTC."""

    organisation_id: UUID
    report_id: UUID
    expires: int
    signature: str


def signed(key: bytes, organisation_id: UUID, report_id: UUID, expires: int) -> SharedLink:
    """The link that only a holder of ``key`` can make: HMAC-SHA256."""
    mac = hmac.digest(key, f"{organisation_id}/{report_id}/{expires}".encode(), sha256)
    signature = urlsafe_b64encode(mac).rstrip(b"=").decode()
    return SharedLink(organisation_id=organisation_id, report_id=report_id, expires=expires, signature=signature)


def holds(key: bytes, link: SharedLink, now: datetime) -> bool:
    """Whether the link is ours and has not expired; its comparison takes the same time for every forgery."""
    right = signed(key, link.organisation_id, link.report_id, link.expires)
    same = hmac.compare_digest(right.signature.encode(), link.signature.encode())
    return same and now.timestamp() < link.expires


def address(link: SharedLink) -> str:
    """The path and query of a link."""
    query = f"organisation={link.organisation_id}&expires={link.expires}&signature={link.signature}"
    return f"/v1/shared-reports/{link.report_id}?{query}"
