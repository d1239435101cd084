"""How far people see something alike; it never decides what is published: dissent is content.

Of one item: SD, AD = Σ|x - m| / n (Burke, Finkelstein & Dusig 1999), r_wg = 1 - s²/σ² with σ² the variance of answers drawn
evenly from the A options, (A² - 1)/12 (James, Demaree & Wolf 1984). Of J items: r_wg(J) = J(1 - q)/(J(1 - q) + q) with q the
mean of s²/σ², cut at 1, and Lindell's r*_wg(J) = 1 - q, not cut, which does not grow with J (Lindell, Brandt & Whitney 1999).
How much hangs on even answers is told by the same numbers against slightly skewed ones, σ² = 1.34 of five options.
Consensus: AD at most a sixth of the number of options, to one decimal: 0.8 of five (Burke & Dunlap 2002). Bands of strength:
LeBreton & Senter 2008. All in levels of the ladder.
"""

from bisect import bisect_left
from collections.abc import Sequence
from math import isnan, nan

import numpy as np
from msgspec import Struct

from assess.maturity.arrays import Flags, Floats, Ints, quotient
from assess.maturity.model import Agreement, Strength
from assess.maturity.panels import ladder_of
from assess.maturity.scoring import TOLERANCE
from assess.maturity.tallies import Tallies
from assess.questionnaire.model import Item

LOWER, UPPER, QUARTER = 2.0, 4.0, 0.25
"""A split: a quarter of the people at or below the one, and a quarter at or above the other."""
SKEWED = {5: 1.34}
"""By number of options, σ² of answers that are slightly skewed to one end (LeBreton & Senter 2008), in squared options."""
_BANDS: tuple[Strength, ...] = ("lack", "weak", "moderate", "strong", "very_strong")
_ENDS = (0.3, 0.5, 0.7, 0.9)


class Alike(Struct, frozen=True):
    """Numbers of agreement, [nodes × items] or [nodes × steps]. spread: of single items only; none: no number.

    r_wg_skewed, r_wg_star_skewed: against slightly skewed answers, where every item has five options.
    """

    deviation: Floats
    spread: Floats
    r_wg: Floats
    r_wg_star: Floats
    r_wg_skewed: Floats
    r_wg_star_skewed: Floats
    consensus: Flags
    split: Flags


class Scatter(Struct, frozen=True):
    """How answers to items scatter, [nodes × items], none (no number) of fewer than two people.

    deviation: AD; variance: s²; ratio: s²/σ²; skewed: the same against slightly skewed answers, none where σ² is not
    known; bearable: the AD up to which there is consensus; split: quarters at both ends.
    """

    deviation: Floats
    variance: Floats
    ratio: Floats
    skewed: Floats
    bearable: Floats
    split: Flags


def strength(r_wg_star: float) -> Strength:
    """The band of a number of agreement."""
    return _BANDS[bisect_left(_ENDS, r_wg_star)]


def words(
    deviation: float,
    spread: float,
    r_wg: float,
    r_wg_star: float,
    r_wg_skewed: float,
    r_wg_star_skewed: float,
    consensus: bool,  # noqa: FBT001 - a column of an array
    split: bool,  # noqa: FBT001 - a column of an array
) -> Agreement | None:
    """One cell as it is published; none where there is no number."""
    if isnan(deviation):
        return None
    return Agreement(
        deviation=deviation,
        spread=None if isnan(spread) else spread,
        r_wg=r_wg,
        r_wg_star=r_wg_star,
        r_wg_skewed=None if isnan(r_wg_skewed) else r_wg_skewed,
        r_wg_star_skewed=None if isnan(r_wg_star_skewed) else r_wg_star_skewed,
        strength=strength(r_wg_star),
        consensus=consensus,
        split=split,
    )


def null_variance(options: int, unit: float = 1.0) -> float:
    """σ²: the variance of answers drawn evenly from so many options, ``unit`` levels apart."""
    return (options**2 - 1) / 12 * unit**2


def skewed_variance(options: int, unit: float = 1.0) -> float:
    """σ² of slightly skewed answers to so many options; no number where it is not known."""
    return SKEWED.get(options, nan) * unit**2


def bearable(options: int, unit: float = 1.0) -> float:
    """The AD up to which there is consensus: a sixth of the number of options, to one decimal."""
    return round(options / 6, 1) * unit


def scatter_of(tallies: Tallies, items: Sequence[Item]) -> Scatter:
    """Whole-number sums first, one division at the end."""
    unit, origin, _ = ladder_of(items)
    options = [len(item.levels) for item in items]
    n, total = tallies.n, tallies.total
    enough = n >= 2
    ordinals = np.arange(tallies.levels.shape[2])
    distance = (tallies.levels * np.abs(n[:, :, None] * ordinals - total[:, :, None])).sum(axis=2)
    variance = np.where(enough, quotient(n * tallies.squares - total**2, n * (n - 1)) * unit**2, np.nan)
    even, skewed = (
        np.array([null(*pair) for pair in zip(options, unit.tolist(), strict=True)])
        for null in (null_variance, skewed_variance)
    )
    levels = unit[:, None] * ordinals + origin[:, None]
    low, high = (
        (tallies.levels * side).sum(axis=2) for side in (levels <= LOWER + TOLERANCE, levels >= UPPER - TOLERANCE)
    )
    return Scatter(
        np.where(enough, quotient(distance, n**2) * unit, np.nan),
        variance,
        variance / even,
        variance / skewed,
        np.array([bearable(*pair) for pair in zip(options, unit.tolist(), strict=True)]),
        split(low, high, n),
    )


def split(low: Ints, high: Ints, n: Ints) -> Flags:
    """Whether a quarter of the people, or more, stand at either end."""
    return (n > 0) & (low >= QUARTER * n - TOLERANCE) & (high >= QUARTER * n - TOLERANCE)


def of_items(scatter: Scatter, shown: Flags) -> Alike:
    """The agreement on single items, where it may be shown."""
    return Alike(
        np.where(shown, scatter.deviation, np.nan),
        np.sqrt(scatter.variance),
        1 - np.minimum(scatter.ratio, 1.0),
        1 - scatter.ratio,
        1 - np.minimum(scatter.skewed, 1.0),
        1 - scatter.skewed,
        scatter.deviation <= scatter.bearable + TOLERANCE,
        scatter.split,
    )


def of_several(scatter: Scatter, counting: Flags, split: Flags) -> Alike:
    """The agreement on several items together, [nodes × 1]. counting: which items, [nodes × items]; split: of people, [nodes]."""
    counting = counting & ~np.isnan(scatter.deviation)
    j = counting.sum(axis=1)
    ratio, skewed, deviation, measured = (
        quotient(np.where(counting, values, 0.0).sum(axis=1), j)
        for values in (scatter.ratio, scatter.skewed, scatter.deviation, scatter.deviation / scatter.bearable)
    )
    alike = Alike(
        deviation,
        np.full(len(j), np.nan),
        _of_items_together(j, ratio),
        1 - ratio,
        _of_items_together(j, skewed),
        1 - skewed,
        measured <= 1 + TOLERANCE,
        split,
    )
    return Alike(*(getattr(alike, name)[:, None] for name in Alike.__struct_fields__))


def _of_items_together(j: Ints, ratio: Floats) -> Floats:
    """r_wg(J)."""
    cut = np.minimum(ratio, 1.0)
    return quotient(j * (1 - cut), j * (1 - cut) + cut)


def side_by_side(columns: Sequence[Alike]) -> Alike:
    """Several columns as one array each."""
    return Alike(
        *(np.concatenate([getattr(each, name) for each in columns], axis=1) for name in Alike.__struct_fields__)
    )
