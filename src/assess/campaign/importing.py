"""Doings of an import: answers collected elsewhere become responses of an open campaign, all of them or none."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from uuid import UUID

from assess.campaign import imported, store
from assess.campaign.answer_sheet import Collected, Expected, Rows, Sheet, read_answers
from assess.campaign.contract import Asked
from assess.campaign.forms import Form, form_of
from assess.campaign.imported import NewResponse
from assess.campaign.model import NO_ANSWER, ImportedResponses
from assess.errors import Conflict, Finding
from assess.questionnaire.catalogue import Catalogue
from assess.storage.database import Tx
from assess.words import Digest, Key


class ResponsesImportedAlready(Conflict):
    """Answers of these teams were imported before; replace=true puts this file in their place."""

    title_fr = "Ces équipes ont déjà des réponses importées ; replace=true met ce fichier à leur place."


async def import_responses(
    tx: Tx, catalogue: Catalogue, campaign_id: UUID, read: Callable[[], Rows], *, dry_run: bool, replace: bool
) -> ImportedResponses:
    """Import answers, or with ``dry_run`` only say what would happen.

    read: gives the rows; called beside the event loop, since a sheet takes a while. replace: what was imported before of the
    teams in the rows goes. Raises CampaignNotOpen, CampaignAlreadyClosed, AnswersInvalid, SheetInvalid, ResponsesImportedAlready.
    """
    campaign = (await store.campaign_of(tx, campaign_id, lock=True)).answering(tx.now.date())
    asked = {each.team: each for each in await store.asked_of(tx, campaign_id)}
    forms = _forms(list(asked.values()), catalogue)
    expected = {key: Expected(forms[tuple(each.digests)].items, each.asked_elsewhere) for key, each in asked.items()}
    sheet, new = await asyncio.to_thread(_read, read, expected, asked, forms)
    before = await _before(tx, campaign_id, {each.assessment_id for each in new})
    if not replace:
        _check_first(asked, before)
    if not dry_run:
        await imported.delete_imported(tx, campaign_id, before)
        await imported.add_imported(tx, campaign.id, campaign.contract_digest or "", new)
    count = len(sheet.responses)
    return ImportedResponses(
        dry_run=dry_run,
        rows=sheet.rows,
        responses=count,
        answers=sheet.rows,
        replaced=sum(before.values()),
        summary=f"{count} of {count}",
    )


async def _before(tx: Tx, campaign_id: UUID, assessments: Collection[UUID]) -> dict[UUID, int]:
    """How many responses of these assessments were imported before, where any were."""
    found = await store.imported_of(tx, campaign_id)
    return {assessment: count for assessment, count in found.items() if assessment in assessments}


def _read(
    read: Callable[[], Rows],
    expected: Mapping[Key, Expected],
    asked: Mapping[Key, Asked],
    forms: Mapping[tuple[Digest, ...], Form],
) -> tuple[Sheet, list[NewResponse]]:
    sheet = read_answers(read(), expected)
    return sheet, [_response(each, asked, forms) for each in sheet.responses]


def _forms(asked: Sequence[Asked], catalogue: Catalogue) -> dict[tuple[Digest, ...], Form]:
    """The form of each list of questionnaires that some team is asked."""
    return {
        digests: form_of([(digest, catalogue.version(digest)) for digest in digests])
        for digests in {tuple(each.digests) for each in asked}
    }


def _check_first(asked: Mapping[Key, Asked], before: Mapping[UUID, int]) -> None:
    twice = sorted(team for team, each in asked.items() if each.assessment_id in before)
    if twice:
        rule = "a team whose answers were not imported yet, or replace=true"
        raise ResponsesImportedAlready(errors=[Finding(pointer="/", rule=rule, received=twice[:20])])


def _response(
    collected: Collected, asked: Mapping[Key, Asked], forms: Mapping[tuple[Digest, ...], Form]
) -> NewResponse:
    team = asked[collected.team]
    form = forms[tuple(team.digests)]
    given = zip(form.items, collected.answers, strict=True)
    return NewResponse(
        assessment_id=team.assessment_id,
        perspective=collected.perspective,
        form_digest=form.digest,
        answers={item: value for item, value in given if value != NO_ANSWER},
    )
