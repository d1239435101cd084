"""Changes of items' means that somebody wants to see the effect of: which are possible, and how far each moves its item."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from msgspec import Struct, field

from assess.errors import Finding, Invalid
from assess.maturity.model import State
from assess.maturity.scores.derivation import Derived, ItemMean
from assess.maturity.scores.exact import HIGHEST, LOWEST, Written, fraction
from assess.questionnaire.model import Kind
from assess.words import Key

Number = float | Written
"""A number, or a fraction as an explanation writes it ("12/25")."""


class ChangeRefused(Invalid):
    """Only a practice with a mean that may be told can be changed, to a value on its ladder."""

    title_fr = "Seule une pratique dont la moyenne peut être dite se modifie, et sur son échelle."


class Change(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An item whose mean would be ``value`` (1 to 5), or higher by ``raise`` levels (-4 to 4): one of both."""

    item: Key
    value: Number | None = None
    raised: Number | None = field(default=None, name="raise")


def shifts_of(score: Derived, changes: Sequence[Change]) -> dict[Key, Fraction]:
    """By item, the levels that its groups' means move."""
    items = {key: each for (_, key), each in reversed(score.items.items())}
    shifts: dict[Key, Fraction] = {}
    findings = []
    for place, change in enumerate(changes):
        shift = _shift(items, change, f"/changes/{place}", known=change.item in shifts)
        if isinstance(shift, Finding):
            findings.append(shift)
        else:
            shifts[change.item] = shift
    if findings:
        raise ChangeRefused("; ".join(f"{each.pointer}: {each.rule}" for each in findings), errors=findings)
    return shifts


def _shift(items: Mapping[Key, ItemMean], change: Change, at: str, *, known: bool) -> Fraction | Finding:
    """A change as a shift, or what is wrong with it."""
    found = items.get(change.item)
    movable = next((key for key, each in items.items() if _is_movable(each)), None)
    rule = "only one change of an item" if known else _unmovable(found)
    if rule or found is None or found.mean is None:
        return Finding(pointer=f"{at}/item", rule=rule or _UNKNOWN, received=change.item, example=movable)
    if (change.value is None) == (change.raised is None):
        return Finding(pointer=at, rule="either a value or a raise", example={"item": change.item, "raise": 0.5})
    if change.value is not None:
        lowest, highest = LOWEST[Kind.PRACTICE], HIGHEST[Kind.PRACTICE]
        value = _within(change.value, lowest, highest, f"{at}/value", 3.5)
        return value if isinstance(value, Finding) else value - found.mean
    return _within(change.raised or 0, Fraction(-4), Fraction(4), f"{at}/raise", 0.5)


def _within(number: Number, lowest: Fraction, highest: Fraction, at: str, example: float) -> Fraction | Finding:
    try:
        value = fraction(number)
    except ZeroDivisionError:
        value = highest + 1
    if lowest <= value <= highest:
        return value
    return Finding(pointer=at, rule=f"a number from {lowest} to {highest}", received=number, example=example)


_UNKNOWN = "an item of this score"


def _is_movable(found: ItemMean) -> bool:
    return _unmovable(found) == ""


def _unmovable(found: ItemMean | None) -> str:
    """Why an item cannot be changed; empty when it can."""
    if found is None:
        return _UNKNOWN
    if found.item.kind is not Kind.PRACTICE:
        return "a practice: a KPI's rung is changed by its record"
    if found.banded:
        return "an item that is not sensitive, and protects none that is"
    if found.line.state is not State.SCORED:
        return f"an item with a value; this one has none: {found.line.state.value}"
    return ""
