"""The action library: whole, strict, and registered by its digest."""

import shutil
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace
from situations import FOLDER, LIBRARY, PUBLISHED

from assess.questionnaire.flaw import FileRefused, errors_in
from assess.questionnaire.register import REGISTER
from assess.roadmap.library import ACTIONS, digest_of, library_toml, load_library
from assess.roadmap.lint import lint

QUESTIONNAIRES = list(PUBLISHED.values())


def rules(library):
    return {flaw.rule for flaw in errors_in(lint(library, QUESTIONNAIRES))}


def changed(key, **fields):
    """The library with one action changed."""
    actions = [replace(action, **fields) if action.key == key else action for action in LIBRARY.actions]
    return replace(LIBRARY, actions=actions)


def action(key):
    return next(action for action in LIBRARY.actions if action.key == key)


def test_the_library_breaks_no_rule():
    assert lint(LIBRARY, QUESTIONNAIRES) == []


def test_the_library_has_its_54_actions():
    assert len(LIBRARY.actions) == 54


GRID, KEY = action("act-p2-gonogo-grid"), "act-p2-gonogo-grid"


@pytest.mark.parametrize(
    ("library", "rule"),
    [
        pytest.param(replace(LIBRARY, actions=LIBRARY.actions[1:]), "no_action", id="a practice without an action"),
        pytest.param(replace(LIBRARY, actions=[*LIBRARY.actions, GRID]), "duplicate_key", id="a key twice"),
        pytest.param(changed(KEY, targets=[replace(GRID.targets[0], item="acq-x")]), "unknown_item", id="unknown item"),
        pytest.param(
            changed(KEY, targets=[replace(GRID.targets[0], item="kpi-acq-go-rate")]),
            "unknown_item",
            id="a KPI as a practice",
        ),
        pytest.param(changed(KEY, targets=GRID.targets * 2), "duplicate_target", id="a target twice"),
        pytest.param(changed(KEY, kpi_targets=[], targets=[]), "no_target", id="no target"),
        pytest.param(changed(KEY, kpi_targets=[replace(GRID.kpi_targets[0], to_rung=0)]), "rungs", id="a falling rung"),
        pytest.param(changed(KEY, process="fin"), "unknown_process", id="unknown process"),
        pytest.param(changed(KEY, prerequisites=["act-x"]), "unknown_action", id="unknown prerequisite"),
        pytest.param(changed(KEY, mutex=[KEY]), "unknown_action", id="excluded by itself"),
        pytest.param(changed(KEY, prerequisites=["act-p3-function"]), "later_phase", id="a later prerequisite"),
        pytest.param(changed(KEY, core=True), "core_phase", id="core in phase 2"),
        pytest.param(changed(KEY, prerequisites=["act-p2-cocreation-sprint"]), "cycle", id="a cycle"),
        pytest.param(changed(KEY, role="king"), "unknown_role", id="unknown role"),
        pytest.param(changed(KEY, demand=[replace(GRID.demand[0], role="king")]), "unknown_role", id="unknown worker"),
        pytest.param(
            replace(LIBRARY, roles=[replace(LIBRARY.roles[0], functions=["army"]), *LIBRARY.roles[1:]]),
            "unknown_function",
            id="unknown function",
        ),
        pytest.param(changed(KEY, internal_pd=5), "demand_sum", id="a sum that is wrong"),
        pytest.param(changed(KEY, duration=1), "month_after_end", id="work after the end"),
        pytest.param(
            changed("act-p2-summer-content", duration=4), "short_window", id="a window shorter than the action"
        ),
        pytest.param(changed(KEY, title={"fr": "Une grille"}), "missing_language", id="one language"),
        pytest.param(replace(LIBRARY, languages=["fr"]), "languages", id="not in every language"),
    ],
)
def test_a_broken_rule_is_found(library, rule):
    assert rule in rules(library)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (ACTIONS, REGISTER):
        shutil.copy(FOLDER / name, tmp_path / name)
    return tmp_path


def test_the_published_library_loads_with_its_registered_digest():
    loaded = load_library(FOLDER, QUESTIONNAIRES)
    assert loaded.digest == digest_of(LIBRARY)
    assert loaded.digest in (FOLDER / REGISTER).read_text()


def test_a_published_version_never_changes(folder):
    path = folder / ACTIONS
    path.write_text(path.read_text().replace("confidence: 0.5", "confidence: 0.8", 1))
    with pytest.raises(FileRefused, match="digest_changed"):
        load_library(folder, QUESTIONNAIRES)
    with pytest.raises(FileRefused, match="digest_changed"):
        library_toml(folder, QUESTIONNAIRES)


def test_an_unregistered_library_is_refused_until_it_is_registered(folder):
    (folder / REGISTER).write_text((folder / REGISTER).read_text().partition("\n[starter]")[0])
    with pytest.raises(FileRefused, match="not_registered"):
        load_library(folder, QUESTIONNAIRES)
    (folder / REGISTER).write_text(library_toml(folder, QUESTIONNAIRES))
    assert (folder / REGISTER).read_text() == (FOLDER / REGISTER).read_text()
    load_library(folder, QUESTIONNAIRES)


def test_an_unknown_field_is_refused_at_its_place(folder):
    path = folder / ACTIONS
    path.write_text(path.read_text().replace("    core: false", "    core: false\n    colour: red", 1))
    with pytest.raises(FileRefused, match=r"\$\.actions\[0\]\.colour"):
        load_library(folder, QUESTIONNAIRES)


def test_a_reply_in_one_language_keeps_the_shape_of_texts():
    ready = load_library(FOLDER, QUESTIONNAIRES).ready
    whole, french = (msgspec.json.decode(ready[language].body) for language in (None, "fr"))
    assert french["actions"][0]["title"] == {"fr": whole["actions"][0]["title"]["fr"]}
    assert len({ready[language].etag for language in ready}) == 3
