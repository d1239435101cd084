"""The command line as people use it: each failure one line, each command helped, one process per data folder."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import httpx
import pytest
from click.testing import CliRunner, Result

from assess.cli import assess
from assess.settings import Settings
from assess.storage import embedded, roles
from assess.storage.embedded import Embedded
from assess.tenancy.tokens import read_key


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    data = tmp_path_factory.mktemp("cli") / "data"
    yield data
    embedded.erase(Settings(data=data))


@pytest.fixture(scope="module")
def migrated(folder: Path) -> Path:
    assert run(folder, "migrate").exit_code == 0
    return folder


def run(data: Path, *arguments: str, **environment: str) -> Result:
    """A command, as typed in a shell with these variables alone."""
    return CliRunner(env={"ASSESS_DATA": str(data), **environment}).invoke(assess, arguments)


def every_command(
    command: click.Command = assess, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            yield from every_command(below, (*path, name))


@pytest.mark.parametrize("path", [path for path, _ in every_command()], ids=lambda path: " ".join(path) or "assess")
def test_every_command_has_help(tmp_path: Path, path: tuple[str, ...]) -> None:
    shown = run(tmp_path, *path, "--help")
    assert (shown.exit_code, shown.stderr) == (0, "")
    assert shown.stdout.startswith("Usage: ")
    assert dict(every_command())[path].help


@pytest.mark.parametrize(
    ("arguments", "environment", "code", "line"),
    [
        pytest.param(
            ["check"], {"ASSESS_PORT": "x"}, 1, "Error: ASSESS_PORT must be a whole number", id="a wrong setting"
        ),
        pytest.param(["dance"], {}, 2, "Error: No such command 'dance'.", id="an unknown command"),
        pytest.param(["organisation", "add"], {}, 2, "Error: Missing argument 'KEY'.", id="a missing argument"),
        pytest.param(
            ["organisation", "add", "A B", "x"], {}, 2, "Error: Invalid value for 'KEY': 'A B':", id="a wrong argument"
        ),
        pytest.param(
            ["questionnaire", "show", "offer@0.0.9"],
            {},
            1,
            "Error: The file breaks a rule of its format.",
            id="an unknown version",
        ),
        pytest.param(
            ["migrate"],
            {"ASSESS_DATABASE_URL": "postgresql://nobody@127.0.0.1:9/x"},
            1,
            "Error: the database refused:",
            id="a database that is not there",
        ),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line(
    tmp_path: Path, arguments: list[str], environment: dict[str, str], code: int, line: str
) -> None:
    done = run(tmp_path / "data", *arguments, **environment)
    assert done.exit_code == code
    assert done.stdout == ""
    assert done.stderr.splitlines()[-1].startswith(line)
    assert len(done.stderr.splitlines()) == (1 if code == 1 else 4)


def test_check_names_each_thing_and_fails_until_the_database_is_migrated(folder: Path) -> None:
    before = run(folder, "check")
    assert before.exit_code == 1
    assert [line for line in before.stdout.splitlines() if not line.startswith("ok ")] == [
        line for line in before.stdout.splitlines() if line.startswith("FAILED  migrations: pending: 0001")
    ]
    assert run(folder, "migrate").stdout.startswith("migrated: 0001")
    assert run(folder, "migrate").stdout == "nothing to migrate\n"
    after = run(folder, "check")
    assert after.exit_code == 0
    assert {line.split(":")[0] for line in after.stdout.splitlines()} == {
        "ok      configuration",
        "ok      questionnaires",
        "ok      database",
        "ok      database role",
        "ok      durability",
        "ok      migrations",
        "ok      nodes",
    }


def test_an_organisation_is_added_once_and_gets_keys(migrated: Path) -> None:
    assert run(migrated, "organisation", "add", "acme", "Acme").stdout.startswith("acme  ")
    again = run(migrated, "organisation", "add", "acme", "Acme")
    assert (again.exit_code, again.stderr) == (1, "Error: Another organisation already has that key.\n")
    issued = run(migrated, "key", "add", "--organisation", "acme", "--role", "admin", "--name", "Ana")
    assert read_key(issued.stdout.strip()) is not None
    stray = run(migrated, "key", "add", "--organisation", "other", "--role", "admin", "--name", "Ana")
    assert (stray.exit_code, stray.stderr.startswith("Error: there is no organisation 'other'")) == (1, True)


def test_the_questionnaires_that_came_with_it_have_no_errors(tmp_path: Path) -> None:
    assert run(tmp_path, "questionnaire", "lint").exit_code == 0


def test_an_external_database_goes_the_same_way(postgres: Embedded, tmp_path: Path) -> None:
    external = {"ASSESS_DATABASE_URL": postgres.url(), "ASSESS_MIGRATION_URL": postgres.url(roles.MIGRATOR)}
    data = tmp_path / "data"
    assert run(data, "migrate", **external).exit_code == 0
    assert run(data, "check", **external).exit_code == 0
    careless = run(data, "check", **{**external, "ASSESS_DATABASE_URL": postgres.url("postgres")})
    assert careless.exit_code == 1
    assert "FAILED  database role: postgres is a superuser, bypasses row-level security;" in careless.stdout
    refused = run(data, "serve", **{**external, "ASSESS_DATABASE_URL": postgres.url("postgres"), "ASSESS_PORT": "0"})
    assert (refused.exit_code, refused.stderr.startswith("Error: database role: postgres is a superuser")) == (1, True)
    assert not (data / "postgres").exists()


def test_the_roles_of_an_external_database_are_made_by_a_script(postgres: Embedded, tmp_path: Path) -> None:
    script = run(tmp_path, "roles").stdout
    assert "create database assess owner assess_owner;" in script
    postgres.cluster.sql(script.replace("create database assess owner assess_owner;", ""))


class Serving:
    """``assess serve`` as a process; ``address`` is where it answers."""

    def __init__(self, data: Path):
        environment = {**os.environ, "ASSESS_DATA": str(data), "ASSESS_PORT": "0", "ASSESS_WORKERS": "1"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "assess", "serve"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.line = self.process.stdout.readline()
        self.address = next((word for word in self.line.split() if word.startswith("http://")), "")

    def end(self, number: int) -> int:
        self.process.send_signal(number)
        self.process.communicate(timeout=30)
        return self.process.returncode


@pytest.fixture
def serving(migrated: Path) -> Iterator[Serving]:
    server = Serving(migrated)
    yield server
    server.end(signal.SIGKILL)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
def test_serve_answers_until_it_is_told_to_stop_and_leaves_nothing_running(
    serving: Serving, migrated: Path, number: int
) -> None:
    assert httpx.get(f"{serving.address}/health/ready").status_code == 200
    assert serving.end(number) == 0
    assert embedded.attach(Settings(data=migrated)).cluster.pid() is None


def test_a_second_serve_on_a_data_folder_is_refused_in_one_line(serving: Serving, migrated: Path) -> None:
    second = run(migrated, "serve", ASSESS_PORT="0")
    assert second.exit_code == 1
    assert second.stderr == (
        f"Error: {migrated} is in use by another assess serve (process {serving.process.pid}); "
        "stop that one, or choose another folder with ASSESS_DATA\n"
    )


def test_a_taken_port_is_told_in_one_line(serving: Serving, tmp_path: Path) -> None:
    port = serving.address.rpartition(":")[2]
    done = run(tmp_path / "data", "serve", ASSESS_PORT=port)
    embedded.erase(Settings(data=tmp_path / "data"))
    assert done.exit_code == 1
    assert (
        done.stderr
        == f"Error: cannot listen on 127.0.0.1 port {port} (Address already in use); choose another with ASSESS_PORT\n"
    )


def test_a_key_issued_beside_a_running_serve_opens_it_at_once(serving: Serving, migrated: Path) -> None:
    run(migrated, "organisation", "add", "beside", "Beside")
    key = run(migrated, "key", "add", "--organisation", "beside", "--role", "admin", "--name", "Ana").stdout.strip()
    reply = httpx.get(f"{serving.address}/v1/me", headers={"Authorization": f"Bearer {key}"})
    assert (reply.status_code, reply.json()["organisation"]["key"]) == (200, "beside")


def test_a_killed_serve_can_be_started_again_at_once(serving: Serving, migrated: Path) -> None:
    serving.end(signal.SIGKILL)
    again = Serving(migrated)
    assert httpx.get(f"{again.address}/health/ready").status_code == 200
    assert again.end(signal.SIGTERM) == 0
