"""Doings on reports: pin the facts, draw in a worker with no transaction held, keep what was drawn, hand it out."""

import re
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec

from assess.campaign import store as campaigns
from assess.errors import NotFound
from assess.maturity import store as maturity
from assess.maturity.service import ResultsNotYet
from assess.questionnaire.catalogue import Catalogue
from assess.report import store
from assess.report.links import LABEL, LIFETIME, SharedLink, address, holds, signed
from assess.report.model import NewReport, Report, ReportContent, ReportLink
from assess.roadmap import store as roadmaps
from assess.storage.database import Database, Effect, Tx
from assess.storage.ids import uuid7
from assess.storage.secrets import Secrets, derive
from assess.storage.workers import Workers

PIN = "assess.report.pinning:pin"
DRAW = "assess.report.drawing:draw"
_PAGES = re.compile(rb"/Type /Page\b(?!s)")


class LinkNotValid(NotFound):
    """This link is not valid, or no longer; ask who sent it for a new one."""

    title_fr = "Ce lien n’est pas valable, ou ne l’est plus ; demandez-en un autre à qui vous l’a envoyé."


async def make(
    database: Database, workers: Workers, catalogue: Catalogue, organisation_id: UUID, new: NewReport, effect: Effect
) -> tuple[Report, bool]:
    """The report of a plan, and whether it was drawn now: the same facts are drawn once, and kept by ``effect``.

    Raises RoadmapNotFound or PlanNotFound.
    """
    async with database.transaction(organisation_id) as tx:
        number, *gathered = await _gathered(tx, catalogue, new)
    row = store.row_of(uuid7(), new, number, await workers.run(PIN, *gathered))
    async with database.transaction(organisation_id) as tx:
        if kept := await store.drawn_from(tx, row["facts_digest"]):
            return kept, False
    content: bytes = await workers.run(DRAW, row["facts"])
    async with effect.transaction() as tx:
        return await _keep(tx, row, content)


async def _gathered(tx: Tx, catalogue: Catalogue, new: NewReport) -> tuple[int, bytes, bytes]:
    """The plan's number, and what ``pinning.pin`` takes. Raises RoadmapNotFound or PlanNotFound."""
    roadmap = await roadmaps.roadmap_of(tx, new.roadmap_id)
    plan = roadmaps.chosen(roadmap.plans, new.plan_number)
    contract = await campaigns.contract_of(tx, roadmap.campaign_id)
    if contract is None:
        raise ResultsNotYet
    kept = await maturity.kept_under(tx, roadmap.scoring_id)
    facts = {
        "language": new.language,
        "organisation": contract.organisation,
        "campaign": contract.name,
        "starts_on": contract.starts_on,
        "ends_on": contract.ends_on,
        "facts_on": plan.created_at.date(),
        "plan_number": plan.number,
        "processes": [],
        "questionnaires": contract.questionnaires,
        "results": msgspec.Raw(await maturity.results_of(tx, kept)),
        "plan": msgspec.Raw(await roadmaps.body_of(tx, roadmap.id, plan.number)),
    }
    asked = [catalogue.version(version.digest) for version in contract.questionnaires]
    return plan.number, msgspec.json.encode(facts), msgspec.json.encode(asked)


async def content_of(tx: Tx, report_id: UUID) -> ReportContent:
    """A report's PDF; raises ReportNotFound."""
    content = await store.content_of(tx, report_id)
    if content is None:
        raise store.ReportNotFound
    return content


async def share(tx: Tx, secrets: Secrets, public_url: str, report_id: UUID) -> ReportLink:
    """A link that opens a report without a key, for a quarter of an hour; raises ReportNotFound."""
    await store.report_of(tx, report_id)
    expires = int((tx.now + LIFETIME).timestamp())
    link = signed(link_key(secrets), tx.organisation_id, report_id, expires)
    return ReportLink(url=public_url + address(link), expires_at=datetime.fromtimestamp(expires, UTC))


async def shared(database: Database, secrets: Secrets, link: SharedLink, now: datetime) -> ReportContent:
    """What a link opens; raises LinkNotValid, and does not tell forged from expired or unknown."""
    if not holds(link_key(secrets), link, now):
        raise LinkNotValid
    async with database.transaction(link.organisation_id) as tx:
        content = await store.content_of(tx, link.report_id)
    if content is None:
        raise LinkNotValid
    return content


def link_key(secrets: Secrets) -> bytes:
    """The key of shared links: of this installation, and for nothing else."""
    return derive(secrets.pepper, LABEL)


async def _keep(tx: Tx, row: dict[str, Any], content: bytes) -> tuple[Report, bool]:
    drawn = {
        "content": content,
        "content_digest": sha256(content).hexdigest(),
        "pages": len(_PAGES.findall(content)),
    }
    await store.keep(tx, row | drawn)
    kept = await store.drawn_from(tx, row["facts_digest"])
    if kept is None:
        raise store.ReportNotFound
    return kept, kept.id == row["id"]
