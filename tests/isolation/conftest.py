"""A database of its own for those who try what another organisation could do."""

from collections.abc import AsyncIterator

import pytest

from assess.storage.embedded import Embedded
from isolation.look import Look, furnished


@pytest.fixture(scope="session")
async def look(postgres: Embedded) -> AsyncIterator[Look]:
    """Eyes on it."""
    async with furnished(postgres) as made:
        yield made
