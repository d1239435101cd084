"""The laws of scores once more, at the threshold that is promised: of teams, parents and the company, up to the overall score."""

import random
from collections.abc import Iterator
from uuid import UUID

import pytest
from companies import ACQ, EXP, NA, OFF, Company
from msgspec.structs import replace

from assess.campaign.model import NO_ANSWER
from assess.maturity.model import CampaignResults, Result, State
from assess.questionnaire.model import Questionnaire

CORE = (ACQ, OFF, EXP)
COLUMNS = len(list(ACQ.items()))
"""Of each of them."""
SEEDS = range(12)


def rows_of(die: random.Random) -> list[list[int]]:
    """Four people say something of one item of each process; up to seven more, few or enough, of all items."""
    alone = [
        [die.randint(1, 5) if place % COLUMNS == column else NO_ANSWER for place in range(3 * COLUMNS)]
        for column in range(COLUMNS)
        for _ in range(4)
    ]
    return alone + [[die.randint(1, 5) for _ in range(3 * COLUMNS)] for _ in range(die.randint(1, 7))]


def drawn(seed: int) -> list[list[list[int]]]:
    """The answers of three teams."""
    die = random.Random(seed)
    return [rows_of(die) for _ in range(3)]


def company_of(
    teams: list[list[list[int]]], invited: list[int], versions: tuple[Questionnaire, ...] = CORE
) -> CampaignResults:
    """Two of the teams below one parent, the third beside it."""
    company = Company(*versions)
    parent = company.parent("p")
    for number, (rows, people) in enumerate(zip(teams, invited, strict=True)):
        company.team(f"t-{number}", rows, parent if number < 2 else None, invited=people)
    return company.results()


def results_in(found: CampaignResults) -> Iterator[tuple[tuple[UUID, str], Result]]:
    """Every result by node and what it is of."""
    for node in found.nodes:
        yield (node.node, "overall"), node.overall
        for process in node.processes:
            yield (node.node, process.key), process.result
            yield (node.node, f"kpis of {process.key}"), process.kpi_maturity
            for step in process.steps:
                yield (node.node, step.key), step.result
            for each in [*(item for step in process.steps for item in step.items), *process.kpis]:
                yield (node.node, each.key), each.result


def widths(found: CampaignResults) -> dict[tuple[object, ...], float]:
    """How wide every interval is."""
    return {
        (*place, name): interval.high - interval.low
        for place, result in results_in(found)
        for name in ("interval", "comparison")
        if (interval := getattr(result, name)) is not None
    }


@pytest.mark.parametrize("growing", [pytest.param({0, 1, 2}, id="all teams"), pytest.param({0}, id="one team")])
@pytest.mark.parametrize("seed", SEEDS)
def test_more_answers_of_the_same_shares_never_widen_an_interval(seed, growing):
    """Of each item at least five people speak from the start: what is scored stays the same."""
    teams = drawn(seed)
    invited = [3 * len(rows) for rows in teams]
    found = [
        widths(company_of([rows * (times if number in growing else 1) for number, rows in enumerate(teams)], invited))
        for times in (1, 2, 3)
    ]
    assert found[0].keys() == found[1].keys() == found[2].keys()
    assert {name for _, name, _ in found[0]} >= {"overall", "acq", "acq-a", "acq-a-1", "kpi-acq"}
    for place, width in found[0].items():
        assert width >= found[1][place] - 1e-12, place
        assert found[1][place] >= found[2][place] - 1e-12, place


@pytest.mark.parametrize("factor", [0.01, 7])
@pytest.mark.parametrize("seed", range(4))
def test_only_the_ratio_of_the_weights_of_steps_and_processes_matters(seed, factor):
    teams = drawn(seed)
    invited = [2 * len(rows) for rows in teams]
    found = results_in(company_of(teams, invited))
    scaled = results_in(company_of(teams, invited, tuple(heavier(version, factor) for version in CORE)))
    for (place, one), (_, other) in zip(found, scaled, strict=True):
        assert one.state is other.state, place
        assert numbers_of(other) == pytest.approx(numbers_of(one), rel=1e-9), place


def heavier(version: Questionnaire, factor: float) -> Questionnaire:
    """The same with the weights of its processes and steps times a factor."""
    return replace(
        version,
        processes=[
            replace(
                each,
                weight=each.weight * factor,
                steps=[replace(step, weight=step.weight * factor) for step in each.steps],
            )
            for each in version.processes
        ],
    )


def numbers_of(result: Result) -> list[float]:
    """What a result says, where it says something."""
    ends = [end for each in (result.interval, result.comparison, result.range) if each for end in (each.low, each.high)]
    return [each for each in (result.value, result.coverage, *ends) if each is not None]


@pytest.mark.parametrize("seed", range(4))
def test_does_not_apply_never_helps_more_than_the_best_level_nor_hurts_more_than_the_worst(seed):
    """While the same is scored, whatever it is: an item, a step, a process or the whole, of a team, a parent or the company."""
    die, teams = random.Random(seed), drawn(seed)
    team = die.randrange(3)
    place = die.randrange(3 * COLUMNS)
    who = die.choice([row for row in teams[team] if row[place] != NO_ANSWER])
    found = []
    for answer in (1, NA, 5):
        who[place] = answer
        found.append(dict(results_in(company_of(teams, [2 * len(rows) for rows in teams]))))
    worst, beside, best = found
    compared = 0
    for where, result in beside.items():
        if result.state is State.SCORED:
            assert worst[where].value - 1e-12 <= result.value <= best[where].value + 1e-12, where
            compared += worst[where].value < best[where].value
    assert compared >= 4
