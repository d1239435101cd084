"""How good a measured value is against its target, and how sure that is.

a = clamp((v - b)/(t - b), 0, 1.2) from baseline b to target t, whichever way is better; in a band
a = 1 - clamp(distance to the band / tolerance, 0, 1). Shares have Wilson's 95 % interval (Wilson 1927).
"""

from collections.abc import Sequence
from math import inf, sqrt

from assess.maturity.kpi import OWNED
from assess.maturity.kpis.model import Direction, Measure, Sheet, Target, TargetBand
from assess.maturity.model import Attainment, AttainmentStatus, Interval, Quadrant

MOST = 1.2
"""Beyond the target a little more counts, and no further."""
PERCENT = 100
_NORMAL = 1.959963984540054
"""The 97.5 % quantile of the normal distribution."""


def wilson(numerator: int, denominator: int) -> Interval:
    """The 95 % interval of a share of counted cases, 0–1; ``denominator`` is not 0."""
    share, square = numerator / denominator, _NORMAL**2
    middle = (share + square / (2 * denominator)) / (1 + square / denominator)
    half = _NORMAL * sqrt(share * (1 - share) / denominator + square / (4 * denominator**2))
    half /= 1 + square / denominator
    low = 0.0 if numerator == 0 else middle - half
    high = 1.0 if numerator == denominator else middle + half
    return Interval(low=max(0.0, low), high=min(1.0, high))


def interval_of(measure: Measure) -> Interval | None:
    """Of a share that is known by its cases, in percent."""
    if measure.numerator is None or not measure.denominator:
        return None
    found = wilson(measure.numerator, measure.denominator)
    return Interval(low=PERCENT * found.low, high=PERCENT * found.high)


def way_done(value: float, baseline: float | None, target: Target) -> float | None:
    """The share 0–1.2 of the way from the baseline to the target; in a band 0–1, whatever the baseline."""
    if isinstance(target, TargetBand):
        distance = max(target.low - value, value - target.high, 0)
        return 1 - min(distance / target.tolerance, 1)
    if baseline is None or baseline == target:
        return None
    return min(max((value - baseline) / (target - baseline), 0.0), MOST)


def relative_gap(value: float, benchmark: float) -> float:
    """How far a value lies above (or, negative, below) a benchmark, as a share of it; ``benchmark`` is not 0."""
    return value / benchmark - 1


def attainment(sheet: Sheet, measures: Sequence[Measure]) -> Attainment | None:
    """How good the first of these values is, the newest; none when there is none."""
    if not measures:
        return None
    newest = measures[0]
    interval, target = interval_of(newest), sheet.target
    return Attainment(
        period_end=newest.period_end,
        value=newest.value,
        interval=interval,
        baseline=sheet.baseline,
        target=None if isinstance(target, TargetBand) else target,
        share=None if target is None else way_done(newest.value, sheet.baseline, target),
        status=_verdict(sheet, newest.value, interval),
    )


def _verdict(sheet: Sheet, value: float, interval: Interval | None) -> AttainmentStatus:
    """The status of a value; a share without its cases decides nothing, as nobody knows of how many it is one."""
    found = status(value, interval, sheet.target, sheet.direction)
    return "undecided" if sheet.unit == "share" and interval is None and found != "unknown" else found


def status(
    value: float, interval: Interval | None, target: Target | None, direction: Direction | None
) -> AttainmentStatus:
    """Reached only if the whole interval is on the good side, its edge included, not reached only if none of it is.

    A plain number is its own interval.
    """
    if target is None or direction is None:
        return "unknown"
    span = interval or Interval(low=value, high=value)
    low, high = _good(target, direction)
    if low <= span.low and span.high <= high:
        return "reached"
    return "not_reached" if span.high < low or high < span.low else "undecided"


def quadrant(rung: float, reached: Attainment | None) -> Quadrant:
    """Liveness (from "owned and targeted" on) × attainment: good from the target on, or when that is sure."""
    live = rung >= OWNED
    if reached is None or reached.status == "unknown":
        return "live_unknown" if live else "dead_unknown"
    if reached.status == "reached" or (reached.share or 0) >= 1:
        return "live_good" if live else "dead_good"
    return "live_bad" if live else "dead_bad"


def _good(target: Target, direction: Direction) -> tuple[float, float]:
    """Where values are good."""
    if isinstance(target, TargetBand):
        return target.low, target.high
    return (target, inf) if direction == "up" else (-inf, target)
