"""Gauss-Jordan elimination with exact fractions, for systems of many equations that have few unknowns in common.

Each equation touches the rows that hold its unknowns and no other, so what costs is what changes.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from fractions import Fraction


class Equations:
    """Linear equations as they come in: ``rows``, by the number of their pivot, an unknown that stands in no other row.

    A row is its coefficients by unknown, without those that are 0; the pivot's is 1.
    """

    def __init__(self) -> None:
        self.rows: dict[int, dict[int, Fraction]] = {}
        self._rows_with: defaultdict[int, set[int]] = defaultdict(set)  # by unknown, the pivots of its rows

    def add(self, row: dict[int, Fraction]) -> None:
        """One equation more, told by its unknowns that are not 0; it is changed."""
        for pivot in [unknown for unknown in row if unknown in self.rows]:
            _subtract(row, self.rows[pivot], row[pivot])
        if row:
            pivot, lead = next(iter(row.items()))
            reduced = {unknown: value / lead for unknown, value in row.items()}
            for other in list(self._rows_with[pivot]):
                self._clear(other, pivot, reduced)
            self._keep(pivot, reduced, reduced)

    def _clear(self, other: int, pivot: int, reduced: Mapping[int, Fraction]) -> None:
        """Take the pivot of a new row out of another one."""
        row = self.rows[other]
        _subtract(row, reduced, row[pivot])
        self._keep(other, row, reduced)

    def _keep(self, pivot: int, row: dict[int, Fraction], changed: Iterable[int]) -> None:
        """A row, after some of its unknowns have changed."""
        self.rows[pivot] = row
        for unknown in changed:
            (self._rows_with[unknown].add if unknown in row else self._rows_with[unknown].discard)(pivot)


def _subtract(row: dict[int, Fraction], other: Mapping[int, Fraction], times: Fraction) -> None:
    """``row`` minus ``times`` × ``other``, in place; what becomes zero goes."""
    for unknown, value in other.items():
        row[unknown] = row.get(unknown, Fraction(0)) - times * value
        if not row[unknown]:
            del row[unknown]
