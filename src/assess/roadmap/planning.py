"""Planning: a serial schedule-generation scheme over jobs with precedence, capacity, windows and change load (method, 5.6).

Jobs are taken by priority among those whose predecessors are placed; each goes to its first month where everything fits, or is
dropped with its reason. No float decides anything: the same jobs always give the same schedule.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Literal
from uuid import UUID

from msgspec import Struct, field

from assess.roadmap.gaps import Cell
from assess.words import Key

CHANGE_LIMIT = 3
"""Risk points of simultaneous changes that a team takes: risk appetite 3 of 5."""

Capacity = Mapping[UUID, Sequence[Fraction]]
"""Person-days of each team in each month of the plan."""

Reason = Literal["no_capacity", "window", "prerequisite_dropped", "horizon", "excluded", "already_covered"]


class Way(Struct, frozen=True):
    """A way to do a job. demand: person-days by (team, month from the start). change: risk points by team, in every month."""

    demand: Mapping[tuple[UUID, int], Fraction]
    change: Mapping[UUID, int]


class Job(Struct, frozen=True):
    """An action as the scheduler sees it.

    ways: the best first; another one is taken only when no month has room for those before it. after: jobs that must be
    finished before. excludes: jobs that cannot stand in the same plan. starts: months in which it may start. gains: what
    it would gain by cell; a job that gains nothing more is left out, unless it is ``needed``.
    """

    key: Key
    priority: Fraction
    duration: int
    ways: Sequence[Way]
    after: frozenset[Key]
    starts: Sequence[int]
    gains: Mapping[Cell, Fraction] = {}
    excludes: frozenset[Key] = frozenset()
    needed: bool = False


class Block(Struct, frozen=True):
    """The first thing that stood against a start: a team without days or in too many changes in that month, or the window."""

    code: Literal["capacity", "change_load", "window"]
    team: UUID | None = None
    month: int = 0
    used: Fraction = Fraction(0)
    limit: Fraction = Fraction(0)
    wanted: Fraction = Fraction(0)


class Placed(Struct, frozen=True):
    """A job's place, and its way by number.

    waits_for: the predecessor that ends last. block: why a ready job could not start a month earlier.
    """

    key: Key
    start: int
    way: int
    credited: Mapping[Cell, Fraction]
    waits_for: Key | None
    block: Block | None


class Left(Struct, frozen=True):
    """A job without a place: why, and the other job or the block behind it."""

    key: Key
    reason: Reason
    other: Key | None = None
    block: Block | None = None


class Schedule(Struct, frozen=True):
    """Jobs in the order in which they were placed and dropped."""

    placed: list[Placed]
    dropped: list[Left]


class _Board(Struct):
    """What is taken so far; ``barred``: who of the placed jobs excludes a key."""

    capacity: Capacity
    months: int
    left: dict[Cell, Fraction]
    used: dict[tuple[UUID, int], Fraction] = field(default_factory=dict)
    load: dict[tuple[UUID, int], int] = field(default_factory=dict)
    ends: dict[Key, int] = field(default_factory=dict)
    dropped: dict[Key, Left] = field(default_factory=dict)
    barred: dict[Key, set[Key]] = field(default_factory=dict)


def schedule(jobs: Sequence[Job], capacity: Capacity, months: int, gaps: Mapping[Cell, Fraction]) -> Schedule:
    """Place the jobs within ``months``; ``gaps``: how much each cell can gain in all. Ties of priority go by key."""
    board = _Board(capacity, months, dict(gaps))
    waiting = sorted(jobs, key=lambda job: (-job.priority, job.key))
    placed: list[Placed] = []
    while waiting:
        job = next(job for job in waiting if job.after <= board.ends.keys() | board.dropped.keys())
        waiting.remove(job)
        outcome = _place(job, board, waiting)
        if isinstance(outcome, Left):
            board.dropped[job.key] = outcome
        else:
            placed.append(outcome)
            _take(job, outcome, board)
    return Schedule(placed, list(board.dropped.values()))


def area(
    jobs: Sequence[Job],
    starts: Mapping[Key, int],
    gaps: Mapping[Cell, Fraction],
    weights: Mapping[Cell, Fraction],
    months: int,
) -> Fraction:
    """Area under the weighted maturity curve: for each month's end, what finished jobs have gained, never more than the gap."""
    ends = {job.key: starts[job.key] + job.duration for job in jobs if job.key in starts}
    total = Fraction(0)
    for month in range(1, months + 1):
        done = [job for job in jobs if ends.get(job.key, months + 1) <= month]
        for cell, gap in gaps.items():
            total += weights[cell] * min(gap, sum((job.gains.get(cell, Fraction(0)) for job in done), Fraction(0)))
    return total


def _place(job: Job, board: _Board, waiting: Sequence[Job]) -> Placed | Left:
    """The first start where everything fits, or why there is none."""
    hindrance = _hindrance(job, board, waiting)
    if hindrance is not None:
        return hindrance
    earliest = max((board.ends[key] for key in job.after), default=0)
    last = board.months - job.duration
    if earliest > last:
        return Left(job.key, "horizon")
    starts = range(earliest, last + 1)
    for way in range(len(job.ways)):
        blocks = [_block(job, way, start, board) for start in starts]
        if None in blocks:
            return _placed(job, way, starts[blocks.index(None)], blocks, board)
    limits = [block for start in starts if (block := _block(job, 0, start, board)) and block.code != "window"]
    return Left(job.key, "no_capacity", block=limits[0]) if limits else Left(job.key, "window")


def _hindrance(job: Job, board: _Board, waiting: Sequence[Job]) -> Left | None:
    """What drops a job before any month is tried."""
    missing = sorted(job.after & board.dropped.keys())
    if missing:
        return Left(job.key, "prerequisite_dropped", other=missing[0])
    rivals = (job.excludes & board.ends.keys()) | board.barred.get(job.key, set())
    if rivals:
        return Left(job.key, "excluded", other=min(rivals))
    awaited = job.needed or any(job.key in other.after for other in waiting)
    if job.gains and not awaited and not any(_credit(job, board).values()):
        return Left(job.key, "already_covered")
    return None


def _placed(job: Job, way: int, start: int, blocks: Sequence[Block | None], board: _Board) -> Placed:
    """``blocks``: what stood against each start from the earliest on, the first None being ``start``."""
    last = max(sorted(job.after), key=lambda key: board.ends[key], default=None)
    first_free = blocks.index(None)
    return Placed(job.key, start, way, _credit(job, board), last, blocks[first_free - 1] if first_free else None)


def _credit(job: Job, board: _Board) -> dict[Cell, Fraction]:
    """What the job still gains: earlier placed jobs were credited first."""
    return {cell: min(gain, board.left[cell]) for cell, gain in job.gains.items()}


def _take(job: Job, place: Placed, board: _Board) -> None:
    board.ends[job.key] = place.start + job.duration
    for key in job.excludes:
        board.barred.setdefault(key, set()).add(job.key)
    for cell, gain in place.credited.items():
        board.left[cell] -= gain
    way = job.ways[place.way]
    for (team, offset), days in way.demand.items():
        slot = (team, place.start + offset)
        board.used[slot] = board.used.get(slot, Fraction(0)) + days
    for team, points in way.change.items():
        for month in range(place.start, place.start + job.duration):
            board.load[team, month] = board.load.get((team, month), 0) + points


def _block(job: Job, number: int, start: int, board: _Board) -> Block | None:
    """The first thing against a start: the window, then days, then change load."""
    if start not in job.starts:
        return Block("window", month=start)
    way = job.ways[number]
    for (team, offset), days in way.demand.items():
        month = start + offset
        used, limit = board.used.get((team, month), Fraction(0)), board.capacity[team][month]
        if used + days > limit:
            return Block("capacity", team, month, used, limit, days)
    for team, points in way.change.items():
        for month in range(start, start + job.duration):
            load = board.load.get((team, month), 0)
            if load + points > CHANGE_LIMIT:
                return Block("change_load", team, month, Fraction(load), Fraction(CHANGE_LIMIT), Fraction(points))
    return None
