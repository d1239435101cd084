"""Doings on campaigns: set up, launch, follow, extend, close and seal; gather, think, apply."""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from uuid import UUID

import msgspec

from assess.campaign import store
from assess.campaign.anonymity import check_ready, preflight
from assess.campaign.balance import balanced
from assess.campaign.contract import Asked, contract_digest, contract_of
from assess.campaign.forms import check_items_once
from assess.campaign.housekeeping import close, housekeeping
from assess.campaign.model import (
    Assessment,
    Campaign,
    CampaignDatesReversed,
    Contract,
    Invitation,
    Launched,
    NewCampaign,
    NewPerson,
    Participation,
    Person,
    Preflight,
    PreflightFinding,
    QuestionnaireChoice,
    TeamChoice,
)
from assess.campaign.roster import Entry, compared, people_of
from assess.campaign.tokens import InvitationText, invitation_hash, invitation_token, write_invitation
from assess.errors import Finding, Invalid
from assess.questionnaire.catalogue import Catalogue, QuestionnaireUnknown
from assess.sheets import TOLD, how_many
from assess.storage.database import Tx
from assess.storage.ids import uuid7
from assess.storage.paging import Window
from assess.storage.secrets import Secrets
from assess.tenancy.model import Imported, Principal, Team
from assess.tenancy.store import organisation_of, teams_of
from assess.words import Digest, Link

__all__ = ["close", "housekeeping"]


class AssessmentsInvalid(Invalid):
    """A team or a questionnaire named here does not exist, or stands twice."""

    title_fr = "Une équipe ou un questionnaire nommé ici n’existe pas, ou figure deux fois."


async def create(tx: Tx, new: NewCampaign) -> Campaign:
    """A new draft; raises CampaignDatesReversed, BalanceInvalid, CampaignKeyTaken."""
    if new.ends_on < new.starts_on:
        finding = Finding(pointer="/ends_on", rule=f"not before {new.starts_on}", received=new.ends_on)
        raise CampaignDatesReversed(errors=[finding])
    balance = None if new.balance is None else balanced(new.balance)
    return await store.add_campaign(tx, msgspec.structs.replace(new, balance=balance))


async def assessments(tx: Tx, catalogue: Catalogue, campaign_id: UUID, *, lock: bool = False) -> list[Assessment]:
    """Which team is asked what; with ``lock`` whoever else changes the campaign waits. Raises CampaignNotFound."""
    await store.campaign_of(tx, campaign_id, lock=lock)
    return [_assessment(asked, catalogue) for asked in await store.asked_of(tx, campaign_id)]


async def choose(tx: Tx, catalogue: Catalogue, campaign_id: UUID, choices: Sequence[TeamChoice]) -> list[Assessment]:
    """Say which team is asked what, instead of what was said before.

    Raises CampaignNotDraft, AssessmentsInvalid, ItemAskedTwice, TeamHasPeople.
    """
    (await store.campaign_of(tx, campaign_id, lock=True)).drafted()
    ids = {team.key: team.id for team in await teams_of(tx)}
    chosen = _chosen(choices, ids, catalogue)
    _check_people(await store.people_of(tx, campaign_id), {choice.team for choice in choices})
    await store.ask(
        tx,
        campaign_id,
        {ids[choice.team]: digests for choice, digests in zip(choices, chosen, strict=True)},
        {ids[choice.team]: choice.asked_elsewhere for choice in choices},
    )
    return await assessments(tx, catalogue, campaign_id)


async def people(tx: Tx, campaign_id: UUID, window: Window) -> list[Person]:
    """The part of the roster in the window; raises CampaignNotFound."""
    await store.campaign_of(tx, campaign_id)
    return await store.people_of(tx, campaign_id, window)


async def add_person(tx: Tx, campaign_id: UUID, new: NewPerson) -> Person:
    """One more person; raises CampaignNotDraft, RosterInvalid or PersonEmailTaken."""
    campaign = (await store.campaign_of(tx, campaign_id, lock=True)).drafted()
    ids = {asked.team: asked.team_id for asked in await store.asked_of(tx, campaign_id)}
    (person,) = people_of([Entry("", msgspec.structs.asdict(new))], ids.keys(), campaign.languages)
    await store.add_people(tx, campaign_id, [person], ids)
    return next(each for each in await store.people_of(tx, campaign_id) if each.email == person.email)


async def import_people(tx: Tx, campaign_id: UUID, read: Callable[[], Sequence[Entry]], *, dry_run: bool) -> Imported:
    """Add or change people by e-mail, all or nothing; with ``dry_run`` only say what would happen.

    read: gives the people; it is called beside the event loop, since a long list takes a while. Raises CampaignNotDraft,
    SheetInvalid or RosterInvalid.
    """
    campaign = (await store.campaign_of(tx, campaign_id, lock=True)).drafted()
    ids = {asked.team: asked.team_id for asked in await store.asked_of(tx, campaign_id)}
    roster = await store.people_of(tx, campaign_id)

    def told() -> tuple[list[NewPerson], list[NewPerson], list[NewPerson]]:
        news = people_of(read(), ids.keys(), campaign.languages)
        return news, *compared(news, roster)

    news, created, changed = await asyncio.to_thread(told)
    if not dry_run:
        await store.add_people(tx, campaign_id, created, ids)
        await store.change_people(tx, campaign_id, changed, ids)
    return Imported(
        dry_run=dry_run,
        rows=len(news),
        created=len(created),
        updated=len(changed),
        unchanged=len(news) - len(created) - len(changed),
        summary=f"{len(news)} of {len(news)}",
    )


async def look_ahead(tx: Tx, campaign_id: UUID) -> Preflight:
    """What a launch would do and show; raises CampaignNotDraft."""
    campaign = (await store.campaign_of(tx, campaign_id)).drafted()
    contract, findings = await _preflight(tx, campaign)
    ready = not any(found.blocking for found in findings)
    return Preflight(
        ready=ready,
        people=sum(team.headcount for team in contract.teams),
        teams=sum(1 for team in contract.teams if team.assessment_id),
        findings=findings,
        links=_links(campaign_id, "launch") if ready else _links(campaign_id, "assessments", "people"),
    )


async def launch(tx: Tx, secrets: Secrets, campaign_id: UUID) -> Launched:
    """Open a campaign: roster, headcounts, tree and contract are frozen, everybody gets an invitation.

    The secret is made before the commit: when that fails, a secret that nobody uses does no harm.
    Raises CampaignNotDraft or CampaignNotReady.
    """
    campaign = (await store.campaign_of(tx, campaign_id, lock=True)).drafted()
    contract, findings = await _preflight(tx, campaign)
    check_ready(findings)
    digest = contract_digest(contract)
    opened = campaign.launched(digest, tx.now)
    await store.add_contract(tx, contract, digest)
    await store.change_campaign(tx, opened)
    headcounts = {team.team_id: team.headcount for team in contract.teams if team.assessment_id}
    await store.start_collecting(tx, campaign_id, headcounts)
    invited = await _invite(tx, secrets, campaign_id)
    links = _links(campaign_id, "invitations", "participation", "extend", "close")
    return Launched(campaign=opened, invited=invited, findings=findings, links=links)


async def extend(tx: Tx, campaign_id: UUID, to: date) -> Campaign:
    """Give people more time; raises CampaignNotOpen, CampaignAlreadyClosed or CampaignEndsTooEarly."""
    longer = (await store.campaign_of(tx, campaign_id, lock=True)).extended(to)
    await store.change_campaign(tx, longer)
    return longer


async def invitations(tx: Tx, secrets: Secrets, public_url: str, campaign_id: UUID) -> list[Invitation]:
    """Everybody's token, derived again; raises CampaignNotOpen or CampaignAlreadyClosed."""
    (await store.campaign_of(tx, campaign_id)).opened()
    secret = secrets.read(campaign_id)
    by_person = {person_id: (made, done) for made, person_id, done in await store.invitations_of(tx, campaign_id)}
    roster = await store.people_of(tx, campaign_id)
    return [_invitation(tx, person, by_person[person.id], secret, public_url) for person in roster]


async def participation(tx: Tx, principal: Principal, campaign_id: UUID) -> Participation:
    """How many are done, at any time; a team lead sees the own team and those below it. Raises CampaignNotFound."""
    campaign = await store.campaign_of(tx, campaign_id)
    seen = _below(await teams_of(tx), principal.team_id)
    teams = [team for team in await store.participation_of(tx, campaign_id) if team.team_id in seen]
    return Participation(
        campaign_id=campaign_id,
        state=campaign.state,
        invited=sum(team.invited for team in teams),
        completed=sum(team.completed for team in teams),
        imported=sum(team.imported for team in teams),
        teams=teams,
    )


async def _preflight(tx: Tx, campaign: Campaign) -> tuple[Contract, list[PreflightFinding]]:
    asked = await store.asked_of(tx, campaign.id)
    versions = await store.questionnaires_of(tx, {digest for each in asked for digest in each.digests})
    headcounts = Counter(person.team_id for person in await store.people_of(tx, campaign.id))
    teams = await teams_of(tx)
    contract = contract_of(campaign, await organisation_of(tx), teams, asked, headcounts, versions)
    return contract, preflight(contract, list(versions.values()), tx.now.date())


async def _invite(tx: Tx, secrets: Secrets, campaign_id: UUID) -> int:
    secret = await asyncio.to_thread(secrets.create, campaign_id)  # it waits for the disk
    roster = await store.people_of(tx, campaign_id)
    await store.add_invitations(tx, campaign_id, (_invited(person.id, secret, secrets.pepper) for person in roster))
    return len(roster)


def _invited(person_id: UUID, secret: bytes, pepper: bytes) -> tuple[UUID, UUID, bytes]:
    """A new invitation, whose it is, and the hash of its token."""
    invitation_id = uuid7()
    return invitation_id, person_id, invitation_hash(pepper, invitation_token(secret, invitation_id))


def _invitation(tx: Tx, person: Person, made: tuple[UUID, bool], secret: bytes, public_url: str) -> Invitation:
    invitation_id, completed = made
    token = write_invitation(InvitationText(tx.organisation_id, invitation_token(secret, invitation_id)))
    return Invitation(
        person=person.name,
        email=person.email,
        team=person.team,
        language=person.language,
        completed=completed,
        token=token,
        link=f"{public_url}/r#{token}",
    )


def _assessment(asked: Asked, catalogue: Catalogue) -> Assessment:
    versions = [catalogue.version(digest) for digest in asked.digests]
    return Assessment(
        id=asked.assessment_id,
        team_id=asked.team_id,
        team=asked.team,
        state=asked.state,
        headcount=asked.headcount,
        asked_elsewhere=asked.asked_elsewhere,
        questionnaires=[QuestionnaireChoice(key=version.key, version=version.version) for version in versions],
    )


def _chosen(choices: Sequence[TeamChoice], ids: Mapping[str, UUID], catalogue: Catalogue) -> list[list[Digest]]:
    """The digests of each choice; raises AssessmentsInvalid with every finding, then ItemAskedTwice."""
    findings: list[Finding] = []
    seen: set[str] = set()
    chosen = []
    for index, choice in enumerate(choices):
        if choice.team not in ids:
            rule, example = "the key of a team of your organisation", min(ids, default="sales")
            place = f"/items/{index}/team"
            findings.append(Finding(pointer=place, rule=rule, received=choice.team, example=example))
        if choice.team in seen:
            findings.append(Finding(pointer=f"/items/{index}/team", rule="each team stands once", received=choice.team))
        seen.add(choice.team)
        chosen.append(_digests(choice, f"/items/{index}/questionnaires", catalogue, findings))
    if findings:
        raise AssessmentsInvalid(f"{how_many(len(findings))}; nothing was changed", errors=findings[:TOLD])
    for index, digests in enumerate(chosen):
        check_items_once([catalogue.version(digest) for digest in digests], f"/items/{index}/questionnaires")
    return chosen


def _digests(choice: TeamChoice, place: str, catalogue: Catalogue, findings: list[Finding]) -> list[Digest]:
    digests = []
    for index, wanted in enumerate(choice.questionnaires):
        try:
            digests.append(catalogue.digest(wanted.key, wanted.version))
        except QuestionnaireUnknown as unknown:
            received = f"{wanted.key} {wanted.version}"
            findings.append(
                Finding(pointer=f"{place}/{index}", rule=f"a published version: {unknown.detail}", received=received)
            )
    return digests


def _check_people(roster: Sequence[Person], kept: Collection[str]) -> None:
    lost = sorted({person.team for person in roster} - set(kept))
    if lost:
        rule = "a team whose people stand on the roster stays"
        raise store.TeamHasPeople(errors=[Finding(pointer="/items", rule=rule, received=lost[:20])])


def _below(teams: Sequence[Team], top: UUID | None) -> set[UUID]:
    """The teams of the tree below ``top``, with itself; all of them when there is none. Parents come first in ``teams``."""
    if top is None:
        return {team.id for team in teams}
    seen = {top}
    for team in teams:
        if team.parent_id in seen:
            seen.add(team.id)
    return seen


def _links(campaign_id: UUID, *rels: str) -> list[Link]:
    return [Link(rel=rel, href=f"/v1/campaigns/{campaign_id}/{rel}") for rel in rels]
