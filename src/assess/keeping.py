"""The commands on what is kept: back up, put back, hand over, erase."""

from pathlib import Path

import click

from assess import __version__
from assess.arguments import Typed, organisation_id_of, run, settings
from assess.campaign.erasure import ErasedPerson, erase_everywhere
from assess.installation import Installation, installed, published
from assess.settings import Settings, SettingsError
from assess.storage import backup as backups
from assess.storage.erasing import Erased, erase_organisation, mentions
from assess.storage.export import ExportManifest, export
from assess.storage.restoring import restore, without_password
from assess.storage.secrets import Secrets, derive
from assess.words import Email, Key

NEW_FILE = click.Path(dir_okay=False, path_type=Path)
OLD_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
ORGANISATION = click.option("--organisation", required=True, type=Typed("key", Key), help="The organisation's key.")


@click.command("backup")
@click.argument("file", type=NEW_FILE)
def backup_command(file: Path) -> None:
    """Write everything of the database to a new FILE, while the service goes on.

    Secrets are never in it: keep the pepper elsewhere, once; docs/operations.md says how. An external server is read by the
    role assess_backup, ASSESS_BACKUP_URL.
    """
    here = settings()
    with installed(here, "command") as installation:
        url = _needed(installation.backup, "ASSESS_BACKUP_URL", "the role assess_backup")
        made = run(backups.back_up(url, file, assess=__version__, pepper=_fingerprint(here)))
    click.echo(f"backed up to {file}: organisations {made.organisations}, rows {made.rows}, revision {made.revision}")
    click.echo(f"not in it: the pepper, and the secrets of open campaigns ({made.open_campaigns})")


@click.command("restore")
@click.argument("file", type=OLD_FILE)
@click.option("--replace", is_flag=True, help="Also when the database holds organisations: they go.")
def restore_command(file: Path, *, replace: bool) -> None:
    """Put the backup FILE in the place of the database; the present one stays until the new one is whole and compared.

    Every `assess serve` must be stopped. On an external server a superuser does it, ASSESS_RESTORE_URL.
    """
    here = settings()
    with installed(here, "serve") as installation:
        url = _needed(installation.superuser, "ASSESS_RESTORE_URL", "a superuser")
        put = run(restore(url, file, replace=replace))
        unknown = [] if installation.embedded else run(without_password(url))
    click.echo(
        f"restored: organisations {put.organisations}, rows {put.rows}, revision {put.revision}; all digests agree"
    )
    click.echo(f"what was erased after {put.made_at:%Y-%m-%d %H:%M} UTC is back: erase it again")
    if put.pepper != _fingerprint(here):
        click.echo(
            "the pepper here is not that of the backup: API keys, invitations and answers in progress will not open; "
            f"put the right one into {here.secrets / 'pepper'} or ASSESS_PEPPER"
        )
    if unknown:
        click.echo("who logs in with a password has none on this server yet; give them one, in psql as a superuser:")
    for role in unknown:
        click.echo(f"  \\password {role}")


@click.command("export")
@ORGANISATION
@click.argument("file", type=NEW_FILE)
def export_command(organisation: str, file: Path) -> None:
    """Write what an organisation has to a new zip FILE: JSON Lines for each table, the reports, a manifest with digests.

    Hashes of secrets and single answers are left out; the manifest says so.
    """
    with installed(settings(), "command") as installation:
        made = run(_export(installation, organisation, file))
    click.echo(f"exported {sum(each.rows for each in made.files)} rows and documents to {file}")
    for each in made.left_out:
        click.echo(f"left out: {each.rows} rows of {each.table}: {each.reason}")


@click.group("erase")
def erase_group() -> None:
    """Erase a person or an organisation, for good."""


@erase_group.command("person")
@ORGANISATION
@click.option("--email", required=True, type=Typed("email", Email), help="The person's address on the rosters.")
def erase_person_command(organisation: str, email: str) -> None:
    """Erase a person from every roster of an organisation, with the invitations.

    Answers cannot be found, by design: before the close a person withdraws them with the own link; ask for that first.
    """
    with installed(settings(), "command") as installation:
        erased, left = run(_erase_person(installation, organisation, email.lower()))
    for each in erased:
        click.echo(f"erased from {each.campaign}, person {each.person_id}. {each.answers['en']}")
    for table, rows in left.items():
        click.echo(f"the name or the address still stands in {rows} rows of {table}: look there")
    click.echo("backups made before still have it: delete them when their time is over")


@erase_group.command("organisation")
@click.argument("key", type=Typed("key", Key))
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase_organisation_command(key: str, *, yes: bool) -> None:
    """Erase an organisation: everything of KEY, in one transaction, and the secrets of its campaigns."""
    if not yes:
        click.confirm(f"Erase everything of {key} for good?", abort=True)
    here = settings()
    with installed(here, "command") as installation:
        erased = run(_erase_organisation(installation, key))
    secrets = Secrets(here.secrets, here.pepper)
    for campaign_id in erased.campaigns:
        secrets.destroy(campaign_id)
    click.echo(f"erased {key}: " + ", ".join(f"{rows} {table}" for table, rows in sorted(erased.rows.items())))
    click.echo("backups and exports made before still have it: delete them when their time is over")


async def _export(installation: Installation, organisation: str, file: Path) -> ExportManifest:
    await installation.make_ready(published())
    async with installation.database() as database:
        identifier = await organisation_id_of(database, organisation)
        async with database.transaction(identifier) as tx:
            return await export(tx, file, __version__)


async def _erase_person(
    installation: Installation, organisation: str, email: str
) -> tuple[list[ErasedPerson], dict[str, int]]:
    await installation.make_ready(published())
    async with installation.database() as database:
        identifier = await organisation_id_of(database, organisation)
        async with database.transaction(identifier) as tx:
            names, erased = await erase_everywhere(tx, email)
            left = await mentions(tx, [email, *names])
    if not erased:
        raise click.ClickException(f"nobody with that address stands on a roster of {organisation}")
    return erased, left


async def _erase_organisation(installation: Installation, key: str) -> Erased:
    await installation.make_ready(published())
    async with installation.database() as database:
        identifier = await organisation_id_of(database, key)
    return await erase_organisation(installation.migrator, identifier)


def _needed(url: str | None, variable: str, who: str) -> str:
    if url is None:
        raise SettingsError(f"{variable} must name {who} of the external database for this command")
    return url


def _fingerprint(here: Settings) -> str:
    """Of the pepper: tells it from another one, and gives nothing of it away."""
    return derive(Secrets(here.secrets, here.pepper).pepper, "backup/fingerprint").hex()


COMMANDS: tuple[click.Command, ...] = (backup_command, restore_command, export_command, erase_group)
