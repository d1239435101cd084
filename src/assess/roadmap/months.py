"""The plan's calendar: months counted from the plan's first, and their dates."""

from calendar import monthrange
from datetime import date
from fractions import Fraction

from msgspec import Struct

AUGUST = 8


class Calendar(Struct, frozen=True):
    """``months`` months from ``start``, the first day of a month; month 0 is that month."""

    start: date
    months: int

    def first_day(self, month: int) -> date:
        """The first day of the plan's ``month``, which may lie beyond its end."""
        years, zero_based = divmod(self.start.month - 1 + month, 12)
        return date(self.start.year + years, zero_based + 1, 1)

    def last_day(self, month: int) -> date:
        """The last day of the plan's ``month``."""
        first = self.first_day(month)
        return first.replace(day=monthrange(first.year, first.month)[1])

    def within(self, month: int, earliest: int, latest: int) -> bool:
        """Whether the plan's ``month`` lies between two calendar months (1–12); 11 to 2 passes over the new year."""
        number = self.first_day(month).month
        return earliest <= number <= latest if earliest <= latest else number >= earliest or number <= latest

    def capacity(self, days: int) -> list[Fraction]:
        """Person-days of each month for a team that gives ``days`` a month; August counts half."""
        return [
            Fraction(days, 2) if self.first_day(month).month == AUGUST else Fraction(days)
            for month in range(self.months)
        ]
