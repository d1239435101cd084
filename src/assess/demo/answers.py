"""What the invented people answer: pure, and the same for the same seed, whatever the order in which people answer.

An answer is the team's level, plus what stands out in the team's steps and items, plus the person's own severity and camp, plus
chance; so people of one team resemble each other without agreeing.
"""

from collections.abc import Iterable, Sequence
from enum import Enum
from random import Random

from msgspec import Struct

from assess.campaign.model import DONT_KNOW, NOT_APPLICABLE
from assess.demo.pilot import Person, Profile, Profiles, covers
from assess.words import Key

COMPANY_SPREAD, TEAM_SPREAD, CHANCE_SPREAD = 0.25, 0.3, 0.55
"""Standard deviations in levels: of an item in the whole company, of an item in one team, of a single answer."""
KPIS_LESS_KNOWN = 3.0
FOREIGN = 0.8
REASONS = ("not_our_activity", "no_case_yet", "other")


class Ending(Enum):
    """How far a person goes."""

    ABSENT = "absent"
    UNFINISHED = "unfinished"
    SUBMITTED = "submitted"


class Question(Struct, frozen=True):
    """What a person is asked: an item, whether it is a KPI, and its scale from worst to best."""

    key: Key
    kpi: bool
    ordinals: tuple[int, ...]


class Tap(Struct, frozen=True):
    """One tap on a phone: the sequence number, the item, and the value as ``campaign.model`` packs it."""

    sequence: int
    item: Key
    value: int


def endings(profiles: Profiles, persons: Sequence[Person]) -> dict[str, Ending]:
    """How far each person of a team goes, by e-mail: exactly as many absent and unfinished people as the profile says."""
    profile = profiles.teams[persons[0].team]
    drawn = Random(f"{profiles.seed}/{persons[0].team}").sample([person.email for person in persons], k=len(persons))  # noqa: S311 -- a play
    kinds = [Ending.ABSENT] * profile.absent + [Ending.UNFINISHED] * profile.unfinished
    return {email: kinds[index] if index < len(kinds) else Ending.SUBMITTED for index, email in enumerate(drawn)}


def taps(profiles: Profiles, person: Person, ending: Ending, questions: Sequence[Question]) -> list[Tap]:
    """Everything a person taps, in order: each question once, then the corrections of those who come back."""
    if ending is Ending.ABSENT:
        return []
    chance = Random(f"{profiles.seed}/{person.email}/taps")  # noqa: S311 -- a play
    values = {question.key: _value(profiles, person, question) for question in questions}
    if ending is Ending.UNFINISHED:
        reached = max(1, round(len(questions) * chance.uniform(0.2, 0.7)))
        return _numbered((question.key, values[question.key]) for question in questions[:reached])
    amended = [question for question in questions if chance.random() < profiles.amended]
    first = {question.key: chance.choice(question.ordinals) for question in amended}
    corrections = [(question.key, values[question.key]) for question in amended]
    return _numbered([*({**values, **first}).items(), *corrections])


def _numbered(said: Iterable[tuple[Key, int]]) -> list[Tap]:
    return [Tap(number, item, value) for number, (item, value) in enumerate(said, start=1)]


def _value(profiles: Profiles, person: Person, question: Question) -> int:
    profile = profiles.teams[person.team]
    chance = Random(f"{profiles.seed}/{person.email}/{question.key}")  # noqa: S311 -- a play
    if chance.random() < _not_applicable(profile, question.key):
        return NOT_APPLICABLE[chance.choices(REASONS, weights=(6, 3, 1))[0]]
    if chance.random() < profile.dont_know * (KPIS_LESS_KNOWN if question.kpi else 1):
        return DONT_KNOW
    felt = _felt(profiles, person, question) + chance.gauss(0, CHANCE_SPREAD)
    return min(question.ordinals, key=lambda ordinal: abs(ordinal - felt))


def _felt(profiles: Profiles, person: Person, question: Question) -> float:
    """The level that the person would say on a scale without steps."""
    profile = profiles.teams[person.team]
    item, seed = question.key, profiles.seed
    shared = _gauss(f"{seed}/{item}", COMPANY_SPREAD) + _gauss(f"{seed}/{person.team}/{item}", TEAM_SPREAD)
    camp = profile.camps * (-1 if person.place % 2 else 1)
    own = _gauss(f"{seed}/{person.email}", profile.persons) + camp
    return (profile.rung if question.kpi else profile.level) + _standing_out(profile, item) + shared + own


def _standing_out(profile: Profile, item: Key) -> float:
    return sum(offset for key, offset in profile.steps.items() if covers(key, item))


def _not_applicable(profile: Profile, item: Key) -> float:
    return FOREIGN if profile.why_not(item) else profile.not_applicable


def _gauss(seed: str, spread: float) -> float:
    return Random(seed).gauss(0, spread)  # noqa: S311 -- a play
