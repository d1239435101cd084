"""Doings on discussion points: the results of a node, and the names of what it was asked."""

from uuid import UUID

import msgspec

from assess.campaign.store import contract_of
from assess.errors import NotFound
from assess.maturity import service, store
from assess.maturity.discussion import Discussion, Names, names_in, points_of
from assess.maturity.model import NodeResults, TeamResults
from assess.maturity.tree import at_or_below
from assess.questionnaire.catalogue import Catalogue
from assess.storage.database import Database
from assess.storage.workers import Workers
from assess.tenancy.model import Principal


class NodeNotFound(NotFound):
    """This campaign has no such node that your key sees."""

    title_fr = "Cette campagne n’a pas un tel nœud que votre clé voie."


async def of_team(
    database: Database, workers: Workers, catalogue: Catalogue, principal: Principal, assessment_id: UUID
) -> Discussion:
    """What the team of an assessment talks about first. Raises AssessmentNotFound, TeamBeyondKey or ResultsNotYet."""
    found = await service.team_results_of(database, workers, catalogue, principal, assessment_id)
    names = await _names(database, catalogue, principal, found.campaign_id)
    return _discussion(found, found.results, names)


async def of_node(
    database: Database,
    workers: Workers,
    catalogue: Catalogue,
    principal: Principal,
    campaign_id: UUID,
    node: UUID | None,
) -> Discussion:
    """What a node of a campaign talks about first; without ``node`` the topmost one that the key sees.

    Raises CampaignNotFound, ResultsNotYet, AnswersErased or NodeNotFound.
    """
    kept = await service.scoring_of(database, workers, catalogue, principal.organisation_id, campaign_id)
    async with database.transaction(principal.organisation_id) as tx:
        seen = at_or_below(await store.tree_of(tx, campaign_id), principal.team_id)
        wanted = [each for each in seen if node in {None, each}][:1]
        bodies = await store.bodies_of(tx, kept.id, wanted)
    if not bodies:
        raise NodeNotFound
    results = msgspec.json.decode(bodies[0], type=NodeResults)
    return _discussion(kept, results, await _names(database, catalogue, principal, campaign_id))


def _discussion(found: store.Kept | TeamResults, results: NodeResults, names: Names) -> Discussion:
    return Discussion(
        campaign_id=found.campaign_id,
        engine=found.engine,
        inputs_digest=found.inputs_digest,
        node=results.node,
        key=results.key,
        name=results.name,
        state=results.state,
        imported=results.imported,
        points=points_of(results, names),
    )


async def _names(database: Database, catalogue: Catalogue, principal: Principal, campaign_id: UUID) -> Names:
    """What everything is called that the campaign asked."""
    async with database.transaction(principal.organisation_id) as tx:
        made = await contract_of(tx, campaign_id)
    return names_in([catalogue.version(asked.digest) for asked in made.questionnaires] if made else [])
