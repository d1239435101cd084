"""Statements on results: kept once for the facts and the engine that they come from, one row per node."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Row, Select, select, update
from sqlalchemy.dialects.postgresql import insert

from assess.errors import NotFound
from assess.maturity.model import ENGINE, CampaignResults, Hidden, NodeResults, State
from assess.storage.database import Tx
from assess.storage.ids import uuid7
from assess.storage.tables import assessment, campaign, result, scoring, team

_COUNTS = (scoring.c.engine == ENGINE) | campaign.c.erased_on.is_not(None)


class AssessmentNotFound(NotFound):
    """Your organisation has no such assessment."""

    title_fr = "Votre organisation n’a pas cette évaluation."


async def kept_of(tx: Tx, campaign_id: UUID) -> CampaignResults | None:
    """The results that this engine has computed for a campaign, the newest if its facts were others before.

    Once the answers are erased nothing can be computed any more, and the newest of any engine count.
    """
    found = (await tx.execute(_scorings(tx, scoring.c.campaign_id == campaign_id, _COUNTS))).first()
    return None if found is None else await _results(tx, found)


async def kept_under(tx: Tx, scoring_id: UUID) -> CampaignResults:
    """The results that are kept under an id, whichever engine computed them: for what was made from them."""
    return await _results(tx, (await tx.execute(_scorings(tx, scoring.c.id == scoring_id))).one())


async def _results(tx: Tx, found: Row[Any]) -> CampaignResults:
    mine = (result.c.organisation_id == tx.organisation_id, result.c.scoring_id == found.id)
    bodies = (await tx.execute(select(result.c.body).where(*mine))).scalars()
    return CampaignResults(
        campaign_id=found.campaign_id,
        engine=found.engine,
        inputs_digest=found.inputs_digest,
        threshold=found.threshold,
        nodes=in_order(msgspec.convert(list(bodies), list[NodeResults])),
        mask=msgspec.convert(found.mask, list[Hidden]),
    )


async def scoring_id_of(tx: Tx, campaign_id: UUID) -> UUID | None:
    """The id under which the results of a campaign are kept, for what is made from them."""
    found = (await tx.execute(_scorings(tx, scoring.c.campaign_id == campaign_id, _COUNTS))).first()
    return None if found is None else found.id


async def keep(tx: Tx, results: CampaignResults) -> None:
    """Keep results unless the same are kept already, and tell each assessment whether it is scored."""
    row = {
        "organisation_id": tx.organisation_id,
        "id": uuid7(),
        "campaign_id": results.campaign_id,
        "inputs_digest": results.inputs_digest,
        "engine": results.engine,
        "mask": msgspec.to_builtins(results.mask),
        "created_at": tx.now,
    }
    kept = (
        insert(scoring).values(row).on_conflict_do_nothing(constraint="scoring_computed_once").returning(scoring.c.id)
    )
    scoring_id = (await tx.execute(kept)).scalar_one_or_none()
    if scoring_id is None:
        return
    await tx.execute(insert(result), [_node(tx, scoring_id, node) for node in results.nodes])
    scored = [node.node for node in results.nodes if node.state is State.SCORED]
    others = [node.node for node in results.nodes if node.state is not State.SCORED]
    await _mark(tx, results.campaign_id, "scored", scored)
    await _mark(tx, results.campaign_id, "insufficient", others)


async def assessment_of(tx: Tx, assessment_id: UUID) -> Row[Any]:
    """One assessment: id, campaign_id, team_id, team (key), name, state, headcount. Raises AssessmentNotFound."""
    one = assessment.c
    rows = await tx.execute(
        select(one.id, one.campaign_id, one.team_id, team.c.key.label("team"), team.c.name, one.state, one.headcount)
        .join(team, (team.c.organisation_id == one.organisation_id) & (team.c.id == one.team_id))
        .where(one.organisation_id == tx.organisation_id, one.id == assessment_id)
    )
    found = rows.one_or_none()
    if found is None:
        raise AssessmentNotFound
    return found


async def kept_of_team(tx: Tx, assessment_id: UUID) -> Row[Any] | None:
    """What is kept of one team, in one short query: team_id, campaign_id, results, inputs_digest, engine, threshold; or none."""
    one = assessment.c
    rows = await tx.execute(
        select(
            *(one.team_id, one.campaign_id, result.c.body.label("results")),
            *(scoring.c.inputs_digest, scoring.c.engine, campaign.c.threshold),
        )
        .join(campaign, (campaign.c.organisation_id == one.organisation_id) & (campaign.c.id == one.campaign_id))
        .join(scoring, (scoring.c.organisation_id == one.organisation_id) & (scoring.c.campaign_id == one.campaign_id))
        .join(
            result,
            (result.c.organisation_id == one.organisation_id)
            & (result.c.scoring_id == scoring.c.id)
            & (result.c.node == one.team_id),
        )
        .where(one.organisation_id == tx.organisation_id, one.id == assessment_id, _COUNTS)
        .order_by(scoring.c.created_at.desc())
        .limit(1)
    )
    return rows.one_or_none()


def in_order(nodes: Sequence[NodeResults]) -> list[NodeResults]:
    """The company first, then the tree: a parent before its children, siblings by key."""
    children: dict[UUID | None, list[NodeResults]] = {}
    for node in sorted(nodes, key=lambda node: node.key):
        children.setdefault(node.parent, []).append(node)

    def from_top(found: Iterable[NodeResults]) -> list[NodeResults]:
        return [each for node in found for each in (node, *from_top(children.get(node.node, ())))]

    return from_top(children[None])


def _scorings(tx: Tx, *conditions: ColumnElement[bool]) -> Select[UUID, UUID, str, str, Any, int]:
    """The newest scoring under these conditions."""
    one = scoring.c
    return (
        select(one.id, one.campaign_id, one.inputs_digest, one.engine, one.mask, campaign.c.threshold)
        .join(
            campaign,
            (campaign.c.organisation_id == scoring.c.organisation_id) & (campaign.c.id == scoring.c.campaign_id),
        )
        .where(scoring.c.organisation_id == tx.organisation_id, *conditions)
        .order_by(scoring.c.created_at.desc())
        .limit(1)
    )


def _node(tx: Tx, scoring_id: UUID, node: NodeResults) -> dict[str, Any]:
    own = {"organisation_id": tx.organisation_id, "scoring_id": scoring_id}
    return {**own, "node": node.node, "body": msgspec.to_builtins(node)}


async def _mark(tx: Tx, campaign_id: UUID, state: str, teams: Sequence[UUID]) -> None:
    """Only what is still collecting: what people have validated since is theirs."""
    mine = (assessment.c.organisation_id == tx.organisation_id, assessment.c.campaign_id == campaign_id)
    waiting = (assessment.c.state == "collecting", assessment.c.team_id.in_(teams))
    await tx.execute(update(assessment).where(*mine, *waiting).values(state=state))
