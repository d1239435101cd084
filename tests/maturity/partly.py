"""Companies where many leave something out: trees of small teams, silence, "don't know", sensitive items in two steps."""

import random
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from uuid import UUID

import msgspec
from companies import COMPANY, NA, Company, item, kpi, process, questionnaire, step

from assess.campaign.model import DONT_KNOW, NO_ANSWER
from assess.maturity.computed import Computed, ledger_of
from assess.maturity.engine import computed
from assess.maturity.ledger import GroupLedger, Ledger
from assess.maturity.model import NodeResults
from assess.maturity.scores.derivation import Facts
from assess.questionnaire.model import Item, Process, Questionnaire

K = 5


def asked() -> Questionnaire:
    """``acq``: three plain items; two plain and one sensitive; four sensitive, as the standard questionnaire has them; a KPI."""
    steps = [
        step("acq-a", [item("acq-a-1", 2), item("acq-a-2"), item("acq-a-3")], 2),
        step("acq-b", [item("acq-b-1"), item("acq-b-2", 2), item("acq-b-3", sensitive=True)]),
        step("acq-c", [item(f"acq-c-{place}", 2 if place == 1 else 1, sensitive=True) for place in range(1, 5)]),
    ]
    return questionnaire("acq", process("acq", steps, [kpi("kpi-acq")]))


ASKED = asked()
(PROCESS,) = ASKED.processes
ITEMS = list(ASKED.items())
PLACES = {each.key: place for place, each in enumerate(ITEMS)}


class Partly:
    """A random organisation; nobody changes it. rows: what the people of each node answered, in the order of the items.

    imported: of how many of them, the first ones, somebody knows the answers who imported them; forgotten: the engine is not
    told so.
    """

    def __init__(self, seed: int, *, elsewhere: bool = False, forgotten: bool = False):
        die = random.Random(seed)
        self.company = Company(ASKED, k=K)
        self.rows: dict[UUID, list[list[int]]] = {}
        self.imported: dict[UUID, int] = {}
        parents: list[UUID | None] = [None]
        for number in range(die.randint(0, 3)):
            parents.append(self.company.parent(f"part-{number}", die.choice(parents[-2:])))
        silence = die.choice([0.02, 0.1, 0.3])
        for number in range(die.randint(2, 6)):
            people = die.choice([6, 8, 11, 14, 17] if elsewhere else [1, 3, 4, 5, 6, 8, 11])
            rows = [_row(die, silence) for _ in range(people)]
            made = self.company.team(
                f"team-{number}", rows, die.choice(parents), invited=people + die.choice([0, 0, 2])
            )
            self.rows[made] = rows
            self.imported[made] = die.choice([0, 0, people, people // 2, min(people, 2)]) if elsewhere else 0
            told = 0 if forgotten else self.imported[made]
            self.company.answers[-1] = msgspec.structs.replace(self.company.answers[-1], imported=told)
        self.found: Computed = computed(self.company.inputs(), "0" * 64)

    def again(self) -> Computed:
        """The same facts once more, the people and the teams in another order."""
        die, inputs = random.Random(0), self.company.inputs()
        teams = [
            msgspec.structs.replace(team, rows=die.sample(team.rows, len(team.rows)))
            for team in die.sample(inputs.answers, len(inputs.answers))
        ]
        return computed(msgspec.structs.replace(inputs, answers=teams), "0" * 64)

    @cached_property
    def scores(self) -> list[NodeResults]:
        """What is published of each node, as it is kept."""
        return [msgspec.json.decode(node.body, type=NodeResults) for node in self.found.nodes]

    def facts(self, score: NodeResults) -> Facts:
        """A node's score, ready to be explained."""
        inputs = self.company.inputs()
        return Facts(
            campaign_id=self.found.campaign_id,
            engine=self.found.engine,
            inputs_digest=self.found.inputs_digest,
            threshold=K,
            score=score,
            contract=inputs.contract,
            questionnaires=inputs.questionnaires,
            ledgers=self.ledgers,
            mask=self.found.mask,
        )

    @cached_property
    def ledgers(self) -> dict[UUID, Ledger]:
        """The ledger of each node."""
        return {node.node: ledger_of(node) for node in self.found.nodes}

    @cached_property
    def groups(self) -> dict[str, GroupLedger]:
        """The groups by the key of the node that they stand at."""
        kept = {node.key: self.ledgers[node.node].groups for node in self.found.nodes}
        return {key: groups[0] for key, groups in kept.items() if groups}

    @cached_property
    def totals(self) -> Mapping[tuple[UUID, str], int]:
        """The sums of the levels that the people of each node gave to each item."""
        return {(home, each.key): sum(self.levels([home], each)) for home in self.rows for each in ITEMS}

    def levels(self, homes: Sequence[UUID], each: Item) -> list[int]:
        """The levels that the people of these nodes gave."""
        place = PLACES[each.key]
        return [row[place] for home in homes for row in self.rows.get(home, ()) if row[place] >= 0]

    def others(self, homes: Sequence[UUID], each: Item) -> int:
        """How many of those who gave a level no importer knows."""
        place = PLACES[each.key]
        rows = (row for home in homes for row in self.rows.get(home, ())[self.imported.get(home, 0) :])
        return sum(row[place] >= 0 for row in rows)

    def unknown(self, homes: Sequence[UUID], each: Item) -> int:
        """How many of them do not know."""
        place = PLACES[each.key]
        return sum(row[place] == DONT_KNOW for home in homes for row in self.rows.get(home, ()))

    def below(self, top: UUID) -> set[UUID]:
        """A node and all below it."""
        found = {top}
        for team in self.company.teams:  # parents come first
            if (team.parent_id or COMPANY) in found:
                found.add(team.team_id)
        return found


@lru_cache(maxsize=300)
def partly(seed: int) -> Partly:
    """The organisation of a seed, scored once for whoever reads it."""
    return Partly(seed)


def _row(die: random.Random, silence: float) -> list[int]:
    """At least one level."""
    odd = [DONT_KNOW, NA, NO_ANSWER, NO_ANSWER]
    said = [die.choice(odd) if die.random() < silence else die.randint(each.lowest, each.highest) for each in ITEMS]
    return said if max(said) >= 0 else [3, *said[1:]]


def parts(of: Process) -> Iterator[tuple[str, list[Item]]]:
    """The steps, and the KPIs as one more."""
    for each in of.steps:
        yield each.key, each.items
    yield f"{of.key}:kpis", of.kpis
