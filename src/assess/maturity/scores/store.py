"""Statements on scores: what is published under a score's address, and the whole numbers that it was computed from."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Text, cast, select

from assess.errors import NotFound
from assess.storage.database import Tx
from assess.storage.tables import campaign, contract, result, scoring


class ScoreNotFound(NotFound):
    """Your organisation has no such score."""

    title_fr = "Votre organisation n’a pas cette note."


async def score_of(tx: Tx, score_id: UUID) -> Row[Any]:
    """One score: scoring_id, node, campaign_id, engine, inputs_digest, threshold; body, mask and contract as JSON text.

    Raises ScoreNotFound.
    """
    one = result.c
    rows = await tx.execute(
        select(
            *(one.scoring_id, one.node, scoring.c.campaign_id, scoring.c.engine, scoring.c.inputs_digest),
            campaign.c.threshold,
            cast(one.body, Text).label("body"),
            cast(scoring.c.mask, Text).label("mask"),
            cast(contract.c.body, Text).label("contract"),
        )
        .join(scoring, (scoring.c.organisation_id == one.organisation_id) & (scoring.c.id == one.scoring_id))
        .join(
            campaign,
            (campaign.c.organisation_id == one.organisation_id) & (campaign.c.id == scoring.c.campaign_id),
        )
        .join(
            contract,
            (contract.c.organisation_id == one.organisation_id) & (contract.c.campaign_id == scoring.c.campaign_id),
        )
        .where(one.organisation_id == tx.organisation_id, one.score_id == score_id)
    )
    found = rows.one_or_none()
    if found is None:
        raise ScoreNotFound
    return found


async def ledgers_of(tx: Tx, scoring_id: UUID, nodes: Sequence[UUID]) -> dict[UUID, str]:
    """The ledgers of these nodes as JSON text; a node without one has none."""
    one = result.c
    rows = await tx.execute(
        select(one.node, cast(one.ledger, Text).label("ledger")).where(
            one.organisation_id == tx.organisation_id,
            one.scoring_id == scoring_id,
            one.node.in_(nodes),
            one.ledger.is_not(None),
        )
    )
    return {row.node: row.ledger for row in rows}
