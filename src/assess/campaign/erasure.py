"""Erasing people: one person at their wish, everybody of a campaign when its retention is over."""

from collections.abc import Mapping
from uuid import UUID

from msgspec import Struct

from assess.campaign import store
from assess.campaign.model import CampaignState
from assess.campaign.sealing import LONGER
from assess.storage.database import Database, Tx
from assess.words import Email, Key, Text

_OVER = (
    "select array_agg(organisation_id) as organisations, array_agg(id) as ids from assess.campaigns_past_retention()"
)

ANSWERS: Mapping[CampaignState, Text] = {
    CampaignState.DRAFT: {
        "fr": "Aucune réponse : la campagne n’est pas lancée.",
        "en": "There are no answers: the campaign has not been launched.",
    },
    CampaignState.OPEN: {
        "fr": "Les réponses, s’il y en a, restent : rien n’y mène depuis une personne. Jusqu’à la clôture, la personne peut les "
        "retirer elle-même sur l’appareil où elle a répondu ; son lien ne s’ouvre plus.",
        "en": "Answers, if there are any, stay: nothing leads from a person to them. Until the close the person can "
        "withdraw them on the device on which they were given; the link does not open any more.",
    },
    CampaignState.CLOSED: {
        "fr": "Les réponses, s’il y en a, restent, scellées : personne ne peut plus savoir lesquelles étaient les siennes.",
        "en": "Answers, if there are any, stay, sealed: nobody can tell any more which ones were this person's.",
    },
}
"""What becomes of a person's answers, by the campaign's state; an archived one is as a closed one."""


class ErasedPerson(Struct, frozen=True, kw_only=True):
    """Somebody who no longer stands on a campaign's roster, and what that means for answers already given."""

    campaign_id: UUID
    campaign: Key
    person_id: UUID
    answers: Text


async def erase_person(tx: Tx, campaign_id: UUID, person_id: UUID) -> ErasedPerson:
    """Delete somebody's place on the roster and the invitation, in any state of the campaign; headcounts stay as promised.

    Raises CampaignNotFound or PersonNotFound.
    """
    campaign = await store.campaign_of(tx, campaign_id, lock=True)
    await store.delete_person(tx, campaign_id, person_id)
    return ErasedPerson(
        campaign_id=campaign_id,
        campaign=campaign.key,
        person_id=person_id,
        answers=ANSWERS.get(campaign.state, ANSWERS[CampaignState.CLOSED]),
    )


async def erase_everywhere(tx: Tx, email: Email) -> tuple[list[str], list[ErasedPerson]]:
    """Erase whoever has that address from every roster: the names that stood there, and what was erased."""
    found = await store.people_with(tx, email)
    erased = [await erase_person(tx, campaign_id, person_id) for campaign_id, person_id, _ in found]
    return sorted({name for _, _, name in found}), erased


async def past_retention(database: Database) -> list[tuple[UUID, UUID]]:
    """Organisation and id of each campaign whose people and answers must go now."""
    row = await database.call(_OVER)
    return list(zip(row["organisations"] or (), row["ids"] or (), strict=True)) if row else []


async def erase_campaign(tx: Tx, campaign_id: UUID) -> bool:
    """Delete roster, invitations and answers of a campaign whose retention is over; results, plans and reports stay.

    False when somebody else has the campaign now, or it is not over: the database looks for itself.
    """
    for statement in LONGER:
        await tx.execute(statement)
    campaign = await store.free_campaign_of(tx, campaign_id)
    return campaign is not None and await store.erase_people_and_answers(tx, campaign_id)
