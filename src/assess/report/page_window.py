"""Which teams stand on a page beside the node that is looked at: all below it, or its children page by page."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from msgspec import Struct

from assess.maturity.tree import Node, at_or_below
from assess.questionnaire.model import Questionnaire
from assess.typography import alphabetical
from assess.words import Digest

MOST_CELLS = 320
"""Numbers in one table of teams and steps: so it stays a light page, and can still be looked over."""


class Window(Struct, frozen=True, kw_only=True):
    """first: 0 where all teams below stand in the table; else its rows are children ``first`` to ``last`` of ``count``."""

    first: int = 0
    last: int = 0
    count: int = 0
    page: int = 1
    pages: int = 1


def around(tree: Sequence[Node], node: UUID, page: int, steps: Mapping[UUID, int]) -> tuple[list[UUID], Window]:
    """``node`` first, then those that its page shows; a page beyond the last is the last. A parent precedes its children.

    steps: how many each node was asked about, at or below it.
    """
    below = at_or_below(tree, node)[1:]
    if sum(steps[each] for each in below) <= MOST_CELLS:
        return [node, *below], Window()
    children = sorted((alphabetical(each.name), each.key, each.id) for each in tree if each.parent == node)
    rows = MOST_CELLS // max(1, *(steps[child] for _, _, child in children))
    window = _window(len(children), page, rows)
    return [node, *(child for _, _, child in children[window.first - 1 : window.last])], window


def steps_asked(tree: Sequence[Node], versions: Mapping[Digest, Questionnaire]) -> dict[UUID, int]:
    """About how many steps each node was asked, at or below it."""
    asked_at: dict[UUID, set[Digest]] = {node.id: set(node.asked) for node in tree}
    for node in reversed(tree):
        if node.parent in asked_at:
            asked_at[node.parent] |= asked_at[node.id]
    lengths = {key: sum(len(process.steps) for process in each.processes) for key, each in versions.items()}
    return {node: sum(lengths[digest] for digest in found) for node, found in asked_at.items()}


def above(tree: Sequence[Node], node: UUID) -> list[Node]:
    """The nodes above, as far as they are in the tree that is seen, the highest first."""
    by_id = {each.id: each for each in tree}
    found: list[Node] = []
    parent = by_id[node].parent
    while parent is not None and parent in by_id:
        found.insert(0, by_id[parent])
        parent = by_id[parent].parent
    return found


def _window(count: int, page: int, rows: int) -> Window:
    pages = max(1, -(-count // rows))
    page = min(max(page, 1), pages)
    first = (page - 1) * rows + 1
    return Window(first=first, last=min(count, first + rows - 1), count=count, page=page, pages=pages)
