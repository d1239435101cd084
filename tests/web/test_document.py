"""The OpenAPI document and its page, for what ours has none of yet."""

from assess.app import describe
from assess.web.openapi import _with_examples as with_examples
from assess.web.pages import documentation

OPERATION = {"operationId": "readOld", "summary": "Read old", "responses": {}}


def test_every_body_is_needed_but_those_that_a_handler_does_without():
    operations = [operation for item in describe()["paths"].values() for operation in item.values()]
    bodies = {each["operationId"]: each["requestBody"]["required"] for each in operations if "requestBody" in each}
    assert [name for name, required in bodies.items() if not required] == ["submitResponse"]
    assert len(bodies) > 20


def test_the_page_shows_operations_and_nothing_else_of_a_path():
    about = {"title": "Old", "version": "1"}
    page = documentation({"info": about, "paths": {"/old": {"summary": "What was", "get": OPERATION}}}).decode()
    assert page.count("<details ") == 1
    assert "<b>GET</b> <code>/old</code>" in page
    assert "What was" not in page


def test_a_body_of_which_nothing_was_recorded_has_no_example():
    bodies = {"application/json": {}, "text/csv": {}}
    operation = {**OPERATION, "requestBody": {"content": bodies}, "responses": {"200": {"content": {"text/csv": {}}}}}
    with_examples(operation, {"request": {"text/csv": "key\n"}, "replies": {}})
    assert bodies == {"application/json": {}, "text/csv": {"examples": {"example": {"value": "key\n"}}}}
    assert operation["responses"]["200"]["content"] == {"text/csv": {}}
