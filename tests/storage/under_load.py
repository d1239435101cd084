"""People and an office at work on a service while something happens to it: what they were told is so afterwards."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
from msgspec import Struct

from kept import done


class Company(Struct, frozen=True, kw_only=True):
    """An open campaign: ``keys`` of three people who answer, ``tokens`` of two who did not come yet, ``items`` of the form."""

    organisation: UUID
    admin: dict[str, str]
    keys: list[dict[str, str]]
    tokens: list[str]
    items: list[str]


class Load:
    """Somebody who asks one thing after another, and again, with patience, what the service could not do just now."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self.acknowledged: dict[int, Any] = {}
        self.refused = 0

    async def work(self, stop: asyncio.Event) -> None:
        """Until told to stop, and at most 2,000 times."""
        for number in range(1, 2000):
            if stop.is_set():
                return
            self.acknowledged[number] = await self.ask(number)
            await asyncio.sleep(0.01)

    async def ask(self, number: int) -> Any:
        """Ask for the ``number``th time; what is remembered of the reply."""
        raise NotImplementedError

    async def check(self) -> None:
        """Whatever was acknowledged is so, once."""
        raise NotImplementedError

    async def patiently(self, method: str, path: str, headers: dict[str, str], body: Any = None) -> Any:
        """The body of a good reply."""
        for _ in range(5):
            reply = await self._client.request(method, path, headers=headers, json=body)
            if reply.status_code != 503:
                break
            self.refused += 1
            await asyncio.sleep(float(reply.headers["retry-after"]) / 4)
        assert reply.is_success, reply.text
        return reply.json()


class Phone(Load):
    """Taps one answer after another."""

    def __init__(self, client: httpx.AsyncClient, key: dict[str, str], items: list[str]) -> None:
        super().__init__(client)
        self._key = key
        self._items = items

    async def ask(self, number: int) -> tuple[str, int]:
        item, level = self._items[number % len(self._items)], number % 5 + 1
        body = {"answer": {"type": "level", "level": level}, "sequence": number}
        await self.patiently("PUT", f"/v1/respond/answers/{item}", self._key, body)
        return item, level

    async def check(self) -> None:
        last = {item: (sequence, level) for sequence, (item, level) in sorted(self.acknowledged.items())}
        answers = (await done(self._client.get("/v1/respond", headers=self._key)))["answers"]
        assert {each["item"]: (each["sequence"], each["answer"]["level"]) for each in answers} == last


class Visitor(Load):
    """Opens the link, for the first time and again, and submits."""

    def __init__(self, client: httpx.AsyncClient, token: str) -> None:
        super().__init__(client)
        self._token = token

    async def ask(self, number: int) -> tuple[str, str]:
        key = (await self.patiently("POST", "/v1/respond/exchange", {}, {"token": self._token}))["response_key"]
        submitted = await self.patiently("POST", "/v1/respond/submit", {"Authorization": f"Bearer {key}"})
        return key, submitted["state"]

    async def check(self) -> None:
        ((key, state),) = set(self.acknowledged.values())
        form = await done(self._client.get("/v1/respond", headers={"Authorization": f"Bearer {key}"}))
        assert form["progress"]["state"] == state == "completed"


class Office(Load):
    """Makes one team after another, each under an idempotency key."""

    def __init__(self, client: httpx.AsyncClient, admin: dict[str, str]) -> None:
        super().__init__(client)
        self._admin = admin

    async def ask(self, number: int) -> str:
        once, team = {**self._admin, "Idempotency-Key": f"team-{number}"}, {"key": f"t{number}", "name": f"T {number}"}
        made: str = (await self.patiently("POST", "/v1/teams", once, team))["id"]
        await asyncio.sleep(0.05)
        return made

    async def check(self) -> None:
        for number, team in self.acknowledged.items():
            assert await self.ask(number) == team
        teams = (await done(self._client.get("/v1/teams?limit=200", headers=self._admin)))["items"]
        assert {each["id"] for each in teams if each["key"] != "atelier"} == {*self.acknowledged.values()}


def everybody(client: httpx.AsyncClient, company: Company) -> list[Load]:
    """All who work at the same time."""
    phones = [Phone(client, key, company.items) for key in company.keys]
    return [*phones, *(Visitor(client, token) for token in company.tokens), Office(client, company.admin)]


@contextlib.asynccontextmanager
async def at_work(busy: list[Load]) -> AsyncIterator[None]:
    """Everybody works before, during and after the block; then what each was told is checked."""
    stop = asyncio.Event()
    async with asyncio.timeout(60), asyncio.TaskGroup() as load:
        for each in busy:
            load.create_task(each.work(stop))
        await further(busy)
        yield
        await further(busy)
        stop.set()
    for each in busy:
        await each.check()


async def further(busy: list[Load]) -> None:
    """Until everybody was told more than now."""
    now = [len(each.acknowledged) for each in busy]
    while any(len(each.acknowledged) == told for each, told in zip(busy, now, strict=True)):
        await asyncio.sleep(0.05)
