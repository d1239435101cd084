"""Backup and restore as people type them: on the embedded database, and on an external one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from assess.cli import assess
from assess.settings import Settings
from assess.storage import embedded, roles
from assess.storage.embedded import Embedded
from assess.storage.ids import uuid7


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "data"
    embedded.erase(Settings(data=tmp_path / "data"))


def run(data: Path, *arguments: str, **environment: str) -> Result:
    """A command, as typed in a shell with these variables alone."""
    return CliRunner(env={"ASSESS_DATA": str(data), **environment}).invoke(assess, arguments)


def good(done: Result) -> str:
    """What a command that must do its work has printed."""
    assert (done.exit_code, done.stderr) == (0, "")
    return done.stdout


def test_what_was_erased_comes_back_from_a_backup_made_before(data: Path, tmp_path: Path) -> None:
    file = str(tmp_path / "all.backup")
    good(run(data, "organisation", "add", "acme", "Acme"))
    assert good(run(data, "backup", file)).splitlines() == [
        f"backed up to {file}: organisations 1, rows 6, revision {newest()}",
        "not in it: the pepper, and the secrets of open campaigns (0)",
    ]
    pepper, kept = (data / "secrets" / "pepper").read_bytes(), Path(file).read_bytes()
    assert (len(pepper), pepper in kept, pepper.hex().encode() in kept) == (32, False, False)
    assert run(data, "restore", file).stderr.startswith("Error: the database holds 1 organisations; with --replace")
    good(run(data, "erase", "organisation", "acme", "--yes"))
    (data / "secrets" / "pepper").unlink()
    said = good(run(data, "restore", file))
    assert said.startswith(f"restored: organisations 1, rows 6, revision {newest()}; all digests agree\n")
    assert "what was erased after 2" in said
    assert "the pepper here is not that of the backup" in said
    assert run(data, "organisation", "add", "acme", "Acme").stderr.startswith("Error: Another organisation already")


def test_an_external_database_is_backed_up_and_restored_by_the_roles_that_may(
    postgres: Embedded, data: Path, tmp_path: Path
) -> None:
    name, file = f"external_{uuid7().hex}", str(tmp_path / "all.backup")
    postgres.cluster.sql(f"create database {name} owner {roles.OWNER}")
    external = {"ASSESS_DATABASE_URL": postgres.url(roles.APP, name)}
    migrator = {"ASSESS_MIGRATION_URL": postgres.url(roles.MIGRATOR, name)}
    assert "ASSESS_BACKUP_URL must name the role assess_backup" in run(data, "backup", file, **external).stderr
    good(run(data, "migrate", **external, **migrator))
    good(run(data, "organisation", "add", "acme", "Acme", **external))
    good(run(data, "backup", file, **external, ASSESS_BACKUP_URL=postgres.url(roles.BACKUP, name)))
    assert "ASSESS_RESTORE_URL must name a superuser" in run(data, "restore", file, "--replace", **external).stderr
    weak = run(data, "restore", file, "--replace", **external, ASSESS_RESTORE_URL=postgres.url(roles.MIGRATOR, name))
    assert (weak.exit_code, weak.stderr.startswith("Error: permission denied")) == (1, True)
    superuser = {"ASSESS_RESTORE_URL": postgres.url(roles.SUPERUSER, name)}
    assert "the pepper" not in good(run(data, "restore", file, "--replace", **external, **superuser))
    good(run(data, "check", **external))
    postgres.cluster.sql(f"drop database {name}")


def newest() -> str:
    """The newest revision."""
    return max(path.name[:4] for path in Path(__file__).parents[1].glob("migrations/versions/[0-9]*.py"))
