"""The scoring engine: bytes in, bytes out, so that it can think in a process of its own.

Same facts, same bytes: neither the order of the people nor the order of the teams leaves a trace.
"""

from hashlib import sha256
from uuid import UUID

import msgspec
from msgspec import Struct

from assess.campaign.model import Contract, SealedTeam
from assess.maturity.groups import Rows, answers_of, columns_of, process_scores
from assess.maturity.model import ENGINE, CampaignResults
from assess.maturity.published import mask_of, node_results
from assess.maturity.tree import Node, crowd_of, nodes_of
from assess.questionnaire.model import Questionnaire
from assess.words import Digest


class Inputs(Struct, frozen=True, kw_only=True):
    """The facts that results are computed from: the contract, its questionnaires by digest, and the sealed answers."""

    contract: Contract
    questionnaires: dict[Digest, Questionnaire]
    answers: list[SealedTeam]


def written(inputs: Inputs) -> bytes:
    """The canonical bytes: teams by id, rows in the order of their numbers."""
    answers = sorted(inputs.answers, key=lambda team: team.team_id)
    ordered = Inputs(
        contract=inputs.contract,
        questionnaires=inputs.questionnaires,
        answers=[SealedTeam(team_id=team.team_id, rows=sorted(team.rows)) for team in answers],
    )
    return msgspec.json.encode(ordered, order="deterministic")


def compute(inputs: bytes) -> bytes:
    """CampaignResults in JSON from canonical ``Inputs``; their digest is the SHA-256 of these bytes."""
    facts = msgspec.json.decode(inputs, type=Inputs)
    return msgspec.json.encode(results_of(facts, sha256(inputs).hexdigest()))


def results_of(facts: Inputs, digest: Digest) -> CampaignResults:
    """The results of every node, the company first, then the tree."""
    contract, k = facts.contract, facts.contract.threshold
    nodes = nodes_of(contract)
    questionnaires = {asked.digest: facts.questionnaires[asked.digest] for asked in contract.questionnaires}
    answers = answers_of(nodes, questionnaires, facts.answers)
    processes = [process_scores(process, columns, nodes, answers, k) for process, columns in columns_of(questionnaires)]
    total = crowd_of(nodes, _answered(nodes, answers), k, lambda node: bool(node.asked))
    return CampaignResults(
        campaign_id=contract.campaign_id,
        engine=ENGINE,
        inputs_digest=digest,
        threshold=k,
        nodes=[node_results(node, total, processes, k) for node in nodes],
        mask=mask_of(nodes, total, processes),
    )


def _answered(nodes: list[Node], answers: dict[tuple[UUID, Digest], Rows]) -> dict[UUID, int]:
    """By node, the people with at least one level anywhere."""
    counts = {}
    for node in nodes:
        parts = [answers[node.id, digest] for digest in node.asked if (node.id, digest) in answers]
        people = zip(*parts, strict=True)
        counts[node.id] = sum(any(answer >= 0 for row in person for answer in row) for person in people)
    return counts
