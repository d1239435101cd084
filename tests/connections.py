"""Whether a request has given back what it took from the pool."""

from typing import Any

from assess.storage.database import Database


def out_of(database: Database) -> int:
    """How many connections are not where they belong; the hot path's lane gives back those that it keeps."""
    database.lane.close()
    pool: Any = database.engine.pool
    found: int = pool.checkedout()
    return found
