"""No hostile input ends in a server error, is refused without words, or leaves half of something behind."""

import pytest

pytestmark = pytest.mark.anyio

MUTATED, MISSHAPEN = 5_000, 2_000


async def test_no_mutated_request_does_harm(lane, capsys):
    await lane.mutations(MUTATED)
    _tell(capsys, "byte-mutated", lane)
    assert lane.statuses.total() >= MUTATED
    assert not lane.finds, lane.said()
    await _lives(lane)


async def test_no_request_of_the_wrong_shape_does_harm(lane, capsys):
    await lane.shapes(0.1)
    await lane.heavy()
    _tell(capsys, "wrong shape", lane)
    assert lane.statuses.total() >= MISSHAPEN
    assert not lane.finds, lane.said()
    await _lives(lane)


async def test_hostile_requests_start_from_good_ones_of_every_operation(lane, specification):
    good = lane.scene.good
    assert set(good) == set(specification.operations)
    for name in sorted(good):
        for number in range(len(good[name])):
            assert await _is_good(lane, name, number), (name, number, lane.said())


def _tell(capsys, kind, lane):
    with capsys.disabled():
        print(f"\n{kind}: {lane.figures()}; slowest {lane.slowest[0]:.1f} s: {lane.slowest[1]}")


async def _lives(lane):
    """Nobody waits, no connection is held, and good requests are answered as before."""
    lane.scene.forget()
    for name in ("readReadiness", "readMe", "createTeam", "readForm", "readReportContent", "validateQuestionnaire"):
        assert await _is_good(lane, name), name


async def _is_good(lane, name, number=0):
    sent = await lane.scene.fresh(name, number)
    got = await lane.try_(name, sent)
    return got.status < 300 and not lane.finds
