"""The demonstration from beginning to end: a clean site, a server, the play, the summary."""

import asyncio
import contextlib
from pathlib import Path

from rich.console import Console

from assess import shipped
from assess.demo.pilot import read_pilot
from assess.demo.play import play
from assess.demo.screen import Screen
from assess.demo.server import empty_site, run, serving
from assess.demo.summary import invite, summarise

PILOT = "pilote"


def demonstrate(build: Path, *, once: bool) -> None:
    """Play the pilot company below ``build``; without ``once`` the server then runs until Ctrl-C. Raises DemoError."""
    screen = Screen(Console(highlight=False))
    pilot = read_pilot(shipped.folder("examples") / PILOT)
    company = pilot.campaign.organisation
    with screen.working("server", "an empty database and a server of its own"):
        site = empty_site(build)
        running = contextlib.ExitStack()
        child = running.enter_context(serving(site))
    with running:
        run(site, "organisation", "add", company.key, company.name)
        key = run(
            site, "key", "add", "--organisation", company.key, "--role", "admin", "--name", "Demonstration"
        ).strip()
        played = asyncio.run(play(site.address, key, pilot, build, screen))
        summarise(screen, played)
        if not once:
            invite(screen, site.address, key)
            with contextlib.suppress(KeyboardInterrupt):
                child.wait()
