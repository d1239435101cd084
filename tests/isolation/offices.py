"""Probes of what is there once: the roles, the functions that see past the policies, and the two functions of the hot path."""

from assess.storage import roles, tables
from isolation.look import ROWS, A, B, Look, claim
from isolation.probes import rights_are_those_declared

LONG_AGO = (
    "state = 'closed', starts_on = '2000-01-01', ends_on = '2000-01-02', closed_at = '2000-01-02', erased_on = null"
)
CLOSED = f"update assess.campaign set {LONG_AGO}"
AS_IT_IS = "select 1"
COPIED = """
insert into assess.campaign
select (jsonb_populate_record(c, jsonb_build_object('id', $2::uuid, 'key', 'other'))).*
from assess.campaign as c where organisation_id = $1"""
LOOKUPS = {
    "key_by_id('{api_key[id]}')": AS_IT_IS,
    "open_campaigns_due('2026-02-01')": AS_IT_IS,
    "campaigns_closed(array['{campaign[id]}'::uuid])": CLOSED,
    "campaigns_past_retention()": CLOSED,
    "organisations_with_expired_keys('2026-02-01')": AS_IT_IS,
}
"""The functions that see past every policy, asked about A, and what must have happened before that."""
OTHERS = {"organisation_by_key": roles.LOOKUP, "erase_campaign": roles.ERASER}
"""More functions with another's rights, and whose rights."""
MAY = {
    # role: may log in, passes row-level security
    roles.OWNER: (False, False),
    roles.MIGRATOR: (True, False),
    roles.APP: (True, False),
    roles.BACKUP: (True, True),
    roles.LOOKUP: (False, True),
    roles.ERASER: (False, False),
}


async def look_ups_find_what_no_policy_shows(look: Look) -> None:
    for call, before in LOOKUPS.items():
        async with look.undone():
            await look.connection.execute(before)
            async with look.being(roles.APP, None) as connection:
                found = await connection.fetch(f"select organisation_id from assess.{call.format(**ROWS[A])}")
        claim(A in [row["organisation_id"] for row in found], f"{call} does not find A")
    async with look.being(roles.APP, None) as connection:
        found = await connection.fetchval("select assess.organisation_by_key($1)", str(A))
    claim(found == A, "organisation_by_key does not find A")


async def nothing_else_has_another_s_rights(look: Look) -> None:
    owners = {call.partition("(")[0]: roles.LOOKUP for call in LOOKUPS} | OTHERS
    sql = """select proname, proowner::regrole::text as owner, proconfig from pg_proc
             where pronamespace = 'assess'::regnamespace and prosecdef"""
    found = await look.connection.fetch(sql)
    claim({row["proname"]: row["owner"] for row in found} == owners, f"functions with another's rights: {found}")
    claim(all(row["proconfig"] == ['search_path=""'] for row in found), f"an open search_path: {found}")


async def functions_are_the_application_s(look: Look) -> None:
    sql = """select proname, r.rolname, has_function_privilege(r.rolname, p.oid, 'execute') as may, proowner = r.oid as own
             from pg_proc as p cross join pg_roles as r
             where pronamespace = 'assess'::regnamespace and r.rolname = any($1)"""
    for row in await look.connection.fetch(sql, [roles.APP, roles.BACKUP, roles.LOOKUP, roles.ERASER]):
        expected = row["own"] or row["rolname"] == roles.APP
        claim(row["may"] == expected, f"{row['rolname']} and {row['proname']}: {row['may']}")


async def roles_are_no_more_than_they_say(look: Look) -> None:
    sql = """select rolname, rolcanlogin, rolbypassrls, rolsuper or rolcreaterole or rolcreatedb or rolreplication as more
             from pg_roles where rolname like 'assess%'"""
    found = {row["rolname"]: tuple(row)[1:] for row in await look.connection.fetch(sql)}
    claim(found == {role: (*may, False) for role, may in MAY.items()}, f"roles: {found}")
    members = "select member::regrole::text, roleid::regrole::text, inherit_option from pg_auth_members"
    found_members = {tuple(row) for row in await look.connection.fetch(f"{members} where roleid >= 16384")}
    expected = {
        (roles.MIGRATOR, roles.OWNER, True),
        (roles.OWNER, roles.LOOKUP, False),
        (roles.OWNER, roles.ERASER, False),
    }
    claim(found_members == expected, f"members: {found_members ^ expected}")


async def nobody_but_the_owner_makes_or_owns_things(look: Look) -> None:
    for role in (roles.APP, roles.BACKUP, roles.LOOKUP, roles.ERASER):
        for schema in ("assess", "public"):
            may = await look.connection.fetchval("select has_schema_privilege($1, $2, 'create')", role, schema)
            claim(not may, f"{role} can make things in {schema}")
    sql = "select relname, relowner::regrole::text as owner from pg_class where relnamespace = 'assess'::regnamespace"
    for row in await look.connection.fetch(sql):
        claim(row["owner"] == roles.OWNER, f"{row['relname']} belongs to {row['owner']}")


async def the_hot_path_knows_whose_key_it_is(look: Look) -> None:
    response, campaign = ROWS[A]["response"], ROWS[A]["campaign"]["id"]
    key, form = (bytes.fromhex(response[name].removeprefix("\\x")) for name in ("key_hash", "form_digest"))
    other = "00000000-0000-0000-0000-000000000099"
    async with look.undone():
        await look.connection.execute(COPIED, A, other)
        for function, more in (
            ("read_response", ""),
            ("read_response_and_links", ""),
            ("save_answer", ", 'item', 3::smallint, null, 9"),
            ("save_answer_and_link", ", 'item', 3::smallint, null, null, 9"),
        ):
            for arguments, standing in (
                ((A, key, campaign, form), "good"),
                ((B, key, campaign, form), None),
                ((B, key, ROWS[B]["campaign"]["id"], form), "unknown"),
                ((A, key, other, form), "foreign"),
                ((A, key, campaign, b"another form"), "foreign"),
            ):
                async with look.being(roles.APP, None) as connection:
                    sql = f"select standing from assess.{function}($1, $2, $3, $4{more}, '2026-01-15')"
                    said = await connection.fetchval(sql, *arguments)
                claim(said == standing, f"{function} says {said} to {arguments}")


async def only_one_s_own_campaign_is_erased(look: Look) -> None:
    for organisation, erased in ((B, False), (A, True)):
        async with look.undone():
            await look.connection.execute(CLOSED)
            async with look.being(roles.APP, organisation) as connection:
                sql = "select assess.erase_campaign($1, $2)"
                done = await connection.fetchval(sql, A, ROWS[A]["campaign"]["id"])
        claim(done == erased, f"{organisation} erasing a campaign of A: {done}")


async def published_versions_are_read_alone(look: Look) -> None:
    await rights_are_those_declared(look, tables.questionnaire_version)


PROBES = (
    published_versions_are_read_alone,
    look_ups_find_what_no_policy_shows,
    nothing_else_has_another_s_rights,
    functions_are_the_application_s,
    roles_are_no_more_than_they_say,
    nobody_but_the_owner_makes_or_owns_things,
    the_hot_path_knows_whose_key_it_is,
    only_one_s_own_campaign_is_erased,
)
