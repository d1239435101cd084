"""Scores of one group: the golden team, and the laws that every score keeps."""

import random

import pytest
from companies import NA, answers, item, kpi
from goldens import GOLDEN
from one_group import Table, whole

from assess.campaign.model import DONT_KNOW, NO_ANSWER, NOT_APPLICABLE
from assess.maturity.model import State
from assess.maturity.scoring import LEAST_OF_PROCESS, index

DK = DONT_KNOW
ITEMS = [item("a", 2), item("b"), item("c"), item("d")]
G1 = [[3, 2, 4, DK], [4, 3, 3, 2], [2, 2, NA, 1], [3, DK, 4, 2], [5, 4, 4, 3], [3, 2, 3, 2]]


def test_the_golden_team():
    cells, found = Table(G1, ITEMS).cells(), Table(G1, ITEMS).score()
    assert [each.n for each in cells] == list(GOLDEN["G1"]["item_n"].values())
    assert [each.mean for each in cells] == pytest.approx(list(GOLDEN["G1"]["item_mean"].values()), rel=1e-9)
    assert found.value == pytest.approx(GOLDEN["G1"]["step"], rel=1e-9)
    assert index(found.value) == pytest.approx(GOLDEN["G1"]["index"], rel=1e-9)
    assert found.prudent == pytest.approx(GOLDEN["G1_prudent"], rel=1e-9)
    assert [each.dont_know / each.known for each in cells] == pytest.approx(
        list(GOLDEN["G1_dk_rate"].values()), rel=1e-9
    )


STEPS = {
    "acq": {"target": (2.6, 1), "attract": (3.1, 1), "engage": (2.2, 1), "convert": (2.9, 2), "learn": (None, 1)},
    "off": {"listen": (3.4, 1), "ideate": (2.8, 1), "experiment": (2.0, 1), "decide": (2.5, 1), "deploy": (3.0, 1)},
    "exp": {"promise": (3.6, 1), "serve": (3.9, 2), "measure": (3.2, 1), "act": (2.4, 1), "retain": (2.7, 1)},
}


def parts(steps):
    return [(w, State.SCORED if value else State.NO_ANSWERS, value) for value, w in steps.values()]


@pytest.mark.parametrize("process", STEPS)
def test_the_golden_chain_adds_steps_up_to_a_process(process):
    found = whole(parts(STEPS[process]), LEAST_OF_PROCESS)
    assert found.value == pytest.approx(GOLDEN["G2"][process]["score"], rel=1e-9)
    assert found.coverage == pytest.approx(GOLDEN["G2"][process]["coverage"], rel=1e-9)


def test_the_golden_chain_adds_processes_up_to_the_whole():
    processes = [whole(parts(steps), LEAST_OF_PROCESS) for steps in STEPS.values()]
    overall = whole([(1, found.state, found.value) for found in processes], 1.0)
    assert overall.value == pytest.approx(GOLDEN["G2"]["overall"], rel=1e-9)
    assert index(overall.value) == pytest.approx(GOLDEN["G2"]["overall_index"], rel=1e-9)


# Laws.

SEEDS = range(40)


def table(seed, *, k=1):
    die = random.Random(seed)
    return Table(answers(die, die.randint(5, 14), len(ITEMS), silence=0.2), ITEMS, k), die


@pytest.mark.parametrize("seed", SEEDS)
def test_raising_an_answer_never_lowers_a_score(seed):
    given, _ = table(seed)
    before = given.score()
    for number, row in enumerate(given.rows):
        for place, answer in enumerate(row):
            if 1 <= answer <= 4:
                raised = [list(other) for other in given.rows]
                raised[number][place] = answer + 1
                after = Table(raised, ITEMS).score()
                assert after.value >= before.value
                assert after.prudent >= before.prudent


@pytest.mark.parametrize("seed", SEEDS)
def test_the_order_of_the_people_never_matters(seed):
    given, die = table(seed)
    mixed = Table(die.sample(given.rows, len(given.rows)), ITEMS)
    assert (mixed.score().value, mixed.score().prudent) == (given.score().value, given.score().prudent)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_order_of_the_items_never_matters(seed):
    given, die = table(seed)
    order = die.sample(range(len(ITEMS)), len(ITEMS))
    mixed = Table([[row[place] for place in order] for row in given.rows], [ITEMS[place] for place in order])
    assert (mixed.score().value, mixed.score().prudent) == (given.score().value, given.score().prudent)


@pytest.mark.parametrize("factor", [0.01, 3, 19])
@pytest.mark.parametrize("seed", range(10))
def test_only_the_ratio_of_weights_matters(seed, factor):
    given, _ = table(seed)
    scaled = Table(given.rows, [item(found.key, found.weight * factor) for found in ITEMS])
    assert scaled.score().value == pytest.approx(given.score().value, rel=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_score_lies_between_its_lowest_and_its_highest_item(seed):
    means = [found.mean for found in table(seed)[0].cells()]
    assert min(means) - 1e-12 <= table(seed)[0].score().value <= max(means) + 1e-12


@pytest.mark.parametrize("seed", SEEDS)
def test_the_prudent_score_is_never_the_higher_one(seed):
    found = table(seed)[0].score()
    assert found.prudent <= found.value


@pytest.mark.parametrize("seed", SEEDS)
def test_does_not_apply_never_helps_more_than_the_best_level_nor_hurts_more_than_the_worst(seed):
    """While the same items are scored."""
    given, _ = table(seed)
    scored = [each.state for each in given.cells()]
    for number, row in enumerate(given.rows):
        for place in range(len(row)):
            beside, worst, best = (changed(given, number, place, answer) for answer in (NA, 1, 5))
            if all([each.state for each in other.cells()] == scored for other in (beside, worst, best)):
                assert worst.score().value - 1e-12 <= beside.score().value <= best.score().value + 1e-12


def changed(given, number, place, answer):
    rows = [list(row) for row in given.rows]
    rows[number][place] = answer
    return Table(rows, ITEMS)


# Don't know, does not apply, and silence are three things.


def cell(given):
    return Table([[answer] for answer in given], ITEMS[:1], 5).cells()[0]


@pytest.mark.parametrize(
    ("answer", "known", "dont_know"),
    [
        pytest.param(DK, 7, 1, id="who does not know is counted, but not in the mean"),
        pytest.param(NA, 6, 0, id="does not apply is nobody's not knowing"),
        pytest.param(NO_ANSWER, 6, 0, id="silence is not zero"),
    ],
)
def test_what_is_no_level_never_moves_the_mean(answer, known, dont_know):
    found = cell([2, 2, 3, 4, 4, 5, answer])
    assert (found.mean, found.n) == (pytest.approx(20 / 6), 6)
    assert (found.known, found.dont_know) == (known, dont_know)


def test_not_knowing_lowers_the_prudent_mean_alone():
    prudent = [cell([3] * 5 + [answer]).prudent for answer in (DK, NA, NO_ANSWER)]
    assert prudent == [pytest.approx(16 / 6), 3.0, 3.0]


@pytest.mark.parametrize(
    ("given", "state"),
    [
        pytest.param([NA] * 4 + [3] * 3, State.NOT_APPLICABLE, id="more than half say that it does not apply"),
        pytest.param([NA] * 5 + [3] * 5, State.SCORED, id="just half is not more than half"),
        pytest.param([NA] * 4 + [DK] * 4 + [3] * 5, State.SCORED, id="who does not know is an answerer too"),
        pytest.param([NA] * 4, State.NO_ANSWERS, id="four cannot say so for everybody"),
        pytest.param([NO_ANSWER] * 6 + [NA] * 5, State.NOT_APPLICABLE, id="silence has no vote"),
        pytest.param([DK] * 6, State.NO_ANSWERS, id="nobody knows"),
        pytest.param([], State.NO_ANSWERS, id="nobody there"),
        pytest.param([3] * 4 + [DK] * 3, State.BELOW_THRESHOLD, id="four levels are too few"),
        pytest.param([3] * 5, State.SCORED, id="five are enough"),
    ],
)
def test_when_an_item_is_scored(given, state):
    assert cell(given).state is state


@pytest.mark.parametrize("reason", NOT_APPLICABLE)
def test_every_reason_of_not_applying_is_one(reason):
    assert cell([NOT_APPLICABLE[reason]] * 5).state is State.NOT_APPLICABLE


def test_what_does_not_apply_loses_its_weight_and_what_is_unknown_keeps_it():
    beside = Table([[NA, 3, 3, 4] for _ in range(5)], ITEMS, 5).score()
    unknown = Table([[DK, 3, 3, 4] for _ in range(5)], ITEMS, 5).score()
    assert (beside.coverage, beside.value) == (1.0, pytest.approx(10 / 3))
    assert (unknown.coverage, unknown.value) == (pytest.approx(3 / 5), pytest.approx(10 / 3))


# Coverage.


@pytest.mark.parametrize(
    ("weights", "state"),
    [
        pytest.param((3, 2), State.SCORED, id="60 % of the weight is enough"),
        pytest.param((2.9, 2.1), State.LOW_COVERAGE, id="58 % is not"),
        pytest.param((5, 0), State.SCORED, id="all"),
    ],
)
def test_a_step_is_scored_from_60_percent_of_its_weight(weights, state):
    given = [(weights[0], State.SCORED, 3.0), (weights[1], State.BELOW_THRESHOLD, None)]
    assert whole(given, 0.6).state is state


def test_two_thirds_are_two_thirds_whatever_the_floats_say():
    scored, missing = (1, State.SCORED, 3.0), (1, State.NO_ANSWERS, None)
    assert whole([scored, scored, missing], LEAST_OF_PROCESS).state is State.SCORED
    assert whole([scored] * 3 + [missing] * 2, LEAST_OF_PROCESS).state is State.LOW_COVERAGE


@pytest.mark.parametrize("state", [State.NO_ANSWERS, State.BELOW_THRESHOLD, State.LOW_COVERAGE])
def test_a_whole_of_one_reason_says_that_reason(state):
    assert whole([(1, state, None), (2, state, None)], 0.6).state is state


def test_a_whole_of_which_nothing_applies_does_not_apply():
    assert whole([(1, State.NOT_APPLICABLE, None)], 0.6).state is State.NOT_APPLICABLE


def test_an_unscored_step_has_no_number():
    found = Table([[3, NO_ANSWER, NO_ANSWER, NO_ANSWER]] * 6, ITEMS, 5).score()
    assert (found.value, found.prudent, found.coverage) == (None, None, pytest.approx(0.4))


# Ladders.


@pytest.mark.parametrize(
    ("asked", "answer", "level"),
    [
        pytest.param(item("a"), 1, 1.0, id="lowest practice"),
        pytest.param(item("a"), 4, 4.0, id="practice"),
        pytest.param(kpi("a"), 0, 0.0, id="lowest rung"),
        pytest.param(kpi("a"), 5, 5.0, id="highest rung"),
        pytest.param(item("a", options=3), 2, 3.0, id="the middle of three"),
        pytest.param(item("a", options=9), 9, 5.0, id="the top of nine"),
    ],
)
def test_every_scale_stands_on_the_ladder_of_its_kind(asked, answer, level):
    assert asked.placed(answer) == level
    assert Table([[answer]], [asked]).cells()[0].mean == level
