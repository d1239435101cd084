"""Statements on exemptions: decisions are added, never changed, and the last one on an item and a team counts."""

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Row, Select, func, insert, select, union
from sqlalchemy.dialects.postgresql import distinct_on

from assess.maturity.exemptions.model import Exempted, Exemption, ExemptionLine, ExemptionNotFound
from assess.storage.database import Tx
from assess.storage.paging import Window
from assess.storage.tables import assessment, exemption, result, scoring, team
from assess.words import Key

_DECISION = Exemption.__struct_fields__


async def decisions_of(tx: Tx, campaign_id: UUID) -> int:
    """How many decisions were made in a campaign so far."""
    made: int = (
        await tx.execute(select(func.count()).select_from(exemption).where(*_of(tx, campaign_id)))
    ).scalar_one()
    return made


async def standing_of(tx: Tx, campaign_id: UUID) -> list[Exempted]:
    """The exemptions that stand in a campaign."""
    newest = _newest(tx, *_of(tx, campaign_id)).subquery()
    one = assessment.c
    rows = await tx.execute(
        select(one.team_id, newest.c.item)
        .join(newest, (newest.c.organisation_id == one.organisation_id) & (newest.c.assessment_id == one.id))
        .where(one.organisation_id == tx.organisation_id, newest.c.stands)
    )
    return [Exempted(team_id=row.team_id, item=row.item) for row in rows]


async def exemption_there(tx: Tx, assessment_id: UUID, item: Key) -> Exemption | None:
    """The last decision on an item and a team, if there is one."""
    mine = (exemption.c.organisation_id == tx.organisation_id, exemption.c.assessment_id == assessment_id)
    found = (await tx.execute(_newest(tx, *mine, exemption.c.item == item))).first()
    return None if found is None else msgspec.convert(found, Exemption, from_attributes=True)


async def exemption_of(tx: Tx, assessment_id: UUID, item: Key) -> Exemption:
    """The last decision on an item and a team; raises ExemptionNotFound."""
    found = await exemption_there(tx, assessment_id, item)
    if found is None:
        raise ExemptionNotFound
    return found


async def decide(tx: Tx, campaign_id: UUID, decision: Exemption) -> None:
    """One more decision; raises ExemptionChanged (as the constraint's violation)."""
    own = {"organisation_id": tx.organisation_id, "campaign_id": campaign_id}
    await tx.execute(insert(exemption).values(**own, **msgspec.structs.asdict(decision)))


async def lines_of(tx: Tx, campaign_id: UUID, scoring_id: UUID | None, window: Window) -> list[ExemptionLine]:
    """What waits for a decision by the results kept under that id, and what was decided, in the window, by team and item."""
    waits, newest = _waiting(tx, scoring_id).subquery(), _newest(tx, *_of(tx, campaign_id)).subquery()
    places = union(*(select(each.c.assessment_id, each.c.item) for each in (waits, newest))).subquery()
    at, one = places.c, assessment.c
    query = (
        select(
            *(at.assessment_id, at.item, team.c.key.label("team"), waits.c.item.is_not(None).label("waiting")),
            *(newest.c[name] for name in _DECISION if name not in at),
        )
        .join(assessment, (one.organisation_id == tx.organisation_id) & (one.id == at.assessment_id))
        .join(team, (team.c.organisation_id == one.organisation_id) & (team.c.id == one.team_id))
        .outerjoin(newest, (newest.c.assessment_id == at.assessment_id) & (newest.c.item == at.item))
        .outerjoin(waits, (waits.c.assessment_id == at.assessment_id) & (waits.c.item == at.item))
    )
    rows = await tx.execute(window.applied(query, team.c.key, at.item))
    return [_line(row) for row in rows]


def _of(tx: Tx, campaign_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return exemption.c.organisation_id == tx.organisation_id, exemption.c.campaign_id == campaign_id


def _newest(tx: Tx, *conditions: ColumnElement[bool]) -> Select[Any]:
    """The last decision on each item and team."""
    known = (exemption.c.assessment_id, exemption.c.item)
    return (
        select(exemption)
        .ext(distinct_on(*known))
        .where(exemption.c.organisation_id == tx.organisation_id, *conditions)
        .order_by(*known, exemption.c.revision.desc())
    )


def _waiting(tx: Tx, scoring_id: UUID | None) -> Select[Any]:
    """Each item that waits, with its assessment."""
    one, kept = assessment.c, result.c
    same = (scoring.c.organisation_id == kept.organisation_id) & (scoring.c.id == kept.scoring_id)
    whose = (one.organisation_id == kept.organisation_id) & (one.team_id == kept.node)
    return (
        select(one.id.label("assessment_id"), func.unnest(kept.waiting).label("item"))
        .select_from(result)
        .join(scoring, same)
        .join(assessment, whose & (one.campaign_id == scoring.c.campaign_id))
        .where(kept.organisation_id == tx.organisation_id, kept.scoring_id == scoring_id)
    )


def _line(row: Row[Any]) -> ExemptionLine:
    said = row._mapping
    decision = {name: said[name] for name in _DECISION}
    return ExemptionLine(
        assessment_id=row.assessment_id,
        team=row.team,
        item=row.item,
        waiting=row.waiting,
        decision=None if row.revision is None else msgspec.convert(decision, Exemption),
    )
