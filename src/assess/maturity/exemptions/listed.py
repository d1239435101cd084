"""Exemptions from a file: of each team the items that do not apply, with the reason."""

from collections.abc import Collection, Iterable, Iterator
from difflib import get_close_matches

from msgspec import Struct

from assess.errors import Finding
from assess.sheets import MAX_ROWS, Row, SheetInvalid, how_many, read_sheet
from assess.words import Key

COLUMNS = ("team", "item", "reason")


class ListedExemption(Struct, frozen=True, kw_only=True):
    """A line of the list."""

    team: Key
    item: Key
    reason: str


def listed_exemptions(body: bytes, items: Collection[Key], teams: Collection[Key] | None) -> list[ListedExemption]:
    """The exemptions of a CSV ``team,item,reason``; teams: those that there are, as far as that is known.

    Raises SheetUnreadable, or SheetInvalid with every faulty line or cell.
    """
    rows = read_sheet(body, COLUMNS, required=COLUMNS, told=MAX_ROWS)
    findings = [*_repeated(rows), *(finding for row in rows for finding in _faults(row, items, teams))]
    if findings:
        raise SheetInvalid(how_many(len(findings), len(findings)), errors=findings)
    return [ListedExemption(team=row.cells["team"], item=row.cells["item"], reason=row.cells["reason"]) for row in rows]


def _repeated(rows: Iterable[Row]) -> Iterator[Finding]:
    seen: set[tuple[str, str]] = set()
    for row in rows:
        place = (row.cells["team"], row.cells["item"])
        if place in seen:
            rule = "each item of a team stands once"
            yield Finding(pointer=f"#/line/{row.line}/item", rule=rule, received=row.cells["item"][:120])
        seen.add(place)


def _faults(row: Row, items: Collection[Key], teams: Collection[Key] | None) -> Iterator[Finding]:
    place = f"#/line/{row.line}"
    if teams is not None and row.cells["team"] not in teams:
        yield _unknown(f"{place}/team", "the key of a team that answered or is listed", row.cells["team"], teams)
    if row.cells["item"] not in items:
        yield _unknown(f"{place}/item", "the key of an item of these questionnaires", row.cells["item"], items)
    if not row.cells["reason"]:
        yield Finding(pointer=f"{place}/reason", rule="why it does not apply", example="No bids there")


def _unknown(pointer: str, rule: str, received: str, known: Collection[str]) -> Finding:
    nearest = next(iter(get_close_matches(received[:120], known, 1, 0)), None)
    return Finding(pointer=pointer, rule=rule, received=received[:120], example=nearest)
