"""The installed package: all that it needs travels in the wheel, so that it works in any folder."""

import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from assess import shipped
from assess.settings import Settings
from assess.storage import embedded

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel's files, as pip would lay them out."""
    folder = tmp_path_factory.mktemp("wheel")
    build = "import sys; from hatchling.build import build_wheel; build_wheel(sys.argv[1])"
    subprocess.run([sys.executable, "-c", build, folder], cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder / "site")
    return folder / "site"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Path]:
    """A folder that is no checkout; its data folder is erased."""
    yield tmp_path
    embedded.erase(Settings(data=tmp_path / ".assess"))


def assess(site: Path, folder: Path, *arguments: str) -> str:
    """What the installed command prints in ``folder``."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "assess", *arguments],
        cwd=folder,
        env={"PATH": os.defpath, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stderr, done.returncode) == ("", 0)
    return done.stdout


def test_the_installed_command_works_in_any_folder(site: Path, elsewhere: Path) -> None:
    assert assess(site, elsewhere, "migrate").startswith("migrated: 0001")
    assert "ok      migrations: none pending" in assess(site, elsewhere, "check")
    assert '"openapi": "3.1' in assess(site, elsewhere, "openapi")


@pytest.mark.parametrize("name", ["migrations", "questionnaires", "examples"])
def test_the_wheel_has_every_shipped_file(site: Path, name: str) -> None:
    there = {
        str(path.relative_to(site / "assess" / f"_{name}"))
        for path in (site / "assess" / f"_{name}").rglob("*.*")
        if path.suffix != ".pyc"
    }
    here = {str(path.relative_to(ROOT / name)) for path in (ROOT / name).rglob("*.*") if path.suffix != ".pyc"}
    assert there == here != set()
    assert shipped.folder(name) == ROOT / name


def test_the_wheel_has_the_package_s_tables(site: Path) -> None:
    package = ROOT / "src" / "assess"
    tables = [path.relative_to(package) for path in package.rglob("*.*") if path.suffix not in {".py", ".pyc"}]
    assert tables
    assert all((site / "assess" / each).exists() for each in tables)


def test_the_wheel_has_the_api_s_documents_and_nothing_else_of_their_folder(site: Path) -> None:
    there = {path.name for path in (site / "assess" / "_openapi").iterdir()}
    assert there == {"examples.json", "openapi.json"}
