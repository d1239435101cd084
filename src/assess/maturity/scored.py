"""A campaign as arrays: each process masked, tallied, rolled up; and the overall score on top."""

from collections.abc import Sequence
from uuid import UUID

import numpy as np
from msgspec import Struct

from assess.maturity.composites import Steps, steps_of
from assess.maturity.evidenced import Evidenced, elsewhere_in, evidenced_of, links_in, parts_of
from assess.maturity.exempted import confirmed
from assess.maturity.facts import Inputs
from assess.maturity.overall import Overall, Part, overall_of, part_of
from assess.maturity.panels import Asked, Panel, Roll, asked_of, columns_of, in_order, panel_of, roll_of
from assess.maturity.published import Source
from assess.maturity.recorded import Recorded, recorded
from assess.maturity.rollup import Rolled, rolled_up
from assess.maturity.tallies import Cells, Tallies, cells_of, tallied
from assess.maturity.tree import Crowd, Node, crowd_of, nodes_of
from assess.maturity.views import views_of
from assess.maturity.wholes import SCORED
from assess.words import Digest

Columns = dict[tuple[UUID, Digest], int]


class ScoredProcess(Struct, frozen=True):
    """One process of the campaign, from its people up to its nodes."""

    panel: Panel
    tallies: Tallies
    cells: Cells
    steps: Steps
    recorded: Recorded
    rolled: Rolled
    evidenced: Evidenced

    @property
    def asked(self) -> Asked:
        """What was asked."""
        return self.panel.asked

    @property
    def source(self) -> Source:
        """What its published words are made of."""
        return Source(self.panel, self.rolled, self.recorded, self.steps.banded, self.evidenced)


class Scored(Struct, frozen=True):
    """Everything about a campaign. total: everybody who was asked anything; columns: where each questionnaire's answers start."""

    facts: Inputs
    nodes: list[Node]
    roll: Roll
    columns: Columns
    processes: list[ScoredProcess]
    total: Crowd
    overall: Overall


def scored(facts: Inputs) -> Scored:
    """Score a campaign."""
    contract, k = facts.contract, facts.contract.threshold
    nodes = nodes_of(contract)
    questionnaires = {asked.digest: facts.questionnaires[asked.digest] for asked in contract.questionnaires}
    roll = roll_of(sorted(facts.answers, key=lambda team: team.team_id))
    columns = columns_of(nodes, questionnaires)
    panels = [panel_of(asked, nodes, roll, columns, k) for asked in asked_of(questionnaires)]
    processes = [_scored(panel, nodes, facts, roll, columns) for panel in panels]
    answered = {team: int((rows >= 0).any(axis=1).sum()) for team, rows in roll.rows.items()}
    total = crowd_of(nodes, answered, k, lambda node: bool(node.asked), roll.elsewhere)
    return Scored(facts, nodes, roll, columns, processes, total, overall_of(_parts(processes, nodes), nodes))


def overall_without(found: Scored, people: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> float | None:
    """The company's overall value with the same groups, but without some people; none where less is scored without them.

    What falls under the threshold without them would leave a number about the few of them who stand elsewhere.
    """
    whole = [process for process in found.processes if process.panel.process.in_overall]
    rest = (found.nodes, found.facts, found.roll, found.columns)
    processes = [_scored(process.panel.without(people), *rest) for process in whole]
    if any((one.cells.state != other.cells.state).any() for one, other in zip(whole, processes, strict=True)):
        return None
    table = overall_of(_parts(processes, found.nodes), found.nodes).table
    return float(table.value[0, 0]) if table.state[0, 0] == SCORED else None


def _scored(panel: Panel, nodes: Sequence[Node], facts: Inputs, roll: Roll, columns: Columns) -> ScoredProcess:
    tallies = tallied(panel.answers, panel.bounds, panel.asked.items)
    said = cells_of(tallies, panel.asked.items, panel.k, panel.known[:, None])
    cells = confirmed(panel, said, facts.exemptions)
    panel = in_order(panel, cells.state == SCORED)
    records = recorded(panel, cells, facts.kpis, facts.cutoff)
    steps = steps_of(panel, tallies, cells, records.rungs)
    counting = cells.state[:, : panel.asked.practices] == SCORED
    plain = views_of(panel, counting & ~panel.asked.sensitive[: panel.asked.practices])
    rolled = rolled_up(panel, nodes, tallies, cells, steps, plain)
    parts = parts_of(panel, cells, steps.banded, links_in(panel, roll, columns), elsewhere_in(panel, roll))
    return ScoredProcess(panel, tallies, cells, steps, records, rolled, evidenced_of(rolled, steps, parts))


def _parts(processes: Sequence[ScoredProcess], nodes: Sequence[Node]) -> list[Part]:
    return [part_of(each.panel, each.rolled, nodes) for each in processes if each.panel.process.in_overall]
