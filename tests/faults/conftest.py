"""A server of its own that tests may kill, and one behind two proxies."""

from collections.abc import AsyncIterator

import pytest

from faults.chaos import Play, play_on
from faults.served import Server


@pytest.fixture(scope="module")
async def play(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Play]:
    """A server with an embedded PostgreSQL of its own, and people at work on it; whatever is left is erased."""
    server = Server(tmp_path_factory.mktemp("chaos") / "data")
    try:
        await server.start()
        yield await play_on(server)
    finally:
        server.erase()
