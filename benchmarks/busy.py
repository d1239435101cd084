"""Heavy work for our server: one client closes campaigns (sealed and scored), has roadmaps planned and PDFs drawn.

The campaigns are answered before the clock starts: only scoring, planning and drawing are the work meanwhile.
"""

import itertools
import os
import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx

from assess.settings import Settings
from benchmarks import company
from benchmarks.servers import Server

PEOPLE = 12
CAMPAIGNS = 16
"""Answered in advance, for three seconds; when they are used up, further roadmaps of the last one are planned and drawn."""


class Busy:
    """A context in which the server is kept busy; what failed meanwhile is raised at its end."""

    def __init__(self, settings: Settings, server: Server, key: str):
        self.drawn = 0
        self.scored = 0
        self._settings, self._address, self._key = settings, server.address, key
        self._names = (f"busy-{number}" for number in itertools.count(1))
        self._enough = threading.Event()
        self._failed: Exception | None = None
        self._ready: list[str] = []
        self._closed = ""
        self._thread = threading.Thread()

    def __enter__(self) -> None:
        self._enough.clear()
        self._ready = [self._answered(next(self._names)) for _ in range(CAMPAIGNS)]
        self._thread = threading.Thread(target=self._work)
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._enough.set()
        self._thread.join()
        if self._failed is not None:
            raise self._failed

    def _work(self) -> None:
        os.setpriority(
            os.PRIO_PROCESS, threading.get_native_id(), 19
        )  # in life this client has another machine's processor
        try:
            with company.client(self._address, self._key) as http:
                for day in itertools.count():
                    if self._enough.is_set():
                        return
                    self._one(http, datetime.now(UTC).date() + timedelta(days=day))
        except Exception as error:
            self._failed = error

    def _one(self, http: httpx.Client, starts_on: date) -> None:
        if self._ready:
            self._closed = self._ready.pop()
            _post(http, f"{self._closed}/close")
            self.scored += 1
        wish = {"campaign_id": self._closed.rpartition("/")[2], "starts_on": str(starts_on)}
        roadmap = _post(http, "/v1/roadmaps", wish)
        for language in ("fr", "en"):
            if not self._enough.is_set():
                _post(http, "/v1/reports", {"roadmap_id": roadmap["id"], "language": language})
                self.drawn += 1

    def _answered(self, name: str) -> str:
        at, tokens = company.open_campaign(self._address, self._key, name, PEOPLE)
        key, items = company.exchange(self._address, tokens[0])
        company.multiply(self._settings, key, items, PEOPLE - 1)
        return at


def _post(http: httpx.Client, path: str, body: Any = None) -> Any:
    return http.post(path, json=body).raise_for_status().json()
