"""The page where one signs in: one field, one sentence, both languages."""

from typing import Final

from assess.frame import Frame, framed
from assess.markup import Markup, element
from assess.typography import typeset
from assess.words import Language

SENTENCES: Final[dict[str, dict[Language, str]]] = {
    "title": {"fr": "Se connecter aux résultats", "en": "Sign in to the results"},
    "lead": {
        "fr": "Une clé d’API ouvre les pages de résultats de votre organisation, pour huit heures au plus.",
        "en": "An API key opens the result pages of your organisation, for eight hours at most.",
    },
    "label": {"fr": "Clé d’API", "en": "API key"},
    "hint": {
        "fr": "Elle commence par assess_live_ ; l’administrateur de votre organisation la donne. "
        "Aucune page ne la garde.",
        "en": "It begins with assess_live_; your organisation’s admin gives it to you. No page keeps it.",
    },
    "button": {"fr": "Se connecter", "en": "Sign in"},
}


def say(key: str, language: Language) -> str:
    """A sentence of this page, spaced as its language asks."""
    return typeset(SENTENCES[key][language], language)


def sign_in_page(language: Language, following: str, error: str | None) -> bytes:
    """The form; following: where to go on to, error: why the key just sent was not taken. It never shows the key again."""
    frame = Frame(language=language, title=say("title", language), here="/sign-in")
    warning = element("p", error, class_="error", role="alert", id="error") if error else None
    return framed(
        frame,
        element("h1", say("title", language)),
        element("p", say("lead", language), class_="lead"),
        warning,
        _form(language, following, wrong=error is not None),
    )


def _form(language: Language, following: str, *, wrong: bool) -> Markup:
    field = element(
        "input",
        id="key",
        name="key",
        type="password",
        autocomplete="current-password",
        required=True,
        maxlength=200,
        spellcheck="false",
        autocapitalize="none",
        aria_describedby="error hint" if wrong else "hint",
        aria_invalid="true" if wrong else None,
    )
    return element(
        "form",
        element("input", type="hidden", name="next", value=following),
        element("label", say("label", language), for_="key"),
        field,
        element("p", say("hint", language), id="hint", class_="small"),
        element("button", say("button", language), type="submit", class_="main-button"),
        method="post",
        action=f"/sign-in?lang={language}",
    )
