"""How alive an indicator is, as people see it: the golden KPI, and the majority rule at its edges."""

import pytest
from companies import NA, Company, item, kpi, process, questionnaire, step
from goldens import GOLDEN

from assess.campaign.model import DONT_KNOW as DK
from assess.maturity.kpi import RUNGS, confirmed, index
from assess.maturity.model import State
from assess.maturity.scored import scored

G = GOLDEN["G13_rung"]
GIVEN = [3, 2, 4, 3, DK, 1, 3, 3, 2]
ASKED = questionnaire("q", process("q", [step("s", [item("a")])], [kpi("kpi-q")]))


def seen(*groups, key="company"):
    """The indicator of teams that give these rungs, each a pair of rungs and headcount, or rungs alone."""
    company = Company(ASKED)
    for number, group in enumerate(groups):
        rungs, invited = group if isinstance(group, tuple) else (group, 0)
        company.team(f"team-{number}", [[3, rung] for rung in rungs], invited=invited)
    return next(node for node in company.results().nodes if node.key == key).processes[0].kpis[0]


def told_of(asked, rows):
    """The shares of a team's people who reach rung 1 … 5 of the indicator, and of those who know it."""
    company = Company(asked)
    company.team("team", rows)
    (found,) = scored(company.inputs()).processes
    return found.rolled.rungs[0, 0].tolist()


def test_the_golden_indicator():
    found = seen(GIVEN)
    assert found.result.value == pytest.approx(G["mean"], rel=1e-9)
    assert found.result.index == index(found.result.value) == pytest.approx(G["K"], rel=1e-9)
    *shares, known = told_of(ASKED, [[3, rung] for rung in GIVEN])
    assert shares == pytest.approx([G["share_ge"][str(rung)] for rung in RUNGS], rel=1e-9)
    assert confirmed(shares, known) == found.rung == G["team_rung"]
    assert known == pytest.approx(G["awareness"], rel=1e-9)
    assert found.awareness == 0.9  # told in steps of 5 %


@pytest.mark.parametrize(
    ("given", "rung"),
    [
        pytest.param([0, 0, 0, 0, 0], 0, id="unknown to all"),
        pytest.param([5, 5, 5, 0, 0], 5, id="60 % are a majority"),
        pytest.param([5, 5, 0, 0, 0], 0, id="one or two enthusiasts are none"),
        pytest.param([5, 5, 2, 2, 0], 2, id="the highest rung that the majority reaches"),
        pytest.param([4] * 6 + [DK] * 4, 4, id="known to 60 %"),
        pytest.param([4] * 5 + [DK] * 4, 2, id="owned but unknown: no more than measured"),
        pytest.param([1] * 5 + [DK] * 9, 1, id="low rungs need not be known"),
        pytest.param([4] * 5 + [NA] * 4, 4, id="does not apply is no lack of awareness"),
    ],
)
def test_the_rung_that_a_team_confirms(given, rung):
    assert seen(given, key="team-0").rung == rung


def test_the_majority_that_must_know_it_is_counted_before_the_share_is_rounded():
    found = seen([4] * 7 + [DK] * 5)
    assert (found.awareness, found.rung) == (0.6, 2)  # 7 of 12 are 58 %


def test_how_many_do_not_know_an_indicator_is_not_told_by_how_many_give_a_rung():
    shares = [seen([4] * 24 + [DK] * unknown).awareness for unknown in range(8)]
    assert shares == [1.0, 0.95, 0.9, 0.9, 0.85, 0.85, 0.8, 0.75]


def test_groups_are_heard_by_their_headcount():
    one, other = [3] * 6, [1] * 5 + [DK] * 5
    assert seen((one, 12), (other, 10)).awareness == 0.75  # (12 · 1 + 10 · 0.5) / 22 = 0.77
    assert seen((one, 18), (other, 10)).rung == 3  # 18 of 28 reach it
    assert seen((one, 14), (other, 10)).rung == 1  # 14 of 24 do not


def test_an_indicator_that_too_few_know_has_no_rung():
    found = seen([3] * 4 + [DK] * 4)
    assert (found.result.state, found.rung, found.awareness) == (State.BELOW_THRESHOLD, None, None)
