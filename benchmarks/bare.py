"""What the libraries themselves cost: a Litestar handler that calls one SQL function, with no token, no check and no edge.

Served as ours is (uvicorn, uvloop, httptools), from our own environment: ``python -m benchmarks.bare PORT DATABASE_URL``.
"""

import sys
from typing import Any
from uuid import UUID

import asyncpg
import uvicorn
from litestar import Litestar, Request, get, put
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody
from msgspec import Struct

SAVE = "select * from assess.bare_save($1, $2, $3, $4, $5)"
FUNCTION = """
create or replace function assess.bare_save(
  in_organisation uuid, in_response uuid, in_item text, in_value smallint, in_sequence bigint,
  out value smallint, out sequence bigint
) language plpgsql set search_path = '' as $$
begin
  perform set_config('assess.organisation', in_organisation::text, true);
  insert into assess.answer as a (organisation_id, response_id, item, value, sequence)
    values (in_organisation, in_response, in_item, in_value, in_sequence)
    on conflict on constraint answer_pkey do update set value = excluded.value, sequence = excluded.sequence
      where a.sequence < excluded.sequence
    returning a.value, a.sequence into value, sequence;
end
$$;
grant execute on function assess.bare_save to assess_app;
"""
"""The upsert alone, under row-level security."""


class Level(Struct, frozen=True):
    """A level."""

    level: int


class New(Struct, frozen=True):
    """The same body as ours."""

    answer: Level
    sequence: int


class Stored(Struct, frozen=True):
    """What is kept."""

    item: str
    level: int
    sequence: int


@put("/organisations/{organisation:uuid}/responses/{response:uuid}/answers/{item:str}")
async def save(
    organisation: FromPath[UUID],
    response: FromPath[UUID],
    item: FromPath[str],
    data: JSONBody[New],
    pool: NamedDependency[asyncpg.Pool],
) -> Stored:
    """One round trip."""
    row = await pool.fetchrow(SAVE, organisation, response, item, data.answer.level, data.sequence)
    return Stored(item, row["value"], row["sequence"])


@get("/empty", status_code=204)
async def empty() -> None:
    """Nothing."""


async def leave_alone(_connection: asyncpg.Connection) -> None:
    """Without it asyncpg's pool sends a second statement after each first one."""


def provide_pool(request: Request[Any, Any, Any]) -> asyncpg.Pool:
    """The pool."""
    return request.app.state.pool


def application(url: str) -> Litestar:
    """The application; its pool is as large as ours."""

    async def connect(app: Litestar) -> None:
        app.state.pool = await asyncpg.create_pool(url, min_size=10, max_size=10, reset=leave_alone)

    async def disconnect(app: Litestar) -> None:
        await app.state.pool.close()

    return Litestar(
        [save, empty],
        dependencies={"pool": Provide(provide_pool, sync_to_thread=False)},
        state=State(),
        on_startup=[connect],
        on_shutdown=[disconnect],
        openapi_config=None,
        logging_config=None,
    )


if __name__ == "__main__":
    uvicorn.run(
        application(sys.argv[2]),
        port=int(sys.argv[1]),
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_level="warning",
        server_header=False,
    )
