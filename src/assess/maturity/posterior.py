"""How sure a single item's mean is: the exact posterior for a finite team.

Of N people n gave a level, c_l of them level l. The N - n unseen answers are Dirichlet-multinomial with weights a_l = c_l +
α, α = 0.4 (the Polya posterior with a light prior; Ghosh & Meeden 1997). Their total T has the generating function Π_l (1 -
z·x^l)^(-a_l): the weight of M unseen people with total t is the coefficient of z^M·x^t. At each M·D + 1-th root of unity x
(D: the span of the ordinals) the coefficients of z follow from m·F_m = Σ_j P_j·F_(m-j) with P_j = Σ_l a_l·x^(l·j), and a
discrete Fourier transform gives the distribution of T: the same as adding up all compositions, without listing them. The
interval's bounds are the smallest totals over N whose cumulated weight reaches 2.5 % and 97.5 %.
"""

import cmath
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from assess.maturity.arrays import Floats, Ints, quotient

PRIOR = 0.4
"""α, by level."""
MOST_UNSEEN = 40
"""Of more unseen people, so many stand for all; and the interval is then never narrower than by the formula of composites."""
TAIL = 0.025
_TIE = 1e-9
_ROOM = 2**20
"""How many complex numbers are held at once."""

Complex = NDArray[np.complex128]


def bounds(counts: Ints, unseen: Ints, ordinals: Sequence[int]) -> tuple[Floats, Floats]:
    """The lowest and the highest mean ordinal of teams at 95 %. counts: people by level, [teams × levels].

    Of more than 40 unseen people, 40 stand for all.
    """
    low, high = np.zeros(len(counts)), np.zeros(len(counts))
    told = np.minimum(unseen, MOST_UNSEEN)
    for people in sorted(set(told.tolist()) - {0}):  # where nobody is unseen nothing is open
        which = np.flatnonzero(told == people)
        kinds, kind = np.unique(counts[which], axis=0, return_inverse=True)
        found = _of_kinds(kinds, people, np.asarray(ordinals, dtype=np.int64))
        low[which], high[which] = (side[kind.ravel()] for side in found)
    seen = counts.sum(axis=1)
    total = (counts * np.asarray(ordinals, dtype=np.int64)).sum(axis=1)
    times = quotient(unseen, np.maximum(told, 1))
    return (total + times * low) / (seen + unseen), (total + times * high) / (seen + unseen)


def distribution(counts: Ints, unseen: int, steps: Ints) -> Floats:
    """How likely each total of the unseen ordinals is, counted from the lowest one: [teams × (unseen·span + 1)]."""
    totals = int(unseen * steps[-1]) + 1
    roots, places = _roots(totals), np.outer(np.arange(totals), steps)
    weights = counts.astype(np.float64) + PRIOR
    powers = np.arange(1, unseen + 1)[:, None, None]
    sums = _over_levels(weights, roots[places * powers % totals])
    found = np.ones((unseen + 1, len(counts), totals), dtype=np.complex128)
    for people in range(1, unseen + 1):
        terms = sums[:people] * found[:people][::-1]
        found[people] = np.add.reduce(terms, axis=0) / people
    shares = np.fft.fft(found[unseen], axis=1).real / totals
    likely: Floats = np.clip(shares / shares.sum(axis=1, keepdims=True), 0.0, 1.0)
    return likely


def _of_kinds(counts: Ints, unseen: int, ordinals: Ints) -> tuple[Floats, Floats]:
    """The bounds of the total of the unseen people, for teams that differ, all with so many unseen people."""
    steps = ordinals - ordinals[0]
    at_once = max(1, _ROOM // ((unseen + 1) * (int(unseen * steps[-1]) + 1)))
    parts = [
        _quantiles(distribution(counts[start : start + at_once], unseen, steps))
        for start in range(0, len(counts), at_once)
    ]
    low, high = (np.concatenate(side) for side in zip(*parts, strict=True))
    return low + unseen * float(ordinals[0]), high + unseen * float(ordinals[0])


def _quantiles(shares: Floats) -> tuple[Ints, Ints]:
    cumulated = np.cumsum(shares, axis=1)
    return (cumulated >= TAIL - _TIE).argmax(axis=1), (cumulated >= 1 - TAIL - _TIE).argmax(axis=1)


def _over_levels(weights: Floats, powers: Complex) -> Complex:
    """Σ_l a_l·x^(l·j), term by term: [powers × teams × roots]."""
    found = np.zeros((len(powers), len(weights), powers.shape[1]), dtype=np.complex128)
    for level in range(weights.shape[1]):
        found += weights[:, level, None] * powers[:, None, :, level]
    return found


@lru_cache(maxsize=512)
def _roots(count: int) -> Complex:
    """The roots of unity, each computed by itself."""
    return np.array([cmath.rect(1.0, 2 * cmath.pi * place / count) for place in range(count)])
