"""The answers of a campaign by process: who was asked, who is hidden, and the people's answers as one array, group by group.

The order of the people and of the items leaves no trace: within a group rows are sorted by what they say of what counts, within
a step columns by the items' keys. So what does not count leaves none either, not even in the rounding.
"""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from assess.campaign.model import SealedTeam
from assess.maturity.arrays import Flags, Floats, Ints, bounds_of, segments
from assess.maturity.model import State
from assess.maturity.tree import Crowd, Elsewhere, Group, Node, crowd_of
from assess.questionnaire.model import LADDERS, Item, Process, Questionnaire
from assess.words import Digest, Key

CORE: tuple[Key, ...] = ("acq", "off", "exp")
"""The processes that belong together: an overall score is never shown while one of them is missing."""

Answers = NDArray[np.int8]
_SHIFT = 16
"""Makes every packed answer a byte above zero, so that rows can be compared as text."""


class Roll(Struct, frozen=True):
    """Everybody who answered, numbered. rows: [people × columns] by team; starts: the number of each team's first person.

    elsewhere: of the teams some of whose responses were collected elsewhere. links: of the teams with any, beside which answers
    there is one, in the shape of its rows. hasty: the numbers of the people whose client said so.
    """

    rows: Mapping[UUID, Answers]
    starts: Mapping[UUID, int]
    people: int
    elsewhere: Mapping[UUID, Elsewhere]
    links: Mapping[UUID, Flags]
    hasty: Ints


class Asked(Struct, frozen=True):
    """A process and where it stands in a questionnaire: its columns, first those of each step, then those of the KPIs."""

    process: Process
    digest: Digest
    indicative: bool
    items: tuple[Item, ...]
    places: Ints
    bounds: Ints

    @property
    def columns(self) -> dict[Key, int]:
        """The column of each item."""
        return {item.key: column for column, item in enumerate(self.items)}

    @property
    def weights(self) -> Floats:
        """The items' weights."""
        return np.array([item.weight for item in self.items])

    @property
    def sensitive(self) -> Flags:
        """Which items are sensitive."""
        return np.array([item.sensitive for item in self.items], dtype=np.bool_)

    @property
    def practices(self) -> int:
        """How many of the columns are practices: they come first."""
        return int(self.bounds[len(self.process.steps)])

    @property
    def step_of_item(self) -> Ints:
        """The step of each column; of a KPI the number after the last one."""
        return segments(self.bounds)


class Panel(Struct, frozen=True):
    """The people who were asked one process, group by group. answers: [people × items]; people: the number of each on the roll.

    homes: by person, the node at which the person answered, by its place in the tree; bounds: where each group's people stand.
    k: the threshold; place_of: each node's place in the tree.
    """

    k: int
    asked: Asked
    crowd: Crowd
    place_of: Mapping[UUID, int]
    groups: list[Group]
    answers: Answers
    people: Ints
    homes: Ints
    bounds: Ints

    @property
    def process(self) -> Process:
        """What they were asked."""
        return self.asked.process

    @property
    def headcounts(self) -> Ints:
        """People invited, by group."""
        return np.array([group.headcount for group in self.groups], dtype=np.int64)

    @property
    def known(self) -> Ints:
        """By group, how many of its people an importer knows, where there are others."""
        return np.array([group.heard.beside for group in self.groups], dtype=np.int64)

    @property
    def least(self) -> Ints:
        """By group, from how many people on something may be told: the threshold, beside those whom an importer knows."""
        return self.k + self.known

    def without(self, people: Ints) -> "Panel":
        """The same groups without some of the people."""
        left = ~np.isin(self.people, people)
        sizes = np.bincount(segments(self.bounds)[left], minlength=len(self.groups))
        return Panel(
            self.k,
            self.asked,
            self.crowd,
            self.place_of,
            self.groups,
            self.answers[left],
            self.people[left],
            self.homes[left],
            bounds_of(sizes),
        )


def roll_of(teams: Sequence[SealedTeam]) -> Roll:
    """The sealed answers as arrays; a team of whom nobody answered has no rows."""
    rows, starts, people = {}, {}, 0
    elsewhere = {
        team.team_id: Elsewhere(team.imported, team.imported < len(team.rows)) for team in teams if team.imported
    }
    for team in teams:
        if team.rows:
            rows[team.team_id] = np.array(team.rows, dtype=np.int8)
            starts[team.team_id] = people
            people += len(team.rows)
    links = {team.team_id: _links(team) for team in teams if team.evidence}
    hasty = [starts[team.team_id] + np.flatnonzero(team.hasty) for team in teams if team.hasty]
    return Roll(rows, starts, people, elsewhere, links, np.concatenate([np.zeros(0, dtype=np.int64), *hasty]))


def _links(team: SealedTeam) -> Flags:
    found = np.zeros((len(team.rows), len(team.rows[0])), dtype=np.bool_)
    for person, places in enumerate(team.evidence or ()):
        found[person, places] = True
    return found


def asked_of(questionnaires: Mapping[Digest, Questionnaire]) -> list[Asked]:
    """Each process with its columns in its questionnaire: the core ones first, then by questionnaire."""
    found = []
    for digest, questionnaire in questionnaires.items():
        start = 0
        for process in questionnaire.processes:
            found.append(_asked(process, digest, start, indicative=questionnaire.indicative))
            start += len(found[-1].items)
    return sorted(found, key=lambda each: CORE.index(each.process.key) if each.process.key in CORE else len(CORE))


def _asked(process: Process, digest: Digest, start: int, *, indicative: bool) -> Asked:
    parts = [*(step.items for step in process.steps), process.kpis]
    bounds = bounds_of([len(part) for part in parts])
    order = [
        (item.key, begin + place, item)
        for begin, part in zip(bounds[:-1].tolist(), parts, strict=True)
        for place, item in sorted(enumerate(part), key=lambda pair: pair[1].key)
    ]
    places = np.array([start + place for _, place, _ in order], dtype=np.int64)
    return Asked(process, digest, indicative, tuple(item for _, _, item in order), places, bounds)


def columns_of(nodes: Iterable[Node], questionnaires: Mapping[Digest, Questionnaire]) -> dict[tuple[UUID, Digest], int]:
    """By node and questionnaire, the first column of its answers in the node's packed rows."""
    lengths = {digest: sum(1 for _ in body.items()) for digest, body in questionnaires.items()}
    found = {}
    for node in nodes:
        start = 0
        for digest in node.asked:
            found[node.id, digest] = start
            start += lengths[digest]
    return found


def panel_of(asked: Asked, nodes: list[Node], roll: Roll, columns: Mapping[tuple[UUID, Digest], int], k: int) -> Panel:
    """Mask the tree for one process, then gather each of its groups."""
    there = [(place, node) for place, node in enumerate(nodes) if asked.digest in node.asked and node.id in roll.rows]
    parts = [roll.rows[node.id][:, columns[node.id, asked.digest] + asked.places] for _, node in there]
    sizes = [len(part) for part in parts]
    answers = np.concatenate(parts) if parts else np.zeros((0, len(asked.items)), dtype=np.int8)
    heard = (answers >= 0).any(axis=1)
    counts = np.add.reduceat(heard, bounds_of(sizes)[:-1], dtype=np.int64).tolist() if parts else []
    answered = {node.id: count for (_, node), count in zip(there, counts, strict=True)}
    crowd = crowd_of(nodes, answered, k, lambda node: asked.digest in node.asked, roll.elsewhere)
    starts = np.array([roll.starts[node.id] for _, node in there], dtype=np.int64)
    people = np.arange(len(answers)) + np.repeat(starts - bounds_of(sizes)[:-1], sizes)
    homes = np.repeat(np.array([place for place, _ in there], dtype=np.int64), sizes)
    place_of = {node.id: place for place, node in enumerate(nodes)}
    return _in_groups(Panel(k, asked, crowd, place_of, [], answers, people, homes, bounds_of([])), nodes)


def _in_groups(panel: Panel, nodes: list[Node]) -> Panel:
    """The people of a panel without groups, by the groups of its crowd."""
    crowd = panel.crowd
    groups = list({group.nodes: group for node in nodes for group in crowd.groups.get(node.id, ())}.values())
    home = {node: number for number, group in enumerate(groups) for node in group.nodes}
    of_node = np.array([home.get(node.id, -1) for node in nodes], dtype=np.int64)
    group = of_node[panel.homes]
    order = np.argsort(group, kind="stable")
    order = order[group[order] >= 0]  # whoever stands below no published node counts nowhere
    sizes = np.bincount(group[order], minlength=len(groups)) if len(order) else np.zeros(len(groups), dtype=np.int64)
    kept = (panel.answers[order], panel.people[order], panel.homes[order])
    return Panel(panel.k, panel.asked, crowd, panel.place_of, groups, *kept, bounds_of(sizes))


def in_order(panel: Panel, counting: Flags) -> Panel:
    """The same people, those of each group sorted by the levels that count; counting: [groups × items]."""
    group = segments(panel.bounds)
    levels = np.where(counting[group] & (panel.answers >= 0), panel.answers, np.int8(-1))
    order = np.lexsort((_as_text(levels), group)) if len(group) else group
    rows = (panel.answers[order], panel.people[order], panel.homes[order])
    return Panel(panel.k, panel.asked, panel.crowd, panel.place_of, panel.groups, *rows, panel.bounds)


def _as_text(answers: Answers) -> NDArray[np.bytes_]:
    return np.ascontiguousarray((answers + _SHIFT).astype(np.uint8)).view(f"S{answers.shape[1]}").ravel()


def published_at(panel: Panel, nodes: Sequence[Node]) -> list[int]:
    """The places in the tree of the nodes that show the process."""
    return [place for place, node in enumerate(nodes) if panel.crowd.state(node.id) is State.SCORED]


def ladder_of(items: Sequence[Item]) -> tuple[Floats, Floats, Floats]:
    """By item: levels of the ladder for one ordinal, the ladder's level of ordinal 0, and the ladder's lowest level."""
    ends = [LADDERS[item.kind] for item in items]
    unit = np.array(
        [(high - low) / (item.highest - item.lowest) for item, (low, high) in zip(items, ends, strict=True)]
    )
    low = np.array([low for low, _ in ends])
    return unit, low - unit * np.array([item.lowest for item in items]), low
