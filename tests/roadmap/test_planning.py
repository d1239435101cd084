"""Planning: every schedule is feasible, and the small worked instance of the method comes out as it stands there."""

from fractions import Fraction
from uuid import UUID

import pytest
from checker import faults
from hypothesis import given, settings
from hypothesis import strategies as st

from assess.roadmap.gaps import Cell
from assess.roadmap.planning import Job, Way, area, schedule

TEAM, OTHER = UUID(int=1), UUID(int=2)
CELLS = {name: Cell(name, TEAM) for name in ("j0", "j1", "j2", "j3")}
WEIGHTS = dict(zip(CELLS.values(), map(Fraction, (2, 1, 1, 1)), strict=True))
GAPS = dict(zip(CELLS.values(), map(Fraction, (15, 20, 10, 12)), strict=True))
NAIVE = {"a0": ".25", "a1": "2.5", "a2": "1.6", "a3": "2.0", "a4": "3.2"}


def job(key, priority="1", duration=1, days=0, risk=0, after=(), starts=range(24), gains=None, **more):
    demand = {(TEAM, month): Fraction(days) for month in range(duration)} if days else {}
    return Job(
        key=key,
        priority=Fraction(priority),
        duration=duration,
        ways=more.pop("ways", [Way(demand, {TEAM: risk} if risk else {})]),
        after=frozenset(after),
        starts=starts,
        gains={CELLS[name]: Fraction(gain) for name, gain in (gains or {}).items()},
        **more,
    )


def worked(priorities):
    return [
        job("a0", priorities["a0"], 1, 8, 1, gains={"j2": 2}),
        job("a1", priorities["a1"], 2, 5, 2, after=["a0"], gains={"j0": 10, "j1": 5}),
        job("a2", priorities["a2"], 1, 5, 1, gains={"j2": 8}),
        job("a3", priorities["a3"], 1, 4, 1, gains={"j3": 8}),
        job("a4", priorities["a4"], 1, 5, 2, after=["a0"], gains={"j0": 8}),
    ]


@pytest.mark.parametrize(
    ("priorities", "starts", "expected"),
    [
        pytest.param(NAIVE, {"a0": 1, "a2": 0, "a3": 0, "a4": 2}, 102, id="naive"),
        pytest.param(
            {**NAIVE, "a0": "2.8125"}, {"a0": 0, "a1": 2, "a2": 2, "a3": 1, "a4": 1}, 115, id="with its enabling value"
        ),
    ],
)
def test_the_worked_instance_of_the_method(priorities, starts, expected):
    jobs, capacity = worked(priorities), {TEAM: [Fraction(10)] * 4}
    found = schedule(jobs, capacity, 4, GAPS)
    placed = {place.key: place.start for place in found.placed}
    assert placed == starts
    assert area(jobs, placed, GAPS, WEIGHTS, 4) == expected
    assert faults(jobs, found, capacity, 4) == []


def outcome(jobs, months=6, days=5, gaps=GAPS):
    found = schedule(jobs, {TEAM: [Fraction(days)] * months, OTHER: [Fraction(days)] * months}, months, gaps)
    return {place.key: place for place in found.placed}, {left.key: left for left in found.dropped}


@pytest.mark.parametrize(
    ("jobs", "key", "reason"),
    [
        pytest.param([job("a", days=6)], "a", "no_capacity", id="more days than the team has"),
        pytest.param([job("a", risk=4)], "a", "no_capacity", id="more change than a team bears"),
        pytest.param([job("a", starts=[])], "a", "window", id="a season outside the plan"),
        pytest.param([job("a", duration=7)], "a", "horizon", id="longer than the plan"),
        pytest.param([job("a", duration=4), job("b", duration=3, after=["a"])], "b", "horizon", id="too late"),
        pytest.param(
            [job("a", days=6), job("b", after=["a"])], "b", "prerequisite_dropped", id="its prerequisite fell"
        ),
        pytest.param([job("a", "2"), job("b", excludes=frozenset("a"))], "b", "excluded", id="a rival is placed"),
        pytest.param(
            [job("a", "2", gains={"j2": 10}), job("b", gains={"j2": 3})],
            "b",
            "already_covered",
            id="nothing is left to gain",
        ),
    ],
)
def test_what_finds_no_place_says_why(jobs, key, reason):
    placed, dropped = outcome(jobs)
    assert dropped[key].reason == reason
    assert key not in placed


def test_a_gain_is_credited_once_in_the_order_of_placing():
    placed, _ = outcome([job("a", "2", gains={"j2": 7}), job("b", gains={"j2": 7})])
    assert [placed[key].credited[CELLS["j2"]] for key in "ab"] == [7, 3]


@pytest.mark.parametrize(
    "kept",
    [
        pytest.param([job("b", gains={"j2": 3}, needed=True)], id="needed by rule"),
        pytest.param([job("b", gains={"j2": 3}), job("c", "0.5", after=["b"])], id="another waits for it"),
    ],
)
def test_what_gains_nothing_more_stays_when_it_is_needed(kept):
    placed, _ = outcome([job("a", "2", gains={"j2": 10}), *kept])
    assert "b" in placed


def test_what_came_first_is_named_as_the_reason():
    placed, _ = outcome(
        [job("a", "3", days=3), job("b", "2", days=3), job("c", "1", duration=2, risk=3), job("d", "0.5", risk=1)]
    )
    assert placed["b"].block.code == "capacity"
    assert (placed["b"].block.team, placed["b"].block.month, placed["b"].block.used) == (TEAM, 0, 3)
    assert (placed["d"].start, placed["d"].block.code) == (2, "change_load")


def test_another_way_is_taken_only_when_the_first_finds_no_room():
    ways = [Way({(TEAM, 0): Fraction(5)}, {}), Way({(OTHER, 0): Fraction(5)}, {})]
    jobs = [job(f"j{n}", days=0, ways=ways) for n in range(7)]
    placed, dropped = outcome(jobs)
    assert [placed[f"j{n}"].way for n in range(7)] == [0] * 6 + [1]
    assert (placed["j6"].start, dropped) == (0, {})


def test_ties_go_by_key_whatever_the_order_of_the_jobs():
    jobs = [job(key, days=5) for key in "abc"]
    forward, _ = outcome(jobs)
    backward, _ = outcome(jobs[::-1])
    assert [forward[key].start for key in "abc"] == [backward[key].start for key in "abc"] == [0, 1, 2]


@st.composite
def instances(draw):
    """Up to eight jobs on two teams; a job waits only for earlier ones."""
    months = draw(st.integers(1, 8))
    jobs = []
    for n in range(draw(st.integers(1, 8))):
        duration = draw(st.integers(1, 4))
        slots = st.tuples(st.sampled_from([TEAM, OTHER]), st.integers(0, duration - 1))
        ways = st.builds(
            Way,
            st.dictionaries(slots, st.integers(1, 6).map(lambda tenths: Fraction(tenths, 2)), max_size=4),
            st.dictionaries(st.sampled_from([TEAM, OTHER]), st.integers(1, 3), max_size=2),
        )
        earlier = st.sets(st.sampled_from([job.key for job in jobs]), max_size=2) if jobs else st.just(set())
        jobs.append(
            Job(
                key=f"job-{n}",
                priority=Fraction(draw(st.integers(0, 5))),
                duration=duration,
                ways=draw(st.lists(ways, min_size=1, max_size=2)),
                after=frozenset(draw(earlier)),
                starts=draw(st.one_of(st.just(range(12)), st.lists(st.integers(0, 8), max_size=4))),
                gains={CELLS["j0"]: Fraction(draw(st.integers(0, 9)))},
                excludes=frozenset(draw(earlier)) if draw(st.integers(0, 9)) == 0 else frozenset(),
                needed=draw(st.booleans()),
            )
        )
    capacity = {team: [Fraction(draw(st.integers(0, 5))) for _ in range(months)] for team in (TEAM, OTHER)}
    return jobs, capacity, months


@given(instances())
@settings(max_examples=200, deadline=None)
def test_every_schedule_is_feasible_and_repeatable(instance):
    jobs, capacity, months = instance
    found = schedule(jobs, capacity, months, GAPS)
    assert faults(jobs, found, capacity, months) == []
    assert schedule(jobs[::-1], capacity, months, GAPS) == found
    assert sum(place.credited[CELLS["j0"]] for place in found.placed) <= GAPS[CELLS["j0"]]
