"""The pilot company keeps the rules that the demonstration promises."""

from collections import Counter

import pytest

from assess import shipped
from assess.campaign.roster import entries_from_sheet, people_of
from assess.demo.pilot import PEOPLE
from assess.sheets import read_sheet
from assess.tenancy.team_sheet import COLUMNS, check_tree, teams_from_sheet

SMALL = 3


@pytest.fixture(scope="module")
def teams(pilot):
    return {row.new.key: row.new for row in teams_from_sheet(pilot.teams)}


@pytest.fixture(scope="module")
def sizes(pilot):
    return Counter(person.team for person in pilot.persons)


def test_every_column_of_the_sheets_is_there(pilot):
    assert list(read_sheet(pilot.teams, COLUMNS, required=COLUMNS)[0].cells) == list(COLUMNS)
    assert list(read_sheet(pilot.people, PEOPLE, required=PEOPLE)[0].cells) == list(PEOPLE)


def test_the_teams_form_a_tree_of_depth_two(teams):
    check_tree(list(teams.values()), {})
    assert all(teams[team.parent].parent is None for team in teams.values() if team.parent)


def test_at_least_nine_teams_answer_and_they_are_the_leaves(pilot, teams):
    leaves = teams.keys() - {team.parent for team in teams.values()}
    assert pilot.campaign.assessments.keys() == leaves
    assert len(leaves) >= 9


def test_one_team_has_three_people_and_the_others_six_to_fourteen(sizes):
    assert sorted(sizes.values())[0] == SMALL
    assert all(6 <= size <= 14 for size in sorted(sizes.values())[1:])


def test_departments_have_no_people_of_their_own(pilot, sizes):
    assert sizes.keys() == pilot.campaign.assessments.keys()


@pytest.mark.parametrize(
    ("function", "questionnaire"),
    [
        ("sales", "acquisition"),
        ("marketing", "acquisition"),
        ("offer", "offer"),
        ("service", "experience"),
        ("site", "experience"),
    ],
)
def test_each_function_answers_its_process(pilot, teams, function, questionnaire):
    carrying = [key for key, team in teams.items() if function in team.functions]
    assert carrying
    assert all(questionnaire in pilot.campaign.assessments[key] for key in carrying)


def test_everybody_answers_the_transversal_questionnaire(pilot):
    assert all("transversal" in asked for asked in pilot.campaign.assessments.values())


def test_nobody_can_be_mistaken_for_a_real_person(pilot, teams):
    assert all(person.email.endswith("@example.com") for person in pilot.persons)
    people = {person.name for person in pilot.persons}
    assert {team.lead for team in teams.values() if team.lead} <= people
    assert "invented" in (shipped.folder("examples") / "pilote" / "README.md").read_text("utf-8")


def test_the_roster_is_accepted_as_it_is(pilot):
    people = people_of(entries_from_sheet(pilot.people), pilot.campaign.assessments.keys(), pilot.campaign.languages)
    assert len(people) == len(pilot.persons)
    assert {person.language for person in people} == {"fr", "en"}
    assert Counter(person.language for person in people)["fr"] > len(people) * 0.9


def test_every_team_has_a_profile_whose_words_are_known(pilot, questions):
    assert pilot.profiles.teams.keys() == pilot.campaign.assessments.keys()
    for team, profile in pilot.profiles.teams.items():
        items = [question.key for question in questions[team]]
        for key in [*profile.steps, *profile.foreign]:
            assert any(item == key or item.startswith(f"{key}-") for item in items), f"{team}: {key} is asked of nobody"


def test_between_five_and_twenty_per_cent_do_not_finish(pilot):
    stopped = sum(profile.absent + profile.unfinished for profile in pilot.profiles.teams.values())
    assert 0.05 <= stopped / len(pilot.persons) <= 0.2
