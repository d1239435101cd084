"""A generated client plays the demonstration's flow; the examples for other tools read its results, all three the same."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import power_query
import pytest
from integrators import COMMITTED, INTEGRATIONS, Played, Served, run
from pypdf import PdfReader

QUERY = power_query.read((INTEGRATIONS / "results.pq").read_text("utf-8"))
DOCUMENT = json.loads(COMMITTED.read_bytes())


def test_a_generated_client_plays_a_company_from_its_teams_to_its_reports(played: Played) -> None:
    said = played.said
    assert said["role"] == "admin"
    assert said["people"] == 13
    assert said["shown"] == ["boutique-lyon", "company", "experience"]
    assert said["titles"] == ["Cross-cutting", "Experience"]
    assert said["actions"] > 5
    for name, language in {"fr.pdf": "fr-FR", "en.pdf": "en-GB"}.items():
        assert PdfReader(played.reports / name).trailer["/Root"]["/Lang"] == language


@pytest.fixture(scope="module")
def table(served: Served, played: Played) -> list[dict[str, str]]:
    """What the Python script prints."""
    script = INTEGRATIONS / "results.py"
    said = run(sys.executable, "-W", "error", script, "diagnostic-pilote", BASE=served.address, KEY=served.key)
    return list(csv.DictReader(io.StringIO(said)))


def test_python_prints_a_line_for_each_team_and_process(table: list[dict[str, str]]) -> None:
    rows = {(row["team_key"], row["process"]): row for row in table}
    shop, few = rows["boutique-lyon", "exp"], rows["donnees", "off"]
    assert shop["state"] == "scored"
    assert 1 <= float(shop["low"]) <= float(shop["value"]) <= float(shop["high"]) <= 5
    assert (few["state"], few["value"], few["low"]) == ("below_threshold", "", "")


def test_python_ends_with_the_words_of_a_refusal(served: Served) -> None:
    script = INTEGRATIONS / "results.py"
    done = subprocess.run(
        [sys.executable, script, "nowhere"],
        env={**os.environ, "BASE": served.address, "KEY": "wrong"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("key_invalid: This API key is not valid.")


def test_curl_lists_the_campaigns_and_downloads_what_has_changed(
    served: Served, played: Played, tmp_path: Path
) -> None:
    script, said = INTEGRATIONS / "results.sh", {"BASE": served.address, "KEY": served.key}
    (campaign,) = json.loads(run("sh", script, **said))["items"]
    assert campaign["id"] == played.said["campaign"]
    file = tmp_path / "results.json"
    run("sh", script, campaign["id"], file, **said)
    first = file.read_bytes()
    assert json.loads(first)["campaign_id"] == campaign["id"]
    file.write_bytes(b"what was here")
    run("sh", script, campaign["id"], file, **said)
    assert file.read_bytes() == b"what was here"
    file.with_name("results.json.etag").unlink()
    run("sh", script, campaign["id"], file, **said)
    assert file.read_bytes() == first


def test_the_spreadsheet_asks_an_address_of_the_document_as_the_document_says() -> None:
    assert QUERY.constants.keys() == {"Base", "Key", "Campaign"}
    assert QUERY.constants["Base"] == DOCUMENT["servers"][0]["url"]
    operation = DOCUMENT["paths"][QUERY.path(Campaign="{campaign_id}")]["get"]
    (scheme,) = operation["security"][0]
    assert DOCUMENT["components"]["securitySchemes"][scheme]["scheme"] == "bearer"
    assert QUERY.headers(Key="…") == {"Authorization": "Bearer …", "Accept": "application/json"}
    assert "application/json" in operation["responses"]["200"]["content"]


def test_the_spreadsheets_steps_unfold_the_same_table(
    served: Served, played: Played, table: list[dict[str, str]]
) -> None:
    path, headers = QUERY.path(Campaign=str(played.said["campaign"])), QUERY.headers(Key=served.key)
    reply = httpx.get(served.address + path, headers=headers, trust_env=False)
    rows = QUERY.unfold(reply.raise_for_status().json())
    assert len(rows) == len(table) > 10
    assert [{name: "" if value is None else str(value) for name, value in row.items()} for row in rows] == table


def test_every_file_stands_in_the_readme() -> None:
    named = re.findall(r"^\| `([\w.-]+)`", (INTEGRATIONS / "README.md").read_text("utf-8"), re.M)
    assert sorted(named) == sorted(file.name for file in INTEGRATIONS.iterdir() if file.name != "README.md")
