"""Workers: heavy thinking elsewhere, within limits, and a death there is a sentence here."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from assess.storage.workers import PATIENCE, WorkerLost, Workers, WorkTookTooLong, _let_go, _new_pool, apart

pytestmark = pytest.mark.anyio

LEFT_ALONE = """
import asyncio
from assess.storage.workers import Workers
async def main():
    workers = Workers(1)
    print(await workers.run("os:getpid"), flush=True)
    await asyncio.sleep(600)
asyncio.run(main())
"""


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    pool = Workers(2, seconds=2)
    yield pool
    pool.close()


async def test_work_is_done_in_another_process(workers: Workers) -> None:
    assert await workers.run("os:getpid") != os.getpid()


async def test_what_a_worker_raises_is_raised_here(workers: Workers) -> None:
    with pytest.raises(ValueError, match=r"math domain error|nonnegative"):
        await workers.run("math:sqrt", -1)


async def test_a_worker_that_takes_too_much_memory_fails_alone(workers: Workers) -> None:
    with pytest.raises(MemoryError):
        await workers.run("builtins:bytearray", 3 * 1024**3)


@pytest.mark.parametrize("dead", [True, False], ids=["a worker that died", "a worker that stands still"])
async def test_work_larger_than_a_pipe_keeps_nobody_from_ending(dead: bool) -> None:
    workers = Workers(1)
    worker = await workers.run("os:getpid")
    os.kill(worker, signal.SIGSTOP)
    large = bytes(1_000_000)
    work = [asyncio.create_task(workers.run("builtins:len", large)) for _ in range(3)]
    await asyncio.sleep(0.3)
    if dead:
        os.kill(worker, signal.SIGKILL)
        assert await asyncio.gather(*work) == [1_000_000] * 3
    began = time.monotonic()
    await asyncio.to_thread(workers.close)
    assert time.monotonic() - began < 10
    ends = await asyncio.gather(*work, return_exceptions=True)
    assert all(each == 1_000_000 or isinstance(each, asyncio.CancelledError) for each in ends), ends


async def test_what_nobody_reads_is_let_go() -> None:
    """Whatever the version: where a pool does not do it by itself, it is done for it, and to no pool that has ended."""
    pool, ended = _new_pool(1), _new_pool(1)
    worker = await asyncio.wrap_future(pool.submit(os.getpid))
    assert await asyncio.wrap_future(ended.submit(os.getpid)) != worker
    os.kill(worker, signal.SIGSTOP)
    waiting = [pool.submit(len, bytes(1_000_000)) for _ in range(2)]
    for each in (pool, ended):
        _let_go(each, stuck=True)
    ended.shutdown()
    await asyncio.sleep(PATIENCE + 1)
    os.kill(worker, signal.SIGKILL)
    await asyncio.to_thread(pool.shutdown)
    assert all(each.done() for each in waiting)


async def test_a_worker_that_thinks_too_long_is_given_up_and_replaced() -> None:
    workers = Workers(1, seconds=1)
    began = time.monotonic()
    with pytest.raises(WorkTookTooLong):
        await workers.run("time:sleep", 10)
    assert time.monotonic() - began < 3
    assert await workers.run("builtins:len", "again") == 5
    workers.close()
    assert time.monotonic() - began < 6


async def test_a_worker_that_dies_twice_of_the_same_work_is_told(workers: Workers) -> None:
    with pytest.raises(WorkerLost):
        await workers.run("os:_exit", 3)
    assert await workers.run("builtins:len", "again") == 5


async def test_work_beside_a_dying_worker_is_done_all_the_same(workers: Workers) -> None:
    async def die_later() -> None:
        await asyncio.sleep(0.2)
        with pytest.raises(WorkerLost):
            await workers.run("os:_exit", 3)

    await asyncio.gather(*(workers.run("time:sleep", 0.5) for _ in range(2)))  # both are there
    await asyncio.gather(workers.run("time:sleep", 0.7), die_later())


async def test_work_apart_is_done_in_a_process_that_is_gone_afterwards() -> None:
    worker = await apart("os:getpid")
    assert worker != os.getpid()
    assert not Path("/proc", str(worker)).exists()


async def test_what_goes_wrong_apart_is_told() -> None:
    with pytest.raises(ValueError, match=r"math domain error|nonnegative"):
        await apart("math:sqrt", -1)
    with pytest.raises(WorkerLost):
        await apart("os:_exit", 3)


async def test_a_worker_that_does_not_hear_its_time_limit_is_given_up_all_the_same() -> None:
    workers = Workers(1, seconds=1)
    await workers.run("signal:signal", signal.SIGALRM, signal.SIG_IGN)
    with pytest.raises(WorkTookTooLong):
        await workers.run("time:sleep", 10)
    workers.close()


async def test_no_worker_outlives_a_killed_server() -> None:
    with subprocess.Popen([sys.executable, "-c", LEFT_ALONE], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        worker = Path("/proc", server.stdout.readline().strip())
        assert worker.exists()
        server.kill()
    deadline = time.monotonic() + 5
    while worker.exists() and time.monotonic() < deadline:
        await asyncio.sleep(0.05)
    assert not worker.exists()
