"""How alive an indicator is, as the people who should use it see it: rungs 0 (unknown) to 5 (acted upon).

K = 20·mean(ρ). The rung that is confirmed is the highest L that 60 % of the people reach (a majority Guttman rule, robust to
one enthusiast); from rung 3 on the indicator must also be known: "don't know" counts in awareness, never in the mean.
"""

from collections.abc import Sequence
from math import fsum

from msgspec import Struct

from assess.maturity.scoring import TOLERANCE, Cell

RUNGS = (1, 2, 3, 4, 5)
MAJORITY = 0.6
OWNED = 3
"""The rung from which an indicator must be known to the team."""


class Perceived(Struct, frozen=True, kw_only=True):
    """A KPI as seen by some people. shares: those who reach rung 1, 2, … 5; awareness: those who know it; all 0–1."""

    shares: tuple[float, ...]
    awareness: float

    @property
    def rung(self) -> int:
        """The rung that the majority confirms, 0–5."""
        reached = [rung for rung, share in zip(RUNGS, self.shares, strict=True) if share >= MAJORITY - TOLERANCE]
        highest = max(reached, default=0)
        return highest if self.awareness >= MAJORITY - TOLERANCE else min(highest, OWNED - 1)


def index(rung: float) -> float:
    """Rungs 0–5 as an index 0–100: K = 20·ρ."""
    return 20 * rung


def perceived(cell: Cell) -> Perceived:
    """A KPI item of one group in which somebody gave a rung."""
    rungs = [level for level in cell.levels if level is not None]
    return Perceived(
        shares=tuple(sum(level >= rung - TOLERANCE for level in rungs) / len(rungs) for rung in RUNGS),
        awareness=cell.n / cell.known,
    )


def together(parts: Sequence[tuple[int, Perceived]]) -> Perceived:
    """Several groups' view, weighted by headcount."""
    total = sum(headcount for headcount, _ in parts)
    return Perceived(
        shares=tuple(fsum(n * part.shares[rung] for n, part in parts) / total for rung in range(len(RUNGS))),
        awareness=fsum(n * part.awareness for n, part in parts) / total,
    )
