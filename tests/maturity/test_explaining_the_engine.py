"""What the engine publishes is what the explanation derives from its ledgers, at every node of random companies."""

import random
from collections.abc import Iterator
from fractions import Fraction

import msgspec
import pytest
from companies import ACQ, EXP, OFF, TRV, Company, answers, item, kpi, process, questionnaire, random_company, step
from test_records import DEFINED, ENDS, record, value

from assess.maturity.computed import Computed, ledger_of
from assess.maturity.engine import computed
from assess.maturity.model import NodeResults, Result, State
from assess.maturity.scores.derivation import Derived, Facts, derived
from assess.maturity.scores.lines import walk
from assess.maturity.scores.simulation import simulate
from assess.questionnaire.model import Questionnaire


def scores_of(company: Company) -> Iterator[Facts]:
    """Each node of a company, ready to be explained."""
    inputs = company.inputs()
    found: Computed = computed(inputs, "0" * 64)
    ledgers = {node.node: ledger_of(node) for node in found.nodes}
    for node in found.nodes:
        yield Facts(
            campaign_id=found.campaign_id,
            engine=found.engine,
            inputs_digest=found.inputs_digest,
            threshold=found.threshold,
            score=msgspec.json.decode(node.body, type=NodeResults),
            contract=inputs.contract,
            questionnaires=inputs.questionnaires,
            ledgers=ledgers,
            mask=found.mask,
        )


def published(score: NodeResults) -> Iterator[tuple[str, Result]]:
    """Every result of a node that is no single item, with its address."""
    yield "overall", score.overall
    for found in score.processes:
        yield found.key, found.result
        if found.kpis and not found.indicative:
            yield f"{found.key}:kpis", found.kpi_maturity
        for each in () if found.indicative else found.steps:
            yield each.key, each.result


def check(facts: Facts, score: Derived) -> int:
    """All numbers agree to 1e-9, all states are the same, and everything adds up; how many numbers there were."""
    lines, numbers = score.addressed(), 0
    for of, result in published(facts.score):
        line = lines[of]
        assert (line.state, line.value is None) == (result.state, result.value is None), (of, line.state, result.state)
        if line.value is not None:
            assert float(line.value) == pytest.approx(result.value, abs=1e-9), of
            numbers += 1
    for place, found in enumerate(facts.score.processes):
        for each in [*(each for part in found.steps for each in part.items), *found.kpis]:
            known = score.items.get((place, each.key))
            if known is None:  # a KPI with a record that nobody is asked about
                continue
            assert known.line.state is each.result.state, each.key
            if getattr(each, "band", None) is None and each.result.value is not None:
                assert not known.banded, each.key
                assert float(known.line.value) == pytest.approx(each.result.value, abs=1e-9), each.key
                assert known.line.n == each.result.n
            else:
                assert (known.line.value, known.line.n) == (None, None)
    told_by_band = {
        each.key for found in facts.score.processes for part in found.steps for each in part.items if each.band
    }
    for line in walk(score.root):
        assert line.value is None or line.of.partition("@")[0] not in told_by_band, line.of
        counting = [part for part in line.parts if part.share is not None]
        if counting:
            assert line.value == line.base + sum(part.contribution() for part in counting)
            assert sum(part.share for part in counting) == 1
    return numbers


@pytest.mark.parametrize("seed", range(60))
def test_every_published_number_of_a_company_is_derived_exactly(seed):
    assert sum(check(facts, derived(facts)) for facts in scores_of(random_company(seed))) >= 0


def wide(die: random.Random, key: str) -> Questionnaire:
    """Steps of one to four items of any weight, some of them sensitive, with scales of two to six options."""
    steps = []
    for number in range(die.randint(1, 4)):
        items = [
            item(
                f"{key}-{number}-{place}",
                die.choice([0.1, 0.5, 1, 2, 3.3]),
                options=die.randint(2, 6),
                gate=die.random() < 0.3,
                sensitive=die.random() < 0.3,
            )
            for place in range(die.randint(1, 4))
        ]
        steps.append(step(f"{key}-{number}", items, die.choice([0.7, 1, 2])))
    return questionnaire(key, process(key, steps, [kpi(f"kpi-{key}-{n}") for n in range(die.randint(0, 2))]))


def wide_company(seed: int) -> Company:
    """Teams of a tree that all answer questionnaires of any shape."""
    die = random.Random(seed)
    versions = [wide(die, key) for key in ("acq", "off", "exp")]
    company = Company(*versions)
    columns = [each for version in versions for each in version.items()]
    parents = [None, company.parent("p-0"), company.parent("p-1")]
    for number in range(die.randint(1, 7)):
        rows = [
            [
                level if level < 0 else columns[at].lowest + level % len(columns[at].levels)
                for at, level in enumerate(row)
            ]
            for row in answers(die, die.choice([0, 3, 5, 6, 9]), len(columns), silence=die.choice([0.05, 0.4]))
        ]
        company.team(f"t-{number}", rows, die.choice(parents), invited=len(rows) + die.choice([0, 0, 2]))
    return company


@pytest.mark.parametrize("seed", range(80))
def test_whatever_is_asked_is_derived_exactly(seed):
    for facts in scores_of(wide_company(seed)):
        check(facts, derived(facts))


@pytest.mark.parametrize("seed", range(30))
def test_without_a_change_a_simulation_is_what_is_published(seed):
    for facts in scores_of(wide_company(seed)):
        found, score = simulate(facts, []), facts.score
        assert all(each.before == each.after for each in [*found.steps, *found.processes])
        assert (found.overall and found.overall.after.decimal) == pytest.approx(score.overall.value)
        weakest = [None if each.indicative else each.weakest_step for each in score.processes]
        assert [(each.before, each.after) for each in found.weakest] == [(each, each) for each in weakest]
        staged = {each.key: each.staged for process in score.processes for each in process.steps if each.staged}
        staged |= {each.key: each.staged for each in score.processes if each.staged}
        staged |= {"overall": score.staged} if score.staged else {}
        assert {each.of: (each.before, each.after, each.blocked_by) for each in found.staged} == {
            of: (each.level, each.level, each.blocked_by) for of, each in staged.items()
        }


def recorded(company: Company, die: random.Random) -> Company:
    """The same company, some of whose teams have records of their KPIs: defined, or measured as well."""
    for team in company.teams:
        for version in company.versions.values():
            for each in version.processes[0].kpis:
                if team.assessment_id and die.random() < 0.7:
                    made = record(DEFINED, measures=die.choice([[], [value(day) for day in ENDS]]))
                    named = msgspec.structs.replace(
                        made, team_id=team.team_id, kpi=each.key, process=version.processes[0].key
                    )
                    company.records.append(named)
    return company


def test_kpi_maturity_is_explained_by_records_where_they_are():
    facts = 0
    for seed in range(40):
        for found in scores_of(recorded(wide_company(seed), random.Random(seed))):
            score = derived(found)
            check(found, score)
            facts += sum(line.factual for line in walk(score.root))
    assert facts > 50


def test_two_versions_of_one_process_are_explained_side_by_side():
    other = msgspec.structs.replace(ACQ, key="acq-old")
    company = Company(ACQ, other)
    company.team("new", [[3, 4, 2, 5, 3]] * 6, asked=[ACQ])
    company.team("old", [[1, 2, 1, 1, 0]] * 6, asked=[other])
    for facts in scores_of(company):
        score = derived(facts)
        for found, line in zip(facts.score.processes, score.processes, strict=True):
            assert line.state is found.result.state
            assert (line.value and float(line.value)) == pytest.approx(found.result.value)
        assert score.root.value is None


def test_the_random_companies_have_something_to_explain():
    numbers = sum(check(facts, derived(facts)) for seed in range(20) for facts in scores_of(wide_company(seed)))
    assert numbers > 300


def test_a_short_form_is_explained_by_its_process_alone():
    short = msgspec.structs.replace(ACQ, indicative=True)
    company = Company(short, OFF, EXP, TRV)
    company.team("one", [[3, 4, 2, 5, 3] * 4] * 6)
    for facts in scores_of(company):
        score = derived(facts)
        check(facts, score)
        line = score.processes[0]
        assert [(part.kind, part.share, part.value) for part in line.parts] == [("combined", Fraction(1), line.value)]
        assert line.state is State.SCORED
