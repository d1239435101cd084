"""The API's guide: what it shows can be run as it stands, and what it says is so."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from assess.app import Application, describe, handlers_of
from assess.errors import refusals
from assess.maturity.model import State
from assess.settings import Settings
from assess.storage import embedded
from assess.tenancy.access import May
from assess.tenancy.model import GRANTS, Permission, Role

GUIDE = Path(__file__).parents[2] / "docs" / "api.md"
TEXT = GUIDE.read_text("utf-8")
REQUEST_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{21}")


def blocks(*languages: str) -> list[str]:
    """The fenced blocks in these languages, in order."""
    return [body for language, body in re.findall(r"^```(\w+)\n(.*?)^```$", TEXT, re.S | re.M) if language in languages]


def section(title: str) -> str:
    """The text below a heading of the second level."""
    return TEXT.split(f"\n## {title}\n")[1].partition("\n## ")[0]


def rows(text: str) -> list[list[str]]:
    """The cells of the tables in ``text``, without headings and code marks."""
    lines = [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"]
    rules = [index for index, cells in enumerate(lines) if set("".join(cells)) == {"-"}]
    return [cells for index, cells in enumerate(lines) if index not in rules and index + 1 not in rules]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A consultant's shell: the command ``assess``, and nothing of ours but where the server is."""
    site = tmp_path_factory.mktemp("guide")
    command = site / "bin" / "assess"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m assess "$@"\n')
    command.chmod(0o755)
    address = f"http://127.0.0.1:{free_port()}"
    ours = {name: value for name, value in os.environ.items() if not re.match("(?i)assess_|.*_proxy$", name)}
    return ours | {
        "PATH": f"{command.parent}:{os.environ['PATH']}",
        "BASE": address,
        "ASSESS_DATA": str(site / "data"),
        "ASSESS_PORT": address.rpartition(":")[2],
    }


@pytest.fixture(scope="module")
def server(environment: dict[str, str]) -> Iterator[None]:
    """``assess serve`` on a data folder of its own; its log goes to a file, since a full pipe would stop it."""
    data = Path(environment["ASSESS_DATA"])
    with data.with_suffix(".log").open("w") as log:
        process = subprocess.Popen(["assess", "serve"], env=environment, stdout=subprocess.PIPE, stderr=log, text=True)
    assert process.stdout is not None
    with process.stdout as said:
        assert said.readline().startswith(f"assess answers on {environment['BASE']} "), data.with_suffix(
            ".log"
        ).read_text()
        yield
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
    embedded.erase(Settings(data=data))


@pytest.fixture(scope="module")
def followed(server: None, environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """The whole guide as one script, in an empty folder."""
    folder = tmp_path_factory.mktemp("consultant")
    script = "\n".join(["set -euo pipefail", *blocks("sh")])
    done = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, timeout=180, check=False
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout[-2000:]
    return SimpleNamespace(folder=folder, said=done.stdout)


def test_a_consultant_who_follows_the_guide_gets_the_reports(followed: SimpleNamespace) -> None:
    pdfs = {path.name: path.read_bytes() for path in followed.folder.glob("*.pdf")}
    assert sorted(pdfs) == ["report-en.pdf", "report-fr.pdf", "shared.pdf"]
    assert all(pdf.startswith(b"%PDF-") and pdf.rstrip().endswith(b"%%EOF") for pdf in pdfs.values())
    assert pdfs["shared.pdf"] == pdfs["report-en.pdf"] != pdfs["report-fr.pdf"]


@pytest.mark.parametrize("shown", blocks("text", "json"), ids=["preflight", "results", "a problem", "not modified"])
def test_what_the_guide_shows_is_what_the_server_says(followed: SimpleNamespace, shown: str) -> None:
    assert REQUEST_ID.sub("", shown) in REQUEST_ID.sub("", followed.said)


def test_a_refused_line_would_be_noticed(server: None, environment: dict[str, str]) -> None:
    helpers = next(block for block in blocks("sh") if "api()" in block)
    script = f'set -euo pipefail\nKEY=wrong\n{helpers}\napi "$BASE/v1/me"\necho "not reached"'
    done = subprocess.run(["bash", "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert '"code":"key_invalid"' in done.stdout
    assert "not reached" not in done.stdout


@pytest.mark.anyio
async def test_every_operation_stands_in_the_table_with_its_address_and_permission(application: Application) -> None:
    needed = {
        str(handler.operation_id): guard.permission.value
        for handler in handlers_of(application.litestar)
        for guard in handler.resolve_guards()
        if isinstance(guard, May)
    }
    paths = describe()["paths"].items()
    described = [
        (said["operationId"], f"{method.upper()} {path}") for path, item in paths for method, said in item.items()
    ]
    assert rows(section("All operations")) == [[name, request, needed[name]] for name, request in described]


def test_the_table_of_roles_is_what_the_roles_may() -> None:
    granted = [permission for permission in Permission if any(permission in GRANTS[role] for role in Role)]
    assert rows(section("Keys, roles and scopes")) == [
        [permission.value, *("yes" if permission in GRANTS[role] else "" for role in Role)] for permission in granted
    ]


def test_every_reason_for_an_absent_result_is_explained() -> None:
    explained = [
        word for cells in rows(section("4. Participation, close, results")) for word in re.findall(r"\w+", cells[0])
    ]
    assert sorted(explained) == sorted(state.value for state in State)


def test_every_code_that_the_guide_names_exists() -> None:
    named = {
        code
        for cells in rows(section("Errors"))
        for code in re.findall(r"`([a-z]+(?:_[a-z]+)+)", "`" + "`".join(cells))
    }
    assert len(named) > 5
    assert named <= {refusal.code() for refusal in refusals()}
