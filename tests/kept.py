"""A company that has rows in every table, and what a dump says: for tests of what is kept and what is erased."""

import tempfile
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
from msgspec import Struct
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from assess.storage import clients, roles
from assess.storage.database import Database
from assess.storage.embedded import Embedded
from assess.storage.secrets import Secrets
from assess.storage.tables import voice
from assess.tenancy.model import Role
from tenants import key_for, new_organisation
from world import Headers, build_world

RULES = {
    "policies": "select * from pg_policies where schemaname = 'assess' order by tablename, policyname",
    "grants": """select relname, relowner::regrole::text, relacl::text, relrowsecurity, relforcerowsecurity from pg_class
                 where relnamespace = 'assess'::regnamespace and relkind = 'r' order by 1""",
    "functions": """select proname, proowner::regrole::text, prosecdef, proconfig, proacl::text, prosrc from pg_proc
                    where pronamespace = 'assess'::regnamespace order by 1""",
    "constraints": """select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint
                      where connamespace = 'assess'::regnamespace order by 1, 2""",
    "indexes": "select indexdef from pg_indexes where schemaname = 'assess' order by 1",
    "schema": "select nspowner::regrole::text, nspacl::text from pg_namespace where nspname = 'assess'",
    "later tables": "select defaclrole::regrole::text, defaclacl::text from pg_default_acl",
}
"""What a schema holds beside its rows, by SQL."""


class Company(Struct, frozen=True, kw_only=True):
    """An organisation with a closed and an open campaign; ``mark`` stands in whatever its people have said.

    ``token``: somebody's invitation to the open campaign; ``response_key``: the headers with which that one has answered.
    """

    organisation: UUID
    key: str
    mark: str
    admin: Headers
    closed: UUID
    open: UUID
    report: str
    token: str
    response_key: Headers


async def build_company(client: httpx.AsyncClient, database: Database, secrets: Secrets, mark: str) -> Company:
    """Play it over HTTP."""
    organisation = await new_organisation(database, f"Aubépine{mark}")
    admin = await key_for(database, secrets, organisation, Role.ADMIN)
    world = await build_world(client, organisation, admin, mark)
    once = {**admin, "Idempotency-Key": mark}
    await done(client.post("/v1/teams", headers=once, json={"key": "stand", "name": f"Stand{mark}"}))
    campaign = await open_campaign(client, admin, mark)
    invitations = (await done(client.post(f"/v1/campaigns/{campaign}/invitations", headers=admin)))["items"]
    token = invitations[0]["token"]
    exchanged = await done(client.post("/v1/respond/exchange", json={"token": token}))
    response_key = {"Authorization": f"Bearer {exchanged['response_key']}"}
    said = {"comment": f"Trop lent {mark}", "evidence": f"https://example.com/{mark}"}
    body = {"answer": {"type": "level", "level": 3}, **said, "sequence": 1}
    await done(client.put("/v1/respond/answers/off-listen-insight", headers=response_key, json=body))
    await add_voice(database, organisation, UUID(world.ids["campaign_id"]))
    return Company(
        organisation=organisation,
        key=f"o-{organisation}",
        mark=mark,
        admin=admin,
        closed=UUID(world.ids["campaign_id"]),
        open=campaign,
        report=world.ids["report_id"],
        token=token,
        response_key=response_key,
    )


async def add_voice(database: Database, organisation: UUID, campaign: UUID) -> None:
    """What a perspective said: of so few people beside imported ones no close keeps it."""
    said = {"perspective": "member", "people": 6, "composites": {"off": {"n": 6, "total": 18.0, "squares": 60.0}}}
    async with database.transaction(organisation) as tx:
        row = {"organisation_id": organisation, "campaign_id": campaign, "node": organisation, **said}
        await tx.execute(insert(voice).values(row))


async def open_campaign(client: httpx.AsyncClient, admin: Headers, mark: str) -> UUID:
    """A launched campaign of one team of five."""
    today = datetime.now(UTC).date()
    dates = {"starts_on": str(today), "ends_on": str(today + timedelta(days=14))}
    new = {"key": f"autumn{mark}", "name": f"Automne{mark}", "retention_months": 12, **dates}
    campaign = (await done(client.post("/v1/campaigns", headers=admin, json=new)))["id"]
    at = f"/v1/campaigns/{campaign}"
    asked = [{"team": "atelier", "questionnaires": [{"key": "offer", "version": "1.0.0"}]}]
    await done(client.put(f"{at}/assessments", headers={**admin, "If-Match": "*"}, json={"items": asked}))
    people = [
        {
            "name": f"Zelda {n}{mark}",
            "email": f"zelda.{n}{mark}@example.com",
            "language": "fr",
            "perspective": "member",
            "team": "atelier",
        }
        for n in range(5)
    ]
    await done(client.post(f"{at}/people/import", headers=admin, json=people))
    await done(client.post(f"{at}/launch", headers=admin))
    return UUID(campaign)


async def done(asked: Any) -> Any:
    """The body of a reply that must be good."""
    reply = await asked
    assert reply.is_success, reply.text
    return reply.json()


def dumped(postgres: Embedded, *options: str) -> str:
    """Everything that a dump of the database says, as text."""
    with tempfile.TemporaryFile() as file:
        clients.dump(postgres.url(roles.BACKUP), file, *options)
        file.seek(0)
        return file.read().decode()


async def rules_of(connection: AsyncConnection) -> dict[str, list[tuple[Any, ...]]]:
    """Policies, grants, functions and so on, as the database says them."""
    return {name: [tuple(row) for row in await connection.exec_driver_sql(sql)] for name, sql in RULES.items()}
