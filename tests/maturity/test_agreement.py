"""How far people agree: the goldens, the bands, the split, and what of it may be shown."""

import numpy as np
import pytest
from companies import Company, item, kpi, process, questionnaire, step
from goldens import GOLDEN
from one_group import Table

from assess.maturity.agreement import bearable, null_variance, of_several, scatter_of, strength
from assess.maturity.tallies import tallied

MATRIX = [[3, 2, 4, 2], [4, 3, 3, 2], [2, 2, 3, 1], [3, 3, 4, 2], [5, 4, 4, 3], [3, 2, 3, 2]]
ITEMS = [item(key) for key in "abcd"]


def published(rows, items=ITEMS, **flags):
    """The process of one team of whom everybody answered."""
    company = Company(questionnaire("q", process("q", [step("s", items)], **flags)))
    company.team("t", rows)
    return company.results().nodes[1].processes[0]


def test_the_golden_matrix():
    golden, found = GOLDEN["G4_uniform_2.0"], published(MATRIX).steps[0]
    items = [each.result.agreement for each in found.items]
    assert null_variance(5) == 2.0
    assert [each.spread for each in items] == pytest.approx(golden["item_sd"], rel=1e-9)
    assert [each.spread**2 for each in items] == pytest.approx(golden["item_var"], rel=1e-9)
    assert [each.r_wg for each in items] == pytest.approx(golden["rwg_item"], rel=1e-9)
    assert [each.deviation for each in items] == pytest.approx(golden["ADm_item"], rel=1e-9)
    step_agreement = found.result.agreement
    assert step_agreement.r_wg == pytest.approx(golden["rwgj"], rel=1e-9)
    assert step_agreement.r_wg_star == pytest.approx(golden["rstar"], rel=1e-9)
    assert step_agreement.deviation == pytest.approx(golden["ADmJ"], rel=1e-9)
    assert 1 - step_agreement.r_wg_star == pytest.approx(golden["mean_var"] / 2, rel=1e-9)
    assert (step_agreement.spread, step_agreement.consensus, step_agreement.strength) == (None, True, "moderate")


def test_the_golden_matrix_against_slightly_skewed_chance():
    golden, found = GOLDEN["G4_slightskew_1.34"], published(MATRIX).steps[0]
    assert found.result.agreement.r_wg_skewed == pytest.approx(golden["rwgj"], rel=1e-9)
    assert found.result.agreement.r_wg_star_skewed == pytest.approx(golden["rstar"], rel=1e-9)
    assert found.items[2].result.agreement.r_wg_skewed == pytest.approx(1 - 0.3 / 1.34, rel=1e-9)


def test_only_of_five_options_is_it_known_how_slightly_skewed_answers_vary():
    found = published(MATRIX, [*ITEMS[:3], item("d", options=4)]).steps[0]
    assert [each.result.agreement.r_wg_star_skewed is None for each in found.items] == [False, False, False, True]
    said = found.result.agreement
    assert (said.r_wg_skewed, said.r_wg_star_skewed, said.r_wg is None) == (None, None, False)


def test_the_golden_poles():
    golden, found = GOLDEN["G4_polarised"], published([[1]] * 3 + [[5]] * 3, ITEMS[:1]).steps[0]
    one, several = found.items[0].result.agreement, found.result.agreement
    assert [one.spread] == pytest.approx(golden["item_sd"], rel=1e-9)
    assert [one.spread**2] == pytest.approx(golden["item_var"], rel=1e-9)
    assert one.spread**2 == pytest.approx(golden["mean_var"], rel=1e-9)
    assert ([one.r_wg], several.r_wg) == (golden["rwg_item"], golden["rwgj"])
    assert several.r_wg_star == pytest.approx(golden["rstar"], rel=1e-9)
    assert ([one.deviation], several.deviation) == (golden["ADm_item"], golden["ADmJ"])
    assert (one.split, one.consensus, one.strength) == (True, False, "lack")


@pytest.mark.parametrize(
    ("answers", "split"),
    [
        pytest.param([1, 1, 3, 3, 3, 5, 5, 3], True, id="a quarter at both ends"),
        pytest.param([1, 3, 3, 3, 3, 5, 5, 3], False, id="an eighth at one end"),
        pytest.param([2, 2, 2, 2, 4, 4, 4, 4], True, id="the second and the fourth level are ends"),
        pytest.param([3] * 8, False, id="all in the middle"),
    ],
)
def test_people_are_split_when_a_quarter_stands_at_either_end(answers, split):
    found = published([[answer] for answer in answers], ITEMS[:1]).steps[0]
    assert (found.items[0].result.agreement.split, found.result.agreement.split) == (split, split)


def test_items_that_differ_split_nobody():
    """Everybody says the same: one practice is weak, the other strong."""
    found = published([[1, 5]] * 8, ITEMS[:2])
    assert not found.steps[0].result.agreement.split
    assert not found.result.agreement.split


def test_people_who_differ_on_everything_are_split_on_the_step_and_the_process():
    found = published([[1, 2]] * 4 + [[5, 4]] * 4, ITEMS[:2])
    assert found.steps[0].result.agreement.split
    assert found.result.agreement.split


@pytest.mark.parametrize(
    ("star", "band"),
    [
        (-1.4, "lack"),
        (0.3, "lack"),
        (0.31, "weak"),
        (0.7, "moderate"),
        (0.71, "strong"),
        (0.91, "very_strong"),
        (1.0, "very_strong"),
    ],
)
def test_the_bands_of_strength(star, band):
    assert strength(star) == band


def test_consensus_is_a_sixth_of_the_options_to_one_decimal():
    assert [bearable(options) for options in (5, 7, 9)] == [0.8, 1.2, 1.5]


@pytest.mark.parametrize("options", [2, 3, 5, 9, 11])
def test_scales_of_any_length_agree_alike_on_the_ladder(options):
    """Half the people at each end: r*_wg depends on the number of options alone, AD is half the ladder."""
    rows = [[1]] * 4 + [[options]] * 4
    found = published(rows, [item("a", options=options)]).steps[0].items[0].result.agreement
    expected = (options - 1) ** 2 * 8 / 7 / 4 / ((options**2 - 1) / 12)
    assert found.r_wg_star == pytest.approx(1 - expected)
    assert found.deviation == pytest.approx(2.0)


def test_sensitive_items_and_steps_with_them_show_no_agreement_and_the_process_that_of_the_others():
    flagged = [item("a"), item("b"), item("c", sensitive=True), item("d", sensitive=True)]
    found = published(MATRIX, flagged)
    assert [each.result.agreement is None for each in found.steps[0].items] == [False, False, True, True]
    assert found.steps[0].result.agreement is None
    alone = published([row[:2] for row in MATRIX], flagged[:2])
    assert found.result.agreement == alone.result.agreement


def test_sensitive_answers_split_no_process():
    """Everybody agrees but on what is sensitive."""
    steps = [step("a", ITEMS[:1]), step("b", [item("x", sensitive=True), item("y", sensitive=True)], 5)]
    company = Company(questionnaire("q", process("q", steps)))
    company.team("t", [[3, 1, 1]] * 4 + [[3, 5, 5]] * 4)
    assert not company.results().nodes[1].processes[0].result.agreement.split


def test_indicators_agree_one_by_one_and_the_overall_score_says_nothing():
    found = published([[3, rung] for rung in (0, 0, 1, 4, 5, 5)], ITEMS[:1], kpis=[kpi("k")])
    assert found.kpis[0].result.agreement.split
    assert found.kpi_maturity.agreement is None


def test_one_person_agrees_with_nobody():
    panel = Table([[3, 3, 3, 3]], ITEMS).panel
    scatter = scatter_of(tallied(panel.answers, panel.bounds, panel.asked.items), panel.asked.items)
    alike = of_several(scatter, np.ones((1, 4), dtype=bool), np.zeros(1, dtype=bool))
    assert np.isnan(alike.deviation).all()
