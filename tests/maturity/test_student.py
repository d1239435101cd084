"""Student's t: closed forms, exact sums in decimals, and what tables say."""

import math
from decimal import Decimal, getcontext

import pytest
from goldens import GOLDEN

from assess.maturity.student import SERIES_FROM, quantile, upper_tail


def exact_tail(t: float, df: int) -> Decimal:
    """P(T > t) for an even number of degrees of freedom: a finite sum (Abramowitz & Stegun 26.7.4), in 40 digits."""
    getcontext().prec = 40
    x = Decimal(t)
    sine, cosine2 = x / (df + x * x).sqrt(), df / (df + x * x)
    term = total = Decimal(1)
    for j in range(2, df - 1, 2):
        term *= Decimal(j - 1) / Decimal(j) * cosine2
        total += term
    return (1 - sine * total) / 2


def exact_error(p: str, df: int) -> float:
    """How far the quantile is from the exact one, relatively: one Newton step in 40 digits."""
    t = quantile(float(p), df)
    h = Decimal(t) * Decimal("1e-12")
    slope = (exact_tail(float(t), df) - exact_tail(float(Decimal(t) + h), df)) / h
    return float(abs((exact_tail(t, df) - (1 - Decimal(float(p)))) / slope / Decimal(t)))


@pytest.mark.parametrize("p", ["0.6", "0.75", "0.9", "0.975", "0.995", "0.9995"])
@pytest.mark.parametrize("df", [2, 4, 6, 8, 10, 20, 38, 40, 42, 100, 500, 1000, 3000])
def test_even_degrees_agree_with_their_finite_sum(p, df):
    assert exact_error(p, df) < 1e-12


@pytest.mark.parametrize("p", [0.55, 0.9, 0.975, 0.999])
def test_one_and_two_degrees_have_closed_forms(p):
    assert quantile(p, 1) == pytest.approx(math.tan(math.pi * (p - 0.5)), rel=1e-12)
    assert quantile(p, 2) == pytest.approx((2 * p - 1) / math.sqrt(2 * p * (1 - p)), rel=1e-12)


def test_the_golden_team_has_its_quantile():
    assert quantile(0.975, GOLDEN["G1"]["df"]) == pytest.approx(GOLDEN["G1"]["t"], rel=1e-12)


@pytest.mark.parametrize("df", [1.5, 6.3, 19.999, 20.001, 77.7, 12345.6])
def test_the_tail_at_the_quantile_is_what_was_asked_for(df):
    assert upper_tail(quantile(0.975, df), df) == pytest.approx(0.025, rel=1e-12)


def test_quantiles_fall_as_the_degrees_of_freedom_grow_without_a_step_where_the_methods_meet():
    degrees = [1, 1.5, 2, 3, 4.999, 5, 5.001, 39.99, 40, 40.01, 999, SERIES_FROM - 1, SERIES_FROM, SERIES_FROM + 1]
    found = [quantile(0.975, df) for df in degrees]
    assert found == sorted(found, reverse=True)
    assert quantile(0.975, SERIES_FROM) == pytest.approx(quantile(0.975, SERIES_FROM - 1e-6), rel=1e-12)


def test_quantiles_are_symmetric_about_zero():
    assert quantile(0.5, 7) == 0
    assert quantile(0.025, 7) == pytest.approx(-quantile(0.975, 7), rel=1e-12)
