"""Gaps: read from what is published, and nowhere else."""

from fractions import Fraction

import pytest
from msgspec.structs import replace
from situations import COMPANY, DIGESTS, PUBLISHED, facts, node, team, uid

from assess.maturity.model import State
from assess.questionnaire.model import Kind
from assess.roadmap.gaps import asked_items, gap_of, rooms

OFFER = [PUBLISHED[DIGESTS["offer"]]]
ITEM = "off-listen-insight"


def rooms_of(nodes, teams=None, key=ITEM):
    return rooms(facts(teams or [team(10, "offer", ["offer"], ["offer"])], nodes))[key]


@pytest.mark.parametrize(
    ("level", "gap"),
    [
        pytest.param("1", "1", id="one level up"),
        pytest.param("3.4", "0.6", id="up to four"),
        pytest.param("4", "0", id="four is enough"),
        pytest.param("4.7", "0", id="never down"),
    ],
)
def test_the_target_is_one_level_up_and_at_most_four(level, gap):
    assert gap_of(Fraction(level)) == Fraction(gap)


def test_one_level_everywhere_is_worth_25_points():
    practices = [item for item in asked_items(PUBLISHED.values()).values() if item.kind is Kind.PRACTICE]
    assert sum(item.worth for item in practices) == 25


def test_two_versions_of_a_questionnaire_are_one_process():
    older = PUBLISHED[DIGESTS["offer"]]
    newer = replace(older, version="1.1.0")
    assert asked_items([older, newer])[ITEM].worth == asked_items([older])[ITEM].worth


def test_a_rung_of_every_kpi_is_worth_two_points():
    kpis = [item for item in asked_items(PUBLISHED.values()).values() if item.kind is Kind.KPI]
    assert sum(item.worth for item in kpis) == 2


def test_a_team_weighs_as_its_people_among_those_asked():
    teams = [team(10, "a", [], ["offer"], headcount=30), team(11, "b", [], ["offer"], headcount=10), team(12, "c", [])]
    nodes = [node(COMPANY, "company", None, OFFER), *(node(uid(n), "t", COMPANY, OFFER) for n in (10, 11))]
    first, second = rooms_of(nodes, teams)
    assert first.points == 3 * second.points
    assert first.points + second.points == first.item.worth


@pytest.mark.parametrize(
    "state", [State.BELOW_THRESHOLD, State.PROTECTS_OTHERS, State.LOW_PARTICIPATION, State.NO_ANSWERS]
)
def test_a_hidden_cell_is_never_read_and_its_nearest_published_ancestor_is(state):
    nodes = [
        node(COMPANY, "company", None, OFFER, level=1.5),
        node(uid(20), "parent", COMPANY, OFFER, level=2.25),
        node(uid(10), "offer", uid(20), OFFER, level=3.9, states={ITEM: state}),
    ]
    (room,) = rooms_of(nodes)
    assert (room.read_from, room.level, room.gap) == (uid(20), Fraction(9, 4), 1)


def test_hidden_ancestors_are_passed_over():
    nodes = [
        node(COMPANY, "company", None, OFFER, level=1.5),
        node(uid(20), "parent", COMPANY, OFFER, state=State.PROTECTS_OTHERS),
        node(uid(10), "offer", uid(20), OFFER, state=State.BELOW_THRESHOLD),
    ]
    assert rooms_of(nodes)[0].read_from == COMPANY


def test_what_is_published_nowhere_has_no_gap():
    hidden = State.BELOW_THRESHOLD
    nodes = [node(COMPANY, "c", None, OFFER, state=hidden), node(uid(10), "offer", COMPANY, OFFER, state=hidden)]
    assert rooms_of(nodes) == []


@pytest.mark.parametrize("state", [State.NOT_APPLICABLE, State.NOT_ASKED])
def test_what_does_not_apply_to_a_team_is_not_read_above_it(state):
    nodes = [node(COMPANY, "company", None, OFFER), node(uid(10), "offer", COMPANY, OFFER, states={ITEM: state})]
    assert rooms_of(nodes) == []


def test_a_process_that_does_not_apply_leaves_no_gap():
    nodes = [node(COMPANY, "c", None, OFFER), node(uid(10), "offer", COMPANY, OFFER, state=State.NOT_APPLICABLE)]
    assert rooms_of(nodes) == []


def test_each_missing_rung_of_a_kpi_is_room_for_itself():
    nodes = [node(COMPANY, "company", None, OFFER), node(uid(10), "offer", COMPANY, OFFER, rung=2)]
    found = rooms_of(nodes, key="kpi-off-decision-time")
    assert [(room.cell.rung, room.gap) for room in found] == [(3, 1), (4, 1), (5, 1)]
