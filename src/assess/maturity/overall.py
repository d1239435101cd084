"""The overall score of each node: the mean of the processes that count, if all of them are scored.

People who stand in several processes count once: what they move adds up, person by person, before it is squared. Groups that
share people across processes become one stratum.
"""

from collections.abc import Callable, Sequence

import numpy as np
from msgspec import Struct

from assess.maturity.arrays import Codes, Flags, Floats, Ints, bounds_of, counted, numbers, quotient, segments, summed
from assess.maturity.composites import squares_of
from assess.maturity.intervals import Spread, Strata, seen_share, spread_of
from assess.maturity.model import State
from assess.maturity.panels import CORE, Panel
from assess.maturity.rollup import Rolled, Table, extremes, table_of
from assess.maturity.scoring import PRACTICE
from assess.maturity.tree import Node
from assess.maturity.wholes import CODE, NOT_ASKED, SCORED, Whole


class Part(Struct, frozen=True):
    """A process that counts, rolled up. state: by node of the tree, why it has a score or not."""

    panel: Panel
    rolled: Rolled
    state: Codes

    @property
    def weight(self) -> float:
        """Its weight in the overall score."""
        return self.panel.process.weight


class Cells(Struct, frozen=True):
    """Where the groups of the nodes' processes stand: one row by group of a node and home of the group.

    group: the number of the group of a node; cell: node · (number of nodes in the tree) + home.
    """

    group: Ints
    cell: Ints


class Piece(Struct, frozen=True):
    """One process of the nodes. shares, silent, squares: by group of a node, its part of the overall score, who left items out,
    and Σ of its people's movements squared. known: [groups × 2] how many importers know, and whether there are others.
    """

    cells: "Cells"
    people: "People"
    shares: Floats
    silent: Floats
    squares: Floats
    known: Ints


class People(Struct, frozen=True):
    """One row by node, person and process. cell: as in ``Cells``; moved: how far the person moves the node's overall score."""

    node: Ints
    person: Ints
    cell: Ints
    moved: Floats
    heard: Flags


def part_of(panel: Panel, rolled: Rolled, nodes: Sequence[Node]) -> Part:
    """A process with its state at every node."""
    state = np.array([CODE[panel.crowd.state(node.id)] for node in nodes], dtype=np.int8)
    state[rolled.below.places] = rolled.process.state[:, 0]
    return Part(panel, rolled, state)


class Overall(Struct, frozen=True):
    """The overall score of every node of the tree, one row each, without agreement.

    careful: with every "don't know" read as the lowest level, none where a process has none; moved: Σ of what people move it,
    squared.
    """

    table: Table
    careful: Floats
    moved: Floats


def overall_of(parts: Sequence[Part], nodes: Sequence[Node]) -> Overall:
    """The overall score of every node of the tree."""
    states = np.array(
        [_state([part.state[place] for part in parts], parts) for place in range(len(nodes))], dtype=np.int8
    )
    places = np.flatnonzero(states == SCORED)
    weights = _weights(parts, places)
    value, covered, careful = (
        sum((weights[number] * each for number, each in enumerate(_at(parts, places, of))), np.zeros(len(places)))
        for of in (_value, _covered, _prudent)
    )
    strata, bounds = _strata(parts, nodes, places, weights)
    spreads = [spread_of(strata, covered, bounds, finite=finite) for finite in (True, False)]
    finite, free = (Spread(each.variance[:, None], each.freedom[:, None]) for each in spreads)
    full = np.ones((len(places), 1))
    found = Whole(states[places, None], value[:, None], full)
    ladder = (np.array(PRACTICE[0]), np.array(PRACTICE[1]))
    table = table_of(found, counted(strata.n, bounds)[:, None], full, finite, free, ladder)
    moved, cautious = np.zeros(len(nodes)), np.full(len(nodes), np.nan)
    moved[places] = summed(strata.share**2 * strata.squares, bounds)
    cautious[places] = careful
    return Overall(_everywhere(table, states, places, nodes), cautious, moved)


def _state(states: Sequence[int], parts: Sequence[Part]) -> int:
    """Scored if every process that counts is, and no core one is missing; two versions of one process make no process."""
    keys = [part.panel.process.key for part, state in zip(parts, states, strict=True) if state != NOT_ASKED]
    needed = {part.panel.process.key for part in parts}
    if not keys or (needed | set(CORE) if needed & set(CORE) else needed) - set(keys):
        return NOT_ASKED
    missing = [state for state in states if state not in {NOT_ASKED, SCORED}]
    if missing or len(keys) > len(set(keys)):
        return int(missing[0]) if missing else CODE[State.LOW_COVERAGE]
    return SCORED


def _weights(parts: Sequence[Part], places: Ints) -> Floats:
    """Each process's share of the overall score: [processes × nodes]."""
    weights = np.array([np.where(part.state[places] == SCORED, part.weight, 0.0) for part in parts])
    return weights / weights.sum(axis=0) if len(places) else np.zeros((len(parts), 0))


def _at(parts: Sequence[Part], places: Ints, of: Callable[[Rolled], Floats]) -> Sequence[Floats]:
    """A number of each process at some nodes with an overall score; 0 where it is not asked."""
    found = []
    for part in parts:
        everywhere = np.zeros(len(part.state))
        everywhere[part.rolled.below.places] = of(part.rolled)
        found.append(everywhere[places])
    return found


def _value(rolled: Rolled) -> Floats:
    return rolled.process.value[:, 0]


def _covered(rolled: Rolled) -> Floats:
    return rolled.covered


def _prudent(rolled: Rolled) -> Floats:
    return rolled.careful


def _strata(parts: Sequence[Part], nodes: Sequence[Node], places: Ints, weights: Floats) -> tuple[Strata, Ints]:
    """The strata of the overall score of each node, node after node."""
    if not len(places):
        return Strata(*(np.zeros(0, dtype=kind) for kind in (float, np.int64, float, float, float))), bounds_of([])
    number = np.full(len(nodes), -1, dtype=np.int64)
    number[places] = np.arange(len(places))
    pieces = [_piece(part, number, weights[place], len(nodes)) for place, part in enumerate(parts)]
    mixed, processes = _together(pieces)
    cells, shares = mixed.cells, mixed.shares
    kinds, stratum_of_cell = np.unique(_labels(cells), return_inverse=True)
    every_cell = np.unique(cells.cell)
    heads = np.array([node.headcount for node in nodes])[every_cell % len(nodes)]
    invited = np.bincount(stratum_of_cell, heads, len(kinds)).astype(np.int64)
    of_group = cells.cell[np.searchsorted(cells.group, np.arange(len(shares)))]
    stratum = stratum_of_cell[np.searchsorted(every_cell, of_group)]
    share = np.bincount(stratum, shares, len(kinds)).astype(np.float64)
    left_out = numbers(quotient(np.bincount(stratum, shares * mixed.silent, len(kinds)), share))
    people_at = stratum_of_cell[np.searchsorted(every_cell, mixed.people.cell)]
    of_process = np.bincount(processes * len(kinds) + stratum, mixed.squares, len(pieces) * len(kinds))
    lengths = np.sqrt(of_process.reshape(len(pieces), len(kinds))).sum(axis=0)
    known, others = (np.bincount(stratum, each, len(kinds)) for each in mixed.known.T)
    least = parts[0].panel.k + np.where(others > 0, known, 0.0)
    n, squares = _squares(mixed.people, people_at, lengths, least)
    seen = seen_share(n, invited, left_out)
    strata = Strata(share, n, numbers(quotient(squares, share**2)), np.ones(len(kinds)), seen)
    return strata, bounds_of(np.bincount(kinds // len(nodes), minlength=len(places)))


def _piece(part: Part, number: Ints, weight: Floats, width: int) -> Piece:
    """One process: its groups with a part in an overall score. number: by place, the number of the node; weight: by number."""
    below, persons, panel = part.rolled.below, part.rolled.persons, part.panel
    node = number[below.places][below.node]
    counts = (node >= 0) & (persons.shares > 0)
    factor = np.where(counts, weight[node] if len(weight) else 0.0, 0.0)
    homes = [[panel.place_of[home] for home in group.nodes] for group in panel.groups]
    spread = [(group, home) for group in np.flatnonzero(counts).tolist() for home in homes[below.groups[group]]]
    group, home = np.array(spread, dtype=np.int64).reshape(-1, 2).T
    of_person = segments(persons.bounds)
    mine = counts[of_person] & persons.heard
    rows, theirs = persons.rows[mine], of_person[mine]
    people = People(
        node[theirs],
        panel.people[rows],
        node[theirs] * width + panel.homes[rows],
        factor[theirs] * persons.moved[mine],
        persons.heard[mine],
    )
    cells = Cells(group, node[group] * width + home)
    heard = [(group.heard.known, group.heard.apart) for group in panel.groups]
    known = np.array(heard, dtype=np.int64).reshape(-1, 2)[below.groups]
    return Piece(cells, people, factor * persons.shares, persons.silent, factor**2 * persons.squares, known)


def _together(pieces: Sequence[Piece]) -> tuple[Piece, Ints]:
    """The processes one after the other, the groups that count numbered through; and by group, the number of its process."""
    groups, shares, silent, squares, known, start = [], [], [], [], [], 0
    for piece in pieces:
        chosen, group = np.unique(piece.cells.group, return_inverse=True)
        groups.append(group + start)
        shares.append(piece.shares[chosen])
        silent.append(piece.silent[chosen])
        squares.append(piece.squares[chosen])
        known.append(piece.known[chosen])
        start += len(chosen)
    names = People.__struct_fields__
    mixed = Piece(
        Cells(np.concatenate(groups), np.concatenate([piece.cells.cell for piece in pieces])),
        People(*(np.concatenate([getattr(piece.people, name) for piece in pieces]) for name in names)),
        np.concatenate(shares),
        np.concatenate(silent),
        np.concatenate(squares),
        np.concatenate(known),
    )
    return mixed, segments(bounds_of([len(each) for each in shares]))


def _labels(cells: Cells) -> Ints:
    """By cell in ascending order, the first cell of its stratum: the smallest spreads through groups until nothing changes."""
    kinds, cell = np.unique(cells.cell, return_inverse=True)
    label = kinds.copy()
    while True:
        least = np.full(int(cells.group.max(initial=-1)) + 1, np.iinfo(np.int64).max)
        np.minimum.at(least, cells.group, label[cell])
        spread = label.copy()
        np.minimum.at(spread, cell, least[cells.group])
        if (spread == label).all():
            return label
        label = spread


def _squares(people: People, stratum: Ints, lengths: Floats, least: Floats) -> tuple[Ints, Floats]:
    """By stratum, how many people said something, and Σ u_r² with u_r added up over the processes.

    lengths, least: as ``squares_of`` has lengths and k, of the processes.
    """
    count = len(lengths)
    key = stratum * (people.person.max(initial=0) + 1) + people.person
    kinds, person, times = np.unique(key, return_inverse=True, return_counts=True)
    squares = np.bincount(person, people.moved, len(kinds)).astype(np.float64) ** 2
    home = kinds // (people.person.max(initial=0) + 1)
    order = np.lexsort((squares, home))  # so that nobody's number leaves a trace in the rounding
    n = np.bincount(home, minlength=count)
    several = np.bincount(home[times > 1], minlength=count).astype(np.int64)
    return n.astype(np.int64), squares_of(summed(squares[order], bounds_of(n)), lengths, several, least)


def _everywhere(scored: Table, states: Codes, places: Ints, nodes: Sequence[Node]) -> Table:
    """The rows of the scored nodes among those of all, and what the teams below them have."""
    none = np.full((len(nodes), 1), np.nan)

    def spread(rows: Floats) -> Floats:
        full = none.copy()
        full[places] = rows
        return full

    n = np.zeros((len(nodes), 1), dtype=np.int64)
    n[places] = scored.n
    value = spread(scored.value)
    least, most = extremes(value, *_teams(nodes))
    low, high, like_low, like_high = (
        spread(each) for each in (scored.low, scored.high, scored.like_low, scored.like_high)
    )
    return Table(states[:, None], value, n, spread(scored.coverage), low, high, like_low, like_high, least, most, None)


def _teams(nodes: Sequence[Node]) -> tuple[Ints, Ints]:
    """By node, the places of the nodes below it that answer themselves and have nobody below."""
    place = {node.id: number for number, node in enumerate(nodes)}
    parents = {node.parent for node in nodes}
    below: list[list[int]] = [[] for _ in nodes]
    for number, node in enumerate(nodes):
        above = node.parent
        while above is not None and node.asked and node.id not in parents:
            below[place[above]].append(number)
            above = nodes[place[above]].parent
    return np.array([each for every in below for each in every], dtype=np.int64), bounds_of(
        [len(each) for each in below]
    )
