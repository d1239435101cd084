"""What the command ``assess questionnaire`` says."""

import json
import shutil

import pytest

from assess import shipped
from assess.questionnaire.flaw import FileRefused
from assess.questionnaire.show import lint_files, show, write_digests, write_schema

FOLDER = shipped.folder("questionnaires")


def test_lint_of_good_files_exits_with_0(tmp_path, example, document):
    (tmp_path / "good.yaml").write_bytes(example)
    (tmp_path / "good.json").write_text(json.dumps(document))
    text, code = lint_files([tmp_path / "good.yaml", tmp_path / "good.json"])
    assert (text.count("0 errors, 0 warnings"), code) == (2, 0)


def test_lint_names_the_file_the_line_and_the_place_and_exits_with_1(tmp_path, example):
    path = tmp_path / "bad.yaml"
    path.write_bytes(example.replace(b"ordinal: 5", b"ordinal: 7"))
    text, code = lint_files([path])
    assert code == 1
    assert f"error: {path}, line " in text
    assert "$.processes[0].steps[0].items[1].levels: ordinals: " in text


def test_warnings_alone_exit_with_0(tmp_path, example):
    (tmp_path / "plain.yaml").write_bytes(example.replace(b"Our own team.", b"Our team's own."))
    text, code = lint_files([tmp_path / "plain.yaml"])
    assert ("straight_apostrophe" in text, "0 errors, 1 warnings" in text, code) == (True, True, 0)


def test_show_reads_a_published_version_in_a_language():
    french, english = (show("acquisition@1.0.0", FOLDER, language) for language in ("fr", "en"))
    assert "Partir du besoin de l’interlocuteur [acq-target-needs, weight 2, gate, express]" in french
    assert "Start from the contact’s own need [acq-target-needs, weight 2, gate, express]" in english
    assert "## KPI" in french


def test_show_reads_a_file_in_its_first_language(tmp_path, example):
    (tmp_path / "mine.yaml").write_bytes(example)
    assert show(str(tmp_path / "mine.yaml"), FOLDER).startswith("Livraison (delivery 1.0.0)\n2 items, 0.7 min, digest ")


def test_show_refuses_a_language_that_the_document_does_not_have(tmp_path, example):
    (tmp_path / "mine.yaml").write_bytes(example.replace(b"[fr, en]", b"[fr]"))
    with pytest.raises(FileRefused, match="missing_language"):
        show(str(tmp_path / "mine.yaml"), FOLDER, "en")


@pytest.mark.parametrize("what", ["nothing@1.0.0", "nowhere.yaml", "../../etc@passwd"])
def test_show_names_what_it_cannot_find(what):
    with pytest.raises(FileRefused, match="There is no file"):
        show(what, FOLDER)


def test_what_is_committed_is_what_would_be_written(tmp_path):
    copy = shutil.copytree(FOLDER, tmp_path / "questionnaires")
    write_digests(copy)
    write_schema(copy)
    for name in ("published.toml", "questionnaire.schema.json"):
        assert (copy / name).read_bytes() == (FOLDER / name).read_bytes()
