"""Statements on responses that were collected elsewhere. Random ids, and keys that no token opens: nothing leads from a
response to the file that it came from.
"""

import random
import secrets
from collections.abc import Collection, Sequence
from uuid import UUID, uuid4

from msgspec import Struct
from sqlalchemy import (
    ARRAY,
    Date,
    LargeBinary,
    SmallInteger,
    Text,
    Uuid,
    bindparam,
    delete,
    func,
    insert,
    literal,
    select,
)

from assess.campaign.forms import FULL
from assess.campaign.model import Perspective
from assess.storage.database import Tx, pieces
from assess.storage.tables import answer, response
from assess.words import Digest, Key

_HASH_SIZE = 32
_shuffle = random.SystemRandom().shuffle
_RESPONSES = insert(response).from_select(
    [
        *("organisation_id", "campaign_id", "contract_digest", "started_on", "form", "state", "origin"),
        *("id", "assessment_id", "perspective", "form_digest", "key_hash"),
    ],
    select(
        bindparam("organisation", type_=Uuid()),
        bindparam("campaign", type_=Uuid()),
        bindparam("contract", type_=Text()),
        bindparam("today", type_=Date()),
        *(literal(FULL), literal("completed"), literal("imported")),
        func.unnest(bindparam("ids", type_=ARRAY(Uuid()))),
        func.unnest(bindparam("assessments", type_=ARRAY(Uuid()))),
        func.unnest(bindparam("perspectives", type_=ARRAY(Text()))),
        func.unnest(bindparam("forms", type_=ARRAY(LargeBinary()))),
        func.unnest(bindparam("keys", type_=ARRAY(LargeBinary()))),
    ),
)
_ANSWERS = insert(answer).from_select(
    ["organisation_id", "response_id", "item", "value", "sequence"],
    select(
        bindparam("organisation", type_=Uuid()),
        func.unnest(bindparam("responses", type_=ARRAY(Uuid()))),
        func.unnest(bindparam("items", type_=ARRAY(Text()))),
        func.unnest(bindparam("given", type_=ARRAY(SmallInteger()))),
        literal(1),
    ),
)
"""With columns as parameters: an import has tens of thousands of rows."""
_AT_A_TIME = 2_000
"""Answers in one statement: whoever else waits for this process has a turn in between."""


class NewResponse(Struct, frozen=True, kw_only=True):
    """One person's answers by item, none of them missing."""

    assessment_id: UUID
    perspective: Perspective | None
    form_digest: bytes
    answers: dict[Key, int]


async def add_imported(tx: Tx, campaign_id: UUID, contract_digest: Digest, new: Sequence[NewResponse]) -> None:
    """Responses of people who were asked elsewhere, complete, in an order that is not the file's."""
    shuffled = [(uuid4(), each) for each in new]
    _shuffle(shuffled)
    frame = {"organisation": tx.organisation_id, "campaign": campaign_id, "contract": contract_digest}
    columns = {
        "ids": [response_id for response_id, _ in shuffled],
        "assessments": [each.assessment_id for _, each in shuffled],
        "perspectives": [each.perspective for _, each in shuffled],
        "forms": [each.form_digest for _, each in shuffled],
        "keys": [secrets.token_bytes(_HASH_SIZE) for _ in shuffled],
    }
    await tx.execute(_RESPONSES, {**frame, "today": tx.now.date(), **columns})
    given = [(response_id, *said) for response_id, each in shuffled for said in each.answers.items()]
    for piece in pieces(given, _AT_A_TIME):
        responses, items, values = zip(*piece, strict=True)
        columns = {"responses": list(responses), "items": list(items), "given": list(values)}
        await tx.execute(_ANSWERS, {"organisation": tx.organisation_id, **columns})


async def delete_imported(tx: Tx, campaign_id: UUID, assessments: Collection[UUID]) -> None:
    """Delete the imported responses of these assessments of an open campaign, with their answers."""
    mine = (response.c.organisation_id == tx.organisation_id, response.c.campaign_id == campaign_id)
    theirs = (*mine, response.c.assessment_id.in_(assessments), response.c.origin == "imported")
    imported = select(response.c.id).where(*theirs).scalar_subquery()
    own = (answer.c.organisation_id == tx.organisation_id, answer.c.response_id.in_(imported))
    await tx.execute(delete(answer).where(*own))
    await tx.execute(delete(response).where(*theirs))
