"""One installation put together: its database, embedded or external, and what the application needs to run on it."""

import asyncio
import contextlib
import logging
import pkgutil
from collections.abc import AsyncIterator, Iterator, Sequence

import msgspec
from msgspec import Struct

from assess import shipped
from assess.questionnaire.files import load_published
from assess.questionnaire.model import Questionnaire
from assess.settings import Settings
from assess.storage import embedded, roles
from assess.storage.account import EmbeddedError
from assess.storage.checks import Check, checks
from assess.storage.database import Database, connect
from assess.storage.embedded import Embedded
from assess.storage.lock import Holder
from assess.storage.revisions import Version, is_current
from assess.storage.workers import apart
from assess.words import Digest

Published = Sequence[tuple[Questionnaire, Digest]]
_MIGRATE = "assess.storage.migrate:migrate"
"""Found by its name where it is needed: nobody else shall carry what it imports."""
_ROUND = 0.5
"""Seconds between two looks at the embedded database."""
_log = logging.getLogger("assess.installation")


class NotReadyError(Exception):
    """The installation fails a check; the message says which, and what to do."""


class Installation(Struct, frozen=True, kw_only=True):
    """Where the database is, for the application and for the migrator; ``embedded``: one of our own, which we may migrate
    without disturbing anybody and must keep running, or none."""

    settings: Settings
    application: str
    migrator: str
    embedded: Embedded | None

    @property
    def backup(self) -> str | None:
        """The database for the role that copies everything; none when no setting names it."""
        return self.embedded.url(roles.BACKUP) if self.embedded else self.settings.backup_url

    @property
    def superuser(self) -> str | None:
        """The database for a superuser; none when no setting names one."""
        return self.embedded.url(roles.SUPERUSER) if self.embedded else self.settings.restore_url

    async def migrate(self, published: Published) -> list[str]:
        """Run the pending revisions and keep the published questionnaires; returns the revisions."""
        done: list[str] = await pkgutil.resolve_name(_MIGRATE)(self.migrator, versions_of(published))
        return done

    @contextlib.asynccontextmanager
    async def database(self) -> AsyncIterator[Database]:
        """The database as the application sees it."""
        opened = connect(self.application, pool=self.settings.pool)
        try:
            yield opened
        finally:
            await opened.close()

    async def checks(self) -> list[Check]:
        """Everything that a start depends on."""
        async with self.database() as opened:
            return await checks(opened)

    async def make_ready(self, published: Published) -> None:
        """Migrate what is ours to migrate, then refuse (NotReadyError) what fails a check."""
        async with self.database() as opened:
            await self.make_ready_on(opened, published)

    async def make_ready_on(self, opened: Database, published: Published) -> None:
        """As ``make_ready``, on a database that goes on being used; a migration runs apart, and leaves nothing behind."""
        kept = [(found.key, found.version, digest) for found, digest in published]
        if self.embedded is not None and not await is_current(opened, kept):
            await apart(f"{_MIGRATE}_now", self.migrator, versions_of(published))
        faults = [f"{check.name}: {check.said}" for check in await checks(opened) if not check.good]
        if faults:
            raise NotReadyError("; ".join(faults))

    async def watch(self) -> None:
        """For ever: an embedded database that dies is started again, as soon as it can be."""
        while self.embedded is not None:
            await asyncio.sleep(_ROUND)
            try:
                if await asyncio.to_thread(self.embedded.revive):
                    _log.warning("the database server had died and was started again")
            except (EmbeddedError, OSError) as error:
                _log.error("the database server has died and does not start: %s", error)


@contextlib.contextmanager
def installed(settings: Settings, holder: Holder) -> Iterator[Installation]:
    """The installation of these settings; an embedded database runs as long as this, or longer when a ``serve`` runs it."""
    if settings.database_url is not None:
        yield installation_of(settings, None)
        return
    server = embedded.start(settings) if holder == "serve" else embedded.open_or_attach(settings)
    try:
        yield installation_of(settings, server)
    finally:
        server.stop()


def published() -> Published:
    """The questionnaires that came with this code; raises FileRefused, and then nothing may start."""
    return load_published(shipped.folder("questionnaires"))


def versions_of(published: Published) -> list[Version]:
    """Published questionnaires as they are kept."""
    return [
        Version(digest=digest, key=found.key, version=found.version, body=msgspec.to_builtins(found))
        for found, digest in published
    ]


def installation_of(settings: Settings, server: Embedded | None) -> Installation:
    """The installation on a running embedded database, or on the external one that the settings name."""
    if server is None:
        named = settings.database_url or ""
        return Installation(
            settings=settings, application=named, migrator=settings.migration_url or named, embedded=None
        )
    return Installation(
        settings=settings, application=server.url(roles.APP), migrator=server.url(roles.MIGRATOR), embedded=server
    )
