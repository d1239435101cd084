"""The scoring engine: bytes in, bytes out, so that it can think in a process of its own.

Same facts, same bytes: neither the order of the people nor the order of the teams leaves a trace.
"""

import gc
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from uuid import UUID, uuid5

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from assess.maturity import scoring
from assess.maturity.balance import balance_of
from assess.maturity.computed import Computed, KeptNode, packed
from assess.maturity.facts import Inputs, written
from assess.maturity.ledgers import Ledgers
from assess.maturity.model import (
    ENGINE,
    CampaignResults,
    Hidden,
    Imported,
    NodeResults,
    ProcessResult,
    Result,
    Staged,
    State,
)
from assess.maturity.perspectives import Perspectives, seen
from assess.maturity.published import Shown, learning_in, shown_in, told
from assess.maturity.scored import Scored, scored
from assess.maturity.stages import LEARNING_STEP, lowest
from assess.maturity.summaries import summary_of
from assess.maturity.tables import absent, rows_in
from assess.maturity.tree import Crowd, Node
from assess.maturity.wholes import CODE, STATES
from assess.words import Digest, Key


class Imports(Struct, frozen=True):
    """By node, at or below it: how many responses there are, and how many of them were collected elsewhere."""

    responses: Mapping[UUID, int]
    imported: Mapping[UUID, int]

    def at(self, node: UUID) -> Imported:
        """Which of them were collected elsewhere."""
        imported = self.imported.get(node, 0)
        if not imported:
            return "none"
        return "all" if imported >= self.responses[node] else "some"


def compute(inputs: bytes) -> bytes:
    """``Computed``, packed, from canonical ``Inputs``; their digest is the SHA-256 of these bytes."""
    facts = msgspec.json.decode(inputs, type=Inputs)
    gc.disable()  # nothing here is cyclic, and there are many small objects
    try:
        return packed(computed(facts, sha256(inputs).hexdigest()))
    finally:
        gc.enable()


def computed(facts: Inputs, digest: Digest) -> Computed:
    """The results of every node ready to be kept: encoded as soon as they are made, so that few exist at once."""
    found = scored(facts)
    views = _perspectives(found)
    ledgers, waiting = Ledgers(found.processes, found.nodes), waiting_in(found)
    encoder = msgspec.json.Encoder()
    return Computed(
        campaign_id=facts.contract.campaign_id,
        engine=ENGINE,
        inputs_digest=digest,
        threshold=facts.contract.threshold,
        decisions=facts.decisions,
        summary=summary_of(found),
        mask=mask_of(found, views),
        nodes=[
            KeptNode(
                node=node.node,
                parent=node.parent,
                key=node.key,
                score_id=node.score_id,
                scored=node.state is State.SCORED,
                body=encoder.encode(node),
                ledger=encoder.encode(ledgers.of(node.node)),
                waiting=waiting.get(node.node, []),
            )
            for node in nodes_in(found, views, digest)
        ],
    )


def results_of(facts: Inputs) -> CampaignResults:
    """The same as values: the results of every node, the company first, then the tree."""
    digest = sha256(written(facts)).hexdigest()
    found = scored(facts)
    views = _perspectives(found)
    return CampaignResults(
        campaign_id=facts.contract.campaign_id,
        engine=ENGINE,
        inputs_digest=digest,
        threshold=facts.contract.threshold,
        summary=summary_of(found),
        nodes=list(nodes_in(found, views, digest)),
        mask=mask_of(found, views),
    )


def nodes_in(found: Scored, views: Perspectives, digest: Digest) -> Iterator[NodeResults]:
    """Everything published about each node, in the order of the tree."""
    sources = [process.source for process in found.processes]
    learning = learning_in(sources, LEARNING_STEP)
    processes = [shown_in(source, found.nodes, learning, views.gaps) for source in sources]
    imports, balance = _imports(found), balance_of(found.facts.contract.balance, found.nodes, views)
    rows = zip(found.nodes, _overall(found), found.overall.careful.tolist(), *processes, strict=True)
    for node, overall, careful, *apart in rows:
        shown = [replace(each, result=balance.beside(node.id, each.result)) for each in apart]
        yield _node(found, node, (overall, told(careful)), shown, imports, _score_id(found, digest, node.id))


def mask_of(found: Scored, views: Perspectives) -> list[Hidden]:
    """Every cell that nobody sees: in the order of the nodes, the count of responses before the processes; then perspectives."""
    crowds: list[tuple[Key | None, Crowd]] = [(None, found.total)]
    crowds += [(each.panel.process.key, each.panel.crowd) for each in found.processes]
    hidden = [
        Hidden(
            node=node.id,
            key=node.key,
            name=node.name,
            process=process,
            perspective=None,
            reason=crowd.hidden[node.id],
        )
        for node in found.nodes
        for process, crowd in crowds
        if node.id in crowd.hidden
    ]
    return [*hidden, *views.hidden]


def waiting_in(found: Scored) -> dict[UUID, list[Key]]:
    """By team, the items whose exemption nobody has confirmed: said by most of its group, which may be a pool of teams."""
    waiting: dict[UUID, list[Key]] = {}
    for process in found.processes:
        for group, cells in zip(process.panel.groups, process.cells.state == CODE[State.UNCONFIRMED], strict=True):
            said = [item.key for item, waits in zip(process.asked.items, cells.tolist(), strict=True) if waits]
            for node in group.nodes if said else ():
                waiting.setdefault(node, []).extend(said)
    return waiting


def _perspectives(found: Scored) -> Perspectives:
    contract = found.facts.contract
    return seen(found.nodes, [each.panel for each in found.processes], found.facts.voices, contract.threshold)


def _score_id(found: Scored, digest: Digest, node: UUID) -> UUID:
    """The same facts, the same address."""
    return uuid5(found.facts.contract.campaign_id, f"{digest}/{ENGINE}/{node}")


def _overall(found: Scored) -> Iterator[Result]:
    """The overall result of each node."""
    weak = [node.id in found.total.invited and found.total.fragile(node.id) for node in found.nodes]
    states = found.overall.table.state[:, 0].tolist()
    for state, (result,) in zip(states, rows_in(found.overall.table, [scoring.index], weak), strict=True):
        yield result if result.state is State.SCORED else absent(STATES[state])


def _node(
    found: Scored,
    node: Node,
    whole: tuple[Result, float | None],
    shown: Sequence[Shown],
    imports: Imports,
    score_id: UUID,
) -> NodeResults:
    """whole: the overall score, and its prudent value."""
    total, (overall, prudent) = found.total, whole
    results = [each.result for each in shown]
    counted = total.state(node.id) is State.SCORED
    return NodeResults(
        score_id=score_id,
        node=node.id,
        key=node.key,
        name=node.name,
        parent=node.parent,
        headcount=total.invited.get(node.id, 0),
        responses=total.answered[node.id] if counted else None,
        participation=total.participation(node.id) if counted else None,
        imported=imports.at(node.id) if counted else None,
        state=_state(total.state(node.id), results),
        overall=overall,
        prudent=prudent,
        indicative=any(each.result.indicative for each in _counting(overall, shown)),
        staged=_staged(overall, shown),
        processes=results,
    )


def _staged(overall: Result, shown: Sequence[Shown]) -> Staged | None:
    """The level of the lowest process that counts; none if one of them is from a short form."""
    counting = _counting(overall, shown)
    if not counting:
        return None
    climbs = [each.climb for each in counting if each.climb]
    climb = lowest(climbs) if len(climbs) == len(counting) else None
    return climb.staged if climb else None


def _counting(overall: Result, shown: Sequence[Shown]) -> list[Shown]:
    """The processes that an overall score is made of; none where there is none."""
    if overall.state is not State.SCORED:
        return []
    return [each for each in shown if each.result.in_overall and each.result.result.state is State.SCORED]


def _state(state: State, results: Sequence[ProcessResult]) -> State:
    """``scored`` if any number of the node can be seen; otherwise the reason of the whole node."""
    if any(State.SCORED in {result.result.state, result.kpi_maturity.state} for result in results):
        return State.SCORED
    states = {result.result.state for result in results} - {State.NOT_ASKED}
    if state is not State.SCORED:
        return state
    return states.pop() if len(states) == 1 else State.LOW_COVERAGE


def _imports(found: Scored) -> Imports:
    parents = {node.id: node.parent for node in found.nodes}
    responses: dict[UUID, int] = {}
    imported: dict[UUID, int] = {}
    for team in found.facts.answers:
        node: UUID | None = team.team_id
        while node is not None:
            responses[node] = responses.get(node, 0) + len(team.rows)
            imported[node] = imported.get(node, 0) + team.imported
            node = parents[node]
    return Imports(responses, imported)
