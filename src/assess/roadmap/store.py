"""Statements on roadmaps and their plans."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Executable, Text, cast, insert, literal, select
from sqlalchemy.dialects.postgresql import JSONB

from assess.errors import NotFound
from assess.roadmap.model import ENGINE, NewRoadmap, Plan, PlanSummary, Roadmap
from assess.storage.database import Tx
from assess.storage.paging import Window
from assess.storage.tables import plan, roadmap
from assess.words import Digest, Link

_ROADMAP = (
    roadmap.c.id,
    roadmap.c.campaign_id,
    roadmap.c.scoring_id,
    roadmap.c.library_digest,
    roadmap.c.starts_on,
    roadmap.c.months,
    roadmap.c.created_at,
)
_SUMMARY = (plan.c.roadmap_id, plan.c.number, plan.c.state, plan.c.inputs_digest, plan.c.engine, plan.c.created_at)


class RoadmapNotFound(NotFound):
    """Your organisation has no such roadmap."""

    title_fr = "Votre organisation n’a pas cette feuille de route."


class PlanNotFound(NotFound):
    """This roadmap has no such plan."""

    title_fr = "Cette feuille de route n’a pas ce plan."


async def add_roadmap(tx: Tx, roadmap_id: UUID, new: NewRoadmap, *, scoring_id: UUID, library: Digest) -> None:
    """A new roadmap, without its plans yet: what was asked for, from which results and which library."""
    row = {
        "id": roadmap_id,
        "campaign_id": new.campaign_id,
        "scoring_id": scoring_id,
        "starts_on": new.starts_on,
        "months": new.months,
        "library_digest": library,
    }
    await tx.execute(insert(roadmap).values(organisation_id=tx.organisation_id, created_at=tx.now, **row))


async def add_plan(tx: Tx, roadmap_id: UUID, number: int, *, inputs: Digest, body: bytes) -> None:
    """A proposed plan of this engine; inputs: the digest of what it was computed from, body: PlanBody in JSON, kept unread."""
    row = {
        "roadmap_id": roadmap_id,
        "number": number,
        "state": "proposed",
        "inputs_digest": inputs,
        "engine": ENGINE,
        "body": cast(literal(body.decode(), Text), JSONB),
    }
    await tx.execute(insert(plan).values(organisation_id=tx.organisation_id, created_at=tx.now, **row))


async def roadmaps_of(tx: Tx, window: Window) -> list[Roadmap]:
    """The roadmaps in the window, newest first."""
    mine = select(*_ROADMAP).where(roadmap.c.organisation_id == tx.organisation_id)
    return await _roadmaps(tx, window.applied(mine, roadmap.c.created_at, roadmap.c.id, descending=True))


async def roadmap_of(tx: Tx, roadmap_id: UUID) -> Roadmap:
    """One roadmap with its plans; raises RoadmapNotFound."""
    mine = (roadmap.c.organisation_id == tx.organisation_id, roadmap.c.id == roadmap_id)
    found = await _roadmaps(tx, select(*_ROADMAP).where(*mine))
    if not found:
        raise RoadmapNotFound
    return found[0]


async def plan_of(tx: Tx, roadmap_id: UUID, number: int) -> Plan:
    """One plan of a roadmap; raises RoadmapNotFound or PlanNotFound."""
    mine = (plan.c.organisation_id == tx.organisation_id, plan.c.roadmap_id == roadmap_id, plan.c.number == number)
    row = (await tx.execute(select(*_SUMMARY, plan.c.body).where(*mine))).one_or_none()
    if row is None:
        raise _unknown((await roadmap_of(tx, roadmap_id)).plans)
    return msgspec.convert(row, Plan, from_attributes=True)


def chosen(plans: Sequence[PlanSummary], number: int | None) -> PlanSummary:
    """The plan of that number, or the latest; raises PlanNotFound."""
    latest = max(each.number for each in plans)
    found = next((each for each in plans if each.number == (number or latest)), None)
    if found is None:
        raise _unknown(plans)
    return found


async def body_of(tx: Tx, roadmap_id: UUID, number: int) -> bytes:
    """The ``PlanBody`` in JSON of a plan that exists, for whoever hands it on."""
    mine = (plan.c.organisation_id == tx.organisation_id, plan.c.roadmap_id == roadmap_id, plan.c.number == number)
    body: str = (await tx.execute(select(cast(plan.c.body, Text)).where(*mine))).scalar_one()
    return body.encode()


def _unknown(plans: Sequence[PlanSummary]) -> PlanNotFound:
    return PlanNotFound(f"it has {', '.join(str(each.number) for each in plans)}")


async def _roadmaps(tx: Tx, query: Executable) -> list[Roadmap]:
    rows = (await tx.execute(query)).all()
    plans = await _plans(tx, [row.id for row in rows])
    return [_roadmap(row, plans.get(row.id, [])) for row in rows]


async def _plans(tx: Tx, roadmap_ids: Iterable[UUID]) -> dict[UUID, list[PlanSummary]]:
    mine = (plan.c.organisation_id == tx.organisation_id, plan.c.roadmap_id.in_(list(roadmap_ids)))
    found: dict[UUID, list[PlanSummary]] = {}
    for row in await tx.execute(select(*_SUMMARY).where(*mine).order_by(plan.c.number)):
        found.setdefault(row.roadmap_id, []).append(msgspec.convert(row, PlanSummary, from_attributes=True))
    return found


def _roadmap(row: Any, plans: list[PlanSummary]) -> Roadmap:
    here = f"/v1/roadmaps/{row.id}"
    links = [Link(rel="plan", href=f"{here}/plans/{each.number}") for each in plans]
    links.append(Link(rel="campaign", href=f"/v1/campaigns/{row.campaign_id}"))
    return msgspec.convert({**row._mapping, "plans": plans, "links": links}, Roadmap)
