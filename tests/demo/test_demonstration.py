"""The demonstration as people run it: everything through the API, two readable PDFs, and nothing left running."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pypdf
import pytest

from assess.demo.demonstration import demonstrate
from assess.demo.pilot import PEOPLE, Pilot
from assess.settings import Settings
from assess.sheets import read_sheet, write_sheet
from assess.storage import embedded, lock
from assess.tenancy.team_sheet import COLUMNS

PDFS = {"maison-fictive-feuille-de-route.pdf": "Maison Fictive", "maison-fictive-roadmap.pdf": "Maison Fictive"}


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("demonstration")
    yield folder
    embedded.erase(Settings(data=folder / "demo"))


@pytest.fixture(scope="module")
def running(build: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`assess demo` with its server still running, and what it has said."""
    command = [sys.executable, "-m", "assess", "demo", "--build", str(build)]
    environment = {
        **os.environ,
        "COLUMNS": "160",
        "PYTHONUNBUFFERED": "1",
        "ASSESS_DATABASE_URL": "postgresql://nobody@nowhere/x",
    }
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        said = ""
        while "until Ctrl-C" not in said and (line := process.stdout.readline()):
            said += line
        assert "until Ctrl-C" in said, said + process.stderr.read()
        yield process, said
        process.kill()


def test_all_of_the_company_is_played(running):
    _, said = running
    for promised in (
        "18 of 18 imported",
        "125 of 125 imported",
        "Cellule données clients has 3 people",
        "of 125 people are done",
    ):
        assert promised in said


def test_every_process_has_a_score_with_its_interval_and_its_people(running):
    _, said = running
    for process in ("Acquisition", "Offer", "Experience", "Cross-cutting", "Overall"):
        assert re.search(rf"{process} +\d+  \d\.\d \(\d\.\d–\d\.\d\) +\d+", said)


def test_what_is_not_shown_is_told_with_its_reason(running):
    _, said = running
    assert "Cellule données clients: not shown, fewer answers than the threshold" in said
    assert "Nouveaux services: not shown, hidden so that a smaller team cannot be found by subtraction" in said
    assert "Boutique de Nantes only 6 of 13" in said


def test_the_reports_can_be_read_in_both_languages(running, build):
    for name, title in PDFS.items():
        assert str(build / name) in running[1]
        pages = pypdf.PdfReader(build / name).pages
        assert len(pages) <= 8
        assert title in pages[0].extract_text()


def test_the_printed_key_opens_the_api_until_ctrl_c(running, build):
    process, said = running
    found = re.search(r"curl -H '(Authorization): (Bearer \S+)' (\S+)", said)
    assert found is not None
    name, value, address = found.groups()
    assert httpx.get(address, headers={name: value}, trust_env=False).json()["organisation"]["name"] == "Maison Fictive"
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 0
    assert not lock.is_served(build / "demo")
    with pytest.raises(httpx.ConnectError):
        httpx.get(address, trust_env=False)


def test_once_leaves_nothing_running_and_a_missing_process_is_told(pilot, build, capfd):
    small = only(pilot, {"experience", "service-client", "boutique-lyon"})
    demonstrate(small, build, os.environ, once=True)
    assert "24 of 24 imported" in (said := capfd.readouterr().out)
    assert re.search(r"Overall +— +not asked", said)
    assert not lock.is_served(build / "demo")


def only(pilot: Pilot, keys: set[str]) -> Pilot:
    """The pilot company with some of its teams."""
    teams = [row.cells for row in read_sheet(pilot.teams, COLUMNS, required=COLUMNS)]
    people = [row.cells for row in read_sheet(pilot.people, PEOPLE, required=PEOPLE)]
    asked = {team: chosen for team, chosen in pilot.campaign.assessments.items() if team in keys}
    return msgspec.structs.replace(
        pilot,
        teams=write_sheet(COLUMNS, [list(team.values()) for team in teams if team["key"] in keys]),
        people=write_sheet(PEOPLE, [list(person.values()) for person in people if person["team"] in keys]),
        persons=[person for person in pilot.persons if person.team in keys],
        campaign=msgspec.structs.replace(pilot.campaign, assessments=asked),
    )
