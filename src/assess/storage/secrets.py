"""What must never be in the database: the pepper, and one secret per open campaign, each a file of 32 random bytes.

The token of an invitation is derived from its campaign's secret. When the secret is destroyed at close, nobody can derive
it again, with the whole database in hand.
"""

import hmac
import os
import secrets
import tempfile
from hashlib import sha256, shake_256
from pathlib import Path
from uuid import UUID

from assess.errors import Conflict
from assess.settings import SettingsError

SIZE = 32
_TAG = 16


class SecretMissing(Conflict):
    """This campaign's links cannot be made again: its secret is not on this server."""

    title_fr = "Les liens de cette campagne ne peuvent plus être refaits : son secret n’est pas sur ce serveur."


class Secrets:
    """The secrets of one installation, in a folder of its own.

    ``pepper``: the setting when there is one (at least 32 characters, or SettingsError), else a file made on the first day.
    """

    def __init__(self, folder: Path, pepper: str | None = None):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self.pepper = _said(pepper) if pepper is not None else _created_once(folder / "pepper")

    def create(self, campaign_id: UUID) -> bytes:
        """The campaign's secret, on disk before this returns; a second call gives the same one."""
        return _created_once(self._path(campaign_id))

    def read(self, campaign_id: UUID) -> bytes:
        """The campaign's secret; raises SecretMissing when there is none (any more)."""
        try:
            return self._path(campaign_id).read_bytes()
        except FileNotFoundError as error:
            raise SecretMissing(
                "was it destroyed at close, or was the database restored without its folder of secrets?"
            ) from error

    def destroy(self, campaign_id: UUID) -> None:
        """Overwrite and remove the campaign's secret; harmless when it is gone."""
        path = self._path(campaign_id)
        if path.exists():
            with path.open("r+b") as file:
                file.write(bytes(SIZE))
                file.flush()
                os.fsync(file.fileno())
            path.unlink()
            _sync(self._folder)

    def campaigns(self) -> list[UUID]:
        """The campaigns whose secret is here."""
        return [UUID(path.name.removeprefix("campaign-")) for path in sorted(self._folder.glob("campaign-*"))]

    def _path(self, campaign_id: UUID) -> Path:
        return self._folder / f"campaign-{campaign_id}"


def derive(key: bytes, label: str, *parts: bytes | str | UUID) -> bytes:
    """32 bytes that only a holder of ``key`` can make: HMAC-SHA256 over the label and the parts, each with its length.

    The label separates domains: no two purposes share a value, whatever their parts (the expand step of RFC 5869, one block).
    """
    message = b"".join(_framed(part) for part in ("assess/v1", label, *parts))
    return hmac.digest(key, message, sha256)


def hash_token(pepper: bytes, label: str, token: bytes) -> bytes:
    """How a token is kept, under the label of its purpose; 32 bytes."""
    return derive(pepper, f"hash/{label}", token)


def seal(key: bytes, text: bytes) -> bytes:
    """``text`` so that only a holder of ``key`` can read it or have written it; the same text gives the same bytes.

    A synthetic initialisation vector (the construction of RFC 5297, section 2.6) from what the standard library has: the tag,
    HMAC-SHA256 over the text, starts the keystream SHAKE-256, so that no nonce can be used twice.
    """
    tag = derive(key, "seal/tag", text)[:_TAG]
    return tag + _masked(key, tag, text)


def unseal(key: bytes, sealed: bytes) -> bytes | None:
    """The text in ``sealed``, or ``None`` when it was not sealed under this key or has changed since."""
    tag = sealed[:_TAG]
    text = _masked(key, tag, sealed[_TAG:])
    return text if hmac.compare_digest(tag, derive(key, "seal/tag", text)[:_TAG]) else None


def _masked(key: bytes, tag: bytes, text: bytes) -> bytes:
    stream = shake_256(derive(key, "seal/stream", tag)).digest(len(text))
    return (int.from_bytes(text) ^ int.from_bytes(stream)).to_bytes(len(text))


def _framed(part: bytes | str | UUID) -> bytes:
    raw = part.bytes if isinstance(part, UUID) else part.encode() if isinstance(part, str) else part
    return len(raw).to_bytes(4) + raw


def _said(pepper: str) -> bytes:
    if len(pepper) < 32:
        raise SettingsError(
            "ASSESS_PEPPER must have at least 32 characters; for example the output of `openssl rand -hex 32`"
        )
    return pepper.encode()


def _created_once(path: Path) -> bytes:
    """The file's 32 bytes, made at random when there is no file; whole or not at all, even when two do it at once."""
    if not path.exists():
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".making-") as file:  # mode 0600
            file.write(secrets.token_bytes(SIZE))
            file.flush()
            os.fsync(file.fileno())
            _link(file.name, path)
        _sync(path.parent)
    return path.read_bytes()


def _link(source: str, path: Path) -> None:
    try:
        os.link(source, path)
    except FileExistsError:  # another process was quicker: its secret counts
        return


def _sync(folder: Path) -> None:
    """A new or removed name survives a power cut only when its folder is written too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
