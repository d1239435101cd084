"""Doings of one person who answers: exchange an invitation, read, save, submit, withdraw, say "done"."""

from collections.abc import Callable
from datetime import date
from functools import lru_cache
from uuid import UUID

from msgspec import Struct

from assess.campaign import hot
from assess.campaign.answers import NewAnswer, StoredAnswer, check_evidence, packed
from assess.campaign.contract import Promise, promise_of
from assess.campaign.forms import AskedQuestionnaire, Form, asked, form_of
from assess.campaign.model import Campaign
from assess.campaign.store import CampaignNotFound, campaign_of, contract_of
from assess.campaign.tokens import (
    InvitationText,
    ResponseKeyText,
    invitation_hash,
    read_invitation,
    read_response_key,
    response_hash,
    response_key,
    write_response_key,
)
from assess.errors import Finding, Invalid, NotFound
from assess.questionnaire.catalogue import Catalogue
from assess.storage.database import Database, Tx
from assess.words import Key, Language, SemVer, Text

REMEMBERED = 8_192
"""Response keys: of so many people who answer at the same time none is read twice. 5.2 MB at most."""


class InvitationMistyped(Invalid):
    """This is no whole invitation; paste the link or its code again."""

    title_fr = "Cette invitation n’est pas entière ; collez à nouveau le lien ou son code."


class InvitationUnknown(NotFound):
    """This invitation is not known."""

    title_fr = "Cette invitation est inconnue."


class Desk(Struct, frozen=True):
    """What answering stands on; ``holder``: who holds a response key, none when it is not one."""

    database: Database
    catalogue: Catalogue
    forms: hot.Forms
    pepper: bytes
    holder: Callable[[str], hot.Holder | None]


class FormQuestionnaire(Struct, frozen=True, kw_only=True):
    """A questionnaire of a form, in a few words; ``items``: how many questions."""

    key: Key
    version: SemVer
    title: Text
    items: int


class Exchanged(Struct, frozen=True, kw_only=True):
    """A response key, and what its holder is told before the first answer."""

    response_key: str
    language: Language
    campaign: str
    team: str
    contract: Promise
    form: list[FormQuestionnaire]


class Progress(Struct, frozen=True, kw_only=True):
    """Where a response stands: ``answered`` of ``items`` questions."""

    state: str
    answered: int
    items: int


class FormReply(Struct, frozen=True, kw_only=True):
    """The questions in one language, with the answers saved so far."""

    campaign: str
    ends_on: date
    progress: Progress
    questionnaires: list[AskedQuestionnaire]
    answers: list[StoredAnswer]


class Completed(Struct, frozen=True, kw_only=True):
    """The invitation counts as done."""

    completed: bool


def desk_on(database: Database, catalogue: Catalogue, pepper: bytes) -> Desk:
    """A desk. It remembers the response keys that it read last: each comes once for every item of its form."""

    def holder(text: str) -> hot.Holder | None:
        key = read_response_key(pepper, text)
        return None if key is None else _holder(pepper, key)

    return Desk(database, catalogue, hot.Forms(), pepper, lru_cache(REMEMBERED)(holder))


def organisation_of(text: str) -> UUID:
    """The organisation that an invitation names; raises InvitationMistyped."""
    return _invitation(text).organisation_id


async def exchange(desk: Desk, text: str, today: date) -> Exchanged:
    """The response key of an invitation: the same one each time; nothing is noted on the invitation.

    Raises InvitationMistyped, InvitationUnknown, CampaignAlreadyClosed.
    """
    invitation = _invitation(text)
    async with desk.database.transaction(invitation.organisation_id) as tx:
        invited, campaign = await _invited(tx, desk, invitation, today)
        contract = await contract_of(tx, campaign.id)
        if contract is None or campaign.contract_digest is None:
            raise CampaignNotFound
        digests = await hot.digests_of(tx, invited.assessment_id)
        form = desk.forms.keep(form_of([(digest, desk.catalogue.version(digest)) for digest in digests]))
        key = ResponseKeyText(tx.organisation_id, campaign.id, form.digest, response_key(invitation.token))
        await hot.add_response(tx, _holder(desk.pepper, key), invited, campaign.contract_digest)
    return Exchanged(
        response_key=write_response_key(desk.pepper, key),
        language=invited.language,
        campaign=campaign.name,
        team=invited.team,
        contract=promise_of(contract, campaign.contract_digest, campaign.ends_on),
        form=_in_words(form),
    )


async def read(desk: Desk, holder: hot.Holder, language: Language, today: date) -> FormReply:
    """The questions with the saved answers; raises as ``save`` does."""
    form = await hot.form_for(desk.database, desk.catalogue, desk.forms, holder)
    saved = await hot.read_response(desk.database, holder, today)
    return FormReply(
        campaign=saved.campaign,
        ends_on=saved.ends_on,
        progress=Progress(state=saved.state, answered=len(saved.answers), items=len(form.items)),
        questionnaires=[asked(questionnaire, language) for questionnaire in form.questionnaires],
        answers=saved.answers,
    )


async def save(desk: Desk, holder: hot.Holder, item: str, new: NewAnswer, today: date) -> StoredAnswer:
    """Keep one answer and say what is kept: a stale or repeated one changes nothing.

    Raises ItemUnknown, OptionOutOfScale, EvidenceOutOfPlace, ResponseKeyUnknown, ResponseKeyForeign, ResponseWithdrawn or
    CampaignAlreadyClosed.
    """
    form = await hot.form_for(desk.database, desk.catalogue, desk.forms, holder)
    asked_item = form.item(item)
    check_evidence(asked_item, new)
    value = packed(asked_item, new.answer)
    comment = (new.comment or "").strip() or None
    return await hot.save_answer(desk.database, holder, item, value, comment, new.evidence, new.sequence, today)


async def submit(desk: Desk, holder: hot.Holder, today: date, hasty: bool | None = None) -> Progress:  # noqa: FBT001 - as it is sent
    """The response is complete; what is saved later amends it. Raises as ``save`` does.

    hasty: none leaves what an earlier submission said.
    """
    form = await hot.form_for(desk.database, desk.catalogue, desk.forms, holder)
    async with desk.database.transaction(holder.organisation_id) as tx:
        response_id, state, answered = await hot.locked_response(tx, holder, today)
        if state == "in_progress":
            state = "completed"
            await hot.change_state(tx, response_id, state)
        if hasty is not None:
            await hot.change_haste(tx, response_id, hasty=hasty)
    return Progress(state=state, answered=answered, items=len(form.items))


async def withdraw(desk: Desk, holder: hot.Holder, today: date) -> Progress:
    """Delete all answers at once, for good. Raises as ``save`` does; a second time changes nothing."""
    form = await hot.form_for(desk.database, desk.catalogue, desk.forms, holder)
    async with desk.database.transaction(holder.organisation_id) as tx:
        response_id, _, _ = await hot.locked_response(tx, holder, today, withdrawn=True)
        await hot.delete_answers(tx, response_id)
        await hot.change_state(tx, response_id, "withdrawn")
    return Progress(state="withdrawn", answered=0, items=len(form.items))


async def complete(desk: Desk, text: str, today: date) -> Completed:
    """Count the invitation as done: a request of its own, so that nothing links it to a response. Can be repeated."""
    invitation = _invitation(text)
    async with desk.database.transaction(invitation.organisation_id) as tx:
        invited, _ = await _invited(tx, desk, invitation, today)
        await hot.complete(tx, invited.invitation_id)
    return Completed(completed=True)


def _holder(pepper: bytes, key: ResponseKeyText) -> hot.Holder:
    """A response key as the statements want it."""
    return hot.Holder(key.organisation_id, key.campaign_id, key.form_digest, response_hash(pepper, key.key))


def _invitation(text: str) -> InvitationText:
    """The parts of a token, also when the whole link was pasted; what was received is a secret and is not repeated."""
    invitation = read_invitation(text.strip().rpartition("#")[2])
    if invitation is None:
        rule = "the token of an invitation, or its whole link"
        raise InvitationMistyped(errors=[Finding(pointer="/token", rule=rule, example="assess_inv_…")])
    return invitation


async def _invited(tx: Tx, desk: Desk, invitation: InvitationText, today: date) -> tuple[hot.Invited, Campaign]:
    invited = await hot.invited_by(tx, invitation_hash(desk.pepper, invitation.token))
    if invited is None:
        raise InvitationUnknown
    return invited, (await campaign_of(tx, invited.campaign_id)).answering(today)


def _in_words(form: Form) -> list[FormQuestionnaire]:
    return [
        FormQuestionnaire(key=each.key, version=each.version, title=each.title, items=sum(1 for _ in each.items()))
        for each in form.questionnaires
    ]
