"""No hostile input ends in a server error, is refused without words, or leaves half of something behind."""

import pytest
from named_shapes import takers

pytestmark = pytest.mark.anyio

MUTATED, MISSHAPEN, NAMED = 5_000, 2_000, 700
SHARE = 0.05
"""Of all wrong shapes: what the suite asks beside those that have a name."""


async def test_no_mutated_request_does_harm(lane, minutes, capsys):
    await lane.mutations(MUTATED)
    while lane.seconds() < minutes * 60 and not lane.finds:
        await lane.mutations(MUTATED // 5)
    _tell(capsys, "byte-mutated", lane)
    assert not lane.finds, lane.said()
    assert lane.statuses.total() >= MUTATED
    await _lives(lane)


async def test_no_request_of_the_wrong_shape_does_harm(lane, specification, minutes, capsys):
    await lane.named_shapes()
    _tell(capsys, "wrong shape, by name", lane)
    named = lane.statuses.total()
    await lane.shapes(SHARE if not minutes else 1.0)
    await lane.heavy()
    _tell(capsys, "wrong shape", lane)
    assert not lane.finds, lane.said()
    unasked = {(shape, name) for shape, names in takers(specification).items() for name in names} - lane.named
    assert unasked == set(), "every operation is asked every shape that it can take"
    assert (named >= NAMED, lane.statuses.total() >= MISSHAPEN) == (True, True)
    await _lives(lane)


async def test_hostile_requests_start_from_good_ones_of_every_operation(lane, specification):
    good = lane.scene.good
    assert set(good) == set(specification.operations)
    for name in sorted(good):
        for number in range(len(good[name])):
            await _is_answered(lane, name, number)


def _tell(capsys, kind, lane):
    with capsys.disabled():
        print(f"\n{kind}: {lane.figures()}; slowest {lane.slowest[0]:.1f} s: {lane.slowest[1]}")


async def _lives(lane):
    """Nobody waits, no connection is held, and good requests are answered as before."""
    lane.scene.stage.spoil()
    for name in ("readReadiness", "readMe", "createTeam", "readForm", "readReportContent", "validateQuestionnaire"):
        await _is_answered(lane, name)


async def _is_answered(lane, name, number=0):
    sent = await lane.scene.fresh(name, number)
    got = await lane.try_(name, sent)
    assert got.status < 400, (sent, got)
    assert not lane.finds, lane.said()
