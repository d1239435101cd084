"""From sealed answers to published results: roll-up, states, mask, and what must leave no trace."""

import random
import subprocess
import sys
from functools import cache
from hashlib import sha256

import msgspec
import pytest
from companies import (
    ACQ,
    COMPANY,
    EXP,
    NA,
    OFF,
    PLAIN,
    TRV,
    Company,
    answers,
    item,
    process,
    questionnaire,
    random_company,
    small,
    step,
)
from goldens import GOLDEN
from test_scoring import G1, STEPS

from assess.campaign.model import DONT_KNOW as DK
from assess.campaign.model import NO_ANSWER, SealedTeam
from assess.maturity.computed import campaign_results, ledger_of, read
from assess.maturity.engine import compute, computed, results_of
from assess.maturity.facts import Inputs, written
from assess.maturity.model import Result, State
from assess.maturity.scoring import index


def nodes(company):
    return {node.key: node for node in company.results().nodes}


def processes(node):
    return {found.key: found for found in node.processes}


def same(level, people=6, columns=5):
    return [[level] * columns] * people


def results_in(value):
    """Every Result, however deep."""
    if isinstance(value, Result):
        yield value
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from results_in(getattr(value, name))
    elif isinstance(value, list):
        for part in value:
            yield from results_in(part)


# The golden team, from bytes to bytes.


def golden():
    asked = [item("a", 2), item("b"), item("c"), item("d")]
    company = Company(questionnaire("q", process("q", [step("s", asked)])))
    return company, company.team("team", G1, invited=8)


def test_the_golden_team_goes_through_the_engine():
    company, _ = golden()
    found = nodes(company)["team"].processes[0].steps[0]
    assert found.result.value == pytest.approx(GOLDEN["G1"]["step"], rel=1e-9)
    assert found.result.index == pytest.approx(GOLDEN["G1"]["index"], rel=1e-9)
    assert [found.result.interval.low, found.result.interval.high] == pytest.approx(GOLDEN["G1"]["ci"], rel=1e-9)
    ends = [index(found.result.interval.low), index(found.result.interval.high)]
    assert ends == pytest.approx(GOLDEN["G1"]["ci_index"], rel=1e-9)
    assert (found.result.n, found.result.coverage) == (6, 1.0)
    assert found.prudent == pytest.approx(GOLDEN["G1_prudent"], rel=1e-9)
    assert [each.result.value for each in found.items] == pytest.approx(
        list(GOLDEN["G1"]["item_mean"].values()), rel=1e-9
    )
    assert [each.dont_know for each in found.items] == [0.0, 0.15, 0.0, 0.15]


def saying(mean, people=10):
    """Levels of so many people with this mean; none: nobody knows."""
    if mean is None:
        return [DK] * people
    low, more = divmod(round(people * mean), people)
    return [low + (number < more) for number in range(people)]


def test_the_golden_chain_goes_through_the_engine():
    columns, bodies = [], []
    for key, steps in STEPS.items():
        asked = [step(name, [item(f"{key}-{name}")], weight) for name, (_, weight) in steps.items()]
        bodies.append(questionnaire(key, process(key, asked)))
        columns += [saying(mean) for mean, _ in steps.values()]
    company = Company(*bodies)
    company.team("team", list(zip(*columns, strict=True)))
    found = nodes(company)["team"]
    for key, golden in ((key, GOLDEN["G2"][key]) for key in STEPS):
        told = processes(found)[key]
        assert (told.result.value, told.result.coverage) == pytest.approx(
            (golden["score"], golden["coverage"]), rel=1e-9
        )
        weakest = next(each for each in told.steps if each.key == told.weakest_step)
        assert [weakest.result.value, weakest.key] == [
            pytest.approx(golden["weakest"][0], rel=1e-9),
            golden["weakest"][1],
        ]
    assert found.overall.value == pytest.approx(GOLDEN["G2"]["overall"], rel=1e-9)
    assert found.overall.index == pytest.approx(GOLDEN["G2"]["overall_index"], rel=1e-9)


def test_a_company_of_one_team_says_what_the_team_says():
    company, _ = golden()
    found = nodes(company)
    for whole, team in zip(results_in(found["company"]), results_in(found["team"]), strict=True):
        assert msgspec.structs.replace(whole, range=None) == team
        assert whole.range is None or whole.range.low == whole.range.high == team.value


# Parents.


def test_a_step_of_a_parent_is_the_mean_of_its_teams_by_headcount():
    company = Company(ACQ)
    company.team("a", same(2), invited=6)
    company.team("b", same(4), invited=12)
    found = nodes(company)["company"].processes[0]
    assert found.result.value == pytest.approx((6 * 2 + 12 * 4) / 18)
    assert [each.result.value for each in found.steps] == pytest.approx([(6 * 2 + 12 * 4) / 18] * 2)
    assert found.kpi_maturity.value == pytest.approx((6 * 2 + 12 * 4) / 18)
    assert found.result.n == 12


def test_low_participation_does_not_silence_a_team():
    company = Company(ACQ)
    company.team("a", same(2, people=6), invited=12)
    company.team("b", same(4, people=12), invited=12)
    assert nodes(company)["company"].processes[0].result.value == pytest.approx(3.0)


def test_people_of_hidden_teams_still_count_above():
    company = Company(ACQ)
    company.team("a", same(2, people=4))
    company.team("b", same(2, people=6))
    company.team("c", same(5, people=10))
    found = nodes(company)
    assert [found[key].processes[0].result.state for key in "abc"] == [
        State.BELOW_THRESHOLD,
        State.PROTECTS_OTHERS,
        State.SCORED,
    ]
    assert (found["company"].responses, found["company"].processes[0].result.n) == (20, 20)
    assert found["company"].processes[0].result.value == pytest.approx((10 * 2 + 10 * 5) / 20)


def test_a_step_counts_only_the_teams_that_were_asked_it():
    company = Company(ACQ, OFF)
    company.team("a", same(2), asked=[ACQ])
    company.team("b", same(4, people=9), asked=[OFF])
    found = nodes(company)
    assert processes(found["a"])["off"].result.state is State.NOT_ASKED
    assert (processes(found["company"])["acq"].result.n, processes(found["company"])["off"].result.n) == (6, 9)
    assert processes(found["company"])["acq"].result.value == 2.0


@pytest.mark.parametrize(
    ("silent", "state"),
    [pytest.param(6, State.SCORED, id="60 % are heard"), pytest.param(7, State.LOW_COVERAGE, id="fewer are heard")],
)
def test_a_parent_s_step_needs_60_percent_of_the_invited_in_scored_teams(silent, state):
    company = Company(ACQ)
    company.team("a", same(3, people=9))
    company.team("b", [], invited=silent)
    found = nodes(company)
    assert found["company"].processes[0].steps[0].result.state is state
    assert found["b"].processes[0].result.state is State.NO_ANSWERS


def test_a_census_of_some_teams_is_no_census_of_the_company():
    company = Company(ACQ)
    company.team("a", [[2, 3, 2, 3, 2]] * 3 + [[3, 2, 3, 4, 4]] * 6)
    company.team("b", [], invited=3)
    found = nodes(company)
    team, whole = (found[key].processes[0].result.interval for key in ("a", "company"))
    assert team.low == team.high
    assert whole.low < whole.high


# The overall score and the levels.


def core(company, level=3):
    for number, asked in enumerate((ACQ, OFF, EXP)):
        company.team(f"t{number}", same(level + number % 2), asked=[asked])


def test_the_overall_is_the_mean_of_the_three_processes():
    company = Company(EXP, OFF, ACQ, TRV)
    core(company)
    company.team("x", same(1, people=20), asked=[TRV])
    found = nodes(company)["company"]
    assert found.overall.value == pytest.approx((3 + 4 + 3) / 3)
    assert found.overall.n == 18
    assert [each.key for each in found.processes] == ["acq", "off", "exp", "trv"]


@pytest.mark.parametrize("missing", [ACQ, OFF, EXP], ids=lambda found: found.key)
def test_the_overall_is_never_shown_without_one_of_the_three(missing):
    company = Company(*(found for found in (ACQ, OFF, EXP) if found is not missing))
    for found in company.versions.values():
        company.team(f"t-{found.key}", same(3), asked=[found])
    assert nodes(company)["company"].overall.state is State.NOT_ASKED


def test_the_overall_says_why_it_is_missing():
    company = Company(ACQ, OFF, EXP)
    core(company)
    company.answers[2] = SealedTeam(team_id=company.teams[2].team_id, rows=same(3, people=4))
    found = nodes(company)["company"]
    assert (found.overall.state, found.overall.value, found.staged) == (State.BELOW_THRESHOLD, None, None)
    assert processes(found)["acq"].result.state is State.SCORED


def test_levels_need_indicators_and_learning_of_the_same_node():
    company = Company(ACQ)
    company.team("a", [[4, 4, 4, 4, 2]] * 6)
    company.team("b", [[4, 4, 4, 4, DK]] * 6)
    company.team("c", [[5, 5, 5, 5, 5]] * 6)
    found = {key: node.processes[0] for key, node in nodes(company).items()}
    assert (found["a"].staged.level, found["a"].staged.blocked_by) == (3, ["kpi"])
    assert (found["b"].staged.level, found["b"].staged.blocked_by) == (3, ["not_measured"])
    assert (found["c"].staged.level, found["c"].staged.blocked_by) == (4, ["not_measured"])


def test_learning_opens_level_five_and_a_census_confirms_it():
    learning = questionnaire("trv", process("trv", [step("trv-learning", [item("trv-learning-a")])], in_overall=False))
    company = Company(ACQ, learning)
    company.team("a", same(5, columns=6))
    found = processes(nodes(company)["a"])["acq"]
    assert (found.staged.level, found.staged.blocked_at, found.staged.confirmed) == (5, None, True)


@pytest.mark.parametrize(
    ("learning", "confirmed"), [pytest.param(3, False, id="just enough"), pytest.param(4, True, id="more than enough")]
)
def test_a_level_that_learning_opens_is_confirmed_at_learning_s_lower_bound(learning, confirmed):
    body = questionnaire("trv", process("trv", [step("trv-learning", [item("trv-learning-a")])], in_overall=False))
    company = Company(ACQ, body)
    company.team("a", [[5] * 5 + [learning]] * 6, invited=8)
    staged = processes(nodes(company)["a"])["acq"].staged
    assert (staged.level, staged.confirmed) == (5, confirmed)


def test_the_weakest_step_is_named_the_first_of_equals():
    company = Company(ACQ)
    company.team("a", [[3, 3, 2, 2, 3]] * 6)
    company.team("b", same(3))
    found = nodes(company)
    assert (found["a"].processes[0].weakest_step, found["b"].processes[0].weakest_step) == ("acq-b", "acq-a")


# Participation, sensitive items, who does not know.


@pytest.mark.parametrize(
    ("people", "invited", "state", "fragile"),
    [
        pytest.param(50, 100, State.SCORED, False, id="50 %"),
        pytest.param(49, 100, State.SCORED, True, id="fewer than half are fragile"),
        pytest.param(30, 100, State.SCORED, True, id="30 %"),
        pytest.param(299, 1000, State.LOW_PARTICIPATION, False, id="fewer than 30 % are not shown"),
    ],
)
def test_participation_decides_what_may_be_said(people, invited, state, fragile):
    company = Company(ACQ)
    company.team("a", same(3, people=people), invited=invited)
    found = nodes(company)["a"].processes[0]
    assert (found.result.state, found.result.fragile) == (state, fragile)


@pytest.mark.parametrize(
    ("level", "band", "middle"),
    [(1.5, "<2", 1.5), (2, "2-3", 2.5), (2.5, "2-3", 2.5), (3, "3-4", 3.5), (4, "3-4", 3.5), (4.5, ">4", 4.5)],
)
def test_of_a_sensitive_item_only_the_band_is_told(level, band, middle):
    company = Company(ACQ)
    company.team("a", [[3, 3, 3, int(level + half), 3] for half in (0, 0.5)] * 3)
    found = nodes(company)["a"].processes[0]
    _, sensitive = found.steps[1].items
    assert (sensitive.band, sensitive.result.value) == (band, middle)
    assert [each.band for each in found.steps[0].items] == [None, None]


def stepped(*asked):
    """A company that is asked one step."""
    return Company(questionnaire("q", process("q", [step("s", asked)])))


def told(node):
    """What is told of each item of the only step: its band, or its value."""
    return [each.band or each.result.value for each in node.processes[0].steps[0].items]


def test_the_one_sensitive_item_of_a_step_is_not_given_away_by_the_others():
    """The step's score less the other means would be its mean, so the lightest of the others is told by its band as well."""
    company = stepped(item("a", 3), item("b", 2), item("c", 2), item("d", sensitive=True))
    company.team("t", [[2, 3, 3, 4]] * 6)
    found = nodes(company)["t"]
    assert told(found) == [2.0, 3.0, "3-4", "3-4"]
    banded = found.processes[0].steps[0].items[2].result
    assert (banded.interval, banded.comparison, banded.agreement, banded.range) == (None, None, None, None)


def test_two_sensitive_items_protect_each_other():
    company = stepped(item("a"), item("b"), item("c", sensitive=True), item("d", sensitive=True))
    company.team("t", [[2, 3, 3, 4]] * 6)
    assert told(nodes(company)["t"]) == [2.0, 3.0, "3-4", "3-4"]


def test_what_protects_one_team_is_told_by_its_band_everywhere():
    """Another team's mean of it, taken from their parent's, would be the first team's."""
    company = stepped(item("a"), item("b"), item("c", sensitive=True), item("d", sensitive=True))
    company.team("two", [[2, 3, 3, 4]] * 6)
    company.team("one", [[2, 3, 3, DK]] * 6)
    found = nodes(company)
    assert told(found["two"]) == [2.0, "3-4", "3-4", "3-4"]
    assert told(found["one"]) == [2.0, "3-4", "3-4", None]
    assert told(found["company"])[1] == "3-4"


def test_a_step_that_rests_on_one_sensitive_item_alone_has_no_score():
    company = stepped(item("a", 2, sensitive=True), item("b"))
    company.team("t", [[2, DK]] * 6)
    found = nodes(company)["t"].processes[0].steps[0]
    assert (found.result.state, found.result.value) == (State.LOW_COVERAGE, None)
    assert found.items[0].band == "2-3"


def test_what_a_third_of_the_people_do_not_know_is_invisible():
    company = Company(ACQ)
    company.team("a", [[DK, 3, 3, 3, 3]] * 3 + [[3, DK, 3, 3, 3]] * 2 + [[3, 3, 3, 3, 3]] * 5)
    one, other = nodes(company)["a"].processes[0].steps[0].items
    assert (one.dont_know, one.invisible) == (0.3, True)
    assert (other.dont_know, other.invisible) == (0.2, False)


def test_how_many_do_not_know_is_told_of_enough_people_only():
    company = Company(ACQ)
    company.team("a", [[DK, 3, 3, 3, 3]] * 2 + [[3, 3, 3, 3, 3]] * 2 + [[NO_ANSWER, 3, 3, 3, 3]] * 2)
    found = nodes(company)["a"].processes[0].steps[0].items[0]
    assert (found.result.state, found.dont_know, found.invisible) == (State.BELOW_THRESHOLD, None, False)


def test_an_indicator_says_rung_and_awareness_beside_its_mean():
    company = Company(ACQ)
    company.team("a", [[3, 3, 3, 3, rung] for rung in (3, 2, 4, 3, DK, 1, 3, 3, 2)])
    found = nodes(company)["a"].processes[0]
    assert (found.kpis[0].result.value, found.kpis[0].result.index, found.kpis[0].rung) == (2.625, 52.5, 3)
    assert found.kpis[0].awareness == 0.9  # 8 of 9, in steps of 5 %
    assert (found.kpi_maturity.value, found.kpi_maturity.n) == (2.625, 8)


def test_two_versions_of_one_process_make_no_overall_score():
    newer = msgspec.structs.replace(small("acq"), version="1.1.0")
    company = Company(ACQ, newer, OFF, EXP)
    core(company)
    company.team("d", same(3), asked=[newer])
    found = nodes(company)
    assert [each.key for each in found["company"].processes] == ["acq", "acq", "off", "exp"]
    assert (found["company"].overall.state, found["company"].overall.value) == (State.LOW_COVERAGE, None)


def test_an_item_that_does_not_apply_takes_its_weight_with_it_once_that_is_confirmed():
    company = Company(ACQ)
    team = company.team("a", [[NA, 3, 4, 4, 2]] * 6)
    company.exempt(team, "acq-a-1")
    found = nodes(company)["a"].processes[0]
    assert found.steps[0].items[0].result.state is State.NOT_APPLICABLE
    assert (found.steps[0].result.value, found.steps[0].result.coverage) == (3.0, 1.0)


def test_until_then_its_weight_counts_and_nothing_is_scored_for_it():
    company = Company(ACQ)
    company.team("a", [[NA, 3, 4, 4, 2]] * 6)
    found = nodes(company)["a"].processes[0]
    assert found.steps[0].items[0].result.state is State.UNCONFIRMED
    assert (found.steps[0].result.state, found.steps[0].result.coverage) == (State.LOW_COVERAGE, 1 / 3)


def test_a_confirmation_takes_nothing_away_that_people_answer():
    company = Company(ACQ)
    team = company.team("a", [[3, 3, 4, 4, 2]] * 6)
    before = nodes(company)["a"].processes
    company.exempt(team, "acq-a-1")
    assert nodes(company)["a"].processes == before


def test_of_pooled_teams_all_must_be_confirmed():
    company = Company(ACQ)
    pooled = [company.team(key, [[NA, 3, 4, 4, 2]] * 3) for key in ("a", "b")]
    states = []
    for team in pooled:
        company.exempt(team, "acq-a-1")
        states.append(nodes(company)["company"].processes[0].steps[0].items[0].result.state)
    assert states == [State.UNCONFIRMED, State.NOT_APPLICABLE]


def test_what_waits_for_a_decision_is_told_of_each_team_of_the_group():
    company = Company(ACQ)
    alone, *pooled = [company.team(key, [[NA, 3, 4, 4, 2]] * people) for key, people in (("a", 6), ("b", 3), ("c", 3))]
    company.exempt(pooled[0], "acq-a-1")
    kept = {node.node: node.waiting for node in computed(company.inputs(), "0" * 64).nodes}
    assert kept == {COMPANY: [], **{team: ["acq-a-1"] for team in (alone, *pooled)}}


@pytest.mark.parametrize("seed", range(60))
def test_a_confirmation_changes_no_mask_and_no_value_of_people_who_are_counted_together(seed):
    """So two releases differ by whole groups alone: which of their steps have enough weight."""
    company = random_company(seed)
    later, company.exempted = company.results(), []
    before = company.results()
    assert before.mask == later.mask
    for one, other in zip(before.nodes, later.nodes, strict=True):
        alone = not any(node.parent == one.node for node in before.nodes)
        for found, same in zip(steps_of(one), steps_of(other), strict=True):
            values = zip(*([each.result.value for each in at.items] for at in (found, same)), strict=True)
            assert all(value == again for value, again in values if None not in {value, again})
            if alone and State.SCORED is found.result.state is same.result.state:
                assert (found.result.value, found.result.interval) == (same.result.value, same.result.interval)


def steps_of(node):
    return [found for each in node.processes for found in each.steps]


def test_another_decision_is_another_address_even_when_nothing_else_changes():
    company = Company(ACQ)
    company.team("a", [[3, 3, 4, 4, 2]] * 6)
    facts = company.inputs()
    later = msgspec.structs.replace(facts, decisions=2)
    assert results_of(facts).nodes[0].score_id != results_of(later).nodes[0].score_id


# Laws over random companies.

SEEDS = range(40)


@cache
def published(seed):
    """The results of a random company that nobody changes."""
    return random_company(seed).results()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_number_never_stands_without_its_state(seed):
    for found in results_in(published(seed)):
        if found.state is State.SCORED:
            assert found.value is not None
            assert found.n >= 5
            assert 0 < found.coverage <= 1
            assert found.interval is None or found.interval.low <= found.value <= found.interval.high
        else:
            assert (found.value, found.index, found.interval, found.n) == (None, None, None, None)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_masked_has_no_number_at_all(seed):
    results = published(seed)
    by_id = {node.node: node for node in results.nodes}
    for hidden in results.mask:
        node = by_id[hidden.node]
        if hidden.process is None:
            assert (node.responses, node.participation) == (None, None)
        else:
            found = processes(node)[hidden.process]
            assert all(each.state is hidden.reason and each.coverage is None for each in results_in(found))
            assert not found.kpis
            assert not any(each.items or each.prudent or each.staged for each in found.steps)


@pytest.mark.parametrize("seed", SEEDS)
def test_neither_the_order_of_the_people_nor_of_the_teams_leaves_a_trace(seed):
    facts, die = random_company(seed).inputs(), random.Random(seed)
    shuffled = [SealedTeam(team_id=team.team_id, rows=die.sample(team.rows, len(team.rows))) for team in facts.answers]
    mixed = msgspec.structs.replace(facts, answers=die.sample(shuffled, len(shuffled)))
    assert written(mixed) == written(facts)


def test_a_worker_hands_back_the_same_as_bytes():
    facts = random_company(3).inputs()
    reply = read(compute(written(facts)))
    assert campaign_results(reply) == results_of(facts)
    assert compute(written(facts)) == compute(written(facts))
    assert [node.scored for node in reply.nodes] == [node.state is State.SCORED for node in results_of(facts).nodes]


def test_another_process_with_another_hash_seed_gives_the_same_bytes():
    code = "import sys; from assess.maturity.engine import compute; sys.stdout.buffer.write(compute(sys.stdin.buffer.read()))"
    facts = written(random_company(8).inputs())
    replies = [
        subprocess.run(
            [sys.executable, "-c", code], input=facts, capture_output=True, check=True, env={"PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("1", "2")
    ]
    assert replies == [compute(facts)] * 2


def test_the_same_facts_have_the_same_address_and_no_others():
    company, _ = golden()
    first, again = company.results(), company.results()
    company.team("another", G1)
    addresses = [node.score_id for node in (*first.nodes, *company.results().nodes)]
    assert len(set(addresses)) == len(addresses)
    assert [node.score_id for node in again.nodes] == [node.score_id for node in first.nodes]


@pytest.mark.parametrize("seed", range(10))
def test_the_ledgers_hold_every_group_once_and_no_number_of_few_people(seed):
    company = random_company(seed)
    reply = read(compute(written(company.inputs())))
    groups = [group for node in reply.nodes for group in ledger_of(node).groups]
    keys = [(group.process, home) for group in groups for home in group.nodes]
    assert len(keys) == len(set(keys))
    for tally in (tally for group in groups for tally in group.items.values()):
        assert tally.n >= 5 if tally.state is State.SCORED else (tally.n, tally.total, tally.dont_know) == (0, 0, 0)


def test_the_digest_is_the_one_of_the_facts():
    company, _ = golden()
    facts = written(company.inputs())
    assert company.results().inputs_digest == sha256(facts).hexdigest()
    company.team("another", G1)
    assert company.results().inputs_digest != sha256(facts).hexdigest()


@pytest.mark.parametrize("seed", SEEDS)
def test_raising_an_answer_lowers_no_published_score(seed):
    facts, die = random_company(seed).inputs(), random.Random(seed)
    rows = [
        (team, row, place) for team in facts.answers for row in team.rows for place, a in enumerate(row) if 1 <= a <= 4
    ]
    before = list(results_in(published(seed)))
    for team, row, place in die.sample(rows, min(5, len(rows))):
        changed = [*row[:place], row[place] + 1, *row[place + 1 :]]
        others = [other for other in facts.answers if other is not team]
        left = list(team.rows)
        left.remove(row)
        raised = msgspec.structs.replace(
            facts, answers=[*others, SealedTeam(team_id=team.team_id, rows=[*left, changed])]
        )
        after = list(results_in(results_of(raised)))
        for old, new in zip(before, after, strict=True):
            assert old.state is new.state
            assert old.value is None or new.value >= old.value - 1e-12


# What can be read about whom.


def pools(company, results, key):
    """The teams whose answers on a process are hidden, in pools: those that share the nearest node that shows the process."""
    by_id = {node.node: node for node in results.nodes}
    hidden = {found.node for found in results.mask if found.process == key}
    found = {}
    for team in company.answers:
        if team.team_id in hidden:
            above = by_id[team.team_id].parent
            while above in hidden:
                above = by_id[above].parent
            found.setdefault(above, []).append(team)
    return [teams for teams in found.values() if len(teams) > 1]


def unaddressed(node):
    """A node's results without their address, which names the facts."""
    return msgspec.structs.replace(node, score_id=COMPANY)


def swap(company, rows, teams, key, die):
    """Two people of two pooled teams exchange their answers to one process, in ``rows`` by team."""
    one, other = die.sample(teams, 2)
    place, mate = (columns(company, team, key) for team in (one, other))
    first, second = die.choice(rows[one.team_id]), die.choice(rows[other.team_id])
    first[place], second[mate] = second[mate], first[place]


def columns(company, team, key):
    asked = next(found for found in company.teams if found.team_id == team.team_id).questionnaires
    start = 5 * [company.versions[digest].key for digest in asked].index(key)
    return slice(start, start + 5)


def test_who_of_a_pool_said_what_cannot_be_read():
    """Exchanging answers between hidden teams, in every pool there is, changes nothing that is published."""
    exchanges = 0
    for seed in range(120):
        company, die = random_company(seed), random.Random(seed)
        for (
            team
        ) in company.answers:  # everybody says something on everything, so that no count depends on who says what
            for row in team.rows:
                row[::5] = [die.randint(1, 5) for _ in row[::5]]
        before, rows = company.results(), {team.team_id: [list(row) for row in team.rows] for team in company.answers}
        for key in ("acq", "off", "exp", "trv"):
            for teams in pools(company, before, key):
                swap(company, rows, teams, key, die)
                exchanges += 1
        answers = [SealedTeam(team_id=team, rows=said) for team, said in rows.items()]
        after = results_of(msgspec.structs.replace(company.inputs(), answers=answers))
        assert after.mask == before.mask
        assert [unaddressed(node) for node in after.nodes] == [unaddressed(node) for node in before.nodes]
        assert after.summary == before.summary
    assert exchanges > 250


@pytest.mark.parametrize("seed", range(300))
def test_no_subtraction_of_published_counts_leaves_fewer_than_the_threshold(seed):
    """For every process, step, item and indicator, and the responses: a node without what is published below it.

    Nodes are nested or apart, so these remainders and their unions are all that sums and differences can reach.
    """
    results = published(seed)
    parents = {node.node: node.parent for node in results.nodes}
    for cells in published_counts(results).values():
        remainders = dict(cells)
        for node, n in cells.items():
            above = parents[node]
            while above is not None and above not in cells:
                above = parents[above]
            if above is not None:
                remainders[above] -= n
        assert all(rest == 0 or rest >= 5 for rest in remainders.values())


def published_counts(results):
    """By what is counted, the n of each node that tells one; who counts in a process depends on its scored steps."""
    counts = {}
    for node in results.nodes:
        if node.responses is not None:
            counts.setdefault("responses", {})[node.node] = node.responses
        for found in node.processes:
            steps = [each.key for each in found.steps if each.result.state is State.SCORED]
            told = [(f"{found.key} by {steps}", found.result), (f"{found.key} kpis", found.kpi_maturity)]
            told += [(each.key, each.result) for each in (*found.steps, *found.kpis)]
            told += [(each.key, each.result) for each_step in found.steps for each in each_step.items]
            for key, result in told:
                if result.n is not None:
                    counts.setdefault(key, {})[node.node] = result.n
    return counts


def test_the_inputs_can_be_read_back():
    facts = random_company(3).inputs()
    assert written(msgspec.json.decode(written(facts), type=Inputs)) == written(facts)


def test_a_team_that_says_nothing_is_no_small_group():
    company = Company(ACQ)
    company.team("a", [[NO_ANSWER] * 5] * 4)
    company.team("b", same(3, people=9))
    found = nodes(company)
    assert (found["a"].state, found["a"].responses) == (State.NO_ANSWERS, None)
    assert found["b"].processes[0].result.state is State.SCORED
    assert found["company"].node == COMPANY
    assert not answers(random.Random(0), 0, 5)


# Answers that were collected elsewhere.


@pytest.mark.parametrize(
    ("imported", "said"),
    [pytest.param(0, "none", id="none"), pytest.param(2, "some", id="some"), pytest.param(8, "all", id="all")],
)
def test_answers_that_were_collected_elsewhere_say_so(imported, said):
    company = Company(ACQ)
    company.team("a", same(3, people=8))
    company.team("b", same(3))
    company.answers[0] = msgspec.structs.replace(company.answers[0], imported=imported)
    found = nodes(company)
    assert (found["a"].imported, found["b"].imported) == (said, "none")
    assert found["company"].imported == ("some" if imported else "none")


def test_who_imported_six_answers_of_seven_is_not_told_the_seventh():
    company = Company(ACQ)
    seven, nine = company.team("seven", same(3, people=7)), company.team("nine", same(4, people=9))
    company.answers[0] = msgspec.structs.replace(company.answers[0], imported=6)
    found = nodes(company)
    assert [found[key].state for key in ("seven", "nine")] == [State.PROTECTS_OTHERS] * 2
    assert found["company"].processes[0].result.value == pytest.approx((7 * 3 + 9 * 4) / 16)
    assert {cell.node for cell in company.results().mask} == {seven, nine}


def test_an_item_needs_the_threshold_beside_the_imported_people():
    """Of twelve people eleven gave a level, and seven of these may be imported: four others would be read."""
    company = Company(ACQ)
    company.team("a", [[3] * 5] * 8 + [[NO_ANSWER, 3, 3, 3, 3]] + [[3] * 5] * 3)
    told = []
    for imported in (6, 7):
        company.answers[0] = msgspec.structs.replace(company.answers[0], imported=imported)
        (process,) = nodes(company)["a"].processes
        told.append([item.result.state for item in process.steps[0].items])
    assert told == [[State.SCORED] * 2, [State.PROTECTS_OTHERS, State.SCORED]]


def test_nobody_learns_from_where_hidden_answers_came():
    company = Company(ACQ)
    company.team("a", same(3, people=4))
    company.team("b", same(3, people=9))
    assert nodes(company)["a"].imported is None


# A short form.

SHORT = msgspec.structs.replace(ACQ, indicative=True)


def test_a_short_form_says_something_of_the_process_alone():
    company = Company(SHORT, TRV)
    company.team("a", same(3, columns=10))
    short, full = nodes(company)["a"].processes
    assert (short.indicative, full.indicative, full.staged is None) == (True, False, False)
    assert (short.result.state, short.result.value) == (State.SCORED, 3.0)
    assert (short.staged, short.weakest_step, short.kpi_maturity.state) == (None, None, State.INDICATIVE)
    below = [*short.steps, *(each for part in short.steps for each in part.items), *short.kpis]
    assert len(below) == 7
    assert all((each.result.state, each.result.value) == (State.INDICATIVE, None) for each in below)


def test_a_short_form_ranks_nobody_and_levels_nothing():
    company = Company(SHORT, OFF, EXP)
    for number in range(6):
        company.team(f"t{number}", same(2 + number % 3, columns=15))
    results = company.results()
    assert [each.process for each in results.summary.comparability] == ["off", "exp"]
    assert (results.nodes[0].overall.state, results.nodes[0].staged) == (State.SCORED, None)
    assert {node.indicative for node in results.nodes} == {True}


def test_an_overall_score_says_whether_a_short_form_is_part_of_it():
    company = Company(SHORT, OFF, EXP, TRV)
    company.team("a", same(3, columns=20))
    company.team("b", same(3, columns=10), asked=[SHORT, OFF])
    found = nodes(company)
    assert [(found[key].overall.state, found[key].indicative) for key in "ab"] == [
        (State.SCORED, True),
        (State.NOT_ASKED, False),
    ]
    beside = Company(ACQ, OFF, EXP, msgspec.structs.replace(TRV, indicative=True))
    beside.team("a", same(3, columns=20))
    assert not nodes(beside)["a"].indicative


# Prudent values.


def test_prudent_values_of_processes_and_of_the_whole_are_the_steps_weighted_alike():
    company = Company(*PLAIN)
    company.team("a", [[DK, *same(4, columns=14)[0]], *same(4, people=5, columns=15)])
    found = nodes(company)["a"]
    step, other = found.processes[0].steps
    assert (step.prudent, other.prudent) == (pytest.approx((2 * 3.5 + 4) / 3), 4.0)
    assert found.processes[0].prudent == pytest.approx((step.prudent + 2 * 4) / 3)  # the second step weighs twice
    assert [each.prudent for each in found.processes[1:]] == [4.0, 4.0]
    assert found.prudent == pytest.approx((found.processes[0].prudent + 8) / 3)
    assert found.overall.value == 4.0


def test_what_has_a_sensitive_item_inside_has_no_prudent_value():
    company = Company(ACQ, *PLAIN[1:])
    company.team("a", same(4, columns=15))
    found = nodes(company)["a"]
    assert [each.prudent for each in found.processes] == [None, 4.0, 4.0]
    assert found.prudent is None


def test_a_short_form_has_a_prudent_value_of_the_process_alone():
    company = Company(msgspec.structs.replace(PLAIN[0], indicative=True))
    company.team("a", [[DK, *same(4, columns=4)[0]], *same(4, people=5)])
    (short,) = nodes(company)["a"].processes
    assert short.prudent == pytest.approx(((2 * 3.5 + 4) / 3 + 2 * 4) / 3)
    assert [step.prudent for step in short.steps] == [None, None]
