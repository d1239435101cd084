"""Lint of the action library: every rule that its types cannot say.

Each rule is a function from a library and the questions that are asked to the flaws it finds; ``lint`` runs all of them.
"""

from collections.abc import Callable, Iterable, Iterator
from graphlib import CycleError, TopologicalSorter
from typing import get_args

from msgspec import Struct

from assess.questionnaire.flaw import Flaw, Place, found
from assess.questionnaire.model import Kind, Questionnaire
from assess.questionnaire.wording import of_texts
from assess.roadmap.gaps import exact
from assess.roadmap.model import Action, Library
from assess.tenancy.model import TeamFunction
from assess.words import LANGUAGES, Key


class Asked(Struct, frozen=True):
    """What the published questionnaires ask: their processes, and the kind of each item."""

    processes: frozenset[Key]
    items: dict[Key, Kind]


def lint(library: Library, questionnaires: Iterable[Questionnaire]) -> list[Flaw]:
    """Everything wrong with ``library`` beside ``questionnaires``."""
    processes = [process for questionnaire in questionnaires for process in questionnaire.processes]
    items = {item.key: item.kind for process in processes for item in process.items()}
    asked = Asked(frozenset(process.key for process in processes), items)
    return [flaw for rule in _RULES for flaw in rule(library, asked)]


def _keys_are_unique(library: Library, _: Asked) -> Iterator[Flaw]:
    keys = {"roles": [role.key for role in library.roles], "actions": [action.key for action in library.actions]}
    for place, names in keys.items():
        for n, name in enumerate(names):
            if name in names[:n]:
                yield found("duplicate_key", "The same key stands twice", (place, n, "key"), received=name)


def _every_practice_has_an_action(library: Library, asked: Asked) -> Iterator[Flaw]:
    aimed_at = {target.item for action in library.actions for target in action.targets}
    for item, kind in asked.items.items():
        if kind is Kind.PRACTICE and item not in aimed_at:
            yield found("no_action", "No action aims at this practice", ("actions",), received=item)


def _items_exist(library: Library, asked: Asked) -> Iterator[Flaw]:
    for place, action in _actions(library):
        for field, kind in (("targets", Kind.PRACTICE), ("kpi_targets", Kind.KPI)):
            keys = [target.item for target in getattr(action, field)]
            for n, key in enumerate(keys):
                if asked.items.get(key) is not kind:
                    yield found(
                        "unknown_item", f"There is no such {kind.value}", (*place, field, n, "item"), received=key
                    )
                if key in keys[:n]:
                    yield found(
                        "duplicate_target", "The same item stands twice", (*place, field, n, "item"), received=key
                    )
        if not (action.targets or action.kpi_targets):
            yield found("no_target", "An action aims at something", place, received=action.key)


def _rungs_rise(library: Library, _: Asked) -> Iterator[Flaw]:
    for place, action in _actions(library):
        for n, target in enumerate(action.kpi_targets):
            if target.from_rung >= target.to_rung:
                yield found("rungs", "An action makes a rung rise", (*place, "kpi_targets", n), received=target.to_rung)


def _references_exist(library: Library, asked: Asked) -> Iterator[Flaw]:
    phases = {action.key: action.phase for action in library.actions}
    for place, action in _actions(library):
        if action.process not in asked.processes:
            yield found("unknown_process", "No questionnaire asks it", (*place, "process"), received=action.process)
        for field in ("prerequisites", "mutex"):
            for n, key in enumerate(getattr(action, field)):
                if key not in phases or key == action.key:
                    yield found("unknown_action", "There is no such other action", (*place, field, n), received=key)
        for n, key in enumerate(action.prerequisites):
            if phases.get(key, 0) > action.phase:
                yield found(
                    "later_phase", "A prerequisite has no later phase", (*place, "prerequisites", n), received=key
                )


def _core_is_phase_one(library: Library, _: Asked) -> Iterator[Flaw]:
    for place, action in _actions(library):
        if action.core and action.phase != 1:
            yield found(
                "core_phase", "Core actions set up: phase 1", (*place, "phase"), received=action.phase, example=1
            )


def _nothing_waits_for_itself(library: Library, _: Asked) -> Iterator[Flaw]:
    try:
        TopologicalSorter({action.key: action.prerequisites for action in library.actions}).prepare()
    except CycleError as error:
        yield found("cycle", "These actions wait for each other", ("actions",), received=error.args[1])


def _roles_exist(library: Library, _: Asked) -> Iterator[Flaw]:
    roles = {role.key for role in library.roles}
    for place, action in _actions(library):
        named = [((*place, "role"), action.role), ((*place, "first_step", "role"), action.first_step.role)]
        named += [((*place, "demand", n, "role"), part.role) for n, part in enumerate(action.demand)]
        for where, role in named:
            if role not in roles:
                yield found("unknown_role", "There is no such role", where, received=role, example=sorted(roles)[0])


def _functions_exist(library: Library, _: Asked) -> Iterator[Flaw]:
    functions = get_args(TeamFunction)
    for n, role in enumerate(library.roles):
        for m, function in enumerate(role.functions):
            if function not in functions:
                yield found("unknown_function", "No team has it", ("roles", n, "functions", m), received=function)


def _demand_adds_up(library: Library, _: Asked) -> Iterator[Flaw]:
    for place, action in _actions(library):
        total = sum(exact(part.person_days) for part in action.demand)
        if total != exact(action.internal_pd):
            detail = "The demand adds up to the internal person-days"
            yield found("demand_sum", detail, (*place, "demand"), received=float(total), example=action.internal_pd)
        for n, part in enumerate(action.demand):
            if part.month >= action.duration:
                detail = "Work lies within the action’s months"
                yield found("month_after_end", detail, (*place, "demand", n, "month"), received=part.month)


def _windows_are_long_enough(library: Library, _: Asked) -> Iterator[Flaw]:
    for place, action in _actions(library):
        if action.window and (action.window.latest - action.window.earliest) % 12 + 1 < action.duration:
            yield found(
                "short_window", "The window holds the whole action", (*place, "window"), received=action.duration
            )


def _texts_are_complete(library: Library, _: Asked) -> Iterator[Flaw]:
    if set(library.languages) != set(LANGUAGES):
        yield found("languages", "The library is written in every language", ("languages",), received=library.languages)
    yield from of_texts(library, LANGUAGES)


def _actions(library: Library) -> Iterator[tuple[Place, Action]]:
    return ((("actions", n), action) for n, action in enumerate(library.actions))


_RULES: tuple[Callable[[Library, Asked], Iterable[Flaw]], ...] = (
    _keys_are_unique,
    _every_practice_has_an_action,
    _items_exist,
    _rungs_rise,
    _references_exist,
    _core_is_phase_one,
    _nothing_waits_for_itself,
    _roles_exist,
    _functions_exist,
    _demand_adds_up,
    _windows_are_long_enough,
    _texts_are_complete,
)
