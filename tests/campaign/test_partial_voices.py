"""What perspectives tell of people who left something out: an attacker who knows what each team says of each item.

Somebody's mean over what was answered is no sum of the items' published totals: it counts more than the parts of it do. So where
the pools of a node hold all of its people, their sums less the teams' totals leave something about those who left things out.
"""

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

import pytest
from test_voices import COMPANY, Company, K, item, step, version

from assess.campaign.model import Voice
from assess.campaign.voices import Spoken
from equations import reduced

ASKED = version(
    "acq", step("acq-a", [item("a1", 2), item("a2")]), step("acq-b", [item("b1"), item("b2"), item("b3")], 2)
)
WEIGHTS = {"acq-a": {"a1": 2, "a2": 1}, "acq-b": dict.fromkeys(("b1", "b2", "b3"), 1)}
WEIGHTS["acq"] = {"a1": 2, "a2": 1, **dict.fromkeys(("b1", "b2", "b3"), 2)}
Row = Mapping[object, int]
"""So many times each unknown that all are whole numbers."""


def organisation(seed: int) -> Company:
    """One to three departments of teams with managers and members, of whom some leave some practices out."""
    die = random.Random(seed)
    company, careless = Company(ASKED), die.choice([0.0, 0.01, 0.03, 0.1, 0.3])
    for _ in range(die.randint(1, 3)):
        above = company.team(die.choice([None, None, company.teams[0].team_id if company.teams else None]))
        for _ in range(die.randint(1, 4)):
            company.team(above, manager=die.choice([1, 1, 2, 5]), member=die.choice([2, 3, 5, 8]))
    company.spoken = [Spoken(each.team, each.perspective, _answers(die, careless)) for each in company.spoken]
    return company


def _answers(die: random.Random, careless: float) -> dict[str, int]:
    return {key: die.randint(1, 5) for key in ("a1", "a2", "b1", "b2", "b3") if die.random() >= careless}


class Attack:
    """One step or process of a company. Unknown: the sums of those who answered all of it, and each of the others."""

    def __init__(self, company: Company, key: str):
        self.spoken, self.weights, self.key = company.spoken, WEIGHTS[key], key
        self.parents = {team.team_id: team.parent_id or COMPANY for team in company.teams}
        self.heard = list(self._heard())

    def _heard(self) -> Iterator[tuple[object, Spoken, int]]:
        """Everybody with a level: the unknown that the person is part of, and how much of the weight was answered."""
        for number, person in enumerate(self.spoken):
            answered = [weight for each, weight in self.weights.items() if each in person.answers]
            if answered:
                whole = len(answered) == len(self.weights)
                unknown = (person.team, person.perspective) if whole else number
                yield unknown, person, sum(answered)

    def sizes(self) -> Counter[object]:
        return Counter(unknown for unknown, _, _ in self.heard)

    def groups(self) -> Iterator[Row]:
        """What a group says of its items, weighted as in the step or process: a team, or small ones with more of their node."""
        sizes = Counter(person.team for _, person, _ in self.heard)
        for above in set(self.parents.values()):
            order = sorted(
                (team for team in sizes if self.parents[team] == above), key=lambda team: (sizes[team], team)
            )
            small = [team for team in order if sizes[team] < K]
            while small and sum(sizes[team] for team in small) < K and len(small) < len(order):
                small.append(order[len(small)])
            for teams in [*([team] for team in order if team not in small), small]:
                yield {unknown: weight for unknown, person, weight in self.heard if person.team in teams}

    def hidden(self) -> bool:
        """Whether the mask would put people of several nodes together: what is tied together then is decided with the mask."""
        sizes = Counter(self.parents[person.team] for _, person, _ in self.heard)
        return min(sizes.values(), default=0) < K

    def pools(self, voices: Sequence[Voice]) -> Iterator[Row]:
        """The sums of the pools: a person counts in the nearest one."""
        told = {(voice.node, voice.perspective) for voice in voices if self.key in voice.composites}
        members: dict[object, dict[object, int]] = {}
        for unknown, person, _ in self.heard:
            pool = next((node for node in self._upwards(person.team) if (node, person.perspective) in told), None)
            if pool is not None:
                members.setdefault((pool, person.perspective), {})[unknown] = 1
        return iter(members.values())

    def _upwards(self, node: UUID) -> Iterator[UUID]:
        while node != COMPANY:
            yield node
            node = self.parents[node]
        yield COMPANY

    def found(self, rows: Sequence[Row]) -> list[int]:
        """How many people the weighted sums are about that can be computed, where they are fewer than k."""
        sizes = self.sizes()
        columns = sorted(sizes, key=lambda unknown: (isinstance(unknown, int), str(unknown)))
        solved = reduced([[row.get(each, 0) for each in columns] for row in rows])
        sums = [row for row in solved if min(row) >= 0]
        people = [sum(sizes[each] for each, part in zip(columns, row, strict=True) if part) for row in sums]
        return [count for count in people if count < K]


@pytest.mark.parametrize("start", range(0, 1000, 250))
def test_sums_of_pools_and_of_items_tell_nothing_of_few_people_who_left_something_out(start):
    told = 0
    for seed in range(start, start + 250):
        company = organisation(seed)
        voices = company.voices()
        for key in WEIGHTS:
            attack = Attack(company, key)
            pools = list(attack.pools(voices))
            if not attack.hidden():
                assert not attack.found([*attack.groups(), *pools]), (seed, key)
            told += bool(pools)
    assert told > 20


def test_without_that_rule_the_attacker_finds_what_one_person_said():
    """Twenty people of one department, all told apart as managers and members, one of whom skipped one practice."""
    company = Company(ASKED)
    above = company.team()
    for _ in range(5):
        company.team(above, manager=1, member=3)
    everything = {"a1": 3, "a2": 4, "b1": 2, "b2": 5, "b3": 1}
    company.spoken = [Spoken(each.team, each.perspective, everything) for each in company.spoken]
    whole = company.voices()
    company.spoken[7] = Spoken(company.spoken[7].team, "member", {**everything, "b3": 1} | {"b2": 5})
    assert company.voices() == whole
    skipped = {key: level for key, level in everything.items() if key != "b2"}
    company.spoken[7] = Spoken(company.spoken[7].team, "member", skipped)
    attack = Attack(company, "acq-b")
    assert 1 in attack.found([*attack.groups(), *attack.pools(whole)])
    told = {key for voice in company.voices() for key in voice.composites}
    assert told == {"acq-a"} & told  # neither the step nor the process


def test_five_people_who_left_something_out_hide_each_other():
    company = Company(ASKED)
    above = company.team()
    for _ in range(5):
        company.team(above, manager=1, member=3)
    company.spoken = [
        Spoken(
            each.team, each.perspective, {"a1": 3, "a2": 4, "b1": 2, "b2": 5} | ({} if number % 4 == 1 else {"b3": 1})
        )
        for number, each in enumerate(company.spoken)
    ]
    assert {key for voice in company.voices() for key in voice.composites} == {"acq", "acq-a", "acq-b"}
