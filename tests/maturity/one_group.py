"""One group of people and one step, scored by the arrays: for tests of the laws that every group keeps."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isnan
from types import SimpleNamespace
from uuid import UUID

import numpy as np
from companies import process, questionnaire, step

from assess.maturity.arrays import bounds_of
from assess.maturity.composites import Steps, steps_of
from assess.maturity.intervals import Strata, interval, seen_share, spread_of, variance
from assess.maturity.model import Interval, State
from assess.maturity.panels import Panel, asked_of
from assess.maturity.tallies import Cells, Tallies, cells_of, tallied
from assess.maturity.tree import Crowd, Group
from assess.maturity.wholes import CODE, STATES, Whole
from assess.maturity.wholes import whole as whole_of
from assess.questionnaire.model import Item

LADDER = (np.array(1.0), np.array(5.0))


@dataclass
class Table:
    """A step scored, once, from rows of answers; ``headcount`` 0: everybody answered."""

    rows: Sequence[Sequence[int]]
    items: Sequence[Item]
    k: int = 1
    headcount: int = 0

    @cached_property
    def panel(self) -> Panel:
        body = questionnaire("q", process("q", [step("s", self.items)]))
        (asked,) = asked_of({"d": body})
        answers = np.array(self.rows, dtype=np.int8).reshape(-1, len(self.items))[:, asked.places]
        people = len(answers)
        groups = [Group({UUID(int=1): self.headcount or people})]
        none = np.zeros(people, dtype=np.int64)
        return Panel(self.k, asked, Crowd({}, {}, {}, {}), {}, groups, answers, none, none, bounds_of([people]))

    @cached_property
    def tallies(self) -> Tallies:
        return tallied(self.panel.answers, self.panel.bounds, self.panel.asked.items)

    @cached_property
    def arrays(self) -> Cells:
        return cells_of(self.tallies, self.panel.asked.items, self.k)

    @cached_property
    def steps(self) -> Steps:
        nothing = np.full((1, len(self.items)), np.nan)
        return steps_of(self.panel, self.tallies, self.arrays, nothing)

    def cells(self) -> list[SimpleNamespace]:
        """Each item, in the order of ``items``."""
        cells, columns = self.arrays, self.panel.asked.columns
        return [
            SimpleNamespace(
                state=STATES[cells.state[0, column]],
                n=int(cells.n[0, column]),
                known=int(cells.known[0, column]),
                dont_know=int(cells.dont_know[0, column]),
                mean=told(cells.mean[0, column]),
                prudent=told(cells.prudent[0, column]),
            )
            for column in (columns[item.key] for item in self.items)
        ]

    def score(self) -> SimpleNamespace:
        """The step."""
        steps = self.steps
        return SimpleNamespace(
            state=STATES[steps.state[0, 0]],
            value=told(steps.value[0, 0]),
            prudent=told(steps.prudent[0, 0]),
            coverage=float(steps.coverage[0, 0]),
        )

    def strata(self, *, planned: bool = False) -> Strata:
        """The step as a composite of one stratum. planned: not everybody was asked every item."""
        steps, headcounts = self.steps, self.panel.headcounts
        strata = steps.strata(np.array([0]), np.ones((1, 2)), headcounts)
        if planned:
            weights = self.panel.asked.weights
            answered = (self.tallies.n * weights).sum(axis=1, keepdims=True) / weights.sum()
            seen = seen_share(steps.n, headcounts[:, None], steps.silent, np.repeat(answered, 2, axis=1))
            return Strata(strata.share, strata.n, strata.squares, strata.told, seen)
        return strata

    def squared_error(self, *, finite: bool = True) -> float:
        """SE²."""
        return float(spread_of(self.strata(), np.ones((1, 2)), bounds_of([1]), finite=finite).variance[0, 0])

    def freedom(self) -> float:
        """Degrees of freedom."""
        return float(spread_of(self.strata(), np.ones((1, 2)), bounds_of([1])).freedom[0, 0])

    def smoothed(self) -> float:
        """s²."""
        return float(variance(self.strata())[0, 0] * self.steps.n[0, 0])

    def interval(self, *, finite: bool = True, planned: bool = False) -> Interval:
        """The 95 % interval of the step."""
        spread = spread_of(self.strata(planned=planned), np.ones((1, 2)), bounds_of([1]), finite=finite)
        low, high = interval(self.steps.value, spread, LADDER)
        return Interval(low=float(low[0, 0]), high=float(high[0, 0]))


def whole(parts: Sequence[tuple[float, State, float | None]], least: float) -> SimpleNamespace:
    """One whole of some parts: weight, state, value."""
    found: Whole = whole_of(
        np.array([[weight] for weight, _, _ in parts], dtype=np.float64),
        np.array([[CODE[state]] for _, state, _ in parts], dtype=np.int8),
        np.array([[np.nan if value is None else value] for _, _, value in parts]),
        least,
        bounds_of([len(parts)]),
    )
    return SimpleNamespace(
        state=STATES[found.state[0, 0]], value=told(found.value[0, 0]), coverage=float(found.coverage[0, 0])
    )


def told(value: float) -> float | None:
    return None if isnan(value) else float(value)
