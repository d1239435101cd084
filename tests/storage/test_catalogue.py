"""Laws over the whole catalogue of the migrated database: who owns, who may, who sees, and that it is what the tables say."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.ext.asyncio import create_async_engine

from assess.storage import roles, tables
from assess.storage.database import Database, Tx, driver_url
from assess.storage.embedded import Embedded
from assess.storage.ids import uuid7
from assess.storage.lane import Lane
from assess.storage.revisions import pending
from kept import Company

pytestmark = pytest.mark.anyio

COLUMNS = """
select c.relname, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attcollation,
       pg_get_expr(d.adbin, d.adrelid)
from pg_attribute a join pg_class c on c.oid = a.attrelid left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
where c.relnamespace = 'assess'::regnamespace and c.relkind = 'r' and a.attnum > 0 and c.relname <> 'alembic_version'
order by 1, 2
"""
CONSTRAINTS = """
select c.relname, n.conname, n.contype::text, n.convalidated, pg_get_constraintdef(n.oid)
from pg_constraint n join pg_class c on c.oid = n.conrelid
where n.connamespace = 'assess'::regnamespace and c.relname <> 'alembic_version' order by 1, 2
"""
INDEXES = """
select tablename, indexname, indexdef from pg_indexes
where schemaname = 'assess' and tablename <> 'alembic_version' order by 1, 2
"""
KEYS = """
select conname, contype::text,
  (select attname from pg_attribute where attrelid = conrelid and attnum = conkey[1])::text as first,
  (select attname from pg_attribute where attrelid = confrelid and attnum = confkey[1])::text as referred
from pg_constraint
where connamespace = 'assess'::regnamespace and conrelid = ('assess.' || $1)::regclass and contype in ('p', 'u', 'f')
  and (confrelid = 0 or confrelid not in ('assess.questionnaire_version'::regclass))
"""
UNDER_POLICY = sorted(tables.TENANT | {"organisation"})


async def ask(database: Database, sql: str, *arguments: Any) -> Sequence[Any]:
    """All rows of a catalogue query, as the application."""
    async with database.engine.connect() as connection:
        return (await connection.exec_driver_sql(sql, arguments)).all()


@pytest.mark.parametrize("catalogue", [COLUMNS, CONSTRAINTS, INDEXES], ids=["columns", "constraints", "indexes"])
async def test_the_migrated_database_is_what_the_tables_say(database: Database, said: Database, catalogue: str) -> None:
    assert await ask(database, catalogue) == await ask(said, catalogue) != []


async def test_nothing_is_pending_after_a_migration(database: Database) -> None:
    assert await pending(database) == []


@pytest.mark.parametrize("table", UNDER_POLICY)
async def test_each_table_of_a_tenant_forces_its_policy_on_its_owner_too(database: Database, table: str) -> None:
    ((enabled, forced, policies),) = await ask(
        database,
        """select relrowsecurity, relforcerowsecurity,
             (select array_agg((
                polcmd::text, polpermissive, pg_get_expr(polqual, polrelid) = pg_get_expr(polwithcheck, polrelid)
              )::text)
              from pg_policy where polrelid = pg_class.oid)
           from pg_class where oid = ('assess.' || $1)::regclass""",
        table,
    )
    assert (enabled, forced, policies) == (True, True, ["(*,t,t)"])


@pytest.mark.parametrize("table", sorted(tables.TENANT))
async def test_each_key_of_a_tenants_table_begins_with_the_organisation(database: Database, table: str) -> None:
    keys = await ask(database, KEYS, table)
    assert {key.first for key in keys} == {"organisation_id"}
    assert {key.referred for key in keys if key.contype == "f"} <= {"organisation_id", "id"}
    assert {key.conname for key in keys if key.referred == "id"} <= {f"{table}_of_organisation"}


@pytest.mark.parametrize("table", UNDER_POLICY)
async def test_without_an_organisation_a_table_is_empty(database: Database, bystander: Company, table: str) -> None:
    """There is an organisation that has rows in each."""
    assert await ask(database, f"select 1 from assess.{table} limit 1") == []


async def test_an_organisation_sees_itself_alone(tx: Tx, organisation: UUID) -> None:
    assert (await tx.execute(select(tables.organisation.c.id))).scalars().all() == [organisation]


async def test_an_organisation_cannot_write_for_another(tx: Tx) -> None:
    with pytest.raises(ProgrammingError, match="row-level security"):
        await tx.execute(tables.team.insert().values(_team(uuid7())))


async def test_a_team_cannot_have_a_parent_in_another_organisation(database: Database, organisation: UUID) -> None:
    mine, theirs = _team(organisation), _team(await _other_organisation(database))
    async with database.transaction(theirs["organisation_id"]) as tx:
        await tx.execute(tables.team.insert().values(theirs))
    with pytest.raises(IntegrityError, match="team_parent_exists"):
        async with database.transaction(organisation) as tx:
            await tx.execute(tables.team.insert().values({**mine, "parent_id": theirs["id"]}))


async def test_the_grants_are_those_declared(database: Database) -> None:
    rows = await ask(
        database,
        """select c.relname, array_agg(a.privilege_type::text)
           from pg_class c, aclexplode(c.relacl) a
           where c.relnamespace = 'assess'::regnamespace and a.grantee = 'assess_app'::regrole and c.relname <> 'alembic_version'
           group by 1""",
    )
    assert {table: frozenset(verbs) for table, verbs in rows} == roles.GRANTS
    assert set(roles.GRANTS) == tables.SHARED | tables.TENANT


@pytest.mark.parametrize("table", sorted(set(roles.GRANTS) - {"organisation"}))
async def test_what_is_not_granted_is_refused(database: Database, organisation: UUID, table: str) -> None:
    for verb, statement in {"UPDATE": "update assess.{} set {} = {}", "DELETE": "delete from assess.{}"}.items():
        column = next(iter(tables.metadata.tables[f"assess.{table}"].c)).name
        if verb not in roles.GRANTS[table]:
            with pytest.raises(ProgrammingError, match="permission denied"):
                async with database.transaction(organisation) as tx:
                    await tx.execute(text(statement.format(table, column, column)))


async def test_the_application_owns_nothing_and_is_nobody_special(database: Database) -> None:
    owned = "select count(*) from pg_shdepend where refobjid = $1::text::regrole and deptype = 'o'"
    assert await ask(database, owned, roles.APP) == [(0,)]
    special = """select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb,
                 (select count(*) from pg_auth_members where member = pg_roles.oid) from pg_roles where rolname = $1"""
    assert await ask(database, special, roles.APP) == [(False, False, False, False, 0)]


async def test_no_one_can_log_in_as_the_roles_that_own(database: Database) -> None:
    rows = await ask(database, "select rolname, rolcanlogin from pg_roles where rolname like 'assess%' order by 1")
    assert [tuple(row) for row in rows] == [
        ("assess_app", True),
        ("assess_backup", True),
        ("assess_eraser", False),
        ("assess_lookup", False),
        ("assess_migrator", True),
        ("assess_owner", False),
    ]


async def test_each_function_that_passes_row_level_security_has_a_closed_search_path_and_one_owner(
    database: Database,
) -> None:
    rows = await ask(
        database,
        """select proname, proowner::regrole::text, proconfig, has_function_privilege('assess_backup', oid, 'execute')
           from pg_proc where pronamespace = 'assess'::regnamespace and prosecdef""",
    )
    assert {row.proname for row in rows} >= {"key_by_id", "organisation_by_key", "open_campaigns_due"}
    assert {(tuple(row[2]), row[3]) for row in rows} == {(('search_path=""',), False)}
    assert {row[1] for row in rows if not row.proname.startswith("erase_")} == {"assess_lookup"}
    assert {row[1] for row in rows if row.proname.startswith("erase_")} == {"assess_eraser"}


async def test_the_eraser_may_read_and_delete_what_belongs_to_an_organisation_and_nothing_else(
    database: Database,
) -> None:
    rows = await ask(
        database,
        """select c.relname, array_agg(a.privilege_type::text order by a.privilege_type)
           from pg_class c, aclexplode(c.relacl) a
           where c.relnamespace = 'assess'::regnamespace and a.grantee = 'assess_eraser'::regrole
           group by 1""",
    )
    assert {table: tuple(verbs) for table, verbs in rows} == dict.fromkeys(UNDER_POLICY, ("DELETE", "SELECT"))


async def test_the_look_ups_find_what_no_policy_shows(database: Database, organisation: UUID) -> None:
    campaign, key = uuid7(), uuid7()
    async with database.transaction(organisation) as tx:
        await tx.execute(tables.campaign.insert().values(_campaign(tx, campaign)))
        await tx.execute(tables.api_key.insert().values(_key(tx, key)))
    assert await ask(database, "select assess.organisation_by_key($1)", f"o-{organisation}") == [(organisation,)]
    (found,) = await ask(database, "select organisation_id, id, name, secret_hash from assess.key_by_id($1)", key)
    assert tuple(found) == (organisation, key, "Bureau", b"hash")
    due = "select organisation_id, id from assess.open_campaigns_due($1) where id = $2"
    assert await ask(database, due, date(2026, 1, 31), campaign) == []
    assert await ask(database, due, date(2026, 2, 1), campaign) == [(organisation, campaign)]


@pytest.fixture(scope="session")
async def said(postgres: Embedded) -> Any:
    """A database made from ``tables.metadata``, without migrations."""
    name = f"said_{uuid4().hex}"
    postgres.cluster.sql(f"create database {name}")
    engine = create_async_engine(
        driver_url(postgres.url("postgres", name)), connect_args={"server_settings": {"search_path": "assess"}}
    )
    async with engine.begin() as connection:
        await connection.execute(text("create schema assess"))
        await connection.run_sync(tables.metadata.create_all)
    yield Database(engine, Lane(engine, 1))
    await engine.dispose()


async def _other_organisation(database: Database) -> UUID:
    made = uuid7()
    async with database.transaction(made) as tx:
        await tx.execute(
            tables.organisation.insert().values(id=made, key=f"o-{made}", name="Bruyère", created_at=tx.now)
        )
    return made


def _team(organisation_id: UUID) -> dict[str, Any]:
    return {
        "organisation_id": organisation_id,
        "id": uuid7(),
        "key": "sales",
        "name": "Ventes",
        "functions": [],
        "capacity_days": 5,
        "created_at": datetime(2026, 1, 1, tzinfo=UTC),
    }


def _campaign(tx: Tx, campaign_id: UUID) -> dict[str, Any]:
    return {
        "organisation_id": tx.organisation_id,
        "id": campaign_id,
        "key": "spring",
        "name": "Printemps",
        "state": "open",
        "languages": ["fr"],
        "threshold": 5,
        "starts_on": date(2026, 1, 1),
        "ends_on": date(2026, 1, 31),
        "created_at": tx.now,
    }


def _key(tx: Tx, key_id: UUID) -> dict[str, Any]:
    row = {"organisation_id": tx.organisation_id, "id": key_id, "name": "Bureau", "role": "admin", "scopes": []}
    return {**row, "secret_hash": b"hash", "created_at": tx.now}
