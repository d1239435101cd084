"""The hot path and what else a response key does: statements on one person's response, reached by the hash of its key.

Saving and reading are one SQL function each, one round trip (see ``migrations/versions/0008_evidence.sql``).
"""

from collections import OrderedDict
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from msgspec import Struct
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from assess.campaign.answers import StoredAnswer, unpacked
from assess.campaign.forms import FULL, Form, form_of
from assess.campaign.model import CampaignAlreadyClosed, Perspective
from assess.errors import Conflict, Unauthenticated
from assess.questionnaire.catalogue import Catalogue
from assess.storage.database import Database, Tx
from assess.storage.tables import (
    answer,
    assessment,
    assessment_questionnaire,
    campaign,
    invitation,
    person,
    response,
    team,
)
from assess.words import Digest, Language

_SAVE = "select * from assess.save_answer_and_link($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
_READ = "select * from assess.read_response_and_links($1, $2, $3, $4, $5)"


class ResponseKeyUnknown(Unauthenticated):
    """This response key is not known; exchange your invitation again."""

    title_fr = "Cette clé de réponse est inconnue ; échangez à nouveau votre invitation."


class ResponseKeyForeign(Unauthenticated):
    """This response key belongs to another campaign or to another form."""

    title_fr = "Cette clé de réponse appartient à une autre campagne ou à un autre formulaire."


class ResponseWithdrawn(Conflict):
    """Your answers were withdrawn; they are deleted, and none is taken any more."""

    title_fr = "Vos réponses ont été retirées ; elles sont effacées et plus aucune n’est acceptée."


REFUSALS = {"closed": CampaignAlreadyClosed, "foreign": ResponseKeyForeign, "withdrawn": ResponseWithdrawn}
"""What the SQL functions say about a key that is not good; everything else is ResponseKeyUnknown."""


class Holder(Struct, frozen=True):
    """A response key as the statements want it: whose, which campaign and form, and the hash that finds the response."""

    organisation_id: UUID
    campaign_id: UUID
    form_digest: bytes
    key_hash: bytes


class Invited(Struct, frozen=True, kw_only=True):
    """An invitation, found by the hash of its token."""

    invitation_id: UUID
    completed: bool
    language: Language
    perspective: Perspective
    team: str
    assessment_id: UUID
    campaign_id: UUID


class Saved(Struct, frozen=True, kw_only=True):
    """A response with its answers, as it is kept."""

    state: str
    campaign: str
    ends_on: date
    answers: list[StoredAnswer]


class Forms:
    """Forms in memory, by digest; the least recently used one makes room."""

    def __init__(self, most: int = 256) -> None:
        self._forms: OrderedDict[bytes, Form] = OrderedDict()
        self._most = most

    def get(self, digest: bytes) -> Form | None:
        """The form of that digest when it is here."""
        if digest in self._forms:
            self._forms.move_to_end(digest)
        return self._forms.get(digest)

    def keep(self, form: Form) -> Form:
        """Remember a form."""
        self._forms[form.digest] = form
        if len(self._forms) > self._most:
            self._forms.popitem(last=False)
        return form


async def form_for(database: Database, catalogue: Catalogue, forms: Forms, holder: Holder) -> Form:
    """The form that a key names, from memory or by its response; raises ResponseKeyUnknown or ResponseKeyForeign."""
    known = forms.get(holder.form_digest)
    if known is not None:
        return known
    async with database.transaction(holder.organisation_id) as tx:
        digests = await _digests_of_response(tx, holder)
    form = form_of([(digest, catalogue.version(digest)) for digest in digests])
    if form.digest != holder.form_digest:
        raise ResponseKeyForeign
    return forms.keep(form)


async def save_answer(
    database: Database,
    holder: Holder,
    item: str,
    value: int,
    comment: str | None,
    evidence: str | None,
    sequence: int,
    today: date,
) -> StoredAnswer:
    """Keep an answer unless a later one is kept already; what is kept then. One round trip, durable when it returns."""
    row = await database.call(_SAVE, *_arguments(holder), item, value, comment, evidence, sequence, today)
    found = _good(row)
    return StoredAnswer(
        item=item,
        answer=unpacked(found["value"]),
        comment=found["comment"],
        evidence=found["evidence"],
        sequence=found["sequence"],
    )


async def read_response(database: Database, holder: Holder, today: date) -> Saved:
    """A response with its answers, by their items' keys. One round trip."""
    row = _good(await database.call(_READ, *_arguments(holder), today))
    names = ("items", "answer_values", "comments", "links", "sequences")
    columns = zip(*(row[name] for name in names), strict=True)
    answers = [
        StoredAnswer(item=item, answer=unpacked(value), comment=comment, evidence=evidence, sequence=sequence)
        for item, value, comment, evidence, sequence in columns
    ]
    return Saved(state=row["state"], campaign=row["campaign"], ends_on=row["ends_on"], answers=answers)


async def invited_by(tx: Tx, token_hash: bytes) -> Invited | None:
    """The invitation with this hash, or none; a close waits for this transaction, or this one for the close."""
    rows = await tx.execute(
        select(
            *(invitation.c.id.label("invitation_id"), invitation.c.completed, invitation.c.campaign_id),
            *(person.c.language, person.c.perspective, team.c.name.label("team")),
            assessment.c.id.label("assessment_id"),
        )
        .join(person, _same(person, invitation) & (person.c.id == invitation.c.person_id))
        .join(team, _same(team, person) & (team.c.id == person.c.team_id))
        .join(
            assessment,
            _same(assessment, person)
            & (assessment.c.campaign_id == person.c.campaign_id)
            & (assessment.c.team_id == person.c.team_id),
        )
        .join(campaign, _same(campaign, invitation) & (campaign.c.id == invitation.c.campaign_id))
        .where(invitation.c.organisation_id == tx.organisation_id, invitation.c.token_hash == token_hash)
        .with_for_update(read=True, key_share=True, of=campaign)
    )
    row = rows.one_or_none()
    return None if row is None else Invited(**row._mapping)


async def digests_of(tx: Tx, assessment_id: UUID) -> list[Digest]:
    """What an assessment asks, in order."""
    choice = assessment_questionnaire.c
    mine = (choice.organisation_id == tx.organisation_id, choice.assessment_id == assessment_id)
    rows = await tx.execute(select(choice.digest).where(*mine).order_by(choice.position))
    return list(rows.scalars())


async def add_response(tx: Tx, holder: Holder, invited: Invited, contract_digest: Digest) -> None:
    """The response of this key, unless it is there: an exchange can be repeated, and has one effect."""
    row: dict[str, Any] = {
        "organisation_id": tx.organisation_id,
        "id": uuid4(),  # a random id: one that sorts by time would tell who came when
        "campaign_id": holder.campaign_id,
        "assessment_id": invited.assessment_id,
        "perspective": invited.perspective,
        "form": FULL,
        "form_digest": holder.form_digest,
        "key_hash": holder.key_hash,
        "contract_digest": contract_digest,
        "state": "in_progress",
        "started_on": tx.now.date(),
    }
    await tx.execute(insert(response).values(row).on_conflict_do_nothing(constraint="response_key_unique"))


async def locked_response(tx: Tx, holder: Holder, today: date, *, withdrawn: bool = False) -> tuple[UUID, str, int]:
    """Id, state and number of answers of the key's response, locked against its own saves; raises as a save does.

    withdrawn: take a withdrawn response too.
    """
    mine = (response.c.organisation_id == tx.organisation_id, response.c.key_hash == holder.key_hash)
    found = (await tx.execute(select(response.c.id, response.c.state).where(*mine).with_for_update())).one_or_none()
    row = (await tx.connection.exec_driver_sql(_READ, (*_arguments(holder), today))).mappings().one()
    if found is None or not withdrawn or row["standing"] != "withdrawn":
        _good(row)
    if found is None:
        raise ResponseKeyUnknown
    return found.id, found.state, len(row["items"] or ())


async def change_state(tx: Tx, response_id: UUID, state: str) -> None:
    """Keep the state of a response."""
    mine = (response.c.organisation_id == tx.organisation_id, response.c.id == response_id)
    await tx.execute(update(response).where(*mine).values(state=state))


async def change_haste(tx: Tx, response_id: UUID, *, hasty: bool) -> None:
    """Keep what a client says of a response's haste; the same again writes nothing."""
    mine = (response.c.organisation_id == tx.organisation_id, response.c.id == response_id)
    await tx.execute(update(response).where(*mine, response.c.hasty != hasty).values(hasty=hasty))


async def delete_answers(tx: Tx, response_id: UUID) -> None:
    """Delete all answers of a response."""
    mine = (answer.c.organisation_id == tx.organisation_id, answer.c.response_id == response_id)
    await tx.execute(delete(answer).where(*mine))


async def complete(tx: Tx, invitation_id: UUID) -> None:
    """Note that an invitation's person is done; a second time writes nothing."""
    mine = (invitation.c.organisation_id == tx.organisation_id, invitation.c.id == invitation_id)
    await tx.execute(update(invitation).where(*mine, ~invitation.c.completed).values(completed=True))


async def _digests_of_response(tx: Tx, holder: Holder) -> Sequence[Digest]:
    mine = (response.c.organisation_id == tx.organisation_id, response.c.key_hash == holder.key_hash)
    assessment_id = (await tx.execute(select(response.c.assessment_id).where(*mine))).scalar_one_or_none()
    if assessment_id is None:
        await _refuse_closed(tx, holder)
        raise ResponseKeyUnknown
    return await digests_of(tx, assessment_id)


async def _refuse_closed(tx: Tx, holder: Holder) -> None:
    """The responses of a closed campaign are gone; its keys are not unknown for that."""
    mine = (campaign.c.organisation_id == tx.organisation_id, campaign.c.id == holder.campaign_id)
    if (await tx.execute(select(campaign.c.state).where(*mine))).scalar_one_or_none() in {"closed", "archived"}:
        raise CampaignAlreadyClosed


def _arguments(holder: Holder) -> tuple[UUID, bytes, UUID, bytes]:
    return holder.organisation_id, holder.key_hash, holder.campaign_id, holder.form_digest


def _good(row: Any) -> Any:
    if row is None or row["standing"] != "good":
        raise REFUSALS.get(row["standing"] if row else "", ResponseKeyUnknown)
    return row


def _same(left: Any, right: Any) -> Any:
    """Both rows belong to one organisation."""
    return left.c.organisation_id == right.c.organisation_id
