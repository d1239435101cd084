"""Organisations and keys for tests."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import insert

from assess.storage import tables
from assess.storage.database import Database
from assess.storage.ids import uuid7
from assess.storage.secrets import Secrets
from assess.tenancy.model import NewApiKey, Role
from assess.tenancy.service import issue_key


async def new_organisation(database: Database, name: str = "Aubépine") -> UUID:
    """Insert an organisation; for tests that need a second one."""
    made = uuid7()
    async with database.transaction(made) as tx:
        row = {"id": made, "key": f"o-{made}", "name": name, "created_at": datetime.now(UTC)}
        await tx.execute(insert(tables.organisation).values(row))
    return made


async def key_for(
    database: Database, secrets: Secrets, organisation: UUID, role: Role, team: UUID | None = None
) -> dict[str, str]:
    """Headers of a new key."""
    async with database.transaction(organisation) as tx:
        issued = await issue_key(tx, secrets.pepper, NewApiKey(name=role.value, role=role, team_id=team))
    return {"Authorization": f"Bearer {issued.secret}"}
