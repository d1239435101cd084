"""May teams be compared at all? Only if they differ more than their own people do.

One-way analysis of variance of people's composites over the K published teams, n people in all, n̄ = n/K: ICC(1) = (MSB -
MSW) / (MSB + (n̄ - 1)·MSW) is the reliability of one person's view, ICC(2) = (MSB - MSW) / MSB that of a team's mean (Shrout
& Fleiss 1979; Bliese 2000). F = MSB/MSW tests that all teams are alike.
"""

from decimal import ROUND_FLOOR, Decimal
from math import fsum, isnan

from msgspec import Struct

from assess.maturity.arrays import Floats, Ints
from assess.maturity.model import Comparability, Comparing
from assess.maturity.student import f_upper_tail
from assess.words import Key, Text

LEAST_TEAMS = 5
BANDS, RANKING = 0.5, 0.7
"""ICC(2) from which teams may be put into bands, and ranked."""


class Variance(Struct, frozen=True, kw_only=True):
    """One-way analysis of variance: mean squares between and within teams; no number where there are too few people."""

    teams: int
    people: int
    between: float
    within: float

    @property
    def icc1(self) -> float | None:
        """ICC(1)."""
        more = self.people / max(1, self.teams) - 1
        return _ratio(self.between - self.within, self.between + more * self.within)

    @property
    def icc2(self) -> float | None:
        """ICC(2)."""
        return _ratio(self.between - self.within, self.between)

    @property
    def f(self) -> float | None:
        """F; none where the people of each team are of one mind."""
        return _ratio(self.between, self.within)

    @property
    def p(self) -> float | None:
        """P(F or more) if all teams were alike."""
        if self.f is None:
            return None
        return f_upper_tail(self.f, self.teams - 1, self.people - self.teams)


def analysed(sizes: Ints, means: Floats, squares: Floats) -> Variance:
    """By team: how many people, the mean of their composites, and Σ of their squared distances from it."""
    teams, people = len(sizes), int(sizes.sum())
    if teams < 2 or people <= teams:
        return Variance(teams=teams, people=people, between=float("nan"), within=float("nan"))
    mean = fsum((sizes * means).tolist()) / people
    between = fsum((sizes * (means - mean) ** 2).tolist()) / (teams - 1)
    return Variance(teams=teams, people=people, between=between, within=fsum(squares.tolist()) / (people - teams))


def comparability(process: Key | None, found: Variance) -> Comparability:
    """Whether teams may be ranked, put into bands, or not compared, and why."""
    allowed: Comparing = "none"
    if found.icc2 is not None and found.teams >= LEAST_TEAMS and found.icc2 >= BANDS:
        allowed = "ranking" if found.icc2 >= RANKING else "bands"
    return Comparability(
        process=process,
        teams=found.teams,
        people=found.people,
        icc1=found.icc1,
        icc2=found.icc2,
        f=found.f,
        p=found.p,
        allowed=allowed,
        reason=_reason(found, allowed),
    )


def _reason(found: Variance, allowed: Comparing) -> Text:
    if found.teams < LEAST_TEAMS:
        return {
            "fr": "pas de classement\u00a0: moins de cinq équipes peuvent être comparées",
            "en": "no ranking: fewer than five teams can be compared",
        }
    if found.icc2 is None:
        return {
            "fr": "pas de classement\u00a0: les équipes ne diffèrent pas",
            "en": "no ranking: the teams do not differ",
        }
    # rounded down, as the bounds are reached from below: 0.697 is no 0.70
    rounded = Decimal(str(found.icc2)).quantize(Decimal("0.01"), ROUND_FLOOR)
    said = f"ICC(2) = {rounded}".replace("-", "\u2212")
    fr, en = {
        "none": ("pas de classement", "no ranking"),
        "bands": ("des groupes, pas de classement", "bands, no ranking"),
        "ranking": ("classement possible", "ranking possible"),
    }[allowed]
    return {"fr": f"{fr}\u00a0: {said.replace('.', ',')}", "en": f"{en}: {said}"}


def _ratio(above: float, below: float) -> float | None:
    return None if isnan(above) or isnan(below) or below == 0 else above / below
