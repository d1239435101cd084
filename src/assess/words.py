"""The words that every room shares: annotated types, and the two languages as equals.

Each type carries its limits, so that what cannot be stored cannot be decoded either
(U+0000 passes a bare ``str`` and dies in PostgreSQL; a bidi control hides what a name says).
"""

import ast
from typing import Annotated, Any, Literal, TypeAlias

from msgspec import Meta, Struct

Language = Literal["fr", "en"]
LANGUAGES: tuple[Language, ...] = ("fr", "en")

# ``$(?!\n)`` is the very end in Python and in ECMAScript alike; a bare ``$`` lets a last newline through in Python.
# Refused: C0 and C1 controls, what turns the direction of writing (Bidi_Control), what breaks lines unseen, lone surrogates.
_HIDDEN = r"\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff"
_NO_CONTROLS = rf"^[^\x00-\x1f{_HIDDEN}]*$(?!\n)"
_NO_CONTROLS_BUT_NEWLINES = rf"^[^\x00-\x09\x0b-\x1f{_HIDDEN}]*$"

_KEY = r"^[a-z][a-z0-9]*([-_][a-z0-9]+)*$(?!\n)"
_EMAIL = r"^[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$(?!\n)"
_NOT_IN_A_LINK = rf'\\\x00-\x20"<>{_HIDDEN}'
_LINK = (
    rf"^https?://(\[[0-9A-Fa-f:.]+\]|[^/?#@:\[\]{_NOT_IN_A_LINK}]+)(:[0-9]{{1,5}})?([/?#][^{_NOT_IN_A_LINK}]*)?$(?!\n)"
)
_SEMVER = r"^(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})$(?!\n)"
_DIGEST = r"^[0-9a-f]{64}$(?!\n)"

PATTERNS = {
    _NO_CONTROLS: "one line of text without control characters",
    _NO_CONTROLS_BUT_NEWLINES: "text without control characters",
    _KEY: "lower-case letters and digits in words joined by - or _, a letter first, for example sales-lyon",
    _EMAIL: "an e-mail address, for example ana@example.com",
    _LINK: "a link: http:// or https://, without spaces, and without a name or a password before the host",
    _SEMVER: "a semantic version, for example 1.0.0",
    _DIGEST: "64 hexadecimal digits in lower case",
}
"""What each pattern demands, in words: nobody should have to read a regular expression in a refusal."""

Key = Annotated[
    str,
    Meta(
        pattern=_KEY,
        max_length=64,
        description="A stable human key",
        examples=["sales-lyon"],
    ),
]
Name = Annotated[str, Meta(min_length=1, max_length=120, pattern=_NO_CONTROLS, description="A name on one line")]
Line = Annotated[str, Meta(max_length=300, pattern=_NO_CONTROLS, description="A text on one line")]
Paragraph = Annotated[
    str, Meta(max_length=2000, pattern=_NO_CONTROLS_BUT_NEWLINES, description="A text of several lines")
]
Email = Annotated[
    str,
    Meta(
        max_length=254,
        pattern=_EMAIL,
        examples=["ana@example.com"],
    ),
]
WebLink = Annotated[
    str,
    Meta(
        max_length=500,
        pattern=_LINK,
        description="Where something can be seen",
        examples=["https://example.com/dashboard"],
    ),
]
SemVer = Annotated[str, Meta(pattern=_SEMVER, examples=["1.0.0"])]
Digest = Annotated[str, Meta(pattern=_DIGEST, description="SHA-256, hexadecimal")]

ROOT: Key = "company"
"""The key of every tree's root, which is the company itself: no team may have it."""
NOT_ROOT = "a key of the team's own: company stands for the whole company"

Text = dict[Language, Paragraph]
"""A text in each language of its document: ``{"fr": "…", "en": "…"}``."""

Json: TypeAlias = Any
"""A value that ``msgspec.json`` can write."""


class Link(Struct, frozen=True, kw_only=True):
    """What can be done next, and where."""

    rel: str
    href: str


def said(text: dict[Language, str], language: Language) -> str:
    """``text`` in ``language``; a text always has all the languages of its document."""
    return text[language]


def plainly(rule: str) -> str:
    """A decoder's rule in words, where it would be a regular expression."""
    head, found, quoted = rule.partition(" matching regex ")
    if not found:
        return rule
    return PATTERNS.get(ast.literal_eval(quoted), f"{head} without characters that are not allowed here")
