"""The method once more, in plain Python and exact fractions where it can be: one person, one item, one group after the other.

It shares with the engine the tree, its mask and Student's t, which have tests of their own, and nothing else.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations_with_replacement
from math import exp, lgamma, sqrt
from statistics import stdev
from typing import NamedTuple
from uuid import UUID

from assess.campaign.model import DONT_KNOW, NO_ANSWER
from assess.maturity.facts import Inputs
from assess.maturity.student import quantile
from assess.maturity.tree import Crowd, Elsewhere, Group, Node, crowd_of, nodes_of
from assess.questionnaire.model import Item

LEAST, TWO_THIRDS = Fraction(3, 5), Fraction(2, 3)
NA = range(-4, -1)
Person = tuple[UUID, int]
Rows = Mapping[Person, Mapping[str, int]]


class Part(NamedTuple):
    """What a group, or several, say of an item, a step or a whole: u_r by person, for a share h of it.

    pieces: its parts; of: which part of the whole it is, or a piece of.
    """

    share: float
    headcounts: Mapping[UUID, int]
    moved: Mapping[Person, float]
    silent: float
    pieces: tuple["Part", ...] = ()
    of: int = 0


class Found(NamedTuple):
    """A number of a node: ``parts`` are its strata, ``covered`` the share of the people whom they are."""

    state: str
    value: Fraction | None = None
    coverage: Fraction = Fraction(0)
    covered: float = 0.0
    prudent: Fraction | None = None
    parts: tuple[Part, ...] = ()

    @property
    def n(self) -> int:
        return sum(len(part.moved) for part in self.parts)

    def interval(self, low: float, high: float, k: int, *, finite: bool = True) -> tuple[float, float]:
        value = float(self.value)
        variances = [(variance(part, k, self.covered if finite else 0.0), len(part.moved) + 1) for part in self.parts]
        total = sum(each for each, _ in variances)
        df = total**2 / sum(each**2 / freedom for each, freedom in variances) if total else 7
        margin = quantile(0.975, df) * sqrt(total)
        return max(low, value - margin), min(high, value + margin)


def squares(part: Part, k: int) -> float:
    """Σ u_r²; where fewer than k people stand in several pieces, the most that it can be, from the pieces one by one."""
    places = Counter(person for piece in part.pieces for person in piece.moved)
    if not part.pieces or sum(count > 1 for count in places.values()) >= k:
        return sum(u * u for u in part.moved.values())
    alike: dict[int, float] = {}
    for piece in part.pieces:
        alike[piece.of] = alike.get(piece.of, 0.0) + squares(piece, k)
    return sum(map(sqrt, alike.values())) ** 2


def variance(part: Part, k: int, covered: float) -> float:
    n, invited = len(part.moved), max(sum(part.headcounts.values()), len(part.moved))
    smoothed = (n * n * squares(part, k) + 2 * 0.7 * part.share**2) / (n + 1)
    seen = n / invited
    if n == invited and part.silent > 0:
        seen = max((invited - 1) / invited, (invited - part.silent) / invited)
    return smoothed / n * (1 - covered * seen)


class Oracle:
    """The numbers of a campaign whose teams are asked questionnaires of one process each."""

    def __init__(self, facts: Inputs):
        self.facts, self.k = facts, facts.contract.threshold
        self.nodes = nodes_of(facts.contract)
        self.people = dict(self._people())
        self.processes = {
            digest: facts.questionnaires[digest].processes[0]
            for digest in (asked.digest for asked in facts.contract.questionnaires)
        }
        self.crowds = {digest: self._crowd(digest) for digest in self.processes}

    def _people(self) -> Iterator[tuple[Person, dict[str, int]]]:
        asked = {node.id: node.asked for node in self.nodes}
        for team in self.facts.answers:
            keys = [item.key for digest in asked[team.team_id] for item in self.facts.questionnaires[digest].items()]
            for number, row in enumerate(team.rows):
                yield (team.team_id, number), dict(zip(keys, row, strict=True))

    def _crowd(self, digest: str) -> Crowd:
        keys = {item.key for item in self.processes[digest].items()}
        answered: dict[UUID, int] = {}
        for (home, _), said in self.people.items():
            answered[home] = answered.get(home, 0) + any(said.get(key, -9) >= 0 for key in keys)
        elsewhere = {
            team.team_id: Elsewhere(team.imported, team.imported < len(team.rows))
            for team in self.facts.answers
            if team.imported
        }
        return crowd_of(self.nodes, answered, self.k, lambda node: digest in node.asked, elsewhere)

    def rows(self, group: Group) -> Rows:
        return {person: said for person, said in self.people.items() if person[0] in group.headcounts}

    def cell(self, item: Item, group: Group) -> tuple[str, Fraction | None, Fraction | None, list[Fraction]]:
        """State, mean, prudent mean and levels."""
        answers = [said[item.key] for said in self.rows(group).values()]
        levels = [placed(item, answer) for answer in answers if answer >= 0]
        dont_know, beside = answers.count(DONT_KNOW), sum(answer in NA for answer in answers)
        said = len(levels) + dont_know + beside
        if said >= self.k and 2 * beside > said:
            return self.beside(item, group), None, None, levels
        if len(levels) < self.k:
            return "below_threshold" if levels else "no_answers", None, None, levels
        lowest = placed(item, item.lowest)
        return (
            "scored",
            sum(levels) / len(levels),
            (sum(levels) + dont_know * lowest) / (len(levels) + dont_know),
            levels,
        )

    def beside(self, item: Item, group: Group) -> str:
        """What does not apply counts until it was confirmed for every team of the group."""
        exempted = {(each.team_id, each.item) for each in self.facts.exemptions}
        confirmed = all((home, item.key) in exempted for home in group.headcounts)
        return "not_applicable" if confirmed else "unconfirmed"

    def step(self, items: Sequence[Item], group: Group) -> Found:
        cells = {item.key: self.cell(item, group) for item in items}
        weights = {item.key: Fraction(str(item.weight)) for item in items}
        state, value, coverage = whole([(weights[key], *cells[key][:2]) for key in cells], LEAST)
        scored = [item for item in items if cells[item.key][0] == "scored"]
        if state == "scored" and [item.sensitive for item in scored] == [True]:
            state, value = "low_coverage", None
        if state != "scored":
            return Found(state, None, coverage)
        total = sum(weights[item.key] for item in scored)
        hiding = hiding_each_other(scored)
        weights |= pooled({key: weights[key] for key in hiding}, {key: len(cells[key][3]) for key in hiding})
        value = sum(weights[item.key] * cells[item.key][1] for item in scored) / total
        prudent = None if hiding else sum(weights[item.key] * cells[item.key][2] for item in scored) / total
        moved: dict[Person, Fraction] = {}
        pieces = []
        silent = Fraction(0)
        for place, item in enumerate(scored):
            _, mean, _, levels = cells[item.key]
            share = weights[item.key] / total
            own = {}
            for person, said in self.rows(group).items():
                level = said[item.key]
                silent += share * (level == NO_ANSWER)
                if level >= 0:
                    own[person] = share * (placed(item, level) - mean) / len(levels)
                    moved[person] = moved.get(person, 0) + own[person]
            moves = {person: float(u) for person, u in own.items()}
            pieces.append(Part(float(share), group.headcounts, moves, 0.0, of=place))
        alone = {person: float(u) for person, u in moved.items()}
        part = Part(1.0, group.headcounts, alone, float(silent), tuple(pieces))
        return Found("scored", value, coverage, 1.0, prudent, (part,))

    def rolled(self, items: Sequence[Item], digest: str, node: Node) -> Found:
        """A step of a node from its groups."""
        groups = self.crowds[digest].groups[node.id]
        steps = [(group, self.step(items, group)) for group in groups]
        state, value, covered = whole([(Fraction(g.headcount), s.state, s.value) for g, s in steps], LEAST)
        applicable = [(g, s) for g, s in steps if s.state != "not_applicable"]
        heads = sum(g.headcount for g, _ in applicable)
        coverage = sum(g.headcount * s.coverage for g, s in applicable) / Fraction(heads) if heads else Fraction(0)
        if state != "scored":
            return Found(state, None, coverage)
        scored = [(g.headcount, s) for g, s in steps if s.state == "scored"]
        total = sum(people for people, _ in scored)
        hidden = any(s.prudent is None for _, s in scored)
        prudent = None if hidden else sum(people * s.prudent for people, s in scored) / total
        parts = tuple(times(part, people / total) for people, s in scored for part in s.parts)
        return Found("scored", value, coverage, float(covered), prudent, parts)

    def process(self, digest: str, node: Node) -> Found:
        process = self.processes[digest]
        steps = [(Fraction(str(step.weight)), self.rolled(step.items, digest, node)) for step in process.steps]
        return self._of_parts(steps, TWO_THIRDS)

    def overall(self, node: Node) -> Found | None:
        counting = [(digest, process) for digest, process in self.processes.items() if process.in_overall]
        if any(self.crowds[digest].state(node.id).value != "scored" for digest, _ in counting):
            return None
        found = [(Fraction(str(process.weight)), self.process(digest, node)) for digest, process in counting]
        return self._of_parts(found, Fraction(1)) if all(each.state == "scored" for _, each in found) else None

    def _of_parts(self, parts: Sequence[tuple[Fraction, Found]], least: Fraction) -> Found:
        state, value, coverage = whole([(weight, found.state, found.value) for weight, found in parts], least)
        if state != "scored":
            return Found(state, None, coverage)
        scored = [(weight, found) for weight, found in parts if found.state == "scored"]
        total = sum(weight for weight, _ in scored)
        strata = [
            times(part, float(weight / total))._replace(of=place)
            for place, (weight, found) in enumerate(scored)
            for part in found.parts
        ]
        covered = sum(float(weight / total) * found.covered for weight, found in scored)
        hidden = any(found.prudent is None for _, found in scored)
        prudent = None if hidden else sum(weight * found.prudent for weight, found in scored) / total
        return Found("scored", value, coverage, covered, prudent, tuple(joined(strata)))

    def item(
        self, item: Item, digest: str, node: Node
    ) -> tuple[str, Fraction | None, list[list[Fraction]], list[Group]]:
        """State and mean of a node's item, with the levels of the groups that tell something."""
        groups = self.crowds[digest].groups[node.id]
        cells = [(group, self.cell(item, group)) for group in groups]
        state, value, _ = whole([(Fraction(g.headcount), cell[0], cell[1]) for g, cell in cells], LEAST)
        told = [(g, cell[3]) for g, cell in cells if cell[0] == "scored"] if state == "scored" else []
        return state, value, [levels for _, levels in told], [group for group, _ in told]


def hiding_each_other(scored: Sequence[Item]) -> set[str]:
    """The sensitive items of a step, with the lightest of the others (the last of equals) where it is one alone."""
    hiding = {item.key for item in scored if item.sensitive}
    if len(hiding) == 1:
        hiding.add(min((item for item in reversed(scored) if not item.sensitive), key=lambda item: item.weight).key)
    return hiding


def pooled(weights: Mapping[str, Fraction], n: Mapping[str, int]) -> dict[str, Fraction]:
    """The weights of items that count as one mean of all their answers."""
    answers = sum(weights[key] * n[key] for key in weights)
    return {key: sum(weights.values()) * weight * n[key] / answers for key, weight in weights.items()}


def placed(item: Item, answer: int) -> Fraction:
    low, high = (1, 5) if item.kind.value == "practice" else (0, 5)
    return low + Fraction((high - low) * (answer - item.lowest), item.highest - item.lowest)


def whole(
    parts: Sequence[tuple[Fraction, str, Fraction | None]], least: Fraction
) -> tuple[str, Fraction | None, Fraction]:
    applicable = [part for part in parts if part[1] not in {"not_applicable", "not_asked"} and part[0] > 0]
    if not applicable:
        return "not_applicable", None, Fraction(0)
    scored = [(weight, value) for weight, state, value in applicable if state == "scored"]
    weight = sum((weight for weight, _ in scored), Fraction(0))
    coverage = weight / sum(weight for weight, _, _ in applicable)
    if scored and coverage >= least:
        return "scored", sum(weight * value for weight, value in scored) / weight, coverage
    states = {state for _, state, _ in applicable}
    return states.pop() if len(states) == 1 else "low_coverage", None, coverage


def times(part: Part, factor: float) -> Part:
    moved = {person: factor * u for person, u in part.moved.items()}
    pieces = tuple(times(piece, factor) for piece in part.pieces)
    return part._replace(share=part.share * factor, moved=moved, pieces=pieces)


def joined(parts: Sequence[Part]) -> list[Part]:
    """Parts that share people become one."""
    found: list[Part] = []
    for own in parts:
        part = own._replace(pieces=(own,))
        touching = [other for other in found if other.headcounts.keys() & part.headcounts.keys()]
        found = [other for other in found if other not in touching]
        for other in touching:
            moved = {
                person: part.moved.get(person, 0.0) + other.moved.get(person, 0.0)
                for person in part.moved.keys() | other.moved.keys()
            }
            share = part.share + other.share
            silent = (part.share * part.silent + other.share * other.silent) / share
            part = Part(share, {**other.headcounts, **part.headcounts}, moved, silent, other.pieces + part.pieces)
        found.append(part)
    return found


def posterior(counts: Sequence[int], invited: int, lowest: int = 1) -> tuple[Fraction, Fraction, float, int]:
    """The bounds of a single item's mean by listing every composition of the unseen; its mean, and how many there are."""
    unseen = invited - sum(counts)
    seen = sum(count * (lowest + place) for place, count in enumerate(counts))
    likely: dict[int, float] = {}
    compositions = 0
    for chosen in combinations_with_replacement(range(len(counts)), unseen):
        compositions += 1
        extra = [chosen.count(place) for place in range(len(counts))]
        log = sum(lgamma(c + 0.4 + e) - lgamma(c + 0.4) - lgamma(e + 1) for c, e in zip(counts, extra, strict=True))
        total = seen + sum(e * (lowest + place) for place, e in enumerate(extra))
        likely[total] = likely.get(total, 0.0) + exp(log)
    whole_weight = sum(likely.values())
    mean = sum(total * weight for total, weight in likely.items()) / whole_weight / invited
    bounds = []
    for least in (0.025, 0.975):
        reached, totals = 0.0, iter(sorted(likely))
        while reached < least - 1e-9:
            total = next(totals)
            reached += likely[total] / whole_weight
        bounds.append(Fraction(total, invited))
    return bounds[0], bounds[1], mean, compositions


def scatter(levels: Sequence[Fraction]) -> tuple[float, float]:
    """SD and AD of some people's levels."""
    mean = sum(levels) / len(levels)
    return stdev(map(float, levels)), float(sum(abs(level - mean) for level in levels) / len(levels))
