"""The play: the pilot company's first day, from its list of teams to the roadmap, through the public API alone."""

from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import httpx
from msgspec import Struct

from assess.campaign.model import (
    AssessmentPage,
    Campaign,
    InvitationPage,
    Launched,
    NewCampaign,
    Participation,
    Preflight,
    QuestionnaireChoice,
    TeamChoice,
    TeamChoices,
)
from assess.demo.client import Client
from assess.demo.phones import AT_ONCE, answer_all, answering
from assess.demo.pilot import CampaignFile, Pilot
from assess.demo.screen import Screen
from assess.maturity.exemptions.model import Exemption, ExemptionPage, NewExemption
from assess.maturity.model import CampaignResults, ClosedCampaign
from assess.questionnaire.catalogue import Version
from assess.report.model import NewReport, Report
from assess.roadmap.model import NewRoadmap, Plan, Roadmap
from assess.tenancy.model import Imported
from assess.words import Key, Language

PDF = "application/pdf"
NAMES: dict[Language, str] = {"fr": "feuille-de-route", "en": "roadmap"}


class Played(Struct, frozen=True, kw_only=True):
    """What came out of it. ``titles``: of processes and steps, by key, in English."""

    titles: dict[Key, str]
    participation: Participation
    results: CampaignResults
    plan: Plan
    pdfs: list[Path]


async def play(address: str, key: str, pilot: Pilot, build: Path, screen: Screen) -> Played:
    """Play the whole of it as the holder of an admin's ``key``; raises DemoError when the API refuses anything."""
    limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
    async with httpx.AsyncClient(base_url=address, timeout=60, limits=limits, trust_env=False) as http:
        client = Client(http, key)
        campaign = await _set_up(client, pilot, screen)
        participation = await _collect(client, pilot, campaign, screen)
        results = await _close(client, pilot, campaign, screen)
        titles = await _titles(client, pilot.campaign)
        roadmap, plan = await _plan(client, campaign, screen)
        pdfs = await _print(client, roadmap, pilot, build, screen)
    return Played(titles=titles, participation=participation, results=results, plan=plan, pdfs=pdfs)


async def _set_up(client: Client, pilot: Pilot, screen: Screen) -> UUID:
    """Teams, campaign, people, and what is known before the launch."""
    await _import(client, "/v1/teams/import", "teams", pilot.teams, screen)
    campaign = (
        await client.post("/v1/campaigns", Campaign, _new_campaign(pilot.campaign, datetime.now(UTC).date()))
    ).id
    page = await client.put(f"/v1/campaigns/{campaign}/assessments", AssessmentPage, _choices(pilot.campaign))
    screen.done("campaign", f"{pilot.campaign.name}: {len(page.items)} teams answer")
    await _import(client, f"/v1/campaigns/{campaign}/people/import", "people", pilot.people, screen)
    preflight = await client.get(f"/v1/campaigns/{campaign}/preflight", Preflight)
    for finding in preflight.findings:
        screen.done("before launch", finding.text["en"])
    return campaign


async def _import(client: Client, path: str, what: str, sheet: bytes, screen: Screen) -> None:
    """Import a sheet as a careful person does: first see what would change."""
    dry = await client.upload(f"{path}?dry_run=true", Imported, sheet)
    screen.done(what, f"dry run: {dry.created} to create, {dry.updated} to change, nothing written")
    screen.done(what, f"{(await client.upload(path, Imported, sheet)).summary} imported")


async def _collect(client: Client, pilot: Pilot, campaign: UUID, screen: Screen) -> Participation:
    launched = await client.post(f"/v1/campaigns/{campaign}/launch", Launched)
    screen.done("launch", f"{launched.invited} people invited, threshold {launched.campaign.threshold} frozen")
    invitations = (await client.post(f"/v1/campaigns/{campaign}/invitations", InvitationPage)).items
    with screen.answering(answering(pilot)) as tapped:
        await answer_all(client, pilot, invitations, tapped)
    return await client.get(f"/v1/campaigns/{campaign}/participation", Participation)


async def _close(client: Client, pilot: Pilot, campaign: UUID, screen: Screen) -> CampaignResults:
    with screen.working("close", "answers sealed, originals deleted, teams scored"):
        await client.post(f"/v1/campaigns/{campaign}/close", ClosedCampaign)
    await _confirm(client, pilot, campaign, screen)
    return await client.get(f"/v1/campaigns/{campaign}/results", CampaignResults)


async def _confirm(client: Client, pilot: Pilot, campaign: UUID, screen: Screen) -> None:
    """What most of a team say does not apply is confirmed, where there is a reason."""
    page = await client.get(f"/v1/campaigns/{campaign}/exemptions", ExemptionPage)
    for line in page.items:
        if reason := pilot.profiles.teams[line.team].why_not(line.item):
            at = f"/v1/assessments/{line.assessment_id}/exemptions/{line.item}"
            await client.put(at, Exemption, NewExemption(reason=reason), new=True)
            screen.done("does not apply", f"{line.item} in {line.team}: confirmed, {reason}")


async def _titles(client: Client, file: CampaignFile) -> dict[Key, str]:
    versions = sorted({version for asked in file.assessments.values() for version in asked.items()})
    read = [await client.get(f"/v1/questionnaires/{key}/versions/{version}", Version) for key, version in versions]
    processes = [process for questionnaire in read for process in questionnaire.processes]
    steps = {step.key: step.title["en"] for process in processes for step in process.steps}
    return steps | {process.key: process.title["en"] for process in processes}


async def _plan(client: Client, campaign: UUID, screen: Screen) -> tuple[Roadmap, Plan]:
    wish = NewRoadmap(campaign_id=campaign, starts_on=_next_month(datetime.now(UTC).date()))
    with screen.working("roadmap", "12 months proposed under the teams' capacity"):
        roadmap = await client.post("/v1/roadmaps", Roadmap, wish)
        return roadmap, await client.get(f"/v1/roadmaps/{roadmap.id}/plans/{roadmap.plans[-1].number}", Plan)


async def _print(client: Client, roadmap: Roadmap, pilot: Pilot, build: Path, screen: Screen) -> list[Path]:
    pdfs = []
    with screen.working("report", "PDF drawn in French and in English"):
        for language, name in NAMES.items():
            report = await client.post("/v1/reports", Report, NewReport(roadmap_id=roadmap.id, language=language))
            content = next(link.href for link in report.links if link.rel == "content")
            pdf = build / f"{pilot.campaign.organisation.key}-{name}.pdf"
            pdf.write_bytes(await client.download(content, PDF))
            pdfs.append(pdf)
    return pdfs


def _new_campaign(file: CampaignFile, today: date) -> NewCampaign:
    starts_on, ends_on = file.days(today)
    return NewCampaign(
        key=file.key,
        name=file.name,
        languages=file.languages,
        threshold=file.threshold,
        starts_on=starts_on,
        ends_on=ends_on,
    )


def _choices(file: CampaignFile) -> TeamChoices:
    return TeamChoices(
        items=[
            TeamChoice(
                team=team,
                questionnaires=[QuestionnaireChoice(key=key, version=version) for key, version in asked.items()],
            )
            for team, asked in file.assessments.items()
        ]
    )


def _next_month(today: date) -> date:
    return date(today.year + today.month // 12, today.month % 12 + 1, 1)
