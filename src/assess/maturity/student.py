"""Quantiles of Student's t, and tails of t and F, in pure Python; t's with a relative error below 1e-12 for any df from 1 on.

The upper tail is half a regularised incomplete beta function, P(T > t) = I_x(df/2, 1/2) / 2 with x = df / (df + t²)
(DLMF 8.17, Abramowitz & Stegun 26.7.1), summed as the continued fraction DLMF 8.17.22 and inverted by Newton's steps.
From 100,000 degrees of freedom on, the series of Abramowitz & Stegun 26.7.5 is exact to the last digit.
"""

import math
from collections.abc import Iterator
from functools import lru_cache
from itertools import count
from statistics import NormalDist

SERIES_FROM = 100_000.0
_TINY = 1e-300


@lru_cache(maxsize=4096)
def quantile(p: float, df: float) -> float:
    """The t below which a share ``p`` lies, 0 < p < 1, with ``df`` >= 1 degrees of freedom (not only whole ones)."""
    if p == 0.5:
        return 0.0
    if p < 0.5:
        return -quantile(1 - p, df)
    return _by_series(p, df) if df >= SERIES_FROM else _by_newton(p, df)


def upper_tail(t: float, df: float) -> float:
    """P(T > t), for t > 0."""
    a, b = df / 2, 0.5
    x, rest = df / (df + t * t), t * t / (df + t * t)
    front = math.exp(-a * math.log1p(t * t / df) - _log_beta(a)) * math.sqrt(rest)
    if x < (a + 1) / (a + b + 2):
        return front / a / _fraction(a, b, x) / 2
    return (1 - front / b / _fraction(b, a, rest)) / 2


def f_upper_tail(f: float, above: float, below: float) -> float:
    """P(F > f) for f >= 0, with ``above`` and ``below`` degrees of freedom: I_x(below/2, above/2), x = below / (below + above·f).

    (Abramowitz & Stegun 26.6.2.)
    """
    if f <= 0:
        return 1.0
    a, b, x, rest = below / 2, above / 2, below / (below + above * f), above * f / (below + above * f)
    front = math.exp(a * math.log(x) + b * math.log(rest) + math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b))
    if x < (a + 1) / (a + b + 2):
        return front / a / _fraction(a, b, x)
    return 1 - front / b / _fraction(b, a, rest)


def _by_newton(p: float, df: float) -> float:
    """Newton's steps on P(T > t) = 1 - p. From below the root no step goes too far, as the tail is convex."""
    t = NormalDist().inv_cdf(p) if df < 5 else _by_series(p, df)
    for _ in range(100):
        step = (upper_tail(t, df) - (1 - p)) / _density(t, df)
        t += step
        if abs(step) <= 1e-9 * t:  # the next one would be below the last digit
            break
    return t


def _by_series(p: float, df: float) -> float:
    """Abramowitz & Stegun 26.7.5; what is left out is of the order df⁻⁵."""
    x = NormalDist().inv_cdf(p)
    terms = (
        (x**3 + x) / 4,
        (5 * x**5 + 16 * x**3 + 3 * x) / 96,
        (3 * x**7 + 19 * x**5 + 17 * x**3 - 15 * x) / 384,
        (79 * x**9 + 776 * x**7 + 1482 * x**5 - 1920 * x**3 - 945 * x) / 92160,
    )
    return x + sum(term / df**power for power, term in enumerate(terms, start=1))


def _density(t: float, df: float) -> float:
    return math.exp(-(df + 1) / 2 * math.log1p(t * t / df) - _log_beta(df / 2)) / math.sqrt(df)


def _log_beta(a: float) -> float:
    """log B(a, 1/2); from 20 on by the series of log Γ(a + 1/2) / Γ(a) (DLMF 5.11.8), as large logarithms would cancel digits."""
    half = math.log(math.pi) / 2
    if a < 20:
        return half + math.lgamma(a) - math.lgamma(a + 0.5)
    terms = (-1 / 8, 1 / 192, -1 / 640, 17 / 14336, -31 / 18432)
    return half - math.log(a) / 2 - sum(term / a ** (2 * power + 1) for power, term in enumerate(terms))


def _fraction(a: float, b: float, x: float) -> float:
    """1 + d1/(1 + d2/(1 + …)), by Lentz's method as modified by Thompson and Barnett (1986)."""
    value, c, d = 1.0, 1.0, 0.0
    for term in _terms(a, b, x):
        d = 1 / (1 + term * d or _TINY)
        c = 1 + term / c or _TINY
        value *= c * d
        if abs(c * d - 1) < 3e-16:
            break
    return value


def _terms(a: float, b: float, x: float) -> Iterator[float]:
    """DLMF 8.17.23: d1, d2, …"""
    for m in count():
        yield -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        yield (m + 1) * (b - m - 1) * x / ((a + 2 * m + 1) * (a + 2 * m + 2))
