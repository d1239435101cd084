"""Phones that answer and never give up: each sends the same answer again until it is acknowledged."""

import asyncio
import time
from typing import Any

import httpx

Headers = dict[str, str]
PATIENCE = 40.0
"""Seconds in which everything must have recovered."""
PAUSE = 0.05
_UNDERWAY = "idempotency_key_busy"
_UNAVAILABLE = {"database_unavailable", "service_busy", "worker_lost", "work_took_too_long"}


class Gave(Exception):  # noqa: N818 -- it gave up, and says so
    """No reply within PATIENCE."""


class Trial:
    """What one client of the service went through: how often it was answered well, and how often it had to ask again."""

    def __init__(self) -> None:
        self.acknowledged = 0
        self.failed = 0

    async def insist(
        self, client: httpx.AsyncClient, method: str, path: str, headers: Headers, **sent: Any
    ) -> httpx.Response:
        """Send a request until it is answered with neither "not now" (503) nor "still under way" (409); other 5xx are errors."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                reply = await client.request(method, path, headers=headers, **sent)
            except httpx.TransportError:
                self.failed += 1
            else:
                if reply.status_code == 409 and reply.json()["code"] == _UNDERWAY:
                    await asyncio.sleep(PAUSE)
                    continue
                if reply.status_code < 500:
                    self.acknowledged += reply.is_success
                    return reply
                assert reply.status_code == 503, reply.text
                assert reply.headers["content-type"] == "application/problem+json"
                assert "retry-after" in reply.headers, reply.text
                assert reply.json()["code"] in _UNAVAILABLE, reply.text
                self.failed += 1
            await asyncio.sleep(PAUSE)
        raise Gave(f"{method} {path}")


class Phone(Trial):
    """One respondent: taps item after item with growing sequence numbers, and remembers what was acknowledged."""

    def __init__(self, key: Headers, items: list[str]) -> None:
        super().__init__()
        self.key = key
        self._items = items
        self._sequence = 0
        self.kept: dict[str, tuple[int, int]] = {}
        """By item: the last acknowledged sequence and level."""

    async def tap(self, client: httpx.AsyncClient) -> None:
        """The next answer, until it is acknowledged."""
        sequence = self._sequence = self._sequence + 1
        item, level = self._items[sequence % len(self._items)], sequence % 5 + 1
        body = {"answer": {"type": "level", "level": level}, "comment": None, "sequence": sequence}
        reply = await self.insist(client, "PUT", f"/v1/respond/answers/{item}", self.key, json=body)
        assert reply.is_success, reply.text
        assert (reply.json()["sequence"], reply.json()["answer"]["level"]) == (sequence, level)
        self.kept[item] = sequence, level

    async def go_on(self, client: httpx.AsyncClient, stop: asyncio.Event) -> None:
        """Tap until then."""
        while not stop.is_set():
            await self.tap(client)

    async def lost(self, client: httpx.AsyncClient) -> int:
        """How many acknowledged answers are not there as they were given."""
        reply = await self.insist(client, "GET", "/v1/respond", self.key)
        there = {each["item"]: (each["sequence"], each["answer"]["level"]) for each in reply.json()["answers"]}
        return sum(there.get(item) != given for item, given in self.kept.items())


def items_of(form: dict[str, Any]) -> list[str]:
    """The practices that are asked."""
    return [
        item["key"]
        for process in form["questionnaires"][0]["processes"]
        for step in process["steps"]
        for item in step["items"]
    ]
