"""Who may do what: every route × every role × one's own, another team's and another organisation's things."""

from uuid import UUID, uuid4

import pytest

from assess.app import handlers_of
from assess.tenancy.model import GRANTS, Permission, Role
from policies import NEEDED
from routes import IDS, KEYLESS, ask, at, routes_of, same
from tenants import key_for, new_organisation
from world import NAMES, done

pytestmark = pytest.mark.anyio

ROLES = [role.value for role in Role]
METHODS = {"GET", "POST", "PUT", "DELETE"}


@pytest.fixture(scope="module")
async def stranger(database, secrets) -> dict[str, str]:
    """The admin of another organisation."""
    return await key_for(database, secrets, await new_organisation(database), Role.ADMIN)


@pytest.fixture(scope="module")
def routes(application):
    """Every route that demands a key: method, path, permission. Those that change nothing for good come first."""
    return [
        (route.method, route.path, route.permission)
        for route in routes_of(application)
        if route.permission not in KEYLESS and route.method in METHODS
    ]


@pytest.fixture(scope="module")
async def keys(client, database, secrets) -> dict[str, dict[str, str]]:
    """A key of each role in an organisation that has one team and nothing else."""
    organisation = await new_organisation(database)
    admin = await key_for(database, secrets, organisation, Role.ADMIN)
    team = UUID((await done(client, "POST", "/v1/teams", admin, json={"key": "house", "name": "Maison"}))["id"])
    return {
        role.value: await key_for(database, secrets, organisation, role, team if role is Role.TEAM_LEAD else None)
        for role in Role
    }


def unknown() -> dict[str, str]:
    """Ids of what does not exist, for every path."""
    return {**NAMES, **{name: str(uuid4()) for name in IDS}}


async def test_every_operation_stands_in_the_table_of_permissions(application):
    assert {str(handler.operation_id) for handler in handlers_of(application.litestar)} == set(NEEDED)


async def test_whatever_is_not_public_asks_who_one_is_and_counts(client, application):
    """A guard counts whoever has a response key; whether that key opens anything is its handler's business."""
    for route in routes_of(application):
        if route.method in METHODS:
            reply = await ask(client, route.method, at(route.path, unknown()), {})
            refused = reply.status_code == 401 and reply.json()["code"] == "key_missing"
            assert refused == (route.permission not in KEYLESS), route
            assert ("ratelimit" in reply.headers) == (route.permission is Permission.RESPOND), route


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_may_exactly_what_it_is_granted(client, routes, keys, role):
    assert len(routes) > 25
    for method, path, permission in routes:
        reply = await ask(client, method, at(path, unknown()), keys[role])
        refused = reply.status_code == 403 and reply.json()["code"] == "permission_missing"
        assert refused == (permission not in GRANTS[Role(role)]), (role, method, path, reply.text)


async def test_one_s_own_things_can_be_read(client, routes, world):
    for method, path, _ in routes:
        if method == "GET":
            reply = await ask(client, method, at(path, world.ids), world.keys["admin"])
            expected = {200, 409} if path.endswith("/preflight") else {200}
            assert reply.status_code in expected, (path, reply.text)


async def test_another_organisation_s_things_are_as_unknown_as_what_does_not_exist(client, routes, world, stranger):
    nobody_s = unknown()
    for method, path, _ in routes:
        if "{" not in path:
            continue
        theirs = await ask(client, method, at(path, world.ids), stranger)
        nothing = await ask(client, method, at(path, nobody_s), stranger)
        assert same(theirs) == same(nothing), (method, path)
        assert theirs.status_code in {404, 415, 422, 428}, (method, path, theirs.text)


async def test_a_stranger_s_lists_are_empty(client, world, stranger):
    for path in ("/v1/teams", "/v1/campaigns", "/v1/roadmaps", "/v1/reports"):
        assert (await client.get(path, headers=stranger)).json()["items"] == []
        assert (await client.get(path, headers=world.keys["admin"])).json()["items"] != []


async def test_a_team_lead_sees_the_own_team_and_not_another(client, world):
    lead, ids = world.keys["team_lead"], world.ids
    own = await client.get(f"/v1/assessments/{ids['assessment_id']}/results", headers=lead)
    other = await client.get(f"/v1/assessments/{ids['other_assessment_id']}/results", headers=lead)
    assert own.status_code == 200
    assert (other.status_code, other.json()["code"]) == (403, "team_beyond_key")
    nodes = (await client.get(f"/v1/campaigns/{ids['campaign_id']}/results", headers=lead)).json()["nodes"]
    assert [node["key"] for node in nodes] == ["atelier"]


async def test_a_team_lead_is_not_told_that_the_admin_s_copy_is_the_same(client, world):
    path = f"/v1/campaigns/{world.ids['campaign_id']}/results"
    etag = (await client.get(path, headers=world.keys["admin"])).headers["etag"]
    for role, status in (("admin", 304), ("team_lead", 200)):
        reply = await client.get(path, headers={**world.keys[role], "If-None-Match": etag})
        assert reply.status_code == status, role


async def test_a_response_key_opens_nothing_but_its_own_form(client, routes, world):
    for method, path, _ in routes:
        reply = await ask(client, method, at(path, world.ids), world.keys["respondent"])
        assert reply.status_code == 401, (method, path)


async def test_an_api_key_is_no_response_key(client, world):
    reply = await client.get("/v1/respond", headers=world.keys["admin"])
    assert reply.status_code == 401


async def test_an_executive_reads_reports_and_nothing_else(client, world):
    executive, ids = world.keys["executive"], world.ids
    assert (await client.get(f"/v1/reports/{ids['report_id']}/content", headers=executive)).content[:5] == b"%PDF-"
    assert (await client.get(f"/v1/campaigns/{ids['campaign_id']}/results", headers=executive)).status_code == 403
    assert (await client.post(f"/v1/reports/{ids['report_id']}/links", headers=executive)).status_code == 403
