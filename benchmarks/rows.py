"""The rows on running servers: P1, P1b, P2, P2-304, P7, and reading while others draw and score."""

from collections.abc import Iterator

from benchmarks.measure import Row, figures, in_turn, ratio
from benchmarks.stage import Stage


def memory(stage: Stage) -> Iterator[Row]:
    """P7: after 10,000 requests, half of them autosaves, half reads."""
    for each in stage.both.values():
        each.at_least(10_000)
    held = {name: [stage.servers[name].memory] for name in stage.both}
    value = ratio(held["ours"], held["peer"])
    yield Row(name="P7", ratio=value, goal=1.0, at_least=False, said=figures(" MB", held))


def autosave(stage: Stage) -> Iterator[Row]:
    """P1 and P1b."""
    taken = in_turn({name: each.rate for name, each in stage.saves.items()})
    for name, other, goal in (("P1", "peer", 5.0), ("P1b", "bare", 0.7)):
        both = {"ours": taken["ours"], other: taken[other]}
        yield Row(name=name, ratio=ratio(*both.values()), goal=goal, said=figures("/s", both))


def reading(stage: Stage) -> Iterator[Row]:
    """P2 and P2-304."""
    taken = in_turn({name: each.rate for name, each in stage.reads.items()})
    said = f"{figures('/s', taken)}, {stage.size / 1000:.0f} kB"
    yield Row(name="P2", ratio=ratio(taken["ours"], taken["peer"]), goal=5.0, said=said)
    taken = in_turn({"304": stage.unchanged.rate, "GET /health/live": stage.least.rate})
    yield Row(name="P2-304", ratio=ratio(*taken.values()), goal=0.9, said=figures("/s", taken))


def latency(stage: Stage) -> Iterator[Row]:
    """P2-busy: the 95th percentile of a read while PDFs are drawn and teams are scored, against the same when idle."""
    read, busy = stage.reads["ours"], stage.busy

    def at_ease() -> float:
        return read.run(connections=4, pause=10).p95

    def meanwhile() -> float:
        with busy:
            return at_ease()

    taken = in_turn({"busy": meanwhile, "idle": at_ease})
    said = f"{figures(' ms', taken, 2)}; {busy.drawn} PDFs drawn, {busy.scored} campaigns scored meanwhile"
    yield Row(name="P2-busy", ratio=ratio(*taken.values()), goal=2.0, at_least=False, said=said)
