"""Statements on results: kept once for the facts and the engine that they come from, one row per node.

What a worker has computed is stored and served as the text that it wrote: nobody decodes the results of a thousand teams to hand
them on.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlalchemy import ColumnElement, Row, Select, Text, bindparam, cast, func, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert

from assess.campaign import store as campaigns
from assess.campaign.sealing import LONGER
from assess.errors import NotFound
from assess.maturity import earlier
from assess.maturity.computed import Computed, KeptNode
from assess.maturity.model import ENGINE, NOTHING_SAID, Hidden, NodeResults, Summary
from assess.maturity.tree import Node, nodes_of
from assess.storage.database import Tx
from assess.storage.ids import uuid7
from assess.storage.tables import assessment, campaign, exemption, result, scoring, team
from assess.words import Digest

AT_ONCE = 50
"""Rows of results that one statement reads or writes: between two of them others have their turn."""

_OF_SCORING = (exemption.c.organisation_id == scoring.c.organisation_id) & (
    exemption.c.campaign_id == scoring.c.campaign_id
)
_DECIDED = select(func.count()).select_from(exemption).where(_OF_SCORING).scalar_subquery()
_COUNTS = ((scoring.c.engine == ENGINE) & (scoring.c.decisions == _DECIDED)) | campaign.c.erased_on.is_not(None)
_BODY = cast(result.c.body, Text).label("body")


class AssessmentNotFound(NotFound):
    """Your organisation has no such assessment."""

    title_fr = "Votre organisation n’a pas cette évaluation."


class Kept(Struct, frozen=True, kw_only=True):
    """What is kept of a campaign's results beside those of its nodes."""

    id: UUID
    organisation_id: UUID
    campaign_id: UUID
    engine: str
    inputs_digest: Digest
    threshold: int
    summary: Summary
    mask: list[Hidden]


async def kept_scoring(tx: Tx, campaign_id: UUID) -> Kept | None:
    """The results that this engine has computed for a campaign since the last decision on an exemption.

    Once the answers are erased nothing can be computed any more, and the newest of any engine count.
    """
    found = (await tx.execute(_scorings(tx, scoring.c.campaign_id == campaign_id, _COUNTS))).first()
    return None if found is None else _kept(found)


async def kept_under(tx: Tx, scoring_id: UUID) -> Kept:
    """The results that are kept under an id, whichever engine computed them: for what was made from them."""
    return _kept((await tx.execute(_scorings(tx, scoring.c.id == scoring_id))).one())


async def tree_of(tx: Tx, campaign_id: UUID) -> list[Node]:
    """The nodes of a launched campaign: the company first, then the tree, a parent before its children."""
    contract = await campaigns.contract_of(tx, campaign_id)
    return [] if contract is None else nodes_of(contract)


async def bodies_of(tx: Tx, scoring_id: UUID, nodes: Sequence[UUID]) -> list[bytes]:
    """The results of these nodes, ``NodeResults`` in JSON, in their order."""
    found: dict[UUID, bytes] = {}
    for start in range(0, len(nodes), AT_ONCE):
        mine = (result.c.organisation_id == tx.organisation_id, result.c.scoring_id == scoring_id)
        chosen = result.c.node.in_(nodes[start : start + AT_ONCE])
        of_scoring = (scoring.c.organisation_id == result.c.organisation_id) & (scoring.c.id == result.c.scoring_id)
        query = select(result.c.node, scoring.c.engine, _BODY).join(scoring, of_scoring).where(*mine, chosen)
        for row in await tx.execute(query):
            found[row.node] = _body(row, scoring_id)
    return [found[node] for node in nodes if node in found]


async def results_of(tx: Tx, kept: Kept) -> bytes:
    """``CampaignResults`` of all nodes, in JSON as they are kept; the nodes in any order (see ``tree.in_order``)."""
    mine = (result.c.organisation_id == tx.organisation_id, result.c.scoring_id == kept.id)
    nodes = (await tx.execute(select(result.c.node).where(*mine))).scalars().all()
    return told(kept, await bodies_of(tx, kept.id, nodes), nodes)


def told(kept: Kept, bodies: Sequence[bytes], nodes: Collection[UUID]) -> bytes:
    """``CampaignResults`` in JSON, as much of them as is about these nodes: their bodies, and their part of the mask.

    The summary is about the company: whoever does not see the company does not see it either.
    """
    seen = set(nodes)
    return msgspec.json.encode(
        {
            "campaign_id": kept.campaign_id,
            "engine": kept.engine,
            "inputs_digest": kept.inputs_digest,
            "threshold": kept.threshold,
            "summary": kept.summary if kept.organisation_id in seen else NOTHING_SAID,
            "nodes": [msgspec.Raw(body) for body in bodies],
            "mask": [hidden for hidden in kept.mask if hidden.node in seen],
        }
    )


async def scored_teams(tx: Tx, scoring_id: UUID) -> tuple[int, int]:
    """Of how many teams something can be seen, and how many there are."""
    mine = (result.c.organisation_id == tx.organisation_id, result.c.scoring_id == scoring_id)
    teams = result.c.node != tx.organisation_id
    scored = func.count().filter(result.c.body["state"].astext == "scored")
    found = (await tx.execute(select(scored.label("scored"), func.count().label("teams")).where(*mine, teams))).one()
    return found.scored, found.teams


async def keep(tx: Tx, computed: Computed) -> UUID:
    """Keep results unless the same are kept already, and tell each assessment whether it is scored.

    Returns the id that they are kept under.
    """
    for statement in LONGER:
        await tx.execute(statement)
    row = {
        "organisation_id": tx.organisation_id,
        "id": uuid7(),
        "campaign_id": computed.campaign_id,
        "inputs_digest": computed.inputs_digest,
        "engine": computed.engine,
        "decisions": computed.decisions,
        "summary": msgspec.to_builtins(computed.summary),
        "mask": msgspec.to_builtins(computed.mask),
        "created_at": tx.now,
    }
    kept = (
        insert(scoring).values(row).on_conflict_do_nothing(constraint="scoring_computed_once").returning(scoring.c.id)
    )
    scoring_id: UUID | None = (await tx.execute(kept)).scalar_one_or_none()
    if scoring_id is None:
        return await _kept_already(tx, computed)
    await _keep_nodes(tx, scoring_id, computed.nodes)
    await _mark(tx, computed.campaign_id, "scored", [node.node for node in computed.nodes if node.scored])
    await _mark(tx, computed.campaign_id, "insufficient", [node.node for node in computed.nodes if not node.scored])
    return scoring_id


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


async def kept_of_team(tx: Tx, assessment_id: UUID, scoring_id: UUID | None = None) -> Mapping[str, Any] | None:
    """What is kept of one team, in one short query: team_id, campaign_id, results, inputs_digest, engine, threshold; or none.

    scoring_id: where it is kept, for whoever knows.
    """
    one = assessment.c
    counts = _COUNTS if scoring_id is None else scoring.c.id == scoring_id
    rows = await tx.execute(
        select(
            *(one.team_id, one.campaign_id, _BODY, result.c.scoring_id),
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
        .where(one.organisation_id == tx.organisation_id, one.id == assessment_id, counts)
        .order_by(scoring.c.created_at.desc())
        .limit(1)
    )
    found = rows.one_or_none()
    if found is None:
        return None
    return {**found._mapping, "results": msgspec.json.decode(_body(found, found.scoring_id), type=NodeResults)}


async def _kept_already(tx: Tx, computed: Computed) -> UUID:
    mine = (scoring.c.organisation_id == tx.organisation_id, scoring.c.campaign_id == computed.campaign_id)
    same = (scoring.c.inputs_digest == computed.inputs_digest, scoring.c.engine == computed.engine)
    found: UUID = (await tx.execute(select(scoring.c.id).where(*mine, *same))).scalar_one()
    return found


async def _keep_nodes(tx: Tx, scoring_id: UUID, nodes: Sequence[KeptNode]) -> None:
    own = {"organisation_id": tx.organisation_id, "scoring_id": scoring_id}
    written = {name: cast(bindparam(f"{name}_text", type_=Text), JSONB) for name in ("body", "ledger")}
    for start in range(0, len(nodes), AT_ONCE):
        rows = [
            {
                **own,
                "node": node.node,
                "score_id": node.score_id,
                "body_text": node.body.decode(),
                "ledger_text": node.ledger.decode(),
                "waiting": node.waiting,
            }
            for node in nodes[start : start + AT_ONCE]
        ]
        await tx.execute(insert(result).values(**written), rows)


def _body(row: Row[Any], scoring_id: UUID) -> bytes:
    """A row's results as they are kept; those of an earlier engine are in its words."""
    if row.engine != ENGINE:
        return msgspec.json.encode(earlier.node_results(row.body, scoring_id))
    body: str = row.body
    return body.encode()


def _kept(row: Row[Any]) -> Kept:
    summary = earlier.summary(row.summary)
    mask = earlier.hidden(row.mask) if row.summary is None else msgspec.convert(row.mask, list[Hidden])
    return msgspec.convert({**row._mapping, "summary": summary, "mask": mask}, Kept)


def _scorings(tx: Tx, *conditions: ColumnElement[bool]) -> Select[UUID, UUID, UUID, str, str, Any, Any, int]:
    """The newest scoring under these conditions."""
    one = scoring.c
    return (
        select(
            *(one.id, one.organisation_id, one.campaign_id, one.inputs_digest, one.engine, one.summary, one.mask),
            campaign.c.threshold,
        )
        .join(
            campaign,
            (campaign.c.organisation_id == scoring.c.organisation_id) & (campaign.c.id == scoring.c.campaign_id),
        )
        .where(scoring.c.organisation_id == tx.organisation_id, *conditions)
        .order_by(scoring.c.created_at.desc())
        .limit(1)
    )


async def _mark(tx: Tx, campaign_id: UUID, state: str, teams: Sequence[UUID]) -> None:
    """Only what is still collecting: what people have validated since is theirs."""
    mine = (assessment.c.organisation_id == tx.organisation_id, assessment.c.campaign_id == campaign_id)
    waiting = (assessment.c.state == "collecting", assessment.c.team_id.in_(teams))
    await tx.execute(update(assessment).where(*mine, *waiting).values(state=state))
