"""Closing: by hand or after the last day; sealing in one transaction, then the files and the secret."""

import asyncio
import contextlib
import logging
from collections.abc import Iterator
from datetime import date
from uuid import UUID

from assess.campaign import sealing, store
from assess.campaign.model import Campaign, CampaignState
from assess.storage.database import Database, Tx
from assess.storage.secrets import Secrets

_DUE = "select array_agg(organisation_id) as organisations, array_agg(id) as ids from assess.open_campaigns_due($1)"
_CLOSED = "select array_agg(organisation_id) as organisations, array_agg(id) as ids from assess.campaigns_closed($1)"
_log = logging.getLogger("assess.campaign")


async def close(database: Database, secrets: Secrets, campaign_id: UUID, organisation_id: UUID) -> Campaign:
    """Close a campaign and seal its answers in one transaction; then free what the files still hold and destroy the secret.

    When the process dies in between, the background loop finishes. Raises CampaignNotFound, CampaignNotOpen or
    CampaignAlreadyClosed.
    """
    async with database.transaction(organisation_id) as tx:
        closed = await _closed(tx, await store.campaign_of(tx, campaign_id, lock=True))
    await _clean_up(database, secrets, campaign_id)
    return closed


async def housekeeping(database: Database, secrets: Secrets, today: date) -> list[UUID]:
    """Close the campaigns whose last day is over, and finish interrupted closes; returns the campaigns that it closed.

    Several processes may do it at once: a campaign that somebody else holds is left to them. One that fails is logged and
    does not stop the others.
    """
    closed = []
    for organisation_id, campaign_id in await _pairs(database, _DUE, today):
        with _surviving(campaign_id):
            if await _close_due(database, organisation_id, campaign_id, today):
                closed.append(campaign_id)
    for _, campaign_id in await _pairs(database, _CLOSED, secrets.campaigns()):
        with _surviving(campaign_id):
            await _clean_up(database, secrets, campaign_id)
    return closed


async def _close_due(database: Database, organisation_id: UUID, campaign_id: UUID, today: date) -> bool:
    """Close one campaign if it is still due, and free; its secret is destroyed by the round that follows."""
    async with database.transaction(organisation_id) as tx:
        campaign = await store.free_campaign_of(tx, campaign_id)
        if campaign is None or campaign.state is not CampaignState.OPEN or campaign.ends_on >= today:
            return False
        await _closed(tx, campaign)
    return True


async def _closed(tx: Tx, campaign: Campaign) -> Campaign:
    closed = campaign.closed(tx.now)
    await sealing.seal(tx, closed)
    await store.change_campaign(tx, closed)
    return closed


async def _clean_up(database: Database, secrets: Secrets, campaign_id: UUID) -> None:
    """After the commit; can be repeated. The secret goes last: while it is there, the loop knows that this is not finished."""
    await database.vacuum(*sealing.TOUCHED)
    await asyncio.to_thread(secrets.destroy, campaign_id)  # it waits for the disk


async def _pairs(database: Database, sql: str, argument: object) -> list[tuple[UUID, UUID]]:
    row = await database.call(sql, argument)
    return list(zip(row["organisations"] or (), row["ids"] or (), strict=True)) if row else []


@contextlib.contextmanager
def _surviving(campaign_id: UUID) -> Iterator[None]:
    try:
        yield
    except Exception:  # whatever befalls one campaign, the next one is looked after
        _log.exception("campaign %s could not be closed; it will be tried again", campaign_id)
