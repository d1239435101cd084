"""The time that a questionnaire takes: Pew Research Center's point system, 85 points = 15 minutes (Decoded, 2022-12-08)."""

from collections.abc import Iterable

from assess.questionnaire.model import Item, Kind, Questionnaire

POINTS = {Kind.PRACTICE: 2.0, Kind.KPI: 1.5}
MOST_POINTS = 85.0
MOST_ITEMS = 45
_MINUTES_PER_POINT = 15 / MOST_POINTS


def points(items: Iterable[Item]) -> float:
    """What answering ``items`` costs; a stand-alone closed question costs 1."""
    return sum(POINTS[item.kind] for item in items)


def minutes(items: Iterable[Item]) -> float:
    """Minutes to answer ``items``, to a tenth."""
    return round(points(items) * _MINUTES_PER_POINT, 1)


def longest_route(questionnaire: Questionnaire) -> list[Item]:
    """The items of the role that is asked the most (an item without roles is for everybody)."""
    items = list(questionnaire.items())
    roles = sorted({role for item in items for role in item.roles})
    routes = [[item for item in items if not item.roles or role in item.roles] for role in roles]
    return max(routes, key=points, default=items)
