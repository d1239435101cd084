"""Linear equations as attackers solve them: in whole numbers, so that nothing is rounded and nothing is missed."""

from collections.abc import Iterator, Sequence
from math import gcd, lcm

import numpy as np

EXACT = 2**62
"""Sums that stay below this in size are exact in 64 bits."""


def reduced(rows: Sequence[Sequence[int]]) -> list[list[int]]:
    """Gauss-Jordan: rows without a common divisor whose first number, positive, stands alone in its column."""
    left, done = [list(map(int, row)) for row in rows], list[list[int]]()
    for column in range(len(left[0]) if left else 0):
        lead = next((row for row in left if row[column]), None)
        if lead is not None:
            left.remove(lead)
            lead = _plain(lead, lead[column])
            left, done = ([_less(row, lead, column) for row in rows_of] for rows_of in (left, done))
            done.append(lead)
    return done


def sets_in(rows: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """The columns of every sum of different unknowns that the rows determine: the vectors of zeros and ones in their space.

    Each of them is a sum of some of the reduced rows, the first number of each taken as 1. All these sums are tried; one is
    given up as soon as no further row can put right a number of it.
    """
    basis = reduced(rows)
    if not basis:
        return
    leads = [next(filter(None, row)) for row in basis]
    one = lcm(*leads)
    scaled = [[value * one // lead for value in row] for row, lead in zip(basis, leads, strict=True)]
    assert sum(abs(value) for row in scaled for value in row) < EXACT
    matrix = np.array(scaled, dtype=np.int64)
    sums = np.zeros((1, matrix.shape[1]), dtype=np.int64)
    for place, row in enumerate(matrix):
        sums = np.concatenate([sums, sums + row])
        settled = sums[:, ~matrix[place + 1 :].any(axis=0)]
        sums = sums[((settled == 0) | (settled == one)).all(axis=1)]
    for found in sums[sums.any(axis=1)]:
        yield np.flatnonzero(found).tolist()


def _plain(row: Sequence[int], lead: int) -> list[int]:
    divisor = gcd(*row) if lead > 0 else -gcd(*row)
    return [value // divisor for value in row]


def _less(row: list[int], lead: Sequence[int], column: int) -> list[int]:
    """The row without the column of ``lead``, and so many times as large as makes it whole."""
    if not row[column]:
        return row
    times, of_lead = lead[column], row[column]
    rest = [times * a - of_lead * b for a, b in zip(row, lead, strict=True)]
    divisor = gcd(*rest)
    return [value // divisor for value in rest] if divisor else rest
