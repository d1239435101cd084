"""KPIs as their records show them, beside what people say: by team, by group of people, and by node."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from math import fsum
from typing import Literal
from uuid import UUID

import numpy as np
from msgspec import Struct

from assess.maturity.arrays import Floats, bounds_of, quotient
from assess.maturity.kpis.records import KpiRecord, factual
from assess.maturity.model import Factual, State
from assess.maturity.panels import Panel
from assess.maturity.scoring import LEAST_OF_HEADCOUNT, TOLERANCE
from assess.maturity.tallies import Cells
from assess.maturity.tree import Group
from assess.maturity.wholes import SCORED, STATES, whole
from assess.words import Key

APART = 1.0
"""From so many rungs on, what people say and what the record shows tell different stories."""


class Recorded(Struct, frozen=True):
    """The records of one process. nodes: by KPI and node; rungs: [groups × items], of groups of which every team has one."""

    nodes: Mapping[Key, Mapping[UUID, Factual]]
    rungs: Floats

    def at(self, key: Key, node: UUID, groups: Sequence[Group]) -> Factual | None:
        """A KPI of a node of these groups: its own record, or the mean rung where teams of 60 % of the people have one."""
        homes = self.nodes.get(key, {})
        if not homes or node in homes:
            return homes.get(node)
        heads = {home: people for group in groups for home, people in group.headcounts.items()}
        told = {home: people for home, people in heads.items() if home in homes and people}
        if not told or sum(told.values()) < (LEAST_OF_HEADCOUNT - TOLERANCE) * sum(heads.values()):
            return None
        return Factual(rung=_mean(homes, told), missing=[], waived=[], attainment=None, quadrant=None)


def recorded(panel: Panel, cells: Cells, records: Iterable[KpiRecord], cutoff: date) -> Recorded:
    """The records of a process at the cut-off. Whether a node knows its KPI is read from its groups, never from fewer people."""
    groups_of = _groups_of(panel)
    mine: dict[Key, list[KpiRecord]] = {}
    for record in records:
        if record.process == panel.process.key and record.team_id in groups_of:
            mine.setdefault(record.kpi, []).append(record)
    nodes: dict[Key, dict[UUID, Factual]] = {}
    for key, found in mine.items():
        groups = [groups_of[record.team_id] for record in found]
        known = _awareness(panel, cells, groups, panel.asked.columns.get(key))
        nodes[key] = {
            record.team_id: factual(record, share, cutoff) for record, share in zip(found, known, strict=True)
        }
    return Recorded(nodes, _rungs(panel, nodes))


def finding(gap: float | None) -> Literal["believed_not_evidenced", "dead_indicator"] | None:
    """What a gap between perceived and factual rung means; none within one rung."""
    if gap is None or abs(gap) <= APART + TOLERANCE:
        return None
    return "believed_not_evidenced" if gap > 0 else "dead_indicator"


def _groups_of(panel: Panel) -> dict[UUID, list[int]]:
    """By node that is shown or where people answer, the numbers of its groups; a hidden team has the one it is pooled in."""
    number_of = {group.nodes: number for number, group in enumerate(panel.groups)}
    homes = {home: [number] for number, group in enumerate(panel.groups) for home in group.nodes}
    shown = panel.crowd.groups.items()
    return homes | {node: [number_of[group.nodes] for group in groups] for node, groups in shown}


def _awareness(
    panel: Panel, cells: Cells, nodes: Sequence[Sequence[int]], column: int | None
) -> Sequence[float | State]:
    """By node, of the groups given: the share of those asked who know the KPI, by headcount; or why it cannot be told."""
    if column is None:
        return [State.NOT_ASKED] * len(nodes)
    chosen = np.concatenate(nodes).astype(np.int64)
    shares = quotient(cells.n[chosen, column], cells.known[chosen, column])
    heads, bounds = panel.headcounts[chosen].astype(np.float64), bounds_of([len(groups) for groups in nodes])
    found = whole(heads, cells.state[chosen, column], shares, LEAST_OF_HEADCOUNT, bounds)
    return [
        float(value) if state == SCORED else STATES[state]
        for value, state in zip(found.value, found.state, strict=True)
    ]


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
