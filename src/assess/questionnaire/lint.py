"""Lint: every rule that a questionnaire must keep before it can be published, beside the types of its file format.

Each rule is a function from a questionnaire to the flaws it finds; ``lint`` runs all of them.
"""

from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct

from assess.questionnaire import wording
from assess.questionnaire.budget import MOST_ITEMS, MOST_POINTS, longest_route, points
from assess.questionnaire.flaw import Flaw, Place, found
from assess.questionnaire.model import AllOf, Answered, AnyOf, Condition, Item, Kind, Not, Questionnaire, Step
from assess.words import Key

MOST_OPTIONS = 10
RUNGS = [0, 1, 2, 3, 4, 5]
RESERVED = frozenset({"schema", "validate"})
"""Keys that are addresses of their own under ``/questionnaires``."""


class _Placed(Struct, frozen=True):
    """An item, and where it stands; ``home``: the kind that belongs there."""

    place: Place
    item: Item
    home: Kind


def lint(questionnaire: Questionnaire) -> list[Flaw]:
    """Everything wrong with ``questionnaire``, in the order of the document; errors prevent publication."""
    flaws = [flaw for rule in _RULES for flaw in rule(questionnaire)]
    return sorted(flaws, key=lambda flaw: [part.zfill(4) for part in flaw.pointer.split("/")])


def _keys_are_free(questionnaire: Questionnaire) -> Iterator[Flaw]:
    if questionnaire.key in RESERVED:
        yield found("reserved_key", "This key is an address of the API", ("key",), received=questionnaire.key)


def _languages_are_named_once(questionnaire: Questionnaire) -> Iterator[Flaw]:
    languages = questionnaire.languages
    yield from _repeated("duplicate_language", ((("languages", n), name) for n, name in enumerate(languages)))


def _keys_are_unique(questionnaire: Questionnaire) -> Iterator[Flaw]:
    processes = ((("processes", n, "key"), process.key) for n, process in enumerate(questionnaire.processes))
    yield from _repeated("duplicate_key", processes)
    yield from _repeated("duplicate_key", (((*place, "key"), step.key) for place, step in _steps(questionnaire)))
    items = list(_items(questionnaire))
    yield from _repeated("duplicate_key", (((*placed.place, "key"), placed.item.key) for placed in items))
    compared = (((*placed.place, "comparability_key"), placed.item.comparability_key) for placed in items)
    yield from _repeated("duplicate_comparability_key", compared)


def _step_keys_are_prefix_free(questionnaire: Questionnaire) -> Iterator[Flaw]:
    """``acq-learn`` beside ``acq-learn-fast``: an item's key would not tell its step."""
    steps = list(_steps(questionnaire))
    for place, step in steps:
        longer = next((other.key for _, other in steps if other.key.startswith(f"{step.key}-")), None)
        if longer:
            yield found("step_prefix", f"This key begins {longer}", (*place, "key"), received=step.key)


def _items_stand_with_their_kind(questionnaire: Questionnaire) -> Iterator[Flaw]:
    for placed in _items(questionnaire):
        if placed.item.kind is not placed.home:
            where = "Practices stand in steps, kpi items in the process’s kpis"
            place, kind = (*placed.place, "kind"), placed.item.kind.value
            yield found("misplaced_kind", where, place, received=kind, example=placed.home.value)


def _scales_are_whole(questionnaire: Questionnaire) -> Iterator[Flaw]:
    for placed in _items(questionnaire):
        place, ordinals = (*placed.place, "levels"), [level.ordinal for level in placed.item.levels]
        if ordinals != list(range(ordinals[0], ordinals[0] + len(ordinals))):
            yield found("ordinals", "Ordinals rise by one", place, received=ordinals, example=[1, 2, 3, 4, 5])
        elif placed.item.kind is Kind.KPI and ordinals != RUNGS:
            yield found("rungs", "A kpi item has the rungs 0 to 5", place, received=ordinals, example=RUNGS)
        elif len(ordinals) > MOST_OPTIONS:
            yield found("options", "A scale has 2 to 10 options", place, received=len(ordinals), example=MOST_OPTIONS)


def _conditions_look_back(questionnaire: Questionnaire) -> Iterator[Flaw]:
    """A condition can only ask for an answer that was given before."""
    earlier: dict[Key, Item] = {}
    for placed in _items(questionnaire):
        if placed.item.visible_if is not None:
            for place, answered in _answers(placed.item.visible_if, (*placed.place, "visible_if")):
                yield from _looks_back(answered, place, placed.item, earlier)
        earlier[placed.item.key] = placed.item


def _looks_back(answered: Answered, place: Place, item: Item, earlier: dict[Key, Item]) -> Iterator[Flaw]:
    if answered.item == item.key:
        yield found("self_reference", "An item cannot depend on itself", (*place, "item"), received=answered.item)
    elif answered.item not in earlier:
        yield found("unknown_item", "Only an earlier item can be asked for", (*place, "item"), received=answered.item)
    elif not earlier[answered.item].ordinals & set(range(answered.at_least, answered.at_most + 1)):
        levels = sorted(earlier[answered.item].ordinals)
        limits = [answered.at_least, answered.at_most]
        yield found("never_true", "No level lies between these limits", place, received=limits, example=levels)


def _route_is_short(questionnaire: Questionnaire) -> Iterator[Flaw]:
    route = longest_route(questionnaire)
    cost = points(route)
    if cost > MOST_POINTS or len(route) > MOST_ITEMS:
        detail = f"One person would answer {len(route)} items, {cost:g} points"
        limit = {"items": MOST_ITEMS, "points": MOST_POINTS}
        received = {"items": len(route), "points": cost}
        yield found("too_long", detail, ("processes",), severity="warning", received=received, example=limit)


def _repeated(rule: str, named: Iterable[tuple[Place, str]]) -> Iterator[Flaw]:
    """Every name that stands a second time."""
    seen: set[str] = set()
    for place, name in named:
        if name in seen:
            yield found(rule, "The same name stands twice", place, received=name)
        seen.add(name)


def _steps(questionnaire: Questionnaire) -> Iterator[tuple[Place, Step]]:
    for p, process in enumerate(questionnaire.processes):
        for s, step in enumerate(process.steps):
            yield ("processes", p, "steps", s), step


def _items(questionnaire: Questionnaire) -> Iterator[_Placed]:
    """Every item in the order in which answers are packed."""
    for p, process in enumerate(questionnaire.processes):
        for s, step in enumerate(process.steps):
            for i, item in enumerate(step.items):
                yield _Placed(("processes", p, "steps", s, "items", i), item, Kind.PRACTICE)
        for k, item in enumerate(process.kpis):
            yield _Placed(("processes", p, "kpis", k), item, Kind.KPI)


def _answers(condition: Condition, place: Place) -> Iterator[tuple[Place, Answered]]:
    """Every look at an answer inside a condition."""
    if isinstance(condition, Answered):
        yield place, condition
    elif isinstance(condition, Not):
        yield from _answers(condition.condition, (*place, "condition"))
    elif isinstance(condition, AllOf | AnyOf):
        for n, part in enumerate(condition.conditions):
            yield from _answers(part, (*place, "conditions", n))


def _items_are_well_worded(questionnaire: Questionnaire) -> Iterator[Flaw]:
    for placed in _items(questionnaire):
        yield from wording.of_item(placed.item, placed.place)


def _texts_are_complete(questionnaire: Questionnaire) -> Iterator[Flaw]:
    return wording.of_texts(questionnaire, questionnaire.languages)


_RULES: tuple[Callable[[Questionnaire], Iterable[Flaw]], ...] = (
    _keys_are_free,
    _languages_are_named_once,
    _keys_are_unique,
    _step_keys_are_prefix_free,
    _items_stand_with_their_kind,
    _scales_are_whole,
    _conditions_look_back,
    _route_is_short,
    _texts_are_complete,
    _items_are_well_worded,
)
