"""The whole specification against the running server: schemathesis, all phases, every role."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from assess.app import describe

pytestmark = pytest.mark.anyio

HERE = Path(__file__).parent
PHASES = ("examples", "coverage", "fuzzing", "stateful")
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "missing_required_header",
    "unsupported_method",
    "allow_header_conformance",
    "ignored_auth",
)
"""Not among them: what a schema cannot say (a team that must exist) is refused with 422 although the schema allows it."""
EXAMPLES = 2
"""Requests that are made up for each operation in the suite: all phases end, however slow the machine is. A long run repeats
the last two of them until its time is spent."""
REFUSING = ("negative_data_rejection", "missing_required_header")
NAMES = {"name": ["Ana", "Équipe"], "team": ["atelier", "labo"], "parent": ["house"], "questionnaire": ["offer"]}
BODIES = {
    "name": "name",
    "team": "team",
    "parent": "parent",
    "campaign_id": "campaign_id",
    "roadmap_id": "roadmap_id",
    "score_id": "score_id",
    "items[*].team": "team",
    "items[*].questionnaires[*].key": "questionnaire",
    "items[*].questionnaires[*].version": "version",
}
"""Places in bodies → what exists that may stand there."""


async def test_the_server_keeps_the_whole_specification(served, company, tmp_path, minutes, seed, capsys):
    (tmp_path / "openapi.json").write_text(json.dumps(describe()))
    (tmp_path / "schemathesis.toml").write_text(_configuration(company.values))
    seconds, asked = int(minutes * 60), tmp_path / "asked"
    run = subprocess.run(
        _command(tmp_path, served.address, seconds, seed),
        env={
            **os.environ,
            "FUZZ_KEYS": json.dumps(company.keys),
            "FUZZ_KEY_IDS": " ".join(company.key_ids),
            "FUZZ_SPARE": company.spare,
            "FUZZ_ASKED": str(asked),
        },
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=seconds + 600,
        check=False,
    )
    with capsys.disabled():
        print("\n" + _figures(run.stdout))
    assert run.returncode == 0, _complaints(run.stdout) + run.stderr[-2000:]
    assert served.process.poll() is None, served.log()
    assert served.complaints() == []
    lines = {tuple(line.split()) for line in asked.read_text().splitlines()}
    assert {phase for phase, _, _ in lines} == set(PHASES)
    assert {operation for _, operation, _ in lines} == {each["operationId"] for each in _operations()}
    unasked = _wanted(company.keys) - {(operation, role) for _, operation, role in lines}
    assert unasked == set(), "every operation is asked by every role"


def _operations():
    return [operation for item in describe()["paths"].values() for operation in item.values()]


def _wanted(keys):
    """Operation and role: of whoever could hold the key that the operation wants."""
    holders = {"apiKey": set(keys) - {"respondent"}, "responseKey": {"respondent"}}
    schemes = {
        each["operationId"]: [name for wanted in each.get("security", []) for name in wanted] for each in _operations()
    }
    return {(operation, role) for operation, found in schemes.items() for name in found for role in holders[name]}


def _command(folder, address, seconds, seed):
    return [
        *(sys.executable, "-m", "schemathesis.cli", f"--config-file={folder}/schemathesis.toml", "run"),
        *("openapi.json", f"--url={address}", f"--seed={seed}", "--workers=1"),
        *([f"--max-time={seconds}"] if seconds else [f"--max-examples={EXAMPLES}"]),
        *(f"--phases={','.join(PHASES)}", "--continue-on-failure", "--no-color"),
    ]


def _configuration(values):
    """Parameters and names are mostly those that exist, so that requests get deep."""
    lines = [f'hooks = "{HERE / "specification_hooks.py"}"', "[dictionaries]"]
    lines += [f"{name} = {{ values = {json.dumps(found)} }}" for name, found in {**values, **NAMES}.items()]
    lines += ["[parameters]"]
    lines += [f'"path.{name}" = {{ dictionary = "{name}", probability = 0.8 }}' for name in values]
    lines += [f'"body.{place}" = {{ dictionary = "{name}", probability = 0.6 }}' for place, name in BODIES.items()]
    lines += ["[checks]", "enabled = false", *(f"{name}.enabled = true" for name in CHECKS)]
    lines += [
        f"{name}.expected-statuses = [400, 401, 403, 404, 406, 409, 412, 413, 415, 422, 428]" for name in REFUSING
    ]
    # Validating takes whatever is wrong, and says what.
    lines += ["[[operations]]", 'include-operation-id = "validateQuestionnaire"']
    lines += ["checks.negative_data_rejection.enabled = false"]
    return "\n".join(lines) + "\n"


def _complaints(said):
    """What is wrong, without the long bodies."""
    found = re.search(r"=+ (?:ERRORS|FAILURES) =+.*?(?==+ WARNINGS =+|\Z)", said, re.DOTALL)
    return "\n".join(line[:400] for line in (found[0] if found else said).splitlines())


def _figures(said):
    """What a run says at its end."""
    cases = re.search(r"Test cases:\n\s*(.*)", said)
    return f"specification: {cases[1] if cases else said[-1500:]}"
