"""The least that would change the weakest step: for each process, the smallest shift of one item after which another step is.

How firm a finding is can be told by what it would take to overturn it. A step's value moves with an item in proportion to the
item's share, group by group, until a group's mean reaches the end of the ladder: piecewise linear, solved exactly.
"""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from math import ceil

from msgspec import Struct

from assess.maturity.model import State
from assess.maturity.scores.derivation import Asked, Derived, ItemMean
from assess.maturity.scores.exact import HIGHEST, LOWEST, unit
from assess.maturity.scores.lines import Line
from assess.questionnaire.model import Item, Kind
from assess.words import Key

JUST_MORE = Fraction(1001, 1000)
"""Where reaching a value is not enough, a thousandth more than it takes to reach it."""


class Lever(Struct, frozen=True):
    """An item in one group: the step's levels for one level of its mean, the room that is left for it, and the people."""

    weight: Fraction
    room: Fraction
    people: int


class Flip(Struct, frozen=True, kw_only=True):
    """A shift of an item by ``levels`` (with its sign) that makes ``instead`` the weakest step, not ``weakest``.

    answers: about so many answers, each one level of its own scale higher (lower), make the shift.
    """

    weakest: Line
    instead: Line
    item: Item
    levels: Fraction
    answers: int


class NoFlip(Struct, frozen=True):
    """Why there is none: ``unscored`` (not two scored steps), ``tied`` (any change would do), ``out_of_reach`` of one item."""

    why: str


def flip_of(score: Derived, place: int) -> Flip | NoFlip:
    """The smallest flip of the process at that place; of equally small ones the first, raising before lowering."""
    asked = score.asked[place]
    steps = scored_steps(score, place)
    if len(steps) < 2:
        return NoFlip("unscored")
    weakest = min(steps, key=value_of)
    others = [step for step in steps if step is not weakest]
    if any(step.value == weakest.value for step in others):
        return NoFlip("tied")
    items = {each.item.key: each for (at, _), each in score.items.items() if at == place and not each.banded}
    order = [step.of for step in steps]
    found = [*_raised(asked, items, weakest, min(others, key=value_of), order)]
    for step in others:
        found += _lowered(asked, items, weakest, step, order)
    return min(found, key=lambda flip: abs(flip.levels), default=None) or NoFlip("out_of_reach")


def scored_steps(score: Derived, place: int) -> list[Line]:
    """The scored steps of a process that may be told, in their order."""
    asked = score.asked[place]
    line = score.processes[place]
    if not asked.seen or asked.indicative:
        return []
    return [part for part in line.parts if part.kind == "step" and part.state is State.SCORED]


def weakest_of(score: Derived, place: int) -> Key | None:
    """The lowest scored step of a process, the first of equals."""
    steps = scored_steps(score, place)
    return min(steps, key=value_of).of if steps else None


def value_of(line: Line) -> Fraction:
    """The value of a scored line."""
    return line.value or Fraction(0)


def _raised(
    asked: Asked, items: Mapping[Key, ItemMean], weakest: Line, second: Line, order: Sequence[str]
) -> Iterator[Flip]:
    """Each item of the weakest step, raised until the second weakest is the weakest."""
    needed, reaching = value_of(second) - value_of(weakest), order.index(second.of) < order.index(weakest.of)
    for item, levers in _levers(asked, items, weakest, upwards=True):
        levels = least_shift(levers, needed, reaching=reaching)
        if levels is not None:
            yield Flip(
                weakest=weakest, instead=second, item=item, levels=levels, answers=_answers(item, levers, levels)
            )


def _lowered(
    asked: Asked, items: Mapping[Key, ItemMean], weakest: Line, step: Line, order: Sequence[str]
) -> Iterator[Flip]:
    """Each item of another step, lowered until that step is the weakest."""
    needed, reaching = value_of(step) - value_of(weakest), order.index(step.of) < order.index(weakest.of)
    for item, levers in _levers(asked, items, step, upwards=False):
        levels = least_shift(levers, needed, reaching=reaching)
        if levels is not None:
            yield Flip(weakest=weakest, instead=step, item=item, levels=-levels, answers=_answers(item, levers, levels))


def _levers(
    asked: Asked, items: Mapping[Key, ItemMean], step: Line, *, upwards: bool
) -> Iterator[tuple[Item, list[Lever]]]:
    """The items of a step whose means may be told, with their levers in its groups."""
    groups = [(Fraction(1), step.parts)] if asked.whole else [(group.share, group.parts) for group in step.parts]
    found: dict[Key, list[Lever]] = {}
    for share, parts in groups:
        for part in parts:
            key = part.of.partition("@")[0]
            if share and part.share and key in items:
                end = HIGHEST[Kind.PRACTICE] if upwards else LOWEST[Kind.PRACTICE]
                lever = Lever(share * part.share, abs(end - value_of(part)), part.n or 0)
                found.setdefault(key, []).append(lever)
    for key, levers in found.items():
        yield items[key].item, levers


def least_shift(levers: Sequence[Lever], needed: Fraction, *, reaching: bool) -> Fraction | None:
    """The least shift of all means, each within its room, that moves the step by ``needed`` > 0: to it, or just past it."""
    weight = sum((lever.weight for lever in levers), Fraction(0))
    start = moved = Fraction(0)
    for lever in sorted(levers, key=lambda lever: lever.room):
        reach = moved + weight * (lever.room - start)
        if reach >= needed and weight:
            shift = start + (needed - moved) / weight
            return shift if reaching else _past(levers, shift, needed)
        start, moved, weight = lever.room, reach, weight - lever.weight
    return None


def _past(levers: Sequence[Lever], shift: Fraction, needed: Fraction) -> Fraction | None:
    shift *= JUST_MORE
    moved = sum((lever.weight * min(shift, lever.room) for lever in levers), Fraction(0))
    return shift if moved > needed else None


def _answers(item: Item, levers: Sequence[Lever], levels: Fraction) -> int:
    total = sum((lever.people * min(levels, lever.room) for lever in levers), Fraction(0))
    return ceil(total / unit(item))
