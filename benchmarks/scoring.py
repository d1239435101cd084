"""P3: a company of 1,000 teams × 12 people × 89 items scored, against PostgreSQL's own means over one row an answer."""

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

from assess.campaign.model import Contract, ContractQuestionnaire, ContractTeam
from assess.installation import Installation, installed, published
from assess.maturity import service as maturity
from assess.maturity.facts import written
from assess.questionnaire.catalogue import Catalogue
from assess.settings import Settings
from assess.storage import embedded
from assess.storage.database import Database
from assess.storage.workers import Workers
from assess.tenancy import service as tenancy
from assess.words import Digest
from benchmarks import company, servers
from benchmarks.measure import Row, figures, in_turn, ratio

DEPARTMENTS, TEAMS, PEOPLE = 10, 1_000, 12
VERSION = "1.0.0"
DIGEST = "0" * 64
ENDED = date(2026, 1, 31)
PEAK = "benchmarks.scoring:peak"
_LONG = """
create schema bench;
create table bench.answer_row (team_id uuid not null, item text not null, value smallint not null);
insert into bench.answer_row
  select a.team_id, i.item, s.answers[i.place]
  from assess.sealed_response as s
  join assess.assessment as a on a.organisation_id = s.organisation_id and a.id = s.assessment_id
  cross join unnest($1::text[]) with ordinality as i(item, place);
"""
_MEANS = "select team_id, item, avg(value) from bench.answer_row group by team_id, item"


def scoring() -> Iterator[Row]:
    """Ours from the sealed rows to the encoded results of every node, fetch included; theirs fetched by the same driver."""
    with servers.erased("scoring") as settings, installed(settings, "command") as installation:
        yield asyncio.run(_row(settings, installation))


def peak() -> float:
    """Highest resident memory of the process that runs this, in MB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


async def _row(settings: Settings, installation: Installation) -> Row:
    await installation.make_ready(published())
    workers = Workers(1, seconds=120)
    try:
        async with installation.database() as database:
            catalogue = Catalogue(published())
            organisation, campaign = await _filled(settings, database, catalogue)
            means = await asyncpg.connect(embedded.attach(settings).url("postgres"))
            size: list[int] = []

            async def ours() -> None:
                async with database.transaction(organisation) as tx:
                    facts = await maturity.facts_of(tx, catalogue, campaign)
                size[:] = [len(await workers.run(maturity.COMPUTE, written(facts)))]

            async def theirs() -> None:
                await means.fetch(_MEANS)

            taken = await asyncio.to_thread(in_turn, _timed(asyncio.get_running_loop(), ours=ours, theirs=theirs))
            await means.close()
            memory = await workers.run(PEAK)
    finally:
        workers.close()
    counts = f"{TEAMS:,} teams, {TEAMS * PEOPLE:,} people, {TEAMS * PEOPLE * 89:,} answers"
    said = (
        f"{figures(' s', taken, 2)}; {counts}; {size[0] / 1e6:.0f} MB of results, {memory:.0f} MB at most in the worker"
    )
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
    bodies = [catalogue.version(asked.digest) for asked in contract.questionnaires]
    items = [item.key for body in bodies for item in body.items()]
    connection = await asyncpg.connect(embedded.attach(settings).url("postgres"))
    try:
        for table, rows in _rows(contract, [item.highest for body in bodies for item in body.items()]).items():
            columns = list(rows[0])
            records = [tuple(row[name] for name in columns) for row in rows]
            await connection.copy_records_to_table(table, schema_name="assess", records=records, columns=columns)
        create_schema, create_table, fill = _LONG.split(";")[:3]
        await connection.execute(create_schema)
        await connection.execute(create_table)
        await connection.execute(fill, items, timeout=600)
    finally:
        await connection.close()
    company.settle(settings)
    return organisation, contract.campaign_id


def _contract(organisation: UUID, catalogue: Catalogue) -> Contract:
    asked = [
        ContractQuestionnaire(digest=catalogue.digest(key, VERSION), key=key, version=VERSION) for key in company.ASKED
    ]
    digests = [each.digest for each in asked]
    parents = [_team(f"department-{number}", None, [], asked=False) for number in range(DEPARTMENTS)]
    teams = [_team(f"team-{n:04}", parents[n % DEPARTMENTS].team_id, digests, asked=True) for n in range(TEAMS)]
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


def _team(key: str, parent: UUID | None, digests: list[Digest], *, asked: bool) -> ContractTeam:
    return ContractTeam(
        team_id=uuid4(),
        key=key,
        name=key,
        parent_id=parent,
        assessment_id=uuid4() if asked else None,
        headcount=PEOPLE + 3 if asked else 0,
        questionnaires=digests,
    )


def _rows(contract: Contract, highest: list[int]) -> dict[str, list[dict[str, Any]]]:
    """What the database keeps of the company, by table."""
    draw, now = random.Random(1), datetime.now(UTC)
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
                "assessment_id": team.assessment_id,
                "form": "full",
                "answers": _answers(draw, highest),
            }
            for team in assessed
            for _ in range(PEOPLE)
        ],
    }


def _team_row(own: dict[str, Any], team: ContractTeam, now: datetime) -> dict[str, Any]:
    said = {"id": team.team_id, "key": team.key, "name": team.name, "parent_id": team.parent_id}
    return {**own, **said, "functions": [], "capacity_days": 5, "created_at": now}


def _answers(draw: random.Random, highest: list[int]) -> list[int]:
    """Around the middle of each scale, as real people answer."""
    return [min(top, max(1, round(draw.gauss(2.8, 1.0)))) for top in highest]
