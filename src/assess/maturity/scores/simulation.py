"""What if: the same score with some items' means moved. Pure; nothing is written.

The set of scored items stays as it is. In a node of several groups a change moves the mean of each by as many levels, within
the ladder. Sensitive items and those that protect them cannot be moved, and staged levels see the middle of their bands only,
so that no sequence of questions tells more of them than the results do.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from assess.maturity.model import Imported
from assess.maturity.scores.changes import Change, shifts_of
from assess.maturity.scores.derivation import Derived, Facts, ItemMean, derived, shifted
from assess.maturity.scores.exact import Exact, said
from assess.maturity.scores.flipping import Flip, flip_of, weakest_of
from assess.maturity.scores.lines import Line
from assess.maturity.scores.simulation_sentences import APPLIED_TO_ALL, APPLIED_TO_ONE, flips, stays
from assess.maturity.scores.staging import StagedMoved, staged_moved
from assess.words import Key, Text


class NewSimulation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What would be different in a score."""

    score_id: UUID
    changes: Annotated[list[Change], Meta(max_length=200)]


class Moved(Struct, frozen=True, kw_only=True):
    """A result as it is and as it would be, in levels."""

    of: str
    name: Text
    before: Exact
    after: Exact


class WeakestMoved(Struct, frozen=True, kw_only=True):
    """The weakest step of a process as it is and as it would be."""

    process: Key
    before: Key | None
    after: Key | None


class SmallestFlip(Struct, frozen=True, kw_only=True):
    """The smallest change of one item after which another step of the process is the weakest; ``item`` absent: none is enough.

    levels: the change, exactly as ``raise`` takes it. answers: about so many, each one level higher (lower), would make it.
    """

    process: Key
    weakest: Key | None
    instead: Key | None
    item: Key | None
    levels: Exact | None
    before: Exact | None
    after: Exact | None
    answers: int | None
    sentence: Text


class Simulation(Struct, frozen=True, kw_only=True):
    """What would be: items that were changed, all scored steps and processes, the overall score, staged levels.

    smallest_flip: of the score as it is, not as it would be. imported: as in the results.
    """

    score_id: UUID
    imported: Imported | None
    items: list[Moved]
    steps: list[Moved]
    processes: list[Moved]
    overall: Moved | None
    weakest: list[WeakestMoved]
    staged: list[StagedMoved]
    smallest_flip: list[SmallestFlip]
    note: Text


def compute(facts: bytes, changes: bytes) -> bytes:
    """``simulate`` in a worker: Facts and changes in JSON to a Simulation in JSON; raises ChangeRefused."""
    decoded = msgspec.json.decode(facts, type=Facts)
    return msgspec.json.encode(simulate(decoded, msgspec.json.decode(changes, type=list[Change])))


def simulate(facts: Facts, changes: Sequence[Change]) -> Simulation:
    """The score as it would be. Raises ChangeRefused with every change that cannot be."""
    before = derived(facts)
    shifts = shifts_of(before, changes)
    after = derived(facts, shifts)
    places = range(len(before.asked))
    return Simulation(
        score_id=facts.score.score_id,
        imported=facts.score.imported,
        items=_moved(_items(before, shifts), _items(after, shifts)),
        steps=_moved(_steps_of(before), _steps_of(after)),
        processes=_moved(before.processes, after.processes),
        overall=next(iter(_moved([before.root], [after.root])), None),
        weakest=[
            WeakestMoved(
                process=before.asked[place].process.key,
                before=weakest_of(before, place),
                after=weakest_of(after, place),
            )
            for place in places
        ],
        staged=staged_moved(before, after),
        smallest_flip=[_flip(before, place) for place in places],
        note=APPLIED_TO_ONE if all(asked.whole for asked in before.asked if asked.groups) else APPLIED_TO_ALL,
    )


def _moved(before: Sequence[Line], after: Sequence[Line]) -> list[Moved]:
    return [
        Moved(of=was.of, name=was.name, before=said(was.value), after=said(is_.value))
        for was, is_ in zip(before, after, strict=True)
        if was.value is not None and is_.value is not None
    ]


def _items(score: Derived, shifts: Mapping[Key, Fraction]) -> list[Line]:
    return [each.line for (_, key), each in score.items.items() if key in shifts]


def _steps_of(score: Derived) -> list[Line]:
    return [part for process in score.processes for part in process.parts if part.kind == "step"]


def _flip(score: Derived, place: int) -> SmallestFlip:
    process = score.asked[place].process
    found = flip_of(score, place)
    weakest = weakest_of(score, place)
    if not isinstance(found, Flip):
        return SmallestFlip(
            process=process.key,
            weakest=weakest,
            instead=None,
            item=None,
            levels=None,
            before=None,
            after=None,
            answers=None,
            sentence=stays(process.title, found),
        )
    item = score.items[place, found.item.key]
    was, would_be = item.mean or Fraction(0), _mean_after(item, found.levels)
    return SmallestFlip(
        process=process.key,
        weakest=weakest,
        instead=found.instead.of,
        item=found.item.key,
        levels=said(found.levels),
        before=said(was),
        after=said(would_be),
        answers=found.answers,
        sentence=flips(found, process.title, was, would_be),
    )


def _mean_after(item: ItemMean, levels: Fraction) -> Fraction:
    """The item's mean with each group's moved by so many levels, within the ladder."""
    groups = [part for part in item.line.parts if part.share is not None and part.value is not None]
    if not groups:
        return shifted(item.item, item.mean or Fraction(0), {item.item.key: levels})
    return sum(
        (
            (part.share or Fraction(0)) * shifted(item.item, part.value or Fraction(0), {item.item.key: levels})
            for part in groups
        ),
        Fraction(0),
    )
