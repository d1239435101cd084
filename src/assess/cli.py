"""The commands of the command line, and how their failures are told: one line, exit code 1 (2 for a command written wrongly)."""

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

import click
import msgspec
from sqlalchemy.exc import IntegrityError

from assess import app, keeping, scoring_command, shipped
from assess.arguments import Typed, organisation_id_of, run
from assess.arguments import settings as read_settings
from assess.demo.demonstration import demonstrate, shipped_pilot
from assess.demo.server import DemoError
from assess.entry import assess
from assess.errors import Refusal
from assess.installation import Installation, NotReadyError, installed, published
from assess.questionnaire.show import lint_files, show, write_digests, write_schema
from assess.serve import AddressError
from assess.settings import SettingsError
from assess.storage import roles
from assess.storage.account import EmbeddedError
from assess.storage.backup import BackupError
from assess.storage.distribute import DistributionError, distribute
from assess.storage.erasing import ErasureError
from assess.storage.export import ExportError
from assess.storage.revisions import MigrationError
from assess.storage.secrets import Secrets
from assess.tenancy import service, store
from assess.tenancy.model import IssuedApiKey, NewApiKey, Organisation, Permission, Role
from assess.web.problems import misplaced, violated
from assess.words import LANGUAGES, Key, Language, Name

FAILURES = (
    SettingsError,
    EmbeddedError,
    MigrationError,
    DistributionError,
    NotReadyError,
    AddressError,
    DemoError,
    BackupError,
    ErasureError,
    ExportError,
)


def told(error: Exception) -> click.ClickException | None:
    """A failure as click says its own errors, in one line; none for what should not have happened."""
    if isinstance(error, FAILURES):
        return click.ClickException(str(error))
    if isinstance(error, Refusal):
        return click.ClickException(_said(error))
    if isinstance(error, IntegrityError):
        return click.ClickException(_said(violated(error)))
    return click.UsageError(_said(misplaced(error))) if isinstance(error, msgspec.ValidationError) else None


@assess.command()
def migrate() -> None:
    """Bring the database to the present version, and publish the questionnaires."""
    with installed(read_settings(), "command") as installation:
        done = run(installation.migrate(published()))
    click.echo(f"migrated: {', '.join(done)}" if done else "nothing to migrate")


@assess.command("distribute")
def distribute_command() -> None:
    """Distribute the tables over the nodes of Citus, by organisation; can be repeated after a migration."""
    with installed(read_settings(), "command") as installation:
        done = run(distribute(installation.migrator))
    click.echo(f"distributed: {', '.join(done)}")


@assess.command()
@click.pass_context
def check(ctx: click.Context) -> None:
    """Look at everything that a start depends on, one line each; exit code 1 when something is wrong."""
    settings = read_settings()
    where = f"embedded in {settings.data}" if settings.database_url is None else "external, ASSESS_DATABASE_URL"
    click.echo(f"ok      configuration: database {where}; address {settings.host} port {settings.port}")
    click.echo(f"ok      questionnaires: {len(published())} published versions agree with their digests")
    with installed(settings, "command") as installation:
        found = run(installation.checks())
    for each in found:
        click.echo(f"{'ok' if each.good else 'FAILED':8}{each.name}: {each.said}")
    ctx.exit(0 if all(each.good for each in found) else 1)


@assess.command()
@click.option("--once", is_flag=True, help="Exit after the summary instead of leaving the server running.")
@click.option(
    "--build",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("build"),
    show_default=True,
    help="Where the PDFs and the demonstration's own database go.",
)
def demo(*, once: bool, build: Path) -> None:
    """Play an invented pilot company through the public API, from its list of teams to the PDF of its roadmap.

    Uses a database and a server of its own, whatever the ASSESS_… variables say, and starts clean each time.
    """
    demonstrate(shipped_pilot(), build, os.environ, once=once)


@assess.command()
def openapi() -> None:
    """Print the OpenAPI document."""
    click.echo(json.dumps(app.describe(), indent=2, ensure_ascii=False))


@assess.command("roles")
def print_roles() -> None:
    """Print the SQL that makes the roles and the database on an external PostgreSQL; a superuser runs it once, with psql."""
    click.echo(roles.SCRIPT)


for command in (*keeping.COMMANDS, *scoring_command.COMMANDS):
    assess.add_command(command)


@assess.group()
def organisation() -> None:
    """Organisations."""


@organisation.command("add")
@click.argument("key", type=Typed("key", Key))
@click.argument("name", type=Typed("name", Name))
def add_organisation(key: str, name: str) -> None:
    """Add an organisation: a KEY for machines (small letters, digits, dashes) and a NAME for people."""
    with installed(read_settings(), "command") as installation:
        added = run(_add_organisation(installation, key, name))
    click.echo(f"{added.key}  {added.id}")


@assess.group("key")
def key_group() -> None:
    """API keys."""


@key_group.command("add")
@click.option("--organisation", required=True, type=Typed("key", Key), help="The organisation's key.")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]), help="What the holder may do.")
@click.option("--name", required=True, type=Typed("name", Name), help="Who holds it, in words.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([each.value for each in Permission]),
    help="Keep only this right of the role; can be repeated.",
)
@click.option("--team", type=Typed("key", Key), help="The team's key; for the role team_lead.")
@click.option("--expires", type=click.DateTime(["%Y-%m-%d"]), help="The last day on which it works.")
def add_key(
    organisation: str, role: str, name: str, scopes: tuple[str, ...], team: str | None, expires: datetime | None
) -> None:
    """Issue an API key and print it: this once, it is not kept."""
    wish = {"name": name, "role": role, "scopes": scopes, "expires_on": expires.date().isoformat() if expires else None}
    with installed(read_settings(), "command") as installation:
        issued = run(_add_key(installation, organisation, wish, team))
    click.echo(issued.secret)


@assess.group("questionnaire")
def questionnaire_group() -> None:
    """Questionnaire files."""


@questionnaire_group.command("lint")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_context
def lint_questionnaires(ctx: click.Context, paths: tuple[Path, ...]) -> None:
    """Tell what is wrong with questionnaire files (PATHS, or all that came with assess); exit code 1 on an error."""
    text, code = lint_files(paths or sorted(shipped.folder("questionnaires").glob("*/*.yaml")))
    click.echo(text)
    ctx.exit(code)


@questionnaire_group.command("show")
@click.argument("what")
@click.option("--lang", type=click.Choice(LANGUAGES), help="The language to show; the document's first one otherwise.")
def show_questionnaire(what: str, lang: Language | None) -> None:
    """Print a questionnaire for reading: WHAT is a file or a published KEY@VERSION, such as acquisition@1.0.0."""
    click.echo(show(what, shipped.folder("questionnaires"), lang))


@questionnaire_group.command("digest")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), default=Path("questionnaires"))
def register_digests(folder: Path) -> None:
    """Enter the digests of new versions into FOLDER/published.toml; refuses when a published one has changed."""
    click.echo(write_digests(folder))


@questionnaire_group.command("schema")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), default=Path("questionnaires"))
def write_file_schema(folder: Path) -> None:
    """Write FOLDER/questionnaire.schema.json, the JSON Schema of the file format."""
    click.echo(write_schema(folder))


async def _add_organisation(installation: Installation, key: str, name: str) -> Organisation:
    await installation.make_ready(published())
    async with installation.database() as database:
        return await service.add_organisation(database, key, name)


async def _add_key(
    installation: Installation, organisation: str, wish: dict[str, Any], team: str | None
) -> IssuedApiKey:
    await installation.make_ready(published())
    pepper = Secrets(installation.settings.secrets, installation.settings.pepper).pepper
    async with installation.database() as database:
        organisation_id = await organisation_id_of(database, organisation)
        async with database.transaction(organisation_id) as tx:
            team_id = next((each.id for each in await store.teams_of(tx) if each.key == team), None)
            if team is not None and team_id is None:
                raise click.ClickException(f"{organisation} has no team {team!r}")
            return await service.issue_key(tx, pepper, msgspec.convert({**wish, "team_id": team_id}, NewApiKey))


def _said(refusal: Refusal) -> str:
    """A refusal on one line: its sentence, then the detail where that says more."""
    title = refusal.title()
    return f"{title} {refusal.detail}" if refusal.detail and refusal.detail != title else title
