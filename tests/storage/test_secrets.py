"""Secrets: made once, private, gone when destroyed."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest

from assess.settings import SettingsError
from assess.storage.secrets import SecretMissing, Secrets, _link, derive, hash_token


def test_the_pepper_is_made_once_and_private(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    pepper = Secrets(folder).pepper
    assert len(pepper) == 32
    assert Secrets(folder).pepper == pepper
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {file.name: file.stat().st_mode & 0o777 for file in folder.iterdir()} == {"pepper": 0o600}


def test_all_who_come_first_at_once_get_the_same_pepper(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        assert len({secrets.pepper for secrets in threads.map(Secrets, [tmp_path] * 40)}) == 1


def test_a_secret_that_another_process_has_just_made_is_the_one_that_counts(tmp_path: Path) -> None:
    there, late = tmp_path / "pepper", tmp_path / "late"
    there.write_bytes(b"there")
    late.write_bytes(b"late")
    _link(str(late), there)
    assert there.read_bytes() == b"there"


def test_a_pepper_from_the_settings_needs_no_file(tmp_path: Path) -> None:
    assert Secrets(tmp_path, "p" * 32).pepper == b"p" * 32
    assert list(tmp_path.iterdir()) == []


def test_a_short_pepper_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="at least 32 characters"):
        Secrets(tmp_path, "p" * 31)


def test_a_campaigns_secret_is_its_own_and_stays_the_same(tmp_path: Path) -> None:
    secrets, one, two = Secrets(tmp_path), uuid4(), uuid4()
    made = secrets.create(one)
    assert len(made) == 32
    assert secrets.create(one) == Secrets(tmp_path).read(one) == made != secrets.create(two)


def test_a_destroyed_secret_is_overwritten_and_missing(tmp_path: Path) -> None:
    secrets, campaign = Secrets(tmp_path), uuid4()
    secrets.create(campaign)
    witness = tmp_path / "witness"
    witness.hardlink_to(tmp_path / f"campaign-{campaign}")
    secrets.destroy(campaign)
    secrets.destroy(campaign)
    assert witness.read_bytes() == bytes(32)
    with pytest.raises(SecretMissing):
        secrets.read(campaign)


def test_no_two_purposes_share_a_derived_value() -> None:
    key = bytes(32)
    values = [
        derive(key, "a"),
        derive(key, "b"),
        derive(key, "a", ""),
        derive(key, "a", "b"),
        derive(key, "ab"),
        derive(key, "a", "b", "c"),
        derive(key, "a", "bc"),
        derive(b"\1" * 32, "a"),
        hash_token(key, "a", b""),
        hash_token(key, "a", b"b"),
    ]
    assert len(set(values)) == len(values)
    assert {len(value) for value in values} == {32}


def test_a_derived_value_is_the_same_for_ever() -> None:
    made = derive(bytes(32), "invitation", b"\1", "x")
    assert made.hex() == "ca7ee1b35e41bfbe6a5a7d84a701a053bde191c82b465cc76dfd1a68b12db0eb"
