"""The answers of a campaign by process, scored once for each group of people that results are made of."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from msgspec import Struct

from assess.campaign.model import SealedTeam
from assess.maturity.intervals import Estimate, Stratum
from assess.maturity.scoring import Cell, Score, cell, score
from assess.maturity.tree import Crowd, Group, Node, crowd_of
from assess.questionnaire.model import Item, Process, Questionnaire
from assess.words import Digest, Key

CORE: tuple[Key, ...] = ("acq", "off", "exp")
"""The processes that belong together: an overall score is never shown while one of them is missing."""

Rows = Sequence[Sequence[int]]


class GroupScores(Struct, frozen=True):
    """One group's cells by item, and its scores by step; ``kpis``: its KPI items as if they were a step."""

    group: Group
    cells: Mapping[Key, Cell]
    steps: Mapping[Key, Score]
    kpis: Score | None
    people: Mapping[UUID, int]

    def estimate(self, scored: Score) -> Estimate:
        """A scored step as an estimate of one stratum."""
        residuals: dict[UUID, list[float | None]] = {}
        start = 0
        for node, people in self.people.items():
            residuals[node] = scored.residuals[start : start + people]
            start += people
        return Estimate(scored.value or 0.0, 1.0, [Stratum(1.0, self.group.headcounts, residuals)])


class ProcessScores(Struct, frozen=True):
    """A process of the campaign: who was asked, who is hidden, and the scores of each group by the nodes it is known by."""

    process: Process
    crowd: Crowd
    groups: Mapping[tuple[UUID, ...], GroupScores]

    def at(self, node: UUID) -> list[GroupScores]:
        """The groups that a published node is made of."""
        return [self.groups[group.nodes] for group in self.crowd.groups[node]]


class Columns(Struct, frozen=True):
    """Where a process stands in the packed answers of each node that is asked it: a range of columns by questionnaire."""

    digest: Digest
    start: int
    items: Sequence[Item]


def columns_of(questionnaires: Mapping[Digest, Questionnaire]) -> list[tuple[Process, Columns]]:
    """Each process with its columns, counted from the start of its questionnaire: the core ones first, then by questionnaire."""
    found = []
    for digest, questionnaire in questionnaires.items():
        start = 0
        for process in questionnaire.processes:
            items = list(process.items())
            found.append((process, Columns(digest, start, items)))
            start += len(items)
    return sorted(found, key=lambda pair: CORE.index(pair[0].key) if pair[0].key in CORE else len(CORE))


def answers_of(
    nodes: Sequence[Node], questionnaires: Mapping[Digest, Questionnaire], teams: Sequence[SealedTeam]
) -> dict[tuple[UUID, Digest], Rows]:
    """The packed answers cut by node and questionnaire."""
    asked = {node.id: node.asked for node in nodes}
    lengths = {digest: sum(1 for _ in body.items()) for digest, body in questionnaires.items()}
    cut: dict[tuple[UUID, Digest], Rows] = {}
    for team in teams:
        start = 0
        for digest in asked[team.team_id]:
            end = start + lengths[digest]
            cut[team.team_id, digest] = [row[start:end] for row in team.rows]
            start = end
    return cut


def process_scores(
    process: Process, columns: Columns, nodes: list[Node], answers: Mapping[tuple[UUID, Digest], Rows], k: int
) -> ProcessScores:
    """Mask the tree for one process, then score each of its groups."""
    end = columns.start + len(columns.items)
    rows = {
        node: [row[columns.start : end] for row in rows]
        for (node, digest), rows in answers.items()
        if digest == columns.digest
    }
    answered = {node: sum(any(answer >= 0 for answer in row) for row in found) for node, found in rows.items()}
    crowd = crowd_of(nodes, answered, k, lambda node: columns.digest in node.asked)
    groups = {group.nodes: group for below in crowd.groups.values() for group in below}
    scores = {key: _scored(process, columns.items, group, rows, k) for key, group in groups.items()}
    return ProcessScores(process, crowd, scores)


def _scored(process: Process, items: Sequence[Item], group: Group, rows: Mapping[UUID, Rows], k: int) -> GroupScores:
    together = [row for node in group.nodes for row in rows.get(node, ())]
    cells = {item.key: cell(item, [row[place] for row in together], k) for place, item in enumerate(items)}
    steps = {step.key: score(step.items, [cells[item.key] for item in step.items]) for step in process.steps}
    kpis = score(process.kpis, [cells[item.key] for item in process.kpis]) if process.kpis else None
    return GroupScores(group, cells, steps, kpis, {node: len(rows.get(node, ())) for node in group.nodes})
