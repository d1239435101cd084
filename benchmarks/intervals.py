"""Do the 95 % intervals hold what they promise? Teams are invented whole, some of their people answer, and we look.

``python -m benchmarks.intervals`` prints, by team size N and people who answered n, over five shapes of answers: how often the
interval holds the mean of the whole team (on average, and for the worst shape) and how wide it is (levels), beside the figures of
a reference, which were simulated by another program.
"""

from typing import Any

import numpy as np
from msgspec import Struct

from assess.maturity import posterior
from assess.maturity.arrays import Floats, bounds_of
from assess.maturity.intervals import Strata, interval, seen_share, spread_of

DRAWS = 2_000
"""Teams by cell and shape: two standard errors of a coverage of 95 % are 1 point."""
SHAPES = {
    "low": (0.30, 0.40, 0.20, 0.08, 0.02),
    "middle": (0.08, 0.24, 0.36, 0.24, 0.08),
    "high": (0.02, 0.08, 0.25, 0.40, 0.25),
    "apart": (0.35, 0.10, 0.10, 0.10, 0.35),
    "close": (0.02, 0.08, 0.80, 0.08, 0.02),
}
ALIKE = 0.5
"""How much of what one person says of two items is the same view (the correlation of their latent normals)."""
LEVELS = (1, 2, 3, 4, 5)
ASKED = 2 / 3
"""Planned missingness: the share of the items that each person is asked."""


class Found(Struct, frozen=True):
    """Coverage on average and of the worst shape, 0–1, and the mean width in levels."""

    covered: float
    worst: float
    width: float

    def __str__(self) -> str:
        return f"{self.covered:.3f}/{self.worst:.3f}/{self.width:.2f}"


REFERENCE: dict[tuple[str, int, int], Found] = {
    ("item", 8, 5): Found(0.969, 0.940, 1.13),
    ("item", 10, 7): Found(0.970, 0.956, 0.92),
    ("item", 15, 8): Found(0.962, 0.928, 1.08),
    ("item", 25, 10): Found(0.954, 0.932, 1.11),
    ("4 items", 8, 6): Found(0.939, 0.930, 0.88),
    ("4 items", 12, 7): Found(0.941, 0.922, 1.02),
    ("4 items", 25, 10): Found(0.941, 0.932, 1.00),
    ("4 items", 60, 25): Found(0.953, 0.935, 0.60),
}
MORE = [("16 items", 12, 7), ("16 items", 25, 10), ("planned 6 of 9", 18, 10), ("planned 6 of 9", 40, 20)]
"""Cells for which the reference has no row; of 16 items it says .956–.960 (worst .93–.95)."""


def main() -> None:
    """Print a line a cell."""
    print(f"{'':16}{'N':>4}{'n':>4}   covered/worst/width   reference")
    for kind, team, answered in [*REFERENCE, *MORE]:
        found = _found(kind, team, answered)
        print(f"{kind:16}{team:4}{answered:4}   {found}     {REFERENCE.get((kind, team, answered), '-')}", flush=True)


def _found(kind: str, team: int, answered: int) -> Found:
    each = [_of_shape(kind, team, answered, number) for number in range(len(SHAPES))]
    covered = [float(np.mean((low <= truth + 1e-9) & (truth <= high + 1e-9))) for low, high, truth in each]
    return Found(
        covered=sum(covered) / len(covered),
        worst=min(covered),
        width=sum(float(np.mean(high - low)) for low, high, _ in each) / len(each),
    )


def _of_shape(kind: str, team: int, answered: int, shape: int) -> tuple[Floats, Floats, Floats]:
    """Low, high and truth of each draw."""
    draw = np.random.default_rng([team, answered, shape])
    items = {"item": 1, "4 items": 4, "16 items": 16}.get(kind, 9)
    everybody = _team(draw, team, items, tuple(SHAPES.values())[shape])
    seen = everybody[:, :answered].astype(np.float64)
    truth: Floats = everybody.mean(axis=(1, 2))
    if kind == "item":
        return *_item(seen[:, :, 0].astype(np.int64), team), truth
    planned = kind.startswith("planned")
    if planned:
        seen[:, _not_asked(answered, items)] = np.nan
    return *_composite(seen, team, planned=planned), truth


def _team(draw: np.random.Generator, team: int, items: int, shares: tuple[float, ...]) -> Any:
    """Levels of [draws × people × items]; people come in any order, so the first ones are a random sample."""
    view = draw.standard_normal((DRAWS, team, 1))
    own = draw.standard_normal((DRAWS, team, items))
    latent = np.sqrt(ALIKE) * view + np.sqrt(1 - ALIKE) * own
    cuts = np.quantile(draw.standard_normal(1_000_000), np.cumsum(shares)[:-1])
    return 1 + np.searchsorted(cuts, latent)


def _not_asked(people: int, items: int) -> Any:
    """Three forms in turn, each without another third of the items."""
    form = np.arange(people)[:, None] % 3
    return (np.arange(items)[None, :] % 3) == form


def _item(levels: Any, team: int) -> tuple[Floats, Floats]:
    counts = np.stack([(levels == level).sum(axis=1) for level in LEVELS], axis=1)
    return posterior.bounds(counts, np.full(len(counts), team - levels.shape[1]), LEVELS)


def _composite(levels: Floats, team: int, *, planned: bool) -> tuple[Floats, Floats]:
    """The product's own interval of the mean of all items, equally weighted."""
    teams, people, items = levels.shape
    answers = (~np.isnan(levels)).sum(axis=1)
    means = np.nanmean(levels, axis=1)
    moves = np.nansum((levels - means[:, None, :]) / answers[:, None, :] / items, axis=2)
    n, invited = np.full(teams, people), np.full(teams, team)
    asked = answers.mean(axis=1) if planned else None
    strata = Strata(
        share=np.ones(teams),
        n=n,
        squares=(moves**2).sum(axis=1),
        told=np.ones(teams),
        seen=seen_share(n, invited, np.zeros(teams), asked),
    )
    bounds = bounds_of(np.ones(teams))
    spread = spread_of(strata, np.ones(teams), bounds)
    return interval(means.mean(axis=1), spread, (np.full(teams, 1.0), np.full(teams, 5.0)))


if __name__ == "__main__":
    main()
