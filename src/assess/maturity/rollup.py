"""From the groups of people to the numbers of the nodes that show a process: a team is one group, a parent several.

Parents are rolled up from their groups' steps, weighted by headcount, so that low participation does not silence a team; then the
weights of steps and processes apply. A part counts when groups of 60 % of the invited people are scored on it.
"""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from assess.maturity import agreement, posterior
from assess.maturity.agreement import Alike
from assess.maturity.arrays import (
    Codes,
    Flags,
    Floats,
    Ints,
    bounds_of,
    counted,
    highest,
    lowest,
    numbers,
    quotient,
    segments,
    spread_out,
    summed,
)
from assess.maturity.composites import Steps, squares_of
from assess.maturity.intervals import Spread, Strata, interval, seen_share, spread_of
from assess.maturity.kpi import RUNGS
from assess.maturity.panels import Panel, ladder_of, published_at
from assess.maturity.scoring import LEAST_OF_HEADCOUNT, LEAST_OF_PROCESS, PRACTICE, RUNG, TOLERANCE
from assess.maturity.tallies import Cells, Tallies, tallies_of
from assess.maturity.tree import Node
from assess.maturity.views import Views, ends_of
from assess.maturity.wholes import NOT_APPLICABLE, SCORED, Whole, whole
from assess.questionnaire.model import LADDERS


class Below(Struct, frozen=True):
    """The groups that each published node is made of. places: the nodes, in the tree's order; groups: node after node.

    teams: by group of a node, which of the published nodes is that group alone and nothing else, and another node; else -1.
    single: by node, its only group if it has one only, else -1.
    """

    places: Ints
    groups: Ints
    bounds: Ints
    headcounts: Ints
    teams: Ints
    single: Ints

    @property
    def node(self) -> Ints:
        """By group of a node, the node."""
        return segments(self.bounds)

    @property
    def weights(self) -> Floats:
        """By group of a node, the people invited, as a column."""
        return self.headcounts[self.groups][:, None].astype(np.float64)


class Table(Struct, frozen=True):
    """Results in the making, each array [nodes × columns]; no number where there is none.

    low, high: the interval; like_low, like_high: the one for comparisons; least, most: of the published teams below.
    """

    state: Codes
    value: Floats
    n: Ints
    coverage: Floats
    low: Floats
    high: Floats
    like_low: Floats
    like_high: Floats
    least: Floats
    most: Floats
    alike: Alike | None


class Persons(Struct, frozen=True):
    """How far each person moves the process of each node: one row by node and person, those of one group of a node together.

    shares, silent: by group of a node, its part of the process, and how many left items out; squares: by group of a node, Σ
    moved², or the most that it can be where fewer than k people are heard in several steps. rows: the person's row in the panel.
    """

    rows: Ints
    bounds: Ints
    moved: Floats
    heard: Flags
    shares: Floats
    silent: Floats
    squares: Floats


class Rolled(Struct, frozen=True):
    """A process of all nodes that show it: its items, its steps with the KPIs as the last one, and itself.

    prudent: of the steps; careful: the same of the process, none where a step that counts has none. dont_know: share by item;
    rungs: shares of those who reach rung 1 … 5 and awareness, [nodes × KPIs × 6]; covered: by node, the share of the invited
    people who stand in scored groups.
    """

    below: Below
    items: Table
    dont_know: Floats
    rungs: Floats
    steps: Table
    prudent: Floats
    process: Table
    careful: Floats
    persons: Persons
    covered: Floats


def below_of(panel: Panel, nodes: Sequence[Node]) -> Below:
    """Which groups each published node is made of."""
    numbers_of = {group.nodes: number for number, group in enumerate(panel.groups)}
    places = published_at(panel, nodes)
    lists = [[numbers_of[group.nodes] for group in panel.crowd.groups[nodes[place].id]] for place in places]
    bounds = bounds_of([len(each) for each in lists])
    groups = np.array([group for each in lists for group in each], dtype=np.int64)
    single = [
        each[0] if len(each) == 1 and panel.groups[each[0]].nodes == (nodes[place].id,) else -1
        for place, each in zip(places, lists, strict=True)
    ]
    team = np.full(len(panel.groups) + 1, -1, dtype=np.int64)
    team[single] = np.arange(len(places))
    team[-1] = -1
    teams = team[groups]
    return Below(
        np.array(places, dtype=np.int64),
        groups,
        bounds,
        panel.headcounts,
        np.where(teams == segments(bounds), -1, teams),
        np.array(single, dtype=np.int64),
    )


def rolled_up(
    panel: Panel, nodes: Sequence[Node], tallies: Tallies, cells: Cells, steps: Steps, views: Views
) -> Rolled:
    """Roll up everything about one process. views: of the practices that may be told one by one."""
    below = below_of(panel, nodes)
    items, telling = _items(panel, below, tallies, cells, steps)
    step_table, shares, covered, prudent = _steps(below, steps)
    process, weights, persons, mean_covered = _process(panel, below, steps, step_table, shares, covered)
    alike = _alike(panel, below, tallies, telling, items, step_table, views)
    return Rolled(
        below,
        replace(items, alike=alike[0]),
        _unknown(below, cells, panel),
        _rungs(panel, below, tallies, cells, telling),
        replace(step_table, alike=alike[1]),
        prudent,
        replace(process, alike=alike[2]),
        _careful(process, weights, prudent),
        persons,
        mean_covered,
    )


def table_of(
    found: Whole, n: Ints, coverage: Floats, finite: Spread, free: Spread, ladder: tuple[Floats, Floats]
) -> Table:
    """A table from values and spreads, without agreement and without what stands below."""
    value = np.where(found.state == SCORED, found.value, np.nan)
    sure = np.where(n > 0, value, np.nan)  # what rests on facts alone has no interval
    low, high = interval(sure, finite, ladder)
    like_low, like_high = interval(sure, free, ladder)
    none = np.full(value.shape, np.nan)
    return Table(found.state, value, n, coverage, low, high, like_low, like_high, none, none, None)


def extremes(values: Floats, teams: Ints, bounds: Ints) -> tuple[Floats, Floats]:
    """The lowest and the highest value of the published teams below each node."""
    there = np.where((teams >= 0)[:, None], values[teams], np.nan)
    return lowest(there, bounds), highest(there, bounds)


def _ranged(table: Table, below: Below) -> Table:
    least, most = extremes(table.value, below.teams, below.bounds)
    return replace(table, least=least, most=most)


# Items.


def _items(panel: Panel, below: Below, tallies: Tallies, cells: Cells, steps: Steps) -> tuple[Table, Flags]:
    """The items of each node, and which groups of it tell something of them."""
    groups, node = below.groups, below.node
    found = whole(below.weights, cells.state[groups], cells.mean[groups], LEAST_OF_HEADCOUNT, below.bounds)
    telling = (cells.state[groups] == SCORED) & (found.state == SCORED)[node]
    share = _shares(below, telling)
    n = cells.n[groups]
    unit, _, _ = ladder_of(panel.asked.items)
    scatter = quotient(n * tallies.squares[groups] - tallies.total[groups] ** 2, n**3) * unit**2
    invited = below.headcounts[groups][:, None]
    strata = Strata(share, n, numbers(scatter), np.ones(n.shape), seen_share(n, invited, np.zeros(n.shape)))
    finite, free = (spread_of(strata, found.coverage, below.bounds, finite=each) for each in (True, False))
    ladder = _ladder(panel)
    table = table_of(found, counted(np.where(telling, n, 0), below.bounds), found.coverage, finite, free, ladder)
    low, high = _exact(panel, below, tallies, table, telling)
    table = _ranged(replace(table, low=low, high=high), below)
    return _hidden(table, steps.banded), telling


def _ladder(panel: Panel) -> tuple[Floats, Floats]:
    ends = np.array([LADDERS[item.kind] for item in panel.asked.items])
    return ends[:, 0], ends[:, 1]


def _exact(panel: Panel, below: Below, tallies: Tallies, table: Table, telling: Flags) -> tuple[Floats, Floats]:
    """The posterior's bounds where one group alone is all to whom the item applies; elsewhere the table's.

    With more than 40 unseen people the wider of both: so that the interval never widens when the answers become more.
    """
    low, high = table.low.copy(), table.high.copy()
    unit, origin, _ = ladder_of(panel.asked.items)
    alone = (counted(telling, below.bounds) == 1) & (table.coverage >= 1 - TOLERANCE)
    group = np.where(alone, counted(np.where(telling, below.groups[:, None], 0), below.bounds), 0)
    scales: dict[tuple[int, int], list[int]] = {}
    for column, item in enumerate(panel.asked.items):
        scales.setdefault((item.lowest, item.highest), []).append(column)
    for (first, last), columns in scales.items():
        where, place = np.nonzero(alone[:, columns])
        at = np.array(columns, dtype=np.int64)[place]
        groups, n = group[where, at], table.n[where, at]
        unseen = np.maximum(below.headcounts[groups], n) - n
        counts = tallies.levels[groups, at, first : last + 1]
        many = unseen > posterior.MOST_UNSEEN
        least, most = (
            unit[at] * side + origin[at] for side in posterior.bounds(counts, unseen, range(first, last + 1))
        )
        low[where, at] = np.where(many, np.minimum(low[where, at], least), least)
        high[where, at] = np.where(many, np.maximum(high[where, at], most), most)
    return np.fmin(low, table.value), np.fmax(high, table.value)


def _hidden(table: Table, banded: Flags) -> Table:
    """Of an item that is told by its band: no interval, nothing to compare."""
    names = ("low", "high", "like_low", "like_high", "least", "most")
    return replace(table, **{name: np.where(banded, np.nan, getattr(table, name)) for name in names})


def _shares(below: Below, telling: Flags) -> Floats:
    """By group of a node, its share of the people invited in the telling groups."""
    weights = np.where(telling, below.weights, 0.0)
    return numbers(quotient(weights, summed(weights, below.bounds)[below.node]))


def _unknown(below: Below, cells: Cells, panel: Panel) -> Floats:
    """DK / (DK + levels) over the groups in which at least ``k`` people said one of them."""
    groups = below.groups
    told = cells.known[groups] >= panel.least[groups][:, None]
    dont_know, known = (
        counted(np.where(told, each[groups], 0), below.bounds) for each in (cells.dont_know, cells.known)
    )
    return quotient(dont_know, known)


def _rungs(panel: Panel, below: Below, tallies: Tallies, cells: Cells, telling: Flags) -> Floats:
    """By node and KPI: the shares of the people who reach rung 1 … 5, and of those who know it; weighted by headcount."""
    kpis = slice(panel.asked.practices, None)
    items = panel.asked.items[kpis]
    if not items:
        return np.zeros((len(below.places), 0, len(RUNGS) + 1))
    unit, origin, _ = ladder_of(items)
    levels = tallies.levels[:, kpis]
    rungs = unit[:, None] * np.arange(levels.shape[2]) + origin[:, None]
    reached = [(levels * (rungs >= rung - TOLERANCE)).sum(axis=2) for rung in RUNGS]
    n, known = cells.n[:, kpis], cells.known[:, kpis]
    shares = np.stack([*(quotient(each, n) for each in reached), quotient(n, known)], axis=2)
    weights = _shares(below, telling[:, kpis])[:, :, None]
    return summed(weights * numbers(shares[below.groups]), below.bounds)


# Steps and the process.


def _steps(below: Below, steps: Steps) -> tuple[Table, Floats, Floats, Floats]:
    """The steps of each node; the share of each group in them, how many people these groups are, and the prudent values."""
    groups, node = below.groups, below.node
    state = steps.state[groups]
    found = whole(below.weights, state, steps.value[groups], LEAST_OF_HEADCOUNT, below.bounds)
    telling = (state == SCORED) & (found.state == SCORED)[node]
    share = _shares(below, telling)
    prudent = summed(np.where(telling, share * steps.prudent[groups], 0.0), below.bounds)
    applicable = np.where(state != NOT_APPLICABLE, below.weights, 0.0)
    coverage = numbers(
        quotient(summed(applicable * steps.coverage[groups], below.bounds), summed(applicable, below.bounds))
    )
    strata = steps.strata(groups, share, below.headcounts)
    finite, free = (spread_of(strata, found.coverage, below.bounds, finite=each) for each in (True, False))
    n = counted(np.where(telling, steps.n[groups], 0), below.bounds)
    table = table_of(found, n, coverage, finite, free, _step_ladder(state.shape[1]))
    scored = found.state == SCORED
    return _ranged(table, below), share, found.coverage, np.where(scored, prudent, np.nan)


def _step_ladder(columns: int) -> tuple[Floats, Floats]:
    """Practices from 1 to 5, the KPIs in the last column from 0."""
    (low, high), (floor, top) = PRACTICE, RUNG
    return np.array([low] * (columns - 1) + [floor]), np.array([high] * (columns - 1) + [top])


def _process(
    panel: Panel, below: Below, steps: Steps, table: Table, shares: Floats, covered: Floats
) -> tuple[Table, Floats, Persons, Floats]:
    """The process of each node, and by step its share; how people move it, and how many people its groups are."""
    count = len(panel.process.steps)
    weights = np.array([step.weight for step in panel.process.steps])
    found = whole(
        weights[:, None], table.state[:, :count].T, table.value[:, :count].T, LEAST_OF_PROCESS, bounds_of([count])
    )
    scored = (table.state[:, :count] == SCORED) & (found.state[0] == SCORED)[:, None]
    weight = numbers(quotient(scored * weights, (scored * weights).sum(axis=1)[:, None]))
    mean_covered = (weight * covered[:, :count]).sum(axis=1)
    persons = _persons(panel, below, steps, weight[below.node] * shares[:, :count])
    strata = _strata(panel, below, persons)
    finite, free = (spread_of(strata, mean_covered, below.bounds, finite=each) for each in (True, False))
    n = counted(strata.n, below.bounds)
    column = Whole(*(getattr(found, name)[0][:, None] for name in Whole.__struct_fields__))
    spreads = [Spread(each.variance[:, None], each.freedom[:, None]) for each in (finite, free)]
    ladder = (np.array(PRACTICE[0]), np.array(PRACTICE[1]))
    table = table_of(column, n[:, None], column.coverage, spreads[0], spreads[1], ladder)
    return _ranged(table, below), weight, persons, mean_covered


def _careful(process: Table, weights: Floats, prudent: Floats) -> Floats:
    """By node, the process with every "don't know" read as the lowest level."""
    counting = np.where(weights > 0, weights * prudent[:, : weights.shape[1]], 0.0)
    return np.where(process.state[:, 0] == SCORED, counting.sum(axis=1), np.nan)


def _persons(panel: Panel, below: Below, steps: Steps, shares: Floats) -> Persons:
    """shares: of each step of each group of a node in the node's process."""
    rows, bounds = spread_out(below.groups, panel.bounds)
    group, count = segments(bounds), shares.shape[1]
    residuals, heard = steps.residuals[rows, :count], steps.heard[rows, :count]
    whole_share = shares.sum(axis=1)
    moved, parts = (shares[group] * residuals).sum(axis=1), (heard & (shares > 0)[group]).sum(axis=1)
    lengths = (shares * np.sqrt(steps.squares[below.groups, :count])).sum(axis=1)
    return Persons(
        rows,
        bounds,
        moved,
        np.asarray(parts > 0),
        whole_share,
        numbers(quotient((shares * numbers(steps.silent[below.groups, :count])).sum(axis=1), whole_share)),
        squares_of(summed(moved**2, bounds), lengths, counted(parts > 1, bounds), panel.least[below.groups]),
    )


def _strata(panel: Panel, below: Below, persons: Persons) -> Strata:
    """By group of a node: its people's movements added up over the steps, before they are squared."""
    n = counted(persons.heard, persons.bounds)
    invited = below.headcounts[below.groups]
    squares = numbers(quotient(persons.squares, persons.shares**2))
    return Strata(persons.shares, n, squares, np.ones(len(n)), seen_share(n, invited, persons.silent))


# Agreement.


def _alike(
    panel: Panel, below: Below, tallies: Tallies, telling: Flags, items: Table, steps: Table, views: Views
) -> tuple[Alike, Alike, Alike]:
    """On items, on steps, on the process: people pooled over the groups that tell something."""
    pooled = tallies_of(
        *(
            counted(np.where(_like(telling, each), each[below.groups], 0), below.bounds)
            for each in (tallies.levels, tallies.dont_know, tallies.beside, tallies.silent)
        )
    )
    scatter = agreement.scatter_of(pooled, panel.asked.items)
    practices = np.arange(len(panel.asked.items)) < panel.asked.practices
    # how an item that hides another scatters would tell its mean
    shown = (items.state == SCORED) & ~np.isnan(items.like_low)
    plain = shown & practices
    step_of_item = panel.asked.step_of_item
    bare = np.stack(
        [
            (panel.asked.sensitive & (pooled.n > 0) & (step_of_item == step)).any(axis=1)
            for step in range(steps.state.shape[1])
        ],
        axis=1,
    )
    splits = [_splits(each, panel, below) for each in (views.steps, views.process[:, None])]
    of_steps = [
        agreement.of_several(scatter, plain & (step_of_item == step) & ~bare[:, [step]], splits[0][:, step])
        for step in range(len(panel.process.steps))
    ]
    of_kpis = agreement.of_several(scatter, plain & False, splits[1][:, 0])
    of_process = agreement.of_several(scatter, plain & (steps.state == SCORED)[:, step_of_item], splits[1][:, 0])
    return agreement.of_items(scatter, shown), agreement.side_by_side([*of_steps, of_kpis]), of_process


def _splits(views: Floats, panel: Panel, below: Below) -> Flags:
    """Which columns of each node split its people."""
    ends = ends_of(views, panel.bounds)
    low, high, people = (counted(each[below.groups], below.bounds) for each in (ends.low, ends.high, ends.people))
    return agreement.split(low, high, people)


def _like(flags: Flags, values: Ints) -> Flags:
    return flags.reshape(flags.shape + (1,) * (values.ndim - flags.ndim))
