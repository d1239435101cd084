"""Teams from a sheet: pure rules on what may be imported, all or nothing."""

import math
from collections.abc import Iterable, Mapping, Sequence

import msgspec
from msgspec import Struct

from assess.errors import Finding, Invalid
from assess.sheets import Row, SheetInvalid, read_sheet
from assess.tenancy.model import NewTeam
from assess.words import NOT_ROOT, ROOT, plainly

COLUMNS = ("key", "name", "parent", "functions", "capacity_days", "lead")
EXAMPLES = dict(zip(COLUMNS, ("sales-lyon", "Sales Lyon", "sales", "sales|marketing", 5, "Ana Petit"), strict=True))
LEVELS = 20
"""A tree is no deeper: the place of a team must fit into an address."""
Parents = Mapping[str, str | None]
"""The parent's key by key."""


class TreeInvalid(Invalid):
    """The teams do not form a tree."""

    title_fr = "Les équipes ne forment pas un arbre."


class TreeTooDeep(Invalid):
    """A tree of teams has at most 20 levels."""

    title_fr = "Un arbre d’équipes a 20 niveaux au plus."


class TeamRow(Struct, frozen=True):
    """A team of an import. ``said``: its fields that the import names; the others of a team that exists stay as they are."""

    new: NewTeam
    said: frozenset[str]


def teams_from_sheet(body: bytes) -> list[TeamRow]:
    """Teams of a CSV; raises SheetInvalid with a finding for each faulty cell."""
    teams: list[TeamRow] = []
    findings: list[Finding] = []
    for row in read_sheet(body, COLUMNS, required=("key", "name")):
        try:
            teams.append(TeamRow(_team(row), frozenset(row.cells)))
        except msgspec.ValidationError as error:
            findings.append(_finding(row, error))
    if findings:
        raise SheetInvalid(f"{len(findings)} lines are wrong; nothing was imported", errors=findings[:100])
    return teams


def teams_from_json(body: bytes) -> list[TeamRow]:
    """Teams of a JSON list; raises msgspec's errors, which name the place."""
    teams = msgspec.json.decode(body, type=list[NewTeam])
    rows = msgspec.json.decode(body)
    return [TeamRow(team, frozenset(row)) for team, row in zip(teams, rows, strict=True)]


def completed(row: TeamRow, old: NewTeam | None) -> NewTeam:
    """The team as it will be: what the import does not say stays as it was."""
    if old is None:
        return row.new
    kept = {name: getattr(old, name) for name in NewTeam.__struct_fields__ if name not in row.said}
    return msgspec.structs.replace(row.new, **kept)


def check_tree(teams: Sequence[NewTeam], known: Parents) -> None:
    """Refuse teams that repeat a key or name, have the root's key, name an unknown parent, go in circles or stand too deep.

    known: of the teams that exist already. Raises TreeInvalid or TreeTooDeep with every finding.
    """
    parents = _parents(teams, known)
    findings = [
        *_repeated("key", (team.key for team in teams)),
        *_repeated("name", (team.name for team in teams)),
        *(_as_root(index) for index, team in enumerate(teams) if team.key == ROOT),
        *(
            _orphan(index, team, parents)
            for index, team in enumerate(teams)
            if team.parent and team.parent not in parents
        ),
    ]
    levels = levels_of(parents)
    findings = findings or _faulty(teams, levels, math.inf, "a team cannot be below itself")
    if findings:
        raise TreeInvalid(f"{len(findings)} teams are wrong; nothing was imported", errors=findings[:100])
    deep = _faulty(
        teams, _deepest(parents, levels), LEVELS + 1, f"a team and what is below it have {LEVELS} levels at most"
    )
    if deep:
        raise TreeTooDeep(f"{len(deep)} teams stand too deep; nothing was imported", errors=deep[:100])


def by_level(teams: Iterable[NewTeam], known: Parents) -> list[list[NewTeam]]:
    """Teams of a tree by their level, from the top: whoever is written finds its parent written; siblings keep their order."""
    said = list(teams)
    levels = levels_of(_parents(said, known))
    found: dict[float, list[NewTeam]] = {}
    for team in said:
        found.setdefault(levels[team.key], []).append(team)
    return [found[level] for level in sorted(found)]


def levels_of(parents: Parents) -> dict[str | None, float]:
    """The level of each key, 1 at the top, and endless in a circle and below one; each step up is gone once."""
    levels: dict[str | None, float] = {None: 0}
    for key in parents:
        way: dict[str, None] = {}
        above: str | None = key
        while above is not None and above not in levels and above not in way:
            way[above] = None
            above = parents.get(above)
        level = levels.get(above, math.inf)
        for each in reversed(way):
            level += 1
            levels[each] = level
    return levels


def _parents(teams: Iterable[NewTeam], known: Parents) -> Parents:
    return {**known, **{team.key: team.parent for team in teams}}


def _deepest(parents: Parents, levels: Mapping[str | None, float]) -> dict[str | None, float]:
    """The level of the deepest team at or below each key."""
    deepest = dict(levels)
    for key in sorted(parents, key=levels.__getitem__, reverse=True):
        above = parents[key]
        deepest[above] = max(deepest[above], deepest[key])
    return deepest


def _team(row: Row) -> NewTeam:
    cells = {name: cell for name, cell in row.cells.items() if cell}
    functions = [name.strip() for name in cells.pop("functions", "").split("|") if name.strip()]
    return msgspec.convert({**cells, "functions": functions}, NewTeam, strict=False)


def _finding(row: Row, error: msgspec.ValidationError) -> Finding:
    rule, _, place = str(error).partition(" - at `$.")
    column = place.rstrip("`").partition("[")[0]
    example = EXAMPLES.get(column)
    return Finding(
        pointer=f"#/line/{row.line}/{column}", rule=plainly(rule), received=row.cells.get(column), example=example
    )


def _repeated(field: str, values: Iterable[str]) -> list[Finding]:
    seen: set[str] = set()
    findings = []
    for index, value in enumerate(values):
        if value in seen:
            findings.append(
                Finding(pointer=f"/teams/{index}/{field}", rule=f"each {field} stands once", received=value)
            )
        seen.add(value)
    return findings


def _as_root(index: int) -> Finding:
    return Finding(pointer=f"/teams/{index}/key", rule=NOT_ROOT, received=ROOT, example=EXAMPLES["key"])


def _orphan(index: int, team: NewTeam, parents: Mapping[str, str | None]) -> Finding:
    rule = "the parent is the key of a team of this import or of one that exists"
    return Finding(pointer=f"/teams/{index}/parent", rule=rule, received=team.parent, example=next(iter(parents)))


def _faulty(teams: Sequence[NewTeam], levels: Mapping[str | None, float], least: float, rule: str) -> list[Finding]:
    return [
        Finding(pointer=f"/teams/{index}/parent", rule=rule, received=team.parent)
        for index, team in enumerate(teams)
        if levels[team.key] >= least
    ]
