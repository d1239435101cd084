"""Signing in to the pages: an API key is exchanged for a cookie that holds no secret.

The cookie is taken by the pages alone. No other site can send these forms: the cookie is SameSite=Strict, and a browser says
with ``Sec-Fetch-Site`` or ``Origin`` from where a form comes.
"""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

from litestar import Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency

from assess.errors import Forbidden, Refusal, Unauthenticated
from assess.settings import Settings
from assess.storage.secrets import Secrets
from assess.tenancy.access import cookie_name, holder_of, may, session_key
from assess.tenancy.model import Permission, Principal
from assess.tenancy.sessions import LIFETIME, begun, write_session
from assess.tenancy.sign_in_page import sign_in_page
from assess.tenancy.tokens import read_key
from assess.typography import typeset
from assess.web.limits import limits_of
from assess.web.page_replies import FORM, PAGE, language_wished, local, passing, redirected

MOST = 4096
"""Bytes of the form: a key, and where to go on to."""
_AnyRequest = Request[Any, Any, Any]


class FormFromElsewhere(Forbidden):
    """This form was not sent from this site's own page; open the page and send it from there."""

    title_fr = "Ce formulaire ne vient pas d’une page de ce site ; ouvrez la page et envoyez-le de là."


class ResultsNotForKey(Forbidden):
    """This key is valid, but it may not read results."""

    title_fr = "Cette clé est valable, mais elle ne permet pas de lire les résultats."


@get("/sign-in", guards=[may(Permission.PUBLIC)], opt=PAGE, include_in_schema=False)
async def read_sign_in(request: _AnyRequest) -> Response[bytes]:
    """The form."""
    language = language_wished(request)
    return passing(sign_in_page(language, local(request.query_params.get("next")), None), language)


@post(
    "/sign-in",
    guards=[may(Permission.PUBLIC)],
    opt={**PAGE, "takes": (FORM,)},
    include_in_schema=False,
    request_max_body_size=MOST,
)
async def sign_in(
    request: _AnyRequest, settings: NamedDependency[Settings], secrets: NamedDependency[Secrets]
) -> Response[Any]:
    """A session for the holder of a key that may read results, or the form again with the reason why not."""
    _check_sender(request, settings)
    said = parse_qs((await request.body()).decode("utf-8", "replace"))
    following, language = local(said.get("next", [""])[0]), language_wished(request)
    try:
        principal = await _reader(request, said.get("key", [""])[0].strip())
    except (Unauthenticated, Forbidden) as refusal:
        return passing(sign_in_page(language, following, _reason(refusal, language)), language, refusal.status)
    reply = redirected(following)
    session = begun(principal.organisation_id, principal.key_id, datetime.now(UTC))
    reply.set_cookie(_cookie(settings, write_session(session_key(secrets), session), int(LIFETIME.total_seconds())))
    return reply


@post("/sign-out", guards=[may(Permission.PUBLIC)], opt={**PAGE, "takes": (FORM,)}, include_in_schema=False)
async def sign_out(request: _AnyRequest, settings: NamedDependency[Settings]) -> Response[Any]:
    """The end of the session in this browser."""
    _check_sender(request, settings)
    reply = redirected(f"/sign-in?lang={language_wished(request)}")
    reply.set_cookie(_cookie(settings, "", 0))
    return reply


async def _reader(request: _AnyRequest, text: str) -> Principal:
    """The holder of a key that may read results; raises KeyInvalid, KeyExpired, ResultsNotForKey or TooManyRequests."""
    if (key := read_key(text)) is not None:
        limits_of(request).signing_in(key.id)
    principal = await holder_of(request, text)
    if not principal.may(Permission.READ_RESULTS):
        raise ResultsNotForKey
    return principal


def _check_sender(request: _AnyRequest, settings: Settings) -> None:
    """Raise FormFromElsewhere unless the browser says that the form was sent from here."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin", "")
    host = request.headers.get("host", "")
    ours = origin in {settings.public_url, f"http://{host}", f"https://{host}"}
    if not (site in {"same-origin", "none"} if site is not None else ours):
        raise FormFromElsewhere


def _reason(refusal: Refusal, language: str) -> str:
    return refusal.title() if language == "en" else typeset(refusal.title_fr, "fr")


def _cookie(settings: Settings, value: str, seconds: int) -> Cookie:
    """Read by no script, sent by no other site, by HTTPS alone where the pages are reached so."""
    secure = settings.public_url.startswith("https://")
    return Cookie(
        key=cookie_name(settings.public_url),
        value=value,
        path="/",
        max_age=seconds,
        httponly=True,
        secure=secure,
        samesite="strict",
    )


handlers = [read_sign_in, sign_in, sign_out]
"""Pages: no part of the API."""
