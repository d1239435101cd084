"""What a pilot company does, step by step, over HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx

from assess.storage.database import Database
from assess.storage.secrets import Secrets
from assess.tenancy.model import NewApiKey, Role
from assess.tenancy.service import issue_key
from assess.tenancy.store import add_organisation

CSV = {"Content-Type": "text/csv"}
Headers = dict[str, str]


class Player:
    """One organisation and its campaign; ``at`` is the campaign's address, ``admin`` the headers of its admin."""

    def __init__(self, client: httpx.AsyncClient, database: Database, secrets: Secrets) -> None:
        self.client, self.database, self.secrets = client, database, secrets
        self.organisation = uuid4()
        self.admin: Headers = {}
        self.at = ""

    async def settle(self) -> None:
        """The organisation and its admin's key."""
        async with self.database.transaction(self.organisation) as tx:
            await add_organisation(tx, f"o-{self.organisation}", "Aubépine")
        self.admin = await self.key(Role.ADMIN)

    async def key(self, role: Role, team: UUID | None = None) -> Headers:
        """Headers of a new key."""
        async with self.database.transaction(self.organisation) as tx:
            issued = await issue_key(tx, self.secrets.pepper, NewApiKey(name=role.value, role=role, team_id=team))
        return {"Authorization": f"Bearer {issued.secret}"}

    async def launch(self, sizes: dict[str, int]) -> None:
        """A campaign on the offer, open to so many people of each team; all teams have one parent."""
        sheet = "key,name,parent\nbusiness,Métier,\n" + "".join(f"{team},Team {team},business\n" for team in sizes)
        await self._post("/v1/teams/import", content=sheet, headers=CSV)
        today = datetime.now(UTC).date()
        dates = {"starts_on": str(today), "ends_on": str(today + timedelta(days=9))}
        new = {"key": "spring", "name": "Printemps", "languages": ["fr"], **dates}
        self.at = f"/v1/campaigns/{(await self._post('/v1/campaigns', json=new))['id']}"
        asked = [{"team": team, "questionnaires": [{"key": "offer", "version": "1.0.0"}]} for team in sizes]
        done(
            await self.client.put(
                f"{self.at}/assessments", headers={**self.admin, "If-Match": "*"}, json={"items": asked}
            )
        )
        people = [
            f"{team} {n},{team}.{n}@example.com,fr,member,{team}" for team, size in sizes.items() for n in range(size)
        ]
        roster = "\n".join(["name,email,language,perspective,team", *people])
        await self._post(f"{self.at}/people/import", content=roster, headers=CSV)
        await self._post(f"{self.at}/launch")

    async def answer(self, levels: dict[str, int], foreign: dict[str, str] | None = None) -> None:
        """Everybody gives the level of the team to every question; what is foreign to a team does not apply there."""
        beside = {"type": "not_applicable", "reason": "not_our_activity"}
        for invitation in (await self._post(f"{self.at}/invitations"))["items"]:
            exchange = await self.client.post("/v1/respond/exchange", json={"token": invitation["token"]})
            respondent = {"Authorization": f"Bearer {done(exchange)['response_key']}"}
            form = done(await self.client.get("/v1/respond", headers=respondent))
            for item in items_in(form):
                level = {"type": "level", "level": levels[invitation["team"]]}
                answer = beside if item == (foreign or {}).get(invitation["team"]) else level
                body = {"answer": answer, "comment": None, "sequence": 1}
                done(await self.client.put(f"/v1/respond/answers/{item}", headers=respondent, json=body))

    async def close(self) -> Any:
        """Close the campaign; the reply."""
        return await self._post(f"{self.at}/close")

    async def get(self, path: str, key: Headers | None = None) -> httpx.Response:
        """Read as the admin, or as somebody else."""
        return await self.client.get(path, headers=key or self.admin)

    async def teams(self) -> dict[str, UUID]:
        """Ids by key."""
        return {team["key"]: UUID(team["id"]) for team in done(await self.get("/v1/teams"))["items"]}

    async def assessments(self) -> dict[str, str]:
        """The address of each team's assessment."""
        page = done(await self.get(f"{self.at}/assessments"))
        return {found["team"]: f"/v1/assessments/{found['id']}" for found in page["items"]}

    async def _post(self, path: str, headers: Headers | None = None, **content: Any) -> Any:
        return done(await self.client.post(path, headers={**self.admin, **(headers or {})}, **content))


def items_in(form: Any) -> list[str]:
    """The keys of all questions of a form, however deep."""
    if isinstance(form, list):
        return [key for part in form for key in items_in(part)]
    if not isinstance(form, dict):
        return []
    if "levels" in form:
        return [form["key"]]
    return [key for part in form.values() for key in items_in(part)]


def done(reply: httpx.Response) -> Any:
    """The body of a reply that must be good."""
    assert reply.is_success, reply.text
    return reply.json()


def refused(reply: httpx.Response) -> tuple[int, str]:
    """Status and code of a problem."""
    assert reply.headers["content-type"] == "application/problem+json", reply.text
    return reply.status_code, reply.json()["code"]
