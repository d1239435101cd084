"""The entrance of the command line: every command is found, and the server carries nothing of what the others import."""

import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from assess import entry
from assess.settings import Settings
from assess.storage import embedded

OF_OTHERS = {"alembic", "mako", "pygments", "rich", "httpx"}


def loaded(code: str) -> set[str]:
    """What a new process has loaded after ``code``: modules, and packages by their names."""
    told = f"import sys, pkgutil\n{code}\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    names = set(done.stdout.split())
    return names | {name.partition(".")[0] for name in names}


def test_every_command_is_listed_whether_it_was_needed_or_not() -> None:
    code = "from assess.entry import assess; print(*assess.list_commands(None), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", f"import sys; {code}"], capture_output=True, text=True, check=True)
    assert {"serve", "migrate", "check", "backup", "organisation"} <= set(done.stderr.split())


def test_the_server_carries_nothing_of_the_other_commands() -> None:
    names = loaded("import assess.entry; pkgutil.resolve_name('assess.serve:serve')")
    assert not OF_OTHERS & names
    assert not {"assess.cli", "assess.keeping", "assess.storage.migrate"} & names
    assert {"assess.app", "litestar"} <= names


def test_what_the_server_leaves_is_what_the_other_commands_load() -> None:
    assert loaded("import assess.entry; assess.entry.assess.get_command(None, 'migrate')") > {"rich", "assess.cli"}


def test_the_entrance_alone_loads_neither_the_framework_nor_the_database_s() -> None:
    assert not {"litestar", "sqlalchemy", "asyncpg", "uvicorn"} & loaded("import assess.entry")


def test_what_should_not_have_happened_is_not_told_as_a_refusal() -> None:
    @click.group(cls=entry.Commands)
    def group() -> None:
        """A group."""

    @group.command()
    def stumble() -> None:
        """A command with a fault."""
        raise LookupError("nobody thought of it")

    done = CliRunner().invoke(group, ["stumble"])
    assert isinstance(done.exception, LookupError)


@pytest.mark.parametrize("holder", ["serve", "command"])
def test_a_new_data_folder_is_migrated_by_whoever_comes_first(tmp_path: Path, holder: str) -> None:
    settings = Settings(data=tmp_path / "data")
    environment = {"ASSESS_DATA": str(settings.data), "ASSESS_PORT": "0", "ASSESS_HOUSEKEEPING": "0"}
    try:
        if holder == "serve":
            serve_once(environment)
        added = CliRunner(env=environment).invoke(entry.assess, ["organisation", "add", "first", "First"])
        assert (added.exit_code, added.stdout[:7]) == (0, "first  ")
        assert CliRunner(env=environment).invoke(entry.assess, ["migrate"]).stdout == "nothing to migrate\n"
    finally:
        embedded.erase(settings)


def serve_once(environment: dict[str, str]) -> None:
    """Serve until it answers."""
    with subprocess.Popen(
        [sys.executable, "-m", "assess", "serve"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as server:
        assert server.stdout is not None
        line = server.stdout.readline()
        server.terminate()
        assert server.wait(30) == 0
    assert line.startswith(b"assess answers on http://127.0.0.1:")
