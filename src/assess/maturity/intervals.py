"""How sure a composite is: 95 % intervals for finite teams.

The value is linearised: each person moves it by u_r = Σᵢ cᵢ·1[answered]·(x_ri - mᵢ)/nᵢ, with cᵢ the weight of the item in the
composite. In a group of n people out of N, s²_lin = n·(n/(n-1))·Σ u_r², smoothed by a light prior so that unanimity of a few
is no certainty: s² = ((n-1)·s²_lin + ν₀v₀)/(n-1+ν₀), and SE = √(s²/n·(1-φ)), with Student's t of n-1+ν₀ degrees of freedom.
The finite-population correction 1-φ, φ = n/N, makes a census certain. Groups of a parent are strata: SE² = Σ h²·SE²_group,
with h the group's share of the composite. (Linearisation, strata: Särndal, Swensson & Wretman 1992, ch. 5; correction:
Cochran 1977, ch. 2.)
"""

import numpy as np
from msgspec import Struct

from assess.maturity.arrays import Floats, Ints, numbers, quotient, segments, summed
from assess.maturity.student import quantile

PRIOR_PEOPLE = 2
"""ν₀: how many people's worth of spread the prior is."""
PRIOR_VARIANCE = 0.7
"""v₀, in squared levels."""
UPPER = 0.975


class Strata(Struct, frozen=True):
    """Groups' parts in composites, each array of one shape. share: h, 0 where a group has no part.

    n, invited: people who said something that counts, and all. squares: Σ u_r² of the part as if it were the whole (h = 1).
    told: the share 0–1 of the part that rests on what people said. seen: φ, how much of everybody has been seen.
    """

    share: Floats
    n: Ints
    squares: Floats
    told: Floats
    seen: Floats


class Spread(Struct, frozen=True):
    """The variance of composites, and its degrees of freedom."""

    variance: Floats
    freedom: Floats


def seen_share(n: Ints, invited: Ints, silent: Floats, asked: Floats | None = None) -> Floats:
    """φ: the share of everybody's answers that was seen.

    n/N. If all N said something but ``silent`` of them (the mean over the items by weight) left items out, it is no census:
    then max((N-1)/N, (N - silent)/N). ``asked``: where items were not asked of everybody by design, how many answered, as the
    mean over the items by weight: φ = asked/N.
    """
    everybody = np.maximum(invited, n)
    if asked is not None:
        return numbers(quotient(np.minimum(asked, everybody), everybody))
    almost = np.maximum(quotient(everybody - 1, everybody), quotient(everybody - silent, everybody))
    return numbers(np.where((n == everybody) & (silent > 0), almost, quotient(n, everybody)))


def spread_of(strata: Strata, covered: Floats, bounds: Ints, *, finite: bool = True) -> Spread:
    """h²·s²/n·(1-φ), added up over the strata of each composite, which stand together as ``bounds`` say.

    covered: by composite, the share 0–1 of the invited people whom its strata are: others are people not asked. finite: with the
    correction, what all the invited would have said; otherwise what such people would say.
    """
    missed = 1 - covered[segments(bounds)] * strata.seen if finite else 1.0
    parts = strata.share**2 * variance(strata) * missed
    total = summed(parts, bounds)
    freedom = quotient(total**2, summed(quotient(parts**2, strata.n - 1 + PRIOR_PEOPLE), bounds))
    return Spread(total, np.round(freedom, 9))


def variance(strata: Strata) -> Floats:
    """s²/n of each stratum by itself. (n-1)·s²_lin is written n²·Σu², which exists for one person as well."""
    n = strata.n
    spread = (n * n * strata.squares + PRIOR_PEOPLE * PRIOR_VARIANCE * strata.told**2) / (n - 1 + PRIOR_PEOPLE)
    return numbers(quotient(spread, n))


def interval(value: Floats, spread: Spread, ladder: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """The 95 % interval about each value, clipped to the ladder. Degrees of freedom: Satterthwaite 1946 (Cochran 1977, 5.16)."""
    margin = np.sqrt(spread.variance) * _quantiles(spread.freedom)
    lowest, highest = ladder
    return np.minimum(value, np.maximum(lowest, value - margin)), np.maximum(value, np.minimum(highest, value + margin))


def _quantiles(freedom: Floats) -> Floats:
    """Student's t at 97.5 %; 0 where there is no spread."""
    kinds, kind = np.unique(freedom.ravel(), return_inverse=True)
    found = np.array([0.0 if np.isnan(df) else quantile(UPPER, df) for df in kinds.tolist()])
    return found[kind.ravel()].reshape(freedom.shape) if len(kinds) else np.zeros(freedom.shape)
