"""The locks: everything that is declared stands in ours, with hashes, and none says where to download from."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PIN = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>\S+)(?: ; (?P<marker>[^\\]+?))? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}(?: \\)?$")


def lines_of(name: str) -> list[str]:
    return [line for line in (ROOT / name).read_text().splitlines() if not line.lstrip().startswith("#")]


PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
RUNS = [*PROJECT["project"]["dependencies"], *PROJECT["build-system"]["requires"]]
"""What runs and builds Assess."""
TESTS = [*PROJECT["project"]["optional-dependencies"]["test"], "editables"]
"""What else a checkout has; ``editables`` is what hatchling makes an editable installation with."""
OURS, WHOLE = "requirements.lock", "requirements-test.lock"


def pinned(name: str) -> dict[str, str]:
    return {found["name"]: found["version"] for line in lines_of(name) if (found := PIN.match(line))}


@pytest.mark.parametrize(
    ("name", "said"), [*((OURS, each) for each in RUNS), *((WHOLE, each) for each in [*RUNS, *TESTS])]
)
def test_every_declared_requirement_is_pinned_within_its_range(name, said):
    wanted = Requirement(said)
    version = pinned(name).get(canonicalize_name(wanted.name))
    assert version is not None, "run `make lock`"
    assert wanted.specifier.contains(version), "run `make lock`"


def test_the_tests_run_what_the_image_has_and_the_image_has_no_tool_of_theirs():
    assert pinned(OURS).items() < pinned(WHOLE).items()
    names = {canonicalize_name(Requirement(said).name) for said in TESTS}
    built = {canonicalize_name(Requirement(said).name) for said in RUNS}
    assert names & pinned(OURS).keys() <= built


def test_what_litestar_would_import_when_it_is_there_is_not():
    """It costs every start two seconds (docs/adr/0002-core-not-orm.md)."""
    assert "advanced-alchemy" not in pinned(WHOLE)


@pytest.mark.parametrize("name", [OURS, WHOLE, "benchmarks/peer/requirements.lock", "tests/openapi/generator.lock"])
def test_every_line_is_a_pin_with_its_hashes(name):
    lines = lines_of(name)
    assert [line for line in lines if not PIN.match(line) and not HASH.match(line)] == []
    alone = [
        line for line, after in zip(lines, [*lines[1:], ""], strict=True) if PIN.match(line) and not HASH.match(after)
    ]
    assert alone == []
    assert len(lines) > 20


def test_the_linters_lock_says_how_each_package_is_known_and_not_where_it_is():
    packages = json.loads((ROOT / "tests" / "openapi" / "linters" / "package-lock.json").read_bytes())["packages"]
    fetched = {name: said for name, said in packages.items() if name}
    assert [name for name, said in fetched.items() if not said.get("integrity", "").startswith("sha512-")] == []
    assert [name for name, said in fetched.items() if "resolved" in said] == []
