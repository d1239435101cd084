"""Retention: people and answers are kept as long as their campaign said, results and reports longer."""

import logging
from uuid import UUID

from assess.campaign.erasure import erase_campaign, past_retention
from assess.campaign.sealing import TOUCHED
from assess.errors import Unavailable
from assess.maturity.service import ResultsNotYet, scoring_of
from assess.questionnaire.catalogue import Catalogue
from assess.storage.database import Database
from assess.storage.workers import Workers

_log = logging.getLogger("assess.retention")


async def keep_retention(database: Database, workers: Workers, catalogue: Catalogue) -> list[UUID]:
    """Erase people and answers of every campaign whose retention is over; returns these campaigns.

    A campaign that was never scored is scored first; when that fails, the promise to the people counts more than the results.
    """
    erased = []
    for organisation_id, campaign_id in await past_retention(database):
        if not await _scored(database, workers, catalogue, organisation_id, campaign_id):
            continue
        async with database.transaction(organisation_id) as tx:
            if await erase_campaign(tx, campaign_id):
                erased.append(campaign_id)
    if erased:
        await database.vacuum(*TOUCHED)
    return erased


async def _scored(
    database: Database, workers: Workers, catalogue: Catalogue, organisation_id: UUID, campaign_id: UUID
) -> bool:
    """Whether there is nothing left to wait for; what is only busy now is tried again in the next round."""
    try:
        await scoring_of(database, workers, catalogue, organisation_id, campaign_id)
    except ResultsNotYet:  # a draft that was never launched
        return True
    except Unavailable:
        return False
    except Exception:  # whatever fails here would fail for ever
        _log.exception("campaign %s could not be scored before its answers go", campaign_id)
    return True
