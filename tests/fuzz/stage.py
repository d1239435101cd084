"""Objects of one organisation that may be spoilt: made over HTTP when they are needed, and again when they were used up."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from world import SIZES, Headers

DRAFT, OPENED, PERSON, KEY, TEAM = "draft", "opened", "person", "key", "team"


class Stage:
    """What stands ready for the ``admin``; ``has_made``: whether anything was made since that was last asked."""

    def __init__(self, client: httpx.AsyncClient, admin: Headers) -> None:
        self._client = client
        self._admin = admin
        self._numbers = itertools.count(1)
        self._made: dict[str, dict[str, str]] = {}
        self.has_made = True

    def number(self) -> int:
        """A number that was never given."""
        return next(self._numbers)

    def spoil(self, *what: str) -> None:
        """These are used up."""
        for name in what or list(self._made):
            self._made.pop(name, None)

    async def draft(self) -> dict[str, str]:
        """``campaign``: ready to be launched."""
        if DRAFT not in self._made:
            self._made[DRAFT] = {"campaign": await self._campaign()}
        return self._made[DRAFT]

    async def _campaign(self) -> str:
        today = datetime.now(UTC).date()
        dates = {"starts_on": str(today), "ends_on": str(today + timedelta(days=14))}
        new = {"key": f"draft-{self.number()}", "name": "Printemps", "languages": ["fr", "en"], **dates}
        campaign: str = (await self._done("POST", "/v1/campaigns", json=new))["id"]
        asked = [{"key": "offer", "version": "1.0.0"}]
        choice = {"items": [{"team": team, "questionnaires": asked, "asked_elsewhere": 5} for team in SIZES]}
        every = {"If-Match": "*"}
        await self._done("PUT", f"/v1/campaigns/{campaign}/assessments", every, json=choice)
        person = {"name": "Ana", "language": "fr", "perspective": "member"}
        people = [{**person, "email": f"{team}.{n}@example.com", "team": team} for team in SIZES for n in range(3)]
        await self._done("POST", f"/v1/campaigns/{campaign}/people/import", json=people)
        return campaign

    async def opened(self) -> dict[str, str]:
        """``campaign``: open; ``token`` and ``response``: of one invitation, the latter as a header's value."""
        if OPENED not in self._made:
            campaign = await self._campaign()
            await self._done("POST", f"/v1/campaigns/{campaign}/launch")
            invited = (await self._done("POST", f"/v1/campaigns/{campaign}/invitations"))["items"]
            token = invited[0]["token"]
            key = (await self._done("POST", "/v1/respond/exchange", json={"token": token}))["response_key"]
            self._made[OPENED] = {"campaign": campaign, "token": token, "response": f"Bearer {key}"}
        return self._made[OPENED]

    async def person(self) -> dict[str, str]:
        """``person``: on the roster of the draft."""
        campaign = (await self.draft())["campaign"]
        made = self._made.get(PERSON)
        if made is None or made["campaign"] != campaign:
            people = (await self._done("GET", f"/v1/campaigns/{campaign}/people"))["items"]
            made = self._made[PERSON] = {"person": people[0]["id"], "campaign": campaign}
        return made

    async def key(self) -> dict[str, str]:
        """``key``: a spare API key."""
        if KEY not in self._made:
            issued = await self._done("POST", "/v1/api-keys", json={"name": "Spare", "role": "auditor"})
            self._made[KEY] = {"key": issued["key"]["id"]}
        return self._made[KEY]

    async def team(self) -> dict[str, str]:
        """``team`` and ``key``: of a team that no campaign asks."""
        if TEAM not in self._made:
            key = f"stand-{self.number()}"
            made = await self._done("POST", "/v1/teams", json={"key": key, "name": key, "parent": "house"})
            self._made[TEAM] = {"team": made["id"], "key": key}
        return self._made[TEAM]

    async def link(self, report: str) -> str:
        """The query of a link to that report: a new one each time, since none opens for long."""
        made: str = (await self._done("POST", f"/v1/reports/{report}/links"))["url"]
        return made.partition("?")[2]

    async def _done(self, method: str, path: str, headers: Headers | None = None, **sent: Any) -> Any:
        reply = await self._client.request(method, path, headers={**self._admin, **(headers or {})}, **sent)
        assert reply.is_success, f"{method} {path}: {reply.text}"
        self.has_made = True
        return reply.json()
