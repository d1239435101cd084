"""One installation put together: its database, embedded or external, and what the application needs to run on it."""

import contextlib
from collections.abc import AsyncIterator, Iterator, Sequence

import msgspec
from msgspec import Struct

from assess import shipped
from assess.questionnaire.files import load_published
from assess.questionnaire.model import Questionnaire
from assess.settings import Settings
from assess.storage import embedded, roles
from assess.storage.checks import Check, checks
from assess.storage.database import Database, connect
from assess.storage.embedded import Embedded
from assess.storage.lock import Holder
from assess.storage.migrate import Version, migrate
from assess.words import Digest

Published = Sequence[tuple[Questionnaire, Digest]]


class NotReadyError(Exception):
    """The installation fails a check; the message says which, and what to do."""


class Installation(Struct, frozen=True, kw_only=True):
    """Where the database is, for the application and for the migrator; ``own``: it is an embedded one that
    runs for us alone, so that migrating it disturbs nobody."""

    settings: Settings
    application: str
    migrator: str
    own: bool

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
        if self.own:
            await self.migrate(published)
        faults = [f"{check.name}: {check.said}" for check in await self.checks() if not check.good]
        if faults:
            raise NotReadyError("; ".join(faults))


@contextlib.contextmanager
def installed(settings: Settings, holder: Holder) -> Iterator[Installation]:
    """The installation of these settings; an embedded database runs as long as this, or longer when a ``serve`` runs it."""
    if settings.database_url is not None:
        migrator = settings.migration_url or settings.database_url
        yield Installation(settings=settings, application=settings.database_url, migrator=migrator, own=False)
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
        settings=settings, application=server.url(roles.APP), migrator=server.url(roles.MIGRATOR), own=True
    )
