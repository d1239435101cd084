"""The embedded PostgreSQL: one owner, and nothing acknowledged is lost, however its processes die."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import structs

from assess.settings import Settings
from assess.storage import embedded, lock
from assess.storage.account import EmbeddedError
from assess.storage.embedded import Embedded
from assess.storage.lock import DataFolderInUse

SERVE = """
import sys, time
from pathlib import Path
from assess.settings import Settings
from assess.storage import embedded
embedded.start(Settings(data=Path(sys.argv[1])))
print("ready", flush=True)
time.sleep(600)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A data folder whose path has a blank and an accent, erased with its cluster."""
    settings = Settings(data=tmp_path_factory.mktemp("données de test"))
    yield settings
    embedded.erase(settings)
    assert not settings.data.exists()


@pytest.fixture
def server(folder: Settings) -> Iterator[Embedded]:
    started = embedded.start(folder)
    yield started
    started.stop()


@pytest.fixture
def other(folder: Settings) -> Iterator[subprocess.Popen[str]]:
    """Another process that serves from the folder."""
    with subprocess.Popen([sys.executable, "-c", SERVE, folder.data], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process
        process.kill()


def test_a_stopped_server_leaves_no_process_and_a_free_folder(folder: Settings, server: Embedded) -> None:
    server.stop()
    server.stop()
    assert server.cluster.pid() is None
    lock.take(folder.data, "serve", patience=0).release()


def test_a_second_server_on_a_data_folder_is_refused(folder: Settings, server: Embedded) -> None:
    with pytest.raises(
        DataFolderInUse, match=rf"is in use by another assess serve \(process {os.getpid()}\); stop that one"
    ):
        embedded.start(folder)


def test_a_command_uses_the_server_of_a_running_serve_and_leaves_it_alone(folder: Settings, server: Embedded) -> None:
    used = embedded.open_or_attach(folder)
    assert used.url() == server.url()
    used.stop()
    assert server.cluster.sql("select 'still here'") == "still here"


def test_a_command_without_serve_starts_and_stops_its_own(folder: Settings) -> None:
    used = embedded.open_or_attach(folder)
    assert used.cluster.sql("select 'here'") == "here"
    used.stop()
    assert used.cluster.pid() is None


def test_an_orphan_of_a_killed_serve_is_adopted(folder: Settings, other: subprocess.Popen[str]) -> None:
    orphan = embedded.attach(folder).cluster.pid()
    other.kill()
    other.wait()
    adopted = embedded.start(folder)
    assert adopted.cluster.pid() == orphan is not None
    adopted.stop()
    assert adopted.cluster.pid() is None


def test_rows_acknowledged_before_a_kill_are_there_after_it(folder: Settings, server: Embedded) -> None:
    server.cluster.sql("create table kept as select 1 as n")
    for number in (2, 3):
        server.cluster.sql(f"insert into kept values ({number})")
    kill(server)
    server.stop()
    again = embedded.start(folder)
    assert again.cluster.sql("select sum(n) from kept") == "6"
    again.stop()


def test_a_left_over_pid_file_that_names_a_stranger_does_not_hinder_a_start(folder: Settings) -> None:
    stopped = embedded.start(folder)
    stopped.stop()
    (stopped.cluster.data / "postmaster.pid").write_text(f"{os.getpid()}\n{stopped.cluster.data}\n")
    again = embedded.start(folder)
    assert again.cluster.pid() not in {None, os.getpid()}
    again.stop()


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("listen_addresses", ""),
        ("fsync", "on"),
        ("full_page_writes", "on"),
        ("synchronous_commit", "on"),
        ("data_checksums", "on"),
        ("server_encoding", "UTF8"),
        ("log_min_error_statement", "panic"),
        ("log_error_verbosity", "terse"),
    ],
)
def test_the_server_is_durable_discreet_and_not_on_the_network(server: Embedded, setting: str, value: str) -> None:
    assert server.cluster.sql(f"show {setting}") == value


def test_only_the_account_of_the_server_reaches_its_socket_and_data(server: Embedded) -> None:
    for place in (server.cluster.socket, server.cluster.data):
        assert place.stat().st_mode & 0o777 == 0o700


def test_the_server_is_out_of_reach_of_the_terminals_interrupt(server: Embedded) -> None:
    pid = server.cluster.pid()
    assert pid is not None
    assert os.getsid(pid) != os.getsid(0)


def test_a_new_data_folder_at_an_old_path_gets_a_new_cluster(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data")
    first = embedded.start(settings)
    first.stop()
    settings.data.rename(tmp_path / "elsewhere")
    second = embedded.start(settings)
    second.stop()
    moved = Settings(data=tmp_path / "elsewhere")
    third = embedded.start(moved)
    assert second.cluster.folder != third.cluster.folder
    third.stop()
    embedded.erase(settings)
    embedded.erase(moved)


@pytest.mark.parametrize("path", ["/a $HOME", '/a "', "/a `b`", "/a \\b"])
def test_a_path_that_a_shell_would_change_is_refused(path: str) -> None:
    with pytest.raises(EmbeddedError, match="choose another with ASSESS_DATA"):
        embedded.check_path(Path(path))


def test_a_server_that_died_is_started_again_by_its_owner_alone(folder: Settings, server: Embedded) -> None:
    stranger = embedded.attach(folder)
    assert (server.own, stranger.own) == (True, False)
    assert not server.revive()
    kill(server)
    assert not stranger.revive()
    assert server.revive()
    assert server.cluster.sql("select 'here again'") == "here again"


def test_a_start_that_fails_gives_the_folder_back(tmp_path: Path) -> None:
    (tmp_path / "postgres").write_text("in the cluster's place")
    with pytest.raises(FileExistsError):
        embedded.start(Settings(data=tmp_path))
    lock.take(tmp_path, "serve", patience=0).release()


def test_what_is_not_there_is_erased_already(tmp_path: Path) -> None:
    embedded.erase(Settings(data=tmp_path / "never"))
    assert list(tmp_path.iterdir()) == []


def test_roles_of_an_older_version_are_seen_to_and_the_database_stays(folder: Settings) -> None:
    old = embedded.start(folder)
    old.cluster.sql("create table older as select 7 as n", old.url().split("/")[3].partition("?")[0])
    old.stop()
    (old.cluster.folder / "roles").write_text("of an older version")
    new = embedded.start(folder)
    assert new.cluster.sql("select n from older", "assess") == "7"
    assert (new.cluster.folder / "roles").read_text() != "of an older version"
    new.stop()


@pytest.mark.parametrize("name", ["é", "a" * 100], ids=["strange", "long"])
def test_a_path_that_no_socket_can_have_gets_one_that_is_short_and_its_own(server: Embedded, name: str) -> None:
    paths = [structs.replace(server.cluster, folder=Path("/", each)).socket for each in (name, f"{name}-")]
    assert all(len(str(path)) < 40 and path.parent == Path("/tmp") for path in paths)
    assert len(set(paths)) == 2


@pytest.mark.parametrize("link", [True, False], ids=["a link", "a folder that is open"])
def test_a_sockets_folder_that_somebody_else_was_quicker_with_is_refused(
    server: Embedded, tmp_path: Path, link: bool
) -> None:
    strange = structs.replace(server.cluster, folder=tmp_path / "é")
    made = tmp_path / "elsewhere" if link else strange.socket
    made.mkdir()
    made.chmod(0o700 if link else 0o777)
    if link:
        strange.socket.symlink_to(made)
    with contextlib.ExitStack() as stack:
        stack.callback(strange.socket.unlink if link else strange.socket.rmdir)
        with pytest.raises(EmbeddedError, match="belongs to somebody else; remove it"):
            strange.make(connections=20)


def test_a_server_that_does_not_come_is_told_with_its_last_words() -> None:
    def fail() -> None:
        raise EmbeddedError("pg_ctl failed: no")

    with pytest.raises(EmbeddedError, match="pg_ctl failed: no"):
        embedded._patiently(fail, seconds=0.1)


def test_a_lock_that_a_short_command_holds_is_waited_for(tmp_path: Path) -> None:
    held = lock.take(tmp_path, "command")
    threading.Timer(0.2, held.release).start()
    taken = lock.take(tmp_path, "serve")
    assert lock.held_by(tmp_path).startswith("serve")
    taken.release()
    taken.release()
    lock.take(tmp_path, "serve", patience=0).release()


def kill(server: Embedded) -> None:
    """SIGKILL the postmaster, as the kernel does when memory is short; its children follow by themselves."""
    pid = server.cluster.pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    while server.cluster.pid() is not None:
        time.sleep(0.01)
