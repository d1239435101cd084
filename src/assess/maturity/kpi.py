"""How alive an indicator is, as the people who should use it see it: rungs 0 (unknown) to 5 (acted upon).

K = 20·mean(ρ). The rung that is confirmed is the highest L that 60 % of the people reach (a majority Guttman rule, robust to
one enthusiast); from rung 3 on the indicator must also be known: "don't know" counts in awareness, never in the mean.
"""

from collections.abc import Sequence

from assess.maturity.scoring import TOLERANCE

RUNGS = (1, 2, 3, 4, 5)
MAJORITY = 0.6
OWNED = 3
"""The rung from which an indicator must be known to the team."""


def index(rung: float) -> float:
    """Rungs 0–5 as an index 0–100: K = 20·ρ."""
    return 20 * rung


def confirmed(shares: Sequence[float], awareness: float) -> int:
    """The rung 0–5 that the majority confirms. shares: of those who reach rung 1, 2, … 5; awareness: of those who know it."""
    reached = [rung for rung, share in zip(RUNGS, shares, strict=True) if share >= MAJORITY - TOLERANCE]
    highest = max(reached, default=0)
    return highest if awareness >= MAJORITY - TOLERANCE else min(highest, OWNED - 1)
