"""Refusals: each class is a sentence.

The family gives the HTTP status, the class's docstring is the title of the problem (RFC 9457), its name the code, and
``constraint`` names the database rule that it explains. Raise them anywhere; ``web.problems`` says them.
"""

import re
from typing import Any, ClassVar

from msgspec import Struct


class Finding(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing wrong at one place of an input.

    ``pointer`` is a JSON pointer into the body, ``#/line/7/column`` for a CSV line, or the parameter's name.
    """

    pointer: str
    rule: str
    received: Any = None
    example: Any = None


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """The request cannot be carried out."""

    status: ClassVar[int] = 500
    constraint: ClassVar[str | None] = None
    title_fr: ClassVar[str] = "La demande ne peut pas être exécutée."

    def __init__(self, detail: str = "", *, errors: list[Finding] | None = None, headers: dict[str, str] | None = None):
        super().__init__(detail or self.title())
        self.detail = detail
        self.errors = errors or []
        self.headers = headers or {}

    @classmethod
    def title(cls) -> str:
        """The sentence of the class."""
        return (cls.__doc__ or "").strip().partition("\n")[0]

    @classmethod
    def code(cls) -> str:
        """The class's name in snake_case; never translated."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()


class Malformed(Refusal):
    """The request cannot be read."""

    status = 400
    title_fr = "La demande est illisible."


class Unauthenticated(Refusal):
    """A valid key is needed."""

    status = 401
    title_fr = "Une clé valide est nécessaire."


class Forbidden(Refusal):
    """Your key does not allow this."""

    status = 403
    title_fr = "Votre clé ne le permet pas."


class NotFound(Refusal):
    """There is nothing here."""

    status = 404
    title_fr = "Il n’y a rien ici."


class MethodNotAllowed(Refusal):
    """This address does not answer to that method."""

    status = 405
    title_fr = "Cette adresse ne répond pas à cette méthode."


class NotAcceptable(Refusal):
    """None of the media types you accept can be given."""

    status = 406
    title_fr = "Aucun des formats que vous acceptez n’est disponible."


class TooSlow(Refusal):
    """The request did not arrive in time."""

    status = 408
    title_fr = "La demande n’est pas arrivée à temps."


class Conflict(Refusal):
    """This contradicts the present state."""

    status = 409
    title_fr = "Cela contredit l’état présent."


class PreconditionFailed(Refusal):
    """What you want to change has changed meanwhile."""

    status = 412
    title_fr = "Ce que vous voulez modifier a changé entre-temps."


class TooLarge(Refusal):
    """The request is larger than this address takes."""

    status = 413
    title_fr = "La demande dépasse la taille admise ici."


class UriTooLong(Refusal):
    """The address is longer than this service takes."""

    status = 414
    title_fr = "L’adresse dépasse la longueur admise."


class UnsupportedMediaType(Refusal):
    """The body's media type is not taken here."""

    status = 415
    title_fr = "Ce format n’est pas accepté ici."


class Invalid(Refusal):
    """The request is well-formed but breaks a rule."""

    status = 422
    title_fr = "La demande est lisible mais enfreint une règle."


class PreconditionRequired(Refusal):
    """Say which state you are changing, with If-Match."""

    status = 428
    title_fr = "Dites quel état vous modifiez, avec If-Match."


class TooManyRequests(Refusal):
    """Too many requests; wait a little."""

    status = 429
    title_fr = "Trop de demandes ; attendez un peu."


class HeadersTooLarge(Refusal):
    """The headers are longer than this service takes."""

    status = 431
    title_fr = "Les en-têtes dépassent la longueur admise."


class Unexpected(Refusal):
    """Something failed on our side."""

    title_fr = "Une erreur est survenue de notre côté."


class Unavailable(Refusal):
    """The service cannot answer now; try again in a moment."""

    status = 503
    title_fr = "Le service ne peut pas répondre maintenant ; réessayez dans un instant."


def refusals() -> list[type[Refusal]]:
    """Every refusal that has been defined, families first."""
    found: list[type[Refusal]] = []
    waiting: list[type[Refusal]] = [Refusal]
    while waiting:
        refusal = waiting.pop(0)
        found.append(refusal)
        waiting.extend(refusal.__subclasses__())
    return found


def explaining(constraint: str) -> type[Refusal] | None:
    """The refusal that explains a violated database constraint, if one does."""
    return next((refusal for refusal in refusals() if refusal.constraint == constraint), None)
