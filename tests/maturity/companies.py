"""Companies to score: small questionnaires, trees of teams, and answers drawn by a seeded die."""

import random
from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from msgspec import UNSET

from assess.campaign.model import (
    DONT_KNOW,
    NO_ANSWER,
    Contract,
    ContractQuestionnaire,
    ContractTeam,
    PerspectiveShare,
    SealedTeam,
)
from assess.maturity.engine import results_of
from assess.maturity.exemptions.model import Exempted
from assess.maturity.facts import Inputs
from assess.maturity.kpis.records import KpiRecord
from assess.maturity.model import CampaignResults
from assess.questionnaire.model import Item, Kind, Level, Process, Questionnaire, Step, digest_of

NA = -2
COMPANY = UUID(int=0)


def text(said: str) -> dict[str, str]:
    return {"fr": said, "en": said}


def item(key: str, weight: float = 1, *, kind: Kind = Kind.PRACTICE, options: int = 5, **flags: bool) -> Item:
    lowest = 1 if kind is Kind.PRACTICE else 0
    levels = [Level(ordinal=lowest + place, text=text(f"{key} {place}")) for place in range(options)]
    said = {"label": text(key), "text": text(key), "levels": levels}
    return Item(key=key, kind=kind, weight=float(weight), comparability_key=key, **said, **flags)


def kpi(key: str) -> Item:
    return item(key, kind=Kind.KPI, options=6)


def step(key: str, items: Sequence[Item], weight: float = 1) -> Step:
    return Step(
        key=key, title=text(key), purpose=text(key), weight=float(weight), owner_role="sales", items=list(items)
    )


def questionnaire(key: str, *processes: Process) -> Questionnaire:
    said = {"title": text(key), "introduction": text(key)}
    return Questionnaire(key=key, version="1.0.0", languages=["fr", "en"], processes=list(processes), **said)


def process(key: str, steps: Sequence[Step], kpis: Sequence[Item] = (), *, in_overall: bool = True) -> Process:
    return Process(key=key, title=text(key), weight=1.0, in_overall=in_overall, steps=list(steps), kpis=list(kpis))


def small(key: str, *, in_overall: bool = True, sensitive: bool = True) -> Questionnaire:
    """Two steps of two items and one KPI: ``acq-a-1`` (gate), ``acq-a-2``, ``acq-b-1``, ``acq-b-2`` (sensitive), ``kpi-acq``."""
    a = step(f"{key}-a", [item(f"{key}-a-1", 2, gate=True), item(f"{key}-a-2")])
    b = step(f"{key}-b", [item(f"{key}-b-1"), item(f"{key}-b-2", sensitive=sensitive)], 2)
    return questionnaire(key, process(key, [a, b], [kpi(f"kpi-{key}")], in_overall=in_overall))


PLAIN = [small(key, sensitive=False) for key in ("acq", "off", "exp")]
ACQ, OFF, EXP, TRV = (small(key, in_overall=key != "trv") for key in ("acq", "off", "exp", "trv"))


class Company:
    """A campaign in the making: ``team`` adds one with its answers, ``results`` computes."""

    def __init__(self, *questionnaires: Questionnaire, k: int = 5):
        self.versions = {digest_of(version): version for version in questionnaires}
        self.k = k
        self.balance: list[PerspectiveShare] | None = None
        self.teams: list[ContractTeam] = []
        self.answers: list[SealedTeam] = []
        self.records: list[KpiRecord] = []
        self.exempted: list[Exempted] = []

    def parent(self, key: str, parent: UUID | None = None) -> UUID:
        return self._add(key, parent, 0, [])

    def team(
        self,
        key: str,
        rows: Sequence[Sequence[int]],
        parent: UUID | None = None,
        *,
        asked: Sequence[Questionnaire] = (),
        invited: int = 0,
        links: Sequence[Sequence[int]] = (),
        imported: int = 0,
        hasty: int = 0,
    ) -> UUID:
        """links: by row the columns with a link, as many rows as have any; imported, hasty: how many of the rows."""
        digests = [digest_of(version) for version in asked] or list(self.versions)
        node = self._add(key, parent, max(invited, len(rows)), digests)
        evidence = [list(places) for places in (*links, *([()] * (len(rows) - len(links))))]
        self.answers.append(
            SealedTeam(
                team_id=node,
                rows=[list(row) for row in rows],
                imported=imported,
                evidence=evidence if any(evidence) else UNSET,
                hasty=[place < hasty for place in range(len(rows))] if hasty else UNSET,
            )
        )
        return node

    def _add(self, key: str, parent: UUID | None, headcount: int, digests: list[str]) -> UUID:
        node = UUID(int=len(self.teams) + 1)
        self.teams.append(
            ContractTeam(
                team_id=node,
                key=key,
                name=key.title(),
                parent_id=parent,
                assessment_id=UUID(int=10**6 + node.int) if digests else None,
                headcount=headcount,
                questionnaires=digests,
            )
        )
        return node

    def exempt(self, team: UUID, *items: str) -> None:
        self.exempted += [Exempted(team_id=team, item=item) for item in items]

    def inputs(self) -> Inputs:
        asked = [
            ContractQuestionnaire(digest=digest, key=body.key, version="1.0.0")
            for digest, body in self.versions.items()
        ]
        contract = Contract(
            campaign_id=UUID(int=99),
            organisation_id=COMPANY,
            organisation="Aubépine",
            key="spring",
            name="Spring",
            starts_on=date(2026, 3, 1),
            ends_on=date(2026, 3, 31),
            languages=["fr"],
            threshold=self.k,
            anonymity="unlinked",
            questionnaires=asked,
            teams=self.teams,
            balance=self.balance,
        )
        return Inputs(
            contract=contract,
            questionnaires=self.versions,
            answers=self.answers,
            voices=[],
            exemptions=self.exempted,
            decisions=len(self.exempted),
            kpis=self.records,
            cutoff=date(2026, 3, 31),
        )

    def results(self) -> CampaignResults:
        return results_of(self.inputs())


def answers(die: random.Random, people: int, columns: int, *, silence: float = 0.1) -> list[list[int]]:
    """Levels 1–5, some "don't know", "does not apply" and silence."""
    odd = [DONT_KNOW, NA, NO_ANSWER]
    return [
        [die.choice(odd) if die.random() < silence else die.randint(1, 5) for _ in range(columns)]
        for _ in range(people)
    ]


def random_company(seed: int) -> Company:
    """A tree of depth up to 4, teams of 0–12 people, each asked one core questionnaire and most the transversal one."""
    die = random.Random(seed)
    company = Company(ACQ, OFF, EXP, TRV)
    parents: list[UUID | None] = [None]
    for number in range(die.randint(0, 4)):
        parents.append(company.parent(f"p-{number}", die.choice(parents[-2:])))
    for number in range(die.randint(2, 9)):
        asked = [die.choice([ACQ, OFF, EXP])] + ([TRV] if die.random() < 0.8 else [])
        rows = answers(die, die.choice([0, 2, 3, 4, 5, 6, 8, 12]), 5 * len(asked))
        company.team(
            f"t-{number}", rows, die.choice(parents), asked=asked, invited=len(rows) + die.choice([0, 0, 1, 3])
        )
    with_foreign_items(company, random.Random(f"{seed}/foreign"))
    return company


def with_foreign_items(company: Company, die: random.Random) -> None:
    """Of one team in three most people say of an item that it does not apply; half of these are confirmed, and some others."""
    for team, answered in zip((team for team in company.teams if team.assessment_id), company.answers, strict=True):
        keys = [item.key for digest in team.questionnaires for item in company.versions[digest].items()]
        foreign = die.sample(range(len(keys)), die.choice([0, 0, 1, 3]))
        for place in foreign:
            for row in answered.rows:
                row[place] = NA if die.random() < 0.8 else row[place]
        company.exempt(team.team_id, *(keys[place] for place in foreign if die.random() < 0.5))
        company.exempt(team.team_id, *die.sample(keys, die.choice([0, 1])))


def core_company(seed: int) -> Company:
    """Teams of one parent, most asked all three core processes; groups differ from process to process, as silence does.

    Of odd seeds no item is sensitive.
    """
    die = random.Random(seed)
    core = PLAIN if seed % 2 else [ACQ, OFF, EXP]
    company = Company(*core)
    parent = company.parent("p")
    for number in range(die.randint(2, 7)):
        asked = die.choice([core] * 3 + [core[:2], core[2:]])
        rows = answers(die, die.choice([4, 5, 6, 9]), 5 * len(asked), silence=die.choice([0.0, 0.1, 0.3]))
        company.team(
            f"t-{number}", rows, die.choice([None, parent]), asked=asked, invited=len(rows) + die.randint(0, 2)
        )
    return company


def by_key(results: CampaignResults) -> Mapping[str, object]:
    return {node.key: node for node in results.nodes}
