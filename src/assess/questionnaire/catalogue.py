"""The published questionnaires in memory, with their replies encoded once: no database and no encoder on the way of a read."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct

from assess.errors import NotFound
from assess.questionnaire.budget import minutes
from assess.questionnaire.files import load_published
from assess.questionnaire.model import Questionnaire, VersionSummary
from assess.words import Digest, Key, Language, SemVer, Text


class QuestionnaireUnknown(NotFound):
    """There is no published questionnaire of this key and version."""

    title_fr = "Il n’y a pas de questionnaire publié de cette clé et de cette version."


class LanguageMissing(NotFound):
    """This questionnaire is not written in that language."""

    title_fr = "Ce questionnaire n’existe pas dans cette langue."


class Version(Questionnaire, frozen=True, kw_only=True):
    """A published version as it is read: the questionnaire exactly as in its file, then what is known about it.

    minutes: to answer all its items.
    """

    digest: Digest
    state: Literal["active", "retired"]
    minutes: float


class Entry(Struct, frozen=True, kw_only=True):
    """A questionnaire with its published versions, oldest first; ``title`` is the newest one's."""

    key: Key
    title: Text
    versions: list[VersionSummary]


class Ready(Struct, frozen=True):
    """A reply that waits: its bytes and its strong ``ETag`` (digest and language)."""

    body: bytes
    etag: str


class Catalogue:
    """Every published version, by digest and by key; built once, then only read."""

    def __init__(self, published: Iterable[tuple[Questionnaire, Digest]]):
        self._versions: dict[Digest, Questionnaire] = {digest: questionnaire for questionnaire, digest in published}
        self._digests = {(version.key, version.version): digest for digest, version in self._versions.items()}
        self._ready: dict[tuple[Digest, Language | None], Ready] = {
            (digest, language): _ready(questionnaire, digest, language)
            for digest, questionnaire in self._versions.items()
            for language in (None, *questionnaire.languages)
        }
        self._entries = _entries(self.summaries())

    def version(self, digest: Digest) -> Questionnaire:
        """The version of that digest; raises QuestionnaireUnknown."""
        if digest not in self._versions:
            raise QuestionnaireUnknown(f"no published version has the digest {digest[:64]}")
        return self._versions[digest]

    def digest(self, key: Key, version: SemVer) -> Digest:
        """The digest of a published version; raises QuestionnaireUnknown."""
        if (key, version) not in self._digests:
            raise QuestionnaireUnknown(f"{key[:64]} {version[:20]}; there is {self._known(key)}")
        return self._digests[key, version]

    def find(self, key: Key, version: SemVer) -> Questionnaire:
        """A published version; raises QuestionnaireUnknown."""
        return self._versions[self.digest(key, version)]

    def summaries(self) -> list[VersionSummary]:
        """Every published version, by key, then from the oldest to the newest."""
        return [_summary(questionnaire, digest) for digest, questionnaire in self._versions.items()]

    def entries(self) -> list[Entry]:
        """Every questionnaire with its versions, by key."""
        return list(self._entries.values())

    def entry(self, key: Key) -> Entry:
        """A questionnaire with its versions; raises QuestionnaireUnknown."""
        if key not in self._entries:
            raise QuestionnaireUnknown(f"{key[:64]}; there is {', '.join(self._entries)}")
        return self._entries[key]

    def ready(self, key: Key, version: SemVer, language: Language | None) -> Ready:
        """The encoded reply, with all texts or those of one language; raises QuestionnaireUnknown or LanguageMissing."""
        digest = self.digest(key, version)
        if (digest, language) not in self._ready:
            raise LanguageMissing(f"{key} {version} is written in {', '.join(self._versions[digest].languages)}")
        return self._ready[digest, language]

    def _known(self, key: Key) -> str:
        return ", ".join(f"{known} {version}" for known, version in self._digests if known == key) or ", ".join(
            self._entries
        )


def catalogue_from(folder: Path) -> Catalogue:
    """The catalogue of a folder of published questionnaires; raises FileRefused, and then nothing may start."""
    return Catalogue(load_published(folder))


def in_language(value: Any, language: Language) -> Any:
    """Plain values with each text cut to one language; the shape ``{"fr": "…"}`` stays."""
    if isinstance(value, list):
        return [in_language(part, language) for part in value]
    if not isinstance(value, dict):
        return value
    if language in value:
        return {language: value[language]}
    return {key: in_language(part, language) for key, part in value.items()}


def _ready(questionnaire: Questionnaire, digest: Digest, language: Language | None) -> Ready:
    body = msgspec.to_builtins(_version(questionnaire, digest))
    if language is not None:
        body = in_language(body, language)
    return Ready(msgspec.json.encode(body), f'"{digest}.{language or "all"}"')


def _version(questionnaire: Questionnaire, digest: Digest) -> Version:
    fields = {name: getattr(questionnaire, name) for name in questionnaire.__struct_fields__}
    return Version(digest=digest, state="active", minutes=minutes(questionnaire.items()), **fields)


def _summary(questionnaire: Questionnaire, digest: Digest) -> VersionSummary:
    return VersionSummary(
        key=questionnaire.key,
        version=questionnaire.version,
        digest=digest,
        state="active",
        title=questionnaire.title,
        languages=questionnaire.languages,
        items=sum(1 for _ in questionnaire.items()),
        minutes=minutes(questionnaire.items()),
    )


def _entries(summaries: list[VersionSummary]) -> dict[Key, Entry]:
    grouped: dict[Key, list[VersionSummary]] = {}
    for summary in summaries:
        grouped.setdefault(summary.key, []).append(summary)
    return {key: Entry(key=key, title=versions[-1].title, versions=versions) for key, versions in grouped.items()}
