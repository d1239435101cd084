"""What an organisation takes with it: a zip that people and programs can read, a JSON Lines file for each table.

Left out are hashes of secrets, and whatever one person answered, sealed or not: the threshold that was promised to the people
holds for a file too, and its rows would undo it for a small team. What is published of the answers, the results, is in.
"""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, Any
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlalchemy import Table, func, select, text

from assess.storage import tables
from assess.storage.content import owned_by
from assess.storage.database import Tx
from assess.words import Digest

ANSWERS = "nobody may read what a single person answered, and no group smaller than the campaign's threshold is shown"
LEFT_OUT = {
    "response": ANSWERS,
    "answer": ANSWERS,
    "sealed_response": ANSWERS,
    "sealed_comment": ANSWERS,
    "voice": ANSWERS,
    "idempotency_key": "sealed replies of the last seven days, which only their senders can open",
    "questionnaire_version": "belongs to everybody: GET /v1/questionnaires",
}
"""Tables that are not exported, and why."""
SECRETS = frozenset({"secret_hash", "token_hash"})
"""Columns that are not exported."""
FILES = {"facts": "json", "content": "pdf"}
"""Columns of a report that become files of their own, and their kind."""
_ONE_MOMENT = text("set transaction isolation level repeatable read, read only")
_NO_HURRY = text("select set_config('statement_timeout', '0', true), set_config('transaction_timeout', '0', true)")


class ExportError(Exception):
    """An export cannot be written; the message says why, in one sentence."""


class ExportedFile(Struct, frozen=True, kw_only=True):
    """One file of the archive. ``rows``: lines of a table, 1 for a document."""

    name: str
    rows: int
    digest: Digest


class NotExported(Struct, frozen=True, kw_only=True):
    """A table that is not in the archive."""

    table: str
    rows: int
    reason: str


class ExportManifest(Struct, frozen=True, kw_only=True):
    """``manifest.json``: what is in the archive, with SHA-256 of each file, and what is not."""

    assess: str
    organisation_id: UUID
    made_at: datetime
    files: list[ExportedFile]
    left_out: list[NotExported]
    left_out_columns: list[str]


async def export(tx: Tx, file: Path, assess: str) -> ExportManifest:
    """Write everything of the transaction's organisation, as of one moment, to a new zip. Raises ExportError.

    The transaction must not have asked anything yet.
    """
    await tx.execute(_ONE_MOMENT)
    await tx.execute(_NO_HURRY)
    with _archive(file) as archive:
        files = [
            each
            for table in tables.metadata.sorted_tables
            if table.name not in LEFT_OUT
            for each in await _exported(tx, table, archive)
        ]
        manifest = ExportManifest(
            assess=assess,
            organisation_id=tx.organisation_id,
            made_at=tx.now,
            files=files,
            left_out=[await _counted(tx, name) for name in LEFT_OUT if name in tables.TENANT],
            left_out_columns=sorted(SECRETS),
        )
        archive.writestr("manifest.json", msgspec.json.format(msgspec.json.encode(manifest), indent=1))
    return manifest


async def _exported(tx: Tx, table: Table, archive: zipfile.ZipFile) -> list[ExportedFile]:
    """The table's lines, and the documents that stand in its rows."""
    columns = [column for column in table.c if column.name not in SECRETS | FILES.keys()]
    documents = [column.name for column in table.c if column.name in FILES and table is tables.report]
    lines = []
    async with tx.connection.stream(_own(tx, table, columns)) as rows:
        with archive.open(f"{table.name}.jsonl", "w", force_zip64=True) as made:
            lines.append(await _written(rows, made, f"{table.name}.jsonl"))
    ids = [row.id for row in await tx.execute(_own(tx, table, [table.c.id]))] if documents else []
    return lines + [await _document(tx, table, one, name, archive) for one in ids for name in documents]


async def _written(rows: Any, made: IO[bytes], name: str) -> ExportedFile:
    digest, count = sha256(), 0
    async for row in rows:
        line = msgspec.json.encode(dict(row._mapping)) + b"\n"
        digest.update(line)
        made.write(line)
        count += 1
    return ExportedFile(name=name, rows=count, digest=digest.hexdigest())


async def _document(tx: Tx, table: Table, one: UUID, column: str, archive: zipfile.ZipFile) -> ExportedFile:
    name = f"{table.name}/{one}.{FILES[column]}"
    query = _own(tx, table, [table.c[column]]).where(table.c.id == one)
    content: bytes = (await tx.execute(query)).scalar_one()
    archive.writestr(name, content)
    return ExportedFile(name=name, rows=1, digest=sha256(content).hexdigest())


async def _counted(tx: Tx, name: str) -> NotExported:
    table = tables.metadata.tables[f"assess.{name}"]
    rows = (await tx.execute(_own(tx, table, [func.count()]))).scalar_one()
    return NotExported(table=name, rows=rows, reason=LEFT_OUT[name])


def _own(tx: Tx, table: Table, columns: list[Any]) -> Any:
    """These columns of the organisation's own rows."""
    return select(*columns).select_from(table).where(owned_by(table, tx.organisation_id))


@contextmanager
def _archive(file: Path) -> Iterator[zipfile.ZipFile]:
    """A new zip that its owner alone can read; gone again when anything goes wrong."""
    with _disk(file):
        file.touch(mode=0o600, exist_ok=False)
    try:
        with _disk(file), zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            yield archive
    except BaseException:
        file.unlink()
        raise


@contextmanager
def _disk(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:  # not as a cause: it would look as if the database had been lost
        raise ExportError(f"{file} cannot be written: {error.strerror}; choose another place") from None
