"""Laws of the house: where imports go, what every refusal says, and what the server never loads."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import assess
import assess.app
from assess.errors import Refusal, refusals
from assess.storage import tables

SOURCE = Path(assess.__file__).parent
ROOMS = ("", "storage", "web", "tenancy", "questionnaire", "campaign", "maturity", "roadmap", "report")
WORDS, THINK, KEEP, DO, SPEAK, ROOF = range(6)
FLOOR_OF_NAME = {
    "words": WORDS,
    "errors": WORDS,
    "settings": WORDS,
    "shipped": WORDS,
    "store": KEEP,
    "catalogue": KEEP,
    "files": KEEP,
    "library": KEEP,
    "sealing": KEEP,
    "register": KEEP,
    "hot": KEEP,
    "imported": KEEP,
    "service": DO,
    "answering": DO,
    "importing": DO,
    "show": DO,
    "housekeeping": DO,
    "erasure": DO,
    "retention": DO,
    "measures_service": DO,
    "discussion_service": DO,
    "api": SPEAK,
    "respond": SPEAK,
    "measures_api": SPEAK,
    "discussion_api": SPEAK,
    "access": SPEAK,
    "sign_in": SPEAK,
    "page_service": DO,
    "pages": SPEAK,
    "app": ROOF,
    "installation": ROOF,
    "serve": ROOF,
    "arguments": ROOF,
    "keeping": ROOF,
    "scoring_command": ROOF,
    "scoring_details": ROOF,
    "scoring_page": ROOF,
    "scoring_table": ROOF,
    "cli": ROOF,
    "entry": ROOF,
    "demo": ROOF,
    "__main__": ROOF,
}
FLOOR_OF_ROOM = {"storage": KEEP, "web": SPEAK}
OUTSIDE_WORLD = {
    "asyncio",
    "asyncpg",
    "httpx",
    "litestar",
    "os",
    "random",
    "secrets",
    "socket",
    "sqlalchemy",
    "subprocess",
    "tempfile",
    "time",
}


def modules() -> list[str]:
    """Every module of the package, dotted."""
    files = sorted(path for path in SOURCE.rglob("*.py"))
    names = [".".join(("assess", *path.relative_to(SOURCE).with_suffix("").parts)) for path in files]
    return [name.removesuffix(".__init__") for name in names]


def path_of(module: str) -> Path:
    parts = module.split(".")[1:]
    package = SOURCE.joinpath(*parts, "__init__.py")
    return package if package.exists() else SOURCE.joinpath(*parts).with_suffix(".py")


def room_of(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in ROOMS else ""


def place_of(module: str) -> tuple[int, int]:
    """Column of the room and height of the floor. A package and the root's own modules without a name are words."""
    room = room_of(module)
    leaf = module.rsplit(".", maxsplit=1)[-1]
    if room and leaf == room:
        return ROOMS.index(room), WORDS
    if room in FLOOR_OF_ROOM and leaf != "model":
        return ROOMS.index(room), FLOOR_OF_ROOM[room]
    if leaf == "assess":
        return 0, WORDS
    if module.startswith("assess.demo"):
        return len(ROOMS), ROOF
    floor = FLOOR_OF_NAME.get(leaf, THINK)
    return (len(ROOMS) if floor == ROOF else ROOMS.index(room)), floor


def imports_of(module: str) -> set[str]:
    """What a module imports, dotted, wherever in the file it stands."""
    known = set(modules())
    found: set[str] = set()
    for node in ast.walk(ast.parse(path_of(module).read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name for name in names if name in known} or {node.module}
    return found


@pytest.mark.parametrize("module", modules())
def test_imports_go_down_or_to_the_left(module):
    room, floor = place_of(module)
    places = {found: place_of(found) for found in imports_of(module) if found.split(".")[0] == "assess"}
    wrong = {found: place for found, place in places.items() if place[0] > room or place[1] > floor}
    assert not wrong, f"{module} at {(room, floor)} imports {wrong}"


@pytest.mark.parametrize("module", [name for name in modules() if place_of(name)[1] in {WORDS, THINK}])
def test_thinking_does_not_touch_the_world(module):
    assert not {found.split(".")[0] for found in imports_of(module)} & OUTSIDE_WORLD


@pytest.mark.parametrize("module", modules())
def test_imports_stand_at_the_top(module):
    tree = ast.parse(path_of(module).read_text())
    late = [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom) and node not in tree.body
    ]
    assert not late, f"{module}: imports inside of functions at lines {late}"


@pytest.mark.parametrize("refusal", refusals(), ids=lambda refusal: refusal.__name__)
def test_every_refusal_is_a_sentence_in_both_languages(refusal):
    assert refusal.title().endswith((".", "!"))
    assert "title_fr" in vars(refusal), "each refusal says its own sentence in French"
    assert refusal.title_fr.endswith((".", "!"))
    assert 400 <= refusal.status < 600


def test_no_two_refusals_share_a_code():
    codes = [refusal.code() for refusal in refusals()]
    assert len(codes) == len(set(codes))


def test_a_refusal_below_a_family_keeps_its_status():
    families = set(Refusal.__subclasses__())
    assert not [r for r in refusals() if r not in families and r is not Refusal and "status" in vars(r)]


def test_every_explained_constraint_exists_and_is_explained_once():
    existing = {str(constraint.name) for table in tables.metadata.tables.values() for constraint in table.constraints}
    explained = [refusal.constraint for refusal in refusals() if refusal.constraint]
    assert set(explained) <= existing
    assert len(explained) == len(set(explained))


def loaded_by(*names: str) -> set[str]:
    """What is loaded, dotted, when these modules are imported."""
    code = f"import sys, {', '.join(names)}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_the_server_loads_no_heavy_library():
    loaded = {name.split(".")[0] for name in loaded_by("assess.app", "assess.cli")}
    assert not {"numpy", "scipy", "reportlab", "ortools", "fontTools", "pandas", "matplotlib"} & loaded
    assert "litestar" in loaded


def test_no_command_loads_the_orm_that_nobody_uses():
    loaded = loaded_by("assess.app", "assess.cli", "assess.serve")
    assert "sqlalchemy.ext.asyncio.engine" in loaded
    assert not {name for name in loaded if name.startswith("sqlalchemy.orm")}


def test_the_server_loads_nothing_that_writes_or_draws_reports_and_pages():
    """Of the thinking about what is read it knows the words, the links, and which teams stand on a page."""
    report = {name for name in loaded_by("assess.app", "assess.serve") if room_of(name) == "report"}
    assert "assess.report.page_service" in report
    thinking = {name.rpartition(".")[2] for name in report if place_of(name)[1] == THINK}
    assert thinking == {"model", "links", "page_facts", "page_window"}
