"""KPIs as their records show them, beside what people say: by team, by group of people, and by node."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from math import fsum
from typing import Literal
from uuid import UUID

import numpy as np
from msgspec import Struct

from assess.maturity.arrays import Floats
from assess.maturity.kpis.records import KpiRecord, factual
from assess.maturity.model import Factual
from assess.maturity.panels import Panel
from assess.maturity.scoring import LEAST_OF_HEADCOUNT, TOLERANCE
from assess.maturity.tallies import Cells
from assess.maturity.tree import Group
from assess.maturity.wholes import SCORED
from assess.words import Key

APART = 1.0
"""From so many rungs on, what people say and what the record shows tell different stories."""


class Recorded(Struct, frozen=True):
    """The records of one process. homes: by KPI and team; rungs: [groups × items], of groups of which every team has one."""

    homes: Mapping[Key, Mapping[UUID, Factual]]
    rungs: Floats

    def at(self, key: Key, node: UUID, groups: Sequence[Group]) -> Factual | None:
        """A KPI of a node of these groups: a team's own record, or the mean rung where teams of 60 % of the people have one."""
        homes = self.homes.get(key)
        if not homes:
            return None
        heads = {home: people for group in groups for home, people in group.headcounts.items()}
        if list(heads) == [node]:
            return homes.get(node)
        told = {home: people for home, people in heads.items() if home in homes and people}
        if not told or sum(told.values()) < (LEAST_OF_HEADCOUNT - TOLERANCE) * sum(heads.values()):
            return None
        return Factual(rung=_mean(homes, told), missing=[], attainment=None, quadrant=None)


def recorded(panel: Panel, cells: Cells, records: Iterable[KpiRecord], cutoff: date) -> Recorded:
    """The records of a process at the cut-off. Whether a team knows its KPI is read from its group, never from fewer people."""
    group_of = {home: number for number, group in enumerate(panel.groups) for home in group.nodes}
    columns = panel.asked.columns
    homes: dict[Key, dict[UUID, Factual]] = {}
    for record in records:
        if record.process == panel.process.key and record.team_id in group_of:
            known = _awareness(cells, group_of[record.team_id], columns.get(record.kpi))
            homes.setdefault(record.kpi, {})[record.team_id] = factual(record, known, cutoff)
    return Recorded(homes, _rungs(panel, homes))


def finding(gap: float | None) -> Literal["believed_not_evidenced", "dead_indicator"] | None:
    """What a gap between perceived and factual rung means; none within one rung."""
    if gap is None or abs(gap) <= APART + TOLERANCE:
        return None
    return "believed_not_evidenced" if gap > 0 else "dead_indicator"


def _awareness(cells: Cells, group: int, column: int | None) -> float | None:
    if column is None or cells.state[group, column] != SCORED:
        return None
    return float(cells.n[group, column] / cells.known[group, column])


def _rungs(panel: Panel, homes: Mapping[Key, Mapping[UUID, Factual]]) -> Floats:
    rungs = np.full((len(panel.groups), len(panel.asked.items)), np.nan)
    for item in panel.process.kpis:
        there = homes.get(item.key, {})
        for number, group in enumerate(panel.groups if there else ()):
            heads = {home: people for home, people in group.headcounts.items() if people}
            if heads and heads.keys() <= there.keys():
                rungs[number, panel.asked.columns[item.key]] = _mean(there, heads)
    return rungs


def _mean(homes: Mapping[UUID, Factual], heads: Mapping[UUID, int]) -> float:
    return fsum(people * homes[home].rung for home, people in heads.items()) / sum(heads.values())
