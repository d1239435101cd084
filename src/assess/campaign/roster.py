"""The roster: people from a sheet or a JSON list, all or nothing, every problem at once."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, get_args

import msgspec
from msgspec import Struct

from assess.campaign.model import NewPerson, Person, Perspective
from assess.errors import Finding, Invalid
from assess.sheets import MAX_ROWS, TOLD, check_most, how_many, read_sheet
from assess.words import Email, Key, Language, Name

COLUMNS = ("name", "email", "language", "perspective", "team")
_FORMULA = ("=", "+", "-", "@")
_RULES: dict[str, tuple[Any, str, str]] = {
    "name": (Name, "a name of 1 to 120 letters on one line", "Ana Petit"),
    "email": (Email, "an e-mail address", "ana@example.com"),
    "language": (Language, f"one of {', '.join(get_args(Language))}", "fr"),
    "perspective": (Perspective, f"one of {', '.join(get_args(Perspective))}", "member"),
    "team": (Key, "the key of a team", "offer-lyon"),
}


class RosterInvalid(Invalid):
    """People on the roster break rules; nothing was imported."""

    title_fr = "Des personnes de la liste enfreignent des règles ; rien n’a été importé."


class Entry(Struct, frozen=True):
    """Somebody as read: where (``#/line/7`` of a sheet, ``/6`` of a list), and the cells by column."""

    place: str
    cells: dict[str, str]


def entries_from_sheet(body: bytes) -> list[Entry]:
    """People of a CSV; raises SheetUnreadable, or SheetInvalid for its header and the width of its lines."""
    return [Entry(f"#/line/{row.line}", row.cells) for row in read_sheet(body, COLUMNS, required=COLUMNS)]


def entries_from_json(body: bytes) -> list[Entry]:
    """People of a JSON list; raises msgspec.DecodeError, SheetInvalid for its size, or RosterInvalid for
    members that are missing or not known."""
    people = msgspec.json.decode(body, type=list[dict[str, str]])
    check_most(len(people), MAX_ROWS)
    entries = [
        Entry(f"/{index}", {name: cell.strip() for name, cell in cells.items()}) for index, cells in enumerate(people)
    ]
    if not entries:
        _refuse([Finding(pointer="/", rule="at least one person")])
    _refuse([finding for entry in entries for finding in _shape(entry)])
    return entries


def people_of(entries: Sequence[Entry], teams: Collection[str], languages: Collection[Language]) -> list[NewPerson]:
    """The people, their e-mail in small letters; raises RosterInvalid with every problem.

    teams: keys of the teams that the campaign asks. languages: those of the campaign.
    """
    lowered = [
        msgspec.structs.replace(entry, cells={**entry.cells, "email": entry.cells["email"].lower()})
        for entry in entries
    ]
    findings = [finding for entry in lowered for finding in _cells(entry, teams, languages)]
    _refuse([*findings, *_twice(lowered)])
    return [msgspec.convert(entry.cells, NewPerson) for entry in lowered]


def compared(news: Iterable[NewPerson], roster: Iterable[Person]) -> tuple[list[NewPerson], list[NewPerson]]:
    """Who is not on the roster yet, and who, of the same e-mail, is said otherwise there."""
    before = {old.email: (old.name, old.language, old.perspective, old.team) for old in roster}
    said = [(new, before.get(new.email), (new.name, new.language, new.perspective, new.team)) for new in news]
    created = [new for new, there, _ in said if there is None]
    return created, [new for new, there, now in said if there is not None and now != there]


def _refuse(findings: Sequence[Finding]) -> None:
    if findings:
        raise RosterInvalid(f"{how_many(len(findings))}; nothing was imported", errors=list(findings[:TOLD]))


def _shape(entry: Entry) -> Iterator[Finding]:
    for name in entry.cells:
        if name not in COLUMNS:
            rule = f"one of {', '.join(COLUMNS)}"
            yield Finding(pointer=f"{entry.place}/{name}", rule=rule, received=name, example=COLUMNS[0])
    for name in COLUMNS:
        if name not in entry.cells:
            yield Finding(pointer=f"{entry.place}/{name}", rule="this member is needed", example=_RULES[name][2])


def _cells(entry: Entry, teams: Collection[str], languages: Collection[Language]) -> Iterator[Finding]:
    for name in COLUMNS:
        rule = _broken(name, entry.cells[name], teams, languages)
        if rule is not None:
            example = min(teams, default=_RULES[name][2]) if name == "team" else _RULES[name][2]
            yield Finding(pointer=f"{entry.place}/{name}", rule=rule, received=entry.cells[name][:300], example=example)


def _broken(name: str, cell: str, teams: Collection[str], languages: Collection[Language]) -> str | None:
    """The rule that a cell breaks, or none."""
    kind, rule, _ = _RULES[name]
    if cell.startswith(_FORMULA):
        return "a cell does not start with = + - or @: spreadsheets run it as a formula"
    try:
        msgspec.convert(cell, kind)
    except msgspec.ValidationError:
        return rule
    if name == "language" and cell not in languages:
        return f"a language of the campaign: {', '.join(languages)}"
    return "the key of a team that this campaign asks" if name == "team" and cell not in teams else None


def _twice(entries: Iterable[Entry]) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for entry in entries:
        email = entry.cells["email"]
        if email and email in first:
            rule = f"each e-mail address stands once; it stands at {first[email]} already"
            yield Finding(pointer=f"{entry.place}/email", rule=rule, received=email[:300])
        first.setdefault(email, entry.place)
