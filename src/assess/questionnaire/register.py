"""``library.toml``: the digest of every published version of a library that ships beside the questionnaires.

A published version never changes: what is made from a library names its digest, and the process refuses to start when a file
and the register disagree.
"""

import tomllib
from pathlib import Path

from assess.questionnaire.fitting import fitted
from assess.questionnaire.flaw import FileRefused, refused
from assess.words import Digest, Key, SemVer

REGISTER = "library.toml"
_HEADER = """\
# The digest (SHA-256 of the canonical form) of every published version of a library. A line never changes:
# publish a new version.
"""
Register = dict[Key, dict[SemVer, Digest]]


def register_of(folder: Path) -> Register:
    """The register of a folder, empty when there is none; raises FileRefused."""
    path = folder / REGISTER
    if not path.exists():
        return {}
    try:
        return fitted(tomllib.loads(path.read_text("utf-8")), Register, {})
    except tomllib.TOMLDecodeError as error:
        raise FileRefused(refused("not_toml", str(error)).flaw, REGISTER) from error


def check_registered(register: Register, key: Key, version: SemVer, digest: Digest) -> None:
    """The register knows this version by this digest; raises FileRefused."""
    known = register.get(key, {}).get(version)
    place = (key, version)
    if known is None:
        raise FileRefused(refused("not_registered", "No digest is known for it", place, received=digest).flaw, REGISTER)
    if known != digest:
        changed = refused("digest_changed", "A published version never changes", place, received=digest, example=known)
        raise FileRefused(changed.flaw, REGISTER)


def with_version(folder: Path, key: Key, version: SemVer, digest: Digest) -> str:
    """The text of the register with a version added; raises FileRefused if it is published with another digest."""
    register = register_of(folder)
    register.setdefault(key, {}).setdefault(version, digest)
    check_registered(register, key, version, digest)
    return _HEADER + "".join(f"\n[{each}]\n" + _lines(versions) for each, versions in sorted(register.items()))


def _lines(versions: dict[SemVer, Digest]) -> str:
    return "".join(f'"{version}" = "{digest}"\n' for version, digest in sorted(versions.items()))
