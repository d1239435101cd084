"""The action library on disk: ``actions.yaml``, with its digest in ``library.toml``.

A published version never changes: a roadmap names the digest of the library that it was made from. The process refuses to
start when the file breaks a rule, or when file and register disagree.
"""

import tomllib
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

import msgspec
from msgspec import Struct

from assess.questionnaire.catalogue import Ready, in_language
from assess.questionnaire.files import read_yaml
from assess.questionnaire.fitting import fitted
from assess.questionnaire.flaw import FileRefused, errors_in, refused
from assess.questionnaire.model import Questionnaire
from assess.roadmap.lint import lint
from assess.roadmap.model import Library
from assess.words import LANGUAGES, Digest, Key, Language, SemVer

ACTIONS = "actions.yaml"
REGISTER = "library.toml"
_HEADER = """\
# The digest (SHA-256 of the canonical form) of every published version of the action library. A line never changes:
# publish a new version.
"""
Register = dict[Key, dict[SemVer, Digest]]


class LoadedLibrary(Struct, frozen=True):
    """The library in memory, with its replies encoded once: all texts (no language), or those of one language."""

    library: Library
    digest: Digest
    ready: dict[Language | None, Ready]


def load_library(folder: Path, questionnaires: Iterable[Questionnaire]) -> LoadedLibrary:
    """The library of a folder, checked beside the questionnaires; raises FileRefused, and then nothing may start."""
    library = checked(read_yaml(folder / ACTIONS, Library), questionnaires)
    digest = digest_of(library)
    _agree(_register(folder), library, digest)
    replies = {language: _ready(library, digest, language) for language in (None, *LANGUAGES)}
    return LoadedLibrary(library, digest, replies)


def library_toml(folder: Path, questionnaires: Iterable[Questionnaire]) -> str:
    """The register with the library's version added; raises FileRefused if the published version has changed."""
    library = checked(read_yaml(folder / ACTIONS, Library), questionnaires)
    digest = digest_of(library)
    register = _register(folder)
    versions = register.setdefault(library.key, {})
    versions.setdefault(library.version, digest)
    _agree(register, library, digest)
    sections = [f"\n[{key}]\n" + _lines(versions) for key, versions in sorted(register.items())]
    return _HEADER + "".join(sections)


def checked(library: Library, questionnaires: Iterable[Questionnaire]) -> Library:
    """Itself, when no rule is broken; raises FileRefused with the first error."""
    errors = errors_in(lint(library, questionnaires))
    if errors:
        raise FileRefused(errors[0], ACTIONS)
    return library


def digest_of(library: Library) -> Digest:
    """SHA-256 of the canonical form: JSON, sorted keys."""
    return sha256(msgspec.json.encode(library, order="deterministic")).hexdigest()


def _register(folder: Path) -> Register:
    path = folder / REGISTER
    if not path.exists():
        return {}
    try:
        return fitted(tomllib.loads(path.read_text("utf-8")), Register, {})
    except tomllib.TOMLDecodeError as error:
        raise FileRefused(refused("not_toml", str(error)).flaw, REGISTER) from error


def _lines(versions: dict[SemVer, Digest]) -> str:
    return "".join(f'"{version}" = "{digest}"\n' for version, digest in sorted(versions.items()))


def _agree(register: Register, library: Library, digest: Digest) -> None:
    """The register knows this version by this digest."""
    known = register.get(library.key, {}).get(library.version)
    place = (library.key, library.version)
    if known is None:
        raise FileRefused(refused("not_registered", "No digest is known for it", place, received=digest).flaw, REGISTER)
    if known != digest:
        changed = refused("digest_changed", "A published version never changes", place, received=digest, example=known)
        raise FileRefused(changed.flaw, REGISTER)


def _ready(library: Library, digest: Digest, language: Language | None) -> Ready:
    body = msgspec.to_builtins(library)
    kept = body if language is None else in_language(body, language)
    return Ready(msgspec.json.encode(kept), f'"{digest}.{language or "all"}"')
