"""Backups: what comes back is what was there, in every table, under the same rules; and no secret is in them."""

import io
import subprocess
import tarfile
import tempfile
from collections.abc import AsyncIterator
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from assess.storage import account, backup, clients, roles, tables
from assess.storage.backup import BackupError, Manifest, back_up
from assess.storage.checks import checks
from assess.storage.content import contents, owned_by, row_text
from assess.storage.database import Database, connect, driver_url
from assess.storage.embedded import Embedded
from assess.storage.ids import uuid7
from assess.storage.migrate import migrate
from assess.storage.restoring import restore
from assess.storage.secrets import Secrets
from kept import RULES, Company, rules_of

pytestmark = pytest.mark.anyio

PEPPER = "0" * 64

CHANGES = {
    "api_key": "last_used_on = '2020-01-01'",
    "team": "lead = 'Other'",
    "campaign": "erased_on = '2020-01-01'",
    "assessment": "headcount = headcount + 1",
    "assessment_questionnaire": "digest = 'other'",
    "contract": 'body = body || \'{"name": "other"}\'',
    "person": "name = name || ' '",
    "invitation": "completed = not completed",
    "response": "started_on = started_on + 1",
    "answer": "comment = null",
    "sealed_response": "answers = answers[2:] || answers[1]",
    "sealed_comment": "comment = comment || '.'",
    "voice": "people = people + 1",
    "kpi_sheet": 'body = body || \'{"note": "other"}\'',
    "measure": "period_end = period_end + 1",
    "kpi_review": "reviewed_on = reviewed_on + 1",
    "exemption": "reason = reason || '!'",
    "scoring": "mask = mask || '[1]'",
    "result": "body = body - 'name'",
    "roadmap": "months = 3",
    "plan": "created_at = created_at + interval '1 microsecond'",
    "report": "content = content || '\\x00'",
    "idempotency_key": "reply = null",
}


@pytest.fixture(scope="module")
def company(bystander: Company) -> Company:
    return bystander


@pytest.fixture(scope="module")
async def made(company: Company, postgres: Embedded, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Manifest]:
    """A backup of the whole database."""
    file = tmp_path_factory.mktemp("backup") / "all.backup"
    return file, await back_up(postgres.url(roles.BACKUP), file, assess="0", pepper=PEPPER)


@pytest.fixture(scope="module")
async def restored(made: tuple[Path, Manifest], postgres: Embedded) -> AsyncIterator[str]:
    """The name of a database into which that backup was put."""
    name = f"restored_{uuid7().hex}"
    await restore(postgres.url(roles.SUPERUSER, name), made[0], replace=False)
    yield name
    postgres.cluster.sql(f"drop database {name} with (force)")


@pytest.fixture
async def superuser(postgres: Embedded, database: Database) -> AsyncIterator[AsyncConnection]:
    """A transaction of the superuser, rolled back after the test."""
    async with connected(postgres) as opened:
        yield opened


class connected:  # noqa: N801 -- used as a function
    """A connection of the superuser; what is done is rolled back."""

    def __init__(self, postgres: Embedded, name: str = roles.DATABASE) -> None:
        self._engine = create_async_engine(driver_url(postgres.url(roles.SUPERUSER, name)))

    async def __aenter__(self) -> AsyncConnection:
        self._connection = await self._engine.connect()
        return self._connection

    async def __aexit__(self, *_: object) -> None:
        await self._connection.close()
        await self._engine.dispose()


async def test_what_is_restored_is_what_was_there_in_every_table_of_every_organisation(
    company: Company, made: tuple[Path, Manifest], restored: str, postgres: Embedded
) -> None:
    async with connected(postgres, restored) as connection:
        found = await contents(connection)
        organisations = (await connection.execute(text("select count(*) from assess.organisation"))).scalar_one()
    assert found == made[1].contents
    assert made[1].organisations == organisations
    assert made[1].rows == sum(table.rows for each in found for table in each.tables.values())
    (own,) = [each for each in found if each.organisation_id == company.organisation]
    assert {name for name, table in own.tables.items() if table.rows} == tables.TENANT | {"organisation"}
    (shared,) = [each for each in found if each.organisation_id is None]
    assert set(shared.tables) == {"questionnaire_version", "alembic_version"}


@pytest.mark.parametrize("rule", RULES)
async def test_the_rules_are_restored_with_the_rows(
    superuser: AsyncConnection, restored: str, postgres: Embedded, rule: str
) -> None:
    async with connected(postgres, restored) as connection:
        after = await rules_of(connection)
    assert after[rule] == (await rules_of(superuser))[rule] != []


async def test_the_application_can_start_on_what_was_restored_and_sees_one_organisation(
    company: Company, restored: str, postgres: Embedded
) -> None:
    url = postgres.url(roles.APP, restored)
    database = connect(url, pool=1)
    assert [each.said for each in await checks(database) if not each.good] == []
    async with database.transaction(company.organisation) as tx:
        assert (await tx.execute(text("select count(*) from assess.organisation"))).scalar_one() == 1
    async with database.transaction(uuid7()) as tx:
        assert (await tx.execute(text("select count(*) from assess.person"))).scalar_one() == 0
    await database.close()


async def test_a_digest_tells_each_row_that_is_lost_and_each_value_that_is_changed(
    company: Company, superuser: AsyncConnection
) -> None:
    await superuser.execute(text("set session_replication_role = replica"))
    before = await digests(superuser, company)
    for change in ("delete from assess.{0}", "update assess.{0} set {1}"):
        point = await superuser.begin_nested()
        for name, value in CHANGES.items():
            one = f"select min(ctid) from assess.{name} where organisation_id = '{company.organisation}'"
            await superuser.execute(text(f"{change.format(name, value)} where ctid in ({one})"))
        after = await digests(superuser, company)
        assert {each for each in before if after.get(each) != before[each]} == tables.TENANT | {"all"}
        await point.rollback()
    assert await digests(superuser, company) == before


async def test_a_digest_does_not_depend_on_the_session_or_the_order_of_the_rows(
    company: Company, superuser: AsyncConnection
) -> None:
    before = await digests(superuser, company)
    for statement in (
        "set timezone = 'Asia/Tokyo'",
        "set datestyle = 'German'",
        "set bytea_output = 'escape'",
        "set session_replication_role = replica",
        "create temporary table kept as select * from assess.answer order by item desc",
        "delete from assess.answer",
        "insert into assess.answer select * from kept",
    ):
        await superuser.execute(text(statement))
    assert await digests(superuser, company) == before


async def test_a_digest_is_made_of_shares_so_that_no_value_grows_with_all_the_rows(
    company: Company, superuser: AsyncConnection
) -> None:
    many = "select $1::uuid, gen_random_uuid(), 'k' || n, 'N' || n, '{}', 5, now() from generate_series(1, 600) n"
    into = "insert into assess.team (organisation_id, id, key, name, functions, capacity_days, created_at)"
    await superuser.exec_driver_sql(f"{into} {many}", (company.organisation,))
    (own,) = [each for each in await contents(superuser) if each.organisation_id == company.organisation]
    rows = select(row_text(tables.team)).where(owned_by(tables.team, company.organisation))
    each = sorted(sha256(text.encode()).digest() for text in (await superuser.execute(rows)).scalars())
    shares = [b"".join(share) for _, share in groupby(each, key=lambda digest: digest[0])]
    assert 200 < len(shares) <= 256 < len(each) == own.tables["team"].rows
    assert own.tables["team"].digest == sha256(b"".join(sha256(share).digest() for share in shares)).hexdigest()


async def test_a_backup_holds_three_files_and_no_secret(
    company: Company, made: tuple[Path, Manifest], secrets: Secrets, tmp_path: Path
) -> None:
    file, manifest = made
    assert file.stat().st_mode & 0o777 == 0o600
    with tarfile.open(file) as packed:
        assert packed.getnames() == [backup.MANIFEST, backup.ROLES, backup.DUMP]
        for name in packed.getnames():
            member = packed.extractfile(name)
            assert member is not None
            (tmp_path / name).write_bytes(member.read())
    assert manifest.open_campaigns >= 1
    said = in_words(tmp_path / backup.DUMP)
    assert str(company.open) in said
    for secret in (secrets.pepper, secrets.read(company.open)):
        assert secret.hex() not in said
        assert secret not in file.read_bytes()


def in_words(dump: Path) -> str:
    """What a dump says in SQL."""
    program = account.installed_folder() / account.BINARIES / "pg_restore"
    return subprocess.run([program, "--file=-", dump], capture_output=True, text=True, check=True).stdout


async def names_of_databases(postgres: Embedded) -> set[str]:
    return set(postgres.cluster.sql("select datname from pg_database").split())


async def test_a_database_with_organisations_is_replaced_only_when_told(
    company: Company, made: tuple[Path, Manifest], restored: str, postgres: Embedded
) -> None:
    url, before = postgres.url(roles.SUPERUSER, restored), await names_of_databases(postgres)
    with pytest.raises(BackupError, match=r"holds .* organisations; with --replace the backup takes their place"):
        await restore(url, made[0], replace=False)
    postgres.cluster.sql(f"update assess.organisation set name = 'Other' where id = '{company.organisation}'", restored)
    await restore(url, made[0], replace=True)
    assert postgres.cluster.sql("select 1 from assess.organisation where name = 'Other'", restored) == ""
    assert await names_of_databases(postgres) == before


@pytest.mark.parametrize("tables", [False, True], ids=["without tables", "without organisations"])
async def test_a_database_that_is_there_and_empty_is_filled_without_being_told(
    made: tuple[Path, Manifest], postgres: Embedded, tables: bool
) -> None:
    name = f"empty_{uuid7().hex}"
    postgres.cluster.sql(f"create database {name} owner {roles.OWNER}")
    if tables:
        await migrate(postgres.url(roles.MIGRATOR, name))
    before = await names_of_databases(postgres)
    await restore(postgres.url(roles.SUPERUSER, name), made[0], replace=False)
    assert postgres.cluster.sql("select count(*) from assess.organisation", name) == str(made[1].organisations)
    assert await names_of_databases(postgres) == before
    postgres.cluster.sql(f"drop database {name}")


async def test_a_database_in_use_is_left_alone(made: tuple[Path, Manifest], restored: str, postgres: Embedded) -> None:
    before = await names_of_databases(postgres)
    async with connected(postgres, restored) as connection:
        await connection.execute(text("select 1"))
        with pytest.raises(BackupError, match="is in use; stop every assess serve"):
            await restore(postgres.url(roles.SUPERUSER, restored), made[0], replace=True)
    assert await names_of_databases(postgres) == before


def folders(_: bytes) -> bytes:
    """A tar with a folder in the place of each file."""
    with io.BytesIO() as made:
        with tarfile.open(fileobj=made, mode="w") as packing:
            for name in (backup.MANIFEST, backup.ROLES, backup.DUMP):
                folder = tarfile.TarInfo(name)
                folder.type = tarfile.DIRTYPE
                packing.addfile(folder)
        return made.getvalue()


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        pytest.param(folders, "is no backup of assess", id="folders"),
        pytest.param(lambda raw: b"hello", "is no backup of assess", id="something else"),
        pytest.param(lambda raw: raw[:2000], "is no backup of assess, or a damaged one", id="cut off"),
        pytest.param(
            lambda raw: raw[: len(raw) // 2] + bytes(9) + raw[len(raw) // 2 + 9 :], "is damaged", id="some other bytes"
        ),
        pytest.param(
            lambda raw: raw.replace(b'"revision": "0', b'"revision": "9'),
            "made by another version",
            id="from the future",
        ),
    ],
)
async def test_a_file_that_is_not_a_whole_backup_is_refused_before_anything_happens(
    made: tuple[Path, Manifest], postgres: Embedded, tmp_path: Path, broken: Any, said: str
) -> None:
    before, file = await names_of_databases(postgres), tmp_path / "x.backup"
    file.write_bytes(broken(made[0].read_bytes()))
    with pytest.raises(BackupError, match=said):
        await restore(postgres.url(roles.SUPERUSER, "nowhere"), file, replace=True)
    assert await names_of_databases(postgres) == before


async def test_what_does_not_agree_with_its_digests_is_not_put_in_place(
    made: tuple[Path, Manifest], postgres: Embedded, tmp_path: Path
) -> None:
    before, file = await names_of_databases(postgres), tmp_path / "x.backup"
    digest = made[1].contents[0].digest.encode()
    file.write_bytes(made[0].read_bytes().replace(digest, digest[::-1]))
    with pytest.raises(BackupError, match="what was restored is not what was backed up; nothing was changed"):
        await restore(postgres.url(roles.SUPERUSER, "nowhere"), file, replace=False)
    assert await names_of_databases(postgres) == before


async def test_a_backup_writes_over_no_file_and_leaves_none_when_it_fails(postgres: Embedded, tmp_path: Path) -> None:
    there, new = tmp_path / "there", tmp_path / "new"
    there.write_text("mine")
    with pytest.raises(BackupError, match="is there already"):
        await back_up(postgres.url(roles.BACKUP), there, assess="0", pepper=PEPPER)
    with pytest.raises(BackupError, match='database "nowhere" does not exist'):
        await back_up(postgres.url(roles.BACKUP, "nowhere"), new, assess="0", pepper=PEPPER)
    assert (there.read_text(), new.exists()) == ("mine", False)


async def test_only_the_backup_role_sees_enough_for_a_backup(
    database: Database, postgres: Embedded, tmp_path: Path
) -> None:
    for role in (roles.APP, roles.MIGRATOR):
        with pytest.raises(BackupError, match=r"permission denied|row-level security"):
            await back_up(postgres.url(role), tmp_path / role, assess="0", pepper=PEPPER)


class Drops(io.BytesIO):
    """Comes in pieces that a pipe's buffer gathers."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(size or 0, 5000) if size != -1 else -1)


def test_a_program_that_has_all_it_needs_may_leave_the_rest(postgres: Embedded) -> None:
    name = f"whole_{uuid7().hex}"
    postgres.cluster.sql(f"create database {name}")
    with tempfile.TemporaryFile() as file:
        clients.dump(postgres.url(roles.SUPERUSER, name), file, "--format=custom")
        file.seek(0)
        dumped = Drops(file.read() + bytes(4 * 1024 * 1024))
    clients.restore(postgres.url(roles.SUPERUSER, name), dumped, "--single-transaction", "--exit-on-error")


def test_a_password_is_not_on_a_command_line_which_everybody_can_read() -> None:
    assert clients.without_password("postgresql://ana:s%40c@db:5432/x?sslmode=require") == (
        "postgresql://ana@db:5432/x?sslmode=require",
        {"PGPASSWORD": "s@c"},
    )


async def digests(connection: AsyncConnection, company: Company) -> dict[str, str]:
    (own,) = [each for each in await contents(connection) if each.organisation_id == company.organisation]
    return {"all": own.digest, **{name: table.digest for name, table in own.tables.items()}}
