"""Serve: one process that owns the data folder, from the lock to the last reply."""

import asyncio
import contextlib
import logging
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from types import FrameType

import uvicorn
import uvloop

from assess import shipped
from assess.app import Application, Resources, create_app
from assess.installation import Installation, NotReadyError, installed, published
from assess.questionnaire.catalogue import Catalogue
from assess.roadmap.library import load_library
from assess.settings import Settings
from assess.storage.secrets import Secrets
from assess.storage.workers import Workers
from assess.web.logs import start_logging


class AddressError(Exception):
    """The server cannot listen; the message says where and why."""


class _Server(uvicorn.Server):
    """Tells when it answers."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]):
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()


def serve(settings: Settings, ready: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT, then let the running requests end; ``ready`` is called with the address.

    Raises DataFolderInUse, EmbeddedError, MigrationError, FileRefused, NotReadyError, SettingsError or AddressError.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with installed(settings, "serve") as installation, _listening(settings) as listener:
        start_logging()
        for chatty in ("alembic", "uvicorn"):
            logging.getLogger(chatty).setLevel(logging.WARNING)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_serve(installation, listener, ready))


async def _serve(installation: Installation, listener: socket.socket, ready: Callable[[str], None]) -> None:
    settings = installation.settings
    questionnaires = published()
    await installation.make_ready(questionnaires)
    workers = Workers(settings.workers)
    try:
        async with installation.database() as database:
            resources = Resources(
                settings=settings,
                database=database,
                secrets=Secrets(settings.secrets, settings.pepper),
                workers=workers,
                catalogue=Catalogue(questionnaires),
                library=load_library(shipped.folder("questionnaires"), [found for found, _ in questionnaires]),
            )
            async with _beside(installation.watch()):
                await _answer(create_app(resources), settings.drain, listener, ready)
    finally:
        workers.close()


@contextlib.asynccontextmanager
async def _beside(work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Let ``work`` run until the block ends."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _answer(app: Application, drain: int, listener: socket.socket, ready: Callable[[str], None]) -> None:
    """Answer until a signal; uvicorn raises it again when all is drained, and by then it must not cut what follows."""
    config = uvicorn.Config(
        app,
        access_log=False,
        log_config=None,
        lifespan="on",
        ws="none",
        http="httptools",
        server_header=False,
        timeout_graceful_shutdown=drain,
    )
    server = _Server(config, lambda: ready(_address(listener)))
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _heard)
    await server.serve([listener])
    if not server.started:
        raise NotReadyError("the application did not start; the lines above say why")


def _heard(_number: int, _frame: FrameType | None) -> None:
    """A handler and not SIG_IGN: the worker processes would inherit that."""


@contextlib.contextmanager
def _listening(settings: Settings) -> Iterator[socket.socket]:
    """The socket to answer on, bound before the application is made: a taken port is told in one line."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        listener = socket.create_server((settings.host, settings.port), family=family, backlog=2048)
    except OSError as error:
        place = f"{settings.host} port {settings.port}"
        raise AddressError(
            f"cannot listen on {place} ({os.strerror(error.errno or 0)}); choose another with ASSESS_PORT"
        ) from error
    with listener:
        yield listener


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
