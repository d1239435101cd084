"""Organisations, teams and keys over HTTP."""

import threading
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import update

from assess.storage.tables import api_key
from assess.tenancy.model import GRANTS, Permission, Role, Team
from assess.tenancy.service import import_teams
from assess.tenancy.store import AT_ONCE, OrganisationNotFound, in_order, organisation_of
from assess.tenancy.tokens import KeyText, read_key, write_key
from tenants import key_for

pytestmark = pytest.mark.anyio

CSV = {"Content-Type": "text/csv"}
ANY = {"If-Match": "*"}
SHEET = "key,name,parent,functions,capacity_days,lead\nsales,Ventes,,,,\nlyon,Lyon,sales,sales,8,Ana\n"


async def teams(client, key):
    return {team["key"]: team for team in (await client.get("/v1/teams", headers=key)).json()["items"]}


async def test_an_import_says_how_much_it_did_and_does_it(client, admin):
    reply = await client.post("/v1/teams/import", headers={**admin, **CSV}, content=SHEET)
    assert reply.json() == {
        "dry_run": False,
        "rows": 2,
        "created": 2,
        "updated": 0,
        "unchanged": 0,
        "summary": "2 of 2",
    }
    found = await teams(client, admin)
    assert found["lyon"]["parent_id"] == found["sales"]["id"]
    assert (found["lyon"]["capacity_days"], found["lyon"]["lead"]) == (8, "Ana")


async def test_a_dry_run_writes_nothing(client, admin):
    reply = await client.post("/v1/teams/import?dry_run=true", headers={**admin, **CSV}, content=SHEET)
    assert reply.json()["created"] == 2
    assert await teams(client, admin) == {}


async def test_an_import_a_second_time_changes_only_what_differs(client, admin):
    await client.post("/v1/teams/import", headers={**admin, **CSV}, content=SHEET)
    before = await teams(client, admin)
    again = await client.post("/v1/teams/import", headers={**admin, **CSV}, content=SHEET.replace("Ana", "Zoé"))
    assert (again.json()["updated"], again.json()["unchanged"]) == (1, 1)
    after = await teams(client, admin)
    assert after["lyon"] == {**before["lyon"], "lead": "Zoé"}
    assert after["sales"] == before["sales"]


async def test_an_import_with_one_faulty_line_changes_nothing(client, admin):
    reply = await client.post("/v1/teams/import", headers={**admin, **CSV}, content=SHEET + "Bad,B,,,,\n")
    assert reply.status_code == 422
    assert reply.json()["errors"][0]["pointer"] == "#/line/4/key"
    assert await teams(client, admin) == {}


@pytest.mark.parametrize(
    "again",
    [
        pytest.param({"headers": CSV, "content": "key;name\nlyon;Lyon\n"}, id="columns"),
        pytest.param({"json": [{"key": "lyon", "name": "Lyon"}]}, id="fields"),
    ],
)
async def test_what_an_import_does_not_say_stays(client, admin, again):
    await client.post("/v1/teams/import", headers={**admin, **CSV}, content=SHEET)
    before = await teams(client, admin)
    reply = await client.post("/v1/teams/import", **{**again, "headers": {**admin, **again.get("headers", {})}})
    assert reply.json()["unchanged"] == 1
    assert await teams(client, admin) == before


async def test_every_role_may_ask_who_it_is(client, database, secrets, organisation):
    for role in (Role.EXECUTIVE, Role.AUDITOR, Role.CONSULTANT):
        me = await client.get("/v1/me", headers=await key_for(database, secrets, organisation, role))
        assert me.json()["role"] == role.value
    assert {link["rel"] for link in me.json()["links"]} == {"teams", "campaigns", "roadmaps", "reports"}


async def test_teams_may_come_as_json(client, admin):
    rows = [{"key": "child", "name": "Child", "parent": "top"}, {"key": "top", "name": "Top"}]
    assert (await client.post("/v1/teams/import", headers=admin, json=rows)).json()["summary"] == "2 of 2"


@pytest.mark.parametrize(
    ("second", "code"),
    [
        pytest.param({"key": "a", "name": "Other"}, "team_key_taken", id="key"),
        pytest.param({"key": "b", "name": "A"}, "team_name_taken", id="name"),
    ],
)
async def test_a_key_or_name_twice_is_explained(client, admin, second, code):
    await client.post("/v1/teams", headers=admin, json={"key": "a", "name": "A"})
    reply = await client.post("/v1/teams", headers=admin, json=second)
    assert (reply.status_code, reply.json()["code"]) == (409, code)


async def test_no_team_has_the_key_of_the_tree_s_root(client, admin):
    new = {"key": "company", "name": "The company"}
    replies = [
        await client.post("/v1/teams", headers=admin, json=new),
        await client.post("/v1/teams/import", headers=admin, json=[new]),
    ]
    for reply in replies:
        assert (reply.status_code, reply.json()["code"]) == (422, "tree_invalid")
        assert [finding["pointer"] for finding in reply.json()["errors"]] == ["/teams/0/key"]


async def test_a_team_is_read_and_said_anew(client, admin):
    team = (await client.post("/v1/teams", headers=admin, json={"key": "a", "name": "A"})).json()
    changed = await client.put(
        f"/v1/teams/{team['id']}", headers={**admin, **ANY}, json={"key": "a", "name": "Alpha", "capacity_days": 2}
    )
    assert (await client.get(f"/v1/teams/{team['id']}", headers=admin)).json() == changed.json()
    assert changed.json()["name"] == "Alpha"


async def test_a_team_cannot_be_put_below_its_own_child(client, admin):
    await client.post("/v1/teams/import", headers={**admin, **CSV}, content=SHEET)
    top = (await teams(client, admin))["sales"]
    reply = await client.put(
        f"/v1/teams/{top['id']}", headers={**admin, **ANY}, json={"key": "sales", "name": "Ventes", "parent": "lyon"}
    )
    assert (reply.status_code, reply.json()["code"]) == (422, "tree_invalid")


async def test_a_team_that_gets_another_key_cannot_be_put_below_its_own_child(client, admin):
    await client.post("/v1/teams/import", headers={**admin, **CSV}, content=SHEET)
    before = await teams(client, admin)
    said = {"key": "selling", "name": "Ventes", "parent": "lyon"}
    reply = await client.put(f"/v1/teams/{before['sales']['id']}", headers={**admin, **ANY}, json=said)
    assert (reply.status_code, reply.json()["code"]) == (422, "tree_invalid")
    assert await teams(client, admin) == before


async def test_a_team_takes_the_name_that_another_one_of_the_same_import_gives_up(client, admin):
    await client.post("/v1/teams/import", headers={**admin, **CSV}, content=SHEET)
    rows = [{"key": "paris", "name": "Ventes", "parent": "sales"}, {"key": "sales", "name": "Commerce"}]
    reply = await client.post("/v1/teams/import", headers=admin, json=rows)
    assert (reply.json()["created"], reply.json()["updated"]) == (1, 1)
    assert {team["name"] for team in (await teams(client, admin)).values()} == {"Commerce", "Lyon", "Ventes"}


async def test_siblings_stand_in_the_order_of_their_letters_wherever_the_database_stands():
    keys = ["a", "a-b", "a0", "a_b", "ab"]
    found = [
        Team(id=uuid4(), key=key, name=key, parent_id=None, functions=[], capacity_days=5, lead=None) for key in keys
    ]
    assert [team.key for team in in_order(found[::-1])] == keys


async def test_a_company_of_twenty_thousand_teams_is_imported_and_changed(client, admin):
    lines = [f"t{n},Team {n},{'house' if n % 100 else ''}\n" for n in range(20_000)]
    sheet, head = {**admin, **CSV}, "key,name,parent\nhouse,Maison,\n"
    created = await client.post("/v1/teams/import", headers=sheet, content=head + "".join(lines))
    assert (created.status_code, created.json()["created"]) == (200, 20_001)
    renamed = "".join(lines[: AT_ONCE + 1]).replace(",Team ", ",Group ")
    changed = await client.post("/v1/teams/import", headers=sheet, content=head + renamed)
    assert (changed.json()["updated"], changed.json()["unchanged"]) == (AT_ONCE + 1, 1)
    page = (await client.get("/v1/teams?limit=2", headers=admin)).json()
    assert [team["name"] for team in page["items"]] == ["Maison", "Group 1"]


async def test_a_sheet_is_read_beside_the_event_loop(tx):
    readers = []

    def read():
        readers.append(threading.get_ident())
        return []

    assert (await import_teams(tx, read, dry_run=True)).rows == 0
    assert threading.get_ident() not in readers


async def test_a_chain_of_teams_that_is_too_deep_is_refused_with_its_places(client, admin):
    chain = "".join(f"t{n},T {n},t{n - 1}\n" for n in reversed(range(1, 5000)))
    reply = await client.post(
        "/v1/teams/import", headers={**admin, **CSV}, content="key,name,parent\n" + chain + "t0,T 0,\n"
    )
    assert (reply.status_code, reply.json()["code"], len(reply.json()["errors"])) == (422, "tree_too_deep", 100)
    assert await teams(client, admin) == {}


async def test_the_deepest_tree_can_be_read_page_by_page(client, admin):
    name = "t" * 61
    rows = [
        {"key": f"{name}-{n:02}", "name": f"T {n}", "parent": f"{name}-{n - 1:02}" if n else None} for n in range(20)
    ]
    assert (await client.post("/v1/teams/import", headers=admin, json=rows)).status_code == 200
    found, address = [], "/v1/teams?limit=1"
    while address:
        page = (await client.get(address, headers=admin)).json()
        found, address = found + [team["key"] for team in page["items"]], page["next"]
    assert found == [row["key"] for row in rows]


async def test_a_key_is_shown_once_and_works_until_revoked(client, admin):
    issued = (await client.post("/v1/api-keys", headers=admin, json={"name": "Audit", "role": "auditor"})).json()
    held = {"Authorization": f"Bearer {issued['secret']}"}
    assert (await client.get("/v1/me", headers=held)).json()["role"] == "auditor"
    listed = (await client.get("/v1/api-keys", headers=admin)).text
    assert issued["secret"] not in listed
    await client.delete(f"/v1/api-keys/{issued['key']['id']}", headers=admin)
    reply = await client.get("/v1/me", headers=held)
    assert (reply.status_code, reply.json()["code"]) == (401, "key_expired")


async def test_a_key_that_is_not_there_cannot_be_revoked(client, admin):
    reply = await client.delete(f"/v1/api-keys/{uuid4()}", headers=admin)
    assert (reply.status_code, reply.json()["code"]) == (404, "api_key_not_found")


@pytest.mark.parametrize("path", ["/v1/teams", "/v1/me", "/v1/api-keys"], ids=["a list", "itself", "what it may not"])
async def test_the_day_on_which_a_key_was_last_used_is_known_whatever_it_was_used_for(client, admin, path):
    issued = (await client.post("/v1/api-keys", headers=admin, json={"name": "Audit", "role": "auditor"})).json()
    key_id = issued["key"]["id"]
    assert await last_used(client, admin, key_id) is None
    await client.get(path, headers={"Authorization": f"Bearer {issued['secret']}"})
    assert await last_used(client, admin, key_id) == str(datetime.now(UTC).date())


async def test_a_key_is_marked_once_a_day(client, application, admin, database, organisation):
    key = read_key(admin["Authorization"].removeprefix("Bearer ")).id
    await client.get("/v1/teams", headers=admin)
    async with database.transaction(organisation) as tx:
        mine = (api_key.c.organisation_id == organisation, api_key.c.id == key)
        await tx.execute(update(api_key).where(*mine).values(last_used_on=None))
    assert await last_used(client, admin, str(key)) is None
    application.litestar.state.used[key] -= timedelta(days=1)
    assert await last_used(client, admin, str(key)) == str(datetime.now(UTC).date())


async def last_used(client, admin, key_id):
    keys = (await client.get("/v1/api-keys", headers=admin)).json()["items"]
    return next(key["last_used_on"] for key in keys if key["id"] == key_id)


async def test_two_keys_live_side_by_side_while_one_is_rotated(client, admin):
    ask = {"name": "Engagement", "role": "consultant"}
    secrets = [(await client.post("/v1/api-keys", headers=admin, json=ask)).json()["secret"] for _ in range(2)]
    for secret in secrets:
        assert (await client.get("/v1/me", headers={"Authorization": f"Bearer {secret}"})).status_code == 200


async def test_an_expired_key_opens_nothing(client, admin):
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
    ask = {"name": "Past", "role": "auditor", "expires_on": yesterday}
    secret = (await client.post("/v1/api-keys", headers=admin, json=ask)).json()["secret"]
    assert (await client.get("/v1/me", headers={"Authorization": f"Bearer {secret}"})).json()["code"] == "key_expired"


async def test_a_known_key_with_another_secret_is_as_unknown_as_an_unknown_one(client, admin):
    key = read_key(admin["Authorization"].removeprefix("Bearer "))
    said = set()
    for guess in (KeyText(key.id, bytes(32)), KeyText(key.id, key.secret[::-1]), KeyText(uuid4(), key.secret)):
        reply = await client.get("/v1/me", headers={"Authorization": f"Bearer {write_key(guess)}"})
        problem = reply.json()
        said.add((reply.status_code, problem["code"], problem["title"], problem["detail"]))
    assert [each[:2] for each in said] == [(401, "key_invalid")]


async def test_scopes_take_away_and_never_give(client, admin):
    ask = {"name": "Narrow", "role": "consultant", "scopes": ["read_organisation"]}
    secret = (await client.post("/v1/api-keys", headers=admin, json=ask)).json()["secret"]
    held = {"Authorization": f"Bearer {secret}"}
    assert (await client.get("/v1/teams", headers=held)).status_code == 200
    assert (await client.post("/v1/teams", headers=held, json={"key": "a", "name": "A"})).json()[
        "code"
    ] == "permission_missing"
    beyond = await client.post(
        "/v1/api-keys", headers=admin, json={"name": "X", "role": "executive", "scopes": ["plan"]}
    )
    assert beyond.json()["code"] == "key_scope_beyond_role"


@pytest.mark.parametrize(
    ("ask", "code"),
    [
        pytest.param({"role": "team_lead"}, "key_needs_team", id="a lead without a team"),
        pytest.param({"role": "admin", "team_id": str(uuid4())}, "key_needs_team", id="a team without a lead"),
        pytest.param({"role": "team_lead", "team_id": str(uuid4())}, "key_team_unknown", id="a team of nobody"),
    ],
)
async def test_a_team_leads_key_names_a_team(client, admin, ask, code):
    assert (await client.post("/v1/api-keys", headers=admin, json={"name": "K", **ask})).json()["code"] == code


async def test_another_organisation_is_unknown(client, admin):
    unknown = await client.get(f"/v1/organisations/{uuid4()}", headers=admin)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "organisation_not_found")


async def test_an_organisation_that_has_been_erased_is_not_found(database):
    async with database.transaction(uuid4()) as tx:
        with pytest.raises(OrganisationNotFound):
            await organisation_of(tx)


def test_every_permission_is_somebodys():
    granted = set().union(*GRANTS.values())
    assert set(Permission) - granted == {Permission.PUBLIC, Permission.RESPOND}
    assert set(GRANTS) == set(Role)
