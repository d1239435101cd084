"""Statements on campaigns: who is asked what, the roster, the contract, invitations and participation."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Text, bindparam, cast, delete, func, insert, select, union_all, update

from assess.campaign.contract import Asked
from assess.campaign.model import (
    Campaign,
    CampaignState,
    Contract,
    NewCampaign,
    NewPerson,
    Person,
    TeamParticipation,
)
from assess.errors import Conflict, NotFound
from assess.questionnaire.model import Questionnaire
from assess.storage.database import Tx, made_of
from assess.storage.ids import uuid7
from assess.storage.paging import Window
from assess.storage.tables import (
    assessment,
    assessment_questionnaire,
    campaign,
    contract,
    invitation,
    person,
    questionnaire_version,
    response,
    sealed_response,
    team,
)
from assess.words import Digest, Email

_CAMPAIGN = tuple(getattr(campaign.c, name) for name in Campaign.__struct_fields__)


class CampaignNotFound(NotFound):
    """Your organisation has no such campaign."""

    title_fr = "Votre organisation n’a pas cette campagne."


class CampaignKeyTaken(Conflict):
    """Another campaign of your organisation already has that key."""

    constraint = "campaign_key_taken"
    title_fr = "Une autre campagne de votre organisation porte déjà cette clé."


class PersonNotFound(NotFound):
    """Nobody with that id stands on this campaign's roster."""

    title_fr = "Personne avec cet identifiant ne figure sur la liste de cette campagne."


class PersonEmailTaken(Conflict):
    """Somebody with that e-mail address is on the campaign's roster already."""

    constraint = "person_email_taken"
    title_fr = "Quelqu’un avec cette adresse figure déjà sur la liste de la campagne."


class TeamHasPeople(Conflict):
    """People of the roster belong to a team that the campaign would not ask."""

    constraint = "person_in_assessed_team"
    title_fr = "Des personnes de la liste appartiennent à une équipe que la campagne n’interrogerait pas."


async def add_campaign(tx: Tx, new: NewCampaign) -> Campaign:
    """A new campaign, a draft; a language said twice counts once."""
    fields: dict[str, Any] = {**msgspec.structs.asdict(new), "id": uuid7(), "state": CampaignState.DRAFT.value}
    fields["languages"] = list(dict.fromkeys(new.languages))
    fields["balance"] = msgspec.to_builtins(new.balance)
    await tx.execute(insert(campaign).values(organisation_id=tx.organisation_id, created_at=tx.now, **fields))
    return await campaign_of(tx, fields["id"])


async def campaigns_of(tx: Tx, window: Window) -> list[Campaign]:
    """The campaigns in the window, newest first."""
    query = select(*_CAMPAIGN).where(campaign.c.organisation_id == tx.organisation_id)
    rows = await tx.execute(window.applied(query, campaign.c.created_at, campaign.c.id, descending=True))
    return [msgspec.convert(row, Campaign, from_attributes=True) for row in rows]


async def campaign_of(tx: Tx, campaign_id: UUID, *, lock: bool = False) -> Campaign:
    """One campaign; with ``lock`` whoever else changes it, or answers for the first time, waits. Raises CampaignNotFound."""
    query = select(*_CAMPAIGN).where(campaign.c.organisation_id == tx.organisation_id, campaign.c.id == campaign_id)
    found = (await tx.execute(query.with_for_update() if lock else query)).one_or_none()
    if found is None:
        raise CampaignNotFound
    return msgspec.convert(found, Campaign, from_attributes=True)


async def free_campaign_of(tx: Tx, campaign_id: UUID) -> Campaign | None:
    """One campaign, locked, or none while somebody else has it: for the background loop, which comes again."""
    query = select(*_CAMPAIGN).where(campaign.c.organisation_id == tx.organisation_id, campaign.c.id == campaign_id)
    found = (await tx.execute(query.with_for_update(skip_locked=True))).one_or_none()
    return None if found is None else msgspec.convert(found, Campaign, from_attributes=True)


async def change_campaign(tx: Tx, changed: Campaign) -> None:
    """Keep the state of a campaign as it is now."""
    mine = (campaign.c.organisation_id == tx.organisation_id, campaign.c.id == changed.id)
    names = ("ends_on", "contract_digest", "launched_at", "closed_at")
    fields = {name: getattr(changed, name) for name in names}
    await tx.execute(update(campaign).where(*mine).values(state=changed.state.value, **fields))


async def asked_of(tx: Tx, campaign_id: UUID) -> list[Asked]:
    """The assessments of a campaign with what each team is asked, by the teams' keys."""
    one, choice = assessment.c, assessment_questionnaire.c
    digests = func.array_agg(choice.digest).aggregate_order_by(choice.position).label("digests")
    elsewhere = func.coalesce(one.asked_elsewhere, 0).label("asked_elsewhere")
    rows = await tx.execute(
        select(
            *(one.id.label("assessment_id"), one.team_id, team.c.key.label("team")),
            *(one.state, one.headcount, elsewhere, digests),
        )
        .join(team, (team.c.organisation_id == one.organisation_id) & (team.c.id == one.team_id))
        .join(
            assessment_questionnaire,
            (choice.organisation_id == one.organisation_id) & (choice.assessment_id == one.id),
        )
        .where(one.organisation_id == tx.organisation_id, one.campaign_id == campaign_id)
        .group_by(one.organisation_id, one.id, team.c.key)
        .order_by(team.c.key)
    )
    return [msgspec.convert(row, Asked, from_attributes=True) for row in rows]


async def ask(
    tx: Tx, campaign_id: UUID, chosen: Mapping[UUID, Sequence[Digest]], elsewhere: Mapping[UUID, int]
) -> None:
    """Say anew which team (by id) answers which versions; a team that stays keeps its assessment.

    elsewhere: how many people of each team are asked elsewhere.
    """
    mine = (assessment.c.organisation_id == tx.organisation_id, assessment.c.campaign_id == campaign_id)
    before = {asked.team_id: asked.assessment_id for asked in await asked_of(tx, campaign_id)}
    choice = assessment_questionnaire.c
    if before:
        own = (choice.organisation_id == tx.organisation_id, choice.assessment_id.in_(before.values()))
        await tx.execute(delete(assessment_questionnaire).where(*own))
    await tx.execute(delete(assessment).where(*mine, assessment.c.team_id.not_in(chosen)))
    ids = {team_id: before.get(team_id) or uuid7() for team_id in chosen}
    common = {"organisation_id": tx.organisation_id, "campaign_id": campaign_id, "state": "planned", "headcount": None}
    added = [
        {**common, "id": ids[team_id], "team_id": team_id, "asked_elsewhere": elsewhere[team_id]}
        for team_id in chosen
        if team_id not in before
    ]
    stays = update(assessment).where(*mine, assessment.c.team_id == bindparam("team"))
    stayed = stays.values(asked_elsewhere=bindparam("people"))
    await tx.many(stayed, ({"team": each, "people": elsewhere[each]} for each in before.keys() & chosen.keys()))
    questions = [
        {"organisation_id": tx.organisation_id, "assessment_id": ids[team_id], "position": position, "digest": digest}
        for team_id, digests in chosen.items()
        for position, digest in enumerate(digests)
    ]
    await tx.add(assessment, added)
    await tx.add(assessment_questionnaire, questions)


async def start_collecting(tx: Tx, campaign_id: UUID, headcounts: Mapping[UUID, int]) -> None:
    """The assessments begin, each with its team's headcount, frozen."""
    mine = (assessment.c.organisation_id == tx.organisation_id, assessment.c.campaign_id == campaign_id)
    starting = update(assessment).where(*mine, assessment.c.team_id == bindparam("team"))
    started = starting.values(state="collecting", headcount=bindparam("people"))
    await tx.many(started, ({"team": team_id, "people": people} for team_id, people in headcounts.items()))


async def questionnaires_of(tx: Tx, digests: Collection[Digest]) -> dict[Digest, Questionnaire]:
    """The published versions with these digests; read as text, which is decoded in one go.

    One takes most of a millisecond: whoever waits for a page comes in between two of them.
    """
    kept = questionnaire_version.c
    found: dict[Digest, Questionnaire] = {}
    rows = await tx.execute(select(kept.digest, cast(kept.body, Text).label("text")).where(kept.digest.in_(digests)))
    for row in rows:
        found[row.digest] = msgspec.json.decode(row.text, type=Questionnaire)
        await asyncio.sleep(0)
    return found


async def people_of(tx: Tx, campaign_id: UUID, window: Window | None = None) -> list[Person]:
    """The roster, or the part of it in the window, by team and name."""
    query = (
        select(
            *(person.c.id, person.c.name, person.c.email, person.c.language, person.c.perspective, person.c.team_id),
            team.c.key.label("team"),
        )
        .join(team, (team.c.organisation_id == person.c.organisation_id) & (team.c.id == person.c.team_id))
        .where(person.c.organisation_id == tx.organisation_id, person.c.campaign_id == campaign_id)
    )
    order = (team.c.key, person.c.name, person.c.id)
    rows = await tx.execute(query.order_by(*order) if window is None else window.applied(query, *order))
    return await made_of(rows, lambda row: msgspec.convert(row, Person, from_attributes=True))


async def add_people(tx: Tx, campaign_id: UUID, people: Sequence[NewPerson], team_ids: Mapping[str, UUID]) -> None:
    """More people on the roster."""
    common = {"organisation_id": tx.organisation_id, "campaign_id": campaign_id}
    await tx.add(person, ({**common, "id": uuid7(), **_person(new, team_ids)} for new in people))


async def change_people(tx: Tx, campaign_id: UUID, people: Sequence[NewPerson], team_ids: Mapping[str, UUID]) -> None:
    """People of the roster, known by their e-mail, as they are said now."""
    mine = (person.c.organisation_id == tx.organisation_id, person.c.campaign_id == campaign_id)
    changing = update(person).where(*mine, person.c.email == bindparam("known"))
    await tx.many(changing, ({"known": new.email, **_person(new, team_ids)} for new in people))


async def people_with(tx: Tx, email: Email) -> list[tuple[UUID, UUID, str]]:
    """Campaign, id and name wherever somebody with that address, in small letters, stands on a roster."""
    mine = (person.c.organisation_id == tx.organisation_id, person.c.email == email)
    rows = await tx.execute(select(person.c.campaign_id, person.c.id, person.c.name).where(*mine))
    return [(row.campaign_id, row.id, row.name) for row in rows]


async def delete_person(tx: Tx, campaign_id: UUID, person_id: UUID) -> None:
    """Delete somebody from the roster, with the invitation; raises PersonNotFound."""
    invited = (invitation.c.organisation_id == tx.organisation_id, invitation.c.person_id == person_id)
    await tx.execute(delete(invitation).where(*invited, invitation.c.campaign_id == campaign_id))
    mine = (person.c.organisation_id == tx.organisation_id, person.c.campaign_id == campaign_id)
    if not (await tx.execute(delete(person).where(*mine, person.c.id == person_id))).rowcount:
        raise PersonNotFound


async def erase_people_and_answers(tx: Tx, campaign_id: UUID) -> bool:
    """Whether a campaign's retention is over: then its people and answers are gone now, and the campaign says since when.

    The application may not delete what is sealed; a function of the database does, for such a campaign and no other.
    """
    over = select(func.assess.erase_campaign(tx.organisation_id, campaign_id))
    if not (await tx.execute(over)).scalar_one():
        return False
    mine = (campaign.c.organisation_id == tx.organisation_id, campaign.c.id == campaign_id)
    await tx.execute(update(campaign).where(*mine).values(erased_on=tx.now.date()))
    return True


async def add_contract(tx: Tx, made: Contract, digest: Digest) -> None:
    """The contract, for good: the application may never change one."""
    row = {"organisation_id": tx.organisation_id, "campaign_id": made.campaign_id, "digest": digest}
    await tx.execute(insert(contract).values(**row, body=msgspec.to_builtins(made)))


async def contract_of(tx: Tx, campaign_id: UUID) -> Contract | None:
    """The contract of a campaign, or none before its launch."""
    mine = (contract.c.organisation_id == tx.organisation_id, contract.c.campaign_id == campaign_id)
    body = (await tx.execute(select(contract.c.body).where(*mine))).scalar_one_or_none()
    return None if body is None else msgspec.convert(body, Contract)


async def add_invitations(tx: Tx, campaign_id: UUID, invited: Iterable[tuple[UUID, UUID, bytes]]) -> None:
    """One invitation for each (its id, the person's id, the hash of its token)."""
    common = {"organisation_id": tx.organisation_id, "campaign_id": campaign_id, "completed": False}
    rows = ({**common, "id": made, "person_id": whose, "token_hash": hashed} for made, whose, hashed in invited)
    await tx.add(invitation, rows)


async def invitations_of(tx: Tx, campaign_id: UUID) -> list[tuple[UUID, UUID, bool]]:
    """Of each invitation its id, the person's id and whether it is completed."""
    mine = (invitation.c.organisation_id == tx.organisation_id, invitation.c.campaign_id == campaign_id)
    rows = await tx.execute(select(invitation.c.id, invitation.c.person_id, invitation.c.completed).where(*mine))
    return [(row.id, row.person_id, row.completed) for row in rows]


async def imported_of(tx: Tx, campaign_id: UUID) -> dict[UUID, int]:
    """By assessment, how many responses were collected elsewhere; of assessments that have any. The same after the close."""
    kept = [
        select(table.c.assessment_id).where(
            table.c.organisation_id == tx.organisation_id,
            table.c.campaign_id == campaign_id,
            table.c.origin == "imported",
        )
        for table in (response, sealed_response)
    ]
    found = union_all(*kept).subquery()
    rows = await tx.execute(select(found.c.assessment_id, func.count().label("n")).group_by(found.c.assessment_id))
    return {row.assessment_id: row.n for row in rows}


async def participation_of(tx: Tx, campaign_id: UUID) -> list[TeamParticipation]:
    """Invited and completed people, and imported responses, of each team that the campaign asks, by the teams' keys."""
    imported = await imported_of(tx, campaign_id)
    completed = func.count(invitation.c.id).filter(invitation.c.completed).label("completed")
    rows = await tx.execute(
        select(
            *(assessment.c.id, assessment.c.team_id, team.c.key.label("team"), team.c.name),
            *(func.count(invitation.c.id).label("invited"), completed),
        )
        .join(team, (team.c.organisation_id == assessment.c.organisation_id) & (team.c.id == assessment.c.team_id))
        .outerjoin(
            person,
            (person.c.organisation_id == assessment.c.organisation_id)
            & (person.c.campaign_id == assessment.c.campaign_id)
            & (person.c.team_id == assessment.c.team_id),
        )
        .outerjoin(
            invitation,
            (invitation.c.organisation_id == person.c.organisation_id) & (invitation.c.person_id == person.c.id),
        )
        .where(assessment.c.organisation_id == tx.organisation_id, assessment.c.campaign_id == campaign_id)
        .group_by(assessment.c.id, assessment.c.team_id, team.c.key, team.c.name)
        .order_by(team.c.key)
    )
    return [
        TeamParticipation(
            team_id=row.team_id,
            team=row.team,
            name=row.name,
            invited=row.invited,
            completed=row.completed,
            imported=imported.get(row.id, 0),
        )
        for row in rows
    ]


def _person(new: NewPerson, team_ids: Mapping[str, UUID]) -> dict[str, Any]:
    fields = msgspec.structs.asdict(new)
    team_id = team_ids[fields.pop("team")]
    return {**fields, "team_id": team_id}
