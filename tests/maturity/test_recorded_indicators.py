"""What records show beside what people say: the factual rung of a team, of a parent, and in the KPI maturity of a process."""

from datetime import date

import pytest
from companies import Company, item, kpi, process, questionnaire, step
from msgspec.structs import replace
from test_records import DEFINED, OWNED, value

from assess.campaign.model import DONT_KNOW as DK
from assess.maturity.kpis.records import KpiRecord
from assess.maturity.model import State

ASKED = questionnaire("q", process("q", [step("s", [item("a")])], [kpi("kpi-1"), kpi("kpi-2")]))
KNOWN = {0: replace(DEFINED, name=None), 1: DEFINED, 2: OWNED, 3: OWNED}
VALUES = [value(date(2026, 2, 28), late=0), value(date(2026, 3, 30), late=0)]


def recorded(company, team, rung, key="kpi-1"):
    """A record that shows a rung by the cut-off: 3 if the team knows the indicator, otherwise 2."""
    measures = VALUES if rung >= 2 else []
    record = KpiRecord(team_id=team, kpi=key, process="q", sheet=KNOWN[rung], measures=measures, reviews=[])
    company.records.append(record)


def processes(company):
    return {node.key: node.processes[0] for node in company.results().nodes}


def company(*teams):
    """Teams of six who say a rung on both indicators, each with the rung that its record shows of the first (or none)."""
    made = Company(ASKED)
    for number, (said, rung) in enumerate(teams):
        team = made.team(f"t{number}", [[3, said, said]] * 6)
        if rung is not None:
            recorded(made, team, rung)
    return made


@pytest.mark.parametrize(
    ("said", "rung", "gap", "finding"),
    [
        pytest.param(4, 1, 3.0, "believed_not_evidenced", id="believed but not evidenced"),
        pytest.param(1, 3, -2.0, "dead_indicator", id="measured, unseen"),
        pytest.param(3, 2, None, None, id="one rung apart is together"),
        pytest.param(2, 3, -1.0, None, id="one rung apart the other way"),
    ],
)
def test_a_team_s_own_record_stands_beside_what_people_say(said, rung, gap, finding):
    found = processes(company((said, rung)))["t0"].kpis[0]
    assert found.factual.rung == (3 if rung == 2 else rung)  # six of six know it
    assert found.gap == (said - found.factual.rung if gap is None else gap)
    assert found.finding == finding


def test_whether_a_team_knows_its_indicator_is_read_from_its_answers():
    made = Company(ASKED)
    recorded(made, made.team("known", [[3, 2, 2]] * 6), 3)
    recorded(made, made.team("unknown", [[3, 2, 2]] * 5 + [[3, DK, 2]] * 5), 3)
    found = processes(made)
    assert [found[key].kpis[0].factual.rung for key in ("known", "unknown")] == [3.0, 2.0]


def test_what_a_record_shows_stands_for_what_people_say_in_the_maturity_of_the_process():
    found = processes(company((4, 1)))["t0"]
    assert found.kpi_maturity.value == pytest.approx((1 + 4) / 2)
    assert found.kpis[0].result.value == 4.0
    assert found.kpi_maturity.n == 6


def test_where_every_indicator_has_a_record_nobody_s_answers_make_it_unsure():
    made = company((4, 1))
    recorded(made, made.teams[0].team_id, 1, "kpi-2")
    found = processes(made)["t0"].kpi_maturity
    assert (found.value, found.n, found.interval, found.comparison) == (1.0, 0, None, None)


def test_a_record_counts_where_too_few_people_gave_a_rung():
    made = Company(ASKED)
    recorded(made, made.team("t0", [[3, DK, 4]] * 6), 1)
    found = processes(made)["t0"]
    assert (found.kpis[0].result.state, found.kpis[0].factual.rung, found.kpis[0].gap) == (State.NO_ANSWERS, 1.0, None)
    assert found.kpi_maturity.value == pytest.approx((1 + 4) / 2)


def test_a_parent_has_the_mean_rung_of_its_teams_where_those_with_a_record_are_enough():
    enough = processes(company((2, 1), (2, 1), (2, 3), (2, None), (2, None)))["company"].kpis[0]
    assert enough.factual.rung == pytest.approx((1 + 1 + 3) / 3)
    assert (enough.factual.attainment, enough.factual.quadrant, enough.factual.missing) == (None, None, [])
    too_few = processes(company((2, 1), (2, 3), (2, None), (2, None)))["company"].kpis[0]
    assert (too_few.factual, too_few.gap, too_few.finding) == (None, None, None)


@pytest.mark.parametrize(
    ("second", "maturity"),
    [
        pytest.param(2, (2 + 4) / 2, id="both have one: the mean of 1 and 3, by headcount"),
        pytest.param(None, (4 + 4) / 2, id="one has none: what people say"),
    ],
)
def test_hidden_teams_that_are_pooled_count_as_recorded_only_if_all_of_them_are(second, maturity):
    made = Company(ASKED)
    teams = [made.team(f"t{number}", [[3, 4, 4]] * 4) for number in range(2)]
    recorded(made, teams[0], 1)
    if second is not None:
        recorded(made, teams[1], second)
    found = processes(made)
    assert found["t0"].result.state is State.BELOW_THRESHOLD
    assert found["company"].kpi_maturity.value == pytest.approx(maturity)


def test_an_indicator_that_nobody_is_asked_about_appears_with_its_record_which_need_not_be_known():
    made = company((2, None))
    recorded(made, made.teams[0].team_id, 2, "kpi-unasked")
    found = processes(made)["t0"].kpis[2]
    assert (found.key, found.result.state, found.rung, found.factual.rung) == (
        "kpi-unasked",
        State.NOT_ASKED,
        None,
        3.0,
    )
    assert [text["en"][:20] for text in found.factual.waived] == ["No questionnaire ask"]


def departments(*said):
    """Two teams of one department who say these rungs of the first indicator, and a third team beside it."""
    made = Company(ASKED)
    parent = made.parent("p")
    for number, rungs in enumerate((*said, [2] * 6)):
        made.team(f"t{number}", [[3, rung, 2] for rung in rungs], parent if number < 2 else None)
    return made, parent


@pytest.mark.parametrize(
    ("second", "rung", "quadrant"),
    [
        pytest.param([2] * 6, 3.0, "live_unknown", id="ten of twelve know it"),
        pytest.param(
            [2] + [DK] * 5, 2.0, "dead_unknown", id="of one team nobody can say so: six of twelve are too few"
        ),
    ],
)
def test_a_parent_s_own_record_counts_there_and_nowhere_else(second, rung, quadrant):
    made, parent = departments([2] * 5 + [DK], second)
    recorded(made, parent, 3)
    found = processes(made)
    own = found["p"].kpis[0]
    assert (own.factual.rung, own.factual.attainment.value) == (rung, 45.0)
    assert (own.factual.quadrant, own.gap) == (quadrant.replace("unknown", "bad"), own.result.value and 2 - rung)
    assert [found[key].kpis[0].factual for key in ("company", "t0", "t1", "t2")] == [None] * 4
    assert found["p"].kpi_maturity == departments_without(second)["p"].kpi_maturity


def departments_without(second):
    return processes(departments([2] * 5 + [DK], second)[0])


def test_without_a_record_of_its_own_a_parent_has_its_teams_mean():
    made, _ = departments([2] * 6, [2] * 6)
    for team, rung in zip(made.teams[1:3], (1, 3), strict=True):
        recorded(made, team.team_id, rung)
    assert processes(made)["p"].kpis[0].factual.rung == 2.0


def test_a_record_of_another_process_or_team_changes_nothing():
    made, alone = company((2, None)), company((2, None))
    made.records.append(
        KpiRecord(team_id=made.teams[0].team_id, kpi="kpi-1", process="z", sheet=DEFINED, measures=[], reviews=[])
    )
    assert processes(made) == processes(alone)
