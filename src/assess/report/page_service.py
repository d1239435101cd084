"""Doings on the result pages: gather what is kept, have the pictures drawn by a worker, and put the page together."""

from collections import OrderedDict
from collections.abc import Sequence
from hashlib import sha256
from uuid import UUID

import msgspec
from msgspec import Struct

from assess.campaign import store as campaigns
from assess.campaign.model import Campaign, Contract
from assess.frame import Reader
from assess.maturity import service
from assess.maturity.discussion import names_in, points_of
from assess.maturity.model import CampaignResults, NodeResults
from assess.maturity.scores import service as scores_service
from assess.maturity.scores.explanation import Explanation
from assess.maturity.service import ResultsNotYet
from assess.maturity.store import Kept, bodies_of
from assess.maturity.tree import Node, at_or_below, nodes_of
from assess.questionnaire.catalogue import Catalogue
from assess.questionnaire.model import Questionnaire
from assess.report.page_explanation import Account
from assess.report.page_parts import Subject, View
from assess.report.page_sentences import tell
from assess.report.page_window import above, around, asked, steps_asked
from assess.report.pictures import PageFacts, drawn_from
from assess.report.service import words_of
from assess.storage.database import Database, Tx
from assess.storage.paging import Window
from assess.storage.workers import Workers
from assess.tenancy.model import Principal
from assess.tenancy.store import TeamNotFound, organisation_of
from assess.words import Language

DRAW = "assess.report.svg:draw"
MOST_DRAWN = 64
"""Pages whose pictures stay in memory, about 50 kB each."""
MOST_LISTED = 200


class Gallery:
    """Pictures that have been drawn, by the digest of what they were drawn from; the one unseen longest makes room."""

    def __init__(self, most: int = MOST_DRAWN) -> None:
        self._most = most
        self._drawn: OrderedDict[bytes, dict[str, str]] = OrderedDict()

    async def pictures(self, workers: Workers, facts: PageFacts) -> dict[str, str]:
        """The pictures of a page by name; raises what ``Workers.run`` raises."""
        packed = drawn_from(facts)
        digest = sha256(packed).digest()
        if digest not in self._drawn:
            self._drawn[digest] = await workers.run(DRAW, packed)
        self._drawn.move_to_end(digest)
        if len(self._drawn) > self._most:
            self._drawn.popitem(last=False)
        return self._drawn[digest]


class Seen(Struct, frozen=True, kw_only=True):
    """What the holder of a key sees of a campaign: what is kept, in which words it was asked, and the nodes of the tree."""

    kept: Kept
    contract: Contract
    tree: list[Node]
    reader: Reader


async def campaigns_seen(tx: Tx, principal: Principal) -> tuple[list[Campaign], Reader]:
    """The newest campaigns, and who asks."""
    found = await campaigns.campaigns_of(tx, Window(after=None, limit=MOST_LISTED))
    organisation = await organisation_of(tx)
    return found, Reader(principal.name, organisation.name)


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


async def view_of(
    database: Database,
    workers: Workers,
    catalogue: Catalogue,
    gallery: Gallery,
    found: Seen,
    node: Node,
    language: Language,
    page: int,
) -> View:
    """Everything that the page of a node says. Raises TeamNotFound for a team that no results are kept of."""
    contract = found.contract
    asked_of = {version.digest: catalogue.version(version.digest) for version in contract.questionnaires}
    versions = list(asked_of.values())
    ids, window = around(found.tree, node.id, page, steps_asked(found.tree, asked_of))
    results = await _results(database, found, ids)
    facts = PageFacts(
        language=language,
        campaign=contract.name,
        starts_on=contract.starts_on,
        ends_on=contract.ends_on,
        processes=asked(words_of(versions, results), results.nodes[0]),
        results=results,
    )
    path = f"/results/{contract.campaign_id}"
    steps = [(each.name, f"{path}/teams/{each.id}" if each.parent else path) for each in above(found.tree, node.id)]
    return View(
        facts=facts,
        campaign_id=contract.campaign_id,
        pictures=await gallery.pictures(workers, facts),
        reader=found.reader,
        trail=[(tell("campaigns.title", language), "/results"), *steps],
        window=window,
        talk=_talk(results.nodes[0], versions),
    )


async def _results(database: Database, found: Seen, nodes: list[UUID]) -> CampaignResults:
    """The results of these nodes alone: a page never reads a whole campaign of a thousand teams."""
    kept = found.kept
    async with database.transaction(found.contract.organisation_id) as tx:
        bodies = await bodies_of(tx, kept.id, nodes)
    read = [msgspec.json.decode(body, type=NodeResults) for body in bodies]
    if not read or read[0].node != nodes[0]:
        raise TeamNotFound
    return CampaignResults(
        campaign_id=kept.campaign_id,
        engine=kept.engine,
        inputs_digest=kept.inputs_digest,
        threshold=kept.threshold,
        summary=kept.summary,
        nodes=read,
        mask=[hidden for hidden in kept.mask if hidden.node in set(nodes)],
    )


def _talk(node: NodeResults, versions: Sequence[Questionnaire]) -> list[Subject]:
    found = points_of(node, names_in(versions))
    return [Subject(point.sentence, (point.item or point.step or point.process).key) for point in found]


async def account_of(
    database: Database,
    workers: Workers,
    catalogue: Catalogue,
    principal: Principal,
    campaign_id: UUID,
    score_id: UUID,
    of: str | None,
    language: Language,
) -> Account:
    """How a score of a campaign is calculated. Raises ScoreNotFound, TeamBeyondKey or PartNotFound."""
    facts = await scores_service.facts_of(database, catalogue, principal, score_id)
    explained = await scores_service.explanation_of(workers, facts, of)
    explanation = msgspec.json.decode(explained, type=Explanation)
    if explanation.campaign_id != campaign_id:
        raise campaigns.CampaignNotFound
    async with database.transaction(principal.organisation_id) as tx:
        campaign = await campaigns.campaign_of(tx, campaign_id)
        organisation = await organisation_of(tx)
    top = f"/results/{campaign_id}"
    whole = explanation.node == principal.organisation_id
    node = [] if whole else [(explanation.name, f"{top}/teams/{explanation.node}")]
    return Account(
        explanation=explanation,
        of=of,
        language=language,
        reader=Reader(principal.name, organisation.name),
        trail=[(tell("campaigns.title", language), "/results"), (campaign.name, top), *node],
    )
