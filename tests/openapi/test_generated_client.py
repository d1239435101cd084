"""A client that a stranger generates from the committed document is whole, and is asked for all that the demonstration asks."""

import json
import re
from pathlib import Path

from integrators import COMMITTED, HERE, Generated, run

import assess.demo

DEMO = Path(assess.demo.__file__).parent
FLOW = (HERE / "generated_flow.py").read_text("utf-8")
METHODS = {"get": "get", "post": "post", "put": "put", "_import": "post"}
LEFT_OUT = {"text/csv", "application/yaml", "application/msgpack"}
"""Bodies that the generator cannot send; the same operations take JSON."""


def test_nothing_is_left_out_of_the_client_but_sheets(generated: Generated) -> None:
    warned = re.findall(r"^WARNING parsing .*\n\n(.*)", generated.warned, re.M)
    assert {said.removeprefix("Unsupported content type ") for said in warned} == LEFT_OUT, generated.warned
    assert "Unable to" not in generated.warned


def test_every_operation_is_a_function_of_the_client(generated: Generated) -> None:
    operations = [each for item in json.loads(COMMITTED.read_bytes())["paths"].values() for each in item.values()]
    modules = {f"{place.parent.name}/{place.stem}" for place in generated.folder.glob("assess_client/api/*/[!_]*.py")}
    assert modules == {f"{snake(each['tags'][0])}/{snake(each['operationId'])}" for each in operations}


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.replace(" ", "_")).lower()


def test_the_client_can_be_imported_whole(generated: Generated) -> None:
    modules = [
        ".".join(place.relative_to(generated.folder).with_suffix("").parts) for place in generated.folder.rglob("*.py")
    ]
    script = "import importlib, sys; [importlib.import_module(name) for name in sys.argv[1:]]"
    run(generated.python, "-W", "error", "-c", script, *modules, PYTHONPATH=str(generated.folder))


def test_the_flow_asks_whatever_the_demonstration_asks() -> None:
    """Its addresses stand in two modules; what is uploaded there as CSV the client sends as JSON."""
    demo = "".join((DEMO / name).read_text("utf-8") for name in ("play.py", "phones.py"))
    asked = {(METHODS[how], blank(path)) for how, path in re.findall(r'(\w+)\(\s*(?:client, )?f?"(/v1[^"?]*)', demo)}
    paths = json.loads(COMMITTED.read_bytes())["paths"]
    operations = {(how, blank(path)): each for path, item in paths.items() for how, each in item.items()}
    imported = set(
        re.findall(r"\w+", "".join(re.findall(r"^from assess_client\.api\.\w+ import ([^()]+$|\([^)]+)", FLOW, re.M)))
    )
    assert len(asked) > 15
    assert {snake(operations[each]["operationId"]) for each in asked} <= imported


def blank(path: str) -> str:
    """An address whose parameters have no name."""
    return re.sub(r"\{[^}]+\}", "{}", path)
