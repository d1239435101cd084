"""Situations for the roadmap's tests: published results of small companies, as the room of maturity would give them."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from msgspec.structs import replace

from assess import shipped
from assess.maturity.model import (
    ENGINE,
    CampaignResults,
    ItemResult,
    KpiResult,
    NodeResults,
    ProcessResult,
    Result,
    State,
    StepResult,
    Summary,
)
from assess.questionnaire.files import load_published, read_yaml
from assess.questionnaire.model import Questionnaire
from assess.roadmap.library import ACTIONS, digest_of
from assess.roadmap.model import Library, PlanningFacts, PlanningTeam

FOLDER = shipped.folder("questionnaires")
PUBLISHED = {digest: questionnaire for questionnaire, digest in load_published(FOLDER)}
DIGESTS = {questionnaire.key: digest for digest, questionnaire in PUBLISHED.items()}
LIBRARY = read_yaml(FOLDER / ACTIONS, Library)
COMPANY = UUID(int=1)
START = date(2026, 3, 1)


def uid(number: int) -> UUID:
    return UUID(int=number)


def team(
    number: int,
    key: str,
    functions: Sequence[str],
    asks: Sequence[str] = (),
    *,
    headcount: int = 10,
    capacity: int = 5,
    lead: str | None = "Ana",
) -> PlanningTeam:
    return PlanningTeam(
        id=uid(number),
        key=key,
        name=key.replace("-", " ").title(),
        functions=list(functions),
        capacity_days=capacity,
        lead=lead,
        headcount=headcount,
        questionnaires=[DIGESTS[name] for name in asks],
    )


def result(value: float | None, state: State = State.SCORED) -> Result:
    shown = value if state is State.SCORED else None
    index = None if shown is None else 25 * (shown - 1)
    return Result(
        value=shown,
        index=index,
        interval=None,
        comparison=None,
        n=None,
        coverage=None,
        agreement=None,
        range=None,
        fragile=False,
        state=state,
    )


def leaky(value: float, state: State) -> Result:
    """A result that still carries its number when it is hidden: the planner must not look at it."""
    return replace(result(value), state=state)


def node(
    identity: UUID,
    name: str,
    parent: UUID | None,
    bodies: Sequence[Questionnaire],
    *,
    level: float = 2.0,
    levels: Mapping[str, float] = {},
    rung: int = 0,
    states: Mapping[str, State] = {},
    state: State = State.SCORED,
    overall: float | None = None,
) -> NodeResults:
    """A node whose items all have ``level`` and KPIs ``rung``, but for ``levels`` and ``states`` by item."""

    def practice(key: str) -> ItemResult:
        found = leaky(levels.get(key, level), states.get(key, state))
        return ItemResult(key=key, result=found, band=None, dont_know=None, invisible=False)

    def kpi(key: str) -> KpiResult:
        found = leaky(levels.get(key, rung), states.get(key, state))
        seen = int(levels.get(key, rung))
        return KpiResult(key=key, result=found, rung=seen, awareness=None, factual=None, gap=None, finding=None)

    processes = [
        ProcessResult(
            key=process.key,
            in_overall=process.in_overall,
            result=result(level, state),
            prudent=None,
            evidenced=None,
            staged=None,
            weakest_step=None,
            steps=[
                StepResult(
                    key=step.key,
                    result=result(level, state),
                    prudent=None,
                    evidenced=None,
                    staged=None,
                    items=[practice(item.key) for item in step.items],
                    balanced=None,
                )
                for step in process.steps
            ],
            kpi_maturity=result(rung, state),
            kpis=[kpi(item.key) for item in process.kpis],
            indicative=False,
            gaps=[],
            balanced=None,
        )
        for body in bodies
        for process in body.processes
    ]
    return NodeResults(
        score_id=identity,
        node=identity,
        key=name,
        name=name,
        parent=parent,
        headcount=10,
        responses=None,
        participation=None,
        imported=None,
        state=state,
        overall=result(overall, State.SCORED if overall else State.LOW_COVERAGE),
        prudent=None,
        indicative=False,
        staged=None,
        processes=processes,
    )


def results(nodes: Sequence[NodeResults]) -> CampaignResults:
    return CampaignResults(
        campaign_id=uid(2),
        engine=ENGINE,
        inputs_digest="0" * 64,
        threshold=5,
        summary=Summary(comparability=[], straight_lining=None, haste=None),
        nodes=list(nodes),
        mask=[],
    )


def facts(
    teams: Sequence[PlanningTeam],
    nodes: Sequence[NodeResults],
    *,
    library: Library = LIBRARY,
    months: int = 12,
    start: date = START,
) -> PlanningFacts:
    used = {digest for each in teams for digest in each.questionnaires}
    return PlanningFacts(
        results=results(nodes),
        questionnaires={digest: PUBLISHED[digest] for digest in sorted(used)},
        teams=list(teams),
        library=library,
        library_digest=digest_of(library),
        starts_on=start,
        months=months,
    )


def pilot_company(**changes: object) -> PlanningFacts:
    """Nine teams in a tree: executives, sales, offer, service and shops, HR, finance and IT; one small team is hidden."""
    trv = "transversal"
    teams = [
        team(10, "direction", ["executive", "headquarters"], [trv], headcount=6),
        team(11, "support", ["hr", "finance", "it"], [trv], headcount=8, lead=None),
        team(12, "marketing", ["marketing", "data"], ["acquisition", trv], headcount=7),
        team(13, "sales-lyon", ["sales"], ["acquisition", trv], headcount=12),
        team(14, "sales-paris", ["sales"], ["acquisition", trv], headcount=9),
        team(15, "offer", ["offer"], ["offer", trv], headcount=8),
        team(16, "service", ["service", "customer_experience"], ["experience", trv], headcount=14),
        team(17, "shop-lille", ["site"], ["experience", trv], headcount=11),
        team(18, "shop-nice", ["site"], ["experience", trv], headcount=3),
    ]
    bodies = {each.id: [PUBLISHED[digest] for digest in each.questionnaires] for each in teams}
    nodes = [node(COMPANY, "company", None, list(PUBLISHED.values()), level=2.3, overall=2.3)]
    for order, each in enumerate(teams):
        state = State.BELOW_THRESHOLD if each.headcount < 5 else State.SCORED
        nodes.append(
            node(each.id, each.key, COMPANY, bodies[each.id], level=1.6 + order / 8, rung=order % 3, state=state)
        )
    return replace(facts(teams, nodes), **changes)
