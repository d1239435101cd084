"""Doings on results: gather the facts, think in a worker with no transaction held, keep what was found."""

from uuid import UUID

import msgspec

from assess.campaign import housekeeping, sealing
from assess.campaign import store as campaigns
from assess.campaign.model import CampaignState
from assess.errors import Conflict, Forbidden
from assess.maturity import store
from assess.maturity.engine import Inputs, written
from assess.maturity.model import (
    AssessmentStatus,
    CampaignResults,
    ClosedCampaign,
    Mask,
    State,
    TeamResults,
    below,
)
from assess.questionnaire.catalogue import Catalogue
from assess.storage.database import Database, Tx
from assess.storage.secrets import Secrets
from assess.storage.workers import Workers
from assess.tenancy.model import Principal
from assess.tenancy.store import teams_of
from assess.words import Link

COMPUTE = "assess.maturity.engine:compute"


class ResultsNotYet(Conflict):
    """This campaign is not closed yet; until then only its participation can be seen."""

    title_fr = "Cette campagne n’est pas encore close ; d’ici là, seule sa participation est visible."


class AnswersErased(Conflict):
    """The answers of this campaign were erased when their retention was over, and no results were kept."""

    title_fr = "Les réponses de cette campagne ont été effacées à l’issue de leur conservation, sans résultats gardés."


class TeamBeyondKey(Forbidden):
    """Your key sees its own team and those below it only."""

    title_fr = "Votre clé ne voit que son équipe et celles qui en dépendent."


async def close(
    database: Database,
    secrets: Secrets,
    workers: Workers,
    catalogue: Catalogue,
    organisation_id: UUID,
    campaign_id: UUID,
) -> ClosedCampaign:
    """Close a campaign, seal its answers, and score its teams.

    Raises what ``housekeeping.close`` raises. When scoring fails the campaign is closed all the same: its results are
    computed when they are first read.
    """
    closed = await housekeeping.close(database, secrets, campaign_id, organisation_id)
    results = await results_of(database, workers, catalogue, organisation_id, campaign_id)
    teams = [node for node in results.nodes if node.parent is not None]
    scored = sum(node.state is State.SCORED for node in teams)
    rels = ("results", "participation")
    return ClosedCampaign(
        campaign=closed,
        scored=scored,
        insufficient=len(teams) - scored,
        links=[Link(rel=rel, href=f"/v1/campaigns/{campaign_id}/{rel}") for rel in rels],
    )


async def results_of(
    database: Database, workers: Workers, catalogue: Catalogue, organisation_id: UUID, campaign_id: UUID
) -> CampaignResults:
    """The results of a closed campaign, computed when they are first asked for. Raises CampaignNotFound or ResultsNotYet."""
    async with database.transaction(organisation_id) as tx:
        if kept := await store.kept_of(tx, campaign_id):
            return kept
        facts = await _facts(tx, catalogue, campaign_id)
    results = msgspec.json.decode(await workers.run(COMPUTE, written(facts)), type=CampaignResults)
    async with database.transaction(organisation_id) as tx:
        await store.keep(tx, results)
    return results


async def seen_results_of(
    database: Database, workers: Workers, catalogue: Catalogue, principal: Principal, campaign_id: UUID
) -> CampaignResults:
    """The results that the holder of a key sees; raises as ``results_of``."""
    return below(
        await results_of(database, workers, catalogue, principal.organisation_id, campaign_id), principal.team_id
    )


async def mask_of(
    database: Database, workers: Workers, catalogue: Catalogue, organisation_id: UUID, campaign_id: UUID
) -> Mask:
    """What nobody sees, and why; raises as ``results_of``."""
    results = await results_of(database, workers, catalogue, organisation_id, campaign_id)
    return Mask(
        campaign_id=campaign_id,
        engine=results.engine,
        inputs_digest=results.inputs_digest,
        threshold=results.threshold,
        hidden=results.mask,
    )


async def status_of(tx: Tx, principal: Principal, assessment_id: UUID) -> AssessmentStatus:
    """One assessment. Raises AssessmentNotFound or TeamBeyondKey."""
    row = await store.assessment_of(tx, assessment_id)
    await _check_seen(tx, principal, row.team_id)
    links = [
        Link(rel="results", href=f"/v1/assessments/{assessment_id}/results"),
        Link(rel="campaign", href=f"/v1/campaigns/{row.campaign_id}"),
    ]
    return msgspec.convert({**row._mapping, "links": links}, AssessmentStatus)


async def team_results_of(
    database: Database, workers: Workers, catalogue: Catalogue, principal: Principal, assessment_id: UUID
) -> TeamResults:
    """The results of one team. Raises AssessmentNotFound, TeamBeyondKey or ResultsNotYet."""
    async with database.transaction(principal.organisation_id) as tx:
        kept = await store.kept_of_team(tx, assessment_id)
        row = kept or await store.assessment_of(tx, assessment_id)
        await _check_seen(tx, principal, row.team_id)
    if kept:
        return msgspec.convert({**kept._mapping, "assessment_id": assessment_id}, TeamResults)
    results = await results_of(database, workers, catalogue, principal.organisation_id, row.campaign_id)
    return TeamResults(
        assessment_id=assessment_id,
        campaign_id=results.campaign_id,
        engine=results.engine,
        inputs_digest=results.inputs_digest,
        threshold=results.threshold,
        results=next(node for node in results.nodes if node.node == row.team_id),
    )


async def _facts(tx: Tx, catalogue: Catalogue, campaign_id: UUID) -> Inputs:
    campaign = await campaigns.campaign_of(tx, campaign_id)
    if campaign.state in {CampaignState.DRAFT, CampaignState.OPEN}:
        raise ResultsNotYet(f"its state is {campaign.state.value}")
    if campaign.erased_on is not None:
        raise AnswersErased(f"it happened on {campaign.erased_on}")
    contract, answers, _ = await sealing.sealed_of(tx, campaign_id)
    versions = {asked.digest: catalogue.version(asked.digest) for asked in contract.questionnaires}
    return Inputs(contract=contract, questionnaires=versions, answers=answers)


async def _check_seen(tx: Tx, principal: Principal, team_id: UUID) -> None:
    """A team lead sees the own team and those below it."""
    if principal.team_id in {None, team_id}:
        return
    parents = {team.id: team.parent_id for team in await teams_of(tx)}
    above = parents.get(team_id)
    while above not in {None, principal.team_id}:
        above = parents.get(above)
    if above is None:
        raise TeamBeyondKey
