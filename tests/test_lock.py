"""The one lock: everything that is declared stands in it, with hashes, and nothing says where to download from."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PIN = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>\S+)(?: ; (?P<marker>[^\\]+?))? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}(?: \\)?$")
LINES = [line for line in (ROOT / "requirements.lock").read_text().splitlines() if not line.lstrip().startswith("#")]


def declared() -> list[str]:
    """What runs, tests and builds Assess; ``editables`` is what hatchling makes an editable installation with."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    own = project["project"]
    return [
        *own["dependencies"],
        *own["optional-dependencies"]["test"],
        *project["build-system"]["requires"],
        "editables",
    ]


def pinned() -> dict[str, str]:
    return {found["name"]: found["version"] for line in LINES if (found := PIN.match(line))}


@pytest.mark.parametrize("said", declared())
def test_every_declared_requirement_is_pinned_within_its_range(said):
    wanted = Requirement(said)
    version = pinned().get(canonicalize_name(wanted.name))
    assert version is not None, "run `make lock`"
    assert wanted.specifier.contains(version), "run `make lock`"


def test_every_line_is_a_pin_or_a_hash():
    assert [line for line in LINES if not PIN.match(line) and not HASH.match(line)] == []


def test_every_pin_has_hashes():
    alone = [
        line for line, after in zip(LINES, [*LINES[1:], ""], strict=True) if PIN.match(line) and not HASH.match(after)
    ]
    assert alone == []
    assert len(pinned()) > 20
