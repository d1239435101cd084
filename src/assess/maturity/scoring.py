"""What a score stands on: the ladder of levels, and how much of the weight must be scored.

Weighted arithmetic means (SAMM and CMMI's continuous view add up the same way): every gap can be led back to the items that make
it. "Don't know", "does not apply" and silence are three different things. The arrays that are computed by these rules stand
in ``tallies``, ``wholes`` and ``rollup``.
"""

from math import isnan

from assess.questionnaire.model import LADDERS, Kind

LEAST_OF_STEP = 0.6
LEAST_OF_PROCESS = 2 / 3
LEAST_OF_HEADCOUNT = 0.6
"""Shares of the applicable weight (of the invited people, for a parent) that must be scored."""

LEAST_OF_VIEW = 0.5
"""The share of the weight that somebody must have answered to have a composite of one's own."""

TOLERANCE = 1e-9
PRACTICE, RUNG = LADDERS[Kind.PRACTICE], LADDERS[Kind.KPI]


def index(level: float) -> float:
    """Levels 1–5 as an index 0–100: 25·(S - 1)."""
    return 25 * (level - 1)


def in_steps(share: float) -> float | None:
    """A share 0–1 in steps of 5 %, as with n it would tell how many people it is of; none for no number."""
    return None if isnan(share) else round(share * 20) / 20
