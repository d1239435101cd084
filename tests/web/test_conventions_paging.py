"""Lists come in pages: each entry once, whatever happens meanwhile; a cursor opens one list of one organisation."""

import re

import pytest

from assess.app import handlers_of
from assess.tenancy.model import Role
from tenants import key_for, new_organisation
from world import build_world

pytestmark = pytest.mark.anyio

WHOLE = {
    "listAssessments": "a document that is replaced as a whole, under one tag",
    "listQuestionnaires": "in memory, and few",
    "listQuestionnaireVersions": "in memory, and few",
}
SHEET = "key,name,parent\nhouse,Maison,\n" + "".join(
    f"b{top},B {top},house\n" + "".join(f"b{top}-{n},B {top}-{n},b{top}\n" for n in range(3)) for top in range(4)
)


async def imported(client, admin):
    await client.post("/v1/teams/import", headers={**admin, "Content-Type": "text/csv"}, content=SHEET)


async def pages(client, headers, address):
    """Every page of a list."""
    found = []
    while address:
        reply = await client.get(address, headers=headers)
        assert reply.status_code == 200, reply.text
        page = reply.json()
        link = reply.headers.get("link")
        assert link == (f'<{page["next"]}>; rel="next"' if page["next"] else None)
        found.append(page["items"])
        address = page["next"]
    return found


async def test_every_list_comes_in_pages(application):
    for handler in handlers_of(application.litestar):
        kind = handler.parsed_fn_signature.return_type.annotation
        if "GET" in handler.http_methods and "next" in getattr(kind, "__struct_fields__", ()):
            paged = "pages" in handler.parsed_fn_signature.parameters
            assert paged != (handler.operation_id in WHOLE), handler.operation_id


@pytest.mark.parametrize("limit", [1, 2, 3, 16, 17, 200])
async def test_the_pages_of_the_teams_are_the_tree_in_order(client, admin, limit):
    await imported(client, admin)
    (whole,) = await pages(client, admin, "/v1/teams")
    assert len(whole) == 17
    found = await pages(client, admin, f"/v1/teams?limit={limit}")
    assert [team for page in found for team in page] == whole
    assert [len(page) for page in found[:-1]] == [limit] * (len(found) - 1)
    known = {None}
    for team in whole:
        assert team["parent_id"] in known, "parents come before their children"
        known.add(team["id"])


async def test_a_page_holds_fifty_unless_said(client, admin):
    rows = [{"key": f"t{n}", "name": f"T {n}"} for n in range(51)]
    await client.post("/v1/teams/import", headers=admin, json=rows)
    assert [len(page) for page in await pages(client, admin, "/v1/teams")] == [50, 1]


async def test_what_comes_or_goes_between_two_pages_moves_no_other_entry(client, admin):
    await imported(client, admin)
    first = (await client.get("/v1/teams?limit=7", headers=admin)).json()
    await client.post("/v1/teams", headers=admin, json={"key": "a-new-first-one", "name": "N"})
    last = first["items"][-1]
    change = {"headers": {**admin, "If-Match": "*"}, "json": {"key": "zz", "name": "Moved away"}}
    assert (await client.put(f"/v1/teams/{last['id']}", **change)).status_code == 200
    rest = [team["key"] for page in await pages(client, admin, first["next"]) for team in page]
    assert rest == [f"b1-{n}" for n in (1, 2)] + [
        key for top in (2, 3) for key in (f"b{top}", *(f"b{top}-{n}" for n in range(3)))
    ] + ["zz"]


async def test_keys_come_oldest_first_and_campaigns_newest_first(client, admin):
    dates = {"starts_on": "2030-01-01", "ends_on": "2030-02-01"}
    for number in range(5):
        await client.post("/v1/api-keys", headers=admin, json={"name": f"K {number}", "role": "auditor"})
        await client.post("/v1/campaigns", headers=admin, json={"key": f"c{number}", "name": f"C {number}", **dates})
    keys = [key["name"] for page in await pages(client, admin, "/v1/api-keys?limit=2") for key in page]
    assert keys == ["admin", *(f"K {number}" for number in range(5))]
    campaigns = [each["name"] for page in await pages(client, admin, "/v1/campaigns?limit=2") for each in page]
    assert campaigns == [f"C {number}" for number in (4, 3, 2, 1, 0)]


async def test_people_roadmaps_and_reports_come_in_pages_too(client, database, secrets):
    organisation = await new_organisation(database)
    admin = await key_for(database, secrets, organisation, Role.ADMIN)
    world = await build_world(client, organisation, admin)
    people = f"/v1/campaigns/{world.ids['campaign_id']}/people"
    (whole,) = await pages(client, admin, people)
    assert [person for page in await pages(client, admin, f"{people}?limit=3") for person in page] == whole
    assert [(person["team"], person["name"]) for person in whole] == sorted(
        (person["team"], person["name"]) for person in whole
    )
    for language in ("en", "fr"):
        body = {"roadmap_id": world.ids["roadmap_id"], "language": language}
        await client.post("/v1/reports", headers=admin, json=body)
    again = {"campaign_id": world.ids["campaign_id"], "starts_on": "2030-01-01"}
    made = (await client.post("/v1/roadmaps", headers=admin, json=again)).json()["id"]
    for path, newest in (("/v1/roadmaps", made), ("/v1/reports", None)):
        (both,) = await pages(client, admin, path)
        assert len(both) == 2
        assert newest in {None, both[0]["id"]}
        assert await pages(client, admin, f"{path}?limit=1") == [[each] for each in both]


async def test_a_cursor_tells_nothing(client, admin):
    await imported(client, admin)
    cursor = re.search(r"cursor=([\w-]+)&", (await client.get("/v1/teams?limit=2", headers=admin)).json()["next"])[1]
    assert "house" not in cursor


async def cursor_of(client, headers, path):
    found = (await client.get(f"{path}?limit=1", headers=headers)).json()["next"]
    return re.search(r"cursor=([\w-]+)&", found)[1]


def is_refused(reply):
    return (reply.status_code, reply.json()["code"]) == (422, "cursor_invalid") and reply.json()["errors"][0][
        "pointer"
    ] == "query/cursor"


async def test_a_cursor_that_was_changed_is_refused(client, admin):
    await imported(client, admin)
    cursor = await cursor_of(client, admin, "/v1/teams")
    for place in range(len(cursor) - 1):
        changed = cursor[:place] + ("B" if cursor[place] == "A" else "A") + cursor[place + 1 :]
        assert is_refused(await client.get(f"/v1/teams?cursor={changed}", headers=admin)), place


@pytest.mark.parametrize("cursor", ["x", "!", "%00", "%F0%9F%98%80", "a" * 4000, "AAAA", "====", "é"], ids=ascii)
async def test_a_cursor_that_was_made_by_hand_is_refused(client, admin, cursor):
    assert is_refused(await client.get(f"/v1/teams?cursor={cursor}", headers=admin))


async def test_a_cursor_opens_no_other_list_and_no_other_organisation(client, admin, database, secrets):
    await imported(client, admin)
    await client.post("/v1/api-keys", headers=admin, json={"name": "K", "role": "auditor"})
    stranger = await key_for(database, secrets, await new_organisation(database), Role.ADMIN)
    teams, keys = await cursor_of(client, admin, "/v1/teams"), await cursor_of(client, admin, "/v1/api-keys")
    assert is_refused(await client.get(f"/v1/teams?cursor={teams}", headers=stranger))
    assert is_refused(await client.get(f"/v1/teams?cursor={keys}", headers=admin))
    assert (await client.get(f"/v1/teams?cursor={teams}", headers=admin)).status_code == 200


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=-1", "limit=x", "limit=", "limit=1e3", "cursor="])
async def test_a_page_that_cannot_be_is_refused(client, admin, query):
    reply = await client.get(f"/v1/teams?{query}", headers=admin)
    assert reply.status_code == 422
    assert reply.json()["errors"][0]["pointer"] == f"query/{query.partition('=')[0]}"


async def test_the_same_page_has_the_same_tag(client, admin):
    await imported(client, admin)
    tags = {(await client.get("/v1/teams?limit=2", headers=admin)).headers["etag"] for _ in range(2)}
    assert len(tags) == 1
