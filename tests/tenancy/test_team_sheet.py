"""Teams from a sheet: all or nothing, every fault with its place."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assess.sheets import MAX_ROWS, SheetInvalid, SheetUnreadable, safe_cell, write_sheet
from assess.tenancy.model import NewTeam
from assess.tenancy.team_sheet import TeamRow, TreeInvalid, check_tree, in_tree_order, teams_from_sheet

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


@given(st.binary(max_size=300))
def test_no_bytes_end_in_anything_but_teams_or_a_refusal(body):
    with contextlib.suppress(SheetInvalid, SheetUnreadable):
        assert all(isinstance(team, TeamRow) for team in teams_from_sheet(body))


@pytest.mark.parametrize(
    ("teams", "known"),
    [
        pytest.param([("a", "a")], {}, id="below itself"),
        pytest.param([("a", "b"), ("b", "a")], {}, id="a circle of two"),
        pytest.param([("a", "b")], {"b": "a", "a": None}, id="a circle through a team that exists"),
        pytest.param([("a", "z")], {}, id="unknown parent"),
        pytest.param([("a", None), ("a", None)], {}, id="a key twice"),
    ],
)
def test_what_is_no_tree_is_refused(teams, known):
    with pytest.raises(TreeInvalid):
        check_tree([NewTeam(key=key, name=key, parent=parent) for key, parent in teams], known)


@given(st.permutations([("a", None), ("b", "a"), ("c", "b"), ("d", "a"), ("e", "known")]))
def test_parents_are_written_before_their_children(pairs):
    ordered = [team.key for team in in_tree_order([NewTeam(key=k, name=k, parent=p) for k, p in pairs], {"known"})]
    assert sorted(ordered) == ["a", "b", "c", "d", "e"]
    assert ordered.index("a") < ordered.index("b") < ordered.index("c")
    assert ordered.index("a") < ordered.index("d")


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_a_formula_leaves_as_text(cell):
    assert safe_cell(cell) == "'" + cell
    assert b"'" in write_sheet(["a"], [[cell]])
