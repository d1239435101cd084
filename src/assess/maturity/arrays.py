"""Sums over people and over groups, the same to the last bit on any machine: whole numbers, elementwise steps, no BLAS.

Rows that belong together stand together, and ``bounds`` says where: segment i is ``rows[bounds[i]:bounds[i + 1]]``.
"""

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Codes = NDArray[np.int8]
_Kind = TypeVar("_Kind", bound=np.generic)


def bounds_of(sizes: Any) -> Ints:
    """The bounds of segments of these sizes."""
    found = np.zeros(len(sizes) + 1, dtype=np.int64)
    np.cumsum(sizes, out=found[1:])
    return found


def summed(rows: Floats, bounds: Ints) -> Floats:
    """Σ of the rows of each segment: [rows × …] → [segments × …]; of none 0."""
    return _reduced(np.add, rows, bounds, np.float64, 0)


def counted(rows: NDArray[Any], bounds: Ints) -> Ints:
    """Σ of flags or whole numbers."""
    return _reduced(np.add, rows, bounds, np.int64, 0)


def lowest(rows: Floats, bounds: Ints) -> Floats:
    """The least of each segment, whatever is no number left out; of none no number."""
    return _reduced(np.fmin, rows, bounds, np.float64, np.nan)


def highest(rows: Floats, bounds: Ints) -> Floats:
    """The greatest of each segment; as ``lowest``."""
    return _reduced(np.fmax, rows, bounds, np.float64, np.nan)


def first(rows: Codes, bounds: Ints) -> Codes:
    """The lowest code of each segment; of none the highest there is."""
    return _reduced(np.minimum, rows, bounds, np.int8, np.iinfo(np.int8).max)


def last(rows: Codes, bounds: Ints) -> Codes:
    """The highest code of each segment; of none the lowest there is."""
    return _reduced(np.maximum, rows, bounds, np.int8, np.iinfo(np.int8).min)


def quotient(above: Any, below: Any) -> Floats:
    """``above / below``, no number where ``below`` is 0."""
    below = np.asarray(below, dtype=np.float64)
    found: Floats = above / np.where(below == 0, np.nan, below)
    return found


def numbers(values: Floats) -> Floats:
    """The same with 0 for whatever is no number."""
    return np.where(np.isnan(values), 0.0, values)


def segments(bounds: Ints) -> Ints:
    """The segment of each row."""
    return np.arange(len(bounds) - 1).repeat(bounds[1:] - bounds[:-1])


def spread_out(chosen: Ints, bounds: Ints) -> tuple[Ints, Ints]:
    """The rows of the chosen segments, one after the other, and the bounds of these; a segment may come more than once."""
    sizes = np.diff(bounds)[chosen]
    new = bounds_of(sizes)
    return np.arange(new[-1]) + np.repeat(bounds[:-1][chosen] - new[:-1], sizes), new


def _reduced(how: Any, rows: NDArray[Any], bounds: Ints, kind: type[_Kind], nothing: float) -> NDArray[_Kind]:
    starts = bounds[:-1]
    full = starts < bounds[1:]
    some = np.count_nonzero(full)
    if some == len(full):
        found: NDArray[_Kind] = how.reduceat(rows, starts, axis=0, dtype=kind)
        return found
    found = np.full((len(starts), *rows.shape[1:]), nothing, dtype=kind)
    if some:
        found[full] = how.reduceat(rows, starts[full], axis=0, dtype=kind)
    return found
