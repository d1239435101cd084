"""A demonstration has a site of its own, and disturbs nothing."""

import os
import socket
from pathlib import Path

import pytest

from assess.demo.server import DemoError, Site, empty_site
from assess.settings import Settings
from assess.storage import lock


@pytest.fixture
def build(tmp_path: Path) -> Path:
    return tmp_path / "build"


def test_a_site_starts_empty(build):
    (build / "demo").mkdir(parents=True)
    (build / "demo" / "left-over").touch()
    site = empty_site(build)
    assert (site.data, site.other) == (build / "demo", "")
    assert not site.data.exists()


def test_a_living_demonstration_is_left_alone(build):
    (build / "demo").mkdir(parents=True)
    held = lock.take(build / "demo", "serve")
    site = empty_site(build)
    assert site.data == build / "demo-2"
    assert site.other == f"serve (process {os.getpid()})"
    assert (build / "demo").exists()
    held.release()


def test_a_folder_that_cannot_be_used_is_told_in_one_line(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(DemoError, match=r"cannot be used: .*; choose another folder with --build$"):
        empty_site(tmp_path / "file")


def test_the_port_is_free_and_not_the_one_of_a_real_server(build):
    site = empty_site(build)
    assert site.port != Settings(data=build).port
    with socket.socket() as server:
        server.bind(("127.0.0.1", site.port))


def test_no_real_database_is_ever_played_with(build):
    site = Site(data=build / "demo", log=build / "demo.log", port=1, other="")
    environment = site.environment({"ASSESS_DATABASE_URL": "postgresql://real/one", "PATH": "/bin"})
    assert environment == {"PATH": "/bin", **site.variables}
    assert (site.settings.database_url, site.settings.data) == (None, build / "demo")
