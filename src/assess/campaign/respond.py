"""Answering over HTTP: no account, a token that is exchanged for a response key.

Nothing here is logged or kept about who asks.
"""

from datetime import UTC, date, datetime
from typing import Annotated, Any

from litestar import Request, Router, get, post, put
from litestar.datastructures import CacheControlHeader
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Meta, Struct

from assess.campaign import answering
from assess.campaign.answering import Completed, Desk, Exchanged, FormReply, Progress
from assess.campaign.answers import NewAnswer, StoredAnswer
from assess.campaign.hot import Holder
from assess.campaign.tokens import INVITATION_PREFIX
from assess.errors import Finding, Invalid, Unauthenticated
from assess.tenancy.access import may, problems
from assess.tenancy.model import Permission
from assess.web.limits import limits_of
from assess.words import Language


class ResponseKeyMissing(Unauthenticated):
    """This address needs a response key."""

    title_fr = "Cette adresse demande une clé de réponse."


class ResponseKeyMistyped(Unauthenticated):
    """This is no whole response key."""

    title_fr = "Cette clé de réponse n’est pas entière."


class Invited(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An invitation: its token, or the whole link."""

    token: Annotated[str, Meta(min_length=1, max_length=2000, examples=["assess_inv_…"])]


class Submission(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may be said of a response as a whole.

    hasty: half of the practices or more were answered less than three seconds after they were shown. Only the client knows, and
    it sends no time.
    """

    hasty: bool


class Phone(Struct, frozen=True):
    """Who answers, and what answering stands on. One value: each dependency of a handler costs as much as a response key."""

    desk: Desk
    holder: Holder


def provide_desk(request: Request[Any, Any, Any]) -> Desk:
    """What answering stands on, made at the first request and kept."""
    state = request.app.state
    if "desk" not in state:
        state.desk = answering.desk_on(state.database, state.catalogue, state.secrets.pepper)
    desk: Desk = state.desk
    return desk


def provide_phone(request: Request[Any, Any, Any]) -> Phone:
    """Whoever holds the response key in the Authorization header; raises ResponseKeyMissing or ResponseKeyMistyped."""
    desk = provide_desk(request)
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not text:
        raise ResponseKeyMissing("send it as the header Authorization: Bearer assess_resp_…")
    holder = desk.holder(text.strip())
    if holder is None:
        is_invitation = text.strip().startswith(INVITATION_PREFIX)
        raise ResponseKeyMistyped(
            "this is an invitation; exchange it first" if is_invitation else "was it copied whole?"
        )
    return Phone(desk, holder)


def today() -> date:
    """The day, by which a campaign's end is told."""
    return datetime.now(UTC).date()


@post(
    "/exchange",
    guards=[may(Permission.PUBLIC)],
    responses=problems(400, 404, 409, 415, 422),
    operation_id="exchangeInvitation",
    tags=["Respond"],
    status_code=200,
)
async def exchange_invitation(
    request: Request[Any, Any, Any], data: JSONBody[Invited], desk: NamedDependency[Desk]
) -> Exchanged:
    """Exchange an invitation for its response key, the same each time; a link scanner that does it consumes nothing."""
    limits_of(request).exchange(answering.organisation_of(data.token))
    return await answering.exchange(desk, data.token, today())


@get(
    "/",
    guards=[may(Permission.RESPOND)],
    responses=problems(401, 409, 422),
    operation_id="readForm",
    tags=["Respond"],
)
async def read_form(phone: NamedDependency[Phone], lang: FromQuery[Language] = "fr") -> FormReply:
    """The questions in one language, with the answers saved so far."""
    return await answering.read(phone.desk, phone.holder, lang, today())


@put(
    "/answers/{item:str}",
    guards=[may(Permission.RESPOND)],
    responses=problems(400, 401, 404, 409, 415, 422),
    operation_id="saveAnswer",
    tags=["Respond"],
)
async def save_answer(item: FromPath[str], data: JSONBody[NewAnswer], phone: NamedDependency[Phone]) -> StoredAnswer:
    """Save one answer. The greatest ``sequence`` wins: a stale or repeated one changes nothing and gets what is kept."""
    return await answering.save(phone.desk, phone.holder, item, data, today())


@post(
    "/submit",
    guards=[may(Permission.RESPOND)],
    responses=problems(400, 401, 409, 415, 422),
    operation_id="submitResponse",
    tags=["Respond"],
    status_code=200,
)
async def submit_response(
    request: Request[Any, Any, Any], phone: NamedDependency[Phone], data: JSONBody[Submission | None] = None
) -> Progress:
    """The answers are complete; until the close they may still be amended. Without a body nothing is said of haste."""
    if data is None and await request.body():
        raise Invalid(errors=[Finding(pointer="", rule="an object, or no body at all", example={"hasty": True})])
    return await answering.submit(phone.desk, phone.holder, today(), None if data is None else data.hasty)


@post(
    "/withdraw",
    guards=[may(Permission.RESPOND)],
    responses=problems(401, 409),
    operation_id="withdrawResponse",
    tags=["Respond"],
    status_code=200,
)
async def withdraw_response(phone: NamedDependency[Phone]) -> Progress:
    """Delete all answers at once, for good."""
    return await answering.withdraw(phone.desk, phone.holder, today())


@post(
    "/completion",
    guards=[may(Permission.PUBLIC)],
    responses=problems(400, 404, 409, 415, 422),
    operation_id="completeInvitation",
    tags=["Respond"],
    status_code=200,
)
async def complete_invitation(
    request: Request[Any, Any, Any], data: JSONBody[Invited], desk: NamedDependency[Desk]
) -> Completed:
    """Say "done", with the invitation and without the response key, so that nothing links the person to the answers."""
    limits_of(request).exchange(answering.organisation_of(data.token))
    return await answering.complete(desk, data.token, today())


handlers = [
    Router(
        "/respond",
        route_handlers=[
            exchange_invitation,
            read_form,
            save_answer,
            submit_response,
            withdraw_response,
            complete_invitation,
        ],
        dependencies={
            "desk": Provide(provide_desk, sync_to_thread=False),
            "phone": Provide(provide_phone, sync_to_thread=False),
        },
        cache_control=CacheControlHeader(no_store=True),
    )
]
