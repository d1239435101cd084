"""Signing in: a key for a cookie, from this site's own form alone, and never for more than the key itself may."""

import logging
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest

from assess.app import describe, pages_of
from assess.tenancy.access import cookie_name, session_key
from assess.tenancy.model import NewApiKey, Permission, Role
from assess.tenancy.service import issue_key, revoke_key
from assess.tenancy.sessions import Session, write_session
from assess.web.limits import SIGNING_IN, Limits
from tenants import key_for, new_organisation

pytestmark = pytest.mark.anyio

HERE = {"Sec-Fetch-Site": "same-origin", "Accept-Language": "fr"}
FORM = {**HERE, "Content-Type": "application/x-www-form-urlencoded"}


async def signed_in(client, secret, *, following="/results", headers=FORM):
    """The reply to the form; the client keeps no cookie by itself."""
    reply = await client.post("/sign-in", headers=headers, data={"key": secret, "next": following})
    client.cookies.clear()
    return reply


def text_of(headers):
    return headers["Authorization"].removeprefix("Bearer ")


def cookie_of(reply):
    """Name and value of the cookie that a reply sets."""
    return re.match(r"([^=]+)=([^;]*)", reply.headers["set-cookie"]).groups()


async def asked(client, path, reply_or_value, **headers):
    """A page, with the cookie of a reply or with that value."""
    value = reply_or_value if isinstance(reply_or_value, str) else cookie_of(reply_or_value)[1]
    said = {"Accept-Language": "fr", "Cookie": f"assess-session={value}", **headers}
    return await client.get(path, headers=said)


async def test_a_key_is_exchanged_for_a_cookie_that_opens_the_pages(client, admin):
    reply = await signed_in(client, text_of(admin))
    assert (reply.status_code, reply.headers["location"]) == (303, "/results")
    page = await asked(client, "/results", reply)
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")


async def test_the_cookie_is_for_this_site_alone_and_for_eight_hours(client, admin):
    said = (await signed_in(client, text_of(admin))).headers["set-cookie"]
    assert {part.strip().lower() for part in said.split(";")[1:]} == {
        "path=/",
        "max-age=28800",
        "httponly",
        "samesite=strict",
    }
    assert text_of(admin)[12:] not in said


async def test_under_https_the_cookie_is_kept_for_the_host_and_sent_by_https_alone(application, admin, client):
    state = application.litestar.state
    settings, https = state.settings, "https://assess.example"
    try:
        state.settings = type(settings)(data=settings.data, public_url=https)
        said = (await signed_in(client, text_of(admin))).headers["set-cookie"]
    finally:
        state.settings = settings
    assert said.startswith("__Host-assess-session=")
    assert "secure" in said.lower()
    assert "domain" not in said.lower()
    assert cookie_name("http://127.0.0.1:8321") == "assess-session"


@pytest.mark.parametrize(
    ("key", "status", "sentence"),
    [
        pytest.param("", 401, "Cette clé d’API n’est pas valide.", id="nothing"),
        pytest.param("assess_live_nonsense", 401, "Cette clé d’API n’est pas valide.", id="no key"),
        pytest.param("é\x00<script>", 401, "Cette clé d’API n’est pas valide.", id="hostile letters"),
    ],
)
async def test_a_key_that_is_none_gives_the_form_again_with_the_reason(client, key, status, sentence):
    reply = await signed_in(client, key)
    assert reply.status_code == status
    assert sentence in reply.text
    assert 'name="key"' in reply.text
    assert "set-cookie" not in reply.headers
    assert not key or key not in reply.text


async def test_an_executive_s_key_does_not_open_results(client, database, secrets, organisation):
    executive = await key_for(database, secrets, organisation, Role.EXECUTIVE)
    reply = await signed_in(client, text_of(executive))
    assert reply.status_code == 403
    assert "elle ne permet pas de lire les résultats" in reply.text
    assert "set-cookie" not in reply.headers


async def test_a_key_whose_scopes_leave_results_out_does_not_open_them(client, database, secrets, organisation):
    async with database.transaction(organisation) as tx:
        issued = await issue_key(
            tx, secrets.pepper, NewApiKey(name="teams", role=Role.ADMIN, scopes=[Permission.MANAGE_TEAMS])
        )
    assert (await signed_in(client, issued.secret)).status_code == 403


async def test_a_session_ends_when_its_key_is_revoked(client, database, secrets, organisation):
    async with database.transaction(organisation) as tx:
        issued = await issue_key(tx, secrets.pepper, NewApiKey(name="Ana", role=Role.ADMIN))
    reply = await signed_in(client, issued.secret)
    assert (await asked(client, "/results", reply)).status_code == 200
    async with database.transaction(organisation) as tx:
        await revoke_key(tx, issued.key.id)
    ended = await asked(client, "/results", reply)
    assert (ended.status_code, urlsplit(ended.headers["location"]).path) == (303, "/sign-in")
    assert (await signed_in(client, issued.secret)).status_code == 401


async def test_a_session_ends_when_its_key_expires(client, database, secrets, organisation):
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    async with database.transaction(organisation) as tx:
        issued = await issue_key(tx, secrets.pepper, NewApiKey(name="Ana", role=Role.ADMIN, expires_on=yesterday))
    session = Session(organisation, issued.key.id, int(datetime.now(UTC).timestamp()) + 60)
    assert (await asked(client, "/results", write_session(session_key(secrets), session))).status_code == 303
    assert (await signed_in(client, issued.secret)).status_code == 401


async def test_a_session_of_another_organisation_s_key_is_none(client, database, secrets, organisation):
    async with database.transaction(organisation) as tx:
        issued = await issue_key(tx, secrets.pepper, NewApiKey(name="Ana", role=Role.ADMIN))
    later, other = int(datetime.now(UTC).timestamp()) + 60, await new_organisation(database)
    right, wrong = (
        write_session(session_key(secrets), Session(o, issued.key.id, later)) for o in (organisation, other)
    )
    assert (await asked(client, "/results", right)).status_code == 200
    assert (await asked(client, "/results", wrong)).status_code == 303


async def test_a_session_that_is_over_or_forged_leads_to_the_form(client, secrets, admin, organisation):
    reply = await signed_in(client, text_of(admin))
    value = cookie_of(reply)[1]
    for forged in (value[:-2] + "AA", "x", "", "A" * 96):
        page = await asked(client, "/results", forged)
        assert page.status_code == 303, forged
        assert page.content == b""


async def test_signing_out_takes_the_cookie_away(client):
    reply = await client.post("/sign-out", headers=HERE)
    assert (reply.status_code, reply.headers["location"]) == (303, "/sign-in?lang=fr")
    assert "max-age=0" in reply.headers["set-cookie"].lower()
    assert cookie_of(reply)[1] in {"", '""'}


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Sec-Fetch-Site": "cross-site"}, id="another site"),
        pytest.param({"Sec-Fetch-Site": "same-site"}, id="a neighbour"),
        pytest.param({"Sec-Fetch-Site": "cross-site", "Origin": "http://assess"}, id="another site with our origin"),
        pytest.param({"Origin": "https://evil.example"}, id="another origin"),
        pytest.param({"Origin": "null"}, id="a hidden origin"),
        pytest.param({"Origin": "http://assess.evil.example"}, id="an origin that begins like ours"),
        pytest.param({"Origin": "http://["}, id="an origin that is none"),
        pytest.param({}, id="nothing said"),
    ],
)
async def test_a_form_from_elsewhere_is_refused(client, admin, headers):
    for path in ("/sign-in", "/sign-out"):
        reply = await client.post(path, headers=headers, data={"key": text_of(admin)})
        client.cookies.clear()
        assert reply.status_code == 403, path
        assert "set-cookie" not in reply.headers
        assert reply.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Sec-Fetch-Site": "same-origin"}, id="as browsers say"),
        pytest.param({"Sec-Fetch-Site": "none"}, id="sent again by hand"),
        pytest.param({"Origin": "http://assess"}, id="as older ones say"),
        pytest.param({"Origin": "http://127.0.0.1:8321"}, id="behind a proxy"),
    ],
)
async def test_a_form_from_here_is_taken(client, admin, headers):
    assert (await signed_in(client, text_of(admin), headers=headers)).status_code == 303


@pytest.mark.parametrize(
    ("said", "led"),
    [
        ("/results/0b/teams/1c?lang=fr&page=2", "/results/0b/teams/1c?lang=fr&page=2"),
        ("/results", "/results"),
        ("https://evil.example/results", "/results"),
        ("//evil.example/results", "/results"),
        ("/\\evil.example", "/results"),
        ("/results/../../v1/me", "/results"),
        ("/results//evil.example", "/results"),
        ("/results\r\nSet-Cookie: a=b", "/results"),
        ("/resultsx", "/results"),
        ("javascript:alert(1)", "/results"),
        ("/results?" + "a" * 600, "/results"),
        ("", "/results"),
    ],
)
async def test_one_is_led_on_to_pages_of_ours_alone(client, admin, said, led):
    assert (await signed_in(client, text_of(admin), following=said)).headers["location"] == led


async def test_whoever_is_not_signed_in_comes_back_to_the_page_that_was_asked_for(client):
    asked_for = "/results/0b6c1a3e-8f0c-4f7e-9d2b-5f1f4f3a9c11?page=2"
    reply = await client.get(asked_for, headers={"Accept-Language": "en"})
    assert reply.status_code == 303
    form = await client.get(reply.headers["location"])
    assert f'name="next" value="{asked_for}"' in form.text
    assert '<html lang="en">' in form.text


async def test_the_api_takes_no_cookie_and_the_pages_take_no_key(client, admin):
    reply = await signed_in(client, text_of(admin))
    assert (await asked(client, "/v1/me", reply)).status_code == 401
    page = await client.get("/results", headers=admin)
    assert (page.status_code, page.content) == (303, b"")


async def test_the_key_is_nowhere_in_the_log(client, admin, caplog):
    caplog.set_level(logging.DEBUG)
    await signed_in(client, text_of(admin))
    await signed_in(client, text_of(admin)[:-1])
    said = "".join(str(vars(each)) for each in caplog.records)
    assert "/sign-in" in said
    assert text_of(admin)[12:-1] not in said


async def test_attempts_with_one_key_are_counted(application, client, admin):
    state = application.litestar.state
    limits, state.limits = state.limits, Limits(6000)
    try:
        replies = [await signed_in(client, text_of(admin)) for _ in range(SIGNING_IN + 1)]
    finally:
        state.limits = limits
    assert [reply.status_code for reply in replies] == [303] * SIGNING_IN + [429]
    assert int(replies[-1].headers["retry-after"]) > 0
    assert "Trop de demandes" in replies[-1].text


async def test_where_there_are_no_limits_nobody_counts():
    limits = Limits(0)
    for _ in range(SIGNING_IN * 3):
        limits.signing_in("key")


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_the_form_is_a_page_of_one_language_without_a_script(client, language):
    reply = await client.get(f"/sign-in?lang={language}")
    assert ElementTree.fromstring(reply.text).attrib["lang"] == language
    assert "<script" not in reply.text
    assert reply.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in reply.headers["content-security-policy"]
    assert reply.headers["cache-control"] == "no-store"
    assert reply.headers["referrer-policy"] == "same-origin"


@pytest.mark.parametrize(
    ("method", "path", "headers", "content", "status"),
    [
        pytest.param("POST", "/sign-in", {"Content-Type": "application/json"}, b"{}", 415, id="JSON"),
        pytest.param("POST", "/sign-in", FORM, b"key=" + b"a" * 5000, 413, id="too large"),
        pytest.param("POST", "/sign-in", FORM, b"\xff&&=%zz&key=%00%ff", 401, id="broken"),
        pytest.param("POST", "/sign-in", FORM, b"&" * 4000, 401, id="many fields"),
        pytest.param("GET", "/sign-in", {"Accept": "application/json"}, b"", 406, id="nothing but JSON accepted"),
    ],
)
async def test_hostile_forms_are_refused_with_a_page(client, method, path, headers, content, status):
    reply = await client.request(method, path, headers={**HERE, **headers}, content=content)
    assert reply.status_code == status
    assert reply.headers["content-type"].startswith("text/html")


async def test_no_page_is_described_as_a_part_of_the_api(application):
    assert len(pages_of(application.litestar)) == 7
    assert not [path for path in describe()["paths"] if path.startswith(("/results", "/sign"))]
