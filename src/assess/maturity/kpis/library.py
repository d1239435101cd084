"""The library of indicators on disk: ``kpis.yaml``, with its digest in ``library.toml``, and in memory, encoded once."""

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from assess.errors import NotFound
from assess.maturity.kpis.entries import KpiEntry, Kpis, lint
from assess.questionnaire.catalogue import Ready, in_language
from assess.questionnaire.files import read_yaml
from assess.questionnaire.flaw import FileRefused, errors_in
from assess.questionnaire.model import Questionnaire
from assess.questionnaire.register import check_registered, register_of, with_version
from assess.words import LANGUAGES, Digest, Key, Language

KPIS = "kpis.yaml"


class KpiUnknown(NotFound):
    """The library has no such indicator."""

    title_fr = "La bibliothèque n’a pas cet indicateur."


class KpiLibrary:
    """Every indicator of the library, by key; built once, then only read."""

    def __init__(self, kpis: Kpis, digest: Digest) -> None:
        self.digest = digest
        self.entries: dict[Key, KpiEntry] = {entry.key: entry for entry in kpis.kpis}
        values: list[tuple[Key | None, Kpis | KpiEntry]] = [(None, kpis), *self.entries.items()]
        self._ready = {
            (key, language): Ready(_written(value, language), f'"{digest}.{key or "kpis"}.{language or "all"}"')
            for key, value in values
            for language in (None, *LANGUAGES)
        }

    def ready(self, key: Key | None, language: Language | None) -> Ready:
        """The encoded library, or one of its indicators, with all texts or those of one language; raises KpiUnknown."""
        if (key, language) not in self._ready:
            raise KpiUnknown(f"see /v1/kpis for the {len(self.entries)} that there are")
        return self._ready[key, language]


def load_kpis(folder: Path, questionnaires: Iterable[Questionnaire]) -> KpiLibrary:
    """The library of a folder, checked beside the questionnaires; raises FileRefused, and then nothing may start."""
    kpis = checked(read_yaml(folder / KPIS, Kpis), questionnaires)
    digest = digest_of(kpis)
    check_registered(register_of(folder), kpis.key, kpis.version, digest)
    return KpiLibrary(kpis, digest)


def kpis_toml(folder: Path, questionnaires: Iterable[Questionnaire]) -> str:
    """The register with the library's version added; raises FileRefused if the published version has changed."""
    kpis = checked(read_yaml(folder / KPIS, Kpis), questionnaires)
    return with_version(folder, kpis.key, kpis.version, digest_of(kpis))


def checked(kpis: Kpis, questionnaires: Iterable[Questionnaire]) -> Kpis:
    """Itself, when no rule is broken; raises FileRefused with the first error."""
    errors = errors_in(lint(kpis, questionnaires))
    if errors:
        raise FileRefused(errors[0], KPIS)
    return kpis


def digest_of(kpis: Kpis) -> Digest:
    """SHA-256 of the canonical form: JSON, sorted keys."""
    return sha256(msgspec.json.encode(kpis, order="deterministic")).hexdigest()


def _written(value: Any, language: Language | None) -> bytes:
    body = msgspec.to_builtins(value)
    return msgspec.json.encode(body if language is None else in_language(body, language))
