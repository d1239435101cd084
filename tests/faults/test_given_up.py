"""A statement that the database gives up while a handler waits for it: told as if the database had not been there at all."""

import asyncio

import asyncpg
import httpx
import pytest

from assess.storage import roles
from assess.storage.embedded import Embedded
from campaign.company import done, drafted, refused
from faults.phones import Headers

pytestmark = pytest.mark.anyio
_WAITING = "select pid from pg_stat_activity where pg_backend_pid() = any(pg_blocking_pids(pid))"


@pytest.mark.parametrize("ending", ["pg_terminate_backend", "pg_cancel_backend"])
async def test_a_statement_that_is_given_up_in_its_middle_is_a_503_problem(
    postgres: Embedded, client: httpx.AsyncClient, admin: Headers, organisation, ending: str
) -> None:
    at = await drafted(client, admin, {"lyon": 5})
    locking = await asyncpg.connect(postgres.url(roles.SUPERUSER))
    try:
        async with locking.transaction():
            await locking.execute("select from assess.campaign where organisation_id = $1 for update", organisation)
            asking = asyncio.create_task(client.post(f"{at}/launch", headers=admin))
            while (waiting := await locking.fetchval(_WAITING)) is None:
                assert not asking.done(), asking.result().text
                await asyncio.sleep(0.01)
            await locking.execute(f"select {ending}($1)", waiting)
            reply = await asking
    finally:
        await locking.close()
    assert refused(reply) == (503, "database_unavailable")
    assert reply.headers["retry-after"] == "2"
    done(await client.post(f"{at}/launch", headers=admin))
