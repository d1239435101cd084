"""People's own composites: what one person says of a step and of a process, of those who answered half of the weight or more.

They are never shown, not even their mean: they tell whether people are split.
"""

import numpy as np
from msgspec import Struct

from assess.maturity.agreement import LOWER, UPPER
from assess.maturity.arrays import Flags, Floats, Ints, counted, numbers, quotient, segments, summed
from assess.maturity.panels import Panel, ladder_of
from assess.maturity.scoring import LEAST_OF_VIEW, TOLERANCE


class Views(Struct, frozen=True):
    """steps: weighted means, [people × steps]; process: [people], means of the steps' by their weight; too little said: no
    number.
    """

    steps: Floats
    process: Floats


class Ends(Struct, frozen=True):
    """How many people there are, and how many stand at the lower and at the upper end: [groups × columns]."""

    people: Ints
    low: Ints
    high: Ints


def views_of(panel: Panel, counting: Flags) -> Views:
    """The composites of each person. counting: the practices that count, [groups × practices]."""
    practices, steps = panel.asked.practices, len(panel.process.steps)
    bounds = panel.asked.bounds[: steps + 1]
    unit, origin, _ = ladder_of(panel.asked.items[:practices])
    answers, group = panel.answers[:, :practices], segments(panel.bounds)
    weights = np.where(counting, panel.asked.weights[:practices], 0.0)
    whole = summed(weights.T, bounds).T[group]
    mine = np.where(answers >= 0, weights[group], 0.0)
    answered = summed(mine.T, bounds).T
    value = quotient(summed((mine * (unit * answers + origin)).T, bounds).T, answered)
    share = numbers(quotient(answered, whole))
    step_weights = np.array([step.weight for step in panel.process.steps])
    counted_weights = np.where(whole > 0, step_weights, 0.0)
    said = np.where(answered > 0, counted_weights, 0.0)
    mean = quotient((said * numbers(value)).sum(axis=1), said.sum(axis=1))
    weight = numbers(quotient((counted_weights * share).sum(axis=1), counted_weights.sum(axis=1)))
    return Views(_if_enough(value, share), _if_enough(mean, weight))


def ends_of(views: Floats, bounds: Ints) -> Ends:
    """Where the people of each group stand: [people × columns] → [groups × columns]."""
    return Ends(
        counted(~np.isnan(views), bounds),
        counted(views <= LOWER + TOLERANCE, bounds),
        counted(views >= UPPER - TOLERANCE, bounds),
    )


def _if_enough(value: Floats, share: Floats) -> Floats:
    return np.where(share >= LEAST_OF_VIEW - TOLERANCE, value, np.nan)
