"""Statements on idempotency keys: a key is claimed first and answered last, by the transaction that has the effect."""

from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError

from assess.errors import Conflict
from assess.storage.database import Database, Tx
from assess.storage.tables import idempotency_key

LIFETIME = timedelta(days=7)
_LOCK_NOT_AVAILABLE = "55P03"
_EXPIRED = (
    "select array_agg(organisation_id) as organisations from assess.organisations_with_expired_keys($1::timestamptz)"
)


class IdempotencyKeyBusy(Conflict):
    """A request with the same Idempotency-Key is still under way; send this one again in a moment."""

    title_fr = "Une demande avec la même Idempotency-Key est encore en cours ; renvoyez celle-ci dans un instant."


class Answered(Struct, frozen=True):
    """What is kept under a key; the reply is sealed."""

    fingerprint: bytes
    reply: bytes | None


async def claim(tx: Tx, key_hash: bytes, fingerprint: bytes) -> Answered | None:
    """Take the key for this transaction: ``None`` when it is ours now, or else what was answered under it.

    Whoever comes second waits for the first one's transaction to end; raises IdempotencyKeyBusy after the lock timeout.
    """
    fresh = {"fingerprint": fingerprint, "reply": None, "expires_at": tx.now + LIFETIME}
    row = {"organisation_id": tx.organisation_id, "key_hash": key_hash, **fresh}
    taken = insert(idempotency_key).values(row)
    expired = idempotency_key.c.expires_at <= tx.now
    taken = taken.on_conflict_do_update(constraint="idempotency_key_pkey", set_=fresh, where=expired)
    try:
        ours = (await tx.execute(taken.returning(idempotency_key.c.key_hash))).first() is not None
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == _LOCK_NOT_AVAILABLE:
            raise IdempotencyKeyBusy(headers={"Retry-After": "1"}) from error
        raise
    return None if ours else await answered(tx, key_hash)


async def answered(tx: Tx, key_hash: bytes) -> Answered | None:
    """What was answered under a key that has not expired, or none."""
    kept = idempotency_key.c
    mine = (kept.organisation_id == tx.organisation_id, kept.key_hash == key_hash, kept.expires_at > tx.now)
    row = (await tx.execute(select(kept.fingerprint, kept.reply).where(*mine))).one_or_none()
    return None if row is None else Answered(row.fingerprint, row.reply)


async def answer(tx: Tx, key_hash: bytes, reply: bytes) -> None:
    """Keep the sealed reply under the key that this transaction has claimed."""
    kept = idempotency_key.c
    mine = (kept.organisation_id == tx.organisation_id, kept.key_hash == key_hash)
    await tx.execute(update(idempotency_key).where(*mine).values(reply=reply))


async def forget_expired(database: Database, now: datetime) -> int:
    """Delete the keys whose time is over, each organisation's in a transaction of its own; how many they were."""
    found = await database.call(_EXPIRED, now)
    forgotten = 0
    for organisation_id in (found["organisations"] or ()) if found else ():
        async with database.transaction(organisation_id) as tx:
            kept = idempotency_key.c
            over = (kept.organisation_id == tx.organisation_id, kept.expires_at <= now)
            forgotten += (await tx.execute(delete(idempotency_key).where(*over))).rowcount
    return forgotten
