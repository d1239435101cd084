"""``make mutate``: take away each thing that keeps organisations apart, one at a time, and list what no test notices.

Mutants of the database are tried by the probes, on a server of their own; mutants of the code by the fast tests that are named
beside each, in a copy of the checkout. Exit code 1 when one survives, or cannot be made any more.
"""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from assess.settings import Settings
from assess.storage import embedded
from isolation import mutants
from isolation.look import furnished
from isolation.patches import PATCHES, Patch, of_guards

ROOT = Path(__file__).parents[2]
COPIED = ("src", "tests", "migrations", "questionnaires", "examples", "openapi", "docs", "pyproject.toml")
AT_ONCE = 2
LONGEST, SOUND = 300, 1800
"""Seconds that the tests of a mutant may take, and those of all of them together without any."""
RED, GREEN = 1, 0


def main(only: str = "") -> int:
    """Print one line for each survivor, and two lines of figures; ``only``: the code mutants with that in their names."""
    patches = [patch for patch in (*of_guards(ROOT), *PATCHES) if only in patch.name]
    survivors = [*_of_database(), *_of_code(patches)]
    return 1 if survivors else 0


def _of_database() -> list[str]:
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder) / "data")
        server = embedded.start(settings)
        try:
            number, survivors = asyncio.run(_probed(server))
        finally:
            server.stop()
            embedded.erase(settings)
    return _told("database", number, survivors, time.monotonic() - started)


async def _probed(server: embedded.Embedded) -> tuple[int, list[str]]:
    made = [mutant for kind in mutants.KINDS for mutant in kind()]
    async with furnished(server) as look:
        return len(made), [mutant.name for mutant in made if await mutants.noticed(look, mutant) is None]


def _of_code(patches: Sequence[Patch]) -> list[str]:
    started = time.monotonic()
    every = sorted({test for patch in patches for test in patch.tests})
    with _copies(AT_ONCE) as copies, ThreadPoolExecutor(AT_ONCE) as threads:
        sound = subprocess.run(**_command(copies[0], every), timeout=SOUND, check=False)  # what it says is shown
        if sound.returncode != GREEN:
            raise SystemExit("not green without any mutant, so nothing can be learnt")
        free: SimpleQueue[Path] = SimpleQueue()
        for copy in copies:
            free.put(copy)
        found = threads.map(lambda patch: _tried(free, patch), patches)
        survivors = [said for said in found if said]
    return _told("code", len(patches), survivors, time.monotonic() - started)


def _tried(free: "SimpleQueue[Path]", patch: Patch) -> str | None:
    """What to say of a patch that no test notices, or that cannot be tried."""
    copy = free.get()
    path = copy / patch.path
    sound = path.read_text()
    try:
        path.write_text(patch.applied(sound))
        code = _tested(copy, patch.tests)
    except ValueError as error:
        return f"{error} (cannot be made)"
    finally:
        path.write_text(sound)
        free.put(copy)
    return None if code == RED else f"{patch.name} (exit code {code})"


def _tested(copy: Path, tests: Sequence[str]) -> int:
    """The exit code of the tests in a copy; RED too when they hang."""
    try:
        done = subprocess.run(**_command(copy, tests), capture_output=True, timeout=LONGEST, check=False)
    except subprocess.TimeoutExpired:
        return RED
    return done.returncode


def _command(copy: Path, tests: Sequence[str]) -> dict[str, Any]:
    """How the tests are run in a copy."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ASSESS_")}
    environment |= {"PYTHONPATH": str(copy / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    return {"args": command, "cwd": copy, "env": environment}


@contextmanager
def _copies(number: int) -> Iterator[list[Path]]:
    with tempfile.TemporaryDirectory() as folder:
        copies = [Path(folder, str(each)) for each in range(number)]
        for copy in copies:
            copy.mkdir()
            for name in COPIED:
                if (ROOT / name).is_dir():
                    shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
                else:
                    shutil.copy(ROOT / name, copy / name)
        yield copies


def _told(kind: str, number: int, survivors: list[str], seconds: float) -> list[str]:
    for name in survivors:
        print(f"SURVIVES {name}")
    print(f"{kind} mutants: {number}, survivors: {len(survivors)}, {seconds:.0f} s", flush=True)
    return survivors


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
