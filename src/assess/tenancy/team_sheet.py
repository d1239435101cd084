"""Teams from a sheet: pure rules on what may be imported, all or nothing."""

from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec
from msgspec import Struct

from assess.errors import Finding, Invalid
from assess.sheets import Row, SheetInvalid, read_sheet
from assess.tenancy.model import NewTeam
from assess.words import plainly

COLUMNS = ("key", "name", "parent", "functions", "capacity_days", "lead")
EXAMPLES = dict(zip(COLUMNS, ("sales-lyon", "Sales Lyon", "sales", "sales|marketing", 5, "Ana Petit"), strict=True))


class TreeInvalid(Invalid):
    """The teams do not form a tree."""

    title_fr = "Les équipes ne forment pas un arbre."


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


def check_tree(teams: Sequence[NewTeam], known: Mapping[str, str | None]) -> None:
    """Refuse teams that repeat a key or name, name an unknown parent or go in circles.

    known: the parent's key by key, of the teams that exist already. Raises TreeInvalid with every finding.
    """
    parents = {**known, **{team.key: team.parent for team in teams}}
    findings = [
        *_repeated("key", (team.key for team in teams)),
        *_repeated("name", (team.name for team in teams)),
        *(
            _orphan(index, team, parents)
            for index, team in enumerate(teams)
            if team.parent and team.parent not in parents
        ),
    ]
    findings = findings or [_circle(index, team) for index, team in enumerate(teams) if _in_circle(team.key, parents)]
    if findings:
        raise TreeInvalid(f"{len(findings)} teams are wrong; nothing was imported", errors=findings[:100])


def in_tree_order(teams: Iterable[NewTeam], placed: Collection[str]) -> list[NewTeam]:
    """Parents before children, so that each can be written when its turn comes; siblings keep their order."""
    ordered, done, waiting = list[NewTeam](), set(placed), list(teams)
    while waiting:
        ready = [team for team in waiting if team.parent is None or team.parent in done]
        ordered += ready
        done |= {team.key for team in ready}
        waiting = [team for team in waiting if team.key not in done]
    return ordered


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


def _orphan(index: int, team: NewTeam, parents: Mapping[str, str | None]) -> Finding:
    rule = "the parent is the key of a team of this import or of one that exists"
    return Finding(pointer=f"/teams/{index}/parent", rule=rule, received=team.parent, example=next(iter(parents)))


def _circle(index: int, team: NewTeam) -> Finding:
    return Finding(pointer=f"/teams/{index}/parent", rule="a team cannot be below itself", received=team.parent)


def _in_circle(key: str, parents: Mapping[str, str | None]) -> bool:
    seen: set[str] = set()
    above: str | None = key
    while above is not None and above not in seen:
        seen.add(above)
        above = parents.get(above)
    return above is not None
