"""Doings on exemptions: gather, think, apply."""

from uuid import UUID

from assess.campaign.model import Campaign, CampaignState
from assess.campaign.store import campaign_of, contract_of
from assess.maturity import service as results
from assess.maturity.exemptions import store
from assess.maturity.exemptions.model import (
    CampaignNotLaunched,
    Exemption,
    ExemptionLine,
    ExemptionsSettled,
    NewExemption,
    item_not_asked,
)
from assess.maturity.store import assessment_of
from assess.questionnaire.catalogue import Catalogue
from assess.storage.database import Database, Tx
from assess.storage.paging import Window
from assess.storage.workers import Workers
from assess.words import Key


async def lines_of(
    database: Database,
    workers: Workers,
    catalogue: Catalogue,
    organisation_id: UUID,
    campaign_id: UUID,
    window: Window,
) -> list[ExemptionLine]:
    """What waits for a decision and what was decided; before the close nobody knows what waits.

    Raises CampaignNotFound or AnswersErased.
    """
    async with database.transaction(organisation_id) as tx:
        closed = (await campaign_of(tx, campaign_id)).closed_at is not None
    scoring_id = None
    if closed:
        scoring_id = (await results.scoring_of(database, workers, catalogue, organisation_id, campaign_id)).id
    async with database.transaction(organisation_id) as tx:
        return await store.lines_of(tx, campaign_id, scoring_id, window)


async def exemption_there(tx: Tx, assessment_id: UUID, item: Key) -> Exemption | None:
    """The last decision on an item of an assessment, if there is one, and nobody else decides meanwhile.

    Raises AssessmentNotFound.
    """
    row = await assessment_of(tx, assessment_id)
    await campaign_of(tx, row.campaign_id, lock=True)
    return await store.exemption_there(tx, assessment_id, item)


async def decide(
    tx: Tx, catalogue: Catalogue, assessment_id: UUID, item: Key, new: NewExemption
) -> tuple[Exemption, bool]:
    """The decision on an item and a team as it is now, and whether it is the first; one that changes nothing is none.

    Raises AssessmentNotFound, CampaignNotLaunched, ExemptionsSettled, ItemNotAsked, ExemptionChanged.
    """
    row = await assessment_of(tx, assessment_id)
    _check_deciding(await campaign_of(tx, row.campaign_id, lock=True))
    await _check_asked(tx, catalogue, row.campaign_id, assessment_id, item)
    before = await store.exemption_there(tx, assessment_id, item)
    if before is not None and (before.stands, before.reason) == (new.stands, new.reason):
        return before, False
    decision = Exemption(
        assessment_id=assessment_id,
        item=item,
        stands=new.stands,
        reason=new.reason,
        revision=before.revision + 1 if before else 1,
        decided_at=tx.now,
    )
    await store.decide(tx, row.campaign_id, decision)
    return decision, before is None


def _check_deciding(campaign: Campaign) -> None:
    if campaign.state is CampaignState.DRAFT:
        raise CampaignNotLaunched
    if campaign.erased_on is not None:
        raise ExemptionsSettled(f"it happened on {campaign.erased_on}")


async def _check_asked(tx: Tx, catalogue: Catalogue, campaign_id: UUID, assessment_id: UUID, item: Key) -> None:
    made = await contract_of(tx, campaign_id)
    digests = (
        [digest for team in made.teams if team.assessment_id == assessment_id for digest in team.questionnaires]
        if made
        else []
    )
    asked = [each.key for digest in digests for each in catalogue.version(digest).items()]
    if item not in asked:
        raise item_not_asked(item, asked)
