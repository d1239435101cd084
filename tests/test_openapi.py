"""The document that consultants load: equal to the code, valid, and with an example for everything."""

import json
import re
from pathlib import Path

import jsonschema
import pytest

from assess import shipped
from assess.app import describe, handlers_of
from assess.web.problems import PROBLEM_JSON

COMMITTED = Path(shipped.folder("openapi")) / "openapi.json"


@pytest.fixture(scope="module")
def document():
    return describe()


def operations(document):
    return [
        (f"{method.upper()} {path}", operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
    ]


def contents(document):
    """Every body that is described: operation id, place, media type, content."""
    for _, operation in operations(document):
        for media, content in operation.get("requestBody", {}).get("content", {}).items():
            yield operation["operationId"], "request", media, content
        for status, reply in operation["responses"].items():
            for media, content in reply.get("content", {}).items():
                yield operation["operationId"], status, media, content


def example_of(document, content):
    """The value of a body's example, its own or a shared one."""
    example = content["examples"]["example"]
    return (
        document["components"]["examples"][example["$ref"].rpartition("/")[2]]["value"]
        if "$ref" in example
        else example["value"]
    )


def test_the_committed_document_is_the_codes(document):
    assert json.loads(COMMITTED.read_text()) == json.loads(json.dumps(document)), "run: make openapi"


@pytest.mark.anyio
async def test_the_served_document_covers_every_handler(document, application):
    described = {operation["operationId"] for _, operation in operations(document)}
    assert described == {handler.operation_id for handler in handlers_of(application.litestar)}


def test_operation_ids_are_readable_and_unique(document):
    ids = [operation["operationId"] for _, operation in operations(document)]
    assert len(ids) == len(set(ids))
    assert not [name for name in ids if not re.fullmatch(r"[a-z]+([A-Z][a-z]+)+", name)]


def test_no_two_schemas_share_a_title(document):
    titles = [schema.get("title", name) for name, schema in document["components"]["schemas"].items()]
    assert sorted(titles) == sorted(set(titles)), "generators name their classes by it"


def test_everything_is_described(document):
    for name, operation in operations(document):
        assert operation["summary"], name
        assert operation["description"], name
        assert operation["tags"], name
        assert operation["tags"][0] in {tag["name"] for tag in document["tags"]}, name


def test_every_body_has_an_example(document):
    bytes_only = {"application/pdf", "application/msgpack"}
    bare = [place[:3] for place in contents(document) if "examples" not in place[3] and place[2] not in bytes_only]
    assert not bare


def test_every_example_fits_its_schema(document):
    for name, place, media, content in contents(document):
        if media.endswith("json") and "examples" in content:
            schema = {"components": document["components"], **content["schema"]}
            value = example_of(document, content)
            assert value is not None, (name, place)
            jsonschema.validate(value, schema, cls=jsonschema.Draft202012Validator)


def test_every_refusal_is_described_as_a_problem(document):
    for name, operation in operations(document):
        for status, reply in operation["responses"].items():
            assert status < "400" or list(reply["content"]) == [PROBLEM_JSON], (name, status)


def test_examples_hold_no_secret_that_works():
    text = (Path(shipped.folder("openapi")) / "examples.json").read_text()
    assert not re.findall(r"assess_(?:live|inv|resp)_[A-Za-z0-9_-]{20,}", text)


def test_no_choice_is_between_one_thing(document):
    def choices(part):
        if isinstance(part, dict):
            yield from ([part["oneOf"]] if isinstance(part.get("oneOf"), list) else [])
            part = list(part.values())
        for each in part if isinstance(part, list) else []:
            yield from choices(each)

    found = list(choices(document))
    assert found
    assert all(len(choice) > 1 for choice in found)
