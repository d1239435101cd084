"""Doings on results: gather the facts, think in a worker with no transaction held, keep what was found."""

from uuid import UUID

import msgspec

from assess.campaign import housekeeping, sealing
from assess.campaign import store as campaigns
from assess.errors import Conflict, Forbidden
from assess.maturity import store
from assess.maturity.computed import read
from assess.maturity.exemptions import store as exemptions
from assess.maturity.facts import Inputs, written
from assess.maturity.kpis.store import records_at
from assess.maturity.model import AssessmentStatus, ClosedCampaign, Mask, TeamResults
from assess.maturity.tree import at_or_below
from assess.questionnaire.catalogue import Catalogue
from assess.storage.database import Database, Tx
from assess.storage.secrets import Secrets
from assess.storage.workers import Workers
from assess.tenancy.model import Principal
from assess.words import Link

COMPUTE = "assess.maturity.engine:compute"
RENDER = "assess.maturity.renditions:rendered"


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
    kept = await scoring_of(database, workers, catalogue, organisation_id, campaign_id)
    async with database.transaction(organisation_id) as tx:
        scored, teams = await store.scored_teams(tx, kept.id)
    rels = ("results", "exemptions", "participation")
    return ClosedCampaign(
        campaign=closed,
        scored=scored,
        insufficient=teams - scored,
        links=[Link(rel=rel, href=f"/v1/campaigns/{campaign_id}/{rel}") for rel in rels],
    )


async def scoring_of(
    database: Database, workers: Workers, catalogue: Catalogue, organisation_id: UUID, campaign_id: UUID
) -> store.Kept:
    """The scoring of a closed campaign, computed when it is first asked for.

    Raises CampaignNotFound, ResultsNotYet or AnswersErased.
    """
    async with database.transaction(organisation_id) as tx:
        if kept := await store.kept_scoring(tx, campaign_id):
            return kept
        facts = await facts_of(tx, catalogue, campaign_id)
    computed = read(await workers.run(COMPUTE, written(facts)))
    async with database.transaction(organisation_id) as tx:
        scoring_id = await store.keep(tx, computed)
    async with database.transaction(organisation_id) as tx:
        return await store.kept_under(tx, scoring_id)


async def body_of(database: Database, principal: Principal, kept: store.Kept) -> bytes:
    """``CampaignResults`` in JSON, as much of them as the holder of a key sees: a team lead the own team and those below it."""
    async with database.transaction(principal.organisation_id) as tx:
        nodes = at_or_below(await store.tree_of(tx, kept.campaign_id), principal.team_id)
        bodies = await store.bodies_of(tx, kept.id, nodes)
    return store.told(kept, bodies, nodes)


async def rendered(
    database: Database, workers: Workers, catalogue: Catalogue, principal: Principal, kept: store.Kept, media: str
) -> bytes:
    """What ``body_of`` gives, as CSV or MessagePack, written in a worker."""
    body = await body_of(database, principal, kept)
    async with database.transaction(principal.organisation_id) as tx:
        made = await campaigns.contract_of(tx, kept.campaign_id)
    asked = [catalogue.version(each.digest) for each in made.questionnaires] if made else []
    other: bytes = await workers.run(RENDER, media, body, msgspec.json.encode(asked))
    return other


async def mask_of(
    database: Database, workers: Workers, catalogue: Catalogue, organisation_id: UUID, campaign_id: UUID
) -> Mask:
    """What nobody sees, and why; raises as ``scoring_of``."""
    kept = await scoring_of(database, workers, catalogue, organisation_id, campaign_id)
    return Mask(
        campaign_id=campaign_id,
        engine=kept.engine,
        inputs_digest=kept.inputs_digest,
        threshold=kept.threshold,
        hidden=kept.mask,
    )


async def status_of(tx: Tx, principal: Principal, assessment_id: UUID) -> AssessmentStatus:
    """One assessment. Raises AssessmentNotFound or TeamBeyondKey."""
    row = await store.assessment_of(tx, assessment_id)
    await _check_seen(tx, principal, row.campaign_id, row.team_id)
    links = [
        Link(rel="results", href=f"/v1/assessments/{assessment_id}/results"),
        Link(rel="campaign", href=f"/v1/campaigns/{row.campaign_id}"),
    ]
    return msgspec.convert({**row._mapping, "links": links}, AssessmentStatus)


async def team_results_of(
    database: Database, workers: Workers, catalogue: Catalogue, principal: Principal, assessment_id: UUID
) -> TeamResults:
    """The results of one team. Raises AssessmentNotFound, TeamBeyondKey, ResultsNotYet or AnswersErased."""
    async with database.transaction(principal.organisation_id) as tx:
        kept = await store.kept_of_team(tx, assessment_id)
        row = kept or (await store.assessment_of(tx, assessment_id))._mapping
        await _check_seen(tx, principal, row["campaign_id"], row["team_id"])
    if kept is None:
        scoring = await scoring_of(database, workers, catalogue, principal.organisation_id, row["campaign_id"])
        async with database.transaction(principal.organisation_id) as tx:
            kept = await store.kept_of_team(tx, assessment_id, scoring.id)
    if kept is None:
        raise ResultsNotYet
    return msgspec.convert({**kept, "assessment_id": assessment_id}, TeamResults)


async def facts_of(tx: Tx, catalogue: Catalogue, campaign_id: UUID) -> Inputs:
    """Everything that the results of a closed campaign are computed from. Raises as ``scoring_of``."""
    campaign = await campaigns.campaign_of(tx, campaign_id)
    if campaign.closed_at is None:
        raise ResultsNotYet(f"its state is {campaign.state.value}")
    if campaign.erased_on is not None:
        raise AnswersErased(f"it happened on {campaign.erased_on}")
    contract, answers, _ = await sealing.sealed_of(tx, campaign_id)
    cutoff = campaign.closed_at.date()
    return Inputs(
        contract=contract,
        questionnaires={asked.digest: catalogue.version(asked.digest) for asked in contract.questionnaires},
        answers=answers,
        voices=await sealing.voices_of(tx, campaign_id),
        exemptions=await exemptions.standing_of(tx, campaign_id),
        decisions=await exemptions.decisions_of(tx, campaign_id),
        kpis=await records_at(tx, cutoff),
        cutoff=cutoff,
    )


async def _check_seen(tx: Tx, principal: Principal, campaign_id: UUID, team_id: UUID) -> None:
    """A team lead sees the own team and, of a launched campaign, those below it at the launch, wherever they are now."""
    if principal.team_id in {None, team_id}:
        return
    if team_id not in at_or_below(await store.tree_of(tx, campaign_id), principal.team_id):
        raise TeamBeyondKey
