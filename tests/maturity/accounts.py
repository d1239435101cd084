"""Small scores to explain: published results and ledgers from answers, by an oracle that knows nothing of derivations."""

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from uuid import UUID

from companies import COMPANY, item, kpi, process, questionnaire, step
from oracle import hiding_each_other, pooled

from assess.campaign.model import DONT_KNOW, Contract, ContractQuestionnaire, ContractTeam
from assess.maturity.ledger import GroupLedger, ItemTally, Ledger
from assess.maturity.model import (
    Band,
    Interval,
    ItemResult,
    KpiResult,
    NodeResults,
    ProcessResult,
    Result,
    Staged,
    State,
    StepResult,
)
from assess.maturity.scores.derivation import Facts
from assess.maturity.stages import Evidence, StagedItem, climbed
from assess.questionnaire.model import Item, Kind, Process, Questionnaire, Step, digest_of

K = 5
SCORE = UUID(int=77)
Rows = Sequence[Sequence[int]]


def asked(weights: Sequence[float] = (2, 1, 3, 1, 1, 2, 1)) -> Questionnaire:
    """``acq``: steps a (two items, the first a gate), b (three, two of them sensitive), c (two); one KPI."""
    a, b, c, d, e, f, g = weights
    steps = [
        step("acq-a", [item("acq-a-1", a, gate=True), item("acq-a-2", b)], 2),
        step("acq-b", [item("acq-b-1", c), item("acq-b-2", d, sensitive=True), item("acq-b-3", e, sensitive=True)]),
        step("acq-c", [item("acq-c-1", f), item("acq-c-2", g, options=3)]),
    ]
    return questionnaire("acq", process("acq", steps, [kpi("kpi-acq")]))


def facts_of(teams: Mapping[str, Rows], version: Questionnaire | None = None, *, node: str = "company") -> Facts:
    """The score of the company, or of one team of it: teams of fewer than five are pooled at the company."""
    version = version or asked()
    ids = {key: UUID(int=place + 1) for place, key in enumerate(teams)}
    small = [key for key, rows in teams.items() if len(rows) < K]
    pooled = [row for key in small for row in teams[key]]
    ledgers = {ids[key]: _ledger(version, [ids[key]], rows) for key, rows in teams.items() if key not in small}
    if small:
        ledgers[COMPANY] = _ledger(version, [ids[key] for key in small], pooled)
    counted = list(ledgers.values()) if node == "company" else [ledgers[ids[node]]]
    top = COMPANY if node == "company" else ids[node]
    return Facts(
        campaign_id=UUID(int=99),
        engine="maturity/0",
        inputs_digest="0" * 64,
        threshold=K,
        score=_published(version, top, node, [ledger.groups[0] for ledger in counted]),
        contract=_contract(version, ids, teams),
        questionnaires={digest_of(version): version},
        ledgers=ledgers,
        mask=[],
    )


def _contract(version: Questionnaire, ids: Mapping[str, UUID], teams: Mapping[str, Rows]) -> Contract:
    digest = digest_of(version)
    return Contract(
        campaign_id=UUID(int=99),
        organisation_id=COMPANY,
        organisation="Aubépine",
        key="spring",
        name="Spring",
        starts_on=date(2026, 3, 1),
        ends_on=date(2026, 3, 31),
        languages=["fr"],
        threshold=K,
        anonymity="unlinked",
        questionnaires=[ContractQuestionnaire(digest=digest, key=version.key, version="1.0.0")],
        teams=[
            ContractTeam(
                team_id=ids[key],
                key=key,
                name=key.title(),
                parent_id=None,
                assessment_id=UUID(int=1000 + ids[key].int),
                headcount=len(rows),
                questionnaires=[digest],
            )
            for key, rows in teams.items()
        ],
    )


def _ledger(version: Questionnaire, nodes: list[UUID], rows: Rows) -> Ledger:
    tallies = {}
    for place, each in enumerate(version.items()):
        levels = [row[place] for row in rows if row[place] >= 0]
        unknown = sum(row[place] == DONT_KNOW for row in rows)
        state = State.SCORED if len(levels) >= K else State.BELOW_THRESHOLD if levels else State.NO_ANSWERS
        tallies[each.key] = ItemTally(state=state, n=len(levels), total=sum(levels), dont_know=unknown)
    return Ledger(groups=[GroupLedger(process="acq", nodes=nodes, headcount=max(1, len(rows)), items=tallies)])


# The oracle: plain means of plain means.


def mean(found: Item, tally: ItemTally) -> Fraction:
    low, high = (1, 5) if found.kind is Kind.PRACTICE else (0, 5)
    place = Fraction(tally.total, tally.n) - found.levels[0].ordinal
    return low + (high - low) * place / (found.levels[-1].ordinal - found.levels[0].ordinal)


def weighted(parts: Sequence[tuple[float, Fraction | None]], least: Fraction) -> Fraction | None:
    scored = [(Fraction(weight), value) for weight, value in parts if value is not None]
    weight = sum(weight for weight, _ in scored)
    if not scored or weight < least * sum(Fraction(weight) for weight, _ in parts):
        return None
    return sum(weight * value for weight, value in scored) / weight


def step_value(items: Sequence[Item], group: GroupLedger) -> Fraction | None:
    scored = [each for each in items if group.items[each.key].state is State.SCORED]
    weights = {each.key: Fraction(each.weight) for each in items}
    hiding = hiding_each_other(scored) if len(scored) > 1 else set()
    weights |= pooled({key: weights[key] for key in hiding}, {key: group.items[key].n for key in hiding})
    means = [
        (weights[each.key], mean(each, tally) if tally.state is State.SCORED else None)
        for each in items
        for tally in [group.items[each.key]]
    ]
    return None if len(scored) == 1 and scored[0].sensitive else weighted(means, Fraction(3, 5))


def rolled(groups: Sequence[GroupLedger], values: Sequence[Fraction | None]) -> Fraction | None:
    return weighted([(group.headcount, value) for group, value in zip(groups, values, strict=True)], Fraction(3, 5))


def result(value: Fraction | None, n: int | None = None) -> Result:
    return Result(
        value=None if value is None else float(value),
        index=None,
        interval=None if value is None else Interval(low=float(value), high=float(value)),
        comparison=None,
        n=n,
        coverage=None,
        agreement=None,
        range=None,
        fragile=False,
        state=State.LOW_COVERAGE if value is None else State.SCORED,
    )


def band_of(value: Fraction) -> tuple[Band, Fraction]:
    bands: list[tuple[Fraction, Band]] = [(Fraction(2), "<2"), (Fraction(3), "2-3")]
    found = next((band for bound, band in bands if value < bound), "3-4" if value <= 4 else ">4")
    return found, {"<2": Fraction(3, 2), "2-3": Fraction(5, 2), "3-4": Fraction(7, 2), ">4": Fraction(9, 2)}[found]


def item_mean(found: Item, groups: Sequence[GroupLedger]) -> Fraction | None:
    tallies = [group.items[found.key] for group in groups]
    return rolled(groups, [mean(found, each) if each.state is State.SCORED else None for each in tallies])


def _published(version: Questionnaire, node: UUID, key: str, groups: Sequence[GroupLedger]) -> NodeResults:
    process = version.processes[0]
    values = {each.key: rolled(groups, [step_value(each.items, group) for group in groups]) for each in process.steps}
    whole = weighted([(each.weight, values[each.key]) for each in process.steps], Fraction(2, 3))
    kpis = rolled(groups, [step_value(process.kpis, group) for group in groups])
    steps = [_step(each, groups, values[each.key], kpis) for each in process.steps]
    return NodeResults(
        score_id=SCORE,
        node=node,
        key=key,
        name=key.title(),
        parent=None,
        headcount=sum(group.headcount for group in groups),
        responses=None,
        participation=None,
        imported="none",
        state=State.SCORED,
        overall=result(whole),
        prudent=None,
        indicative=False,
        staged=None,
        processes=[_process(process, groups, steps, whole, values, kpis)],
    )


def _process(
    asked_of: Process,
    groups: Sequence[GroupLedger],
    steps: list[StepResult],
    whole: Fraction | None,
    values: Mapping[str, Fraction | None],
    kpis: Fraction | None,
) -> ProcessResult:
    scored = {key: value for key, value in values.items() if value is not None}
    return ProcessResult(
        key=asked_of.key,
        in_overall=True,
        result=result(whole),
        prudent=None,
        evidenced=None,
        staged=None,
        weakest_step=min(scored, key=lambda key: scored[key], default=None),
        steps=steps,
        kpi_maturity=result(kpis),
        kpis=[
            KpiResult(
                key=each.key,
                result=result(item_mean(each, groups)),
                rung=None,
                awareness=None,
                factual=None,
                gap=None,
                finding=None,
            )
            for each in asked_of.kpis
        ],
        indicative=False,
        gaps=[],
        balanced=None,
    )


def _step(asked_of: Step, groups: Sequence[GroupLedger], value: Fraction | None, kpis: Fraction | None) -> StepResult:
    means = {each.key: item_mean(each, groups) for each in asked_of.items}
    items = [_item(each, means[each.key]) for each in asked_of.items]
    return StepResult(
        key=asked_of.key,
        result=result(value),
        prudent=None,
        evidenced=None,
        staged=_staged(asked_of, means, value, kpis),
        items=items,
        balanced=None,
    )


def _item(found: Item, value: Fraction | None) -> ItemResult:
    band, middle = band_of(value) if found.sensitive and value is not None else (None, value)
    return ItemResult(key=found.key, result=result(middle), band=band, dont_know=None, invisible=False)


def _staged(
    asked_of: Step, means: Mapping[str, Fraction | None], value: Fraction | None, kpis: Fraction | None
) -> Staged | None:
    if value is None:
        return None
    told = {key: None if found is None else float(found) for key, found in means.items()}
    items = [StagedItem(weight=each.weight, gate=each.gate, mean=told[each.key]) for each in asked_of.items]
    evidence = Evidence(value=float(value), items=items, kpi=None if kpis is None else float(kpis), learning=None)
    return climbed(evidence, value=float(value), kpi=evidence.kpi, learning=None).staged
