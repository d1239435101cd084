"""The result pages of a whole company over HTTP: who sees what, that every link leads somewhere, and that nothing leaks."""

import re
from collections.abc import Iterator
from urllib.parse import urljoin
from uuid import uuid4
from xml.etree import ElementTree

import httpx
import pytest

from assess.app import pages_of
from assess.tenancy.access import MaySee
from assess.tenancy.model import GRANTS, Permission, Role
from assess.typography import faults, number
from assess.words import LANGUAGES
from routes import same
from tenants import key_for, new_organisation
from world import MARK, done

pytestmark = pytest.mark.anyio

FORM = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
READING = [role.value for role in Role if Permission.READ_RESULTS in GRANTS[role]]


@pytest.fixture(scope="module")
def sessions() -> dict[str, dict[str, str]]:
    """Cookies by key: whoever has signed in once need not again."""
    return {}


@pytest.fixture
def page(client, sessions):
    """Ask for a page as the holder of a key."""

    async def asked(key: dict[str, str], path: str, **headers: str) -> httpx.Response:
        said = key["Authorization"].removeprefix("Bearer ")
        if said not in sessions:
            reply = await client.post("/sign-in", headers=FORM, data={"key": said})
            client.cookies.clear()
            assert reply.status_code == 303, reply.text
            sessions[said] = {"Cookie": reply.headers["set-cookie"].partition(";")[0]}
        return await client.get(path, headers={**sessions[said], "Accept-Language": "fr", **headers})

    return asked


@pytest.fixture(scope="module")
async def stranger(database, secrets) -> dict[str, str]:
    """The admin of another organisation."""
    return await key_for(database, secrets, await new_organisation(database), Role.ADMIN)


def paths(ids: dict[str, str]) -> list[str]:
    """Every page of a campaign."""
    top = f"/results/{ids['campaign_id']}"
    score = f"{top}/explanations/{ids['score_id']}"
    return [top, f"{top}/teams/{ids['team_id']}", score, f"{score}?of=off", f"{score}?of=off-listen"]


def links_in(reply: httpx.Response) -> Iterator[str]:
    for each in ElementTree.fromstring(reply.text).iter("a"):
        href = each.attrib["href"]
        if not href.startswith("#"):
            yield urljoin(str(reply.url), href).removeprefix("http://assess")


def words_of(reply: httpx.Response) -> list[str]:
    """The lines of a page."""
    body = next(ElementTree.fromstring(reply.text).iter("body"))
    return [text.strip() for text in body.itertext() if text.strip()]


def cells_of(reply: httpx.Response) -> dict[str, list[str]]:
    """The cells of the heat map by the name of the team; a cell over several columns stands in each."""
    heat = next(each for each in ElementTree.fromstring(reply.text).iter("table") if each.get("class") == "heat")
    rows = [row for row in heat.iter("tr") if row.find("td") is not None]
    return {
        next(iter(row[0].itertext())): [
            "".join(cell.itertext()) for cell in row.iter("td") for _ in range(int(cell.get("colspan", 1)))
        ]
        for row in rows
    }


async def test_every_page_demands_that_one_may_read_results(application):
    guards = {
        handler.handler_name: [guard for guard in handler.resolve_guards() if isinstance(guard, MaySee)]
        for handler in pages_of(application.litestar)
        if any(path.startswith("/results") for path in handler.paths)
    }
    assert len(guards) == 4
    for name, found in guards.items():
        assert [guard.permission for guard in found] == [Permission.READ_RESULTS], name


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_link_leads_to_a_page_that_is_well_set(page, world, language):
    waiting, seen = [f"/results?lang={language}"], set()
    while waiting:
        path = waiting.pop()
        if path in seen or f"lang={language}" not in path:
            continue
        seen.add(path)
        reply = await page(world.keys["admin"], path)
        assert reply.status_code == 200, path
        assert len(reply.content) < 150_000, path
        assert ElementTree.fromstring(reply.text).attrib["lang"] == language
        broken = {line: found for line in words_of(reply) if (found := set(faults(line, language)) - {"double_space"})}
        assert broken == {}, path
        waiting += links_in(reply)
    explained = [path for path in seen if "/explanations/" in path]
    assert len(seen) - len(explained) >= 4
    assert len(explained) > 40


@pytest.mark.parametrize("role", READING)
async def test_whoever_may_read_results_sees_the_pages(page, world, role):
    for path in ["/results", *paths(world.ids)]:
        reply = await page(world.keys[role], path)
        assert reply.status_code == 200, (path, reply.text)
        assert set(reply.headers["vary"].split(", ")) == {"Accept-Language", "Cookie"}


async def test_nobody_sees_a_page_without_signing_in(client, world):
    for path in ["/results", *paths(world.ids)]:
        for headers in ({}, world.keys["admin"], {"Cookie": "assess-session=x"}):
            reply = await client.get(path, headers=headers)
            assert (reply.status_code, reply.content) == (303, b""), path
            assert reply.headers["location"].startswith("/sign-in?")


async def test_the_numbers_are_those_of_the_api(page, client, world):
    results = await done(client, "GET", f"/v1/campaigns/{world.ids['campaign_id']}/results", world.keys["admin"])
    cells = cells_of(await page(world.keys["admin"], paths(world.ids)[0]))
    compared = 0
    for node in results["nodes"]:
        steps = [step for process in node["processes"] for step in process["steps"]]
        for step, said in zip(steps, cells[node["name"]], strict=True):
            value = step["result"]["value"]
            assert (said == number(value, "fr", 1)) if value is not None else not re.search(r"\d,\d", said)
            compared += value is not None
    assert compared >= 10


async def test_a_team_lead_sees_the_own_team_and_no_trace_of_another(page, client, world):
    lead, ids = world.keys["team_lead"], world.ids
    own = await page(lead, f"/results/{ids['campaign_id']}")
    assert "Atelier" in own.text
    assert "Labo" not in own.text
    assert "Maison" not in own.text
    nodes = (await done(client, "GET", f"/v1/campaigns/{ids['campaign_id']}/results", world.keys["admin"]))["nodes"]
    others = [node for node in nodes if node["key"] != "atelier"]
    unknown = await page(lead, f"/results/{ids['campaign_id']}/teams/{uuid4()}")
    assert len(others) >= 2
    for other in others:
        reply = await page(lead, f"/results/{ids['campaign_id']}/teams/{other['node']}")
        assert (reply.status_code, without_here(reply)) == (404, without_here(unknown))
        explained = await page(lead, f"/results/{ids['campaign_id']}/explanations/{other['score_id']}")
        assert explained.status_code == 403


def without_here(reply: httpx.Response) -> str:
    """A page without its own address."""
    return re.sub(r"/results/[0-9a-f/a-z-]+", "", reply.text)


async def test_another_organisation_s_pages_are_as_unknown_as_what_does_not_exist(page, world, stranger):
    theirs, nothing = world.ids, {name: str(uuid4()) for name in world.ids}
    for path, unknown in zip(paths(theirs), paths(nothing), strict=True):
        found, missing = await page(stranger, path), await page(stranger, unknown)
        assert found.status_code == 404
        assert without_here(found) == without_here(missing)
        assert [pair for pair in same(found)[1] if pair[0] != "content-length"] == [
            pair for pair in same(missing)[1] if pair[0] != "content-length"
        ]
        assert MARK not in found.text
    assert MARK not in (await page(stranger, "/results")).text
    assert MARK in (await page(world.keys["admin"], "/results")).text, "a canary that nobody hears proves nothing"


async def test_a_calculation_stands_under_its_own_campaign_alone(page, client, world):
    other = await drafted(client, world.keys["admin"])
    for campaign in (uuid4(), other):
        wrong = f"/results/{campaign}/explanations/{world.ids['score_id']}"
        assert (await page(world.keys["admin"], wrong)).status_code == 404


async def drafted(client: httpx.AsyncClient, admin: dict[str, str]) -> str:
    """A campaign that is only planned."""
    new = {"key": f"c{uuid4().hex[:8]}", "name": "À venir", "starts_on": "2030-01-01", "ends_on": "2030-02-01"}
    made: str = (await done(client, "POST", "/v1/campaigns", admin, json=new))["id"]
    return made


async def test_a_page_that_is_known_is_not_sent_again(page, world):
    for path in ["/results", *paths(world.ids)]:
        first = await page(world.keys["admin"], path)
        assert first.headers["cache-control"] == "private, no-cache"
        known = {"If-None-Match": first.headers["etag"]}
        again = await page(world.keys["admin"], path, **known)
        assert (again.status_code, again.content) == (304, b""), path
        assert (await page(world.keys["admin"], path, **known, **{"Accept-Language": "en"})).status_code == 200, path
        assert (await page(world.keys["consultant"], path, **known)).status_code == 200, path


async def test_a_page_that_waits_for_a_worker_has_its_place_among_those_who_wait(page, world, application):
    """When these are too many it says so; what is written already is served all the same."""
    written, other = (f"/results?lang={language}" for language in LANGUAGES)
    application.litestar.state.gallery._written.clear()
    assert (await page(world.keys["auditor"], written)).status_code == 200
    lane = application.litestar.state.admission.thinking
    free, queue = lane.free, lane._queue
    lane.free = lane._queue = 0
    try:
        again, busy = await page(world.keys["auditor"], written), await page(world.keys["auditor"], other)
    finally:
        lane.free, lane._queue = free, queue
    assert again.status_code == 200
    assert (busy.status_code, busy.headers["retry-after"]) == (503, "1")
    assert busy.headers["content-type"].startswith("text/html")


async def test_french_comes_first_and_the_address_decides(page, world):
    for said, wished, language in (
        ("", "de", "fr"),
        ("", "en, fr;q=0.5", "en"),
        ("?lang=fr", "en", "fr"),
        ("?lang=x", "en", "en"),
    ):
        reply = await page(world.keys["admin"], f"/results{said}", **{"Accept-Language": wished})
        assert reply.headers["content-language"] == language
        assert f'<html lang="{language}">' in reply.text


async def test_every_page_keeps_scripts_and_other_sites_out(page, world):
    for path in ["/results", *paths(world.ids), f"/results/{uuid4()}"]:
        reply = await page(world.keys["admin"], path)
        policy = dict(part.strip().split(" ", 1) for part in reply.headers["content-security-policy"].split(";"))
        assert policy["default-src"] == "'none'"
        assert policy["form-action"] == "'self'"
        assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
        assert re.fullmatch(r"'sha256-[A-Za-z0-9+/]{43}='", policy["style-src"])
        assert "script" not in reply.headers["content-security-policy"]
        assert "<script" not in reply.text
        assert reply.headers["x-content-type-options"] == "nosniff"


async def test_a_campaign_that_is_not_closed_says_when_there_will_be_results(page, client, world):
    draft = await drafted(client, world.keys["admin"])
    reply = await page(world.keys["admin"], f"/results/{draft}")
    assert reply.status_code == 409
    assert reply.headers["content-type"].startswith("text/html")
    assert "pas encore close" in reply.text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/results/not-an-id", 404),
        ("/results/%00", 404),
        ("/results/{campaign}/teams/%3Cscript%3E", 404),
        ("/results/{campaign}/explanations/{score}?of=%3Cscript%3E", 404),
        ("/results/{campaign}/explanations/{score}?of=" + "a" * 300, 404),
        ("/results/{campaign}/explanations/{score}?of=nothing-like-it", 404),
        ("/results/{campaign}/explanations/0", 404),
        ("/results/{campaign}?page=-1", 200),
        ("/results/{campaign}?page=99999999999999999999", 200),
        ("/results/{campaign}?page=x&page=2&lang=fr&lang=en", 200),
        ("/results/{campaign}?lang=%F0%28%8C%28&of=%ff", 200),
    ],
)
async def test_hostile_addresses_are_refused_with_a_page(page, world, path, status):
    said = path.format(campaign=world.ids["campaign_id"], score=world.ids["score_id"])
    reply = await page(world.keys["admin"], said)
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"].startswith("text/html")
    ElementTree.fromstring(reply.text)


async def test_head_is_get_without_its_body(page, client, world, sessions):
    await page(world.keys["admin"], "/results")
    cookie = sessions[world.keys["admin"]["Authorization"].removeprefix("Bearer ")]
    reply = await client.head("/results", headers=cookie)
    assert (reply.status_code, reply.content) == (200, b"")
