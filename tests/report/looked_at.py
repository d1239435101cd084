"""A company whose pages have everything: records of KPIs, gaps between perspectives, comparability, imported answers."""

from datetime import UTC, date, datetime
from random import Random
from typing import Any
from uuid import UUID, uuid4

from believable import believable, identity
from msgspec.structs import replace

from assess.campaign.model import Campaign, CampaignState, PerspectiveShare
from assess.frame import Reader
from assess.maturity.balance import balanced_of, views_in
from assess.maturity.model import (
    Attainment,
    Balanced,
    CampaignResults,
    Comparability,
    Factual,
    Haste,
    Interval,
    KpiResult,
    NodeResults,
    PerspectiveGap,
    ProcessResult,
    Result,
    State,
    StraightLining,
    Summary,
    View,
)
from assess.maturity.tree import Node
from assess.report import page_parts
from assess.report.naming import asked
from assess.report.page_window import Window, around
from assess.report.pictures import PageFacts
from assess.report.svg import draw
from assess.words import Language, Text

COMPANY = identity("company")
CAMPAIGN = identity("campaign")
TALK: Text = {
    "fr": "L’équipe voit « Décider d’y aller ou non » de deux façons.",
    "en": "The team sees “Decide whether to go” in two ways.",
}


def results() -> CampaignResults:
    """The believable company, completed; one team has imported answers, another is fragile."""
    found = believable().results
    nodes = [_company(found.nodes[0]), *map(_team, found.nodes[1:])]
    return replace(found, nodes=nodes, summary=_summary())


def page_facts(language: Language, node: UUID = COMPANY, found: CampaignResults | None = None) -> PageFacts:
    """The facts of a node's page."""
    report = believable(language)
    seen, _ = seen_from(found or results(), node, 1)
    return PageFacts(
        language=language,
        campaign=report.campaign,
        starts_on=date(2026, 1, 12),
        ends_on=date(2026, 2, 6),
        processes=asked(report.processes, seen.nodes[0]),
        results=seen,
    )


def view(
    language: Language, node: UUID = COMPANY, *, page: int = 1, found: CampaignResults | None = None
) -> page_parts.View:
    """Everything that a node's page says."""
    facts = page_facts(language, node, found)
    seen, window = seen_from(found or results(), node, page)
    facts = replace(facts, results=seen)
    return page_parts.View(
        facts=facts,
        campaign_id=CAMPAIGN,
        pictures=draw(facts),
        reader=Reader("Ana", "Maison Verdelune"),
        trail=[("Résultats", "/results")],
        window=window,
        talk=[page_parts.Subject(TALK, "acq-convert-gonogo")],
    )


def tree_of(found: CampaignResults) -> list[Node]:
    """The tree of results."""
    return [
        Node(id=node.node, key=node.key, name=node.name, parent=node.parent, headcount=node.headcount, asked=())
        for node in found.nodes
    ]


def seen_from(found: CampaignResults, node: UUID, page: int) -> tuple[CampaignResults, Window]:
    """What a node's page is made of."""
    steps = {
        node.node: sum(len(process.steps) for process in node.processes if process.result.state is not State.NOT_ASKED)
        for node in found.nodes
    }
    ids, window = around(tree_of(found), node, page, steps)
    by_id = {each.node: each for each in found.nodes}
    return replace(found, nodes=[by_id[each] for each in ids]), window


def _company(node: NodeResults) -> NodeResults:
    random = Random("records")
    return replace(node, processes=[_with_more(random, process) for process in node.processes])


def _with_more(random: Random, process: ProcessResult) -> ProcessResult:
    kpis = [_recorded(random, kpi) if order % 3 < 2 else kpi for order, kpi in enumerate(process.kpis)]
    steps = [process.steps[0].key, None]
    weakest = min(
        (step for step in process.steps if step.result.value is not None),
        key=lambda step: step.result.value or 0,
        default=None,
    )
    gaps = [_gap(step, order) for order, step in enumerate(steps)] if process.key != "trv" else []
    return replace(
        process,
        kpis=kpis,
        gaps=gaps,
        steps=[replace(step, balanced=_balanced(gaps, step.key, step.result)) for step in process.steps],
        balanced=_balanced(gaps, None, process.result),
        weakest_step=weakest.key if weakest else None,
    )


def _recorded(random: Random, kpi: KpiResult) -> KpiResult:
    rung = random.randint(0, 5)
    share = random.choice([None, 0.2, 0.55, 0.9, 1.05, 1.2])
    attainment = Attainment(
        period_end=date(2026, 1, 31),
        value=0.18,
        interval=None,
        baseline=0.1,
        target=0.25,
        share=share,
        status="unknown" if share is None else "reached" if share >= 1 else "not_reached",
    )
    missing = [{"fr": "personne n’en répond encore", "en": "nobody owns it yet"}] if rung < 3 else []
    factual = Factual(rung=float(rung), missing=missing, waived=[], attainment=attainment, quadrant=None)
    gap = None if kpi.rung is None else kpi.rung - rung
    finding = None
    if gap is not None and abs(gap) > 1:
        finding = "believed_not_evidenced" if gap > 0 else "dead_indicator"
    return replace(kpi, factual=factual, gap=gap, finding=finding)


def _balanced(gaps: list[PerspectiveGap], step: str | None, found: Result) -> Balanced:
    shares = [PerspectiveShare(perspective="manager", share=0.3), PerspectiveShare(perspective="member", share=0.7)]
    why = {each.perspective: State.PROTECTS_OTHERS for each in shares}
    return balanced_of(shares, views_in(gaps, step), found.state, why)


def _gap(step: str | None, order: int) -> PerspectiveGap:
    left, right = View(perspective="manager", mean=3.6, n=9), View(perspective="member", mean=2.7 + 0.6 * order, n=31)
    return PerspectiveGap(
        step=step,
        left=left,
        right=right,
        difference=left.mean - right.mean,
        interval=Interval(low=0.5 - 0.6 * order, high=1.3 - 0.6 * order),
        standard_error=0.2,
        freedom=14.0,
        t=4.1,
        p=0.001,
        effect=1.1,
        flagged=order == 0,
    )


def _team(node: NodeResults) -> NodeResults:
    if node.name == "Magasin de Lille" and node.state is State.SCORED:
        return replace(node, imported="all")
    if node.name == "Grands comptes":
        processes = [replace(process, result=replace(process.result, fragile=True)) for process in node.processes]
        return replace(node, processes=processes, participation=0.4)
    return node


def _summary() -> Summary:
    none = {"fr": "pas de classement : ICC(2) = 0,31", "en": "no ranking: ICC(2) = 0.31"}
    few = {"fr": "moins de cinq équipes se comparent", "en": "fewer than five teams can be compared"}
    numbers = {"teams": 8, "people": 74, "icc1": 0.05, "icc2": 0.31, "f": 1.4, "p": 0.2}
    return Summary(
        comparability=[
            Comparability(process=None, allowed="none", reason=none, **numbers),
            Comparability(process="off", allowed="none", reason=few, **numbers),
        ],
        straight_lining=StraightLining(people=6, overall_without=2.71),
        haste=Haste(people=7, overall_without=2.64),
    )


def campaign(state: CampaignState, name: str) -> Campaign:
    """A campaign as the page of the campaigns lists it."""
    days: dict[str, Any] = {"starts_on": date(2026, 1, 12), "ends_on": date(2026, 2, 6)}
    moments: dict[str, Any] = {
        "created_at": datetime(2026, 1, 1, tzinfo=UTC),
        "launched_at": None,
        "closed_at": None,
        "erased_on": None,
    }
    words: dict[str, Any] = {
        "id": uuid4(),
        "key": "c",
        "name": name,
        "languages": ["fr"],
        "threshold": 5,
        "retention_months": 24,
        "balance": None,
    }
    return Campaign(**words, **days, **moments, state=state, contract_digest=None)
