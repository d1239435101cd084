"""What a worker hands back: the results of each node ready to be kept, which the server stores without reading them."""

from uuid import UUID

import msgspec
from msgspec import Struct

from assess.maturity.ledger import Ledger
from assess.maturity.model import CampaignResults, Hidden, NodeResults, Summary
from assess.words import Digest, Key


class KeptNode(Struct, frozen=True, kw_only=True):
    """One node's results as they are kept. body: NodeResults in JSON; ledger: its Ledger in JSON.

    waiting: the items that most people of the team, or of the teams that it is counted with, say do not apply, unconfirmed.
    """

    node: UUID
    parent: UUID | None
    key: Key
    score_id: UUID
    scored: bool
    body: bytes
    ledger: bytes
    waiting: list[Key]


class Computed(Struct, frozen=True, kw_only=True):
    """The results of a campaign: what is said of it as a whole, its mask, and its nodes, the company first, then the tree.

    decisions: how many exemptions had been decided on.
    """

    campaign_id: UUID
    engine: str
    inputs_digest: Digest
    threshold: int
    decisions: int
    summary: Summary
    mask: list[Hidden]
    nodes: list[KeptNode]


def packed(computed: Computed) -> bytes:
    """As bytes for another process: MessagePack, which carries the nodes' bytes as they are."""
    return msgspec.msgpack.encode(computed)


def read(reply: bytes) -> Computed:
    """What ``packed`` wrote."""
    return msgspec.msgpack.decode(reply, type=Computed)


def campaign_results(computed: Computed) -> CampaignResults:
    """The results as values, every node of them decoded."""
    return CampaignResults(
        campaign_id=computed.campaign_id,
        engine=computed.engine,
        inputs_digest=computed.inputs_digest,
        threshold=computed.threshold,
        summary=computed.summary,
        nodes=[msgspec.json.decode(node.body, type=NodeResults) for node in computed.nodes],
        mask=computed.mask,
    )


def ledger_of(node: KeptNode) -> Ledger:
    """The whole numbers behind one node's results."""
    return msgspec.json.decode(node.ledger, type=Ledger)
