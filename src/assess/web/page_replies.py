"""Replies of pages for people: HTML under a strict policy, in the reader's language, and refusals as pages too.

The addresses of pages are no part of the API: they are not described, and know their reader by a cookie.
"""

import re
from typing import Any
from urllib.parse import quote

from litestar import Request, Response
from litestar.response import Redirect

from assess.errors import Refusal, Unauthenticated
from assess.frame import Frame, framed, policy
from assess.markup import element
from assess.typography import typeset
from assess.web.conditional import known, ready
from assess.web.problems import REFUSES, language_of
from assess.words import LANGUAGES, Language

HTML = "text/html"
FORM = "application/x-www-form-urlencoded"
PRIVATE = "private, no-cache"
START = "/results"
"""Where whoever has signed in begins."""
_OURS = re.compile(r"/results(?:/[A-Za-z0-9-]+)*(?:\?[A-Za-z0-9=&_.:@-]*)?")
_BACK: dict[Language, str] = {"fr": "Retour aux résultats", "en": "Back to the results"}
_AnyRequest = Request[Any, Any, Any]


def language_wished(request: _AnyRequest) -> Language:
    """The language of a page: ``?lang=``, else the best of the browser's, else French."""
    said = request.query_params.get("lang")
    known = next((language for language in LANGUAGES if language == said), None)
    return known or language_of(request.headers.get("accept-language", ""), otherwise="fr")


def page(request: _AnyRequest, body: bytes, etag: str, language: Language) -> Response[bytes]:
    """A page that its reader alone may keep, or an empty 304 when ``etag`` is known."""
    reply = ready(request, body, etag, cache=PRIVATE, media_type=HTML)
    reply.headers.update(_headers(language))
    return reply


def known_already(request: _AnyRequest, etag: str) -> bool:
    """Whether the browser has the page of that tag, so that it need not be made."""
    return known(request.headers.get("if-none-match", ""), etag)


def passing(
    body: bytes, language: Language, status: int = 200, headers: dict[str, str] | None = None
) -> Response[bytes]:
    """A page that nobody keeps: a form, a refusal."""
    said = {**_headers(language), "Cache-Control": "no-store", **(headers or {})}
    return Response(body, status_code=status, media_type=HTML, headers=said)


def redirected(path: str) -> Response[Any]:
    """On to ``path`` with GET; nobody keeps it."""
    return Redirect(path, status_code=303, headers={**_headers("fr"), "Cache-Control": "no-store"})


def local(said: str | None) -> str:
    """``said`` when it is the address of a page of ours, else where everybody begins: never another site."""
    return said if said is not None and len(said) <= 500 and _OURS.fullmatch(said) else START


def refused(request: _AnyRequest, refusal: Refusal) -> Response[Any]:
    """A refusal as a page; whoever is not signed in is led to where one signs in, and comes back."""
    language = language_wished(request)
    if isinstance(refusal, Unauthenticated) and request.method == "GET":
        asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return redirected(f"/sign-in?lang={language}&next={quote(local(asked), safe='')}")
    title = typeset(refusal.title() if language == "en" else refusal.title_fr, language)
    back = element("p", element("a", _BACK[language], href=f"{START}?lang={language}"))
    frame = Frame(language=language, title=title, here=request.url.path)
    return passing(framed(frame, element("h1", title), back), language, refusal.status, refusal.headers)


def _headers(language: Language) -> dict[str, str]:
    """Referrer: only within this server, or browsers would not say from where a form was sent."""
    return {
        "Content-Security-Policy": policy(),
        "Content-Language": language,
        "Referrer-Policy": "same-origin",
        "Vary": "Accept-Language",
    }


PAGE: dict[str, Any] = {"gives": (HTML,), REFUSES: refused}
"""``opt`` of every page."""
