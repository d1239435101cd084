"""Campaigns over HTTP, for the holders of keys. Closing scores what it seals, so its handler lives in the room to the right."""

from typing import Any
from uuid import UUID

from litestar import Request, delete, get, post, put
from litestar.datastructures import CacheControlHeader
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from assess.campaign import importing, service, store
from assess.campaign.answer_sheet import CollectedAnswer, rows_from_json, rows_from_sheet
from assess.campaign.erasure import ErasedPerson, erase_person
from assess.campaign.model import (
    AssessmentPage,
    Campaign,
    CampaignPage,
    Extension,
    ImportedResponses,
    InvitationPage,
    Launched,
    NewCampaign,
    NewPerson,
    Participation,
    Person,
    PersonPage,
    Preflight,
    TeamChoices,
)
from assess.campaign.roster import entries_from_json, entries_from_sheet
from assess.questionnaire.catalogue import Catalogue
from assess.settings import Settings
from assess.storage.database import Tx
from assess.storage.secrets import Secrets
from assess.tenancy.access import may, problems
from assess.tenancy.model import Imported, Permission, Principal
from assess.web.conditional import CHANGES
from assess.web.idempotency import IDEMPOTENT
from assess.web.paging import Pages, by_creation
from assess.web.requests import ROWS, media_type_of, rows_in

PATH = "/campaigns/{campaign_id:uuid}"


@post(
    "/campaigns",
    guards=[may(Permission.RUN_CAMPAIGNS)],
    responses=problems(400, 401, 403, 409, 415, 422),
    operation_id="createCampaign",
    tags=["Campaigns"],
    opt={IDEMPOTENT: True},
)
async def create_campaign(data: JSONBody[NewCampaign], tx: NamedDependency[Tx]) -> Campaign:
    """Create a draft: next say which team is asked what, import the people, look ahead, launch."""
    return await service.create(tx, data)


@get(
    "/campaigns",
    guards=[may(Permission.READ_PARTICIPATION)],
    responses=problems(401, 403),
    operation_id="listCampaigns",
    tags=["Campaigns"],
)
async def list_campaigns(tx: NamedDependency[Tx], pages: NamedDependency[Pages]) -> CampaignPage:
    """All campaigns, newest first."""
    return pages.page(CampaignPage, await store.campaigns_of(tx, pages.window), by_creation)


@get(
    PATH,
    guards=[may(Permission.READ_PARTICIPATION)],
    responses=problems(401, 403, 404),
    operation_id="readCampaign",
    tags=["Campaigns"],
)
async def read_campaign(campaign_id: FromPath[UUID], tx: NamedDependency[Tx]) -> Campaign:
    """One campaign."""
    return await store.campaign_of(tx, campaign_id)


@get(
    f"{PATH}/assessments",
    guards=[may(Permission.READ_PARTICIPATION)],
    responses=problems(401, 403, 404),
    operation_id="listAssessments",
    tags=["Campaigns"],
)
async def list_assessments(
    campaign_id: FromPath[UUID], tx: NamedDependency[Tx], catalogue: NamedDependency[Catalogue]
) -> AssessmentPage:
    """Which team is asked what: the whole of it, since it is said anew as a whole."""
    return AssessmentPage(items=await service.assessments(tx, catalogue, campaign_id), next=None)


async def assessments_now(request: Request[Any, Any, Any], tx: Tx) -> AssessmentPage:
    """What the teams are asked of a campaign that a request is about to change."""
    catalogue, campaign_id = request.app.state.catalogue, request.path_params["campaign_id"]
    return AssessmentPage(items=await service.assessments(tx, catalogue, campaign_id, lock=True), next=None)


@put(
    f"{PATH}/assessments",
    guards=[may(Permission.RUN_CAMPAIGNS)],
    responses=problems(400, 401, 403, 404, 409, 415, 422),
    operation_id="chooseAssessments",
    tags=["Campaigns"],
    opt={CHANGES: assessments_now},
)
async def choose_assessments(
    campaign_id: FromPath[UUID],
    data: JSONBody[TeamChoices],
    tx: NamedDependency[Tx],
    catalogue: NamedDependency[Catalogue],
) -> AssessmentPage:
    """Say which team is asked which questionnaire versions, in order, instead of what was said before; drafts only."""
    return AssessmentPage(items=await service.choose(tx, catalogue, campaign_id, data.items), next=None)


@get(
    f"{PATH}/people",
    guards=[may(Permission.INVITE)],
    responses=problems(401, 403, 404),
    operation_id="listPeople",
    tags=["Campaigns"],
)
async def list_people(
    campaign_id: FromPath[UUID], tx: NamedDependency[Tx], pages: NamedDependency[Pages]
) -> PersonPage:
    """The roster, by team and name."""
    people = await service.people(tx, campaign_id, pages.window)
    return pages.page(PersonPage, people, lambda person: (person.team, person.name, person.id))


@post(
    f"{PATH}/people",
    guards=[may(Permission.INVITE)],
    responses=problems(400, 401, 403, 404, 409, 415, 422),
    operation_id="addPerson",
    tags=["Campaigns"],
    opt={IDEMPOTENT: True},
)
async def add_person(campaign_id: FromPath[UUID], data: JSONBody[NewPerson], tx: NamedDependency[Tx]) -> Person:
    """Add one person to the roster of a draft."""
    return await service.add_person(tx, campaign_id, data)


@delete(
    f"{PATH}/people/{{person_id:uuid}}",
    guards=[may(Permission.INVITE)],
    responses=problems(401, 403, 404),
    operation_id="erasePerson",
    tags=["Campaigns"],
    status_code=200,
)
async def delete_person(
    campaign_id: FromPath[UUID], person_id: FromPath[UUID], tx: NamedDependency[Tx]
) -> ErasedPerson:
    """Erase a person: roster and invitation, for good, in any state of the campaign. Ask them to withdraw their answers first."""
    return await erase_person(tx, campaign_id, person_id)


@post(
    f"{PATH}/people/import",
    guards=[may(Permission.INVITE)],
    responses=problems(400, 401, 403, 404, 409, 413, 415, 422),
    operation_id="importPeople",
    tags=["Campaigns"],
    status_code=200,
    opt={"takes": ROWS, "schema": "NewPerson", "many": True, IDEMPOTENT: True},
    request_max_body_size=2 * 1024 * 1024,
)
async def import_people(
    request: Request[Any, Any, Any],
    campaign_id: FromPath[UUID],
    tx: NamedDependency[Tx],
    dry_run: FromQuery[bool] = False,
) -> Imported:
    """Add or change people by e-mail, all or nothing.

    From CSV (name,email,language,perspective,team) or a list (JSON, MessagePack)."""
    body, media = await request.body(), media_type_of(request)
    read = rows_in(media, body, sheet=entries_from_sheet, listed=entries_from_json)
    return await service.import_people(tx, campaign_id, read, dry_run=dry_run)


@get(
    f"{PATH}/preflight",
    guards=[may(Permission.RUN_CAMPAIGNS)],
    responses=problems(401, 403, 404, 409),
    operation_id="readPreflight",
    tags=["Campaigns"],
)
async def read_preflight(campaign_id: FromPath[UUID], tx: NamedDependency[Tx]) -> Preflight:
    """What a launch would do, what stops it, and what small teams will not see; drafts only."""
    return await service.look_ahead(tx, campaign_id)


@post(
    f"{PATH}/launch",
    guards=[may(Permission.RUN_CAMPAIGNS)],
    responses=problems(401, 403, 404, 409, 422),
    operation_id="launchCampaign",
    tags=["Campaigns"],
    status_code=200,
    opt={IDEMPOTENT: True},
)
async def launch_campaign(
    campaign_id: FromPath[UUID], tx: NamedDependency[Tx], secrets: NamedDependency[Secrets]
) -> Launched:
    """Open a campaign: roster, headcounts, tree and contract are frozen, and everybody on the roster gets an invitation."""
    return await service.launch(tx, secrets, campaign_id)


@post(
    f"{PATH}/extend",
    guards=[may(Permission.RUN_CAMPAIGNS)],
    responses=problems(400, 401, 403, 404, 409, 415, 422),
    operation_id="extendCampaign",
    tags=["Campaigns"],
    status_code=200,
    opt={IDEMPOTENT: True},
)
async def extend_campaign(campaign_id: FromPath[UUID], data: JSONBody[Extension], tx: NamedDependency[Tx]) -> Campaign:
    """Give people more time; an end can only be moved to a later day."""
    return await service.extend(tx, campaign_id, data.ends_on)


@post(
    f"{PATH}/invitations",
    guards=[may(Permission.INVITE)],
    responses=problems(401, 403, 404, 409),
    operation_id="issueInvitations",
    tags=["Campaigns"],
    status_code=200,
    cache_control=CacheControlHeader(no_store=True),
)
async def issue_invitations(
    campaign_id: FromPath[UUID],
    tx: NamedDependency[Tx],
    secrets: NamedDependency[Secrets],
    settings: NamedDependency[Settings],
) -> InvitationPage:
    """Everybody's link, derived again each time and kept nowhere: hand each to its person and to nobody else."""
    return InvitationPage(items=await service.invitations(tx, secrets, settings.public_url, campaign_id), next=None)


@post(
    f"{PATH}/responses/import",
    guards=[may(Permission.RUN_CAMPAIGNS)],
    responses=problems(400, 401, 403, 404, 409, 413, 415, 422),
    operation_id="importResponses",
    tags=["Campaigns"],
    status_code=200,
    opt={"takes": ROWS, "schema": CollectedAnswer, "many": True, IDEMPOTENT: True},
    request_max_body_size=2 * 1024 * 1024,
)
async def import_responses(
    request: Request[Any, Any, Any],
    campaign_id: FromPath[UUID],
    tx: NamedDependency[Tx],
    catalogue: NamedDependency[Catalogue],
    dry_run: FromQuery[bool] = False,
    replace: FromQuery[bool] = False,
) -> ImportedResponses:
    """Add answers collected elsewhere, all or nothing.

    From CSV (team,respondent,item,answer,perspective) or a list (JSON, MessagePack).

    An answer is a level's number, DK or NA. Only teams with ``asked_elsewhere`` take any, from that many people at most; with
    ``replace`` what was imported before of the teams in the file goes, and nothing of other teams.
    """
    body, media = await request.body(), media_type_of(request)
    read = rows_in(media, body, sheet=rows_from_sheet, listed=rows_from_json)
    return await importing.import_responses(tx, catalogue, campaign_id, read, dry_run=dry_run, replace=replace)


@get(
    f"{PATH}/participation",
    guards=[may(Permission.READ_PARTICIPATION)],
    responses=problems(401, 403, 404),
    operation_id="readParticipation",
    tags=["Campaigns"],
)
async def read_participation(
    campaign_id: FromPath[UUID], tx: NamedDependency[Tx], principal: NamedDependency[Principal]
) -> Participation:
    """How many people were invited and how many are done, per team and in all, at any time."""
    return await service.participation(tx, principal, campaign_id)


handlers = [
    create_campaign,
    list_campaigns,
    read_campaign,
    list_assessments,
    choose_assessments,
    list_people,
    add_person,
    delete_person,
    import_people,
    read_preflight,
    launch_campaign,
    extend_campaign,
    issue_invitations,
    import_responses,
    read_participation,
]
