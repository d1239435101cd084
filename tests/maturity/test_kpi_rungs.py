"""How alive an indicator is: the golden KPI, and the majority rule at its edges."""

import pytest
from companies import GOLDEN, NA, kpi

from assess.campaign.model import DONT_KNOW as DK
from assess.maturity.kpi import Perceived, index, perceived, together
from assess.maturity.scoring import cell

G = GOLDEN["G13_rung"]


def seen(given):
    return perceived(cell(kpi("k"), given, 1))


def test_the_golden_indicator():
    found = cell(kpi("k"), [3, 2, 4, 3, DK, 1, 3, 3, 2], 5)
    assert found.mean == pytest.approx(G["mean"], rel=1e-9)
    assert index(found.mean) == pytest.approx(G["K"], rel=1e-9)
    assert perceived(found).shares == pytest.approx(tuple(G["share_ge"].values()), rel=1e-9)
    assert perceived(found).rung == G["team_rung"]
    assert perceived(found).awareness == pytest.approx(G["awareness"], rel=1e-9)


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
    assert seen(given).rung == rung


def test_groups_are_heard_by_their_headcount():
    one = Perceived(shares=(1.0, 1.0, 1.0, 0.0, 0.0), awareness=1.0)
    other = Perceived(shares=(1.0, 0.0, 0.0, 0.0, 0.0), awareness=0.5)
    assert together([(6, one), (4, other)]).shares == pytest.approx((1.0, 0.6, 0.6, 0.0, 0.0))
    assert together([(6, one), (4, other)]).awareness == pytest.approx(0.8)
    assert (together([(6, one), (4, other)]).rung, together([(5, one), (5, other)]).rung) == (3, 1)
