"""From items to steps inside each group of people, and how much each person moves the step.

S = Σ wᵢmᵢ / Σ wᵢ over the scored items, if they are 60 % of the applicable weight. The KPIs of a process are handled as one
more step: their mean is no part of the score. A KPI with a record stands there with the rung that the record shows: a fact,
which nobody's answers move.

A step in which exactly one sensitive item is scored would give that item's mean away, as the step's score and the other means are
published. So the scored item of the smallest weight is then told by its band only as well, wherever it is shown; and a step that
rests on one sensitive item alone has no score. In a group's step the items that hide each other so count as one, the mean of all
their answers: of a sum of means over different numbers of people each could be read from its fraction. Such a step has no prudent
value, as what the "don't knows" of one item take from it is that item's mean.
"""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from assess.maturity.arrays import Codes, Flags, Floats, Ints, counted, numbers, quotient, segments, summed
from assess.maturity.intervals import Strata, seen_share
from assess.maturity.model import State
from assess.maturity.panels import Asked, Panel, ladder_of
from assess.maturity.scoring import LEAST_OF_STEP
from assess.maturity.tallies import Cells, Tallies
from assess.maturity.wholes import CODE, SCORED, whole


class Steps(Struct, frozen=True):
    """The steps of each group, the KPIs as the last one: [groups × steps].

    prudent: none where items hide each other. n: people who said something that counts; squares: Σ u_r², or the most that it can
    be where fewer than k people gave a level to several items, as what they say of both would be a number about them alone.
    told: the share 0–1 of the weight that rests on what people said; silent: people who left items out, the mean over the items
    by weight. residuals and heard: u_r, and whether it counts, [people × steps]. banded: items that may be told by their band
    only, [items].
    """

    state: Codes
    value: Floats
    prudent: Floats
    coverage: Floats
    n: Ints
    squares: Floats
    told: Floats
    silent: Floats
    residuals: Floats
    heard: Flags
    banded: Flags

    def strata(self, group: Ints, share: Floats, headcounts: Ints) -> Strata:
        """The steps of some groups as parts of composites; ``share``: [groups chosen × steps]."""
        invited = headcounts[group][:, None]
        return Strata(
            share,
            self.n[group],
            self.squares[group],
            self.told[group],
            seen_share(self.n[group], invited, self.silent[group]),
        )


class Weighed(Struct, frozen=True):
    """Items that count in the steps of each group: [groups × items]. weight: their share of the step, 0 if they do not count."""

    weight: Floats
    mean: Floats
    n: Ints


def steps_of(panel: Panel, tallies: Tallies, cells: Cells, factual: Floats) -> Steps:
    """The steps of each group. factual: rungs of KPIs with a record, [groups × items]; elsewhere no number."""
    known = ~np.isnan(factual)
    state = np.where(known, SCORED, cells.state).astype(np.int8)
    mean, prudent = (np.where(known, factual, values) for values in (cells.mean, cells.prudent))
    asked = panel.asked
    exposed, together, banded = _exposed(asked, state)
    weights = _pooled(asked, cells.n, together & ~known)
    likely, careful = (whole(weights.T, state.T, values.T, LEAST_OF_STEP, asked.bounds) for values in (mean, prudent))
    step_state = np.where(exposed, CODE[State.LOW_COVERAGE], likely.state.T).astype(np.int8)
    scored = step_state == SCORED
    weighed = _weighed(asked, weights, state, cells, scored)
    perceived = Weighed(np.where(known, 0.0, weighed.weight), mean, cells.n)
    moved, counts = _moved(panel, perceived)
    residuals, answers = _over_items(asked, moved), _count(asked, counts)
    heard = answers > 0
    told, silent = (_over_items(asked, part) for part in (perceived.weight, perceived.weight * tallies.silent))
    return Steps(
        step_state,
        np.where(scored, likely.value.T, np.nan),
        np.where(scored & (_count(asked, together) == 0), careful.value.T, np.nan),
        likely.coverage.T,
        counted(heard, panel.bounds),
        squares_of(
            summed(residuals**2, panel.bounds),
            _over_items(asked, np.sqrt(summed(moved**2, panel.bounds))),
            counted(answers > 1, panel.bounds),
            panel.least[:, None],
        ),
        told,
        quotient(silent, told),
        residuals,
        heard,
        banded,
    )


def squares_of(together: Floats, lengths: Floats, several: Ints, k: Ints | Floats) -> Floats:
    """Σ u_r² of a whole, or the most that it can be where ``several``, those heard in more than one part, are fewer than ``k``.

    lengths: Σ √(Σ u_r² of a part) over the parts. Their square is what the whole has if people move all parts alike (Cauchy &
    Schwarz): so more answers never widen an interval because ``several`` have become enough.
    """
    return np.where(several < k, lengths**2, together)


def _exposed(asked: Asked, state: Codes) -> tuple[Flags, Flags, Flags]:
    """Which steps of which groups rest on one sensitive item alone; which items of which groups hide each other there; and the
    items that must not be told exactly."""
    scored = state == SCORED
    sensitive = asked.sensitive
    one = _count(asked, scored & sensitive) == 1
    alone = one & (_count(asked, scored & ~sensitive) == 0)
    together = scored & sensitive
    for step, order in enumerate(_by_weight(asked)):
        plain = [column for column in order if not sensitive[column]]
        free = one[:, step].copy()
        for column in plain:
            together[:, column] = free & scored[:, column]
            free &= ~scored[:, column]
    return alone, together, sensitive | together.any(axis=0)


def _pooled(asked: Asked, n: Ints, together: Flags) -> Floats:
    """The weights of items, [groups × items]; those that hide each other share theirs by weight and answers: one mean of all."""
    step = segments(asked.bounds)
    answers = np.where(together, asked.weights * n, 0.0)
    weight = _over_items(asked, np.where(together, asked.weights, 0.0))[:, step]
    share = numbers(quotient(answers, _over_items(asked, answers)[:, step]))
    return np.where(together, share * weight, asked.weights)


def _by_weight(asked: Asked) -> Sequence[Sequence[int]]:
    """The columns of each step: the smallest weight first, of equals the last in the questionnaire's order."""
    weights, places = asked.weights.tolist(), asked.places.tolist()
    return [
        sorted(range(start, end), key=lambda column: (weights[column], -places[column]))
        for start, end in zip(asked.bounds[:-1].tolist(), asked.bounds[1:].tolist(), strict=True)
    ]


def _count(asked: Asked, flags: Flags) -> Ints:
    return counted(flags.T, asked.bounds).T


def _over_items(asked: Asked, values: Floats) -> Floats:
    return summed(values.T, asked.bounds).T


def _weighed(asked: Asked, weights: Floats, state: Codes, cells: Cells, scored: Flags) -> Weighed:
    counting = np.where((state == SCORED) & scored[:, segments(asked.bounds)], weights, 0.0)
    total = _over_items(asked, counting)[:, segments(asked.bounds)]
    return Weighed(numbers(quotient(counting, total)), cells.mean, cells.n)


def _moved(panel: Panel, items: Weighed) -> tuple[Floats, Flags]:
    """(wᵢ/W)·1[answered]·(x_ri - mᵢ)/nᵢ for each person and item, which add up to u_r, and whether it counts."""
    unit, origin, _ = ladder_of(panel.asked.items)
    group = segments(panel.bounds)
    counts = (panel.answers >= 0) & (items.weight > 0)[group]
    by_one = numbers(quotient(items.weight, items.n))[group]
    distance = unit * panel.answers + origin - items.mean[group]
    return np.where(counts, by_one * distance, 0.0), counts
