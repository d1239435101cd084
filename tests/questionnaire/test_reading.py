"""Hostile and careless files: each is refused by a rule with a name, at a place."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from assess.questionnaire.flaw import FileRefused, path_of, pointer_to, sentence
from assess.questionnaire.model import Questionnaire
from assess.questionnaire.reading import DEEPEST, MOST_BYTES, MOST_NODES, from_json, from_own_yaml, from_yaml

BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"
LONG = "[" + "1, " * (MOST_NODES + 1) + "]"


class Plain(Struct):
    value: str | int | float | bool | None


@pytest.mark.parametrize(
    ("text", "rule", "line", "path"),
    [
        pytest.param("[" * 50_000, "too_deep", 1, "$" + "[0]" * (DEEPEST + 1), id="50,000 nested lists"),
        pytest.param("{a: " * 50_000, "too_deep", 1, "$" + ".a" * (DEEPEST + 1), id="50,000 nested objects"),
        pytest.param("- " * 50_000, "too_deep", 1, "$" + "[0]" * (DEEPEST + 1), id="50,000 nested block lists"),
        pytest.param(BOMB, "anchor", 1, "$.a", id="aliases that explode"),
        pytest.param("a: 1\nb: *a\n", "alias", 2, "$.b", id="an alias"),
        pytest.param("a: 1\nb:\n  a: 2\n  c: 3\n  a: 4\n", "duplicate_key", 5, "$.b.a", id="the same key twice"),
        pytest.param("a: !!python/object/apply:os.system [ls]", "tag", 1, "$.a", id="a Python object"),
        pytest.param("a: !!binary aGk=", "tag", 1, "$.a", id="a standard tag"),
        pytest.param("a: ! hi", "tag", 1, "$.a", id="a bare tag"),
        pytest.param(r'a: "\ud800"', "half_a_character", 1, "$.a", id="half of a surrogate pair"),
        pytest.param(r'"\udfff": a', "half_a_character", 1, "$", id="half of a surrogate pair as a key"),
        pytest.param("a: 1\n---\nb: 2\n", "several_documents", 2, "$", id="two documents"),
        pytest.param("%YAML 1.1\n---\na: 1\n", "directive", 1, "$", id="a directive"),
        pytest.param("a: 1\nb: \x00\n", "control_character", 2, "$", id="U+0000"),
        pytest.param("? [a, b]\n: 1\n", "key_not_text", 1, "$", id="a list as key"),
        pytest.param("a: [1, 2\nb: 3\n", "not_yaml", 2, "$", id="an open bracket"),
        pytest.param("a: '\n", "not_yaml", 2, "$", id="an open quotation mark"),
        pytest.param("", "empty", None, "$", id="nothing"),
        pytest.param("# only a comment\n", "empty", None, "$", id="a comment"),
        pytest.param("a: 1\n" * 2 + "#" * MOST_BYTES, "too_large", None, "$", id="more than a mebibyte"),
        pytest.param(LONG, "too_many_nodes", 1, f"$[{MOST_NODES - 1}]", id="more values than allowed"),
        pytest.param(b"a: 1\nb: \xff\n", "not_utf8", 2, "$", id="no UTF-8"),
    ],
)
def test_a_hostile_file_is_refused_by_name_and_place(text, rule, line, path):
    for read in (from_yaml, from_own_yaml):
        with pytest.raises(FileRefused) as refusal:
            read(text if isinstance(text, bytes) else text.encode(), dict)
        flaw = refusal.value.flaw
        assert (flaw.rule, flaw.line, path_of(flaw.pointer)) == (rule, line, path)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        pytest.param("NO", "NO", id="Norway"),
        pytest.param("off", "off", id="the key of a process"),
        pytest.param("yes", "yes", id="yes"),
        pytest.param("2026-03-03", "2026-03-03", id="a date"),
        pytest.param("12:30", "12:30", id="a time"),
        pytest.param("1.0.0", "1.0.0", id="a version"),
        pytest.param("0x10", "0x10", id="hexadecimal"),
        pytest.param("1_000", "1_000", id="underscores"),
        pytest.param(".inf", ".inf", id="infinity"),
        pytest.param("1e999", "1e999", id="a number past every float"),
        pytest.param("9" * 5000, "9" * 5000, id="a number past every integer"),
        pytest.param('"true"', "true", id="quoted true"),
        pytest.param("'12'", "12", id="quoted number"),
        pytest.param("true", True, id="true"),
        pytest.param("False", False, id="false"),
        pytest.param("null", None, id="null"),
        pytest.param("", None, id="nothing"),
        pytest.param("-12", -12, id="integer"),
        pytest.param("010", 10, id="leading zero is decimal"),
        pytest.param("2.50", 2.5, id="float"),
    ],
)
def test_only_core_words_and_numbers_are_typed(written, value):
    read = from_yaml(f"value: {written}\n".encode(), Plain).value
    assert repr(from_own_yaml(f"value: {written}\n".encode(), Plain).value) == repr(read)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("place", "value", "rule"),
    [
        pytest.param(
            ("processes", 0, "steps", 0, "items", 1, "levels", 1, "text", "fr"),
            3,
            "not_as_specified",
            id="a number as text",
        ),
        pytest.param(
            ("processes", 0, "steps", 0, "items", 1, "levels", 1, "text", "en"),
            "a\x00",
            "not_as_specified",
            id="U+0000",
        ),
        pytest.param(
            ("processes", 0, "steps", 0, "items", 1, "levels", 4, "ordinal"),
            11,
            "not_as_specified",
            id="ordinal past 10",
        ),
        pytest.param(("processes", 0, "steps", 0, "items", 0, "weight"), 0, "not_as_specified", id="no weight"),
        pytest.param(("processes", 0, "steps", 0, "items", 0, "gate"), "NO", "not_as_specified", id="NO is not false"),
        pytest.param(("processes", 0, "steps", 0, "items", 0, "colour"), "red", "unknown_field", id="an unknown field"),
        pytest.param(("introduction", "de"), "Hallo", "not_as_specified", id="an unknown language"),
        pytest.param(("key",), "Not a key\n", "not_as_specified", id="a key with a newline"),
    ],
)
def test_a_misfit_is_named_at_its_exact_place(document, place, value, rule):
    part = document
    for step in place[:-1]:
        part = part[step]
    part[place[-1]] = value
    with pytest.raises(FileRefused) as refusal:
        from_json(json.dumps(document).encode(), Questionnaire)
    assert refusal.value.flaw.rule == rule
    assert refusal.value.flaw.pointer == pointer_to(place)


@pytest.mark.parametrize("place", ["$.title[...][7]", "$.processes[99].key", "$.key[...]", "$.nothing[...]"])
def test_a_name_that_looks_like_a_place_is_still_refused(document, place):
    document[f"a` - at `{place}"] = 1
    with pytest.raises(FileRefused) as refusal:
        from_json(json.dumps(document).encode(), Questionnaire)
    assert refusal.value.flaw.rule == "unknown_field"


def test_a_misfit_in_a_file_names_its_line(example):
    broken = example.replace(b'fr: "Un transporteur."', b"fr: 3")
    line = broken[: broken.index(b"fr: 3")].count(b"\n") + 1
    with pytest.raises(FileRefused) as refusal:
        from_yaml(broken, Questionnaire)
    said = sentence(refusal.value.flaw, "delivery/1.0.0.yaml")
    path = "$.processes[0].steps[0].items[0].levels[0].text.fr"
    assert said == f"delivery/1.0.0.yaml, line {line}: {path}: not_as_specified: Expected `str`, got `int`"


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        pytest.param(b"[" * 100_000, "too_deep", id="100,000 nested lists"),
        pytest.param(b"[" * 100 + b"]" * 100, "too_deep", id="100 nested lists"),
        pytest.param(b'{"a": 1', "not_json", id="an open brace"),
        pytest.param(b'{"a": "\xff"}', "not_json", id="no UTF-8"),
        pytest.param(b"", "not_json", id="nothing"),
        pytest.param(b" " * (MOST_BYTES + 1), "too_large", id="more than a mebibyte"),
        pytest.param(b"[]", "not_as_specified", id="a list"),
    ],
)
def test_hostile_json_is_refused_by_name(body, rule):
    with pytest.raises(FileRefused) as refusal:
        from_json(body, Questionnaire)
    assert refusal.value.flaw.rule == rule


def test_yaml_and_json_of_one_questionnaire_are_the_same(example, document):
    assert (
        from_own_yaml(example, Questionnaire)
        == from_yaml(example, Questionnaire)
        == from_json(json.dumps(document).encode(), Questionnaire)
    )


@given(data=st.binary(max_size=30), at=st.floats(0, 1))
def test_no_change_of_bytes_escapes_as_another_error(example, data, at):
    cut = int(at * len(example))
    with contextlib.suppress(FileRefused):
        from_yaml(example[:cut] + data + example[cut + len(data) :], Questionnaire)
