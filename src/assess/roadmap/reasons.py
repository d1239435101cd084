"""Reasons: why an action is in the plan and stands where it stands, and why another found no place."""

from collections.abc import Sequence

from assess.roadmap import wording
from assess.roadmap.model import Action, Dropped, Gap, Why
from assess.roadmap.outline import Outline
from assess.roadmap.planning import Block, Left, Placed
from assess.roadmap.ranking import Ranked
from assess.words import Key, Text


def reasons(place: Placed, gaps: Sequence[Gap], outline: Outline) -> list[Why]:
    """Which gaps a placed action closes, for whom, what it opens, and why it starts when it starts."""
    each = outline.ranked[place.key]
    return [
        *_worth(each, gaps, outline),
        *_kpis(each, place),
        *_opens(place.key, outline),
        *_timing(each, place, outline),
    ]


def decision_reasons(each: Ranked, outline: Outline) -> list[Why]:
    """What must be measured before phase 3 is work."""
    return [wording.gate_not_measured(outline.step_titles(gain.room.item.step for gain in each.gains))]


def dropped(left: Left, outline: Outline) -> Dropped:
    """An action with a use that found no place."""
    action = outline.ranked[left.key].action
    text = _regret(left, action, outline)
    return Dropped(action=action.key, title=action.title, phase=action.phase, reason=left.reason, text=text)


def _worth(each: Ranked, gaps: Sequence[Gap], outline: Outline) -> list[Why]:
    core = [wording.core_set_up(outline.process_title(each.action.process))] if each.action.core else []
    items = dict.fromkeys(gap.item for gap in gaps)
    sensitive = {gain.room.item.key for gain in each.gains if gain.room.item.sensitive}
    return [
        *core,
        *(wording.closes_gap([gap for gap in gaps if gap.item == item], banded=item in sensitive) for item in items),
        *wording.read_above(gaps),
    ]


def _kpis(each: Ranked, place: Placed) -> list[Why]:
    raised = {cell.item for cell, gain in place.credited.items() if cell.rung is not None and gain}
    labels = {gain.room.item.key: gain.room.item.label for gain in each.gains if gain.room.item.key in raised}
    return [wording.raises_kpis(list(labels.values()))] if labels else []


def _opens(key: Key, outline: Outline) -> list[Why]:
    waiting = [place.key for place in outline.placed if key in outline.ranked[place.key].action.prerequisites]
    return [wording.enables([outline.title(other) for other in waiting])] if waiting else []


def _timing(each: Ranked, place: Placed, outline: Outline) -> list[Why]:
    why: list[Why] = []
    if place.waits_for is not None:
        why.append(_waits(each.action, place.waits_for, outline))
    if each.action.window is not None:
        why.append(wording.in_window(each.action.window))
    if place.block is not None and place.block.code != "window":
        why.append(_blocked(place.block, outline))
    return why or [wording.first_possible()]


def _waits(action: Action, awaited: Key, outline: Outline) -> Why:
    other = outline.ranked[awaited].action
    if awaited in action.prerequisites:
        return wording.after_prerequisite(other.title, outline.end_day(awaited))
    return wording.after_core(other.title, outline.process_title(other.process), outline.end_day(awaited))


def _blocked(block: Block, outline: Outline) -> Why:
    team, day = outline.team_name(block.team), outline.calendar.first_day(block.month)
    if block.code == "change_load":
        return wording.change_load_full(team, day)
    return wording.capacity_full(team, day, block.used, block.limit, block.wanted)


def _regret(left: Left, action: Action, outline: Outline) -> Text:
    months = outline.calendar.months
    if left.block is not None:
        return wording.no_room(outline.team_name(left.block.team), months)
    if left.other is not None:
        title = outline.title(left.other)
        return wording.excluded(title) if left.reason == "excluded" else wording.needs_dropped(title)
    if left.reason == "window" and action.window is not None:
        return wording.no_season(action.window)
    return wording.covered() if left.reason == "already_covered" else wording.too_late(months)
