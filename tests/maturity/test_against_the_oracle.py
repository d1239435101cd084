"""The arrays say what plain Python with exact fractions says, for every number of random small companies."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from math import isclose

import pytest
from companies import Company, core_company, random_company
from oracle import Oracle, posterior, scatter

from assess.maturity.model import CampaignResults, Result
from assess.questionnaire.model import Item, Kind

SEEDS = range(60)


@dataclass
class Compared:
    """How many numbers were compared."""

    count: int = 0

    def result(self, told, found, ladder, k=5):
        """A published result beside the oracle's."""
        assert told.state.value == found.state
        self.close(told.coverage, found.coverage)
        if found.value is None:
            assert told.value is None
            return
        self.close(told.value, found.value)
        assert told.n == found.n
        for interval, finite in ((told.interval, True), (told.comparison, False)):
            low, high = found.interval(*ladder, k, finite=finite)
            self.close(interval.low, low)
            self.close(interval.high, high)

    def prudent(self, told, found):
        """A prudent value beside the oracle's; there is none where a sensitive item counts."""
        assert (told is None) == (found.prudent is None)
        if found.prudent is not None:
            self.close(told, found.prudent)
            assert told <= found.value + 1e-12

    def close(self, one, other):
        assert isclose(one, float(other), rel_tol=1e-9, abs_tol=1e-9), (one, float(other))
        self.count += 1


@cache
def published(make: Callable[[int], Company], seed: int) -> CampaignResults:
    """The results of a company that nobody changes."""
    return make(seed).results()


@pytest.mark.parametrize("make", [random_company, core_company])
@pytest.mark.parametrize("seed", SEEDS)
def test_every_number_is_the_oracle_s(seed, make):
    compared, oracle, results = Compared(), Oracle(make(seed).inputs()), published(make, seed)
    for node, told in zip(oracle.nodes, results.nodes, strict=True):
        for digest, process in oracle.processes.items():
            shown = next(each for each in told.processes if each.key == process.key)
            state = oracle.crowds[digest].state(node.id)
            if state.value != "scored":
                assert shown.result.state is state
                continue
            whole = oracle.process(digest, node)
            compared.result(shown.result, whole, (1.0, 5.0))
            compared.prudent(shown.prudent, whole)
            for asked, step in zip(process.steps, shown.steps, strict=True):
                found = oracle.rolled(asked.items, digest, node)
                compared.result(step.result, found, (1.0, 5.0))
                compared.prudent(step.prudent, found)
                for item, each in zip(asked.items, step.items, strict=True):
                    an_item(compared, each.result, item, oracle.item(item, digest, node), exact=each.band is None)
            compared.result(shown.kpi_maturity, oracle.rolled(process.kpis, digest, node), (0.0, 5.0))
            for item, each in zip(process.kpis, shown.kpis, strict=True):
                an_item(compared, each.result, item, oracle.item(item, digest, node), exact=True)
        overall = oracle.overall(node)
        if overall is not None:
            compared.result(told.overall, overall, (1.0, 5.0))
            compared.prudent(told.prudent, overall)
        else:
            assert (told.overall.value, told.prudent) == (None, None)
    assert compared.count or all(node.state.value != "scored" for node in results.nodes)


def an_item(compared: Compared, told: Result, item: Item, found: tuple, *, exact: bool) -> None:
    """A single item of a node: mean, posterior, SD and AD; of one that is told by its band, nothing of these."""
    state, value, levels, groups = found
    assert told.state.value == state
    if value is None:
        return
    assert told.n == sum(map(len, levels))
    if not exact:
        assert (told.interval, told.comparison, told.agreement) == (None, None, None)
        return
    compared.close(told.value, value)
    spread, deviation = scatter([level for each in levels for level in each])
    compared.close(told.agreement.spread, spread)
    compared.close(told.agreement.deviation, deviation)
    if len(groups) == 1 and told.coverage == 1.0:
        lowest = 1 if item.kind is Kind.PRACTICE else 0
        counts = [levels[0].count(level) for level in range(lowest, 6)]
        low, high, _, _ = posterior(counts, max(groups[0].headcount, sum(counts)), lowest)
        compared.close(told.interval.low, min(low, value))
        compared.close(told.interval.high, max(high, value))


def test_many_nodes_with_an_overall_score_are_among_them_and_many_with_a_prudent_one():
    nodes = [node for seed in SEEDS for node in published(core_company, seed).nodes]
    assert sum(node.overall.value is not None for node in nodes) > 80
    assert sum(node.prudent is not None for node in nodes) > 30
