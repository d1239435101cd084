"""Gaps: how far each team is from its next level, read from published results only.

A hidden cell is never used: the nearest published node above the team is read in its place. What is published nowhere has no
gap. All numbers are exact fractions, so that no rounding can change the order of a plan.
"""

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from uuid import UUID

from msgspec import Struct

from assess.maturity.model import ItemResult, KpiResult, NodeResults, State
from assess.questionnaire.model import Item, Kind, Process, Questionnaire
from assess.roadmap.model import PlanningFacts, PlanningTeam
from assess.words import Digest, Key, Text

HIGHEST_TARGET = 4
"""The default target of a campaign is one level up, and never above 4."""

BESIDE = frozenset({State.NOT_APPLICABLE, State.UNCONFIRMED, State.NOT_ASKED})
"""States of an item or a process that leave a team no gap there, whatever the nodes above say."""

KPI_SHARE = Fraction(1, 10)
"""A point of KPI maturity counts a tenth of an index point: measuring alone changes nothing, yet no level 4 comes without it."""


class Cell(Struct, frozen=True):
    """What can be gained once: an item of a team, or one rung (1–5) of a team's KPI."""

    item: Key
    team: UUID
    rung: int | None = None


class AskedItem(Struct, frozen=True):
    """An item in its place. ``worth``: index points of one level (practice) or one rung (KPI), if everybody gained it."""

    key: Key
    label: Text
    kind: Kind
    process: Key
    step: Key | None
    in_overall: bool
    sensitive: bool
    worth: Fraction


class Room(Struct, frozen=True):
    """Room for a gain. level: where the team stands (levels 1–5, rungs 0–5). gap: the most that can be credited.

    points: index points of the company for one level (rung) of this team.
    """

    cell: Cell
    item: AskedItem
    team: PlanningTeam
    read_from: UUID
    level: Fraction
    gap: Fraction
    points: Fraction


def exact(number: float) -> Fraction:
    """The fraction that a number's shortest decimal form says: 0.8 is 4/5."""
    return Fraction(str(number))


def gap_of(level: Fraction) -> Fraction:
    """One level up, up to 4: ``max(0, min(level + 1, 4) - level)``."""
    return max(Fraction(0), min(level + 1, Fraction(HIGHEST_TARGET)) - level)


def asked_items(questionnaires: Iterable[Questionnaire]) -> dict[Key, AskedItem]:
    """Every item with its worth: 25 points a level, shared out by the weights of items, steps and processes.

    For priorities all processes count, those outside the overall index too (method, 5.4).
    """
    processes = [process for questionnaire in questionnaires for process in questionnaire.processes]
    weights = {process.key: exact(process.weight) for process in processes}  # two versions of one process are one
    total = sum(weights.values(), Fraction(0))
    items = [item for process in processes for item in _items(process, exact(process.weight) / total)]
    return {item.key: item for item in items}


def _items(process: Process, share: Fraction) -> Iterator[AskedItem]:
    steps = sum((exact(step.weight) for step in process.steps), Fraction(0))
    for step in process.steps:
        step_share = 25 * share * exact(step.weight) / steps
        yield from _shared(step.items, process, step.key, step_share)
    yield from _shared(process.kpis, process, None, KPI_SHARE * 20 * share)


def _shared(items: list[Item], process: Process, step: Key | None, points: Fraction) -> Iterator[AskedItem]:
    total = sum((exact(item.weight) for item in items), Fraction(0))
    for item in items:
        worth = points * exact(item.weight) / total
        yield AskedItem(item.key, item.label, item.kind, process.key, step, process.in_overall, item.sensitive, worth)


def rooms(facts: PlanningFacts) -> dict[Key, list[Room]]:
    """All room for gains by item, teams in the order of the tree."""
    asked = asked_items(facts.questionnaires[digest] for digest in sorted(facts.questionnaires))
    keys = {digest: [item.key for item in body.items()] for digest, body in facts.questionnaires.items()}
    people = _people(facts.teams, keys)
    published = _Published(facts.results.nodes)
    found: dict[Key, list[Room]] = {key: [] for key in asked}
    for team in facts.teams:
        for key in _asked_of(team, keys):
            item = asked[key]
            share = Fraction(team.headcount, people[key]) if people[key] else Fraction(0)
            found[key].extend(_rooms(item, team, item.worth * share, published))
    return found


def measured_items(facts: PlanningFacts) -> frozenset[Key]:
    """Items of which at least one node has a published result."""
    published = _Published(facts.results.nodes)
    return frozenset(key for results in published.items.values() for key, level in results.items() if level is not None)


def _asked_of(team: PlanningTeam, keys: Mapping[Digest, list[Key]]) -> list[Key]:
    return [key for digest in team.questionnaires for key in keys[digest]]


def _people(teams: Iterable[PlanningTeam], keys: Mapping[Digest, list[Key]]) -> dict[Key, int]:
    """How many people were asked each item: a team's gain weighs as its people do in the company's roll-up."""
    asked: dict[Key, int] = {}
    for team in teams:
        for key in _asked_of(team, keys):
            asked[key] = asked.get(key, 0) + team.headcount
    return asked


def _rooms(item: AskedItem, team: PlanningTeam, points: Fraction, published: "_Published") -> Iterator[Room]:
    found = published.nearest(team.id, item)
    if found is None:
        return
    node, level = found
    if item.kind is Kind.PRACTICE:
        if gap := gap_of(level):
            yield Room(Cell(item.key, team.id), item, team, node, level, gap, points)
        return
    for rung in range(int(level) + 1, 6):
        yield Room(Cell(item.key, team.id, rung), item, team, node, level, Fraction(1), points)


class _Published:
    """Published levels and rungs by node; ``None`` where a node has a result that is hidden or absent."""

    def __init__(self, nodes: Iterable[NodeResults]):
        self.parents: dict[UUID, UUID | None] = {}
        self.items: dict[UUID, dict[Key, Fraction | None]] = {}
        self.beside: set[tuple[UUID, Key]] = set()
        for node in nodes:
            self.parents[node.node] = node.parent
            self.items[node.node] = dict(self._levels(node))

    def nearest(self, team: UUID, item: AskedItem) -> tuple[UUID, Fraction] | None:
        """The nearest published level upwards from ``team``; none where the item does not apply to the team itself."""
        node: UUID | None = None if {(team, item.key), (team, item.process)} & self.beside else team
        while node is not None:
            level = self.items.get(node, {}).get(item.key)
            if level is not None:
                return node, level
            node = self.parents.get(node)
        return None

    def _levels(self, node: NodeResults) -> Iterator[tuple[Key, Fraction | None]]:
        for process in node.processes:
            practices: list[ItemResult | KpiResult] = [item for step in process.steps for item in step.items]
            for part in [process, *practices, *process.kpis]:
                if part.result.state in BESIDE:
                    self.beside.add((node.node, part.key))
            for result in [*practices, *process.kpis]:
                yield result.key, _level(result)


def _level(result: ItemResult | KpiResult) -> Fraction | None:
    """Levels in thousandths; the rung that most people confirm."""
    if result.result.state is not State.SCORED:
        return None
    if isinstance(result, KpiResult):
        return None if result.rung is None else Fraction(result.rung)
    return None if result.result.value is None else Fraction(round(result.result.value * 1000), 1000)
