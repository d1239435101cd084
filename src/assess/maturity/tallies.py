"""Whole numbers by group and item: who gave which level, who does not know, for whom it does not apply, who is silent.

Everything about a single item comes from these, so neither the order of the people nor rounding leaves a trace. An item is
scored from ``k`` levels on; it does not apply when more than half of those who say anything (at least ``k``) say so.
"""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from assess.campaign.model import DONT_KNOW, NO_ANSWER, NOT_APPLICABLE
from assess.maturity.arrays import Codes, Floats, Ints, counted, quotient
from assess.maturity.model import State
from assess.maturity.panels import Answers, ladder_of
from assess.maturity.wholes import CODE
from assess.questionnaire.model import Item


class Tallies(Struct, frozen=True):
    """[groups × items], levels: [groups × items × ordinals from 0 on]. silent: people of the group's rows who said nothing.

    n: people who gave a level; total and squares: Σ of these levels' ordinals, and of their squares.
    """

    levels: Ints
    dont_know: Ints
    beside: Ints
    silent: Ints
    n: Ints
    total: Ints
    squares: Ints

    @property
    def known(self) -> Ints:
        """People who gave a level, and who do not know."""
        return self.n + self.dont_know


class Cells(Struct, frozen=True):
    """Items of groups: [groups × items]. mean and prudent ("don't know" read as the lowest level): no number unless scored."""

    state: Codes
    n: Ints
    known: Ints
    dont_know: Ints
    mean: Floats
    prudent: Floats


def tallied(answers: Answers, bounds: Ints, items: Sequence[Item]) -> Tallies:
    """Count the answers of each group."""
    ordinals = range(max(item.highest for item in items) + 1)
    return tallies_of(
        np.stack([counted(answers == ordinal, bounds) for ordinal in ordinals], axis=2),
        counted(answers == DONT_KNOW, bounds),
        counted(np.isin(answers, list(NOT_APPLICABLE.values())), bounds),
        counted(answers == NO_ANSWER, bounds),
    )


def tallies_of(levels: Ints, dont_know: Ints, beside: Ints, silent: Ints) -> Tallies:
    """Tallies from counts."""
    ordinals = np.arange(levels.shape[2], dtype=np.int64)
    total, squares = ((levels * factor).sum(axis=2) for factor in (ordinals, ordinals**2))
    return Tallies(levels, dont_know, beside, silent, levels.sum(axis=2), total, squares)


def cells_of(tallies: Tallies, items: Sequence[Item], k: int, beside: int | Ints = 0) -> Cells:
    """What each group says of each item. beside: of how many people, [groups × 1], the answers protect nobody: they are known."""
    unit, origin, lowest = ladder_of(items)
    n, known, dont_know = tallies.n, tallies.known, tallies.dont_know
    state = _states(n, known, tallies.beside, k, k + beside)
    scored = state == CODE[State.SCORED]
    levels = unit * tallies.total + origin * n
    return Cells(
        state,
        n,
        known,
        dont_know,
        np.where(scored, quotient(levels, n), np.nan),
        np.where(scored, quotient(levels + lowest * dont_know, known), np.nan),
    )


def _states(n: Ints, known: Ints, beside: Ints, k: int, least: int | Ints) -> Codes:
    said = known + beside
    few = np.where(n >= k, CODE[State.PROTECTS_OTHERS], CODE[State.BELOW_THRESHOLD])
    of_levels = np.where(n >= least, CODE[State.SCORED], few)
    heard = np.where(n == 0, CODE[State.NO_ANSWERS], of_levels)
    return np.where((said >= least) & (2 * beside > said), CODE[State.NOT_APPLICABLE], heard).astype(np.int8)
