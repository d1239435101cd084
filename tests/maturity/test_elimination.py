"""Elimination, against the attackers' own: the same space of equations, in reduced form after each of them."""

from fractions import Fraction
from math import lcm

from hypothesis import given
from hypothesis import strategies as st

from assess.maturity.elimination import Equations
from equations import reduced

UNKNOWNS = 5
SYSTEMS = st.lists(st.lists(st.integers(-2, 2), min_size=UNKNOWNS, max_size=UNKNOWNS), min_size=1, max_size=7)


def taken_in(rows):
    system = Equations()
    for row in rows:
        system.add({unknown: Fraction(value) for unknown, value in enumerate(row) if value})
    return system


@given(SYSTEMS)
def test_a_pivot_is_one_and_stands_in_no_other_row(rows):
    found = taken_in(rows).rows
    for pivot, row in found.items():
        assert row[pivot] == 1
        assert [other for other, values in found.items() if pivot in values] == [pivot]
        assert 0 not in row.values()


@given(SYSTEMS)
def test_the_rows_say_what_the_equations_say(rows):
    found = [[row.get(unknown, Fraction(0)) for unknown in range(UNKNOWNS)] for row in taken_in(rows).rows.values()]
    times = lcm(*(value.denominator for row in found for value in row))
    assert reduced([[int(value * times) for value in row] for row in found]) == reduced(rows)
