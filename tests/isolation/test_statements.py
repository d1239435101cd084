"""What a sharded database needs: statements and keys name their organisation, and nothing binds organisations together."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, text, update

from assess.arguments import organisation_id_of
from assess.campaign.housekeeping import housekeeping
from assess.maturity.retention import keep_retention
from assess.storage import roles, tables
from assess.storage.content import owned_by
from assess.storage.erasing import erase_organisation, mentions
from assess.storage.export import export
from assess.storage.idempotency import forget_expired
from kept import Company, build_company

pytestmark = pytest.mark.anyio

TENANT = "|".join(sorted(tables.TENANT))
MENTION = re.compile(
    rf"\b(?:from|join|update|into)\s+(?:only\s+)?assess\.({TENANT})\b(?=(?:\s+as)?\s*(\w+)?)", re.IGNORECASE
)
NO_ALIAS = {
    "set",
    "where",
    "on",
    "join",
    "left",
    "inner",
    "order",
    "group",
    "for",
    "limit",
    "values",
    "using",
    "returning",
}
WITHOUT = re.compile(r"(?i)\s*(vacuum|set|reset|begin|commit|rollback|show|select pg_catalog|select current_setting)\b")
FUNCTIONS = {
    # before the organisation is known
    "key_by_id",
    "organisation_by_key",
    "open_campaigns_due",
    "campaigns_closed",
    "campaigns_past_retention",
    "organisations_with_expired_keys",
    # the organisation is their first argument
    "save_answer_and_link",
    "read_response_and_links",
    "erase_campaign",
}


def nameless(sql: str, own: str = r"\$\d+(?:::UUID)?") -> list[str]:
    """The tables of a statement that it does not hold to one organisation: by a parameter, or by another table's column.

    ``own``: how the organisation of the transaction looks.
    """
    found = []
    for table, word in MENTION.findall(sql):
        name = rf"(?:assess\.)?{table}" if not word or word.lower() in NO_ALIAS else word
        column = rf"(?<![.\w]){name}\.organisation_id"
        inserts = re.search(rf"(?is)\binto\s+assess\.{table}\b[^()]*\(\s*organisation_id\b", sql)
        held = re.search(rf"(?i){column}\s*=\s*(?:{own}|[\w.]*organisation_id)", sql)
        held = held or re.search(rf"(?i)organisation_id\s*=\s*{column}", sql)
        if not inserts and not held:
            found.append(table)
    if not found and MENTION.search(sql) and not re.search(rf"(?is)organisation_id\s*=\s*{own}|\binto\b", sql):
        found.append("any")
    return found


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        pytest.param("SELECT 1 FROM assess.team WHERE assess.team.organisation_id = $1::UUID", [], id="held"),
        pytest.param("SELECT 1 FROM assess.team WHERE assess.team.id = $1::UUID", ["team"], id="by its id alone"),
        pytest.param("DELETE FROM assess.team", ["team"], id="everything"),
        pytest.param("UPDATE assess.team SET organisation_id=$1::UUID", ["team"], id="given away"),
        pytest.param("INSERT INTO assess.team (organisation_id, id) VALUES ($1, $2)", [], id="added"),
        pytest.param("INSERT INTO assess.team (id) VALUES ($1)", ["team"], id="added for nobody"),
        pytest.param(
            "SELECT 1 FROM assess.team JOIN assess.person ON assess.person.team_id = assess.team.id "
            "WHERE assess.team.organisation_id = $1::UUID",
            ["person"],
            id="joined by its id alone",
        ),
        pytest.param(
            "SELECT 1 FROM assess.team JOIN assess.person ON assess.person.organisation_id = assess.team.organisation_id",
            ["any"],
            id="together, but whose",
        ),
    ],
)
def test_a_statement_that_does_not_name_its_organisation_is_noticed(sql, expected):
    assert nameless(sql) == expected


@pytest.fixture(scope="module")
async def heard(
    world, sent, told, client, database, secrets, workers, catalogue, postgres, tmp_path_factory
) -> set[str]:
    """What was sent by every operation, by the pages, by a round of the loop that has everything to do, and by two commands."""
    sent.clear()  # tests in between may have sent whatever they like
    sent |= told
    await read_pages(client, world)
    company = await build_company(client, database, secrets, "heard7")
    await let_everything_be_due(database, company)
    now = datetime.now(UTC)
    assert company.open in await housekeeping(database, secrets, now.date())
    assert await forget_expired(database, now) > 0
    assert company.closed in await keep_retention(database, workers, catalogue)
    assert await organisation_id_of(database, company.key) == company.organisation
    async with database.transaction(company.organisation) as tx:
        await export(tx, tmp_path_factory.mktemp("export") / "company.zip", "0")
    async with database.transaction(company.organisation) as tx:
        await mentions(tx, ["Zelda"])
    erasing: set[str] = set()

    def hear(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        erasing.add(statement)

    event.listen(Engine, "before_cursor_execute", hear)  # a command has an engine of its own
    await erase_organisation(postgres.url(roles.MIGRATOR), company.organisation)
    event.remove(Engine, "before_cursor_execute", hear)
    return sent | erasing


async def read_pages(client: Any, world: Any) -> None:
    """Sign in as the admin and open a page of each kind."""
    form = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
    key = world.keys["admin"]["Authorization"].removeprefix("Bearer ")
    signed = await client.post("/sign-in", headers=form, data={"key": key})
    client.cookies.clear()
    top, score = f"/results/{world.ids['campaign_id']}", world.ids["score_id"]
    for path in (top, f"{top}/teams/{world.ids['team_id']}", f"{top}/explanations/{score}?of=off"):
        cookie = signed.headers["set-cookie"].partition(";")[0]
        (await client.get(path, headers={"Cookie": cookie})).raise_for_status()


async def let_everything_be_due(database: Any, company: Company) -> None:
    """The open campaign's last day is over, the closed one's retention too, and an idempotency key has had its time."""
    campaign, kept = tables.campaign, tables.idempotency_key
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    async with database.transaction(company.organisation) as tx:
        mine = update(campaign).where(owned_by(campaign, company.organisation))
        ended = mine.where(campaign.c.id == company.open).values(starts_on=yesterday, ends_on=yesterday)
        await tx.execute(ended)
        ago = text("closed_at - interval '130 months'")
        await tx.execute(mine.where(campaign.c.id == company.closed).values(closed_at=ago))
        spent = update(kept).where(owned_by(kept, company.organisation))
        await tx.execute(spent.values(expires_at=text("expires_at - interval '8 days'")))


async def test_every_statement_of_the_application_names_its_organisation(heard):
    """By SQLAlchemy and by the raw driver."""
    tenant = [sql for sql in heard if MENTION.search(sql)]
    assert {table for sql in tenant for table, _ in MENTION.findall(sql)} >= tables.TENANT
    assert len(tenant) > 60
    assert {sql: nameless(sql) for sql in tenant if nameless(sql)} == {}


async def test_every_other_statement_is_known(heard):
    """A statement without a tenant's table opens the transaction, looks something up by a function, or reads what is shared."""
    others = [sql for sql in heard if not MENTION.search(sql) and not WITHOUT.match(sql)]
    called = {name for sql in others for name in re.findall(r"assess\.(\w+)\(", sql)}
    assert called == FUNCTIONS
    rest = [sql for sql in others if not re.search(r"assess\.\w+\(", sql)]
    shared = re.compile(r"assess\.(organisation|questionnaire_version)\b")
    assert [sql for sql in rest if "assess." in sql and not shared.search(sql)] == []
    own = [sql for sql in rest if re.search(r"(?i)from assess\.organisation\b", sql)]
    assert own
    assert [sql for sql in own if not re.search(r"assess\.organisation\.id = \$", sql)] == []


async def test_the_organisation_is_set_by_a_statement_that_travels(heard):
    """``set_config`` does not reach the nodes of a sharded database; only the hot path's own functions use it.

    Whatever it sets is written out, and is PostgreSQL's.
    """
    assert [sql for sql in heard if sql.startswith("SET LOCAL assess.organisation = ")]
    names = [name for sql in heard for name in re.findall(r"set_config\(\s*([^,]+)", sql)]
    assert names
    assert [name for name in names if not re.fullmatch(r"'[a-z_]+'", name)] == []


async def test_the_functions_of_the_database_hold_to_the_organisation_they_are_given(look):
    """Those with the caller's rights and the eraser's; the look-ups ask before any organisation is known."""
    sql = """select proname, prosrc, proargnames[1] as first from pg_proc
             where pronamespace = 'assess'::regnamespace and proowner <> 'assess_lookup'::regrole"""
    functions = [row for row in await look.connection.fetch(sql) if MENTION.search(row["prosrc"])]
    reading = {"read_response", "read_response_and_links"}
    assert {row["proname"] for row in functions} == {"save_answer_and_link", *reading, "erase_campaign"}
    for row in functions:
        assert row["first"] == "in_organisation"
        statements = [each for each in row["prosrc"].split(";") if MENTION.search(each)]
        assert {
            each: nameless(each, "in_organisation") for each in statements if nameless(each, "in_organisation")
        } == {}


def test_every_key_of_a_tenant_begins_with_the_organisation():
    for table in tables.metadata.sorted_tables:
        if table.name in tables.TENANT:
            keys = [table.primary_key, *table.foreign_key_constraints]
            keys += [each for each in table.constraints if type(each).__name__ == "UniqueConstraint"]
            keys += [index for index in table.indexes if index.unique]
            shared = [key for key in keys if getattr(key, "referred_table", None) is tables.questionnaire_version]
            first = {next(iter(key.columns)).name for key in keys if key not in shared}
            assert first == {"organisation_id"}, table.name


def test_what_is_shared_refers_to_no_tenant():
    """A reference table is on every node; a tenant's row is on one."""
    for table in tables.metadata.sorted_tables:
        if table.name in tables.SHARED:
            assert {key.referred_table.name for key in table.foreign_key_constraints} <= tables.SHARED


async def test_nothing_in_the_database_works_on_one_node_alone(look):
    """No sequence, trigger, rule, exclusion, view or generated column, each of which breaks when rows live elsewhere."""
    sql = """
    select relkind::text, relname from pg_class where relnamespace = 'assess'::regnamespace and relkind not in ('r', 'i')
    union all select 'trigger', tgname from pg_trigger where not tgisinternal
    union all select 'rule', rulename from pg_rewrite r join pg_class c on c.oid = ev_class
      where relnamespace = 'assess'::regnamespace
    union all select 'exclusion', conname from pg_constraint where connamespace = 'assess'::regnamespace and contype = 'x'
    union all select 'generated', attname from pg_attribute a join pg_class c on c.oid = attrelid
      where relnamespace = 'assess'::regnamespace and (attidentity <> '' or attgenerated <> '')
    """
    assert [tuple(row) for row in await look.connection.fetch(sql)] == []
