"""What is said of a campaign as a whole: whether its teams may be compared, and how many may not have read the questions."""

from collections.abc import Iterable, Sequence
from uuid import UUID

import numpy as np
from msgspec import Struct

from assess.maturity import lining
from assess.maturity.arrays import Ints
from assess.maturity.comparability import analysed, comparability
from assess.maturity.model import Comparability, Haste, State, StraightLining, Summary
from assess.maturity.scored import Scored, ScoredProcess, overall_without
from assess.maturity.suppression import Heard
from assess.maturity.wholes import SCORED


def summary_of(found: Scored) -> Summary:
    """The summary of a scored campaign; a short form is compared with nothing."""
    by_process = [_of_process(each) for each in found.processes if not each.asked.indicative]
    counting = [each for each in found.processes if each.panel.process.in_overall]
    overall = [] if any(each.asked.indicative for each in counting) else [_of_overall(found, counting)]
    line, haste = _in_a_line(found), _in_haste(found)
    straight = _straight_lining(found, line)
    return Summary(
        comparability=[*by_process, *overall],
        straight_lining=straight,
        haste=_haste(found, haste, line, straight),
    )


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


class Doubtful(Struct, frozen=True):
    """Numbers of people who may not have read the questions, and of all of whom that could be said.

    least: how many of these, and of the others among all, make a number that may be told.
    """

    people: Ints
    among: Ints
    least: int

    @property
    def enough(self) -> bool:
        """Whether they and the others are enough."""
        return self.least <= len(self.people) <= len(self.among) - self.least

    def within(self, counting: Ints) -> "Doubtful":
        """Those of them who are counted in something."""
        return Doubtful(np.intersect1d(self.people, counting), np.intersect1d(self.among, counting), self.least)


def _in_a_line(found: Scored) -> Doubtful:
    return Doubtful(_straight_liners(found), _answered(found, found.roll.rows), _least(found))


def _in_haste(found: Scored) -> Doubtful:
    """Of the teams without imported answers: the close keeps no such mark of the others, whom it would tell apart."""
    answered = _answered(found, found.roll.rows.keys() - found.roll.elsewhere.keys())
    return Doubtful(np.intersect1d(found.roll.hasty, answered), answered, found.facts.contract.threshold)


def _straight_lining(found: Scored, line: Doubtful) -> StraightLining | None:
    if not _shown(found, line):
        return None
    return StraightLining(people=len(line.people), overall_without=_moved(found, line))


def _haste(found: Scored, haste: Doubtful, line: Doubtful, straight: StraightLining | None) -> Haste | None:
    if not _shown(found, haste):
        return None
    clear = straight is None or straight.overall_without is None or _apart(found, haste, line)
    return Haste(people=len(haste.people), overall_without=_moved(found, haste) if clear else None)


def _shown(found: Scored, doubtful: Doubtful) -> bool:
    """Of the company only, where they and the others are enough."""
    return found.total.state(found.nodes[0].id) is State.SCORED and doubtful.enough


def _apart(found: Scored, one: Doubtful, other: Doubtful) -> bool:
    """Whether the value without the ones less the value without the others would be about nobody, or about enough people."""
    counting = _counting(found)
    few = len(np.setxor1d(one.within(counting).people, other.within(counting).people))
    return few == 0 or few >= _least(found)


def _counting(found: Scored) -> Ints:
    """The numbers of the people who are counted in the overall score."""
    return np.concatenate([each.panel.people for each in found.processes if each.panel.process.in_overall])


def _answered(found: Scored, teams: Iterable[UUID]) -> Ints:
    """The numbers of the people of some teams who gave a level to anything."""
    parts = [found.roll.starts[team] + np.flatnonzero((found.roll.rows[team] >= 0).any(axis=1)) for team in teams]
    return np.concatenate([np.zeros(0, dtype=np.int64), *parts])


def _least(found: Scored) -> int:
    """The threshold, beside all whom an importer knows: they may be any of the straight-liners, or of the others."""
    groups = found.total.groups.get(found.nodes[0].id, [])
    return found.facts.contract.threshold + sum((group.heard for group in groups), Heard()).beside


def _moved(found: Scored, doubtful: Doubtful) -> float | None:
    """The overall value without these people, if that moves it, and they and the others who count in it are enough."""
    if found.overall.table.state[0, 0] != SCORED:
        return None
    if not doubtful.within(_counting(found)).enough:
        return None
    without = overall_without(found, doubtful.people)
    if without is None or abs(without - float(found.overall.table.value[0, 0])) <= lining.MOVES:
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
