"""A company that was asked elsewhere, as the facts that the engine scores: questionnaires, answers and teams from files alone.

Ids are made from keys (UUID version 5), and no day plays a part: the same files give the same facts, and so the same bytes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from functools import lru_cache
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

import msgspec
from msgspec import Struct

from assess.campaign.answer_sheet import Collected, Expected, Sheet
from assess.campaign.forms import form_of
from assess.campaign.model import (
    NO_ANSWER,
    Contract,
    ContractQuestionnaire,
    ContractTeam,
    PerspectiveShare,
    SealedTeam,
)
from assess.campaign.voices import Spoken, heard
from assess.errors import Finding, Invalid
from assess.maturity.exemptions.listed import ListedExemption
from assess.maturity.exemptions.model import Exempted
from assess.maturity.facts import Inputs
from assess.questionnaire.model import Item, Questionnaire, digest_of
from assess.sheets import MAX_ROWS, Row, SheetInvalid, how_many, read_sheet
from assess.words import NOT_ROOT, ROOT, Digest, Key, Text

COLUMNS = ("team", "parent", "headcount")
COMPANY = "Company"
"""What the company is called, for lack of a name."""
NO_DAY = date(2000, 1, 1)
"""Where a day must stand: nothing that is computed depends on it."""
FLAT: Text = {
    "fr": "Sans liste d’équipes, l’effectif de chacune est pris égal au nombre de ses répondants\u00a0: "
    "la participation est de 100\u00a0%, et seul le silence laisse un doute.",
    "en": "Without a list of teams, the headcount of each is taken to be the number of its respondents: "
    "participation is 100%, and only silence leaves a doubt.",
}
ANSWERED: Text = {
    "fr": "Une équipe est réputée interrogée sur les questionnaires auxquels elle a répondu.",
    "en": "A team is taken to be asked the questionnaires that it answered.",
}
"""Assumptions that a result stands on."""

_OWN = uuid5(NAMESPACE_OID, "assess/collected")
MOST_PEOPLE = 1_000_000
"""Of a team."""
DEEPEST = 50
"""Levels of the tree."""


class ListedTeam(Struct, frozen=True, kw_only=True):
    """A team of the list. ``headcount`` absent: a parent that answers nothing itself."""

    key: Key
    parent: Key | None
    headcount: int | None


class Terms(Struct, frozen=True):
    """What a campaign would promise. balance: what each perspective counts in a second score; absent: there is none."""

    threshold: int
    balance: list[PerspectiveShare] | None = None


class PerspectivesUntold(Invalid):
    """A balance needs the perspective of those who answered, and the answers tell none."""

    title_fr = "Un équilibre demande le regard des répondants, et les réponses n’en disent aucun."


class Company(Struct, frozen=True):
    """The facts, and what had to be assumed to have them."""

    inputs: Inputs
    assumptions: list[Text]


class Asking(Struct, frozen=True):
    """The questionnaires by digest, in the order of their keys and versions, and their items, in that order.

    columns: where each questionnaire stands in the packed answers, from and to.
    """

    questionnaires: Mapping[Digest, Questionnaire]
    items: Mapping[Key, Item]
    columns: Mapping[Digest, tuple[int, int]]


def asking(questionnaires: Iterable[Questionnaire]) -> Asking:
    """What was asked, whatever the order of the files; raises ItemAskedTwice."""
    ordered = {digest_of(each): each for each in sorted(questionnaires, key=lambda each: (each.key, each.version))}
    columns, start = {}, 0
    for digest, questionnaire in ordered.items():
        end = start + sum(1 for _ in questionnaire.items())
        columns[digest] = (start, end)
        start = end
    return Asking(ordered, form_of(list(ordered.items())).items, columns)


def listed_teams(body: bytes) -> list[ListedTeam]:
    """The teams of a CSV ``team,parent,headcount``; raises SheetUnreadable, or SheetInvalid with every faulty line or cell."""
    rows = read_sheet(body, COLUMNS, required=("team", "headcount"), told=MAX_ROWS)
    known = {row.cells["team"]: row.cells.get("parent", "") for row in rows}
    findings = [*_repeated(rows), *(finding for row in rows for finding in _faults(row, known))]
    if findings:
        raise SheetInvalid(how_many(len(findings), len(findings)), errors=findings)
    return [
        ListedTeam(
            key=row.cells["team"],
            parent=row.cells.get("parent") or None,
            headcount=int(row.cells["headcount"]) if row.cells["headcount"] else None,
        )
        for row in rows
    ]


def expected_of(teams: Iterable[ListedTeam], asked: Asking) -> dict[Key, Expected]:
    """What each team may have answered, and how many of its people."""
    return {team.key: Expected(asked.items, team.headcount or 0) for team in teams}


def company_of(
    sheet: Sheet,
    asked: Asking,
    teams: Sequence[ListedTeam] | None,
    terms: Terms,
    exemptions: Sequence[ListedExemption] = (),
) -> Company:
    """The facts of a company; ``teams`` absent: the teams that answered, side by side. Raises PerspectivesUntold."""
    if terms.balance and not any(response.perspective for response in sheet.responses):
        raise PerspectivesUntold
    answered = _by_team(sheet.responses)
    listed = _flat(answered) if teams is None else teams
    chosen = {team.key: _asked_of(answered.get(team.key, ()), asked) for team in listed}
    partly = any(len(chosen[team]) < len(asked.questionnaires) for team in answered)
    contract = _contract(listed, chosen, asked, terms)
    return Company(
        Inputs(
            contract=contract,
            questionnaires=dict(asked.questionnaires),
            answers=[_sealed(team.key, answered.get(team.key, ()), chosen, asked) for team in listed if team.headcount],
            voices=heard(contract, asked.questionnaires, [_spoken(each, asked) for each in sheet.responses]),
            exemptions=[Exempted(team_id=_id(each.team), item=each.item) for each in exemptions],
            decisions=len(exemptions),
            kpis=[],
            cutoff=NO_DAY,
        ),
        [*([FLAT] if teams is None else []), *([ANSWERED] if partly else [])],
    )


def _by_team(responses: Iterable[Collected]) -> dict[Key, list[Collected]]:
    teams: dict[Key, list[Collected]] = {}
    for response in responses:
        teams.setdefault(response.team, []).append(response)
    return teams


def _flat(answered: Mapping[Key, Sequence[Collected]]) -> list[ListedTeam]:
    return [ListedTeam(key=team, parent=None, headcount=len(people)) for team, people in sorted(answered.items())]


def _asked_of(people: Sequence[Collected], asked: Asking) -> list[Digest]:
    """The questionnaires of which some of the people answered something; of a silent team, all of them."""
    if not people:
        return list(asked.questionnaires)
    return [
        digest
        for digest, (start, end) in asked.columns.items()
        if any(answer != NO_ANSWER for person in people for answer in person.answers[start:end])
    ]


def _contract(teams: Sequence[ListedTeam], chosen: Mapping[Key, list[Digest]], asked: Asking, terms: Terms) -> Contract:
    return Contract(
        campaign_id=uuid5(_OWN, "campaign"),
        organisation_id=uuid5(_OWN, "company"),
        organisation=COMPANY,
        key="collected",
        name=COMPANY,
        starts_on=NO_DAY,
        ends_on=NO_DAY,
        languages=["fr", "en"],
        threshold=terms.threshold,
        anonymity="unlinked",
        questionnaires=[
            ContractQuestionnaire(digest=digest, key=each.key, version=each.version)
            for digest, each in asked.questionnaires.items()
        ],
        teams=[_node(team, chosen[team.key]) for team in teams],
        balance=terms.balance,
    )


def _node(team: ListedTeam, asked: list[Digest]) -> ContractTeam:
    answers = team.headcount is not None
    return ContractTeam(
        team_id=_id(team.key),
        key=team.key,
        name=team.key,
        parent_id=_id(team.parent) if team.parent else None,
        assessment_id=uuid5(_OWN, f"assessment/{team.key}") if answers else None,
        headcount=team.headcount or 0,
        questionnaires=asked if answers else [],
        asked_elsewhere=team.headcount or 0,
    )


def _sealed(team: Key, people: Sequence[Collected], chosen: Mapping[Key, list[Digest]], asked: Asking) -> SealedTeam:
    parts = [asked.columns[digest] for digest in chosen[team]]
    rows = [[answer for start, end in parts for answer in person.answers[start:end]] for person in people]
    return SealedTeam(team_id=_id(team), rows=rows, imported=len(rows))


def _spoken(person: Collected, asked: Asking) -> Spoken:
    given = zip(asked.items, person.answers, strict=True)
    answers = {item: answer for item, answer in given if answer != NO_ANSWER}
    return Spoken(_id(person.team), person.perspective, answers)


@lru_cache(maxsize=10_000)
def _id(team: Key) -> UUID:
    """The same object each time: everybody has one, and all of them are compared."""
    return uuid5(_OWN, f"team/{team}")


def _repeated(rows: Iterable[Row]) -> Iterator[Finding]:
    seen: set[str] = set()
    for row in rows:
        team = row.cells["team"]
        if team in seen:
            yield Finding(pointer=f"#/line/{row.line}/team", rule="each team stands once", received=team)
        seen.add(team)


def _faults(row: Row, parents: Mapping[str, str]) -> Iterator[Finding]:
    """What is wrong in one line. ``parents``: of every team of the list, empty at the top."""
    team, parent, headcount = (row.cells.get(name, "") for name in COLUMNS)
    place = f"#/line/{row.line}"
    if not _is(team, Key):
        rule = "a key: small letters and digits, in words joined by -"
        yield Finding(pointer=f"{place}/team", rule=rule, received=team[:120], example="sales-lyon")
    elif team == ROOT:
        yield Finding(pointer=f"{place}/team", rule=NOT_ROOT, received=team, example="sales-lyon")
    if parent and parent not in parents:
        nearest = get_close_matches(parent[:120], parents, 1, 0)
        rule = "the key of a team of this list"
        yield Finding(pointer=f"{place}/parent", rule=rule, received=parent[:120], example=next(iter(nearest), None))
    elif unfit := _unfit(team, parents):
        yield Finding(pointer=f"{place}/parent", rule=unfit, received=parent)
    if headcount and not (headcount.isascii() and headcount.isdigit() and 1 <= int(headcount[:9]) <= MOST_PEOPLE):
        rule = "a whole number of people from 1 on; empty for a parent that answers nothing itself"
        yield Finding(pointer=f"{place}/headcount", rule=rule, received=headcount[:120], example=12)


def _unfit(team: str, parents: Mapping[str, str]) -> str | None:
    """The rule of a tree that a team's place breaks, or none."""
    above, depth = parents.get(team, ""), 0
    while above and depth < DEEPEST:
        if above == team:
            return "a team cannot be below itself"
        above, depth = parents.get(above, ""), depth + 1
    return f"a team has at most {DEEPEST} others above it" if above else None


def _is(text: str, word: Any) -> bool:
    try:
        msgspec.convert(text, word)
    except msgspec.ValidationError:
        return False
    return True
