"""A server of its own that tests may hurt."""

from collections.abc import AsyncIterator

import pytest

from faults.chaos import Play, play_on
from faults.served import Server

DRAIN = 3
"""Seconds that its requests get after SIGTERM."""


@pytest.fixture(scope="session")
async def company(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Play]:
    """A server with an embedded PostgreSQL of its own, and people at work on it; whatever is left is erased."""
    server = Server(tmp_path_factory.mktemp("chaos") / "data", {"ASSESS_DRAIN": str(DRAIN)})
    try:
        await server.start()
        yield await play_on(server)
    finally:
        server.erase()


@pytest.fixture
async def play(company: Play) -> Play:
    """The same, running, whatever the test before did to it."""
    if company.server.process.poll() is not None:
        await company.server.start()
    return company
