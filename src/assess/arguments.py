"""What the commands share: arguments that fit our words, the settings, and how work is run. It alone reads the environment."""

import asyncio
import os
from collections.abc import Coroutine
from typing import Any, TypeVar
from uuid import UUID

import click
import msgspec

from assess.settings import Settings, settings_from
from assess.storage.database import Database
from assess.web.problems import misplaced

T = TypeVar("T")


class Typed(click.ParamType[Any]):
    """An argument that must fit one of our words."""

    def __init__(self, name: str, kind: Any):
        self.name = name
        self._kind = kind

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The value, or click's own sentence."""
        try:
            return msgspec.convert(value, self._kind)
        except msgspec.ValidationError as error:
            return self.fail(f"{value!r}: {misplaced(error).detail}", param, ctx)


def settings() -> Settings:
    """The settings; raises SettingsError."""
    return settings_from(os.environ)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Do it, in an event loop of its own."""
    return asyncio.run(work)


async def organisation_id_of(database: Database, key: str) -> UUID:
    """The id of an organisation; raises ClickException when there is none with that key."""
    found = await database.call("select assess.organisation_by_key($1) as id", key)
    if found is None or found["id"] is None:
        raise click.ClickException(f"there is no organisation {key!r}; add it with assess organisation add")
    identifier: UUID = found["id"]
    return identifier
