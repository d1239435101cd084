"""Workers: processes of their own for heavy thinking (scoring, planning, drawing), with limits.

What a worker imports stays out of the server. A worker dies by itself when it thinks for too long, takes too much memory, or
when the server is gone.
"""

import asyncio
import contextlib
import importlib
import multiprocessing
import os
import resource
import signal
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from assess.errors import Unavailable

MEMORY = 2 * 1024**3
"""Bytes of address space."""
PATIENCE = 2.0
"""Seconds in which a pool without workers comes to its end."""
_STUCK = sys.version_info < (3, 11, 5)
"""Before, a pool without workers waits for ever to hand on work that is larger than a pipe (python/cpython issue 94777)."""


class WorkTookTooLong(Unavailable):
    """This took too long and was given up."""

    title_fr = "Ce calcul a pris trop de temps et a été abandonné."


class WorkerLost(Unavailable):
    """The process that did this work has died."""

    title_fr = "Le processus qui faisait ce travail s’est arrêté."


class Workers:
    """A pool of worker processes; a broken one is replaced."""

    def __init__(self, processes: int, *, seconds: int = 60):
        self._processes = processes
        self._seconds = seconds
        self._pool = _new_pool(processes)

    async def run(self, target: str, *arguments: Any) -> Any:
        """``target`` = ``"module:function"``, called in a worker with picklable arguments; its exceptions pass.

        All who share a pool lose their work when one worker dies, so each does it again in a pool of its own, once: then
        WorkerLost. Raises WorkTookTooLong after ``seconds``, waiting for a free worker included.
        """
        began = time.monotonic()
        pool = self._pool
        with contextlib.suppress(BrokenProcessPool):
            return await self._attempt(pool, target, arguments)
        self._replace(pool)
        self._refuse_late(began)
        return await self._alone(target, arguments)

    def close(self) -> None:
        """End the workers, whatever they do: nobody waits for it any more."""
        _end(self._pool, wait=True)

    async def _attempt(self, pool: ProcessPoolExecutor, target: str, arguments: tuple[Any, ...]) -> Any:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._seconds + 1):
                return await loop.run_in_executor(pool, _call, target, arguments, self._seconds)
        except TimeoutError as error:
            raise WorkTookTooLong(headers={"Retry-After": "30"}) from error

    async def _alone(self, target: str, arguments: tuple[Any, ...]) -> Any:
        began = time.monotonic()
        pool = _new_pool(1)
        try:
            return await self._attempt(pool, target, arguments)
        except BrokenProcessPool as error:
            self._refuse_late(began)
            raise WorkerLost(headers={"Retry-After": "5"}) from error
        finally:
            _end(pool, wait=False)

    def _replace(self, broken: ProcessPoolExecutor) -> None:
        """A new pool, once for all who shared the broken one."""
        if self._pool is broken:
            self._pool = _new_pool(self._processes)
            _let_go(broken)
            broken.shutdown(wait=False)

    def _refuse_late(self, began: float) -> None:
        if time.monotonic() - began >= self._seconds:
            raise WorkTookTooLong(headers={"Retry-After": "30"})


async def apart(target: str, *arguments: Any) -> Any:
    """``target`` called in a process of its own, however long it takes: what it imports does not stay here.

    Its exceptions pass; raises WorkerLost when it dies.
    """
    pool = _new_pool(1)
    try:
        return await asyncio.get_running_loop().run_in_executor(pool, _call, target, arguments, 0)
    except BrokenProcessPool as error:
        raise WorkerLost from error
    finally:
        _end(pool, wait=True)


def _new_pool(processes: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn"), initializer=_prepare)


def _end(pool: ProcessPoolExecutor, *, wait: bool) -> None:
    """Kill what still thinks: a process at its end would wait for it."""
    for process in list((pool._processes or {}).values()):  # it has no public name before Python 3.14
        process.kill()
    _let_go(pool)
    pool.shutdown(wait=wait, cancel_futures=True)


def _let_go(pool: ProcessPoolExecutor, *, stuck: bool = _STUCK) -> None:
    """See to it that a pool that is to end ends, although nobody reads any more what it hands on."""
    inside: Any = pool  # these have no public names
    if stuck and inside._executor_manager_thread is not None:
        both = (inside._executor_manager_thread, inside._call_queue)
        threading.Thread(target=_cut, args=both, daemon=True).start()


def _cut(manager: threading.Thread, queue: Any) -> None:
    """Close the pipe of a pool that has not come to its end by itself: then it is stuck, and nobody else closes it."""
    manager.join(PATIENCE)
    if manager.is_alive():
        queue._reader.close()


def _prepare() -> None:
    """The first thing in a new worker: Ctrl-C is the server's business, memory is bounded, no worker outlives its server."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(19)  # whoever waits for a page comes before whoever waits for a PDF
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # each of its threads would reserve memory
    threading.Thread(target=_die_with_parent, daemon=True).start()


def _die_with_parent() -> None:
    parent: Any = multiprocessing.parent_process()  # None in a server, and this runs in its workers
    parent.join()
    os._exit(1)


def _call(target: str, arguments: tuple[Any, ...], seconds: int) -> Any:
    """In the worker."""
    module, _, function = target.partition(":")
    with _time_limit(seconds):
        return getattr(importlib.import_module(module), function)(*arguments)


@contextlib.contextmanager
def _time_limit(seconds: int) -> Iterator[None]:
    """After ``seconds`` (0: never) the kernel ends this process, whatever library it is lost in."""
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
