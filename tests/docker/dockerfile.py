"""A Dockerfile as its builder reads it, and its steps carried out in a folder instead of an image."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

ROOT = Path(__file__).parents[2]
_IGNORED = shutil.ignore_patterns("__pycache__", "node_modules")
_ABSOLUTE = re.compile(r"(?<![\w.:/-])/(?=(?:src|wheels|opt|sql|data|docker-entrypoint-initdb\.d)\b)")


class Stage(Struct, frozen=True):
    """One ``FROM``: its base image, its name, and its instructions in order."""

    base: str
    name: str
    steps: list[tuple[str, str]]

    def said(self, instruction: str) -> list[str]:
        """The arguments of an instruction, each time it stands here."""
        return [argument for name, argument in self.steps if name == instruction]

    def command(self, instruction: str) -> list[str]:
        """The words of an ENTRYPOINT, CMD or HEALTHCHECK in its exec form, which needs no shell."""
        (argument,) = self.said(instruction)
        words: list[str] = json.loads(argument[argument.index("[") :])
        return words

    def environment(self) -> dict[str, str]:
        """Its ENV."""
        pairs = [pair.partition("=") for argument in self.said("ENV") for pair in shlex.split(argument)]
        return {name: value for name, _, value in pairs}


def read(text: str) -> list[Stage]:
    """The stages of a Dockerfile; comments are left out and continued lines joined."""
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    stages: list[Stage] = []
    for line in re.sub(r"\\\n\s*", "", lines).splitlines():
        name, _, argument = line.strip().partition(" ")
        if name == "FROM":
            base, _, called = argument.partition(" AS ")
            stages.append(Stage(base, called, []))
        elif name:
            stages[-1].steps.append((name, argument.strip()))
    return stages


class Built:
    """What the stages have made so far: the absolute paths of their images stand below one ``folder``.

    One folder for all, since an environment of Python knows where it was made; in the images it stands at one path, too.
    ``outside``: what the builder itself is told, such as where packages are.
    """

    def __init__(self, folder: Path, outside: Mapping[str, str]) -> None:
        self.folder = folder
        self._outside = outside
        self._at = folder
        self._said: dict[str, str] = {}
        self.closed_at = 0.0

    def there(self, text: str) -> str:
        """``text`` with the image's absolute paths moved below ``folder``."""
        return _ABSOLUTE.sub(f"{self.folder}/", text)

    def carry_out(self, stage: Stage) -> None:
        """Every step of ``stage``."""
        self._at, self._said = self.folder, {}
        for name, argument in stage.steps:
            if name == "ENV":
                self._said = {key: self.there(value) for key, value in stage.environment().items()}
            elif name == "WORKDIR":
                self._at = Path(self.there(argument))
                self._at.mkdir(parents=True, exist_ok=True)
            elif name == "COPY":
                self._copy(shlex.split(argument))
            elif name == "RUN":
                self._run(self.there(argument))

    def close(self) -> None:
        """From now on there is a data folder to write to, and nothing else."""
        for place in (self.folder, *self.folder.rglob("*")):
            if not place.is_symlink() and place != self.folder / "data":
                place.chmod(place.stat().st_mode & ~0o222)
        self.closed_at = time.time()

    def _copy(self, words: list[str]) -> None:
        options = dict(word.removeprefix("--").split("=") for word in words if word.startswith("--"))
        *sources, target = [self.there(word) for word in words if not word.startswith("--")]
        for source in sources:
            origin, place = (ROOT, self._at)["from" in options] / source, self._at / target
            if origin.is_dir() and origin != place:
                shutil.copytree(origin, place, symlinks=True, ignore=_IGNORED, dirs_exist_ok=True)
            elif not origin.is_dir():
                found = place / origin.name if target.endswith("/") else place
                found.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(origin, found)
                found.chmod(int(options.get("chmod", "0644"), 8))
            if "chown" in options and not os.geteuid():
                os.chown(place, *map(int, options["chown"].split(":")))

    def _run(self, command: str) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("ASSESS_", "PYTHON"))}
        path = f"{Path(sys.executable).parent}:{kept['PATH']}"
        done = subprocess.run(
            ["/bin/sh", "-ec", command],
            cwd=self._at,
            env={**kept, **self._outside, **self._said, "PATH": path},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
