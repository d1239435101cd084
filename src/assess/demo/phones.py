"""The people: each opens the own link, reads the form, taps answer after answer, submits, says "done"."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby

from assess.campaign.answering import Completed, Exchanged, FormReply, Progress
from assess.campaign.answers import NewAnswer, StoredAnswer, unpacked
from assess.campaign.forms import AskedItem
from assess.campaign.model import Invitation
from assess.demo.answers import Ending, Question, Tap, endings, taps
from assess.demo.client import Client
from assess.demo.pilot import Person, Pilot, Profiles
from assess.questionnaire.model import Kind

AT_ONCE = 3


async def answer_all(
    client: Client, pilot: Pilot, invitations: Sequence[Invitation], tapped: Callable[[float], None]
) -> None:
    """Everybody answers, a few at a time. ``tapped`` hears of each answer, as the share of one person's answers."""
    people = {person.email: person for person in pilot.persons}
    how_far = _endings(pilot)
    free = asyncio.Semaphore(AT_ONCE)

    async def one(invitation: Invitation) -> None:
        async with free:
            person = people[invitation.email]
            await _answer(client, pilot.profiles, person, how_far[person.email], invitation, tapped)

    await asyncio.gather(*(one(invitation) for invitation in invitations))


def answering(pilot: Pilot) -> int:
    """How many people open their link."""
    return sum(ending is not Ending.ABSENT for ending in _endings(pilot).values())


async def _answer(
    client: Client,
    profiles: Profiles,
    person: Person,
    ending: Ending,
    invitation: Invitation,
    tapped: Callable[[float], None],
) -> None:
    if ending is Ending.ABSENT:
        return
    exchanged = await client.post("/v1/respond/exchange", Exchanged, {"token": invitation.token})
    phone = client.holding(exchanged.response_key)
    form = await phone.get(f"/v1/respond?lang={person.language}", FormReply)
    made = taps(profiles, person, ending, _questions(form))
    for tap in made:
        await phone.put(f"/v1/respond/answers/{tap.item}", StoredAnswer, _new_answer(tap))
        tapped(1 / len(made))
    if ending is Ending.SUBMITTED:
        await phone.post("/v1/respond/submit", Progress)
        await client.holding("").post("/v1/respond/completion", Completed, {"token": invitation.token})


def _endings(pilot: Pilot) -> Mapping[str, Ending]:
    teams = groupby(
        sorted(pilot.persons, key=lambda person: (person.team, person.place)), key=lambda person: person.team
    )
    return {email: ending for _, persons in teams for email, ending in endings(pilot.profiles, list(persons)).items()}


def _new_answer(tap: Tap) -> NewAnswer:
    return NewAnswer(answer=unpacked(tap.value), sequence=tap.sequence)


def _questions(form: FormReply) -> list[Question]:
    return [
        _question(item)
        for questionnaire in form.questionnaires
        for process in questionnaire.processes
        for item in [*(item for step in process.steps for item in step.items), *process.kpis]
    ]


def _question(item: AskedItem) -> Question:
    return Question(item.key, item.kind is Kind.KPI, tuple(level.ordinal for level in item.levels))
