"""Published questionnaires over HTTP: no key, no database, ready bytes."""

import msgspec
import pytest
from litestar import Litestar

from assess.questionnaire import api
from assess.questionnaire.file_schema import file_schema
from assess.questionnaire.reading import MOST_BYTES
from assess.tenancy.access import DEPENDENCIES
from assess.tenancy.model import Permission

pytestmark = pytest.mark.anyio
VERSION = "/v1/questionnaires/acquisition/versions/1.0.0"
YAML = {"Content-Type": "application/yaml"}


def test_every_handler_is_public():
    for (
        handler
    ) in api.handlers:  # not resolve_guards(): its cache would outlive this test, without the application's guards
        assert [guard.permission for guard in handler.guards] == [Permission.PUBLIC]


async def test_the_list_has_every_questionnaire_with_its_versions(client):
    body = (await client.get("/v1/questionnaires")).json()
    assert [entry["key"] for entry in body["items"]] == ["acquisition", "experience", "offer", "transversal"]
    assert body["next"] is None
    assert body["items"][0] == (await client.get("/v1/questionnaires/acquisition")).json()
    versions = (await client.get("/v1/questionnaires/acquisition/versions")).json()
    assert versions == {"items": body["items"][0]["versions"], "next": None}


async def test_a_version_is_ready_bytes_for_ever(client):
    reply = await client.get(VERSION)
    assert reply.status_code == 200
    assert reply.headers["Content-Type"] == "application/json"
    assert reply.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert reply.headers["ETag"] == f'"{reply.json()["digest"]}.all"'
    assert len(reply.json()["processes"][0]["steps"]) == 5


async def test_lang_leaves_one_language_under_an_etag_of_its_own(client):
    french, english = [await client.get(VERSION, params={"lang": language}) for language in ("fr", "en")]
    assert french.json()["title"] == {"fr": "Acquisition"}
    assert english.json()["processes"][0]["title"].keys() == {"en"}
    assert french.headers["ETag"] != english.headers["ETag"]


@pytest.mark.parametrize(
    ("if_none_match", "status"),
    [
        pytest.param("{etag}", 304, id="the same"),
        pytest.param('"old", {etag}', 304, id="one of several"),
        pytest.param("W/{etag}", 304, id="weakened on the way"),
        pytest.param("*", 304, id="anything"),
        pytest.param('"old"', 200, id="another"),
        pytest.param("", 200, id="none"),
    ],
)
async def test_who_has_a_version_is_not_sent_it_again(client, if_none_match, status):
    etag = (await client.get(VERSION)).headers["ETag"]
    reply = await client.get(VERSION, headers={"If-None-Match": if_none_match.format(etag=etag)})
    assert (reply.status_code, reply.headers["ETag"]) == (status, etag)
    assert "immutable" in reply.headers["Cache-Control"]
    assert bool(reply.content) == (status == 200)


async def test_head_is_get_without_the_body(client):
    get, head = await client.get(VERSION), await client.head(VERSION)
    assert (head.status_code, head.content, head.headers["ETag"]) == (200, b"", get.headers["ETag"])
    assert head.headers["Content-Length"] == str(len(get.content))


@pytest.mark.parametrize(
    ("path", "code"),
    [
        pytest.param("/nothing", "questionnaire_unknown", id="key"),
        pytest.param("/nothing/versions", "questionnaire_unknown", id="versions of a key"),
        pytest.param("/acquisition/versions/2.0.0", "questionnaire_unknown", id="version"),
        pytest.param("/acquisition/versions/latest", "questionnaire_unknown", id="there is no latest"),
        pytest.param("/%00", "questionnaire_unknown", id="U+0000"),
    ],
)
async def test_what_is_not_published_is_a_problem_with_status_404(client, path, code):
    reply = await client.get(f"/v1/questionnaires{path}")
    assert (reply.status_code, reply.json()["code"]) == (404, code)
    assert reply.headers["Content-Type"] == "application/problem+json"


async def test_a_language_that_nobody_has_is_a_misfitting_parameter(client):
    assert (await client.get(VERSION, params={"lang": "de"})).status_code == 422


async def test_the_schema_is_the_code_s(client):
    reply = await client.get("/v1/questionnaires/schema")
    assert reply.headers["Content-Type"] == "application/schema+json"
    assert reply.json() == file_schema()


async def test_a_good_questionnaire_is_valid_as_yaml_and_as_json(client, example, document):
    as_yaml = await client.post("/v1/questionnaires/validate", content=example, headers=YAML)
    as_json = await client.post("/v1/questionnaires/validate", json=document)
    assert (as_yaml.status_code, as_yaml.json()) == (200, {"valid": True, "problems": []})
    assert as_json.json() == as_yaml.json()


async def test_a_bad_questionnaire_is_answered_with_each_problem_s_place(client, document):
    document["processes"][0]["steps"][0]["items"][1]["levels"][1]["text"] = {"fr": "Non"}
    reply = await client.post("/v1/questionnaires/validate", json=document)
    (problem,) = reply.json()["problems"]
    assert (reply.status_code, reply.json()["valid"]) == (200, False)
    assert problem["pointer"] == "/processes/0/steps/0/items/1/levels/1/text/en"
    assert (problem["rule"], problem["severity"]) == ("missing_language", "error")


async def test_hostile_yaml_is_answered_and_not_obeyed(client):
    reply = await client.post("/v1/questionnaires/validate", content=b"[" * 50_000, headers=YAML)
    assert reply.status_code == 200
    assert [problem["rule"] for problem in reply.json()["problems"]] == ["too_deep"]


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        pytest.param(b"#" * (MOST_BYTES + 1), YAML, 413, id="more than a mebibyte"),
        pytest.param(b"a: 1", {"Content-Type": "text/plain"}, 415, id="plain text"),
        pytest.param(b"a: 1", {**YAML, "Accept": "text/html"}, 406, id="a page is wanted"),
    ],
)
async def test_what_cannot_be_looked_at_is_a_problem(client, body, headers, status):
    reply = await client.post("/v1/questionnaires/validate", content=body, headers=headers)
    assert (reply.status_code, reply.json()["status"]) == (status, status)


def test_the_reply_of_a_version_is_described_as_a_version():
    described = Litestar(api.handlers, dependencies=DEPENDENCIES, logging_config=None).openapi_schema.to_schema()
    replies = described["paths"]["/questionnaires/{key}/versions/{version}"]["get"]["responses"]
    assert replies["200"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Version"}
    assert replies.keys() == {"200", "304", "400", "404", "406", "422", "500", "503"}
    assert msgspec.json.encode(described)
