"""The action library on disk: ``actions.yaml``, with its digest in ``library.toml``.

A published version never changes: a roadmap names the digest of the library that it was made from. The process refuses to
start when the file breaks a rule, or when file and register disagree.
"""

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

import msgspec
from msgspec import Struct

from assess.questionnaire.catalogue import Ready, in_language
from assess.questionnaire.files import read_yaml
from assess.questionnaire.flaw import FileRefused, errors_in
from assess.questionnaire.model import Questionnaire
from assess.questionnaire.register import check_registered, register_of, with_version
from assess.roadmap.lint import lint
from assess.roadmap.model import Library
from assess.words import LANGUAGES, Digest, Language

ACTIONS = "actions.yaml"


class LoadedLibrary(Struct, frozen=True):
    """The library in memory, with its replies encoded once: all texts (no language), or those of one language."""

    library: Library
    digest: Digest
    ready: dict[Language | None, Ready]


def load_library(folder: Path, questionnaires: Iterable[Questionnaire]) -> LoadedLibrary:
    """The library of a folder, checked beside the questionnaires; raises FileRefused, and then nothing may start."""
    library = checked(read_yaml(folder / ACTIONS, Library), questionnaires)
    digest = digest_of(library)
    check_registered(register_of(folder), library.key, library.version, digest)
    replies = {language: _ready(library, digest, language) for language in (None, *LANGUAGES)}
    return LoadedLibrary(library, digest, replies)


def library_toml(folder: Path, questionnaires: Iterable[Questionnaire]) -> str:
    """The register with the library's version added; raises FileRefused if the published version has changed."""
    library = checked(read_yaml(folder / ACTIONS, Library), questionnaires)
    return with_version(folder, library.key, library.version, digest_of(library))


def checked(library: Library, questionnaires: Iterable[Questionnaire]) -> Library:
    """Itself, when no rule is broken; raises FileRefused with the first error."""
    errors = errors_in(lint(library, questionnaires))
    if errors:
        raise FileRefused(errors[0], ACTIONS)
    return library


def digest_of(library: Library) -> Digest:
    """SHA-256 of the canonical form: JSON, sorted keys."""
    return sha256(msgspec.json.encode(library, order="deterministic")).hexdigest()


def _ready(library: Library, digest: Digest, language: Language | None) -> Ready:
    body = msgspec.to_builtins(library)
    kept = body if language is None else in_language(body, language)
    return Ready(msgspec.json.encode(kept), f'"{digest}.{language or "all"}"')
