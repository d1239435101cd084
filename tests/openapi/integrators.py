"""What integrators have: a server with a key, a client generated for it, and the tools of a shell."""

import os
import subprocess
from pathlib import Path
from typing import Any

from msgspec import Struct

from assess import shipped

HERE = Path(__file__).parent
BUILD = HERE.parents[1] / "build"
EXAMPLES = shipped.folder("examples")
INTEGRATIONS = EXAMPLES / "integrations"
COMMITTED = shipped.folder("openapi") / "openapi.json"


class Served(Struct, frozen=True):
    """A server, and the key of an admin of one organisation."""

    address: str
    key: str


class Generated(Struct, frozen=True):
    """A generated client: its folder, what the generator warned of, and the Python that it runs on."""

    folder: Path
    warned: str
    python: Path


class Played(Struct, frozen=True):
    """What the flow printed, and where its reports are."""

    said: dict[str, Any]
    reports: Path


def run(*command: str | Path, **more: str) -> str:
    """What a command prints; raises as ``ran``."""
    return ran(*command, **more).stdout


def ran(*command: str | Path, **more: str) -> "subprocess.CompletedProcess[str]":
    """A command to its end; no proxy stands between it and the server, and it fails loudly."""
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")} | more
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done
