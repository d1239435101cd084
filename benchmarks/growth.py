"""P8: the autosave with 10,000,000 stored answers, against the same with 10,000."""

from collections.abc import Iterator

from benchmarks import company, servers
from benchmarks.measure import Row, figures, in_turn, ratio
from benchmarks.stage import RESPONSES, answered, saves_to

MANY = 112_360
"""Responses: times 89 items, 10,000,040 answers."""
ROUNDS = 10
"""Twice as many as of other rows: one goal is near, and a round on a busy machine is a tenth off."""


def growth() -> Iterator[Row]:
    """Two installations, loaded in turn; the keys of the load are spread over all responses."""
    with (
        servers.erased("few") as few,
        servers.erased("many") as many,
        servers.ours(few) as small,
        servers.ours(many) as large,
    ):
        loads = {}
        for name, settings, server, times in (("many", many, large, MANY), ("few", few, small, RESPONSES)):
            admin = company.admin_key(settings, "bench")
            responses, items = answered(settings, server, admin, times)
            loads[name] = saves_to(server, f"growth-{name}", responses[:: max(1, times // 5_000)], items)
        counts = f"{company.stored(many):,} and {company.stored(few):,} answers"
        taken = in_turn({name: each.rate for name, each in loads.items()}, ROUNDS)
    yield Row(name="P8", ratio=ratio(*taken.values()), goal=0.9, said=f"{figures('/s', taken)}; {counts}")
