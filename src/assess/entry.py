"""The entrance of the command line: finds a command by its name, and runs the server.

The server stays for months, and starts in the dark: it carries nothing of what the other commands import, and while it imports
what it needs itself, its database starts already.
"""

import contextlib
import gc
import os
import pkgutil
import signal
from collections.abc import Callable, Iterator
from typing import Any

import click

from assess import __version__
from assess.settings import Settings, settings_from
from assess.storage import embedded
from assess.storage.embedded import Embedded


class Commands(click.Group):
    """Commands whose failures are one line; all but ``serve`` are in ``assess.cli``, which is imported when one is wanted."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all."""
        _others()
        return super().list_commands(ctx)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, or none."""
        if cmd_name not in self.commands:
            _others()
        return super().get_command(ctx, cmd_name)

    def invoke(self, ctx: click.Context) -> Any:
        """Invoke, and say what was refused as click says its own errors."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.Abort, click.exceptions.Exit):
            raise
        except Exception as error:
            told = pkgutil.resolve_name("assess.cli:told")(error)
            if told is None:
                raise
            raise told from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="assess")
def assess() -> None:
    """Versioned questionnaires, KPI maturity per team and a reorganisation roadmap.

    Settings are read from ASSESS_… variables: ASSESS_DATA (folder of the embedded database and the secrets, .assess),
    ASSESS_HOST, ASSESS_PORT, ASSESS_PUBLIC_URL, ASSESS_DATABASE_URL, ASSESS_MIGRATION_URL, ASSESS_BACKUP_URL and
    ASSESS_RESTORE_URL (an external PostgreSQL, by the role that each work needs),
    ASSESS_PEPPER, ASSESS_POOL, ASSESS_WORKERS, ASSESS_HOUSEKEEPING, ASSESS_RATE, ASSESS_DRAIN.
    """


@assess.command("serve")
def serve_command() -> None:
    """Run the server until Ctrl-C or SIGTERM.

    Starts the embedded database (and migrates it) unless ASSESS_DATABASE_URL names another one. Refuses to start when a check
    fails; see `assess check`.
    """
    settings = settings_from(os.environ)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with _collecting_later(), _begun(settings) as server:
        serve: Any = pkgutil.resolve_name("assess.serve:serve")
        serve(settings, server, lambda address: click.echo(f"assess answers on {address} (Ctrl-C stops it)"))


def _begun(settings: Settings) -> contextlib.AbstractContextManager[Callable[[], Embedded | None]]:
    """The embedded database, on its way; none when an external one is named."""
    if settings.database_url is not None:
        return contextlib.nullcontext(lambda: None)
    return embedded.beginning(settings)


@contextlib.contextmanager
def _collecting_later() -> Iterator[None]:
    """Nothing of what is imported is garbage; the server lets it be looked for once it answers."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _others() -> None:
    pkgutil.resolve_name("assess.cli")
