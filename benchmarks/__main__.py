"""``python -m benchmarks``: every row but P8; ``python -m benchmarks growth``: P8. Rows can be named: ``P1 P2 P6``."""

import shutil
import sys
from collections.abc import Iterator

from benchmarks import rows, servers
from benchmarks.growth import growth
from benchmarks.measure import Row, machine
from benchmarks.scoring import scoring
from benchmarks.stage import stage
from benchmarks.start import start

ON_STAGE = {"P7": rows.memory, "P1": rows.autosave, "P2": rows.reading, "P2-busy": rows.latency}
"""In this order: memory is measured in fresh processes."""
EVERY = (*ON_STAGE, "P6", "P3")


def main(names: list[str]) -> int:
    """Print the rows as they come; exit code 2 when they cannot be measured here."""
    if shutil.which("wrk") is None:
        print("wrk is missing: apt-get install -y wrk", file=sys.stderr)
        return 2
    if unknown := [name for name in names if name not in {*EVERY, "growth"}]:
        print(f"no row {', '.join(unknown)}; there is {', '.join(EVERY)}, and growth", file=sys.stderr)
        return 2
    servers.BUILD.mkdir(parents=True, exist_ok=True)
    for row in _rows(names or list(EVERY)):
        print(row, flush=True)
    print(machine())
    return 0


def _rows(names: list[str]) -> Iterator[Row]:
    if "growth" in names:
        yield from growth()
    if "P6" in names:
        yield from start()
    if "P3" in names:
        yield from scoring()
    if wanted := [measure for name, measure in ON_STAGE.items() if name in names]:
        with stage() as made:
            for measure in wanted:
                yield from measure(made)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
