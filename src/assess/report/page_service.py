"""Doings on the result pages: gather what is kept, unread, and have a worker write the page."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from uuid import UUID

import msgspec
from msgspec import Struct

from assess.campaign import store as campaigns
from assess.campaign.model import Contract
from assess.frame import Reader
from assess.maturity import service
from assess.maturity.scores import service as scores
from assess.maturity.scores.service import PartNotFound
from assess.maturity.service import ResultsNotYet
from assess.maturity.store import Kept, bodies_of, told
from assess.maturity.tree import Node, at_or_below, nodes_of
from assess.questionnaire.catalogue import Catalogue
from assess.report.page_facts import CampaignsFacts, NodeFacts, ScoreFacts
from assess.report.page_window import above, around, steps_asked
from assess.storage.database import Database
from assess.storage.paging import Window
from assess.storage.workers import Workers
from assess.tenancy.model import Principal
from assess.tenancy.store import TeamNotFound, organisation_of
from assess.words import Language

CAMPAIGNS = "assess.report.page_writing:campaigns"
NODE = "assess.report.page_writing:node"
EXPLANATION = "assess.report.page_writing:explanation"
MOST_WRITTEN = 24
"""Pages that stay in memory, at most 150 kB each."""
MOST_LISTED = 200


class Gallery:
    """Pages that have been written, by ETag: it names all that they say, and to whom. The one unseen longest makes room."""

    def __init__(self, most: int = MOST_WRITTEN) -> None:
        self._most = most
        self._written: OrderedDict[str, bytes] = OrderedDict()

    async def page(self, etag: str, write: Callable[[], Awaitable[bytes]]) -> bytes:
        """The page of that tag, written when it is not known; raises what ``write`` raises."""
        if etag not in self._written:
            self._written[etag] = await write()
        self._written.move_to_end(etag)
        if len(self._written) > self._most:
            self._written.popitem(last=False)
        return self._written[etag]


class Seen(Struct, frozen=True, kw_only=True):
    """What the holder of a key sees of a campaign: what is kept, in which words it was asked, and the nodes of the tree."""

    kept: Kept
    contract: Contract
    tree: list[Node]
    reader: Reader


async def campaigns_seen(database: Database, principal: Principal, language: Language) -> bytes:
    """The newest campaigns, and who asks: CampaignsFacts in JSON."""
    async with database.transaction(principal.organisation_id) as tx:
        found = await campaigns.campaigns_of(tx, Window(after=None, limit=MOST_LISTED))
        organisation = await organisation_of(tx)
    reader = Reader(principal.name, organisation.name)
    return msgspec.json.encode(CampaignsFacts(language=language, reader=reader, campaigns=found))


async def campaigns_page(workers: Workers, facts: bytes) -> bytes:
    """The page of the campaigns."""
    written: bytes = await workers.run(CAMPAIGNS, facts)
    return written


async def seen(
    database: Database, workers: Workers, catalogue: Catalogue, principal: Principal, campaign_id: UUID
) -> Seen:
    """A campaign as a reader sees it, scored. Raises CampaignNotFound, ResultsNotYet or AnswersErased."""
    kept = await service.scoring_of(database, workers, catalogue, principal.organisation_id, campaign_id)
    async with database.transaction(principal.organisation_id) as tx:
        contract = await campaigns.contract_of(tx, campaign_id)
    if contract is None:
        raise ResultsNotYet
    nodes = {node.id: node for node in nodes_of(contract)}
    tree = [nodes[node] for node in at_or_below(nodes.values(), principal.team_id)]
    return Seen(kept=kept, contract=contract, tree=tree, reader=Reader(principal.name, contract.organisation))


def node_of(found: Seen, node: UUID | None) -> Node:
    """The node that is asked for, or the highest one that is seen. Raises TeamNotFound."""
    wanted = next((each for each in found.tree if node in {None, each.id}), None)
    if wanted is None:
        raise TeamNotFound
    return wanted


async def node_page(
    database: Database,
    workers: Workers,
    catalogue: Catalogue,
    found: Seen,
    node: Node,
    language: Language,
    page: int,
) -> bytes:
    """The page of a node. Raises TeamNotFound for a team that no results are kept of."""
    contract = found.contract
    asked = {version.digest: catalogue.version(version.digest) for version in contract.questionnaires}
    ids, window = around(found.tree, node.id, page, steps_asked(found.tree, asked))
    top = f"/results/{contract.campaign_id}"
    facts = NodeFacts(
        language=language,
        reader=found.reader,
        campaign_id=contract.campaign_id,
        campaign=contract.name,
        starts_on=contract.starts_on,
        ends_on=contract.ends_on,
        questionnaires=list(asked.values()),
        node=node.id,
        results=msgspec.Raw(await _results(database, found, ids)),
        above=[(each.name, f"{top}/teams/{each.id}" if each.parent else top) for each in above(found.tree, node.id)],
        window=window,
    )
    written: bytes | None = await workers.run(NODE, msgspec.json.encode(facts))
    if written is None:
        raise TeamNotFound
    return written


async def _results(database: Database, found: Seen, nodes: list[UUID]) -> bytes:
    """The results of these nodes alone, as they are kept: a page never reads a whole campaign of a thousand teams."""
    async with database.transaction(found.contract.organisation_id) as tx:
        bodies = await bodies_of(tx, found.kept.id, nodes)
    return told(found.kept, bodies, nodes)


async def score_of(
    database: Database, catalogue: Catalogue, principal: Principal, campaign_id: UUID, score_id: UUID
) -> bytes:
    """What a score of a campaign is explained from, in JSON. Raises ScoreNotFound or TeamBeyondKey."""
    return await scores.facts_of(database, catalogue, principal, score_id, campaign_id)


async def explanation_page(
    database: Database,
    workers: Workers,
    principal: Principal,
    campaign_id: UUID,
    score: bytes,
    of: str | None,
    language: Language,
) -> bytes:
    """How a score is calculated, or its part at that address. Raises PartNotFound."""
    async with database.transaction(principal.organisation_id) as tx:
        campaign = await campaigns.campaign_of(tx, campaign_id)
        organisation = await organisation_of(tx)
    reader = Reader(principal.name, organisation.name)
    facts = ScoreFacts(language=language, reader=reader, campaign=campaign.name, of=of, facts=msgspec.Raw(score))
    written: bytes | None = await workers.run(EXPLANATION, msgspec.json.encode(facts))
    if written is None:
        raise PartNotFound
    return written
