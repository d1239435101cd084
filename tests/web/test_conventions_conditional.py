"""Conditional requests: 304 for what the client has, 428 and 412 before a shared draft is changed."""

import asyncio
from uuid import UUID

import pytest

from assess.app import handlers_of
from assess.tenancy.model import NewTeam, Role
from assess.tenancy.store import change_team, team_of
from assess.web.conditional import CHANGES, FREELY, PLACES
from routes import KEYLESS, at, routes_of
from tenants import key_for, new_organisation
from world import build_world

pytestmark = pytest.mark.anyio

NOT_A_DRAFT = {"revokeApiKey", "erasePerson", "saveAnswer"}
"""What is changed but is no shared draft: a key and a person only end, an answer has its sequence number."""

KEPT_ENTIRELY = {"putMeasure", "putReview", "putExemption"}
"""Facts of which each revision is kept."""


@pytest.fixture(scope="module")
async def world(client, database, secrets):
    organisation = await new_organisation(database)
    return await build_world(client, organisation, await key_for(database, secrets, organisation, Role.ADMIN))


async def made(client, admin, key="a"):
    reply = await client.post("/v1/teams", headers=admin, json={"key": key, "name": key.upper()})
    return f"/v1/teams/{reply.json()['id']}"


async def test_every_change_of_a_shared_draft_says_what_it_changes(application):
    for handler in handlers_of(application.litestar):
        if {"PUT", "PATCH", "DELETE"} & handler.http_methods:
            told = {CHANGES, PLACES} & handler.opt.keys()
            assert len(told) == 1 or handler.operation_id in NOT_A_DRAFT, handler.operation_id


async def test_only_that_of_which_nothing_is_lost_is_replaced_freely(application):
    freely = {handler.operation_id for handler in handlers_of(application.litestar) if handler.opt.get(FREELY)}
    assert freely == KEPT_ENTIRELY


async def test_every_private_reply_can_be_asked_for_again(client, application, world):
    for route in routes_of(application):
        if route.method == "GET" and route.permission not in KEYLESS:
            path = at(route.path, {**world.ids, "person_id": world.ids["team_id"]})
            first = await client.get(path, headers=world.keys["admin"])
            if first.status_code != 200:
                continue
            etag = first.headers["etag"]
            assert etag.startswith('"'), "a strong one"
            again = await client.get(path, headers={**world.keys["admin"], "If-None-Match": f'"x", W/{etag}'})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag), path
            assert "content-type" not in again.headers or first.headers["content-type"] == again.headers["content-type"]
            assert again.headers["cache-control"] == first.headers["cache-control"]
            assert "private" in again.headers["cache-control"], path
            assert "Authorization" in again.headers["vary"], path


async def test_head_has_the_same_tag_and_no_body(client, admin):
    path = await made(client, admin)
    got, head = await client.get(path, headers=admin), await client.head(path, headers=admin)
    assert (head.headers["etag"], head.headers["content-length"]) == (
        got.headers["etag"],
        got.headers["content-length"],
    )
    assert head.content == b""
    again = await client.head(path, headers={**admin, "If-None-Match": got.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_a_changed_thing_has_another_tag(client, admin):
    path = await made(client, admin)
    before = (await client.get(path, headers=admin)).headers["etag"]
    change = {"key": "a", "name": "Alpha"}
    changed = await client.put(path, headers={**admin, "If-Match": before}, json=change)
    after = await client.get(path, headers={**admin, "If-None-Match": before})
    assert (after.status_code, after.headers["etag"]) == (200, changed.headers["etag"])
    assert changed.headers["etag"] != before


async def test_what_one_may_not_keep_has_no_tag(client, admin, world):
    form = await client.get("/v1/respond", headers=world.keys["respondent"])
    issued = await client.post("/v1/api-keys", headers=admin, json={"name": "x", "role": "auditor"})
    for reply in (form, issued, await client.get("/health/live"), await client.get("/v1/nothing")):
        assert "etag" not in reply.headers
    assert form.headers["cache-control"] == issued.headers["cache-control"] == "no-store"
    assert "Authorization" in form.headers["vary"]


async def test_a_public_reply_is_the_same_for_everybody(client):
    reply = await client.get("/v1/questionnaires")
    assert (reply.headers["cache-control"], reply.headers.get("vary")) == ("no-cache", None)


async def test_without_if_match_a_draft_is_not_changed(client, admin):
    path = await made(client, admin)
    reply = await client.put(path, headers=admin, json={"key": "a", "name": "Other"})
    assert (reply.status_code, reply.json()["code"]) == (428, "precondition_required")
    assert (await client.get(path, headers=admin)).json()["name"] == "A"


@pytest.mark.parametrize("said", ['"stale"', "", "W/{etag}", "{bare}"], ids=["stale", "empty", "weak", "unquoted"])
async def test_with_a_stale_if_match_a_draft_is_not_changed(client, admin, said):
    path = await made(client, admin)
    etag = (await client.get(path, headers=admin)).headers["etag"]
    headers = {**admin, "If-Match": said.format(etag=etag, bare=etag.strip('"'))}
    reply = await client.put(path, headers=headers, json={"key": "a", "name": "Other"})
    assert (reply.status_code, reply.json()["code"], reply.headers["etag"]) == (412, "precondition_failed", etag)
    assert (await client.get(path, headers=admin)).json()["name"] == "A"


@pytest.mark.parametrize("said", ["{etag}", '"x", {etag}', "*"], ids=["the tag", "one of several", "any"])
async def test_with_the_right_if_match_a_draft_is_changed(client, admin, said):
    path = await made(client, admin)
    etag = (await client.get(path, headers=admin)).headers["etag"]
    headers = {**admin, "If-Match": said.format(etag=etag)}
    reply = await client.put(path, headers=headers, json={"key": "a", "name": "Other"})
    assert (reply.status_code, reply.json()["name"]) == (200, "Other")


async def test_of_two_who_change_the_same_state_one_is_told(client, admin):
    path = await made(client, admin)
    headers = {**admin, "If-Match": (await client.get(path, headers=admin)).headers["etag"]}
    both = [client.put(path, headers=headers, json={"key": "a", "name": name}) for name in ("One", "Two")]
    assert sorted(reply.status_code for reply in await asyncio.gather(*both)) == [200, 412]


async def test_a_change_under_way_is_waited_for_before_the_tag_is_looked_at(client, admin, database, organisation):
    path = await made(client, admin)
    headers = {**admin, "If-Match": (await client.get(path, headers=admin)).headers["etag"]}
    team_id = UUID(path.rpartition("/")[2])
    async with database.transaction(organisation) as tx:
        await team_of(tx, team_id, lock=True)
        second = asyncio.create_task(client.put(path, headers=headers, json={"key": "a", "name": "Second"}))
        await asyncio.sleep(0.3)
        await change_team(tx, team_id, NewTeam(key="a", name="First"), None)
    assert (await second).status_code == 412
    assert (await client.get(path, headers=admin)).json()["name"] == "First"


async def test_what_a_campaign_asks_is_changed_by_its_tag(client, admin):
    dates = {"starts_on": "2030-01-01", "ends_on": "2030-02-01"}
    campaign = (await client.post("/v1/campaigns", headers=admin, json={"key": "c", "name": "C", **dates})).json()
    await made(client, admin)
    path = f"/v1/campaigns/{campaign['id']}/assessments"
    etag = (await client.get(path, headers=admin)).headers["etag"]
    asked = {"items": [{"team": "a", "questionnaires": [{"key": "offer", "version": "1.0.0"}]}]}
    assert (await client.put(path, headers=admin, json=asked)).status_code == 428
    both = [client.put(path, headers={**admin, "If-Match": etag}, json=asked) for _ in range(2)]
    assert sorted(reply.status_code for reply in await asyncio.gather(*both)) == [200, 412]
    assert (await client.get(path, headers={**admin, "If-None-Match": etag})).status_code == 200


async def test_a_draft_of_nobody_is_not_found_before_its_tag_is_looked_at(client, admin):
    path = "/v1/teams/01890000-0000-7000-8000-000000000000"
    reply = await client.put(path, headers={**admin, "If-Match": '"x"'}, json={"key": "a", "name": "A"})
    assert (reply.status_code, reply.json()["code"]) == (404, "team_not_found")


SHEET, MEASURE = {"owner": "Ana", "baseline": 20, "target": 50}, {"value": 0.35, "measured_on": "2025-04-03"}


async def places(client, admin):
    """Where something may be put, twice: whoever replaces the first says which state, the second keeps all of them."""
    team = await made(client, admin)
    sheet, measured = "/v1/kpi-sheets/kpi-off-cocreation", f"{team}/measures/kpi-off-cocreation/2025-03-31"
    return [(sheet, SHEET, 428), (measured, MEASURE, 200)]


async def test_what_is_put_where_nothing_is_or_something_is_says_so(client, admin):
    for path, body, without in await places(client, admin):

        async def put(*, at=path, what=body, **said):
            return (await client.put(at, headers={**admin, **said}, json=what)).status_code

        assert await put(**{"If-Match": "*"}) == 412, "nothing is there yet"
        assert await put(**{"If-None-Match": "*"}) == 201
        assert await put(**{"If-None-Match": "*"}) == 412
        etag = (await client.get(path, headers=admin)).headers["etag"]
        assert await put(**{"If-None-Match": f'"x", {etag}'}) == 412
        assert await put(**{"If-Match": '"x"'}) == 412
        assert await put() == without
        assert await put(**{"If-Match": "*", "If-None-Match": '"x"'}) == 200
