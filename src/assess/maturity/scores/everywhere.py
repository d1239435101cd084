"""Every score of a campaign explained, from what was just computed: for those who have files and no addresses to ask."""

from collections.abc import Iterator
from math import inf

from assess.maturity.computed import Computed, ledger_of
from assess.maturity.facts import Inputs
from assess.maturity.model import CampaignResults
from assess.maturity.scores.derivation import Facts
from assess.maturity.scores.explanation import Explanation, explain


def explanations_of(inputs: Inputs, computed: Computed, results: CampaignResults) -> Iterator[Explanation]:
    """One for each node, in the order of the results, with all its parts however many: none is left to its own address."""
    ledgers = {node.node: ledger_of(node) for node in computed.nodes}
    for node in results.nodes:
        facts = Facts(
            campaign_id=results.campaign_id,
            engine=results.engine,
            inputs_digest=results.inputs_digest,
            threshold=results.threshold,
            score=node,
            contract=inputs.contract,
            questionnaires=dict(inputs.questionnaires),
            ledgers=ledgers,
            mask=results.mask,
        )
        if explained := explain(facts, room=inf):
            yield explained
