"""The evidence badge: of the answers at the upper levels, how many have a link beside them.

A part of it is what one group says of one step: the levels from 4 on that its people gave to practices which are scored there,
and are told without a band. It counts if at least ``k`` people gave such a level there, and if none of the group's answers was
imported: those have no links, and which they are was forgotten at the close. A step and a process are sums of such parts, so
whatever is subtracted from each other leaves whole parts.
"""

from collections.abc import Mapping
from uuid import UUID

import numpy as np
from msgspec import Struct

from assess.maturity.arrays import Flags, Floats, Ints, counted, quotient, segments
from assess.maturity.composites import Steps
from assess.maturity.panels import Panel, Roll, ladder_of
from assess.maturity.rollup import Rolled
from assess.maturity.scoring import TOLERANCE
from assess.maturity.tallies import Cells
from assess.maturity.wholes import SCORED
from assess.words import Digest

UPPER = 4.0
"""The lowest of the upper levels, on the ladder."""


class Evidenced(Struct, frozen=True):
    """Shares 0–1 of each node that shows the process, or no number. steps: [nodes × steps]; whole: [nodes]."""

    steps: Floats
    whole: Floats


class Parts(Struct, frozen=True):
    """Answers at the upper levels, and those of them with a link; 0 where they do not count. [groups × steps]."""

    upper: Ints
    linked: Ints


def evidenced_of(rolled: Rolled, steps: Steps, parts: Parts) -> Evidenced:
    """The shares of each node, from the groups and steps that its values rest on."""
    below, count = rolled.below, parts.upper.shape[1]
    shown = (rolled.steps.state[:, :count] == SCORED)[below.node]
    telling = shown & (steps.state[:, :count] == SCORED)[below.groups]
    upper, linked = (
        counted(np.where(telling, each[below.groups], 0), below.bounds) for each in (parts.upper, parts.linked)
    )
    whole = np.where(rolled.process.state[:, 0] == SCORED, quotient(linked.sum(axis=1), upper.sum(axis=1)), np.nan)
    return Evidenced(quotient(linked, upper), whole)


def parts_of(panel: Panel, cells: Cells, banded: Flags, links: Flags, elsewhere: Flags) -> Parts:
    """links: beside which answers there is one, [people × practices]; elsewhere: groups with imported answers."""
    practices, bounds = panel.asked.practices, panel.asked.bounds[: len(panel.process.steps) + 1]
    counting = (cells.state[:, :practices] == SCORED) & ~banded[:practices]
    upper = (panel.answers[:, :practices] >= _least(panel)) & counting[segments(panel.bounds)]
    return told_of(upper, upper & links, bounds, panel.bounds, np.where(elsewhere, len(upper) + 1, panel.k))


def told_of(upper: Flags, linked: Flags, steps: Ints, groups: Ints, least: Ints) -> Parts:
    """The parts of which, by group, at least so many people gave an answer at an upper level. Flags: [people × practices]."""
    by_step, shown = (counted(each.T, steps).T for each in (upper, linked))
    told = counted(by_step > 0, groups) >= least[:, None]
    return Parts(*(np.where(told, counted(each, groups), 0) for each in (by_step, shown)))


def elsewhere_in(panel: Panel, roll: Roll) -> Flags:
    """By group, whether answers of its people were imported."""
    return np.array([any(node in roll.elsewhere for node in group.nodes) for group in panel.groups], dtype=np.bool_)


def links_in(panel: Panel, roll: Roll, columns: Mapping[tuple[UUID, Digest], int]) -> Flags:
    """Beside which of a panel's answers to practices there is a link: [people × practices]."""
    places = panel.asked.places[: panel.asked.practices]
    found = np.zeros((roll.people, len(places)), dtype=np.bool_)
    for team, links in roll.links.items():
        start = columns.get((team, panel.asked.digest))
        if start is not None:
            found[roll.starts[team] : roll.starts[team] + len(links)] = links[:, start + places]
    return found[panel.people]


def _least(panel: Panel) -> Ints:
    """The lowest ordinal of each practice that stands at an upper level."""
    unit, origin, _ = ladder_of(panel.asked.items[: panel.asked.practices])
    return np.ceil((UPPER - origin) / unit - TOLERANCE).astype(np.int64)
