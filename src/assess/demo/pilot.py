"""The pilot company as files: teams, people, campaign, and how each team answers."""

import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from assess.campaign.model import Threshold
from assess.sheets import read_sheet
from assess.words import Email, Key, Language, Name, SemVer

PEOPLE = ("name", "email", "language", "perspective", "team")

Chance = Annotated[float, Meta(ge=0, le=1)]
Spread = Annotated[float, Meta(ge=0, le=3)]


class _Part(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The strictness that every file of the pilot shares."""


class Profile(_Part, frozen=True, kw_only=True):
    """How a team answers; ``profiles.toml`` says what each word means. ``steps``: in levels, by step or item key.

    foreign: by step or item key, why it does not apply to the team.
    """

    level: Annotated[float, Meta(ge=1, le=5)]
    rung: Annotated[float, Meta(ge=0, le=5)]
    persons: Spread
    camps: Spread = 0.0
    dont_know: Chance
    not_applicable: Chance
    absent: Annotated[int, Meta(ge=0)]
    unfinished: Annotated[int, Meta(ge=0)]
    steps: dict[Key, float] = {}
    foreign: dict[Key, str] = {}

    def why_not(self, item: Key) -> str | None:
        """Why an item does not apply to the team; none where it does."""
        return next((reason for key, reason in self.foreign.items() if covers(key, item)), None)


def covers(key: Key, item: Key) -> bool:
    """A step's key is the beginning of its items' keys."""
    return item == key or item.startswith(f"{key}-")


class Profiles(_Part, frozen=True, kw_only=True):
    """All teams' profiles; the same ``seed`` gives the same answers everywhere."""

    seed: int
    amended: Chance
    teams: dict[Key, Profile]


class Company(_Part, frozen=True, kw_only=True):
    key: Key
    name: Name


class CampaignFile(_Part, frozen=True, kw_only=True):
    """``campaign.json``: days count from the day of the demonstration; ``assessments``: team → questionnaire → version."""

    organisation: Company
    key: Key
    name: Name
    starts_in_days: int
    ends_in_days: int
    languages: list[Language]
    threshold: Threshold
    assessments: dict[Key, dict[Key, SemVer]]

    def days(self, today: date) -> tuple[date, date]:
        """First and last day when played ``today``."""
        return today + timedelta(self.starts_in_days), today + timedelta(self.ends_in_days)


class Person(Struct, frozen=True, kw_only=True):
    """A line of ``people.csv``. ``place``: how many of the team stand above this line."""

    name: str
    email: Email
    language: Language
    perspective: str
    team: Key
    place: int


class Pilot(Struct, frozen=True, kw_only=True):
    """Everything about the pilot company; the sheets also as the bytes that are imported."""

    teams: bytes
    people: bytes
    persons: list[Person]
    campaign: CampaignFile
    profiles: Profiles


def read_pilot(folder: Path) -> Pilot:
    """The company of ``folder``; raises msgspec.ValidationError, SheetInvalid or OSError."""
    people = (folder / "people.csv").read_bytes()
    return Pilot(
        teams=(folder / "teams.csv").read_bytes(),
        people=people,
        persons=_persons(people),
        campaign=msgspec.json.decode((folder / "campaign.json").read_bytes(), type=CampaignFile),
        profiles=msgspec.convert(tomllib.loads((folder / "profiles.toml").read_text("utf-8")), Profiles),
    )


def _persons(sheet: bytes) -> list[Person]:
    persons: list[Person] = []
    places: dict[str, int] = {}
    for row in read_sheet(sheet, PEOPLE, required=PEOPLE):
        place = places.get(row.cells["team"], 0)
        places[row.cells["team"]] = place + 1
        cells: dict[str, Any] = {**row.cells, "place": place}
        persons.append(msgspec.convert(cells, Person))
    return persons
