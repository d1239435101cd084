"""Answers collected elsewhere, from a sheet or a JSON list: one answer a row, read whole or not at all.

Every problem is found, with its line, before anything is refused. Rows are taken one by one and kept packed: a million of
them need a few seconds, and no more memory than their bytes and one small number for each answer.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from operator import itemgetter
from typing import Annotated, Any, Literal, get_args

import msgspec
from msgspec import Meta, Struct

from assess.campaign.model import DONT_KNOW, NO_ANSWER, NOT_APPLICABLE, Perspective
from assess.errors import Finding, Invalid
from assess.questionnaire.model import Item, Ordinal
from assess.sheets import MAX_ROWS, TOLD, SheetInvalid, check_most, check_size, how_many, open_sheet, width_finding
from assess.words import NOT_ROOT, ROOT, Key, Name

COLUMNS = ("team", "respondent", "item", "answer", "perspective")
REQUIRED = COLUMNS[:4]
EXAMPLES = dict(zip(COLUMNS, ("sales-lyon", "r-17", "acq-target-segments", "3", "member"), strict=True))
WORDS = {"DK": DONT_KNOW, "NA": NOT_APPLICABLE["other"]}
"""What stands for "don't know" and, no reason being said, for "does not apply"."""
_LONGEST_ECHO = 120
_PERSPECTIVES = frozenset(get_args(Perspective))


class AnswersInvalid(Invalid):
    """Answers of this file break rules; none was taken."""

    title_fr = "Des réponses de ce fichier enfreignent des règles ; aucune n’a été reprise."


class CollectedAnswer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One answer given elsewhere: a level's ordinal, ``"DK"`` (does not know) or ``"NA"`` (does not apply).

    respondent: tells one person's answers from another's within this file; it is not kept.
    """

    team: Key
    respondent: Name
    item: Key
    answer: Ordinal | Literal["DK", "NA"]
    perspective: Perspective | None = None


class Rows(Struct, frozen=True):
    """Rows as read: what is wrong with their shape, or number and cells in the order of COLUMNS.

    place: where a row stands, to be completed by its number and column: ``#/line/{}/{}`` of a sheet, ``/{}/{}`` of a list.
    word: what a row is called.
    """

    place: str
    word: Literal["line", "entry"]
    cells: Iterator[Finding | tuple[int, Sequence[str]]]


class Expected(Struct, frozen=True):
    """What the people of a team are asked, in the order in which answers are packed, and how many of them answer elsewhere.

    most: absent where it is not known.
    """

    items: Mapping[Key, Item]
    most: int | None


class Collected(Struct, frozen=True):
    """One person's answers, packed in the order of the team's items, -9 where there is none."""

    team: Key
    perspective: Perspective | None
    answers: "array[int]"


class Sheet(Struct, frozen=True):
    """All answers of a file, by person in the order in which each first appears. rows: how many answers."""

    rows: int
    responses: list[Collected]


def rows_from_sheet(body: bytes, most: int = MAX_ROWS) -> Rows:
    """Rows of a CSV; raises SheetUnreadable, also while they are read, or SheetInvalid for its header or its size."""
    header, lines = open_sheet(body, COLUMNS, required=REQUIRED)
    return Rows("#/line/{}/{}", "line", _in_order(header, lines, most))


def rows_from_json(body: bytes) -> Rows:
    """Rows of a JSON list of CollectedAnswer; raises msgspec.DecodeError, or SheetInvalid for its size."""
    answers = msgspec.json.decode(body, type=list[dict[str, str | Annotated[int, Meta(ge=-99, le=99)] | None]])
    check_most(len(answers), MAX_ROWS)
    return Rows("/{}/{}", "entry", _of_objects(answers))


def read_answers(rows: Rows, teams: Mapping[Key, Expected], others: Expected | None = None, told: int = TOLD) -> Sheet:
    """The answers by person; raises AnswersInvalid with the first ``told`` findings, and how many there are in all.

    teams: those whose answers may come from elsewhere, by key. others: what every other team is asked, where teams are not known
    before.
    """
    reading = _Reading(rows, teams, others, told)
    take = reading.take
    count = 0
    for row in rows.cells:
        if isinstance(row, tuple):
            take(row[0], *row[1])
            count += 1
        else:
            reading.findings.add(row)
    reading.check_sizes()
    reading.findings.refuse()
    return Sheet(count, [Collected(person.team, person.perspective, person.answers) for person in reading.people])


class _Findings:
    """The first findings, at most so many, and the number of all."""

    def __init__(self, most: int) -> None:
        self.told: list[Finding] = []
        self.count = 0
        self._most = most

    def add(self, finding: Finding) -> None:
        self.count += 1
        if len(self.told) < self._most:
            self.told.append(finding)

    def refuse(self) -> None:
        """Raise AnswersInvalid if there is any."""
        if self.count:
            raise AnswersInvalid(f"{how_many(self.count, self._most)}; no answer was taken", errors=self.told)


class _Person:
    """Somebody whose answers are being read. ``line``: where the first one stands."""

    __slots__ = ("answers", "form", "line", "perspective", "said", "team")

    def __init__(self, line: int, team: Key, said: str, form: "_Form") -> None:
        self.line = line
        self.team = team
        self.form = form
        self.said = said
        self.perspective: Any = said or None
        self.answers = array("b", [NO_ANSWER]) * len(form.items)


class _Form:
    """What teams are asked, by key: the place of each item, and what each cell stands for."""

    def __init__(self, items: Mapping[Key, Item]) -> None:
        self.items = {
            key: (place, {**{str(level.ordinal): level.ordinal for level in item.levels}, **WORDS})
            for place, (key, item) in enumerate(items.items())
        }


class _Reading:
    """A file on its way: what has been read of it, and what was wrong."""

    def __init__(self, rows: Rows, teams: Mapping[Key, Expected], others: Expected | None, told: int) -> None:
        self.findings = _Findings(told)
        self._place, self._word = rows.place, rows.word
        self._others = others
        forms = {id(asked.items): _Form(asked.items) for asked in (*teams.values(), *([others] if others else []))}
        self._other_form = forms[id(others.items)] if others else None
        self._forms = {key: forms[id(asked.items)] for key, asked in teams.items()}
        self._most = {key: asked.most for key, asked in teams.items()}
        self._keys = {key: None for form in forms.values() for key in form.items}
        self._people: dict[str, _Person] = {}
        self._sizes: Counter[Key] = Counter()
        self._one_too_many: dict[Key, int] = {}

    @property
    def people(self) -> Iterable[_Person]:
        """Everybody, in the order of first appearance."""
        return self._people.values()

    def take(self, line: int, team: str, respondent: str, item: str, answer: str, perspective: str) -> None:
        """One row: a right one is kept, a wrong one is told."""
        person = self._people.get(respondent)
        if person is None or person.team != team or person.said != perspective:
            person = self._person(person, line, team, respondent, perspective)
            if person is None:
                return None
        known = person.form.items.get(item)
        if known is None:
            return self._tell_item(line, team, person.form, item)
        place, values = known
        value = values.get(answer)
        if value is None:
            return self._tell(line, "answer", f"one of {', '.join(values)}", answer, (), next(iter(values)))
        if person.answers[place] != NO_ANSWER:
            rule = f"a respondent answers an item once; an earlier line says {_word(person.answers[place])}"
            return self._tell(line, "item", rule, item)
        person.answers[place] = value
        return None

    def _person(self, known: _Person | None, line: int, team: str, respondent: str, perspective: str) -> _Person | None:
        """Somebody new; none, which is told, where the row cannot be theirs, or says otherwise than ``known``."""
        form = self._forms.get(team) or self._unlisted(line, team)
        if form is not None and known is None:
            return self._new(line, form, team, respondent, perspective)
        if form is not None and known is not None:
            self._tell_other(known, line, team, perspective)
        return None

    def check_sizes(self) -> None:
        """No team has more people than were asked."""
        for team, line in self._one_too_many.items():
            rule = f"the team {team} has {self._most[team]} people who may answer; here are {self._sizes[team]}"
            self._tell(line, "respondent", rule, self._sizes[team], (), self._most[team])

    def _unlisted(self, line: int, team: str) -> _Form | None:
        """What a team is asked that was not known before."""
        if self._others is None or self._other_form is None:
            self._tell(line, "team", "the key of a team whose answers are expected", team, self._forms)
        elif not _is(team, Key):
            self._tell(
                line, "team", "a key: small letters and digits, in words joined by -", team, (), EXAMPLES["team"]
            )
        elif team == ROOT:
            self._tell(line, "team", NOT_ROOT, team, (), EXAMPLES["team"])
        else:
            self._forms[team], self._most[team] = self._other_form, self._others.most
            return self._other_form
        return None

    def _new(self, line: int, form: _Form, team: str, respondent: str, perspective: str) -> _Person | None:
        if not _is(respondent, Name):
            rule = "a name or a number, 1 to 120 characters on one line"
            self._tell(line, "respondent", rule, respondent, (), EXAMPLES["respondent"])
            return None
        if perspective and perspective not in _PERSPECTIVES:
            self._tell(line, "perspective", f"one of {', '.join(get_args(Perspective))}", perspective, _PERSPECTIVES)
            return None
        person = self._people[respondent] = _Person(line, team, perspective, form)
        self._sizes[team] += 1
        most = self._most[team]
        if most is not None and self._sizes[team] == most + 1:
            self._one_too_many[team] = line
        return person

    def _tell_other(self, person: _Person, line: int, team: str, perspective: str) -> None:
        """One person has one team and one perspective."""
        if person.team != team:
            rule = f"a respondent belongs to one team; {self._word} {person.line} says {person.team}"
            self._tell(line, "team", rule, team, (), person.team)
        else:
            rule = f"a respondent has one perspective; {self._word} {person.line} says {person.said or 'none'}"
            self._tell(line, "perspective", rule, perspective, (), person.said)

    def _tell_item(self, line: int, team: str, form: _Form, item: str) -> None:
        if item in self._keys:
            self._tell(line, "item", f"an item that the team {team} is asked", item, (), next(iter(form.items)))
        else:
            self._tell(line, "item", "the key of an item of the questionnaires", item, self._keys)

    def _tell(
        self, line: int, column: str, rule: str, received: object, known: Iterable[str] = (), example: object = None
    ) -> None:
        """``known``: the nearest of these is the example."""
        if isinstance(received, str):
            example = _nearest(received, known) if self.findings.count < TOLD and known else example
            received = received[:_LONGEST_ECHO]
        pointer = self._place.format(line, column)
        self.findings.add(Finding(pointer=pointer, rule=rule, received=received, example=example))


def _nearest(received: str, known: Iterable[str]) -> str | None:
    names = list(known)
    return next(iter(get_close_matches(received[:_LONGEST_ECHO], names, 1, 0)), None)


def _is(text: str, word: Any) -> bool:
    """Whether a text is one of our words."""
    try:
        msgspec.convert(text, word)
    except msgspec.ValidationError:
        return False
    return True


def _word(value: int) -> str:
    return next((word for word, packed in WORDS.items() if packed == value), str(value))


def _in_order(
    header: list[str], lines: Iterator[tuple[int, list[str]]], most: int
) -> Iterator[Finding | tuple[int, Sequence[str]]]:
    """The cells of each line in the order of COLUMNS; a perspective that the sheet does not have is empty."""
    width, count = len(header), 0
    cut = itemgetter(*(header.index(name) if name in header else width for name in COLUMNS))
    for line, cells in lines:
        count += 1
        if len(cells) == width:
            cells.append("")
            yield line, cut(cells)
        else:
            yield width_finding(line, cells, header)
    check_size(count, COLUMNS, most)


def _of_objects(answers: list[dict[str, Any]]) -> Iterator[Finding | tuple[int, Sequence[str]]]:
    if not answers:
        raise SheetInvalid("the list is empty", errors=[Finding(pointer="/", rule="at least one answer")])
    for index, answer in enumerate(answers):
        wrong = list(_shape(index, answer))
        yield from wrong
        if not wrong:
            yield index, [_cell(answer.get(name)) for name in COLUMNS]


def _shape(index: int, answer: Mapping[str, Any]) -> Iterator[Finding]:
    for name in answer:
        if name not in COLUMNS:
            rule = f"one of {', '.join(COLUMNS)}"
            yield Finding(pointer=f"/{index}/{name}", rule=rule, received=name[:_LONGEST_ECHO], example=COLUMNS[0])
    for name in COLUMNS:
        broken = _broken(name, answer.get(name))
        if broken is not None:
            example = 3 if name == "answer" else EXAMPLES[name]
            yield Finding(pointer=f"/{index}/{name}", rule=broken, received=answer.get(name), example=example)


def _broken(name: str, value: str | int | None) -> str | None:
    """The rule of CollectedAnswer's shape that a member breaks, or none: a level is a number, everything else a text."""
    if value is None:
        return "this member is needed" if name in REQUIRED else None
    if name == "answer":
        return None if isinstance(value, int) or value in WORDS else f"a level's number, or one of {', '.join(WORDS)}"
    return None if isinstance(value, str) else "a text"


def _cell(value: str | int | None) -> str:
    return "" if value is None else str(value).strip()
