"""P6: the second start of ``serve``, against a bare PostgreSQL start and a Python process that imports the libraries."""

import os
import shlex
import subprocess
import time
from collections.abc import Iterator

from assess.settings import Settings
from assess.storage import embedded
from benchmarks import servers
from benchmarks.measure import Row, figures, in_turn, ratio

IMPORTS = "import litestar, sqlalchemy, asyncpg, uvicorn, uvloop, httptools"


def start() -> Iterator[Row]:
    """To the first good reply of ``/health/ready``; the database is reached by then."""
    with servers.erased("start") as settings:
        _first_start(settings)
        taken = in_turn({"serve": lambda: _serve(settings), "bare": lambda: _bare(settings)})
    yield Row(name="P6", ratio=ratio(*taken.values()), goal=2.0, at_least=False, said=figures(" s", taken, 2))


def _first_start(settings: Settings) -> None:
    with servers.ours(settings):
        pass


def _serve(settings: Settings) -> float:
    began = time.perf_counter()
    with servers.ours(settings):
        return time.perf_counter() - began


def _bare(settings: Settings) -> float:
    """The same cluster with the same configuration, by pg_ctl alone."""
    cluster = embedded.attach(settings).cluster
    files = {"config_file": "postgresql.conf", "hba_file": "pg_hba.conf", "ident_file": "pg_ident.conf"}
    options = shlex.join(f"--{name}={cluster.folder / file}" for name, file in files.items())
    began = time.perf_counter()
    try:
        cluster.run(
            "pg_ctl", "start", "--wait", f"--log={os.devnull}", f"--pgdata={cluster.data}", f"--options={options}"
        )
        subprocess.run([servers.our_python(), "-c", IMPORTS], check=True)
        return time.perf_counter() - began
    finally:
        cluster.stop()
