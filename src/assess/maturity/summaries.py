"""What is said of a campaign as a whole: whether its teams may be compared, and who answered in a straight line."""

from collections.abc import Sequence

import numpy as np

from assess.maturity import lining
from assess.maturity.arrays import Floats, Ints, spread_out
from assess.maturity.comparability import analysed, comparability
from assess.maturity.model import Comparability, State, StraightLining, Summary
from assess.maturity.scored import Scored, ScoredProcess, overall_without
from assess.maturity.scoring import LEAST_OF_VIEW, TOLERANCE
from assess.maturity.wholes import SCORED


def summary_of(found: Scored) -> Summary:
    """The summary of a scored campaign; a short form is compared with nothing."""
    by_process = [_of_process(each) for each in found.processes if not each.asked.indicative]
    counting = [each for each in found.processes if each.panel.process.in_overall]
    overall = [] if any(each.asked.indicative for each in counting) else [_of_overall(found, counting)]
    return Summary(comparability=[*by_process, *overall], straight_lining=_straight_lining(found))


def _of_process(process: ScoredProcess) -> Comparability:
    below = process.rolled.below
    groups = below.single[(below.single >= 0) & (process.rolled.process.state[:, 0] == SCORED)]
    rows, bounds = spread_out(groups, process.panel.bounds)
    return comparability(process.panel.process.key, analysed(process.views.process[rows], bounds))


def _of_overall(found: Scored, counting: Sequence[ScoredProcess]) -> Comparability:
    """The teams with an overall score that stand alone in each process that counts, by their people's overall composites."""
    alone = found.overall.state[:, 0] == SCORED
    for process in counting:
        below = process.rolled.below
        pooled = np.ones(len(found.nodes), dtype=np.bool_)
        pooled[below.places[below.single >= 0]] = False
        alone &= ~pooled
    views = _overall_views(found, counting)
    starts = [found.roll.starts.get(found.nodes[place].id, 0) for place in np.flatnonzero(alone).tolist()]
    sizes = [len(found.roll.rows[found.nodes[place].id]) for place in np.flatnonzero(alone).tolist()]
    people = [np.arange(start, start + size) for start, size in zip(starts, sizes, strict=True)]
    bounds = np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
    ordered = [np.sort(views[each]) for each in people]  # the order of people leaves no trace
    return comparability(None, analysed(np.concatenate(ordered) if ordered else np.zeros(0), bounds))


def _overall_views(found: Scored, counting: Sequence[ScoredProcess]) -> Floats:
    """By person on the roll, the mean over the processes; no number for who answered less than half of the weight."""
    weight, answered, total = (np.zeros(found.roll.people) for _ in range(3))
    for process in counting:
        mine, factor = process.panel.people, process.panel.process.weight
        heard = ~np.isnan(process.views.mean)
        weight[mine] += factor
        answered[mine] += factor * process.views.weight
        total[mine] += np.where(heard, factor * np.where(heard, process.views.mean, 0.0), 0.0)
    said = _heard_weight(found, counting)
    enough = (weight > 0) & (answered >= (LEAST_OF_VIEW - TOLERANCE) * weight) & (said > 0)
    return np.where(enough, total / np.where(said > 0, said, 1.0), np.nan)


def _heard_weight(found: Scored, counting: Sequence[ScoredProcess]) -> Floats:
    said = np.zeros(found.roll.people)
    for process in counting:
        said[process.panel.people] += np.where(np.isnan(process.views.mean), 0.0, process.panel.process.weight)
    return said


def _straight_lining(found: Scored) -> StraightLining | None:
    """Told of the company only, where the straight-liners and the others are at least ``k`` people each."""
    company, k = found.nodes[0].id, found.facts.contract.threshold
    if found.total.state(company) is not State.SCORED:
        return None
    people = _straight_liners(found)
    if not k <= len(people) <= found.total.answered[company] - k:
        return None
    return StraightLining(people=len(people), overall_without=_moved(found, people))


def _moved(found: Scored, people: Ints) -> float | None:
    """The overall value without these people, if that moves it."""
    if found.overall.state[0, 0] != SCORED:
        return None
    without = overall_without(found, people)
    if without is None or abs(without - float(found.overall.value[0, 0])) <= lining.MOVES:
        return None
    return without


def _straight_liners(found: Scored) -> Ints:
    scored: dict[int, list[int]] = {}
    for process in found.processes:
        _add_columns(found, process, scored)
    teams = [(found.nodes[place].id, sorted(columns)) for place, columns in sorted(scored.items())]
    return lining.straight_liners(
        (found.roll.rows[team], columns, found.roll.starts[team]) for team, columns in teams if team in found.roll.rows
    )


def _add_columns(found: Scored, process: ScoredProcess, scored: dict[int, list[int]]) -> None:
    """By place of a team, the columns of its packed rows that hold a scored practice of the process."""
    practices = process.asked.practices
    states = process.cells.state[:, :practices] == SCORED
    for group, mine in zip(process.panel.groups, states, strict=True):
        columns = process.asked.places[:practices][mine].tolist()
        for home in group.nodes:
            start = found.columns[home, process.asked.digest]
            scored.setdefault(process.panel.place_of[home], []).extend(start + column for column in columns)
