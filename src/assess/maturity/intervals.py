"""How sure a composite is: 95 % intervals for finite teams.

The value is linearised: each person moves it by u_r = Σᵢ cᵢ·1[answered]·(x_ri - mᵢ)/nᵢ, with cᵢ the weight of the item in the
composite. In a group of n people out of N, s²_lin = n·(n/(n-1))·Σ u_r², smoothed by a light prior so that unanimity of a
few is no certainty: s² = ((n-1)·s²_lin + ν₀v₀)/(n-1+ν₀), and SE = √(s²/n·(1-n/N)), with Student's t of n-1+ν₀ degrees of freedom.
The finite-population correction 1-n/N makes a census certain. Groups of a parent are strata: SE² = Σ h²·SE²_group, with h the
group's share of the composite. (Linearisation, strata: Särndal, Swensson & Wretman 1992, ch. 5; correction: Cochran 1977, ch. 2.)
"""

from collections.abc import Iterable, Sequence
from math import fsum, sqrt
from uuid import UUID

from msgspec import Struct

from assess.maturity.model import Interval
from assess.maturity.student import quantile

PRIOR_PEOPLE = 2
"""ν₀: how many people's worth of spread the prior is."""
PRIOR_VARIANCE = 0.7
"""v₀, in squared levels."""
UPPER = 0.975

Residuals = list[float | None]


class Stratum(Struct, frozen=True):
    """A group's part in a composite. share: h. residuals: by node the u_r of its people, times h; none: did not answer."""

    share: float
    headcounts: dict[UUID, int]
    residuals: dict[UUID, Residuals]

    @property
    def people(self) -> int:
        """n: those who answered something that counts."""
        return sum(residual is not None for rows in self.residuals.values() for residual in rows)

    @property
    def headcount(self) -> int:
        """N: those invited."""
        return max(sum(self.headcounts.values()), self.people)


class Estimate(Struct, frozen=True):
    """A composite's value, the strata it is made of, and the share 0–1 of the invited people whom these strata are."""

    value: float
    covered: float
    strata: list[Stratum]

    @property
    def people(self) -> int:
        """n: those who answered something that counts."""
        return sum(stratum.people for stratum in self.strata)


def mixed(parts: Sequence[tuple[float, Estimate]]) -> Estimate:
    """The weighted mean of estimates, strata and all; weights need not add up to one."""
    total = fsum(weight for weight, _ in parts)
    strata = (_times(stratum, weight / total) for weight, part in parts for stratum in part.strata)
    return Estimate(
        value=fsum(weight * part.value for weight, part in parts) / total,
        covered=fsum(weight * part.covered for weight, part in parts) / total,
        strata=_joined(strata),
    )


def interval(estimate: Estimate, ladder: tuple[float, float], *, finite: bool = True) -> Interval:
    """The 95 % interval, clipped to the ladder.

    finite: what all the invited would have said (with the finite-population correction); otherwise what such people would say,
    for comparisons over time and between teams. Invited people in no stratum are people not asked: they weaken the correction.
    """
    variances = [
        (_variance(stratum, estimate.covered if finite else 0.0), _freedom(stratum)) for stratum in estimate.strata
    ]
    margin = sqrt(fsum(variance for variance, _ in variances))
    if margin:
        margin *= quantile(UPPER, _effective_freedom(variances))
    lowest, highest = ladder
    return Interval(
        low=min(estimate.value, max(lowest, estimate.value - margin)),
        high=max(estimate.value, min(highest, estimate.value + margin)),
    )


def standard_error(estimate: Estimate, *, finite: bool = True) -> float:
    """SE of the composite's value, in levels."""
    return sqrt(fsum(_variance(stratum, estimate.covered if finite else 0.0) for stratum in estimate.strata))


def _variance(stratum: Stratum, covered: float) -> float:
    """h²·s²/n·(1-φ). (n-1)·s²_lin is written n²·Σu², which exists for one person as well."""
    n = stratum.people
    squares = fsum(residual**2 for rows in stratum.residuals.values() for residual in rows if residual is not None)
    spread = (n * n * squares + PRIOR_PEOPLE * PRIOR_VARIANCE * stratum.share**2) / (n - 1 + PRIOR_PEOPLE)
    return spread / n * (1 - covered * n / stratum.headcount)


def _freedom(stratum: Stratum) -> int:
    return stratum.people - 1 + PRIOR_PEOPLE


def _effective_freedom(variances: Sequence[tuple[float, int]]) -> float:
    """(Σv)² / Σ(v²/df): Satterthwaite 1946, for strata Cochran 1977, 5.16; of one group, its own."""
    telling = [(variance, freedom) for variance, freedom in variances if variance]
    if len(telling) == 1:
        return telling[0][1]
    return fsum(variance for variance, _ in telling) ** 2 / fsum(variance**2 / freedom for variance, freedom in telling)


def _times(stratum: Stratum, factor: float) -> Stratum:
    residuals = {
        node: [None if residual is None else factor * residual for residual in rows]
        for node, rows in stratum.residuals.items()
    }
    return Stratum(stratum.share * factor, stratum.headcounts, residuals)


def _joined(strata: Iterable[Stratum]) -> list[Stratum]:
    """Strata that share people become one: the same person's residuals add up before they are squared."""
    found: dict[int, Stratum] = {}
    home: dict[UUID, int] = {}
    for number, stratum in enumerate(strata):
        for other in sorted({home[node] for node in stratum.headcounts if node in home}):
            stratum = _added(found.pop(other), stratum)  # noqa: PLW2901 - it grows by all strata that it touches
        found[number] = stratum
        home.update(dict.fromkeys(stratum.headcounts, number))
    return list(found.values())


def _added(one: Stratum, other: Stratum) -> Stratum:
    residuals = dict(one.residuals)
    for node, rows in other.residuals.items():
        residuals[node] = (
            [_sum(*pair) for pair in zip(residuals[node], rows, strict=True)] if node in residuals else rows
        )
    return Stratum(one.share + other.share, one.headcounts | other.headcounts, residuals)


def _sum(one: float | None, other: float | None) -> float | None:
    return other if one is None else one if other is None else one + other
