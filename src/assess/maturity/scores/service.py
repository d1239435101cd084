"""Doings on scores: two short queries for the facts, then a worker explains or simulates; answers are never read again."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from assess.campaign.model import Contract
from assess.errors import NotFound
from assess.maturity.scores.changes import Change
from assess.maturity.scores.derivation import nodes_below
from assess.maturity.scores.store import ScoreNotFound, ledgers_of, score_of
from assess.maturity.service import TeamBeyondKey
from assess.questionnaire.catalogue import Catalogue
from assess.storage.database import Database
from assess.storage.workers import Workers
from assess.tenancy.model import Principal

EXPLAIN = "assess.maturity.scores.explanation:compute"
SIMULATE = "assess.maturity.scores.simulation:compute"


class PartNotFound(NotFound):
    """This score has no part of that address."""

    title_fr = "Cette note n’a pas de partie à cette adresse."


async def facts_of(
    database: Database, catalogue: Catalogue, principal: Principal, score_id: UUID, campaign_id: UUID | None = None
) -> bytes:
    """What a score, of that campaign if one is named, is explained from, ``derivation.Facts`` in JSON.

    Raises ScoreNotFound or TeamBeyondKey.
    """
    async with database.transaction(principal.organisation_id) as tx:
        row = await score_of(tx, score_id)
        if campaign_id not in {None, row.campaign_id}:
            raise ScoreNotFound
        contract = msgspec.json.decode(row.contract, type=Contract)
        _check_seen(principal, contract, row.node)
        nodes = [node.id for node in nodes_below(contract, row.node)]
        ledgers = await ledgers_of(tx, row.scoring_id, nodes)
    facts = {
        "campaign_id": row.campaign_id,
        "engine": row.engine,
        "inputs_digest": row.inputs_digest,
        "threshold": row.threshold,
        "score": msgspec.Raw(row.body.encode()),
        "contract": msgspec.Raw(row.contract.encode()),
        "questionnaires": {asked.digest: catalogue.version(asked.digest) for asked in contract.questionnaires},
        "ledgers": {str(node): msgspec.Raw(ledger.encode()) for node, ledger in ledgers.items()},
        "mask": msgspec.Raw(row.mask.encode()),
    }
    return msgspec.json.encode(facts)


async def explanation_of(workers: Workers, facts: bytes, of: str | None) -> bytes:
    """The explanation of a score or of its part at that address, in JSON. Raises PartNotFound."""
    explained: bytes | None = await workers.run(EXPLAIN, facts, of)
    if explained is None:
        raise PartNotFound("read the whole score for the addresses of its parts")
    return explained


async def simulation_of(workers: Workers, facts: bytes, changes: Sequence[Change]) -> bytes:
    """What the score would be with these changes, in JSON; nothing is written. Raises ChangeRefused."""
    simulated: bytes = await workers.run(SIMULATE, facts, msgspec.json.encode(changes))
    return simulated


def _check_seen(principal: Principal, contract: Contract, node: UUID) -> None:
    """A team lead sees the own team and those below it, as the tree was at launch."""
    if principal.team_id is None:
        return
    if node not in {below.id for below in nodes_below(contract, principal.team_id)}:
        raise TeamBeyondKey
