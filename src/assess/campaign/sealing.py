"""Sealing: a campaign's answers are re-written in random order in one transaction, and the originals deleted.

``xmin`` ties an anonymous answer to the invitation that was completed a moment later, even after VACUUM FREEZE; only
re-writing all answers of a campaign at once removes it. What stays of a response is one row, without its id, key, dates or place.
What perspectives said is summed up in the same transaction, the last one to know them. Of links beside answers nothing is kept
but the places in which there was one: a link can name its author.
"""

import asyncio
import random
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import msgspec
from msgspec import UNSET
from sqlalchemy import delete, func, insert, select, text, type_coerce
from sqlalchemy.types import NullType

from assess.campaign.anonymity import Draft, Sealed, sealed
from assess.campaign.model import Campaign, Contract, SealedTeam, Voice
from assess.campaign.store import CampaignNotFound, asked_of, contract_of, questionnaires_of
from assess.campaign.voices import Spoken, heard
from assess.storage.database import Tx
from assess.storage.tables import answer, response, sealed_comment, sealed_response, voice

TOUCHED = ("assess.response", "assess.answer", "assess.invitation", "assess.sealed_response")
"""What is vacuumed after a close, so that no query finds a deleted row any more.

Bytes of deleted rows stay in the free space of pages and in the write-ahead log until both are used again: whoever reads the
raw files of the server soon after a close may still find drafts there.
"""

LONGER = tuple(
    text(f"set local {name} = {value}")
    for name, value in (
        ("statement_timeout", "'60s'"),
        ("idle_in_transaction_session_timeout", "'60s'"),
        ("transaction_timeout", "0"),
    )
)
"""For a transaction that works on a whole campaign."""
_shuffle = random.SystemRandom().shuffle


async def seal(tx: Tx, campaign: Campaign) -> None:
    """Seal all responses of a campaign whose row this transaction has locked; withdrawn ones and their answers just go.

    The responses are locked first: whoever is saving an answer is waited for, and its answer is sealed; whoever comes later
    waits, finds the response gone and the campaign closed.
    """
    for statement in LONGER:
        await tx.execute(statement)
    await tx.execute(select(response.c.id).where(*_mine(tx, campaign.id)).with_for_update())
    orders = await _orders(tx, campaign.id)
    drafts = await _drafts(tx, campaign.id)
    rows = sealed(drafts, orders, campaign.threshold, _shuffle)
    await _insert(tx, sealed_response, [_row(tx, campaign.id, row) for row in rows])
    await _insert(tx, voice, [_voice(tx, campaign.id, found) for found in await _voices(tx, campaign.id, drafts)])
    await _insert(tx, sealed_comment, await _comments(tx, campaign.id))
    await _delete_drafts(tx, campaign.id)


async def sealed_of(tx: Tx, campaign_id: UUID) -> tuple[Contract, list[SealedTeam], dict[UUID, UUID]]:
    """What a closed campaign says: its contract, the answers of each assessed team, and the assessment of each team.

    Teams stand in the contract's order, rows by their random ids, columns in the order of the team's questionnaires. A team
    without any response has no row. Raises CampaignNotFound, also before the launch.
    """
    made = await contract_of(tx, campaign_id)
    if made is None:
        raise CampaignNotFound
    kept = sealed_response.c
    mine = (kept.organisation_id == tx.organisation_id, kept.campaign_id == campaign_id)
    # arrays as the driver gives them: nothing is to be converted in each of a million numbers
    answers, evidence = (type_coerce(array, NullType).label(array.name) for array in (kept.answers, kept.evidence))
    columns = (kept.assessment_id, answers, kept.origin, evidence, kept.hasty)
    rows: dict[UUID, list[Any]] = {}
    for row in (await tx.execute(select(*columns).where(*mine).order_by(kept.id))).all():
        rows.setdefault(row.assessment_id, []).append(row)
    assessments = {team.team_id: team.assessment_id for team in made.teams if team.assessment_id is not None}
    teams = [_sealed_team(team_id, rows.get(assessment_id, [])) for team_id, assessment_id in assessments.items()]
    return made, teams, assessments


def _sealed_team(team_id: UUID, rows: Sequence[Any]) -> SealedTeam:
    evidence, hasty = [row.evidence for row in rows], [row.hasty for row in rows]
    return SealedTeam(
        team_id=team_id,
        rows=[row.answers for row in rows],
        imported=sum(row.origin == "imported" for row in rows),
        evidence=evidence if any(evidence) else UNSET,
        hasty=hasty if any(hasty) else UNSET,
    )


async def voices_of(tx: Tx, campaign_id: UUID) -> list[Voice]:
    """What perspectives said in a closed campaign, by node and perspective; none before the close."""
    kept = voice.c
    rows = await tx.execute(
        select(kept.node, kept.perspective, kept.people, kept.composites)
        .where(kept.organisation_id == tx.organisation_id, kept.campaign_id == campaign_id)
        .order_by(kept.node, kept.perspective)
    )
    return [msgspec.convert(row, Voice, from_attributes=True) for row in rows]


async def _orders(tx: Tx, campaign_id: UUID) -> dict[UUID, list[str]]:
    """The item keys of each assessment's form, in order."""
    asked = await asked_of(tx, campaign_id)
    versions = await questionnaires_of(tx, {digest for each in asked for digest in each.digests})
    keys = {digest: [item.key for item in version.items()] for digest, version in versions.items()}
    return {each.assessment_id: [key for digest in each.digests for key in keys[digest]] for each in asked}


async def _drafts(tx: Tx, campaign_id: UUID) -> list[Draft]:
    items, values = func.array_agg(answer.c.item).label("items"), func.array_agg(answer.c.value).label("given")
    shown = func.array_agg(answer.c.item).filter(answer.c.evidence.is_not(None)).label("shown")
    said = response.c
    own = (said.assessment_id, said.perspective, said.form, said.origin, said.hasty)
    rows = await tx.execute(
        select(*own, items, values, shown)
        .join(answer, _answer_of_response())
        .where(*_mine(tx, campaign_id), response.c.state != "withdrawn")
        .group_by(response.c.organisation_id, response.c.id)
    )
    return [
        Draft(
            assessment_id=row.assessment_id,
            perspective=row.perspective,
            form=row.form,
            origin=row.origin,
            answers=dict(zip(row.items, row.given, strict=True)),
            shown=frozenset(row.shown or ()),
            hasty=row.hasty,
        )
        for row in rows
    ]


async def _voices(tx: Tx, campaign_id: UUID, drafts: Sequence[Draft]) -> list[Voice]:
    """What perspectives say, while everybody's is still known."""
    made = await contract_of(tx, campaign_id)
    if made is None:
        raise CampaignNotFound
    versions = await questionnaires_of(tx, {asked.digest for asked in made.questionnaires})
    teams = {team.assessment_id: team.team_id for team in made.teams if team.assessment_id is not None}
    spoken = [
        Spoken(teams[draft.assessment_id], draft.perspective, draft.answers, draft.origin == "imported")
        for draft in drafts
    ]
    return await asyncio.to_thread(heard, made, versions, spoken)  # seconds for a thousand teams: others go on


async def _comments(tx: Tx, campaign_id: UUID) -> list[dict[str, Any]]:
    rows = await tx.execute(
        select(response.c.assessment_id, answer.c.item, answer.c.comment)
        .join(answer, _answer_of_response())
        .where(*_mine(tx, campaign_id), response.c.state != "withdrawn", answer.c.comment.is_not(None))
    )
    common = {"organisation_id": tx.organisation_id, "campaign_id": campaign_id}
    comments = [{**common, "id": uuid4(), **row._mapping} for row in rows]
    _shuffle(comments)
    return comments


async def _delete_drafts(tx: Tx, campaign_id: UUID) -> None:
    drafts = select(response.c.id).where(*_mine(tx, campaign_id)).scalar_subquery()
    await tx.execute(
        delete(answer).where(answer.c.organisation_id == tx.organisation_id, answer.c.response_id.in_(drafts))
    )
    await tx.execute(delete(response).where(*_mine(tx, campaign_id)))


def _row(tx: Tx, campaign_id: UUID, row: Sealed) -> dict[str, Any]:
    own = {"organisation_id": tx.organisation_id, "id": uuid4(), "campaign_id": campaign_id}
    return {**own, **msgspec.structs.asdict(row)}


def _voice(tx: Tx, campaign_id: UUID, found: Voice) -> dict[str, Any]:
    own = {"organisation_id": tx.organisation_id, "campaign_id": campaign_id}
    return {**own, **msgspec.structs.asdict(found), "composites": msgspec.to_builtins(found.composites)}


def _mine(tx: Tx, campaign_id: UUID) -> tuple[Any, Any]:
    return response.c.organisation_id == tx.organisation_id, response.c.campaign_id == campaign_id


def _answer_of_response() -> Any:
    return (answer.c.organisation_id == response.c.organisation_id) & (answer.c.response_id == response.c.id)


async def _insert(tx: Tx, table: Any, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        await tx.execute(insert(table), rows)
