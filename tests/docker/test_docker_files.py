"""What the Dockerfile and the compose file promise: no root, nothing to write to, nothing open that need not be."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from dockerfile import ROOT, read

HERE = ROOT / "examples" / "docker"
BUILD, DATABASE, FINAL = read((ROOT / "Dockerfile").read_text("utf-8"))
TEXT = (HERE / "compose.yaml").read_text("utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = ("migrate", "backup", "assess")
README = (HERE / "README.md").read_text("utf-8")


def test_the_image_runs_as_a_user_with_a_number_who_is_not_root() -> None:
    (user,) = FINAL.said("USER")
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", user)
    assert f"--from=build --chown={user} /data/ /data/" in FINAL.said("COPY")
    assert FINAL.said("VOLUME") == ["/data"]


def test_the_last_stage_adds_the_environment_and_runs_nothing() -> None:
    assert FINAL.said("RUN") == []
    assert [copied.split()[-1] for copied in FINAL.said("COPY")] == ["/opt/assess/", "/data/"]


def test_both_stages_have_the_oldest_python_that_we_promise_and_every_base_says_its_version() -> None:
    (oldest,) = re.findall(r'^requires-python = ">=(.+)"$', (ROOT / "pyproject.toml").read_text(), re.M)
    assert BUILD.base == FINAL.base == f"python:{oldest}-slim-bookworm"
    assert all(re.fullmatch(r"[a-z]+:\d+(\.\d+)?-[a-z-]+", stage.base) for stage in (BUILD, DATABASE, FINAL))


def test_whatever_is_downloaded_is_in_the_lock() -> None:
    (download,) = [command for command in BUILD.said("RUN") if "pip download" in command]
    assert {"--require-hashes", "--no-deps", "--requirement", "requirements.lock"} <= set(download.split())
    others = [
        part for command in BUILD.said("RUN") for part in command.split(" && ") if "-m pip" in part and part != download
    ]
    assert len(others) == 2
    assert all("--no-index" in part for part in others)


def test_what_is_copied_into_the_build_may_come_into_it() -> None:
    ignored = (ROOT / ".dockerignore").read_text().split()
    allowed = {line[1:] for line in ignored if line.startswith("!")}
    sources = {source for stage in (BUILD, DATABASE) for said in stage.said("COPY") for source in _sources(said)}
    assert "*" in ignored
    assert {Path(source).parts[0] for source in sources} == allowed
    assert all((ROOT / source).exists() for source in sources)


def _sources(copy: str) -> list[str]:
    words = copy.split()
    return [] if "--from=build" in words else [word for word in words[:-1] if not word.startswith("--")]


@pytest.mark.parametrize("name", OURS)
def test_our_services_can_write_nowhere_else_and_gain_nothing(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["volumes"] == ["secrets:/data"]
    assert "user" not in service
    assert "privileged" not in service


def test_only_the_server_is_open_and_to_this_machine_alone() -> None:
    assert {name: service["ports"] for name, service in SERVICES.items() if "ports" in service} == {
        "assess": [f"127.0.0.1:8321:{FINAL.said('EXPOSE')[0]}"]
    }
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert SERVICES["database"]["networks"] == SERVICES["migrate"]["networks"] == ["inside"]


def test_the_server_may_neither_migrate_nor_read_everything() -> None:
    assert "ASSESS_MIGRATION_URL" in SERVICES["migrate"]["environment"]
    assert "ASSESS_BACKUP_URL" in SERVICES["backup"]["environment"]
    roles = re.findall(r"//(\w+):", " ".join(SERVICES["assess"]["environment"].values()))
    assert roles == ["assess_app"]


def test_everything_that_a_service_names_is_there() -> None:
    for service in SERVICES.values():
        assert {place.partition(":")[0] for place in service["volumes"]} <= COMPOSE["volumes"].keys()
        assert set(service["networks"]) <= COMPOSE["networks"].keys()
        assert service.get("depends_on", {}).keys() <= SERVICES.keys()
        build = service.get("build", {})
        assert (HERE / build.get("context", "../..")).resolve() == ROOT
        assert build.get("target", "database") == DATABASE.name
    assert {service["image"] for service in SERVICES.values() if "build" in service} == {
        service["image"] for service in SERVICES.values()
    }


def test_every_setting_is_one_that_assess_reads() -> None:
    known = set(re.findall(r"ASSESS_[A-Z_]+", (ROOT / "src" / "assess" / "settings.py").read_text()))
    named = {name for service in OURS for name in SERVICES[service]["environment"]} | FINAL.environment().keys()
    assert {name for name in named if name.startswith("ASSESS_")} <= known


def test_every_variable_that_must_be_given_is_made_by_the_readme() -> None:
    (made,) = re.findall(r"^for name in (.*); do$", README, re.M)
    assert set(made.split()) == set(re.findall(r"\$\{(\w+):\?\}", TEXT))
    asked = (HERE / "passwords.sh").read_text()
    assert set(re.findall(r"getenv \w+ (\w+)", asked)) <= SERVICES["database"]["environment"].keys()


def test_the_readmes_commands_name_services_and_files_that_are_there() -> None:
    commands = re.findall(r"docker compose (.*)", README)
    assert all("--env-file build/compose.env -f examples/docker/compose.yaml " in command for command in commands)
    named = [found for command in commands for found in re.findall(r" (?:--wait|exec|-T|cp) (\w+)", command)]
    assert set(named) == SERVICES.keys()
