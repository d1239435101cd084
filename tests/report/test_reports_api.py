"""Reports over HTTP: drawn once in a worker, read with an ETag, opened by short-lived links."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import msgspec
import pytest
from pypdf import PdfReader

from assess.report.links import LIFETIME, SharedLink, address, holds, signed
from assess.report.service import link_key
from assess.tenancy.model import NewApiKey, Role
from assess.tenancy.service import issue_key

pytestmark = pytest.mark.anyio


async def drawn(client, admin, roadmap, language="fr", status=201):
    reply = await client.post("/v1/reports", headers=admin, json={"roadmap_id": str(roadmap), "language": language})
    assert reply.status_code == status, reply.text
    return reply.json()


def link_of(report, rel):
    return next(link["href"] for link in report["links"] if link["rel"] == rel)


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_a_report_is_drawn_and_read_as_a_pdf(client, admin, roadmap, language):
    report = await drawn(client, admin, roadmap, language)
    reply = await client.get(link_of(report, "content"), headers=admin)
    pdf = PdfReader(BytesIO(reply.content))
    assert reply.headers["content-type"] == "application/pdf"
    assert report["content_digest"] == sha256(reply.content).hexdigest()
    assert report["pages"] == len(pdf.pages) == 8
    assert "Maison Verdelune" in pdf.pages[0].extract_text()


async def test_the_same_facts_are_drawn_once(client, admin, roadmap):
    first = await drawn(client, admin, roadmap)
    assert await drawn(client, admin, roadmap, status=200) == first
    assert await drawn(client, admin, roadmap, "en") != first
    listed = (await client.get("/v1/reports", headers=admin)).json()
    assert {report["language"] for report in listed["items"]} == {"fr", "en"}
    assert (await client.get(link_of(first, "self"), headers=admin)).json() == first


async def test_a_pdf_that_one_has_is_not_sent_again(client, admin, roadmap):
    report = await drawn(client, admin, roadmap)
    reply = await client.get(link_of(report, "content"), headers=admin)
    assert reply.headers["etag"] == f'"{report["content_digest"]}"'
    assert reply.headers["cache-control"].startswith("private")
    assert 'filename="Maison Verdelune - Barom_tre client 2026 (fr).pdf"' in reply.headers["content-disposition"]
    assert "filename*=UTF-8''Maison%20Verdelune" in reply.headers["content-disposition"]
    again = await client.get(link_of(report, "content"), headers={**admin, "If-None-Match": reply.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_an_unknown_plan_or_roadmap_has_no_report(client, admin, roadmap):
    for body in ({"roadmap_id": str(uuid4())}, {"roadmap_id": str(roadmap), "plan_number": 2}):
        reply = await client.post("/v1/reports", headers=admin, json={**body, "language": "fr"})
        assert reply.status_code == 404, reply.text


async def test_a_stranger_sees_nothing_of_a_report(client, admin, stranger, roadmap):
    report = await drawn(client, admin, roadmap)
    unknown = await client.get(f"/v1/reports/{uuid4()}", headers=stranger)
    for path in ("self", "content"):
        reply = await client.get(link_of(report, path), headers=stranger)
        assert (reply.status_code, reply.json()["code"]) == (404, unknown.json()["code"])
    assert (await client.post(link_of(report, "links"), headers=stranger)).status_code == 404
    assert (await client.get("/v1/reports", headers=stranger)).json()["items"] == []


async def test_an_executive_reads_but_does_not_draw(client, admin, roadmap, database, secrets, organisation):
    report = await drawn(client, admin, roadmap)
    async with database.transaction(organisation) as tx:
        issued = await issue_key(tx, secrets.pepper, NewApiKey(name="executive", role=Role.EXECUTIVE))
    executive = {"Authorization": f"Bearer {issued.secret}"}
    assert (await client.get(link_of(report, "content"), headers=executive)).status_code == 200
    reply = await client.post("/v1/reports", headers=executive, json={"roadmap_id": str(roadmap), "language": "fr"})
    assert reply.status_code == 403


async def test_a_link_opens_the_pdf_without_a_key(client, admin, roadmap):
    report = await drawn(client, admin, roadmap)
    made = (await client.post(link_of(report, "links"), headers=admin)).json()
    left = datetime.fromisoformat(made["expires_at"]) - datetime.now(UTC)
    assert timedelta() < left <= timedelta(minutes=15)
    reply = await client.get(made["url"])
    assert reply.status_code == 200
    assert sha256(reply.content).hexdigest() == report["content_digest"]


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"expires": "9999999999"}, id="a later expiry"),
        pytest.param({"organisation": str(uuid4())}, id="another organisation"),
        pytest.param({"signature": "A" * 43}, id="a guessed signature"),
    ],
)
async def test_a_forged_link_opens_nothing(client, admin, roadmap, changed):
    report = await drawn(client, admin, roadmap)
    made = (await client.post(link_of(report, "links"), headers=admin)).json()
    parts = urlsplit(made["url"])
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    reply = await client.get(parts.path, params={**query, **changed})
    assert (reply.status_code, reply.json()["code"]) == (404, "link_not_valid")


async def test_forged_expired_and_unknown_links_look_the_same(client, admin, roadmap, secrets, organisation):
    report = await drawn(client, admin, roadmap)
    now = int(datetime.now(UTC).timestamp())
    expired = signed(link_key(secrets), organisation, UUID(report["id"]), now - 1)
    unknown = signed(link_key(secrets), organisation, uuid4(), now + 60)
    forged = SharedLink(organisation_id=organisation, report_id=uuid4(), expires=now + 60, signature="x")
    said = set()
    for link in (expired, unknown, forged):
        problem = (await client.get(address(link))).json()
        said.add((problem["status"], problem["code"], problem["title"], problem["detail"]))
    assert len(said) == 1


def test_a_link_holds_until_it_expires_and_under_its_own_pepper():
    organisation, report, now = uuid4(), uuid4(), datetime(2026, 3, 2, tzinfo=UTC)
    link = signed(b"p" * 32, organisation, report, int((now + LIFETIME).timestamp()))
    assert holds(b"p" * 32, link, now)
    assert holds(b"p" * 32, link, now + LIFETIME - timedelta(seconds=1))
    assert not holds(b"p" * 32, link, now + LIFETIME)
    assert not holds(b"q" * 32, link, now)
    for change in ({"organisation_id": uuid4()}, {"report_id": uuid4()}, {"expires": link.expires + 1}):
        assert not holds(b"p" * 32, msgspec.structs.replace(link, **change), now)
