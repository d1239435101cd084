"""Exact numbers: the fractions that scores are made of, and how a fraction is written and read."""

from collections.abc import Sequence
from fractions import Fraction
from math import lcm
from typing import Annotated

from msgspec import Meta, Struct

from assess.maturity.ledger import ItemTally
from assess.questionnaire.model import Item, Kind

LOWEST = {Kind.PRACTICE: Fraction(1), Kind.KPI: Fraction(0)}
HIGHEST = {Kind.PRACTICE: Fraction(5), Kind.KPI: Fraction(5)}
"""The ends of each kind's ladder."""

MIDDLE = {kind: (LOWEST[kind] + HIGHEST[kind]) / 2 for kind in Kind}
"""The base that contributions are told about: 3 for practices, 2.5 for rungs."""

Written = Annotated[str, Meta(pattern=r"^-?[0-9]{1,400}(/[0-9]{1,400})?$(?!\n)", examples=["223/75"])]


class Exact(Struct, frozen=True, kw_only=True):
    """A rational number: as a fraction in lowest terms, and as the nearest decimal."""

    exact: Written
    decimal: float


def said(number: Fraction) -> Exact:
    """``Fraction(223, 75)`` → "223/75" beside 2.973…"""
    return Exact(exact=str(number), decimal=float(number))


def fraction(number: float | str) -> Fraction:
    """What a number's shortest decimal form says (0.8 is 4/5), or a written fraction. Raises ZeroDivisionError for "1/0"."""
    return Fraction(str(number))


def total(numbers: Sequence[Fraction]) -> Fraction:
    """Their sum, over one common denominator: of many numbers much sooner than one by one."""
    common = lcm(*(number.denominator for number in numbers))
    return Fraction(sum(number.numerator * (common // number.denominator) for number in numbers), common)


def unit(item: Item) -> Fraction:
    """Levels of the ladder that one level of the item's own scale is worth: 1 for five options of a practice."""
    return (HIGHEST[item.kind] - LOWEST[item.kind]) / (item.highest - item.lowest)


def mean_of(item: Item, tally: ItemTally) -> Fraction:
    """The mean of the people who gave a level, on the ladder: lowest + span·(total/n - lowest ordinal)/(ordinals' span)."""
    low, high, ordinals = int(LOWEST[item.kind]), int(HIGHEST[item.kind]), item.highest - item.lowest
    above = (high - low) * (tally.total - item.lowest * tally.n)
    return Fraction(low * ordinals * tally.n + above, ordinals * tally.n)
