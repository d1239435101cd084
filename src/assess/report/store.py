"""Statements on reports: kept once for the facts, the language and the engine that they were drawn from."""

from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlalchemy import ColumnElement, Row, Select, select
from sqlalchemy.dialects.postgresql import insert

from assess.errors import NotFound
from assess.report.model import ENGINE, NewReport, Report, ReportContent
from assess.storage.database import Tx
from assess.storage.paging import Window
from assess.storage.tables import report
from assess.words import Digest, Language, Link

_REPORT = (
    report.c.id,
    report.c.roadmap_id,
    report.c.plan_number,
    report.c.language,
    report.c.facts_digest,
    report.c.engine,
    report.c.content_digest,
    report.c.pages,
    report.c.created_at,
)


class _Names(Struct):
    """What of a report's facts its name is made of."""

    organisation: str
    campaign: str
    language: Language


class ReportNotFound(NotFound):
    """Your organisation has no such report."""

    title_fr = "Votre organisation n’a pas ce rapport."


async def drawn_from(tx: Tx, digest: Digest) -> Report | None:
    """The report that this engine has drawn from facts with this digest; the facts name their language."""
    found = (await tx.execute(_reports(tx, report.c.facts_digest == digest, report.c.engine == ENGINE))).first()
    return None if found is None else _report(found)


async def keep(tx: Tx, row: dict[str, Any]) -> None:
    """Keep a report, unless somebody else has drawn the same meanwhile."""
    values = {"organisation_id": tx.organisation_id, "created_at": tx.now, "engine": ENGINE, **row}
    await tx.execute(insert(report).values(values).on_conflict_do_nothing(constraint="report_drawn_once"))


async def reports_of(tx: Tx, window: Window) -> list[Report]:
    """The reports in the window, newest first."""
    query = window.applied(_reports(tx), report.c.created_at, report.c.id, descending=True)
    return [_report(row) for row in await tx.execute(query)]


async def report_of(tx: Tx, report_id: UUID) -> Report:
    """One report; raises ReportNotFound."""
    found = (await tx.execute(_reports(tx, report.c.id == report_id))).one_or_none()
    if found is None:
        raise ReportNotFound
    return _report(found)


async def content_of(tx: Tx, report_id: UUID) -> ReportContent | None:
    """The PDF of a report, named after its organisation, language and campaign; or none."""
    mine = (report.c.organisation_id == tx.organisation_id, report.c.id == report_id)
    query = select(report.c.content, report.c.content_digest, report.c.facts).where(*mine)
    found = (await tx.execute(query)).one_or_none()
    if found is None:
        return None
    facts = msgspec.json.decode(found.facts, type=_Names)
    name = f"{facts.organisation} - {facts.campaign} ({facts.language}).pdf"
    return ReportContent(content=found.content, digest=found.content_digest, name=name)


def row_of(report_id: UUID, new: NewReport, plan_number: int, pinned: bytes) -> dict[str, Any]:
    """What of a row its packed facts give; the content and its digest are added by who has drawn it."""
    return {
        "id": report_id,
        "roadmap_id": new.roadmap_id,
        "plan_number": plan_number,
        "language": new.language,
        "facts": pinned,
        "facts_digest": sha256(pinned).hexdigest(),
    }


def _reports(tx: Tx, *conditions: ColumnElement[bool]) -> Select[UUID, UUID, int, str, str, str, str, int, datetime]:
    return select(*_REPORT).where(report.c.organisation_id == tx.organisation_id, *conditions)


def _report(row: Row[Any]) -> Report:
    here = f"/v1/reports/{row.id}"
    links = [
        Link(rel="self", href=here),
        Link(rel="content", href=f"{here}/content"),
        Link(rel="links", href=f"{here}/links"),
        Link(rel="roadmap", href=f"/v1/roadmaps/{row.roadmap_id}"),
    ]
    return msgspec.convert({**row._mapping, "links": links}, Report)
