"""The pilot company, read once."""

import pytest

from assess import shipped
from assess.demo.answers import Question
from assess.demo.pilot import Pilot, read_pilot
from assess.questionnaire.files import read_yaml
from assess.questionnaire.model import Kind, Questionnaire


@pytest.fixture(scope="session")
def pilot() -> Pilot:
    """The company of ``examples/pilote``."""
    return read_pilot(shipped.folder("examples") / "pilote")


@pytest.fixture(scope="session")
def questionnaires(pilot: Pilot) -> dict[str, Questionnaire]:
    """The questionnaires that the pilot company answers, by key."""
    asked = {pair for team in pilot.campaign.assessments.values() for pair in team.items()}
    folder = shipped.folder("questionnaires")
    return {key: read_yaml(folder / key / f"{version}.yaml", Questionnaire) for key, version in asked}


@pytest.fixture(scope="session")
def questions(pilot: Pilot, questionnaires: dict[str, Questionnaire]) -> dict[str, list[Question]]:
    """What each team is asked, by the team's key."""
    return {
        team: [
            Question(item.key, item.kind is Kind.KPI, tuple(sorted(item.ordinals)))
            for key in asked
            for item in questionnaires[key].items()
        ]
        for team, asked in pilot.campaign.assessments.items()
    }
