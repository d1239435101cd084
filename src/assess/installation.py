"""One installation put together: its database, embedded or external, and what the application needs to run on it."""

import asyncio
import contextlib
import logging
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
from assess.storage.migrate import Version, migrate
from assess.words import Digest

Published = Sequence[tuple[Questionnaire, Digest]]
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
        return await migrate(self.migrator, versions_of(published))

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
            return await checks(opened, self.application)

    async def make_ready(self, published: Published) -> None:
        """Migrate what is ours to migrate, then refuse (NotReadyError) what fails a check."""
        if self.embedded is not None:
            await self.migrate(published)
        faults = [f"{check.name}: {check.said}" for check in await self.checks() if not check.good]
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
        migrator = settings.migration_url or settings.database_url
        yield Installation(settings=settings, application=settings.database_url, migrator=migrator, embedded=None)
        return
    server = embedded.start(settings) if holder == "serve" else embedded.open_or_attach(settings)
    try:
        yield _embedded(settings, server)
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


def _embedded(settings: Settings, server: Embedded) -> Installation:
    return Installation(
        settings=settings, application=server.url(roles.APP), migrator=server.url(roles.MIGRATOR), embedded=server
    )
