"""`make lint-api` has Spectral and Redocly read the committed document: they would say what is wrong with it."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from integrators import BUILD, COMMITTED

LINTERS = BUILD / "linters"


def lint(name: str, document: Path) -> tuple[int, str]:
    """Exit code and words of a linter, as ``make lint-api`` runs it; both count warnings as errors."""
    npm = shutil.which("npm")
    if npm is None or not (LINTERS / ".ready").exists():
        pytest.skip("install nodejs and npm (Debian: apt-get install nodejs npm), then: make lint-api")
    command = [npm, "--prefix", str(LINTERS), "run", "--silent", name, "--", str(document)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        pytest.param("spectral", "operation-description", id="spectral"),
        pytest.param("redocly", "info-license", id="redocly"),
    ],
)
def test_a_mere_warning_would_be_noticed(name: str, rule: str, tmp_path: Path) -> None:
    document = json.loads(COMMITTED.read_bytes())
    del document["paths"]["/health/live"]["get"]["description"], document["info"]["license"]
    document["paths"] = {"/health/live": document["paths"]["/health/live"]}
    broken = tmp_path / "openapi.json"
    broken.write_text(json.dumps(document))
    code, said = lint(name, broken)
    assert code != 0
    assert rule in said
