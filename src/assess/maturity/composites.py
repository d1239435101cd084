"""From items to steps inside each group of people, and how much each person moves the step.

S = Σ wᵢmᵢ / Σ wᵢ over the scored items, if they are 60 % of the applicable weight. The KPIs of a process are handled as one
more step: their mean is no part of the score. A KPI with a record stands there with the rung that the record shows: a fact,
which nobody's answers move.

A step in which exactly one sensitive item is scored would give that item's mean away, as the step's score and the other means are
published. So the scored item of the smallest weight is then told by its band only as well, wherever it is shown; and a step that
rests on one sensitive item alone has no score.
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

    n: people who said something that counts; squares: Σ u_r²; told: the share 0–1 of the weight that rests on what people said;
    silent: people who left items out, the mean over the items by weight. residuals and heard: u_r, and whether it counts,
    [people × steps]. banded: items that may be told by their band only, [items].
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
    likely, careful = (
        whole(asked.weights[:, None], state.T, values.T, LEAST_OF_STEP, asked.bounds) for values in (mean, prudent)
    )
    exposed, banded = _exposed(asked, state)
    step_state = np.where(exposed, CODE[State.LOW_COVERAGE], likely.state.T).astype(np.int8)
    scored = step_state == SCORED
    weighed = _weighed(asked, state, cells, scored)
    perceived = Weighed(np.where(known, 0.0, weighed.weight), mean, cells.n)
    residuals, heard = _moved(panel, perceived)
    told, silent = (_over_items(asked, part) for part in (perceived.weight, perceived.weight * tallies.silent))
    return Steps(
        step_state,
        np.where(scored, likely.value.T, np.nan),
        np.where(scored, careful.value.T, np.nan),
        likely.coverage.T,
        counted(heard, panel.bounds),
        summed(residuals**2, panel.bounds),
        told,
        quotient(silent, told),
        residuals,
        heard,
        banded,
    )


def _exposed(asked: Asked, state: Codes) -> tuple[Flags, Flags]:
    """Which steps of which groups rest on one sensitive item alone; and the items that must not be told exactly."""
    scored = state == SCORED
    sensitive = asked.sensitive
    one = _count(asked, scored & sensitive) == 1
    alone = one & (_count(asked, scored & ~sensitive) == 0)
    banded = sensitive.copy()
    for step, order in enumerate(_by_weight(asked)):
        plain = [column for column in order if not sensitive[column]]
        free = one[:, step].copy()
        for column in plain:
            banded[column] |= bool((free & scored[:, column]).any())
            free &= ~scored[:, column]
    return alone, banded


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


def _weighed(asked: Asked, state: Codes, cells: Cells, scored: Flags) -> Weighed:
    weights = np.where((state == SCORED) & scored[:, segments(asked.bounds)], asked.weights, 0.0)
    total = _over_items(asked, weights)[:, segments(asked.bounds)]
    return Weighed(numbers(quotient(weights, total)), cells.mean, cells.n)


def _moved(panel: Panel, items: Weighed) -> tuple[Floats, Flags]:
    """u_r = Σᵢ (wᵢ/W)·1[answered]·(x_ri - mᵢ)/nᵢ for each person and step, and whether the person said anything that counts."""
    unit, origin, _ = ladder_of(panel.asked.items)
    group = segments(panel.bounds)
    counts = (panel.answers >= 0) & (items.weight > 0)[group]
    by_one = numbers(quotient(items.weight, items.n))[group]
    distance = unit * panel.answers + origin - items.mean[group]
    moved = np.where(counts, by_one * distance, 0.0)
    return _over_items(panel.asked, moved), _count(panel.asked, counts) > 0
