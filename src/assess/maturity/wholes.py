"""The rule by which parts make a whole: items a step, steps a process, groups of people a node."""

import numpy as np
from msgspec import Struct

from assess.maturity.arrays import Codes, Flags, Floats, Ints, first, last, quotient, summed
from assess.maturity.model import State
from assess.maturity.scoring import TOLERANCE

STATES = tuple(State)
CODE = {state: number for number, state in enumerate(STATES)}
"""States as small numbers."""
SCORED, NOT_ASKED, NOT_APPLICABLE = CODE[State.SCORED], CODE[State.NOT_ASKED], CODE[State.NOT_APPLICABLE]


class Whole(Struct, frozen=True):
    """Weighted means. state: codes; value: no number unless scored; coverage: share 0–1 of the applicable weight scored."""

    state: Codes
    value: Floats
    coverage: Floats


def whole(weights: Floats, states: Codes, values: Floats, least: float, bounds: Ints) -> Whole:
    """Σ w·v / Σ w over the scored parts of each segment, if they are ``least`` of the applicable weight.

    Parts stand on the first axis; ``weights`` are broadcast to them. Otherwise the state that all applicable parts share, or
    ``low_coverage``.
    """
    weights = np.broadcast_to(weights, states.shape)
    applies = (states != NOT_ASKED) & (states != NOT_APPLICABLE) & (weights > 0)
    scored = applies & (states == SCORED)
    applicable, weight = (summed(np.where(which, weights, 0.0), bounds) for which in (applies, scored))
    coverage = quotient(weight, applicable)
    enough = (weight > 0) & (coverage >= least - TOLERANCE)
    value = quotient(summed(np.where(scored, weights * values, 0.0), bounds), weight)
    return Whole(
        np.where(enough, SCORED, _reason(states, applies, bounds)).astype(np.int8),
        np.where(enough, value, np.nan),
        np.where(applicable > 0, coverage, 0.0),
    )


def _reason(states: Codes, applies: Flags, bounds: Ints) -> Codes:
    low = first(np.where(applies, states, np.int8(127)).astype(np.int8), bounds)
    high = last(np.where(applies, states, np.int8(-128)).astype(np.int8), bounds)
    shared = np.where(low == high, low, CODE[State.LOW_COVERAGE])
    return np.where(low > high, NOT_APPLICABLE, shared).astype(np.int8)
