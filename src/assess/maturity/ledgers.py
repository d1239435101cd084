"""The whole numbers behind each node's results, ready to be kept."""

from collections.abc import Sequence
from math import isnan
from uuid import UUID

from assess.maturity.ledger import GroupLedger, ItemTally, Ledger
from assess.maturity.model import State
from assess.maturity.scored import ScoredProcess
from assess.maturity.tree import Node
from assess.maturity.wholes import SCORED, STATES


class Ledgers:
    """The ledgers of a campaign, made one after the other."""

    def __init__(self, processes: Sequence[ScoredProcess], nodes: Sequence[Node]):
        self.processes = processes
        self.owned = [_owned(process, nodes) for process in processes]
        self.columns = [_columns(process) for process in processes]

    def of(self, node: UUID) -> Ledger:
        """The groups that stand at the node itself."""
        pairs = zip(self.processes, self.owned, self.columns, strict=True)
        return Ledger(
            groups=[_ledger(process, owned[node], columns) for process, owned, columns in pairs if node in owned]
        )


def _owned(process: ScoredProcess, nodes: Sequence[Node]) -> dict[UUID, int]:
    """By node, the number of the group that is counted in it and in no published node below it."""
    numbers = {group.nodes: number for number, group in enumerate(process.panel.groups)}
    deepest = {group.nodes: node.id for node in nodes for group in process.panel.crowd.groups.get(node.id, ())}
    return {node: numbers[nodes] for nodes, node in deepest.items()}


def _columns(process: ScoredProcess) -> list[tuple[str, int]]:
    """The items in the questionnaire's order, each with its column."""
    columns = process.asked.columns
    return [(item.key, columns[item.key]) for item in process.panel.process.items()]


def _ledger(process: ScoredProcess, group: int, columns: Sequence[tuple[str, int]]) -> GroupLedger:
    cells, total = process.cells, process.tallies.total[group].tolist()
    states, n, dont_know = (each[group].tolist() for each in (cells.state, cells.n, cells.dont_know))
    rungs = process.recorded.rungs[group].tolist()
    who = process.panel.groups[group]
    return GroupLedger(
        process=process.panel.process.key,
        nodes=list(who.nodes),
        headcount=who.headcount,
        items={key: _tally(states[column], n[column], total[column], dont_know[column]) for key, column in columns},
        rungs={key: rungs[column] for key, column in columns if not isnan(rungs[column])},
    )


def _tally(state: int, n: int, total: int, dont_know: int) -> ItemTally:
    if state != SCORED:
        return ItemTally(state=STATES[state], n=0, total=0, dont_know=0)
    return ItemTally(state=State.SCORED, n=n, total=total, dont_know=dont_know)
