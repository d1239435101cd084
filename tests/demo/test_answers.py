"""The invented people answer as a company would, and the same way each time."""

from itertools import groupby
from statistics import mean

import pytest

from assess.campaign.model import DONT_KNOW, NOT_APPLICABLE
from assess.demo.answers import Ending, endings, taps

PACKED = {DONT_KNOW, *NOT_APPLICABLE.values()}


@pytest.fixture(scope="module")
def played(pilot, questions):
    """Each team's people with how far they go and what they tap."""
    return {
        team: list(_play(pilot, list(persons), questions[team]))
        for team, persons in groupby(pilot.persons, key=lambda person: person.team)
    }


def _play(pilot, persons, asked):
    kinds = endings(pilot.profiles, persons)
    return [
        (person, kinds[person.email], taps(pilot.profiles, person, kinds[person.email], asked)) for person in persons
    ]


def _said(people, begins=""):
    """The levels finally said about practices whose key begins so, one list a person."""
    final = [{tap.item: tap.value for tap in made} for _, ending, made in people if ending is Ending.SUBMITTED]
    return [
        [
            value
            for item, value in one.items()
            if value not in PACKED and item.startswith(begins) and not item.startswith("kpi-")
        ]
        for one in final
    ]


def test_the_same_seed_gives_the_same_answers(pilot, questions, played):
    for team, people in played.items():
        assert list(_play(pilot, [person for person, _, _ in people], questions[team])) == people


def test_answers_do_not_depend_on_who_else_answers(pilot, questions, played):
    person, ending, made = played["service-client"][3]
    assert taps(pilot.profiles, person, ending, questions["service-client"]) == made


def test_every_answer_is_on_its_scale(questions, played):
    for team, people in played.items():
        scales = {question.key: set(question.ordinals) for question in questions[team]}
        for _, _, made in people:
            assert all(tap.value in scales[tap.item] | PACKED for tap in made)


def test_sequence_numbers_only_grow(played):
    for people in played.values():
        for _, _, made in people:
            assert [tap.sequence for tap in made] == list(range(1, len(made) + 1))


def test_as_many_people_stop_as_the_profile_says(pilot, questions, played):
    for team, people in played.items():
        kinds = [ending for _, ending, _ in people]
        assert kinds.count(Ending.ABSENT) == pilot.profiles.teams[team].absent
        assert kinds.count(Ending.UNFINISHED) == pilot.profiles.teams[team].unfinished
        for _, ending, made in people:
            reached = {tap.item for tap in made}
            assert (reached == {question.key for question in questions[team]}) is (ending is Ending.SUBMITTED)


def test_some_answers_are_corrected_afterwards(played):
    made = [made for people in played.values() for _, _, made in people]
    again = sum(len(one) - len({tap.item for tap in one}) for one in made)
    assert 0.02 < again / sum(map(len, made)) < 0.08


def test_some_do_not_know_and_some_are_not_concerned(played):
    values = [tap.value for people in played.values() for _, _, made in people for tap in made]
    assert 0.02 < values.count(DONT_KNOW) / len(values) < 0.15
    assert 0.01 < sum(value in NOT_APPLICABLE.values() for value in values) / len(values) < 0.1


def test_the_service_team_is_strong_and_one_shop_is_weak(played):
    averages = {team: mean(value for one in _said(people) for value in one) for team, people in played.items()}
    assert averages["service-client"] > 3.3
    assert averages["boutique-lille"] < 2.2


def test_the_sales_team_is_polarised(played):
    own = sorted(mean(one) for one in _said(played["ventes-entreprises"], "acq-"))
    assert own[-4] - own[3] > 1


def test_people_of_a_team_resemble_each_other(played):
    of_lille = [mean(one) for one in _said(played["boutique-lille"])]
    of_service = [mean(one) for one in _said(played["service-client"])]
    assert max(of_lille) < min(of_service)
