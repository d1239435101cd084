"""Serve: one process that owns the data folder, from the lock to the last reply."""

import asyncio
import contextlib
import gc
import logging
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from types import FrameType
from typing import Any

import uvicorn
import uvloop

from assess import shipped
from assess.app import Application, Resources, create_app
from assess.installation import Installation, NotReadyError, installation_of, published
from assess.maturity.kpis.library import load_kpis
from assess.questionnaire.catalogue import Catalogue
from assess.roadmap.library import load_library
from assess.settings import Settings
from assess.storage.embedded import Embedded
from assess.storage.secrets import Secrets
from assess.storage.workers import Workers
from assess.web.logs import start_logging
from assess.web.wire import Wire


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


class _Joining:
    """A transport that writes once what was written in one go: uvicorn sends the head of a reply and its body apart, and each
    costs a system call and wakes the client."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._soon = loop.call_soon
        self._waiting: list[bytes] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Write before the loop turns again."""
        if not self._waiting:
            self._soon(self._flush)
        self._waiting.append(data)

    def close(self) -> None:
        """Close after what was written."""
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        if self._waiting:
            data = b"".join(self._waiting)
            self._waiting.clear()
            self._transport.write(data)


class _Protocol(Wire):
    """HTTP on a transport that joins."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(_Joining(transport, self.loop))


def serve(settings: Settings, server: Callable[[], Embedded | None], ready: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT, then let the running requests end; ``ready`` is called with the address.

    ``server``: waits for the embedded database, or gives none when the settings name another. Raises DataFolderInUse,
    EmbeddedError, MigrationError, FileRefused, NotReadyError, SettingsError or AddressError.
    """
    installation = installation_of(settings, server())
    with _listening(settings) as listener:
        start_logging()
        logging.getLogger("uvicorn").setLevel(logging.WARNING)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_serve(installation, listener, ready))


async def _serve(installation: Installation, listener: socket.socket, ready: Callable[[str], None]) -> None:
    settings = installation.settings
    questionnaires = published()
    workers = Workers(settings.workers)
    try:
        async with installation.database() as database:
            await installation.make_ready_on(database, questionnaires)
            resources = Resources(
                settings=settings,
                database=database,
                secrets=Secrets(settings.secrets, settings.pepper),
                workers=workers,
                catalogue=Catalogue(questionnaires),
                library=load_library(shipped.folder("questionnaires"), [found for found, _ in questionnaires]),
                kpis=load_kpis(shipped.folder("questionnaires"), [found for found, _ in questionnaires]),
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


def configured(app: Application, drain: int) -> uvicorn.Config:
    """How the application is served; requests that run at the end have ``drain`` seconds."""
    return uvicorn.Config(
        app,
        access_log=False,
        log_config=None,
        lifespan="on",
        ws="none",
        http=_Protocol,
        server_header=False,
        proxy_headers=False,  # anybody can say where a request comes from; a proxy counts as one address (web.limits)
        timeout_graceful_shutdown=drain,
    )


async def _answer(app: Application, drain: int, listener: socket.socket, ready: Callable[[str], None]) -> None:
    """Answer until a signal; uvicorn raises it again when all is drained, and by then it must not cut what follows."""
    config = configured(app, drain)
    gc.freeze()  # what is here now stays to the end (but for some 300 kB): the collector need not look at it, not even once
    gc.enable()
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
