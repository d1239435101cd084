"""Arrays of results as the words that are published, row after row, so that only some of them exist as objects at once."""

from collections.abc import Callable, Iterator, Sequence
from itertools import repeat
from math import isnan
from typing import Any

from assess.maturity.agreement import Alike, words
from assess.maturity.arrays import Floats
from assess.maturity.model import Agreement, Interval, Result, State
from assess.maturity.rollup import Table
from assess.maturity.wholes import SCORED, STATES

AT_ONCE = 128
"""Rows of arrays that are lists at one time."""

_NUMBERS = [name for name in Table.__struct_fields__ if name != "alike"]


Index = Callable[[float], float]


def rows_in(table: Table, indexes: Sequence[Index], fragile: Sequence[bool]) -> Iterator[list[Result]]:
    """The results of each row of a table. indexes: by column, how a value becomes an index 0–100; fragile: by row."""
    rows = lists_in(*(getattr(table, name) for name in _NUMBERS))
    for weak, agreements, row in zip(fragile, _agreements(table.alike), rows, strict=False):
        yield [_result(weak, *cell) for cell in zip(indexes, agreements, *row, strict=False)]


def lists_in(*arrays: Floats | Any) -> Iterator[tuple[list[Any], ...]]:
    """Arrays of the same number of rows, row by row as lists."""
    for start in range(0, len(arrays[0]), AT_ONCE):
        yield from zip(*(each[start : start + AT_ONCE].tolist() for each in arrays), strict=True)


def absent(state: State) -> Result:
    """No number, and why."""
    return Result(
        value=None,
        index=None,
        interval=None,
        comparison=None,
        n=None,
        coverage=None,
        agreement=None,
        range=None,
        fragile=False,
        state=state,
    )


def _agreements(alike: Alike | None) -> Iterator[Iterator[Agreement | None]]:
    if alike is None:
        return repeat(repeat(None))
    rows = lists_in(*(getattr(alike, name) for name in Alike.__struct_fields__))
    return (map(words, *row) for row in rows)


def _result(
    fragile: bool,  # noqa: FBT001 - one of many columns
    index: Index,
    agreement: Agreement | None,
    state: int,
    value: float,
    n: int,
    coverage: float,
    low: float,
    high: float,
    like_low: float,
    like_high: float,
    least: float,
    most: float,
) -> Result:
    if state != SCORED:
        return Result(
            value=None,
            index=None,
            interval=None,
            comparison=None,
            n=None,
            coverage=coverage,
            agreement=None,
            range=None,
            fragile=fragile,
            state=STATES[state],
        )
    return Result(
        value=value,
        index=index(value),
        interval=_between(low, high),
        comparison=_between(like_low, like_high),
        n=n,
        coverage=coverage,
        agreement=agreement,
        range=_between(least, most),
        fragile=fragile,
        state=State.SCORED,
    )


def _between(low: float, high: float) -> Interval | None:
    return None if isnan(low) else Interval(low=low, high=high)
