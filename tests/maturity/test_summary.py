"""What is said of a campaign as a whole: whether teams may be compared, who answered in a straight line, and who in haste."""

import random
from types import SimpleNamespace

import msgspec
import numpy as np
import pytest
from companies import ACQ, COMPANY, EXP, OFF, Company, item, process, questionnaire, step
from goldens import GOLDEN

from assess.maturity.comparability import analysed, comparability
from assess.maturity.lining import lines
from assess.maturity.student import f_upper_tail, upper_tail
from assess.questionnaire.model import digest_of

TEAMS = {
    "A": [2.5, 3, 2.75, 3.25, 2.5],
    "B": [3.5, 4, 3.75, 3.25, 3.5],
    "C": [2, 2.75, 2.25, 3, 2.5],
}
TWENTY = [item(f"p-{number:02}") for number in range(20)]


def views(*teams):
    """Sizes, means and sums of squares of some teams' composites."""
    means = np.array([sum(team) / len(team) for team in teams])
    squares = [sum((view - mean) ** 2 for view in team) for team, mean in zip(teams, means.tolist(), strict=True)]
    return np.array([len(team) for team in teams], dtype=np.int64), means, np.array(squares)


def of_process(company, key="acq"):
    return next(each for each in company.results().summary.comparability if each.process == key)


def test_the_golden_teams():
    golden, found = GOLDEN["G6"], analysed(*views(*TEAMS.values()))
    assert (found.between, found.within) == (
        pytest.approx(golden["msb"], rel=1e-9),
        pytest.approx(golden["msw"], rel=1e-9),
    )
    assert (found.icc1, found.icc2) == (
        pytest.approx(golden["icc1"], rel=1e-9),
        pytest.approx(golden["icc2"], rel=1e-9),
    )
    assert (found.f, found.p) == (pytest.approx(golden["F"], rel=1e-9), pytest.approx(golden["p"], rel=1e-9))


def test_whoever_said_anything_takes_part_so_that_nobody_is_told_by_missing():
    company, other = Company(ACQ), Company(ACQ)
    for number in range(5):
        rows = [[level % 5 + 1, number % 5 + 1, 3, level % 3 + 1, 2] for level in range(7)]
        company.team(f"t{number}", rows)
        other.team(f"t{number}", [*rows[:6], [rows[6][0], -9, -9, -9, -9]])
    assert of_process(company).people == of_process(other).people == 35


@pytest.mark.parametrize(
    ("apart", "allowed", "fr", "en"),
    [
        pytest.param(0.25, "none", "pas de classement\u00a0: ICC(2) = 0,20", "no ranking: ICC(2) = 0.20", id="alike"),
        pytest.param(
            0.35,
            "bands",
            "des groupes, pas de classement\u00a0: ICC(2) = 0,59",
            "bands, no ranking: ICC(2) = 0.59",
            id="a little apart",
        ),
        pytest.param(
            0.5, "ranking", "classement possible\u00a0: ICC(2) = 0,80", "ranking possible: ICC(2) = 0.80", id="apart"
        ),
        pytest.param(
            0.0,
            "none",
            "pas de classement\u00a0: les équipes ne diffèrent pas",
            "no ranking: the teams do not differ",
            id="the same",
        ),
    ],
)
def test_teams_may_be_ranked_if_they_differ_more_than_their_people(apart, allowed, fr, en):
    teams = [[2 + apart * number + spread for spread in (-1, -0.5, 0, 0.5, 1)] for number in range(5)]
    found = comparability("acq", analysed(*views(*teams)))
    assert (found.allowed, found.reason) == (allowed, {"fr": fr, "en": en})


@pytest.mark.parametrize(
    ("icc2", "allowed", "said"),
    [
        pytest.param(0.496, "none", "no ranking: ICC(2) = 0.49", id="under the bands"),
        pytest.param(0.5, "bands", "bands, no ranking: ICC(2) = 0.50", id="from 0.50 on bands"),
        pytest.param(0.697, "bands", "bands, no ranking: ICC(2) = 0.69", id="under ranking"),
        pytest.param(0.7, "ranking", "ranking possible: ICC(2) = 0.70", id="from 0.70 on ranking"),
        pytest.param(0.57, "bands", "bands, no ranking: ICC(2) = 0.57", id="as it is"),
        pytest.param(-0.254, "none", "no ranking: ICC(2) = \u22120.26", id="below zero"),
    ],
)
def test_the_sentence_never_contradicts_its_number(icc2, allowed, said):
    found = comparability("acq", SimpleNamespace(teams=5, people=25, icc1=0.1, icc2=icc2, f=2.0, p=0.1))
    assert (found.allowed, found.reason["en"]) == (allowed, said)
    assert found.reason["fr"].endswith(said.rpartition(" = ")[2].replace(".", ","))


def test_four_teams_are_too_few_however_far_apart():
    found = comparability(None, analysed(*views(*[[number, number + 0.1] for number in range(1, 5)])))
    assert (found.allowed, found.icc2 > 0.9) == ("none", True)
    assert found.reason["en"] == "no ranking: fewer than five teams can be compared"


def test_one_team_or_people_of_one_mind_give_no_false_number():
    alone = comparability("acq", analysed(*views([1.0, 2.0, 3.0])))
    assert (alone.teams, alone.icc1, alone.icc2, alone.f, alone.p) == (1, None, None, None, None)
    of_one_mind = analysed(*views([1.0] * 3, [2.0] * 3))
    assert (of_one_mind.icc2, of_one_mind.f, of_one_mind.p) == (1.0, None, None)


def test_only_teams_that_are_shown_take_part():
    company = Company(ACQ)
    for number in range(6):
        company.team(f"t{number}", [[number % 5 + 1] * 4 + [3]] * 6)
    company.team("small", [[5] * 5] * 4)
    found = of_process(company)
    assert (found.teams, found.people) == (5, 30)  # one more is hidden, as it protects the small one
    assert found.allowed == "ranking"


def test_the_overall_score_is_compared_by_people_s_views_of_all_processes():
    company, die = Company(ACQ, OFF, EXP), random.Random(1)
    for number in range(5):
        company.team(f"t{number}", [[min(5, 1 + number + die.randint(0, 1)) for _ in range(15)] for _ in range(6)])
    found = of_process(company, None)
    assert (found.teams, found.people, found.allowed) == (5, 30, "ranking")
    assert found.icc2 > of_process(company).icc2 - 0.2


@pytest.mark.parametrize(("t", "df"), [(0.5, 3), (2.0, 7.5), (4.0, 30)])
def test_f_with_one_degree_above_is_the_square_of_t(t, df):
    assert f_upper_tail(t * t, 1, df) == pytest.approx(2 * upper_tail(t, df), rel=1e-12)


def test_f_with_two_degrees_below_has_a_closed_form():
    for f, above in ((0.3, 2), (1.7, 5), (9.0, 12)):
        exact = 1 - (above * f / (2 + above * f)) ** (above / 2)
        assert f_upper_tail(f, above, 2) == pytest.approx(exact, rel=1e-12)


# Straight lines.


def straight(company):
    return company.results().summary.straight_lining


def twenty(rows):
    company = Company(questionnaire("acq", process("acq", [step("s", TWENTY)])))
    company.team("t", rows)
    return company


@pytest.mark.parametrize(
    ("row", "line"),
    [
        pytest.param([3] * 15 + [1, 2, 3, 4, 5], True, id="fifteen in a row"),
        pytest.param([1, 2, 3, 4, 5] + [3] * 15, True, id="at the end"),
        pytest.param([3] * 14 + [1] + [3] * 5, False, id="fourteen in a row"),
        pytest.param([-1] * 20, False, id="not knowing is no level"),
        pytest.param([3] * 10 + [-9] + [3] * 9, False, id="silence ends the line"),
    ],
)
def test_fifteen_identical_levels_in_a_row_are_a_line(row, line):
    assert lines(np.array([row], dtype=np.int8)).tolist() == [line]


def varied(number):
    return [(number + place) % 4 + 1 for place in range(20)]


@pytest.mark.parametrize(
    ("people", "others", "told"),
    [
        pytest.param(5, 5, 5, id="five among ten"),
        pytest.param(4, 9, None, id="four are too few to be told"),
        pytest.param(9, 4, None, id="four others are too few"),
        pytest.param(0, 9, None, id="nobody"),
    ],
)
def test_straight_liners_are_told_where_they_and_the_others_are_enough(people, others, told):
    found = straight(twenty([[5] * 20] * people + [varied(number) for number in range(others)]))
    assert (found and found.people) == told


def test_the_score_without_them_is_told_where_it_moves():
    companies = [
        Company(*(questionnaire(key, process(key, [step(f"{key}-s", items(key))])) for key in ("acq", "off", "exp")))
        for _ in range(2)
    ]
    for company, level in zip(companies, (5, 3), strict=True):
        company.team("t", [[level] * 60] * 5 + [[2, 3, 4] * 20] * 6)
    moved, unmoved = map(straight, companies)
    assert (moved.people, moved.overall_without) == (5, pytest.approx(3.0))
    assert (unmoved.people, unmoved.overall_without) == (5, None)


def long(*keys):
    return Company(*(questionnaire(key, process(key, [step(f"{key}-s", items(key))])) for key in keys))


def test_the_score_without_them_is_not_told_where_few_of_them_count_in_it():
    """Four of five answered in a straight line beside the overall score: what it loses would be the fifth one's answers."""
    company = long("acq", "off", "exp")
    beside = questionnaire("trv", process("trv", [step("trv-s", items("trv"))], in_overall=False))
    company.versions[digest_of(beside)] = beside
    core = list(company.versions.values())[:3]
    company.team("t", [[5] * 60] + [[2, 3, 4] * 20] * 5, asked=core)
    company.team("u", [[5] * 20] * 4 + [varied(number) for number in range(5)], asked=[beside])
    assert (straight(company).people, straight(company).overall_without) == (5, None)
    company = long("acq", "off", "exp")
    company.team("t", [[5] * 60] * 5 + [[2, 3, 4] * 20] * 5)
    assert (straight(company).people, straight(company).overall_without) == (5, pytest.approx(3.0))


def test_the_score_without_them_is_not_told_where_a_team_would_fall_out_of_it():
    """Four of them are in a team that is too small without them: what is left is the score without the one in the other team."""
    company = long("acq", "off", "exp")
    company.team("t", [[5] * 60] + [[1, 2, 3] * 20] * 7)
    company.team("u", [[5] * 60] * 4 + [[2, 3, 4] * 20])
    assert (straight(company).people, straight(company).overall_without) == (5, None)


def items(key):
    return [item(f"{key}-{number:02}") for number in range(20)]


def test_items_that_are_not_scored_are_no_part_of_a_line():
    rows = [[3] * 14 + [1] * 6] * 5 + [varied(number) for number in range(6)]
    assert straight(twenty(rows)) is None
    one_more = [
        [*row[:7], -9, *row[7:]] for row in [[3] * 15 + [1] * 4] * 5 + [varied(number)[:19] for number in range(6)]
    ]
    assert straight(twenty(one_more)).people == 5


# Haste.


def haste(company):
    return company.results().summary.haste


def in_haste(*teams):
    """An overall score of three processes; teams of hasty people at the first level, others at the second, and imported rows."""
    company = long("acq", "off", "exp")
    for name, (hasty, others, imported) in zip("tuv", teams, strict=False):
        rows = [[1, 2, 3] * 20] * hasty + [[3, 4, 5] * 20] * others
        company.team(name, rows, hasty=hasty, imported=imported)
    return company


@pytest.mark.parametrize(
    ("teams", "told"),
    [
        pytest.param([(5, 5, 0)], (5, 4.0), id="five among ten"),
        pytest.param([(4, 9, 0)], None, id="four are too few to be told"),
        pytest.param([(9, 4, 0)], None, id="four others are too few"),
        pytest.param([(0, 9, 0)], None, id="nobody"),
        pytest.param([(3, 6, 0), (2, 6, 0)], (5, 4.0), id="five in two teams"),
        pytest.param([(5, 4, 0), (0, 20, 20)], None, id="those whose answers were imported are no others"),
        pytest.param([(5, 4, 0), (0, 20, 10)], None, id="nor are those beside them"),
        pytest.param([(5, 5, 0), (0, 20, 20)], (5, 4.0), id="imported answers elsewhere"),
    ],
)
def test_haste_is_told_where_they_and_the_others_are_enough(teams, told):
    found = haste(in_haste(*teams))
    assert (found and (found.people, found.overall_without)) == (told and (told[0], pytest.approx(told[1])))


def test_hasty_people_who_gave_no_level_are_not_told_of():
    company = long("acq", "off", "exp")
    company.team("t", [[-1] * 60] * 5 + [[2, 3, 4] * 20] * 12, hasty=5)
    assert haste(company) is None
    company = long("acq", "off", "exp")
    company.team("t", [[-1] * 60] * 2 + [[2, 3, 4] * 20] * 12, hasty=8)
    assert haste(company).people == 6


def test_the_score_without_haste_is_not_told_where_it_does_not_move():
    company = long("acq", "off", "exp")
    company.team("t", [[2, 3, 4] * 20] * 12, hasty=6)
    assert (haste(company).people, haste(company).overall_without) == (6, None)


@pytest.mark.parametrize(
    ("straight", "hasty", "told"),
    [
        pytest.param(6, 5, False, id="one more in a straight line"),
        pytest.param(5, 6, False, id="one more in haste"),
        pytest.param(6, 6, True, id="the same people"),
        pytest.param(5, 10, True, id="five more in haste"),
    ],
)
def test_two_scores_without_some_people_never_differ_by_few(straight, hasty, told):
    """The one without those in a straight line and the one without the hasty ones could be subtracted."""
    company = long("acq", "off", "exp")
    rows = [[5] * 60] * straight + [[1, 2, 3] * 20] * (20 - straight)
    company.team("t", rows, hasty=hasty)
    found = company.results().summary
    assert (found.straight_lining.people, found.haste.people) == (straight, hasty)
    assert found.straight_lining.overall_without is not None
    assert (found.haste.overall_without is not None) is told


def test_who_is_hasty_changes_no_score():
    marked, plain = in_haste((5, 5, 0)).results(), in_haste((0, 5, 0))
    plain.answers[0] = msgspec.structs.replace(in_haste((5, 5, 0)).answers[0], hasty=msgspec.UNSET)
    plain.teams = in_haste((5, 5, 0)).teams
    bare = [msgspec.structs.replace(node, score_id=COMPANY) for node in plain.results().nodes]
    assert [msgspec.structs.replace(node, score_id=COMPANY) for node in marked.nodes] == bare
    assert plain.results().summary.haste is None
