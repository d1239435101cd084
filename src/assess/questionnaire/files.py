"""The published questionnaires on disk: ``<key>/<version>.yaml``, each with its digest in ``published.toml``.

A published version never changes: its digest stands in the register, and the process refuses to start when a file and
the register disagree.
"""

import tomllib
from pathlib import Path
from typing import TypeVar

from assess.questionnaire.fitting import fitted
from assess.questionnaire.flaw import FileRefused, refused
from assess.questionnaire.model import Questionnaire, digest_of
from assess.questionnaire.reading import from_own_yaml
from assess.words import Digest, Key, SemVer

T = TypeVar("T")
Register = dict[Key, dict[SemVer, Digest]]

REGISTER = "published.toml"
_HEADER = """\
# The digest (SHA-256 of the canonical form) of every published version. A line never changes: publish a new version.
# Written by `assess questionnaire digest`.
"""


def read_yaml(source: Path | bytes, kind: type[T], name: str = "") -> T:
    """A ``kind`` from a YAML file, strictly; raises FileRefused naming the file, the line and the place."""
    try:
        return from_own_yaml(source if isinstance(source, bytes) else source.read_bytes(), kind)
    except FileRefused as refusal:
        raise FileRefused(refusal.flaw, name or ("" if isinstance(source, bytes) else str(source))) from refusal


def load_published(folder: Path) -> list[tuple[Questionnaire, Digest]]:
    """Every published version with its digest; raises FileRefused unless files and register agree entirely."""
    published = _files(folder)
    register = _register(folder)
    for questionnaire, digest in published:
        _agree(register, questionnaire, digest)
    _refuse_missing(register, published)
    return published


def published_toml(folder: Path) -> str:
    """The register with the new versions added; raises FileRefused if a published one has changed or vanished."""
    published = _files(folder)
    register = _register(folder)
    _refuse_missing(register, published)
    for questionnaire, digest in published:
        versions = register.setdefault(questionnaire.key, {})
        _agree({questionnaire.key: {questionnaire.version: digest} | versions}, questionnaire, digest)
        versions[questionnaire.version] = digest
    return _HEADER + "".join(_section(key, versions) for key, versions in sorted(register.items()))


def _section(key: Key, versions: dict[SemVer, Digest]) -> str:
    ordered = sorted(versions.items(), key=lambda entry: _numbers(entry[0]))
    return f"\n[{key}]\n" + "".join(f'"{version}" = "{digest}"\n' for version, digest in ordered)


def _files(folder: Path) -> list[tuple[Questionnaire, Digest]]:
    found = [_published(path) for path in folder.glob("*/*.yaml")]
    return sorted(found, key=lambda entry: (entry[0].key, _numbers(entry[0].version)))


def _numbers(version: SemVer) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _published(path: Path) -> tuple[Questionnaire, Digest]:
    questionnaire = read_yaml(path, Questionnaire)
    names = {"key": (questionnaire.key, path.parent.name), "version": (questionnaire.version, path.stem)}
    for place, (said, expected) in names.items():
        if said != expected:
            misplaced = refused("misplaced_file", f"{said} stands in the place of {expected}", (place,), received=said)
            raise FileRefused(misplaced.flaw, str(path))
    return questionnaire, digest_of(questionnaire)


def _register(folder: Path) -> Register:
    path = folder / REGISTER
    if not path.exists():
        return {}
    try:
        return fitted(tomllib.loads(path.read_text("utf-8")), Register, {})
    except tomllib.TOMLDecodeError as error:
        raise FileRefused(refused("not_toml", str(error)).flaw, str(path)) from error
    except FileRefused as refusal:
        raise FileRefused(refusal.flaw, str(path)) from refusal


def _agree(register: Register, questionnaire: Questionnaire, digest: Digest) -> None:
    """The register knows this version by this digest."""
    place = (questionnaire.key, questionnaire.version)
    known = register.get(questionnaire.key, {}).get(questionnaire.version)
    if known is None:
        raise FileRefused(refused("not_registered", "No digest is known for it", place, received=digest).flaw, REGISTER)
    if known != digest:
        changed = refused("digest_changed", "A published version never changes", place, received=digest, example=known)
        raise FileRefused(changed.flaw, REGISTER)


def _refuse_missing(register: Register, published: list[tuple[Questionnaire, Digest]]) -> None:
    there = {(questionnaire.key, questionnaire.version) for questionnaire, _ in published}
    for key, versions in register.items():
        for version in versions:
            if (key, version) not in there:
                missing = refused("file_missing", f"There is no file {key}/{version}.yaml", (key, version))
                raise FileRefused(missing.flaw, REGISTER)
