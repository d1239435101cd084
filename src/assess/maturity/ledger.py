"""The ledger: the whole numbers behind published results, so that each of them can be explained, and computed again, exactly."""

from uuid import UUID

from msgspec import Struct

from assess.maturity.model import State
from assess.words import Key


class ItemTally(Struct, frozen=True, kw_only=True):
    """One item of one group. n: people who gave a level; total: the sum of these levels' ordinals; dont_know: how many said so.

    state: ``scored`` from the threshold on; otherwise the three numbers are 0. A mean on the ladder is lowest + span·(total/n -
    lowest ordinal)/(ordinals' span).
    """

    state: State
    n: int
    total: int
    dont_know: int


class GroupLedger(Struct, frozen=True, kw_only=True):
    """People who are counted together on one process: of how many nodes, how many were asked, and what they said.

    ``nodes``: the team itself, or the hidden ones that are pooled; never fewer people than the threshold have answered.
    ``rungs``: the factual rung 0–5 of each KPI of which every one of these nodes has a record, the mean by headcount.
    """

    process: Key
    nodes: list[UUID]
    headcount: int
    items: dict[Key, ItemTally]
    rungs: dict[Key, float] = {}


class Ledger(Struct, frozen=True, kw_only=True):
    """The groups that stand at one published node itself; those of the published nodes below it are in their own ledgers."""

    groups: list[GroupLedger]
