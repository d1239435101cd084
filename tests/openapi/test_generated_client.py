"""A client that a stranger generates from the committed document plays the demonstration's flow."""

import json
import re

from integrators import COMMITTED, Generated, Played, run

LEFT_OUT = {"text/csv", "application/yaml"}
"""Bodies that the generator cannot send; the same operations take JSON."""


def test_nothing_is_left_out_of_the_client_but_sheets(generated: Generated) -> None:
    warned = re.findall(r"^WARNING parsing .*\n\n(.*)", generated.said, re.M)
    assert {said.removeprefix("Unsupported content type ") for said in warned} <= LEFT_OUT, generated.said


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


def test_a_company_is_played_from_its_teams_to_its_report(played: Played) -> None:
    said = played.said
    assert said["role"] == "admin"
    assert said["people"] == 13
    assert said["shown"] == ["boutique-lyon", "company", "experience"]
    assert said["actions"] > 5
    assert played.pdf.startswith(b"%PDF-")
    assert played.pdf.rstrip().endswith(b"%%EOF")
