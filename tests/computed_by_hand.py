"""Results written by hand, as a worker would hand them back: for tests of what is made from results."""

import msgspec

from assess.maturity.computed import Computed, KeptNode
from assess.maturity.ledger import Ledger
from assess.maturity.model import CampaignResults, State


def computed(results: CampaignResults) -> Computed:
    """These results, with nothing in their ledgers."""
    return Computed(
        campaign_id=results.campaign_id,
        engine=results.engine,
        inputs_digest=results.inputs_digest,
        threshold=results.threshold,
        decisions=0,
        summary=results.summary,
        mask=results.mask,
        nodes=[
            KeptNode(
                node=node.node,
                parent=node.parent,
                key=node.key,
                score_id=node.score_id,
                scored=node.state is State.SCORED,
                body=msgspec.json.encode(node),
                ledger=msgspec.json.encode(Ledger(groups=[])),
                waiting=[],
            )
            for node in results.nodes
        ],
    )
