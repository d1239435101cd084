"""An embedded server that starts while its owner does something else: it is there when it is asked for, and never left behind."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assess.settings import Settings
from assess.storage import embedded, lock
from assess.storage.lock import DataFolderInUse


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    settings = Settings(data=tmp_path_factory.mktemp("beginning") / "data")
    yield settings
    embedded.erase(settings)


def test_it_answers_when_it_is_asked_for_and_stops_at_the_end(folder: Settings) -> None:
    with embedded.beginning(folder) as server:
        assert server().cluster.sql("select 'here'") == "here"
        assert server() is server()
        assert lock.is_served(folder.data)
    assert embedded.attach(folder).cluster.pid() is None
    assert not lock.is_served(folder.data)


def test_it_stops_also_when_its_owner_fails_before_asking_for_it(folder: Settings) -> None:
    with pytest.raises(KeyboardInterrupt), embedded.beginning(folder):
        raise KeyboardInterrupt
    assert embedded.attach(folder).cluster.pid() is None
    assert not lock.is_served(folder.data)


def test_whoever_asks_for_a_server_that_cannot_start_is_told_why(tmp_path: Path) -> None:
    held = lock.take(tmp_path, "serve")
    with embedded.beginning(Settings(data=tmp_path)) as server, pytest.raises(DataFolderInUse):
        server()
    held.release()
