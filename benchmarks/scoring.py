"""P3: a company of 1,000 teams, 12,000 people and 89 items scored, against PostgreSQL's own means over one row an answer.

It is no easy company: every tenth team is too small to be shown, so that others are hidden with it; people do not know, find that
something does not apply, or say nothing; they have perspectives; and every team has records of some indicators.
"""

import asyncio
import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec
from msgspec import Struct
from msgspec.structs import asdict

from assess.campaign.model import (
    DONT_KNOW,
    NO_ANSWER,
    NOT_APPLICABLE,
    Contract,
    ContractQuestionnaire,
    ContractTeam,
    Voice,
)
from assess.campaign.voices import Spoken, heard
from assess.installation import Installation, installed, published
from assess.maturity import service as maturity
from assess.maturity.facts import written
from assess.maturity.kpis.model import KpiSheet, Measure
from assess.maturity.kpis.store import add_measures, add_sheet
from assess.questionnaire.catalogue import Catalogue
from assess.questionnaire.model import Item
from assess.settings import Settings
from assess.storage import embedded
from assess.storage.database import Database, Tx
from assess.storage.workers import Workers
from assess.tenancy import service as tenancy
from assess.words import Digest
from benchmarks import company, servers
from benchmarks.measure import Row, figures, in_turn, ratio

DEPARTMENTS, PEOPLE = 10, 12_000
SIZES = [*(3 + n % 2 for n in range(100)), *[12] * 50, *[13] * 850]
"""Of the teams: 350 people in a hundred small ones, the others in nine hundred."""
UNSAID = ((DONT_KNOW, 0.05), (NOT_APPLICABLE["other"], 0.05), (NO_ANSWER, 0.05))
"""What stands instead of a level, and how often."""
PERSPECTIVES = ("manager", "member", "member", "client_facing", None)
RECORDED, PERIODS = 3, (date(2025, 6, 30), date(2025, 9, 30), date(2025, 12, 31))
"""How many indicators each team has a record of, and when they were measured."""
VERSION = "1.0.0"
DIGEST = "0" * 64
ENDED = date(2026, 1, 31)
PEAK = "benchmarks.scoring:peak"


class Person(Struct, frozen=True):
    """Somebody who answered: the team, the perspective, the answers in the order of the items."""

    team: ContractTeam
    perspective: str | None
    answers: list[int]


_LONG = """
create schema bench;
create table bench.answer_row (team_id uuid not null, item text not null, value smallint not null);
insert into bench.answer_row
  select a.team_id, i.item, s.answers[i.place]
  from assess.sealed_response as s
  join assess.assessment as a on a.organisation_id = s.organisation_id and a.id = s.assessment_id
  cross join unnest($1::text[]) with ordinality as i(item, place)
  where s.answers[i.place] >= 0;
"""
_MEANS = "select team_id, item, avg(value) from bench.answer_row group by team_id, item"


def scoring() -> Iterator[Row]:
    """Ours from the sealed rows to the encoded results of every node, fetch included; theirs fetched by the same driver."""
    with servers.erased("scoring") as settings, installed(settings, "command") as installation:
        yield asyncio.run(_row(settings, installation))


def peak() -> float:
    """Highest resident memory of the process that runs this, in MB, since its beginning or since ``forget``."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


def forget() -> None:
    """Begin anew with the highest resident memory of this process."""
    Path("/proc/self/clear_refs").write_text("5")


async def _row(settings: Settings, installation: Installation) -> Row:
    await installation.make_ready(published())
    workers = Workers(1, seconds=120)
    try:
        async with installation.database() as database:
            catalogue = Catalogue(published())
            organisation, campaign = await _filled(settings, database, catalogue)
            means = await asyncpg.connect(embedded.attach(settings).url("postgres"))
            size: list[int] = []
            forget()

            async def ours() -> None:
                async with database.transaction(organisation) as tx:
                    facts = await maturity.facts_of(tx, catalogue, campaign)
                size[:] = [len(await workers.run(maturity.COMPUTE, written(facts)))]

            async def theirs() -> None:
                await means.fetch(_MEANS)

            taken = await asyncio.to_thread(in_turn, _timed(asyncio.get_running_loop(), ours=ours, theirs=theirs))
            await means.close()
            memory, gathering = await workers.run(PEAK), peak()
    finally:
        workers.close()
    counts = f"{len(SIZES):,} teams, {PEOPLE:,} people, {PEOPLE * 89:,} questions"
    highest = f"{memory:.0f} MB at most in the worker, {gathering:.0f} MB in the process that gathers"
    said = f"{figures(' s', taken, 2)}; {counts}; {size[0] / 1e6:.0f} MB of results, {highest}"
    return Row(name="P3", ratio=ratio(taken["ours"], taken["theirs"]), goal=8, at_least=False, said=said)


def _timed(loop: asyncio.AbstractEventLoop, **works: Callable[[], Any]) -> dict[str, Callable[[], float]]:
    def measured(work: Callable[[], Any]) -> Callable[[], float]:
        def seconds() -> float:
            began = time.perf_counter()
            asyncio.run_coroutine_threadsafe(work(), loop).result()
            return time.perf_counter() - began

        return seconds

    return {name: measured(work) for name, work in works.items()}


async def _filled(settings: Settings, database: Database, catalogue: Catalogue) -> tuple[UUID, UUID]:
    """The company with a closed campaign, its sealed rows in the usual table and once more as one row an answer."""
    organisation = (await tenancy.add_organisation(database, "scored", "Scored")).id
    contract = _contract(organisation, catalogue)
    bodies = {asked.digest: catalogue.version(asked.digest) for asked in contract.questionnaires}
    items = {item.key: item for body in bodies.values() for item in body.items()}
    people = _people(contract, [item.highest for item in items.values()])
    voices = heard(contract, bodies, [_spoken(person, list(items)) for person in people])
    connection = await asyncpg.connect(embedded.attach(settings).url("postgres"))
    try:
        for table, rows in {**_rows(contract, people), "voice": _voices(contract, voices)}.items():
            columns = list(rows[0])
            records = [tuple(row[name] for name in columns) for row in rows]
            await connection.copy_records_to_table(table, schema_name="assess", records=records, columns=columns)
        create_schema, create_table, fill = _LONG.split(";")[:3]
        await connection.execute(create_schema)
        await connection.execute(create_table)
        await connection.execute(fill, list(items), timeout=600)
    finally:
        await connection.close()
    async with database.transaction(organisation) as tx:
        await _record(
            tx,
            contract,
            [(process.key, item) for body in bodies.values() for process in body.processes for item in process.kpis],
        )
    company.settle(settings)
    return organisation, contract.campaign_id


def _contract(organisation: UUID, catalogue: Catalogue) -> Contract:
    asked = [
        ContractQuestionnaire(digest=catalogue.digest(key, VERSION), key=key, version=VERSION) for key in company.ASKED
    ]
    digests = [each.digest for each in asked]
    parents = [_team(f"department-{number}", None, [], 0) for number in range(DEPARTMENTS)]
    sizes = random.Random(2).sample(SIZES, len(SIZES))
    teams = [_team(f"team-{n:04}", parents[n % DEPARTMENTS].team_id, digests, size) for n, size in enumerate(sizes)]
    return Contract(
        campaign_id=uuid4(),
        organisation_id=organisation,
        organisation="Scored",
        key="scored",
        name="Scored",
        starts_on=date(2026, 1, 1),
        ends_on=ENDED,
        languages=["fr"],
        threshold=5,
        anonymity="unlinked",
        questionnaires=asked,
        teams=[*parents, *teams],
    )


def _team(key: str, parent: UUID | None, digests: list[Digest], size: int) -> ContractTeam:
    """``size``: how many answer; one in five does not."""
    return ContractTeam(
        team_id=uuid4(),
        key=key,
        name=key,
        parent_id=parent,
        assessment_id=uuid4() if size else None,
        headcount=size + (size + 3) // 4,
        questionnaires=digests,
    )


def _people(contract: Contract, highest: list[int]) -> list[Person]:
    """Everybody who answers, as many of each team as its headcount says."""
    draw, sizes = random.Random(1), {size + (size + 3) // 4: size for size in SIZES}
    return [
        Person(team, draw.choice(PERSPECTIVES), _answers(draw, highest))
        for team in contract.teams
        for _ in range(sizes.get(team.headcount, 0))
    ]


def _spoken(person: Person, items: list[str]) -> Spoken:
    said = {item: answer for item, answer in zip(items, person.answers, strict=True) if answer != NO_ANSWER}
    return Spoken(person.team.team_id, person.perspective, said)


def _voices(contract: Contract, voices: list[Voice]) -> list[dict[str, Any]]:
    own = {"organisation_id": contract.organisation_id, "campaign_id": contract.campaign_id}
    return [{**own, **asdict(each), "composites": msgspec.json.encode(each.composites).decode()} for each in voices]


async def _record(tx: Tx, contract: Contract, kpis: list[tuple[str, Item]]) -> None:
    """Sheets of the first indicators that are asked about, and each team's values."""
    for process, item in kpis[:RECORDED]:
        await add_sheet(tx, _sheet(process, item, tx.now))
        for period in PERIODS:
            measured = Measure(
                period_end=period, measured_on=period, value=40.0, numerator=None, denominator=None, formula_revision=1
            )
            places = [(team.team_id, item.key, period) for team in contract.teams if team.assessment_id]
            await add_measures(tx, [(place, 1, measured) for place in places])


def _sheet(process: str, item: Item, now: datetime) -> KpiSheet:
    return KpiSheet(
        key=item.key,
        process=process,
        name=item.label,
        purpose=None,
        formula=item.label,
        unit="share",
        direction="up",
        source=None,
        cadence_days=91,
        owner="Ana Brune",
        baseline=20.0,
        target=50.0,
        target_on=ENDED,
        automated=False,
        alert_rule=None,
        teams=[],
        formula_revision=1,
        in_library=False,
        revision=1,
        recorded_at=now,
    )


def _rows(contract: Contract, people: list[Person]) -> dict[str, list[dict[str, Any]]]:
    """What the database keeps of the company, by table."""
    now = datetime.now(UTC)
    own = {"organisation_id": contract.organisation_id}
    mine = {**own, "campaign_id": contract.campaign_id}
    assessed = [team for team in contract.teams if team.assessment_id]
    closed = {"state": "closed", "languages": ["fr"], "threshold": 5, "starts_on": contract.starts_on, "ends_on": ENDED}
    moments = {"created_at": now, "launched_at": now, "closed_at": now, "retention_months": 24}
    named = {"id": contract.campaign_id, "key": "scored", "name": "Scored", "contract_digest": DIGEST}
    choices = [
        {**own, "assessment_id": team.assessment_id, "position": position, "digest": digest}
        for team in assessed
        for position, digest in enumerate(team.questionnaires)
    ]
    return {
        "team": [_team_row(own, team, now) for team in contract.teams],
        "campaign": [{**own, **closed, **moments, **named}],
        "assessment": [
            {
                **mine,
                "id": team.assessment_id,
                "team_id": team.team_id,
                "state": "collecting",
                "headcount": team.headcount,
            }
            for team in assessed
        ],
        "assessment_questionnaire": choices,
        "contract": [{**mine, "digest": DIGEST, "body": msgspec.json.encode(contract).decode()}],
        "sealed_response": [
            {
                **mine,
                "id": uuid4(),
                "assessment_id": person.team.assessment_id,
                "form": "full",
                "answers": person.answers,
            }
            for person in people
        ],
    }


def _team_row(own: dict[str, Any], team: ContractTeam, now: datetime) -> dict[str, Any]:
    said = {"id": team.team_id, "key": team.key, "name": team.name, "parent_id": team.parent_id}
    return {**own, **said, "functions": [], "capacity_days": 5, "created_at": now}


def _answers(draw: random.Random, highest: list[int]) -> list[int]:
    """Around the middle of each scale, as real people answer, who do not answer everything."""
    return [_unsaid(draw.random()) or min(top, max(1, round(draw.gauss(2.8, 1.0)))) for top in highest]


def _unsaid(chance: float) -> int | None:
    """What stands instead of a level, if anything."""
    for value, share in UNSAID:
        if chance < share:
            return value
        chance -= share
    return None
