"""Mutants of the database: each takes away or loosens one thing that keeps organisations apart, or that lets one work."""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct
from sqlalchemy import ForeignKeyConstraint, PrimaryKeyConstraint, Table, UniqueConstraint

from assess.storage import roles
from isolation import offices, probes
from isolation.look import Look
from isolation.offices import LOOKUPS, OTHERS
from isolation.probes import UNDER_POLICY, VERBS, WHOSE
from isolation.rows import foreign_keys, unique_keys

POLICY = "alter policy own_organisation on assess.{table} "
OWN = "{own} = (select nullif(current_setting('assess.organisation', true), '')::uuid)"
UNSET = "nullif(current_setting('assess.organisation', true), '') is null"
OF_A_POLICY = {
    "policy dropped": "drop policy own_organisation on assess.{table}",
    "policy opened": POLICY + "using (true) with check (true)",
    "policy opened for reading": POLICY + "using (true)",
    "policy opened for writing": POLICY + "with check (true)",
    "policy open without an organisation": POLICY + f"using ({OWN} or {UNSET})",
    "policy for nobody": POLICY + "to assess_backup",
    "a second policy, open": "create policy open on assess.{table} using (true)",
    "no row-level security": "alter table assess.{table} disable row level security",
    "not forced on the owner": "alter table assess.{table} no force row level security",
    "given to the application": "alter table assess.{table} owner to assess_app",
}
OF_A_FUNCTION = {
    "for everybody": "grant execute on function assess.{function} to public",
    "not for the application": "revoke execute on function assess.{function} from assess_app",
}
OF_A_FUNCTION_WITH_ANOTHER_S_RIGHTS = {
    "with the caller's rights": "alter function assess.{function} security invoker",
    "with the owner's rights": "alter function assess.{function} owner to assess_owner",
    "with an open search path": "alter function assess.{function} reset search_path",
}
OF_THE_HOT_PATH = (
    "save_answer",
    "save_answer_and_link",
    "read_response",
    "read_response_and_links",
    "standing_of_response",
)
OF_THE_ROLES = {
    "the application passes row-level security": "alter role assess_app bypassrls",
    "the application is a superuser": "alter role assess_app superuser",
    "the application makes roles": "alter role assess_app createrole",
    "the application is the owner": "grant assess_owner to assess_app",
    "the application is the one who looks up": "grant assess_lookup to assess_app",
    "the application is the eraser": "grant assess_eraser to assess_app",
    "the application makes things": "grant create on schema assess to assess_app",
    "the application cannot enter": "revoke usage on schema assess from assess_app",
    "the application changes what is published": "grant update on assess.questionnaire_version to assess_app",
    "everybody reads what is published": "grant select on assess.questionnaire_version to public",
    "the eraser passes row-level security": "alter role assess_eraser bypassrls",
    "the eraser logs in": "alter role assess_eraser login",
    "the one who looks up logs in": "alter role assess_lookup login",
    "the one who looks up does not": "alter role assess_lookup nobypassrls",
    "the owner logs in": "alter role assess_owner login",
    "the owner passes row-level security": "alter role assess_owner bypassrls",
    "the owner has the rights of the one who looks up": "grant assess_lookup to assess_owner with inherit true",
    "the backup is the owner": "grant assess_owner to assess_backup",
    "the backup makes things": "grant create on schema assess to assess_backup",
}


class Mutant(Struct, frozen=True):
    """One change; ``table``: whose probes are asked first."""

    name: str
    sql: str
    table: Table | None


def of_tables() -> Iterator[Mutant]:
    """Policies, keys and references of every table under a policy."""
    for table in UNDER_POLICY:
        said = {"table": table.name, "own": WHOSE[table.name]}
        yield from (Mutant(f"{table.name}: {name}", sql.format(**said), table) for name, sql in OF_A_POLICY.items())
        for key in unique_keys(table):
            yield from _of_unique(table, key)
        for reference in foreign_keys(table):
            yield from _of_reference(table, reference)


def of_rights() -> Iterator[Mutant]:
    """Each verb that the application has not, given; each that it has, taken; and what other roles must not have."""
    for table in UNDER_POLICY:
        place = f"assess.{table.name}"
        granted = roles.GRANTS[table.name]
        for verb in VERBS:
            change = f"revoke {verb} on {place} from" if verb in granted else f"grant {verb} on {place} to"
            yield Mutant(f"{table.name}: {change.partition(' on ')[0]}", f"{change} assess_app", table)
        for verb, role in (("insert", "assess_backup"), ("update", "assess_eraser"), ("select", "public")):
            yield Mutant(f"{table.name}: {verb} for {role}", f"grant {verb} on {place} to {role}", table)


def of_offices() -> Iterator[Mutant]:
    """Roles and functions."""
    yield from (Mutant(name, sql, None) for name, sql in OF_THE_ROLES.items())
    lookups = [*(call.partition("(")[0] for call in LOOKUPS), *OTHERS]
    for functions, changes in (
        ([*lookups, *OF_THE_HOT_PATH], OF_A_FUNCTION),
        (lookups, OF_A_FUNCTION_WITH_ANOTHER_S_RIGHTS),
        (OF_THE_HOT_PATH, {"with its owner's rights": "alter function assess.{function} security definer"}),
    ):
        for function in functions:
            for name, sql in changes.items():
                yield Mutant(f"{function} {name}", sql.format(function=function), None)


KINDS = (of_tables, of_rights, of_offices)


async def noticed(look: Look, mutant: Mutant) -> str | None:
    """The name of the first probe that fails on the mutant; ``None``: it survives. A mutant that cannot be made is an error."""
    async with look.undone():
        await look.connection.execute(mutant.sql)
        first = [mutant.table] if mutant.table is not None else []
        for probe, *table in [*_of(first), *((office,) for office in offices.PROBES), *_of(UNDER_POLICY)]:
            if await _fails(look, probe, *table):
                return str(probe.__name__)
    return None


def _of(some: list[Table]) -> list[tuple[Any, ...]]:
    return [(probe, table) for table in some for probe in probes.PROBES]


async def _fails(look: Look, probe: Any, *table: Table) -> bool:
    try:
        async with look.undone():
            await probe(look, *table)
    except Exception:  # BreachError, or PostgreSQL's own: a probe that cannot be done is red as well
        return True
    return False


def _of_unique(table: Table, key: PrimaryKeyConstraint | UniqueConstraint) -> Iterator[Mutant]:
    place, name = f"assess.{table.name}", f"{table.name}: {key.name}"
    drop = f"alter table {place} drop constraint {key.name} cascade"
    yield Mutant(f"{name} dropped", drop, table)
    others = [column.name for column in key.columns if column.name != "organisation_id"]
    if len(others) < len(key.columns):
        kind = "primary key" if key is table.primary_key else "unique"
        again = f"alter table {place} add constraint {key.name} {kind} ({', '.join(others)})"
        yield Mutant(f"{name} without its organisation", f"{drop}; {again}", table)


def _of_reference(table: Table, key: ForeignKeyConstraint) -> Iterator[Mutant]:
    place, name = f"assess.{table.name}", f"{table.name}: {key.name}"
    drop = f"alter table {place} drop constraint {key.name}"
    yield Mutant(f"{name} dropped", drop, table)
    pairs = [(each.parent.name, each.column.name) for each in key.elements if each.parent.name != "organisation_id"]
    if 0 < len(pairs) < len(key.elements):
        own, their = (", ".join(names) for names in zip(*pairs, strict=True))
        to = f"assess.{key.referred_table.name}"
        unique = f"create unique index loosely on {to} ({their})"
        again = f"alter table {place} add constraint {key.name} foreign key ({own}) references {to} ({their})"
        yield Mutant(f"{name} without its organisation", f"{drop}; {unique}; {again}", table)
