"""Settings: read once by the CLI from the environment, then handed on as a value."""

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct


class SettingsError(Exception):
    """A setting is missing or wrong; the message names it."""


class Settings(Struct, frozen=True, kw_only=True):
    """Everything an installation can decide.

    data: folder of the embedded database, the secrets and the lock.
    database_url: an external PostgreSQL for the application role; ``None`` = embedded.
    migration_url: the same database for the migrator role; ``None`` = embedded, or the application's URL.
    backup_url, restore_url: the same database for the backup role and for a superuser; ``None`` = embedded, or not to be had.
    host, port: where ``serve`` listens. public_url: how people reach it (links in invitations).
    pepper: the key under which API keys and invitations are hashed; ``None`` = the file ``pepper`` in the secrets folder.
    pool: connections to the database for transactions, and as many for single statements (saving an answer, checking a key).
    workers: processes for scoring, planning and drawing.
    housekeeping: seconds between two rounds of the background loop, 0 = off.
    rate: requests a minute that each key may make of one process, and twenty times as many an address without one, 0 = no limit.
    drain: seconds that running requests get after SIGTERM or SIGINT.
    """

    data: Path
    database_url: str | None = None
    migration_url: str | None = None
    backup_url: str | None = None
    restore_url: str | None = None
    host: str = "127.0.0.1"
    port: int = 8321
    public_url: str = "http://127.0.0.1:8321"
    pepper: str | None = None
    pool: int = 10
    workers: int = 1
    housekeeping: float = 30.0
    rate: int = 6000
    drain: int = 20

    @property
    def secrets(self) -> Path:
        """Folder of what must never be in the database: the pepper and the campaigns' secrets."""
        return self.data / "secrets"


def settings_from(environment: Mapping[str, str]) -> Settings:
    """Settings from ``ASSESS_…`` variables; raises SettingsError naming the variable."""
    port = _number(environment, "ASSESS_PORT", 8321, 0, 65535)
    host = environment.get("ASSESS_HOST", "127.0.0.1")
    return Settings(
        data=Path(environment.get("ASSESS_DATA", ".assess")).absolute(),
        database_url=_url(environment, "ASSESS_DATABASE_URL"),
        migration_url=_url(environment, "ASSESS_MIGRATION_URL"),
        backup_url=_url(environment, "ASSESS_BACKUP_URL"),
        restore_url=_url(environment, "ASSESS_RESTORE_URL"),
        host=host,
        port=port,
        public_url=environment.get("ASSESS_PUBLIC_URL", f"http://{host}:{port}").rstrip("/"),
        pepper=environment.get("ASSESS_PEPPER") or None,
        pool=_number(environment, "ASSESS_POOL", 10, 1, 100),
        workers=_number(environment, "ASSESS_WORKERS", 1, 1, 32),
        housekeeping=_number(environment, "ASSESS_HOUSEKEEPING", 30, 0, 86_400),
        rate=_number(environment, "ASSESS_RATE", 6000, 0, 1_000_000),
        drain=_number(environment, "ASSESS_DRAIN", 20, 1, 600),
    )


def _number(environment: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    said = environment.get(name, str(default))
    if not said.isdecimal() or not low <= int(said) <= high:
        raise SettingsError(
            f"{name} must be a whole number from {low} to {high}, not {said!r}; for example {name}={default}"
        )
    return int(said)


def _url(environment: Mapping[str, str], name: str) -> str | None:
    said = environment.get(name) or None
    if said is not None and not said.startswith(("postgresql://", "postgres://")):
        raise SettingsError(
            f"{name} must start with postgresql://; for example {name}=postgresql://assess_app:…@db/assess"
        )
    return said
