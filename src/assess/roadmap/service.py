"""Doings on roadmaps: gather the facts, think in a worker with no transaction held, keep what is proposed."""

from datetime import date, timedelta
from uuid import UUID

import msgspec

from assess.campaign import store as campaigns
from assess.campaign.model import Contract
from assess.errors import Finding, Invalid
from assess.maturity import store as maturity
from assess.maturity.service import ResultsNotYet, scoring_of
from assess.questionnaire.catalogue import Catalogue
from assess.roadmap import store
from assess.roadmap.library import LoadedLibrary
from assess.roadmap.model import NewRoadmap, PlanningTeam, Roadmap
from assess.storage.database import Database, Effect, Tx
from assess.storage.ids import uuid7
from assess.storage.workers import Workers
from assess.tenancy.model import Team
from assess.tenancy.store import teams_of

PLAN = "assess.roadmap.engine:plan"
EARLIEST, LATEST = date(2000, 1, 1), date(2100, 1, 1)


class StartOutOfRange(Invalid):
    """A roadmap starts between 2000 and 2099."""

    title_fr = "Une feuille de route commence entre 2000 et 2099."


async def propose(
    database: Database,
    workers: Workers,
    catalogue: Catalogue,
    library: LoadedLibrary,
    organisation_id: UUID,
    new: NewRoadmap,
    effect: Effect,
) -> Roadmap:
    """A new roadmap from a closed campaign, with its first plan, proposed; kept by ``effect``.

    Raises StartOutOfRange, and what ``scoring_of`` raises: CampaignNotFound, ResultsNotYet or AnswersErased.
    """
    wanted = msgspec.structs.replace(new, starts_on=first_month(new.starts_on))
    kept = await scoring_of(database, workers, catalogue, organisation_id, new.campaign_id)
    async with database.transaction(organisation_id) as tx:
        facts = await _facts(tx, catalogue, library, wanted, kept)
    digest, plan = await workers.run(PLAN, facts)
    roadmap_id = uuid7()
    async with effect.transaction() as tx:
        await store.add_roadmap(tx, roadmap_id, wanted, scoring_id=kept.id, library=library.digest)
        await store.add_plan(tx, roadmap_id, 1, inputs=digest, body=plan)
        return await store.roadmap_of(tx, roadmap_id)


def first_month(starts_on: date) -> date:
    """The first of the first whole month from ``starts_on`` on: no action starts in the past. Raises StartOutOfRange."""
    if not EARLIEST <= starts_on < LATEST:
        finding = Finding(pointer="/starts_on", rule=f"from {EARLIEST} until before {LATEST}", received=starts_on)
        raise StartOutOfRange(errors=[finding])
    first = starts_on.replace(day=1)
    return first if first == starts_on else (first + timedelta(days=31)).replace(day=1)


async def _facts(tx: Tx, catalogue: Catalogue, library: LoadedLibrary, new: NewRoadmap, kept: maturity.Kept) -> bytes:
    """What the plan is computed from, these results with it: PlanningFacts in JSON."""
    contract = await campaigns.contract_of(tx, new.campaign_id)
    if contract is None:
        raise ResultsNotYet
    digests = sorted({digest for team in contract.teams for digest in team.questionnaires})
    facts = {
        "results": msgspec.Raw(await maturity.results_of(tx, kept)),
        "questionnaires": {digest: catalogue.version(digest) for digest in digests},
        "teams": _teams(await teams_of(tx), contract),
        "library": library.library,
        "library_digest": library.digest,
        "starts_on": new.starts_on,
        "months": new.months,
    }
    return msgspec.json.encode(facts)


def _teams(teams: list[Team], contract: Contract) -> list[PlanningTeam]:
    """The teams as they are now, with what each was asked at the launch; a newer team was asked nothing."""
    asked = {team.team_id: team for team in contract.teams}
    return [
        PlanningTeam(
            id=team.id,
            key=team.key,
            name=team.name,
            functions=team.functions,
            capacity_days=team.capacity_days,
            lead=team.lead,
            headcount=asked[team.id].headcount if team.id in asked else 0,
            questionnaires=asked[team.id].questionnaires if team.id in asked else [],
        )
        for team in teams
    ]
