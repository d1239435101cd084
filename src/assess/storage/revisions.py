"""What a database lacks of the revisions and of the published versions: asked at each start, without the tool that migrates.

That tool (Alembic, with the templates it writes revisions by) is a tenth of what a server would load, and is needed on the day
of a new version only: ``storage.migrate`` alone imports it.
"""

import contextlib
from collections.abc import AsyncIterator, Collection
from pathlib import Path
from typing import Any

from msgspec import Struct
from sqlalchemy import func, select, tuple_
from sqlalchemy.exc import DBAPIError

from assess import shipped
from assess.storage.core import AsyncConnection
from assess.storage.database import Database
from assess.storage.tables import questionnaire_version

PRESENT = "select version_num from assess.alembic_version"
_NO_TABLE = "42P01"


class MigrationError(Exception):
    """The database cannot be migrated; the message says why, in one sentence."""


class Version(Struct, frozen=True, kw_only=True):
    """A published questionnaire version as it is kept."""

    digest: str
    key: str
    version: str
    body: dict[str, Any]


def revisions(folder: Path | None = None) -> list[str]:
    """Every revision of a folder, ours when absent, oldest first: the names of their files begin with them."""
    files = ((folder or shipped.folder("migrations")) / "versions").glob("*_*.py")
    return sorted(path.name.partition("_")[0] for path in files if not path.name.startswith("_"))


async def pending(database: Database) -> list[str]:
    """The revisions that the database lacks, oldest first; any role that may read ``alembic_version`` can ask.

    Raises MigrationError when the database refuses, or has a revision that this code does not know.
    """
    async with refused(), database.engine.connect() as connection:
        return await _pending(connection)


async def is_current(database: Database, published: Collection[tuple[str, str, str]]) -> bool:
    """Whether nothing is pending and all these (key, version, digest) are kept; raises as ``pending``."""
    columns = questionnaire_version.c
    kept = select(func.count()).where(tuple_(columns.key, columns.version, columns.digest).in_(published))
    async with refused(), database.engine.connect() as connection:
        return not await _pending(connection) and await connection.scalar(kept) == len(published)


@contextlib.asynccontextmanager
async def refused() -> AsyncIterator[None]:
    """Whatever the database says no to is a MigrationError."""
    try:
        yield
    except (DBAPIError, OSError) as error:
        raise MigrationError(f"the database refused: {str(getattr(error, 'orig', error)).strip()}") from error


async def _pending(connection: AsyncConnection) -> list[str]:
    known, present = revisions(), await _present(connection)
    if present is None:
        return known
    if present not in known:
        raise MigrationError(f"the database has revision {present}, which this version of assess does not know")
    return known[known.index(present) + 1 :]


async def _present(connection: AsyncConnection) -> str | None:
    """The newest revision that was run; none in a database without our tables."""
    try:
        found: str | None = (await connection.exec_driver_sql(PRESENT)).scalar_one_or_none()
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != _NO_TABLE:
            raise
        await connection.rollback()
        return None
    return found
