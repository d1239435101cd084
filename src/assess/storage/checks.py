"""The checks before a start: a database that would lose answers, or show them to another organisation, is refused."""

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from assess.storage.database import Database
from assess.storage.revisions import pending

OLDEST = 170_000
"""PostgreSQL 17 brought transaction_timeout and the right to VACUUM without owning (MAINTAIN)."""

FACTS = """
select current_setting('server_version_num')::int as version, current_setting('server_version') as version_text,
  current_user::text as role, r.rolsuper as superuser, r.rolbypassrls as bypasses,
  exists (select from pg_shdepend where refobjid = r.oid and deptype = 'o') as owns,
  exists (select from pg_auth_members where member = r.oid) as borrows,
  current_setting('fsync') as fsync, current_setting('full_page_writes') as full_page_writes,
  current_setting('synchronous_commit') as synchronous_commit,
  exists (select from pg_extension where extname = 'citus') as sharded,
  current_setting('citus.propagate_set_commands', true) is not distinct from 'local' as propagated
from pg_roles r where r.rolname = current_user
"""


class Check(Struct, frozen=True, kw_only=True):
    """One thing looked at; ``said`` tells what was found, and what to do when it is not ``good``."""

    name: str
    good: bool
    said: str


async def checks(database: Database) -> list[Check]:
    """Everything that a start depends on, asked by the application role. Raises DatabaseUnavailable or MigrationError."""
    todo = await pending(database)
    facts: Mapping[str, Any] = await database.call(FACTS) or {}  # whoever asks is in pg_roles: there is a row
    return [*(rule(facts) for rule in RULES), _migrations(todo)]


def _version(facts: Mapping[str, Any]) -> Check:
    good = facts["version"] >= OLDEST
    said = f"PostgreSQL {facts['version_text']}"
    return Check(name="database", good=good, said=said if good else f"{said} is too old; 17 is the oldest that will do")


def _role(facts: Mapping[str, Any]) -> Check:
    faults = {
        "is a superuser": facts["superuser"],
        "bypasses row-level security": facts["bypasses"],
        "owns something": facts["owns"],
        "is a member of another role": facts["borrows"],
    }
    found = ", ".join(fault for fault, so in faults.items() if so)
    said = (
        f"{facts['role']} {found}; connect as a role like assess_app that does not"
        if found
        else f"{facts['role']} has no more rights than it needs"
    )
    return Check(name="database role", good=not found, said=said)


def _durability(facts: Mapping[str, Any]) -> Check:
    off = [name for name in ("fsync", "full_page_writes", "synchronous_commit") if facts[name] == "off"]
    said = f"{', '.join(off)} off: a crash would lose answers; switch on" if off else "what is acknowledged is on disk"
    return Check(name="durability", good=not off, said=said)


def _nodes(facts: Mapping[str, Any]) -> Check:
    said = "many, and each learns whose transaction it is" if facts["sharded"] else "one machine"
    good = facts["propagated"] or not facts["sharded"]
    fault = "they do not learn whose transaction it is; set citus.propagate_set_commands = 'local' on the database"
    return Check(name="nodes", good=good, said=said if good else fault)


def _migrations(todo: list[str]) -> Check:
    said = f"pending: {', '.join(todo)}; run assess migrate" if todo else "none pending"
    return Check(name="migrations", good=not todo, said=said)


RULES: tuple[Callable[[Mapping[str, Any]], Check], ...] = (_version, _role, _durability, _nodes)
