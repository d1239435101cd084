"""A lane of hostile requests: each is asked, judged, and found to have written nothing when it was refused."""

import random
import time
from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any
from uuid import UUID

import asyncpg
from asking import Got, Sent, ask
from heavy_bodies import heavy
from judging import Specification, faults
from mutations import mutated
from named_shapes import named
from scene import Scene
from shapes import misshapen

from assess.storage import tables
from connections import out_of

SLOW = {"closeCampaign": 8, "createRoadmap": 3, "createReport": 3, "launchCampaign": 3, "validateQuestionnaire": 2}
"""Operations that take long when a mutation leaves them good: so many times fewer of their requests are mutated."""
SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}
SHOWN = 60
LEAST = 6
"""Wrong shapes that are asked of each good request, however small the share."""


class Rows:
    """Everything that an organisation has in the database, as it is to be found unchanged."""

    def __init__(self, connection: asyncpg.Connection, organisation: UUID) -> None:
        self._connection = connection
        each = [
            f"select '{name}', count(*), sum(hashtextextended(xmin::text || ctid::text, 0)) from assess.{name} "
            f"where organisation_id = '{organisation}'"
            for name in sorted(tables.TENANT)
        ]
        self._everything = " union all ".join(each)
        self._position: Any = None
        self._known: list[Any] = []

    async def look(self) -> list[str]:
        """The tables that have changed since the last look; the log of the database tells cheaply that none has."""
        position = await self._connection.fetchval("select pg_current_wal_insert_lsn()")
        if position == self._position:
            return []
        before, self._position = dict(self._known), position
        self._known = [(row[0], tuple(row[1:])) for row in await self._connection.fetch(self._everything)]
        return [name for name, state in self._known if before.get(name) != state]


class Lane:
    """Asks, judges and counts; ``finds`` has one line for each thing that is wrong."""

    def __init__(self, application: Any, scene: Scene, specification: Specification, rows: Rows, seed: int) -> None:
        self.luck = random.Random(seed)
        self.scene = scene
        self.finds: dict[str, str] = {}
        self.statuses: Counter[int] = Counter()
        self.operations: Counter[str] = Counter()
        self.named: set[tuple[str, str]] = set()
        self.slowest = (0.0, "")
        self._began = time.monotonic()
        self._application = application
        self._database = application.litestar.state.database
        self._specification = specification
        self._rows = rows
        self._decided = False

    async def mutations(self, count: int) -> None:
        """So many byte-mutated requests, spread over all operations by what they take."""
        others = {body: [sent for sent in self._goods() if bool(sent.body) is body] for body in (True, False)}
        names = sorted(self.scene.good)
        weights = [(3 if any(sent.body for sent in self.scene.good[name]) else 1) / SLOW.get(name, 1) for name in names]
        for name in [*names, *self.luck.choices(names, weights, k=count - len(names))]:
            good = await self.scene.fresh(name)
            await self.try_(name, mutated(self.luck, good, others[bool(good.body)]))

    async def named_shapes(self) -> None:
        """Every shape that has a name, of each operation that can take it; ``named``: which was asked of which."""
        other = self.scene.world.ids["key_id"]
        for name in sorted(self.scene.good):
            for good in {sent.header(b"content-type"): sent for sent in self.scene.good[name]}.values():
                for shape, wrong in named(self._specification, name, good, other):
                    await self.try_(name, await self.scene.freshened(name, wrong))
                    self.named.add((shape, name))

    async def shapes(self, share: float = 1.0) -> None:
        """A ``share`` of all well-formed requests of the wrong shape, of each operation."""
        for name in sorted(self.scene.good):
            for number, good in enumerate(self.scene.good[name]):
                wrong = list(misshapen(self._specification, name, good))
                most = min(len(wrong), max(LEAST, int(len(wrong) * share / (1 + number))))
                for index in sorted(self.luck.sample(range(len(wrong)), most)):
                    await self.try_(name, await self.scene.freshened(name, wrong[index]))

    async def heavy(self) -> None:
        """Bodies at the limits of size."""
        for name, bodies in heavy(self.luck).items():
            for body in bodies:
                good = await self.scene.fresh(name)
                media = b"text/csv" if name.startswith("import") and body[:1] != b"[" else b"application/json"
                await self.try_(name, _with_body(good, media, body))

    async def try_(self, operation: str, sent: Sent) -> Got:
        """Ask, judge, and look whether a refusal or a safe method has changed anything."""
        if self.scene.stage.has_made:
            await self._rows.look()
            self.scene.stage.has_made = False
        began = time.perf_counter()
        got = await ask(self._application, sent)
        self.slowest = max(self.slowest, (time.perf_counter() - began, f"{operation} {sent.body[:60]!r}"))
        self.statuses[got.status] += 1
        self.operations[operation] += 1
        found = faults(self._specification, sent, got)
        if held := out_of(self._database):
            found.append(f"{held} connections are not given back")
        changed = await self._rows.look()
        if changed and (got.status >= 400 or sent.method in SAFE) and not self._first_reading(sent, changed):
            found.append(f"{got.status} to {sent.method} has changed {', '.join(changed)}")
        for fault in found:
            self.finds.setdefault(f"{operation}: {fault}", f"{_shown(sent)}\n      → {got.status} {got.body[:300]!r}")
        if changed:
            self._decided = operation == "putExemption" or (self._decided and "scoring" not in changed)
        if changed and got.status < 400:
            self.scene.spoil(operation)
        return got

    def _first_reading(self, sent: Sent, changed: Collection[str]) -> bool:
        """Whether results were computed anew, as they are when they are first read after a decision."""
        return self._decided and sent.method in SAFE and set(changed) == {"result", "scoring"}

    def seconds(self) -> float:
        """How long this lane has been asking."""
        return time.monotonic() - self._began

    def said(self) -> str:
        """The finds, to be read in a failing test."""
        lines = [f"{find}\n      {what}" for find, what in self.finds.items()]
        return f"{len(lines)} finds:\n" + "\n".join(lines[:SHOWN])

    def figures(self) -> str:
        """What was asked and answered."""
        statuses = ", ".join(f"{count} × {status}" for status, count in sorted(self.statuses.items()))
        return f"{self.statuses.total()} requests to {len(self.operations)} operations: {statuses}"

    def _goods(self) -> Iterator[Sent]:
        return (sent for found in self.scene.good.values() for sent in found)


def _with_body(sent: Sent, media: bytes, body: bytes) -> Sent:
    worn = sent.wearing((b"content-type", media))
    return Sent(method=worn.method, target=worn.target, headers=worn.headers, body=body)


def _shown(sent: Sent) -> str:
    headers = [(name, value[:80]) for name, value in sent.headers if name != b"authorization"]
    return f"{sent.method} {sent.target[:300]!r} {headers} {sent.body[:300]!r}"
