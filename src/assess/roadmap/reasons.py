"""Reasons: why an action is in the plan and stands where it stands, and why another found no place."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from assess.roadmap import wording
from assess.roadmap.model import Action, Dropped, Gap, PlanningFacts, Why
from assess.roadmap.months import Calendar
from assess.roadmap.planning import Block, Left, Placed, Schedule
from assess.roadmap.ranking import Ranked
from assess.words import Key, Text


class Outline(Struct, frozen=True):
    """What the parts of a plan are written from."""

    facts: PlanningFacts
    calendar: Calendar
    ranked: dict[Key, Ranked]
    before: dict[Key, frozenset[Key]]
    schedule: Schedule
    processes: dict[Key, Text]
    steps: dict[Key, Text]


def _worth(each: Ranked, gaps: Sequence[Gap], place: Placed, outline: Outline) -> list[Why]:
    """Which gap it closes, for whom, and what it opens."""
    why = [wording.core_set_up(outline.processes[each.action.process])] if each.action.core else []
    for item in dict.fromkeys(gap.item for gap in gaps):
        why.append(wording.closes_gap([gap for gap in gaps if gap.item == item]))
    raised = {cell.item for cell, gain in place.credited.items() if cell.rung is not None and gain}
    labels = {gain.room.item.key: gain.room.item.label for gain in each.crew.gains if gain.room.item.key in raised}
    if labels:
        why.append(wording.raises_kpis(list(labels.values())))
    opened = [
        outline.ranked[other.key].action.title
        for other in outline.schedule.placed
        if each.action.key in outline.ranked[other.key].action.prerequisites
    ]
    return [*why, wording.enables(opened)] if opened else why


def _place(each: Ranked, place: Placed, outline: Outline) -> list[Why]:
    """Why it stands where it stands."""
    why: list[Why] = []
    if place.waits_for is not None:
        why.append(_waits(each.action, place.waits_for, outline))
    if each.action.window is not None:
        why.append(wording.in_window(each.action.window))
    if place.block is not None and place.block.code != "window":
        why.append(_blocked(place.block, outline))
    return [wording.first_possible()] if not why and place.start == 0 else why


def _waits(action: Action, awaited: Key, outline: Outline) -> Why:
    other = outline.ranked[awaited].action
    end = next(_end(place, outline) for place in outline.schedule.placed if place.key == awaited)
    day = outline.calendar.last_day(end)
    if awaited in action.prerequisites:
        return wording.after_prerequisite(other.title, day)
    return wording.after_core(other.title, outline.processes[other.process], day)


def _blocked(block: Block, outline: Outline) -> Why:
    team, day = _team_name(block.team, outline), outline.calendar.first_day(block.month)
    if block.code == "change_load":
        return wording.change_load_full(team, day)
    return wording.capacity_full(team, day, block.used, block.limit, block.wanted)


def _dropped(left: Left, outline: Outline) -> Dropped:
    action = outline.ranked[left.key].action
    return Dropped(
        action=action.key,
        title=action.title,
        phase=action.phase,
        reason=left.reason,
        text=_regret(left, action, outline),
    )


def _regret(left: Left, action: Action, outline: Outline) -> Text:
    """Why an action found no place."""
    months = outline.calendar.months
    if left.block is not None:
        return wording.no_room(_team_name(left.block.team, outline), months)
    if left.other is not None:
        title = outline.ranked[left.other].action.title
        return wording.excluded(title) if left.reason == "excluded" else wording.needs_dropped(title)
    if left.reason == "window" and action.window is not None:
        return wording.no_season(action.window)
    return wording.covered() if left.reason == "already_covered" else wording.too_late(months)


def _team_name(team: UUID | None, outline: Outline) -> str:
    return next(each.name for each in outline.facts.teams if each.id == team)


def _touches(each: Ranked, steps: set[Key | None]) -> bool:
    return any(gain.room.item.step in steps for gain in each.crew.gains)


def _end(place: Placed, outline: Outline) -> int:
    return place.start + outline.ranked[place.key].action.duration - 1


def _process_titles(facts: PlanningFacts) -> dict[Key, Text]:
    return {process.key: process.title for body in facts.questionnaires.values() for process in body.processes}


def _step_titles(facts: PlanningFacts) -> dict[Key, Text]:
    steps = [step for body in facts.questionnaires.values() for process in body.processes for step in process.steps]
    return {step.key: step.title for step in steps}


