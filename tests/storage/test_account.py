"""Whose processes and files the embedded PostgreSQL are, for an ordinary user and for root, whoever runs these tests."""

import os
import pwd
from pathlib import Path

import pytest

from assess.storage.account import (
    Account,
    EmbeddedError,
    account_of,
    add_system_user,
    cluster_folder,
    installed_folder,
    publish,
)

ME = pwd.getpwuid(os.geteuid()).pw_name
GIVEN = "daemon" if os.geteuid() == 0 else ME
"""To whom we may give a folder."""
NOBODYS = 2**31 - 7
"""A user id without a name."""


def of(name: str = ME, *, switch: bool) -> Account:
    return Account(name=name, clients=(name,), switch=switch, binaries=Path("/nowhere"))


def test_an_ordinary_user_runs_the_installed_binaries_as_itself() -> None:
    user = pwd.getpwnam("nobody")
    found = account_of(user.pw_uid)
    assert (found.name, found.clients, found.switch) == ("nobody", ("nobody",), False)
    assert found.binaries.is_relative_to(installed_folder())


def test_a_user_without_a_name_is_told_that_it_needs_one() -> None:
    with pytest.raises(EmbeddedError, match=f"an account with a name; user id {NOBODYS} has none"):
        account_of(NOBODYS)


def test_root_runs_a_copy_that_everybody_can_read_and_its_owner_alone_can_write(tmp_path: Path) -> None:
    found = account_of(0, system_user=ME, shelter=tmp_path / "shelter")
    assert (found.name, found.clients, found.switch) == (ME, (ME, "root"), True)
    assert found.binaries.is_relative_to(tmp_path)
    ordinary = Account(name=ME, clients=(ME,), switch=False, binaries=found.binaries)
    assert ordinary.run("postgres", "--version", cwd=tmp_path).startswith("postgres (PostgreSQL) 18")
    assert {path.lstat().st_mode & 0o777 for path in (tmp_path / "shelter").rglob("*")} == {0o755, 0o644}


def test_a_copy_is_made_once(tmp_path: Path) -> None:
    first = account_of(0, system_user=ME, shelter=tmp_path / "shelter")
    (first.binaries / "mark").touch()
    again = account_of(0, system_user=ME, shelter=tmp_path / "shelter")
    assert (again.binaries / "mark").exists()
    assert [path.name for path in (tmp_path / "shelter").iterdir() if path.name.startswith(".")] == []


def test_whoever_copies_at_the_same_time_uses_the_copy_that_was_ready_first(tmp_path: Path) -> None:
    ready, late = tmp_path / "ready", tmp_path / "late"
    for folder in (ready, late):
        folder.mkdir()
        (folder / "of").write_text(folder.name)
    publish(late, ready)
    assert (ready / "of").read_text() == "ready"
    assert not late.exists()


def test_a_copy_that_cannot_get_its_name_is_not_taken_for_one(tmp_path: Path) -> None:
    making, name = tmp_path / "making", tmp_path / "name"
    making.mkdir()
    name.write_text("no folder")
    with pytest.raises(NotADirectoryError):
        publish(making, name)
    assert not making.exists()


def test_a_system_user_that_cannot_be_made_is_told_with_the_last_words_of_useradd(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedError, match=r"the system user 'no such name!' cannot be created: .*useradd"):
        account_of(0, system_user="no such name!", shelter=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_system_user_that_somebody_else_has_just_added_is_as_good() -> None:
    add_system_user(ME)


def test_a_system_without_useradd_is_told_which_user_to_make(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedError, match="there is no useradd; create a system user 'assess'"):
        add_system_user("assess", search=str(tmp_path))


def test_a_package_that_is_not_installed_is_named_with_the_way_around_it() -> None:
    with pytest.raises(EmbeddedError, match="is not installed; install it, or set ASSESS_DATABASE_URL"):
        installed_folder("embedded_nothing")


@pytest.mark.parametrize(("switch", "owner"), [(False, ME), (True, GIVEN)], ids=["an ordinary user", "root"])
def test_a_folder_is_for_its_account_alone_for(switch: bool, owner: str, tmp_path: Path) -> None:
    made = of(GIVEN, switch=switch).own(tmp_path / "own")
    assert made.stat().st_mode & 0o777 == 0o700
    assert made.owner() == owner


def test_an_ordinary_user_keeps_its_cluster_in_its_data_folder(tmp_path: Path) -> None:
    assert cluster_folder(tmp_path, of(switch=False)) == tmp_path / "postgres"


def test_root_keeps_a_cluster_in_the_shelter_and_never_gives_its_place_to_another(tmp_path: Path) -> None:
    shelter, data = tmp_path / "shelter", tmp_path / "data"
    shelter.mkdir()
    places = []
    for _ in range(3):
        data.mkdir()
        places.append(cluster_folder(data, of(switch=True), shelter=shelter))
        assert cluster_folder(data, of(switch=True), shelter=shelter) == places[-1]
        places[-1].mkdir()
        data.rename(tmp_path / places[-1].name)
    assert [place.name.removeprefix(places[0].name) for place in places] == ["", "-2", "-3"]
    assert {place.parent for place in places} == {shelter}
