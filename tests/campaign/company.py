"""What the tests of this room do with a company: set up, launch, answer."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import httpx

Headers = dict[str, str]
Sizes = dict[str, int]
CSV = {"Content-Type": "text/csv"}
ANY = {"If-Match": "*"}
"""Whatever is there now: nobody else changes it."""
COLUMNS = "name,email,language,perspective,team"


def today() -> date:
    """The day by which a campaign's end is told."""
    return datetime.now(UTC).date()


def roster(sizes: Sizes, perspective: str = "member") -> str:
    """A sheet with so many people in each team."""
    lines = [
        f"{team} {n},{team}.{n}@example.com,fr,{perspective},{team}"
        for team, size in sizes.items()
        for n in range(size)
    ]
    return "\n".join([COLUMNS, *lines])


async def drafted(
    client: httpx.AsyncClient,
    admin: Headers,
    sizes: Sizes,
    ask: tuple[str, ...] = ("offer",),
    key: str = "spring",
    **terms: Any,
) -> str:
    """A draft: the teams below one parent, each asked the same, with so many people; its address.

    terms: what else the campaign says.
    """
    sheet = "key,name,parent\nbusiness,Métier,\n" + "".join(f"{team},Team {team},business\n" for team in sizes)
    done(await client.post("/v1/teams/import", headers={**admin, **CSV}, content=sheet))
    end = str(today() + timedelta(days=14))
    new = {
        "key": key,
        "name": "Printemps",
        "languages": ["fr", "en"],
        "starts_on": str(today()),
        "ends_on": end,
        **terms,
    }
    made = done(await client.post("/v1/campaigns", headers=admin, json=new))
    at = f"/v1/campaigns/{made['id']}"
    chosen = [{"key": questionnaire, "version": "1.0.0"} for questionnaire in ask]
    items = [{"team": team, "questionnaires": chosen} for team in sizes]
    done(await client.put(f"{at}/assessments", headers={**admin, **ANY}, json={"items": items}))
    if any(sizes.values()):
        done(await client.post(f"{at}/people/import", headers={**admin, **CSV}, content=roster(sizes)))
    return at


async def launched(
    client: httpx.AsyncClient,
    admin: Headers,
    sizes: Sizes,
    ask: tuple[str, ...] = ("offer",),
    key: str = "spring",
    **terms: Any,
) -> SimpleNamespace:
    """An open campaign: its address, its id, and its invitations."""
    at = await drafted(client, admin, sizes, ask, key, **terms)
    done(await client.post(f"{at}/launch", headers=admin))
    invitations = done(await client.post(f"{at}/invitations", headers=admin))["items"]
    return SimpleNamespace(at=at, id=UUID(at.rpartition("/")[2]), invitations=invitations)


async def exchanged(client: httpx.AsyncClient, token: str) -> Headers:
    """Headers of the response key of an invitation."""
    return {
        "Authorization": f"Bearer {done(await client.post('/v1/respond/exchange', json={'token': token}))['response_key']}"
    }


async def saved(client: httpx.AsyncClient, key: Headers, item: str, level: int, sequence: int = 1, **more: str) -> Any:
    """Save a level; what is kept. more: a comment, a link as evidence."""
    body = {"answer": {"type": "level", "level": level}, "sequence": sequence, **more}
    return done(await client.put(f"/v1/respond/answers/{item}", headers=key, json=body))


def done(reply: httpx.Response) -> Any:
    """The body of a reply that must be good."""
    assert reply.is_success, reply.text
    return reply.json()


def refused(reply: httpx.Response) -> tuple[int, str]:
    """Status and code of a problem."""
    assert reply.headers["content-type"] == "application/problem+json", reply.text
    return reply.status_code, reply.json()["code"]
