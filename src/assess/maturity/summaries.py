"""What is said of a campaign as a whole: whether its teams may be compared, and who answered in a straight line."""

from collections.abc import Sequence

import numpy as np

from assess.maturity import lining
from assess.maturity.arrays import Ints
from assess.maturity.comparability import analysed, comparability
from assess.maturity.model import Comparability, State, StraightLining, Summary
from assess.maturity.scored import Scored, ScoredProcess, overall_without
from assess.maturity.suppression import Heard
from assess.maturity.wholes import SCORED


def summary_of(found: Scored) -> Summary:
    """The summary of a scored campaign; a short form is compared with nothing."""
    by_process = [_of_process(each) for each in found.processes if not each.asked.indicative]
    counting = [each for each in found.processes if each.panel.process.in_overall]
    overall = [] if any(each.asked.indicative for each in counting) else [_of_overall(found, counting)]
    return Summary(comparability=[*by_process, *overall], straight_lining=_straight_lining(found))


def _of_process(process: ScoredProcess) -> Comparability:
    """The teams that stand alone, as published: somebody's composite is the team's value and n times what the person moves it.

    So all of it follows from values, numbers of people and intervals. People's own means would not: where few left something
    out, these would tell what the few said.
    """
    below, table = process.rolled.below, process.rolled.process
    alone = np.flatnonzero((below.single >= 0) & (table.state[:, 0] == SCORED))
    n, group = table.n[alone, 0], below.bounds[:-1][alone]
    squares = n**2 * process.rolled.persons.squares[group]
    return comparability(process.panel.process.key, analysed(n, table.value[alone, 0], squares))


def _of_overall(found: Scored, counting: Sequence[ScoredProcess]) -> Comparability:
    """The teams with an overall score that stand alone in each process that counts."""
    alone = found.overall.table.state[:, 0] == SCORED
    for process in counting:
        below = process.rolled.below
        pooled = np.ones(len(found.nodes), dtype=np.bool_)
        pooled[below.places[below.single >= 0]] = False
        alone &= ~pooled
    n = found.overall.table.n[alone, 0]
    return comparability(None, analysed(n, found.overall.table.value[alone, 0], n**2 * found.overall.moved[alone]))


def _straight_lining(found: Scored) -> StraightLining | None:
    """Told of the company only, where the straight-liners and the others are enough people each."""
    company, least = found.nodes[0].id, _least(found)
    if found.total.state(company) is not State.SCORED:
        return None
    people = _straight_liners(found)
    if not least <= len(people) <= found.total.answered[company] - least:
        return None
    return StraightLining(people=len(people), overall_without=_moved(found, people))


def _least(found: Scored) -> int:
    """The threshold, beside all whom an importer knows: they may be any of the straight-liners, or of the others."""
    groups = found.total.groups.get(found.nodes[0].id, [])
    return found.facts.contract.threshold + sum((group.heard for group in groups), Heard()).beside


def _moved(found: Scored, people: Ints) -> float | None:
    """The overall value without these people, if that moves it, and they and the others who count in it are enough."""
    if found.overall.table.state[0, 0] != SCORED:
        return None
    if not _enough(found, people):
        return None
    without = overall_without(found, people)
    if without is None or abs(without - float(found.overall.table.value[0, 0])) <= lining.MOVES:
        return None
    return without


def _enough(found: Scored, people: Ints) -> bool:
    """Whether enough of these people, and enough others, are counted in the overall score."""
    counting = [each.panel.people for each in found.processes if each.panel.process.in_overall]
    everybody = np.unique(np.concatenate(counting))
    straight = int(np.isin(everybody, people).sum())
    return min(straight, len(everybody) - straight) >= _least(found)


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
