"""Staged levels that would be: from what is published only, of a sensitive item the middle of its band.

So no sequence of questions tells more of sensitive items than the results do; where a level depends on where in its band one
lies, it is not foretold.
"""

from collections.abc import Sequence

from msgspec import Struct

from assess.maturity.model import State, StepResult
from assess.maturity.scores.derivation import Derived
from assess.maturity.scores.lines import Line
from assess.maturity.stages import LEARNING_STEP, Climb, Condition, Evidence, StagedItem, climbed
from assess.questionnaire.model import Step


class StagedMoved(Struct, frozen=True, kw_only=True):
    """The staged level of a step, a process or the whole as it is and as it would be, with what would stop the next one.

    after: absent where it depends on where in its band a sensitive item lies.
    """

    of: str
    before: int
    after: int | None
    blocked_by: list[Condition]


def staged_moved(before: Derived, after: Derived) -> list[StagedMoved]:
    """The steps' levels, then those of the processes, then the whole one's: each the lowest of those that it stands on."""
    found = []
    processes = []
    for place, (was, is_) in enumerate(zip(before.processes, after.processes, strict=True)):
        steps = _steps(before, after, place)
        found += steps
        if was.staged is not None and was.staged.level is not None and is_.state is State.SCORED:
            process = _lowest(was, steps)
            found.append(process)
            processes += [process] if before.asked[place].process.in_overall else []
    if before.root.staged is not None and before.root.staged.level is not None:
        found.append(_lowest(before.root, processes))
    return found


def _lowest(line: Line, parts: Sequence[StagedMoved]) -> StagedMoved:
    """A chain stands where its weakest part stands; not told when a part is not."""
    level = (line.staged.level if line.staged else None) or 1
    told = [part for part in parts if part.after is not None]
    if len(told) < len(parts) or not told:
        return StagedMoved(of=line.of, before=level, after=None, blocked_by=[])
    weakest = min(told, key=lambda part: part.after or 0)
    return StagedMoved(of=line.of, before=level, after=weakest.after, blocked_by=weakest.blocked_by)


def _steps(before: Derived, after: Derived, place: int) -> list[StagedMoved]:
    asked = before.asked[place]
    published = {step.key: step for step in asked.found.steps}
    return [
        _moved_step(published[step.key], _climb(before, place, step), _climb(after, place, step))
        for step in asked.process.steps
        if _level_of(published[step.key])
    ]


def _level_of(step: StepResult) -> int:
    """The published level, 0 without one."""
    return (step.staged.level if step.staged else None) or 0


def _moved_step(published: StepResult, was: Climb, is_: Climb) -> StagedMoved:
    """What is published stays when nothing it stands on has moved; where bands do not explain it, nothing is foretold."""
    known = published.staged
    explained = known is not None and (was.staged.level, was.staged.blocked_by) == (known.level, known.blocked_by)
    after = known if is_ == was else is_.staged if explained else None
    return StagedMoved(
        of=published.key,
        before=_level_of(published),
        after=after.level if after else None,
        blocked_by=after.blocked_by if after else [],
    )


def _climb(score: Derived, place: int, step: Step) -> Climb:
    """A step's level from what is published of it: of a banded item the middle of its band."""
    lines = score.parts(place)
    published = {item.key: item for found in score.asked[place].found.steps for item in found.items}
    means = [score.items[place, item.key] for item in step.items]
    evidence = Evidence(
        value=_float(lines.get(step.key)) or 0.0,
        items=[
            StagedItem(
                weight=each.item.weight,
                gate=each.item.gate,
                mean=published[each.item.key].result.value if each.banded else _float(each.line),
            )
            for each in means
            if each.line.state is not State.NOT_APPLICABLE
        ],
        kpi=_float(lines.get(f"{score.asked[place].process.key}:kpis")),
        learning=_float(score.step(LEARNING_STEP)),
    )
    return climbed(evidence, value=evidence.value, kpi=evidence.kpi, learning=evidence.learning)


def _float(line: Line | None) -> float | None:
    return None if line is None or line.value is None else float(line.value)
