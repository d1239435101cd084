"""Work in a process of its own: what it did comes back, what it loaded does not."""

import os
import sys

import pytest

from assess.storage.workers import WorkerLost, apart

pytestmark = pytest.mark.anyio


async def test_it_is_another_process_each_time() -> None:
    first, second = await apart("os:getpid"), await apart("os:getpid")
    assert len({first, second, os.getpid()}) == 3


async def test_what_it_loads_does_not_stay() -> None:
    sys.modules.pop("colorsys", None)
    assert await apart("colorsys:rgb_to_hls", 0, 0, 0) == (0, 0, 0)
    assert "colorsys" not in sys.modules


async def test_its_exceptions_pass() -> None:
    with pytest.raises(FileNotFoundError):
        await apart("os:listdir", "/nowhere")


async def test_one_that_dies_is_told() -> None:
    with pytest.raises(WorkerLost):
        await apart("os:_exit", 3)
