"""What a stranger can put into a request: every id and name of another organisation, wherever a route takes one."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from assess.campaign.tokens import InvitationText, write_invitation
from world import MARK, World

Names = Mapping[str, str]

STAND = f"stand{MARK}"
"""The key of a team that only the shared world has."""


def foreign(world: World) -> dict[str, str]:
    """Everything of that world that a route may take."""
    return {**world.ids, "team": STAND, "token": _token(world.organisation)}


def unknown(like: Names) -> dict[str, str]:
    """The same names for what nobody has; a text of the same length in each place."""
    fresh = {name: str(uuid4()) if _is_id(value) else value for name, value in like.items()}
    return {**fresh, "team": "x" * len(like["team"]), "token": _token(uuid4())}


def _token(organisation: UUID) -> str:
    """An invitation that names an organisation and was never made."""
    return write_invitation(InvitationText(organisation, b"t" * 32))


def _is_id(value: str) -> bool:
    try:
        return str(UUID(value)) == value
    except ValueError:
        return False


def _team(its: Names) -> dict[str, Any]:
    return {"key": "new", "name": "Nouvelle", "parent": its["team"]}


def _person(its: Names) -> dict[str, Any]:
    return {"name": "Noé", "email": "noe@example.com", "language": "fr", "perspective": "member", "team": its["team"]}


def _collected(its: Names) -> dict[str, Any]:
    return {"team": its["team"], "respondent": "r1", "item": "off-listen-insight", "answer": 3}


def _choice(its: Names) -> dict[str, Any]:
    return {"team": its["team"], "questionnaires": [{"key": "offer", "version": "1.0.0"}]}


_VALUE = {"numerator": 7, "denominator": 20, "measured_on": "2025-04-03"}

BODIES: dict[str, Callable[[Names], Any]] = {
    "createTeam": _team,
    "importTeams": lambda its: [_team(its)],
    "replaceTeam": _team,
    "createApiKey": lambda its: {"name": "Clé", "role": "team_lead", "team_id": its["team_id"]},
    "chooseAssessments": lambda its: {"items": [_choice(its)]},
    "addPerson": _person,
    "importPeople": lambda its: [_person(its)],
    "importResponses": lambda its: [_collected(its)],
    "extendCampaign": lambda _: {"ends_on": "2090-01-01"},
    "putKpiSheet": lambda its: {"owner": "Ana", "teams": [{"team_id": its["team_id"]}]},
    "putMeasure": lambda _: _VALUE,
    "putExemption": lambda _: {"reason": "Pas ici"},
    "putReview": lambda _: {"note": "Vu."},
    "importMeasures": lambda its: [{"team": its["team"], "kpi": its["kpi"], "period_end": "2025-03-31", **_VALUE}],
    "createRoadmap": lambda its: {"campaign_id": its["campaign_id"], "starts_on": str(datetime.now(UTC).date())},
    "simulateScore": lambda its: {"score_id": its["score_id"], "changes": []},
    "createReport": lambda its: {"roadmap_id": its["roadmap_id"], "language": "fr"},
    "exchangeInvitation": lambda its: {"token": its["token"]},
    "completeInvitation": lambda its: {"token": its["token"]},
}
"""A good body of each operation whose body may name something; one that names nothing may stand here for its path."""

QUERIES: dict[str, Callable[[Names], str]] = {
    "listMeasures": lambda its: f"team={its['team']}&kpi={its['kpi']}",
    "readSharedReport": lambda its: f"organisation={its['organisation_id']}&expires=4000000000&signature={'A' * 43}",
}

NAMING = {"team", "parent", "token"}
"""Fields of bodies that name something of an organisation without being an id."""
