"""The factual rung: each rung by its facts, what is missing said in both languages."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from goldens import GOLDEN
from msgspec.structs import replace

from assess.maturity.kpis.attainment import attainment, interval_of, quadrant, relative_gap, status, way_done, wilson
from assess.maturity.kpis.model import Measure, Review, Sheet, TargetBand, TeamTerms, sheet_for
from assess.maturity.kpis.records import KpiRecord, factual
from assess.maturity.model import Interval, State
from assess.typography import faults

TEAM, OTHER = UUID(int=1), UUID(int=2)
TODAY = date(2026, 7, 8)
TEXT = {"fr": "Un texte.", "en": "A text."}
DEFINED = Sheet(
    process="acq",
    name=TEXT,
    purpose=TEXT,
    formula=TEXT,
    unit="share",
    direction="up",
    source=TEXT,
    cadence_days=30,
    owner=None,
    baseline=None,
    target=None,
    target_on=None,
    automated=False,
    alert_rule=None,
    teams=[],
    formula_revision=1,
)
OWNED = replace(DEFINED, owner="Ana Petit", baseline=30.0, target=50.0, target_on=date(2026, 12, 31))
ENDS = [date(2026, 6, 30), date(2026, 5, 31), date(2026, 4, 30), date(2026, 3, 31), date(2026, 2, 28)]


def value(end, numerator=9, denominator=20, *, late=3, formula=1):
    return Measure(
        period_end=end,
        measured_on=end + timedelta(late),
        value=100 * numerator / denominator,
        numerator=numerator,
        denominator=denominator,
        formula_revision=formula,
    )


def review(day, note="Vu.", deviation=None, action=None, checked=False):
    return Review(reviewed_on=day, note=note, deviation=deviation, action=action, effect_checked=checked)


MEASURED = [value(end) for end in ENDS]
REVIEWS = [review(end + timedelta(4)) for end in ENDS[:4]]
ACTED = [review(ENDS[1] + timedelta(9), deviation="Trop bas.", action="Relancer.", checked=True)]


def record(sheet=OWNED, measures=MEASURED, reviews=()):
    return KpiRecord(
        team_id=TEAM,
        kpi="kpi-acq-win-rate",
        process="acq",
        sheet=sheet,
        measures=sorted(measures, key=lambda each: each.period_end),
        reviews=sorted(reviews, key=lambda each: each.reviewed_on),
    )


def rung(*parts, awareness=0.8, as_of=TODAY, **more):
    return factual(record(*parts, **more), awareness, as_of).rung


@pytest.mark.parametrize(
    ("known", "reached"),
    [
        pytest.param(record(replace(DEFINED, formula=None), []), 0, id="not all of the seven facts"),
        pytest.param(record(replace(OWNED, purpose={"fr": "  "}), reviews=REVIEWS), 0, id="blanks are no fact"),
        pytest.param(record(DEFINED, []), 1, id="defined"),
        pytest.param(record(OWNED, MEASURED[:1]), 1, id="one value"),
        pytest.param(record(DEFINED, MEASURED[:2]), 2, id="two values on time"),
        pytest.param(record(OWNED), 3, id="owned, with a target, and known"),
        pytest.param(record(OWNED, reviews=REVIEWS[:2]), 3, id="two of four cycles reviewed"),
        pytest.param(record(OWNED, reviews=REVIEWS[1:]), 4, id="three of four cycles, the running one has time left"),
        pytest.param(record(OWNED, reviews=[*REVIEWS[:2], REVIEWS[3]]), 4, id="three of four, one left out"),
        pytest.param(record(OWNED, reviews=REVIEWS + ACTED), 5, id="a deviation, an action, its effect checked"),
        pytest.param(
            record(replace(OWNED, automated=True, alert_rule="Sous 40."), reviews=REVIEWS),
            5,
            id="automatic, with an alert",
        ),
        pytest.param(record(replace(OWNED, automated=True), reviews=REVIEWS), 4, id="automatic, without an alert"),
    ],
)
def test_each_rung_stands_on_those_below(known, reached):
    found = factual(known, 0.8, TODAY)
    assert found.rung == reached
    assert bool(found.missing) == (reached < 5)
    for text in found.missing:
        assert set(text) == {"fr", "en"}
        assert not faults(text["fr"], "fr") + faults(text["en"], "en")


def test_a_higher_fact_does_not_make_up_for_a_lower_one():
    everything = record(replace(OWNED, source=None), reviews=REVIEWS + ACTED)
    assert factual(everything, 1.0, TODAY).rung == 0
    assert factual(everything, 1.0, TODAY).missing[0]["en"] == "The record sheet has no source."


@pytest.mark.parametrize(
    ("measures", "reached"),
    [
        pytest.param([value(ENDS[0], late=7), value(ENDS[1], late=7)], 2, id="a quarter of the cadence late"),
        pytest.param([value(ENDS[0]), value(ENDS[1], late=8)], 1, id="a day later"),
        pytest.param([value(ENDS[0]), value(ENDS[0] - timedelta(37))], 2, id="a period a quarter longer"),
        pytest.param([value(ENDS[0]), value(ENDS[0] - timedelta(38))], 1, id="longer still"),
        pytest.param([value(ENDS[0]), value(ENDS[0] - timedelta(23))], 2, id="a quarter shorter"),
        pytest.param([value(ENDS[0]), value(ENDS[0] - timedelta(22))], 1, id="shorter still"),
        pytest.param([value(ENDS[0]), value(ENDS[1], formula=2)], 1, id="two formulas"),
        pytest.param([value(ENDS[0]), value(ENDS[2])], 1, id="a period without a value"),
        pytest.param([value(ENDS[0] - timedelta(7 * n)) for n in range(6)], 2, id="more often than it must"),
        pytest.param([value(TODAY + timedelta(1)), value(ENDS[0])], 1, id="what is still to come"),
    ],
)
def test_two_values_that_follow_each_other_on_time(measures, reached):
    assert rung(DEFINED, measures) == reached


def test_an_indicator_that_is_measured_no_more_is_only_defined():
    last = ENDS[0] + timedelta(37)
    assert (rung(as_of=last), rung(as_of=last + timedelta(1))) == (3, 1)
    (missing,) = factual(record(), 0.8, last + timedelta(1)).missing
    assert missing == {
        "fr": "La valeur suivant celle du 30\u00a0juin 2026 est en retard.",
        "en": "The value after that of 30\u00a0June 2026 is overdue.",
    }


@pytest.mark.parametrize(
    ("sheet", "awareness", "missing"),
    [
        pytest.param(replace(OWNED, owner=None), 0.8, "No named person owns it.", id="owner"),
        pytest.param(replace(OWNED, baseline=None), 0.8, "It has no baseline.", id="baseline"),
        pytest.param(replace(OWNED, target=None), 0.8, "It has no target.", id="target"),
        pytest.param(replace(OWNED, target_on=None), 0.8, "Its target has no date.", id="date"),
        pytest.param(OWNED, 0.59, "Less than 60% of the team know it.", id="awareness"),
        pytest.param(
            OWNED,
            State.BELOW_THRESHOLD,
            "Nothing shows that the team knows it.",
            id="too few who say whether they know",
        ),
        pytest.param(OWNED, State.NO_ANSWERS, "Nothing shows that the team knows it.", id="nobody who says so"),
    ],
)
def test_what_owned_and_targeted_lacks_is_said(sheet, awareness, missing):
    found = factual(record(sheet), awareness, TODAY)
    assert (found.rung, [text["en"] for text in found.missing]) == (2, [missing])


def test_where_nobody_is_asked_the_rung_does_without_and_says_so():
    found = factual(record(reviews=REVIEWS + ACTED), State.NOT_ASKED, TODAY)
    assert (found.rung, found.missing, len(found.waived)) == (5, [], 1)
    assert "No questionnaire asks" in found.waived[0]["en"]
    assert not faults(found.waived[0]["fr"], "fr")
    assert factual(record(), 0.8, TODAY).waived == []


def test_what_is_not_reached_is_not_said_to_do_without_anything():
    found = factual(record(replace(OWNED, owner=None)), State.NOT_ASKED, TODAY)
    assert (found.rung, [text["en"] for text in found.missing], found.waived) == (2, ["No named person owns it."], [])


def test_awareness_of_exactly_60_percent_is_enough():
    assert rung(awareness=0.1 + 0.5) == 3


def test_a_review_without_a_note_is_none():
    assert rung(reviews=[replace(each, note=" ") for each in REVIEWS]) == 3


@pytest.mark.parametrize(
    "closed",
    [
        pytest.param([replace(ACTED[0], effect_checked=False)], id="effect not checked"),
        pytest.param([replace(ACTED[0], action=None)], id="no action"),
        pytest.param([replace(ACTED[0], reviewed_on=ENDS[2])], id="three cycles ago"),
    ],
)
def test_what_does_not_close_the_loop(closed):
    assert rung(reviews=REVIEWS + closed) == 4


def test_two_reviews_in_one_cycle_count_once():
    assert rung(reviews=[review(ENDS[1] + timedelta(day)) for day in (1, 2, 3, 4)]) == 3


def test_a_team_s_own_terms_stand_in_place_of_the_common_ones():
    terms = TeamTerms(team_id=TEAM, owner=None, target=60.0)
    sheet = replace(OWNED, teams=[terms, TeamTerms(team_id=OTHER, owner="Zoé")])
    own = sheet_for(sheet, TEAM)
    assert (own.owner, own.target, own.baseline, own.teams) == (None, 60.0, 30.0, [])
    assert sheet_for(sheet, OTHER).owner == "Zoé"
    assert sheet_for(sheet, UUID(int=3)) == replace(OWNED, teams=[])


# Attainment: the goldens of the method.

OPEN, WIN = GOLDEN["G13_open"], GOLDEN["G13_wilson_win"]


def test_the_golden_open_rate_is_below_its_benchmark_for_sure():
    low, high = OPEN["wilson"]
    assert pytest.approx(OPEN["v"], rel=1e-9) == 412 / 2300
    assert wilson(412, 2300) == Interval(low=pytest.approx(low, rel=1e-9), high=pytest.approx(high, rel=1e-9))
    measure = value(ENDS[0], 412, 2300)
    assert status(measure.value, interval_of(measure), 20.0, "up") == "not_reached"
    assert relative_gap(measure.value, 20) == pytest.approx(OPEN["vs_bench"], rel=1e-9)
    assert way_done(measure.value, 15, 22) == pytest.approx(OPEN["attain_b15_t22"], rel=1e-9)


def test_the_golden_first_response_is_better_when_it_is_less():
    assert way_done(7, 12, 4) == pytest.approx(OPEN["lower_is_better_frt"], rel=1e-9)
    assert status(7, None, 4, "down") == "not_reached"
    assert status(4, None, 4, "down") == "reached"


def test_the_golden_nine_wins_of_twenty_decide_nothing():
    low, high = WIN["ci"]
    found = attainment(OWNED, [value(ENDS[0], 9, 20)])
    assert found is not None
    assert (found.value, found.status) == (pytest.approx(100 * WIN["v"], rel=1e-9), "undecided")
    assert found.interval == Interval(low=pytest.approx(100 * low, rel=1e-9), high=pytest.approx(100 * high, rel=1e-9))


@pytest.mark.parametrize(("numerator", "low", "high"), [(0, 0.0, None), (20, None, 1.0)])
def test_an_interval_ends_where_shares_end(numerator, low, high):
    found = wilson(numerator, 20)
    assert (found.low if low is not None else found.high) == (low if low is not None else high)
    assert 0 <= found.low < found.high <= 1


BAND = TargetBand(low=40, high=60, tolerance=10)


@pytest.mark.parametrize(
    ("at", "share", "verdict"),
    [
        (50, 1, "reached"),
        (40, 1, "reached"),
        (35, 0.5, "not_reached"),
        (65, 0.5, "not_reached"),
        (80, 0, "not_reached"),
    ],
)
def test_a_band_has_two_edges(at, share, verdict):
    assert way_done(at, None, BAND) == pytest.approx(share)
    assert status(at, None, BAND, "band") == verdict


def test_a_share_whose_interval_leaves_the_band_is_undecided():
    assert status(45, Interval(low=35, high=55), BAND, "band") == "undecided"


@pytest.mark.parametrize(
    ("sheet", "share", "verdict"),
    [
        pytest.param(replace(OWNED, target=None), None, "unknown", id="no target"),
        pytest.param(replace(OWNED, direction=None), 0.75, "unknown", id="no direction"),
        pytest.param(replace(OWNED, baseline=None), None, "undecided", id="no baseline"),
        pytest.param(replace(OWNED, target=31.0), 1.2, "undecided", id="far beyond a target, and not sure"),
        pytest.param(replace(OWNED, baseline=46.0), 0.0, "undecided", id="no further back than the baseline"),
        pytest.param(replace(OWNED, target=25.0, baseline=20.0), 1.2, "reached", id="reached for sure"),
    ],
)
def test_what_can_be_said_of_a_value(sheet, share, verdict):
    found = attainment(sheet, [value(ENDS[0])])
    assert found is not None
    assert (found.share, found.status) == (pytest.approx(share), verdict)


def test_without_a_value_there_is_no_attainment():
    found = factual(record(DEFINED, []), 0.8, TODAY)
    assert (found.attainment, found.quadrant) == (None, "dead_unknown")


def test_a_value_under_an_earlier_formula_says_nothing_of_today_s_target():
    """45 % measured under the first formula; now hours are counted, and 50 of them are the target."""
    hours = replace(OWNED, unit="hours", formula_revision=2)
    found = factual(record(hours), 0.8, TODAY)
    assert (found.rung, found.attainment, found.quadrant) == (1, None, "dead_unknown")
    mixed = factual(record(hours, [*MEASURED[1:], replace(MEASURED[0], value=60.0, formula_revision=2)]), 0.8, TODAY)
    assert (mixed.attainment.value, mixed.attainment.period_end) == (60.0, ENDS[0])


@pytest.mark.parametrize("target", [25.0, 45.0, 90.0])
def test_a_share_without_its_cases_decides_nothing(target):
    bare = replace(value(ENDS[0]), numerator=None, denominator=None)
    sheet = replace(OWNED, baseline=20.0, target=target)
    found = attainment(sheet, [bare])
    assert (found.value, found.interval, found.status) == (45.0, None, "undecided")
    assert found.share == pytest.approx(min(1.2, 25 / (target - 20)))
    assert attainment(replace(sheet, unit="percent"), [bare]).status == ("not_reached" if target > 45 else "reached")
    assert attainment(replace(sheet, target=None), [bare]).status == "unknown"


@pytest.mark.parametrize(
    ("alive", "target", "expected"),
    [
        (3, 25.0, "live_good"),
        (2, 25.0, "dead_good"),
        (3, 50.0, "live_bad"),
        (2, 50.0, "dead_bad"),
        (3, None, "live_unknown"),
        (2, None, "dead_unknown"),
    ],
)
def test_liveness_and_attainment_make_a_quadrant(alive, target, expected):
    reached = attainment(replace(OWNED, baseline=20.0, target=target), [value(ENDS[0])])
    assert quadrant(alive, reached) == expected
