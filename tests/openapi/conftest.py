"""A server as integrators meet it, and a company that a generated client has played on it."""

import fcntl
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from integrators import BUILD, COMMITTED, EXAMPLES, HERE, INTEGRATIONS, Generated, Played, Served, ran, run

from assess.demo.server import Site, empty_site, serving
from assess.storage import embedded


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    site = empty_site(tmp_path_factory.mktemp("integrations"))
    with serving(site, os.environ):
        _assess(site, "organisation", "add", "maison-fictive", "Maison Fictive")
        key = _assess(site, "key", "add", "--organisation", "maison-fictive", "--role", "admin", "--name", "Ana")
        yield Served(site.address, key.strip())
    embedded.erase(site.settings)


def _assess(site: Site, *arguments: str) -> str:
    return run(sys.executable, "-m", "assess", *arguments, **site.variables)


@pytest.fixture(scope="session")
def generator() -> Path:
    """A Python with the generator and what its clients need; made once for each lock file, by one process of the run."""
    lock, folder = HERE / "generator.lock", BUILD / "generator"
    python, mark = folder / "bin" / "python", folder / "made-from"
    BUILD.mkdir(exist_ok=True)
    with (BUILD / "generator.making").open("w") as making:
        fcntl.flock(making, fcntl.LOCK_EX)
        if not mark.is_file() or mark.read_text() != lock.read_text():
            run(sys.executable, "-m", "venv", "--clear", "--without-pip", folder)
            pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", python, "install", "--quiet")
            run(*pip, "--no-compile", "--require-hashes", "--only-binary", ":all:", "-r", lock)
            mark.write_text(lock.read_text())
    return python


@pytest.fixture(scope="session")
def generated(generator: Path, tmp_path_factory: pytest.TempPathFactory) -> Generated:
    """The client that anybody generates from the committed document."""
    folder = tmp_path_factory.mktemp("generated") / "client"
    config = INTEGRATIONS / "openapi-python-client.yaml"
    program = generator.with_name("openapi-python-client")
    done = ran(program, "generate", "--path", COMMITTED, "--config", config, "--output-path", folder)
    return Generated(folder, done.stderr, generator)


@pytest.fixture(scope="session")
def played(served: Served, generated: Generated, tmp_path_factory: pytest.TempPathFactory) -> Played:
    """The company's flow, from its teams to its reports, by the generated client."""
    reports = tmp_path_factory.mktemp("reports")
    command = (generated.python, HERE / "generated_flow.py", served.address, served.key)
    said = run(*command, EXAMPLES / "pilote", reports, PYTHONPATH=str(generated.folder))
    return Played(json.loads(said), reports)
