"""Teams from a sheet: all or nothing, every fault with its place."""

import contextlib

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

from assess.sheets import MAX_ROWS, SheetInvalid, SheetUnreadable, safe_cell, write_sheet
from assess.tenancy.model import NewTeam
from assess.tenancy.team_sheet import (
    LEVELS,
    TeamRow,
    TreeInvalid,
    TreeTooDeep,
    by_level,
    check_tree,
    levels_of,
    teams_from_sheet,
)

HEADER = "key,name,parent,functions,capacity_days,lead\n"


@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["without mark", "with byte-order mark"])
@pytest.mark.parametrize("separator", [",", ";"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["unix", "windows"])
def test_a_sheet_of_any_spreadsheet_is_read(mark, separator, end):
    lines = [HEADER.strip(), "sales,Ventes,,sales|marketing,7,Ana Petit", "lyon,Lyon,sales,,,"]
    body = mark + end.join(line.replace(",", separator) for line in lines) + end
    assert [row.new for row in teams_from_sheet(body.encode())] == [
        NewTeam(key="sales", name="Ventes", functions=["sales", "marketing"], capacity_days=7, lead="Ana Petit"),
        NewTeam(key="lyon", name="Lyon", parent="sales"),
    ]


@pytest.mark.parametrize(
    ("sheet", "pointer"),
    [
        pytest.param(HEADER + "Sales,S,,,,", "#/line/2/key", id="capital letters in a key"),
        pytest.param(HEADER + "a,A,,,,\nb,B,,dancing,,", "#/line/3/functions", id="unknown function"),
        pytest.param(HEADER + "a,A,,,many,", "#/line/2/capacity_days", id="capacity is no number"),
        pytest.param(HEADER + "a,A,,,-1,", "#/line/2/capacity_days", id="capacity below zero"),
        pytest.param(HEADER + ",A,,,,", "#/line/2/", id="no key"),
        pytest.param(HEADER + "a,A,,", "#/line/2", id="too few cells"),
        pytest.param("key,name,colour\na,A,red", "#/line/1/colour", id="unknown column"),
        pytest.param("key\na", "#/line/1", id="missing column"),
        pytest.param("key,name,key\na,A,b", "#/line/1", id="a column twice"),
        pytest.param("", "#/line/1", id="empty sheet"),
        pytest.param(HEADER, "#/line/2", id="header alone"),
    ],
)
def test_a_faulty_line_is_named(sheet, pointer):
    with pytest.raises(SheetInvalid) as refused:
        teams_from_sheet(sheet.encode())
    assert pointer in [finding.pointer for finding in refused.value.errors]


def test_every_faulty_line_is_named_at_once():
    with pytest.raises(SheetInvalid) as refused:
        teams_from_sheet((HEADER + "A,a,,,,\nb,b,,,,\nC,c,,,,").encode())
    assert [finding.pointer for finding in refused.value.errors] == ["#/line/2/key", "#/line/4/key"]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("key,name\na,Café".encode("latin-1"), id="not UTF-8"),
        pytest.param(b"key,name\na,A\x00", id="NUL"),
        pytest.param(b'key,name\na,"A', id="open quotation"),
    ],
)
def test_what_is_no_csv_is_unreadable(body):
    with pytest.raises(SheetUnreadable):
        teams_from_sheet(body)


def test_a_sheet_of_too_many_lines_is_refused():
    with pytest.raises(SheetInvalid, match="at most"):
        teams_from_sheet(b"key,name\n" + b"a,A\n" * (MAX_ROWS + 1))


CELL = st.sampled_from(["", "lyon", "nantes", "sales", "3", "A"]) | st.text(max_size=9)
ROWS = st.lists(st.lists(CELL, min_size=6, max_size=6), max_size=4).map(
    lambda rows: write_sheet(HEADER.strip().split(","), rows)
)
BELOW = st.binary(max_size=200).map(lambda rest: HEADER.encode() + rest)


@given(st.binary(max_size=300) | BELOW | ROWS)
def test_no_bytes_end_in_anything_but_teams_or_a_refusal(body):
    with contextlib.suppress(SheetInvalid, SheetUnreadable):
        assert all(isinstance(team, TeamRow) for team in teams_from_sheet(body))


def test_some_of_these_sheets_are_teams():
    assert find(ROWS, _is_taken, settings=settings(max_examples=2000, database=None))


def _is_taken(body):
    with contextlib.suppress(SheetInvalid, SheetUnreadable):
        return bool(teams_from_sheet(body))
    return False


@pytest.mark.parametrize(
    ("teams", "known"),
    [
        pytest.param([("a", "a")], {}, id="below itself"),
        pytest.param([("a", "b"), ("b", "a")], {}, id="a circle of two"),
        pytest.param([("a", "b")], {"b": "a", "a": None}, id="a circle through a team that exists"),
        pytest.param([("a", "z")], {}, id="unknown parent"),
        pytest.param([("a", None), ("a", None)], {}, id="a key twice"),
        pytest.param([("a", None), ("company", "a")], {}, id="the root's key"),
    ],
)
def test_what_is_no_tree_is_refused(teams, known):
    with pytest.raises(TreeInvalid):
        check_tree([NewTeam(key=key, name=key, parent=parent) for key, parent in teams], known)


def chain(length):
    """Teams each below the one before it, the deepest first: the order that costs most."""
    return [NewTeam(key=f"t{n}", name=f"T {n}", parent=f"t{n - 1}" if n else None) for n in reversed(range(length))]


def test_a_tree_may_be_so_deep_and_no_deeper():
    check_tree(chain(LEVELS), {})
    with pytest.raises(TreeTooDeep) as refused:
        check_tree(chain(LEVELS + 2), {})
    assert [finding.received for finding in refused.value.errors] == [f"t{n}" for n in reversed(range(LEVELS + 1))] + [
        None
    ]


@pytest.mark.parametrize(
    ("moved", "known", "refused"),
    [
        pytest.param("t0", LEVELS, True, id="a team takes what is below it along"),
        pytest.param("t0", LEVELS - 1, False, id="and there is just room for it"),
        pytest.param("far", LEVELS + 5, False, id="what stands too deep already keeps nobody else from moving"),
    ],
)
def test_what_is_below_a_team_counts_too(moved, known, refused):
    there = {team.key: team.parent for team in chain(known)} | {"house": None}
    with pytest.raises(TreeTooDeep) if refused else contextlib.nullcontext():
        check_tree([NewTeam(key=moved, name="Moved", parent="house")], there)


class Counted(dict):
    """Parents that count how often they are asked."""

    asked = 0

    def get(self, key, default=None):
        self.asked += 1
        return super().get(key, default)


@pytest.mark.parametrize("length", [100, MAX_ROWS])
def test_each_step_of_a_chain_is_gone_once(length):
    parents = Counted((team.key, team.parent) for team in chain(length))
    assert levels_of(parents)[f"t{length - 1}"] == length
    assert parents.asked == length


def test_a_chain_of_as_many_lines_as_a_sheet_takes_is_refused_with_a_hundred_of_its_places():
    with pytest.raises(TreeTooDeep) as refused:
        check_tree(chain(MAX_ROWS), {})
    assert len(refused.value.errors) == 100


@given(st.permutations([("a", None), ("b", "a"), ("c", "b"), ("d", "a"), ("e", "known")]))
def test_parents_are_written_before_their_children(pairs):
    levels = by_level([NewTeam(key=k, name=k, parent=p) for k, p in pairs], {"known": "top", "top": None})
    assert [sorted(team.key for team in level) for level in levels] == [["a"], ["b", "d"], ["c", "e"]]
    assert [team.key for level in levels for team in level if team.key in {"c", "e"}] == [
        key for key, _ in pairs if key in {"c", "e"}
    ]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_a_formula_leaves_as_text(cell):
    assert safe_cell(cell) == "'" + cell
    assert b"'" in write_sheet(["a"], [[cell]])
