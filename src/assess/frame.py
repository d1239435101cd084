"""The frame of every page for people: head, landmarks, languages, and the one style sheet. No script, nothing from elsewhere.

The policy names the style sheet by its digest: no other style, and no ``style`` attribute, is obeyed.
"""

from base64 import b64encode
from hashlib import sha256
from typing import Final

from msgspec import Struct

from assess.markup import Markup, element, joined
from assess.style import STYLE
from assess.words import LANGUAGES, Language

VERSION = "pages/2"
"""Version of the pages; it changes whenever the same facts could give another page."""

WORDS: Final[dict[str, dict[Language, str]]] = {
    "skip": {"fr": "Aller au contenu", "en": "Skip to the content"},
    "places": {"fr": "Rubriques", "en": "Places"},
    "campaigns": {"fr": "Résultats", "en": "Results"},
    "languages": {"fr": "Langue", "en": "Language"},
    "here": {"fr": "Vous êtes ici", "en": "You are here"},
    "sign_out": {"fr": "Se déconnecter", "en": "Sign out"},
    "fr": {"fr": "Français", "en": "Français"},
    "en": {"fr": "English", "en": "English"},
}
"""A language is named in itself."""


class Reader(Struct, frozen=True):
    """Who is signed in: the name of the key, and of its organisation."""

    name: str
    organisation: str


class Frame(Struct, frozen=True, kw_only=True):
    """What a page has around its content. here: its address without a language; trail: title and address of what is above.

    reader: absent while nobody is signed in.
    """

    language: Language
    title: str
    here: str
    trail: list[tuple[str, str]] = []
    reader: Reader | None = None
    foot: Markup | None = None


def policy() -> str:
    """The content security policy of every page: its own style sheet, pictures in the page, forms to this server."""
    digest = b64encode(sha256(STYLE.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src 'self' data:; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )


def framed(frame: Frame, *content: str | Markup | None) -> bytes:
    """A whole page, as UTF-8."""
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width,initial-scale=1"),
        element("meta", name="robots", content="noindex"),
        element("title", f"{frame.title} – Assess"),
        element("link", rel="icon", href="data:,"),
        element("style", Markup(STYLE)),
    )
    main = element("main", _trail(frame), *content, id="main", tabindex="-1")
    foot = element("footer", frame.foot) if frame.foot is not None else None
    skip = element("a", WORDS["skip"][frame.language], href="#main", class_="skip")
    body = element("body", skip, _header(frame), main, foot)
    return b"<!DOCTYPE html>\n" + element("html", head, body, lang=frame.language).encode()


def addressed(path: str, language: Language, **query: str | None) -> str:
    """The address of a page in a language: ``path?of=…&lang=fr``; every value is ours, and safe in an address."""
    said = "&".join(f"{name}={value}" for name, value in {**query, "lang": language}.items() if value is not None)
    return f"{path}{'&' if '?' in path else '?'}{said}"


def _header(frame: Frame) -> Markup:
    language, reader = frame.language, frame.reader
    who = f" · {reader.organisation} · {reader.name}" if reader is not None else ""
    brand = element("p", element("strong", "Assess"), who)
    results = element("a", WORDS["campaigns"][language], href=addressed("/results", language))
    places = element("nav", element("ul", element("li", results)), aria_label=WORDS["places"][language])
    leave = element("button", WORDS["sign_out"][language], type="submit")
    out = element("form", leave, method="post", action=addressed("/sign-out", language))
    signed_in = reader is not None
    return element("header", brand, places if signed_in else None, _languages(frame), out if signed_in else None)


def _languages(frame: Frame) -> Markup:
    links = [
        element("a", WORDS[other][other], href=addressed(frame.here, other), lang=other, hreflang=other)
        if other != frame.language
        else element("span", WORDS[other][other], aria_current="true", lang=other)
        for other in LANGUAGES
    ]
    items = joined(element("li", link) for link in links)
    return element("nav", element("ul", items), aria_label=WORDS["languages"][frame.language])


def _trail(frame: Frame) -> Markup | None:
    if not frame.trail:
        return None
    links = [element("a", title, href=addressed(path, frame.language)) for title, path in frame.trail]
    items = joined(element("li", link) for link in links)
    return element("nav", element("ol", items), aria_label=WORDS["here"][frame.language])
