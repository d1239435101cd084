"""The demonstration from beginning to end: a clean site, a server, the play, the summary."""

import asyncio
import contextlib
from collections.abc import Mapping
from pathlib import Path

import uvloop
from rich.console import Console
from rich.text import Text

from assess import shipped
from assess.demo.pilot import Company, Pilot, read_pilot
from assess.demo.play import play
from assess.demo.screen import Screen
from assess.demo.server import DemoError, Site, empty_site, last_words, serving
from assess.demo.summary import invite, summarise
from assess.installation import installed
from assess.storage.secrets import Secrets
from assess.tenancy import service
from assess.tenancy.model import NewApiKey, Role


def shipped_pilot() -> Pilot:
    """The pilot company that came with this code."""
    return read_pilot(shipped.folder("examples") / "pilote")


def demonstrate(pilot: Pilot, build: Path, environment: Mapping[str, str], *, once: bool) -> None:
    """Play a company below ``build``; without ``once`` the server then runs until Ctrl-C.

    environment: of the server, less every setting of ours. Raises DemoError or EmbeddedError.
    """
    screen = Screen(Console(highlight=False))
    with contextlib.ExitStack() as running:
        with screen.working("server", "an empty database and a server of its own"):
            site = empty_site(build)
            child = running.enter_context(serving(site, environment))
            key = asyncio.run(_first_key(site, pilot.campaign.organisation))
        if site.other:
            screen.say("", Text(f"another demonstration still runs here, {site.other}; this one uses {site.data.name}"))
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            played = runner.run(play(site.address, key, pilot, build, screen))
        summarise(screen, played)
        if not once:
            invite(screen, site.address, key)
            with contextlib.suppress(KeyboardInterrupt):
                child.wait()
                raise DemoError(f"the server has ended; {last_words(site.log)}")


async def _first_key(site: Site, company: Company) -> str:
    """What `assess organisation add` and `assess key add` do: a company and its admin's key, which no API can give."""
    settings = site.settings
    with installed(settings, "command") as installation:
        async with installation.database() as database:
            organisation = await service.add_organisation(database, company.key, company.name)
            async with database.transaction(organisation.id) as tx:
                wish = NewApiKey(name="Demonstration", role=Role.ADMIN)
                return (await service.issue_key(tx, Secrets(settings.secrets).pepper, wish)).secret
