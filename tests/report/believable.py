"""A believable French company, as facts of a report: eleven teams, of which one is too small to be shown.

The questionnaires and the action library are the real ones; the numbers come from a seeded generator.
"""

import functools
from collections.abc import Sequence
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from random import Random
from uuid import UUID

import msgspec

from assess.campaign.model import ContractQuestionnaire
from assess.maturity import model as maturity
from assess.maturity.model import Agreement, CampaignResults, Hidden, NodeResults, Result, Staged, State, Summary
from assess.questionnaire.files import read_yaml
from assess.questionnaire.model import Process, Questionnaire
from assess.report.model import ItemWords, ProcessWords, ReportFacts, StepWords
from assess.roadmap import model as roadmap
from assess.roadmap.model import Action, Dropped, Library, Owner, PlanBody, PlannedAction, TeamLoad, Vacancy, Why
from assess.words import Language, Text

FILES = Path(__file__).parents[2] / "questionnaires"

TEAMS: dict[str, dict[str, int]] = {
    "Commerce": {"Ventes Lyon": 12, "Ventes Nantes": 9, "Grands comptes": 8, "Boutique en ligne": 7},
    "Offre et marketing": {"Produit": 10, "Marketing": 8, "Données": 3},
    "Relation client": {
        "Service client": 14,
        "Magasin de Bordeaux": 11,
        "Magasin de Lille": 9,
        "Magasin de Strasbourg": 6,
    },
}
PROTECTING = {"Marketing"}
"""Hidden beside the small team, which could be found by subtraction otherwise."""
ASKED = {"Commerce": "acq", "Offre et marketing": "off", "Relation client": "exp"}
STARTS = date(2026, 3, 2)


@functools.cache
def questionnaires() -> list[Questionnaire]:
    """The published standard questionnaires."""
    names = ("acquisition", "offer", "experience", "transversal")
    return [read_yaml(FILES / name / "1.0.0.yaml", Questionnaire) for name in names]


@functools.cache
def library() -> Library:
    """The starter library."""
    return read_yaml(FILES / "actions.yaml", Library)


def believable(
    language: Language = "fr",
    *,
    organisation: str = "Maison Verdelune",
    teams: dict[str, dict[str, int]] | None = None,
    actions: int = 26,
    missing: Sequence[str] = (),
    kpis: bool = True,
) -> ReportFacts:
    """Facts in ``language``: ``missing`` processes have no result, ``actions`` are planned, ``kpis`` were asked or not."""
    asked = questionnaires()
    words = [process_words(process) for questionnaire in asked for process in questionnaire.processes]
    body = results(words, TEAMS if teams is None else teams, missing=missing, kpis=kpis)
    return ReportFacts(
        language=language,
        organisation=organisation,
        campaign="Baromètre client 2026",
        starts_on=date(2026, 1, 12),
        ends_on=date(2026, 2, 6),
        facts_on=date(2026, 2, 16),
        plan_number=1,
        processes=words,
        questionnaires=[
            ContractQuestionnaire(key=each.key, version=each.version, digest=sha256(each.key.encode()).hexdigest())
            for each in asked
        ],
        results=body,
        plan=plan(body, actions),
    )


def process_words(process: Process) -> ProcessWords:
    """The names of a process."""
    return ProcessWords(
        key=process.key,
        title=process.title,
        in_overall=process.in_overall,
        steps=[StepWords(key=step.key, title=step.title) for step in process.steps],
        kpis=[item_words(item) for item in process.kpis],
    )


def item_words(item: object) -> ItemWords:
    """The name of an item."""
    return msgspec.convert(item, ItemWords, from_attributes=True)


def results(
    words: list[ProcessWords], teams: dict[str, dict[str, int]], *, missing: Sequence[str] = (), kpis: bool = True
) -> CampaignResults:
    """Results of the company, its departments and its teams; teams of fewer than five are hidden."""
    random = Random("Verdelune")
    root = identity("company")
    headcount = sum(sum(group.values()) for group in teams.values())
    nodes = [_node(random, words, "Maison Verdelune", None, headcount, None, missing=missing, kpis=kpis)]
    mask = []
    for department, group in teams.items():
        asked = ASKED.get(department, "acq")
        nodes.append(_node(random, words, department, root, sum(group.values()), asked, missing=missing, kpis=kpis))
        for name, people in group.items():
            nodes.append(_node(random, words, name, identity(department), people, asked, missing=missing, kpis=kpis))
            if nodes[-1].state is not State.SCORED:
                mask.append(
                    Hidden(
                        node=identity(name), key="t", name=name, process=None, perspective=None, reason=nodes[-1].state
                    )
                )
    return CampaignResults(
        campaign_id=identity("campaign"),
        engine=maturity.ENGINE,
        inputs_digest=sha256(b"inputs").hexdigest(),
        threshold=5,
        summary=Summary(comparability=[], straight_lining=None, haste=None),
        nodes=nodes,
        mask=mask,
    )


def identity(name: str) -> UUID:
    """An id that the name gives."""
    return UUID(bytes=sha256(name.encode()).digest()[:16])


BASE = {"acq": 3.05, "off": 2.35, "exp": 3.2, "trv": 2.7}


def _node(
    random: Random,
    words: list[ProcessWords],
    name: str,
    parent: UUID | None,
    headcount: int,
    asked: str | None,
    *,
    missing: Sequence[str],
    kpis: bool,
) -> NodeResults:
    hidden = headcount < 5 or name in PROTECTING
    responses = None if hidden else max(5, round(headcount * random.uniform(0.7, 0.95)))
    state = State.BELOW_THRESHOLD if headcount < 5 else State.PROTECTS_OTHERS if hidden else State.SCORED
    shown = {process.key: process for process in words if asked is None or process.key in {asked, "trv"}}
    processes = [
        _process(random, process, responses, state, missing=process.key in missing, kpis=kpis and parent is None)
        for process in shown.values()
    ]
    known = [process.result.value for process in processes if process.in_overall and process.result.value is not None]
    complete = len(known) == 3
    mean = sum(known) / len(known) if known else 0
    return NodeResults(
        score_id=identity(f"score of {name}"),
        node=identity("company") if parent is None else identity(name),
        key="node",
        name=name,
        parent=parent,
        headcount=headcount,
        responses=responses,
        participation=None if responses is None else responses / headcount,
        imported="none" if responses is not None else None,
        state=state,
        overall=scored(mean, responses or 0) if complete else absent(State.LOW_COVERAGE),
        prudent=None,
        indicative=False,
        staged=None,
        processes=processes,
    )


def scored(value: float, n: int, *, width: float = 0.25) -> Result:
    """A result that can be shown."""
    interval = maturity.Interval(low=max(1, value - width), high=min(5, value + width))
    return Result(
        value=value,
        index=25 * (value - 1),
        interval=interval,
        comparison=interval,
        n=n,
        coverage=1.0,
        agreement=Agreement(
            deviation=0.7,
            spread=None,
            r_wg=0.8,
            r_wg_star=0.6,
            r_wg_skewed=None,
            r_wg_star_skewed=None,
            strength="moderate",
            consensus=True,
            split=False,
        ),
        range=None,
        fragile=False,
        state=State.SCORED,
    )


def absent(state: State) -> Result:
    """A result that is not there."""
    return Result(
        value=None,
        index=None,
        interval=None,
        comparison=None,
        n=None,
        coverage=None,
        agreement=None,
        range=None,
        fragile=False,
        state=state,
    )


def _process(
    random: Random, words: ProcessWords, n: int | None, state: State, *, missing: bool, kpis: bool
) -> maturity.ProcessResult:
    reason = state if n is None else State.LOW_COVERAGE if missing else None
    base = BASE.get(words.key, 3)
    steps = [_step(step.key, random.gauss(base, 0.45), n or 0, reason) for step in words.steps]
    values = [step.result.value for step in steps if step.result.value is not None]
    mean = sum(values) / len(values) if values else 0
    return maturity.ProcessResult(
        key=words.key,
        in_overall=words.in_overall,
        result=absent(reason) if reason else scored(mean, n or 0, width=0.16),
        prudent=None,
        evidenced=None,
        staged=None if reason else staged(mean),
        weakest_step=None,
        steps=steps,
        kpi_maturity=absent(State.NOT_ASKED),
        kpis=[_kpi(random, item.key, n or 0, order) for order, item in enumerate(words.kpis)] if kpis else [],
        indicative=False,
        gaps=[],
        balanced=None,
    )


def _step(key: str, value: float, n: int, reason: State | None) -> maturity.StepResult:
    value = min(4.6, max(1.2, value))
    result = absent(reason) if reason else scored(value, n, width=0.35)
    return maturity.StepResult(
        key=key,
        result=result,
        prudent=None,
        evidenced=None,
        staged=None if reason else staged(value),
        items=[],
        balanced=None,
    )


UNRECORDED: dict[str, None] = {"factual": None, "gap": None, "finding": None}
"""Nobody keeps a record of the KPI."""


def _kpi(random: Random, key: str, n: int, order: int) -> maturity.KpiResult:
    if order == 4:
        return maturity.KpiResult(key=key, result=absent(State.LOW_COVERAGE), rung=None, awareness=None, **UNRECORDED)
    mean = min(4.8, max(0.2, random.gauss(2.1, 1.1)))
    result = msgspec.structs.replace(
        scored(mean, n), interval=maturity.Interval(low=max(0, mean - 0.5), high=min(5, mean + 0.5))
    )
    return maturity.KpiResult(key=key, result=result, rung=int(mean), awareness=0.7, **UNRECORDED)


def staged(value: float) -> Staged:
    """A staged level below the mean."""
    return Staged(level=int(value), blocked_at=int(value) + 1, blocked_by=["gate"], confirmed=value % 1 > 0.3)


def plan(body: CampaignResults, count: int) -> PlanBody:
    """A plan of ``count`` actions of the library over twelve months."""
    shelf = library()
    titles = {role.key: role for role in shelf.roles}
    order = [action for phase in (1, 2, 3) for action in shelf.actions if action.phase == phase]
    chosen = [*order[: max(0, count - 2)], *[action for action in order if action.phase == 3][: min(2, count)]][:count]
    planned = [_planned(action, rank, titles) for rank, action in enumerate(chosen, start=1)]
    vacant = sorted({action.owner.role for action in planned if action.owner.vacant})
    leaves = [node for node in body.nodes[1:] if node.parent != body.nodes[0].node]
    random = Random("loads")
    return PlanBody(
        engine=roadmap.ENGINE,
        library=sha256(b"starter").hexdigest(),
        starts_on=STARTS,
        months=12,
        actions=planned,
        dropped=[
            Dropped(action=action.key, title=action.title, phase=action.phase, reason="no_capacity", text=NO_ROOM)
            for action in order[40:43]
        ]
        if count
        else [],
        loads=[
            TeamLoad(
                team_id=node.node,
                name=node.name,
                capacity=[5.0] * 12,
                used=[round(min(5.0, random.uniform(0, 7)), 1) if month < 9 else 0.0 for month in range(12)],
            )
            for node in leaves
        ]
        if count
        else [],
        vacancies=[
            Vacancy(
                role=role,
                title=titles[role].title,
                actions=[action.action for action in planned if action.owner.role == role],
            )
            for role in vacant
        ],
        index_now=body.nodes[0].overall.index,
        index_then=None if body.nodes[0].overall.index is None else body.nodes[0].overall.index + 8.4,
    )


NO_ROOM: Text = {
    "fr": "Il manque 6 jours à l’équipe qui la porterait : à reprendre l’an prochain.",
    "en": "The team that would carry it lacks 6 days: to be taken up next year.",
}


def _planned(action: Action, rank: int, titles: dict[str, roadmap.LibraryRole]) -> PlannedAction:
    start = {1: rank % 3, 2: 2 + rank % 7, 3: 9}[action.phase]
    end = min(11, start + action.duration - 1)
    role = titles[action.role]
    owner = Owner(
        role=role.key,
        title=role.title,
        vacant=role.to_appoint,
        name=None if role.to_appoint or rank % 2 else "Camille Aubry",
        team=None if role.to_appoint else "Ventes Lyon",
    )
    month = date(2026 + (STARTS.month - 1 + start) // 12, (STARTS.month - 1 + start) % 12 + 1, 1)
    return PlannedAction(
        action=action.key,
        title=action.title,
        phase=action.phase,
        process=action.process,
        rank=rank,
        start_month=start,
        end_month=end,
        starts_on=max(STARTS, month),
        ends_on=month + timedelta(days=30 * action.duration),
        owner=owner,
        benefit=1.2,
        kpi_benefit=0.0,
        enabling=0.4,
        priority=12.0,
        effort=action.internal_pd,
        external_pd=action.external_pd,
        unassigned=0.0,
        demand={},
        gaps=[],
        kpis=[],
        why=[Why(code="core_set_up" if action.core else "closes_gaps", text=WHY[rank % 2])],
        first_step=action.first_step.text,
        first_step_owner=owner,
        first_step_due=max(STARTS, month) + timedelta(days=action.first_step.due_days),
        decision_point=action.phase == 3,
    )


WHY: list[Text] = [
    {
        "fr": "Rien ne peut commencer sur ce processus avant que ses étapes et son responsable ne soient posés.",
        "en": "Nothing can start on this process before its steps and its owner are settled.",
    },
    {
        "fr": "Comble l’écart de 3 équipes sur « Décider d’y aller ou non » : 1,4 point d’indice.",
        "en": "Closes the gap of 3 teams on “Decide whether to go”: 1.4 index points.",
    },
]
