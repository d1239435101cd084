"""Whatever of another organisation one puts into a request, the reply is that to something unknown, and nothing of it comes back.

What the people of the shared world have said bears MARK (names, addresses, comments, keys): it must not be seen anywhere.
"""

import base64
import logging
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from assess.app import describe
from assess.storage.account import EmbeddedError
from assess.tenancy.model import Role
from assess.web.logs import JsonLines
from isolation.foreign import BODIES, NAMING, QUERIES, STAND, foreign, unknown
from routes import IDS, KEYLESS, Route, at, pdf_text, routes_of, same
from tenants import key_for, new_organisation
from world import MARK, World, build_world, done

pytestmark = pytest.mark.anyio

ROLES = [role.value for role in Role]
DIFFERENT = {*IDS, "team", "token"}
HERE = {"If-Match": "*", "Accept-Language": "fr"}


@pytest.fixture(scope="module")
async def theirs(client, world) -> dict[str, str]:
    """What the stranger has got hold of."""
    stand = {"key": STAND, "name": f"Stand {MARK}", "parent": "house"}
    await done(client, "POST", "/v1/teams", world.keys["admin"], json=stand)
    return foreign(world)


@pytest.fixture(scope="module")
async def stranger(client, database, secrets) -> World:
    """Another company, with results and a report of its own; here its respondent answers a campaign that is open."""
    organisation = await new_organisation(database)
    admin = await key_for(database, secrets, organisation, Role.ADMIN)
    made = await build_world(client, organisation, admin)
    made.keys["respondent"] = await open_campaign(client, admin)
    return made


async def open_campaign(client: httpx.AsyncClient, admin: dict[str, str]) -> dict[str, str]:
    """One more campaign of a company, launched; the response key of somebody who answers it."""
    today = datetime.now(UTC).date()
    new = {"key": "autumn", "name": "Automne", "languages": ["fr"], "starts_on": str(today)}
    campaign = await done(client, "POST", "/v1/campaigns", admin, json={**new, "ends_on": str(today + timedelta(9))})
    here = f"/v1/campaigns/{campaign['id']}"
    asked = {"team": "labo", "questionnaires": [{"key": "offer", "version": "1.0.0"}]}
    await done(client, "PUT", f"{here}/assessments", {**admin, "If-Match": "*"}, json={"items": [asked]})
    common = {"language": "fr", "perspective": "member", "team": "labo"}
    people = [{"name": f"Personne {n}", "email": f"p{n}@example.com", **common} for n in range(5)]
    await done(client, "POST", f"{here}/people/import", admin, json=people)
    await done(client, "POST", f"{here}/launch", admin)
    invitations = await done(client, "POST", f"{here}/invitations", admin)
    token = {"token": invitations["items"][0]["token"]}
    exchanged = await done(client, "POST", "/v1/respond/exchange", {}, json=token)
    return {"Authorization": f"Bearer {exchanged['response_key']}"}


@pytest.fixture(scope="module")
def routes(application) -> list[Route]:
    """Every route that takes something of an organisation, in its path, its query or its body."""
    found = [route for route in routes_of(application) if route.method in {"GET", "POST", "PUT", "DELETE", "PATCH"}]
    return [route for route in found if "{" in route.path or route.operation in BODIES | QUERIES]


@pytest.fixture
def logged() -> Iterator[list[str]]:
    """Every line that a server would log meanwhile, in full."""
    lines: list[str] = []
    handler = _Lines(lines)
    logging.getLogger().addHandler(handler)
    logging.getLogger("assess").setLevel(logging.DEBUG)
    yield lines
    logging.getLogger().removeHandler(handler)
    logging.getLogger("assess").setLevel(logging.NOTSET)


class _Lines(logging.Handler):
    def __init__(self, lines: list[str]) -> None:
        super().__init__(logging.DEBUG)
        self._lines, self._format = lines, JsonLines()

    def emit(self, record: logging.LogRecord) -> None:
        if record.name != "httpx":  # that is the client's own log, and it knows what it asks
            self._lines.append(self._format.format(record))


async def asked(client: httpx.AsyncClient, route: Route, key: Any, path: Any, body: Any) -> httpx.Response:
    """Ask with ids for the path and the query, and ids for the body."""
    address = f"{at(route.path, path)}?{QUERIES[route.operation](path)}" if route.operation in QUERIES else None
    sent = {"json": BODIES[route.operation](body)} if route.operation in BODIES else {}
    return await client.request(route.method, address or at(route.path, path), headers={**key, **HERE}, **sent)


def takes(route: Route, place: str) -> bool:
    """Whether a route takes something there."""
    in_path, in_body = "{" in route.path or route.operation in QUERIES, route.operation in BODIES
    return {"path": in_path, "body": in_body, "everywhere": in_path or in_body}[place]


def anonymous(reply: httpx.Response, names: dict[str, str]) -> Any:
    """A reply as it would be whatever the names were that it repeats."""
    status, headers, body = same(reply)
    for name, value in sorted((name, value) for name, value in names.items() if name in DIFFERENT):
        headers = [(each, said.replace(value, f"<{name}>")) for each, said in headers if each != "etag"]
        body = body.replace(value.encode(), f"<{name}>".encode())
    return status, headers, body


@pytest.mark.parametrize("place", ["path", "body", "everywhere"])
@pytest.mark.parametrize("role", [*ROLES, "respondent", "nobody"])
async def test_the_foreign_is_as_unknown_as_the_unknown(client, routes, stranger, theirs, logged, role, place):
    key, own, nothing = stranger.keys.get(role, {}), {**stranger.ids, "team": "labo", "token": "x"}, unknown(theirs)
    tried = [route for route in routes if takes(route, place)]
    for route in tried:
        replies = []
        for names in (theirs, nothing):
            path, body = (own if place == "body" else names), (own if place == "path" else names)
            replies.append(await asked(client, route, key, path, body))
        said, wanted = (anonymous(*pair) for pair in zip(replies, (theirs, nothing), strict=True))
        assert said == wanted, (route, replies[0].text)
        assert MARK not in replies[0].text.replace(STAND, ""), route
        assert MARK not in str(replies[0].headers), route
    assert len(logged) >= len([route for route in tried if "/respond" not in route.path])
    assert MARK not in "".join(logged)


@pytest.mark.parametrize("role", ROLES)
async def test_one_s_own_replies_tell_nothing_of_others(client, application, stranger, theirs, logged, role):
    """Everything that can be read is read: lists, results, the PDF and its text, the counters of the server."""
    key, seen = stranger.keys[role], 0
    for route in routes_of(application):
        if route.method == "GET" and route.operation != "readSharedReport":
            reply = await client.get(at(route.path, stranger.ids), headers=key)
            seen += reply.is_success
            content = reply.content
            text = pdf_text(content) if content.startswith(b"%PDF") else reply.text
            for canary in (MARK, *(value for name, value in theirs.items() if name.endswith("_id"))):
                assert canary not in text + str(reply.headers), (route, canary)
    assert seen > 10
    assert MARK not in "".join(logged)


async def test_the_canaries_sing_at_home(client, world, theirs):
    """Where they belong they can be seen, in every kind of reply: a canary that nobody would hear proves nothing."""
    admin, ids = world.keys["admin"], world.ids
    campaign = f"/v1/campaigns/{ids['campaign_id']}"
    for path in ("/v1/me", "/v1/teams", "/v1/api-keys", campaign, f"{campaign}/people", f"{campaign}/results"):
        assert MARK in (await client.get(path, headers=admin)).text, path
    pdf = await client.get(f"/v1/reports/{ids['report_id']}/content", headers=admin)
    assert MARK in pdf_text(pdf.content)
    assert MARK in str(pdf.headers)


def test_every_body_that_can_name_something_is_tried():
    """Read from the OpenAPI document: an operation whose body has an id or a name of something needs its line in BODIES."""
    document = describe()
    naming = {
        operation["operationId"]
        for item in document["paths"].values()
        for operation in item.values()
        if "requestBody" in operation and _names(operation["requestBody"]["content"], document)
    }
    assert len(naming) > 8
    assert naming - set(BODIES) == set()


def _names(schema: Any, document: Any, seen: frozenset[str] = frozenset()) -> bool:
    """Whether a schema has, somewhere, a field for an id or for a name of something."""
    if isinstance(schema, list):
        return any(_names(each, document, seen) for each in schema)
    if not isinstance(schema, dict):
        return False
    reference = schema.get("$ref", "")
    if reference and reference not in seen:
        found = document["components"]["schemas"][reference.rpartition("/")[2]]
        return _names(found, document, seen | {reference})
    if schema.get("format") == "uuid" or NAMING & set(schema.get("properties", ())):
        return True
    return any(_names(each, document, seen) for name, each in schema.items() if name not in {"example", "examples"})


async def test_a_cursor_of_another_organisation_is_as_good_as_an_invented_one(client, application, world, stranger):
    """In every list of which the shared world has more than one page."""
    admin, other, lists = world.keys["admin"], stranger.keys["admin"], set()
    for route in routes_of(application):
        address = f"{at(route.path, world.ids)}?limit=1"
        reply = await client.get(address, headers=admin) if route.method == "GET" else None
        if reply is None or 'rel="next"' not in reply.headers.get("link", ""):
            continue
        lists.add(route.operation)
        following = reply.json()["next"]
        assert (await client.get(following, headers=admin)).status_code == 200
        cursor = following.partition("cursor=")[2].partition("&")[0]
        stolen = await client.get(following, headers=other)
        invented = await client.get(following.replace(cursor, "A" * len(cursor)), headers=other)
        assert same(stolen) == same(invented)
        assert (stolen.status_code, stolen.json()["code"]) == (422, "cursor_invalid")
    assert lists == {"listTeams", "listApiKeys", "listPeople", "listMeasures"}


async def test_a_tag_of_another_organisation_is_as_good_as_an_invented_one(client, application, world, stranger):
    """A copy of theirs is never a copy of one's own, neither to read it nor to change it."""
    admin, other, tried = world.keys["admin"], stranger.keys["admin"], {}
    invented = f'"{"0" * 64}"'
    for route in routes_of(application):
        if route.permission in KEYLESS or route.method not in {"GET", "PUT"}:
            continue
        there = await client.get(at(route.path, world.ids), headers=admin)
        name = "If-None-Match" if route.method == "GET" else "If-Match"
        sent = {"json": BODIES[route.operation]({**stranger.ids, "team": "house"})} if route.method == "PUT" else {}
        replies = [
            await client.request(route.method, at(route.path, stranger.ids), headers={**other, name: etag}, **sent)
            for etag in (there.headers.get("etag", invented), invented)
        ]
        assert same(replies[0]) == same(replies[1]), route
        tried[route.operation] = replies[0].status_code
    assert tried.keys() >= {"replaceTeam", "readMe", "readCampaignResults", "readPlan"}
    assert 304 not in tried.values()
    assert tried["replaceTeam"] == tried["putKpiSheet"] == tried["chooseAssessments"] == 412


async def test_a_response_key_that_somebody_made_up_tells_nothing_of_a_campaign(client, world, stranger):
    """Of the shared world everything but a person's own secret: its campaign is closed, and the reply does not say so."""
    mine = stranger.keys["respondent"]["Authorization"].removeprefix("Bearer assess_resp_")
    raw = base64.urlsafe_b64decode(mine)
    replies = []
    for organisation, campaign in (
        (world.organisation, UUID(world.ids["campaign_id"])),
        (world.organisation, uuid4()),
        (uuid4(), uuid4()),
    ):
        parts = organisation.bytes + campaign.bytes + raw[32:80]
        made = parts + zlib.crc32(b"assess_resp_" + parts).to_bytes(4)
        key = {"Authorization": f"Bearer assess_resp_{base64.urlsafe_b64encode(made).decode()}"}
        replies.append(same(await client.get("/v1/respond", headers=key)))
    assert replies[0] == replies[1] == replies[2]
    assert replies[0][0] == 401


async def test_an_idempotency_key_of_another_organisation_is_a_new_one(client, world, stranger):
    new = {"name": "Visite", "role": "auditor"}
    once = {"Idempotency-Key": "the-same-in-both-organisations"}
    first = await client.post("/v1/api-keys", headers={**world.keys["admin"], **once}, json=new)
    again = await client.post("/v1/api-keys", headers={**world.keys["admin"], **once}, json=new)
    other = await client.post("/v1/api-keys", headers={**stranger.keys["admin"], **once}, json=new)
    assert again.headers["idempotent-replayed"] == "true"
    assert again.content == first.content
    assert "idempotent-replayed" not in other.headers
    assert other.json()["secret"] != first.json()["secret"]


async def test_the_database_s_own_log_keeps_silent(postgres, client, world, stranger):
    """Also about statements that fail, and violated constraints, whose values PostgreSQL repeats to whoever may see them."""
    admin = stranger.keys["admin"]
    taken = {"key": "taken", "name": f"Prise {MARK}"}
    assert [(await client.post("/v1/teams", headers=admin, json=taken)).status_code for _ in range(2)] == [201, 409]
    twice = f"insert into seen values ('{MARK}')"
    with pytest.raises(EmbeddedError, match=MARK):
        postgres.cluster.sql(f"create temporary table seen (word text constraint seen_once unique); {twice}; {twice}")
    log = (postgres.cluster.data / "server.log").read_text()
    assert "team_key_taken" in log
    assert "seen_once" in log
    assert MARK not in log
