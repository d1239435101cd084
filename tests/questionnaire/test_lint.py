"""Each lint rule has a document that breaks it, and the example of the guide breaks none."""

import json
import re
from pathlib import Path

import pytest

from assess.questionnaire.checking import check_json, check_yaml
from assess.questionnaire.flaw import pointer_to

ITEMS = ("processes", 0, "steps", 0, "items")
RUNGS = [{"ordinal": n, "text": {"fr": f"{n} fr", "en": f"{n} en"}} for n in range(6)]


def at(document, place):
    for step in place:
        document = document[step]
    return document


def change(document, place, value):
    at(document, place[:-1])[place[-1]] = value


def add_item(document, **changes):
    item = (
        json.loads(json.dumps(at(document, (*ITEMS, 0))))
        | {"key": "dlv-more", "comparability_key": "dlv-more"}
        | changes
    )
    at(document, ITEMS).append(item)


def add_step(document, **changes):
    step = json.loads(json.dumps(at(document, ITEMS[:-1]))) | changes
    for n, item in enumerate(step["items"]):
        item |= {"key": f"other-{n}", "comparability_key": f"other-{n}", "visible_if": None}
    document["processes"][0]["steps"].append(step)


def add_kpi(document, levels):
    item = json.loads(json.dumps(at(document, (*ITEMS, 0)))) | {
        "key": "kpi",
        "comparability_key": "kpi",
        "kind": "kpi",
        "levels": levels,
    }
    document["processes"][0]["kpis"] = [item]


def levels(count, first=1):
    return [{"ordinal": n, "text": {"fr": f"{n} fr", "en": f"{n} en"}} for n in range(first, first + count)]


def answered(item, **limits):
    return {"op": "answered", "item": item} | limits


CONDITION = (*ITEMS, 1, "visible_if")
LEVELS = (*ITEMS, 1, "levels")
FR, EN = (*LEVELS, 1, "text", "fr"), (*LEVELS, 1, "text", "en")
LONG = " ".join(f"mot{n}" for n in range(26))

BROKEN = [
    pytest.param(lambda d: change(d, ("key",), "schema"), "reserved_key", ("key",), id="an address as key"),
    pytest.param(
        lambda d: change(d, ("languages",), ["fr", "en", "fr"]),
        "duplicate_language",
        ("languages", 2),
        id="a language twice",
    ),
    pytest.param(
        lambda d: d["processes"].append(d["processes"][0]),
        "duplicate_key",
        ("processes", 1, "key"),
        id="a process twice",
    ),
    pytest.param(add_step, "duplicate_key", ("processes", 0, "steps", 1, "key"), id="a step twice"),
    pytest.param(
        lambda d: add_item(d, key="dlv-promise-date"), "duplicate_key", (*ITEMS, 2, "key"), id="an item twice"
    ),
    pytest.param(
        lambda d: add_item(d, comparability_key="dlv-promise-date"),
        "duplicate_comparability_key",
        (*ITEMS, 2, "comparability_key"),
        id="two items compared as one",
    ),
    pytest.param(
        lambda d: add_step(d, key="dlv-promise-fast"),
        "step_prefix",
        ("processes", 0, "steps", 0, "key"),
        id="a step's key in another's",
    ),
    pytest.param(
        lambda d: change(d, (*ITEMS, 0, "kind"), "kpi"),
        "misplaced_kind",
        (*ITEMS, 0, "kind"),
        id="a kpi item in a step",
    ),
    pytest.param(lambda d: change(d, (*LEVELS, 3, "ordinal"), 6), "ordinals", LEVELS, id="a gap in the ordinals"),
    pytest.param(lambda d: at(d, LEVELS).reverse(), "ordinals", LEVELS, id="ordinals that fall"),
    pytest.param(lambda d: change(d, LEVELS, levels(11, 0)), "options", LEVELS, id="eleven options"),
    pytest.param(
        lambda d: add_kpi(d, levels(5)), "rungs", ("processes", 0, "kpis", 0, "levels"), id="a kpi item without rung 0"
    ),
    pytest.param(lambda d: at(d, FR[:-1]).pop("fr"), "missing_language", FR, id="a text without French"),
    pytest.param(lambda d: change(d, EN, " "), "missing_language", EN, id="a blank text"),
    pytest.param(
        lambda d: change(d, ("languages",), ["en"]), "other_language", ("title", "fr"), id="a language too many"
    ),
    pytest.param(
        lambda d: change(d, FR, at(d, LEVELS)[0]["text"]["fr"]), "same_level", FR, id="two levels that say the same"
    ),
    pytest.param(
        lambda d: change(d, CONDITION, answered("dlv-promise-date")),
        "self_reference",
        (*CONDITION, "item"),
        id="itself",
    ),
    pytest.param(
        lambda d: change(d, CONDITION, answered("dlv-unknown")),
        "unknown_item",
        (*CONDITION, "item"),
        id="an unknown item",
    ),
    pytest.param(
        lambda d: change(d, (*ITEMS, 0, "visible_if"), {"op": "not", "condition": answered("dlv-promise-date")}),
        "unknown_item",
        (*ITEMS, 0, "visible_if", "condition", "item"),
        id="a later item",
    ),
    pytest.param(
        lambda d: change(d, CONDITION, {"op": "and", "conditions": [answered("dlv-promise-direct", at_least=3)]}),
        "never_true",
        (*CONDITION, "conditions", 0),
        id="a level that does not exist",
    ),
]

QUESTIONABLE = [
    pytest.param(
        lambda d: [add_item(d, key=f"k-{n}", comparability_key=f"c-{n}") for n in range(42)],
        "too_long",
        ("processes",),
        id="88 points",
    ),
    pytest.param(lambda d: change(d, FR, LONG), "long_level", FR, id="26 words in a level"),
    pytest.param(
        lambda d: change(d, (*ITEMS, 1, "text", "en"), f"{LONG} a b c d e"),
        "long_question",
        (*ITEMS, 1, "text", "en"),
        id="31 words",
    ),
    pytest.param(
        lambda d: [
            change(d, (*LEVELS, n, "text", "en"), f"We {word} ask.") for n, word in enumerate(["never", "sometimes"])
        ],
        "adverb_ladder",
        EN,
        id="an adverb alone",
    ),
    pytest.param(lambda d: change(d, FR, "Pourquoi ?"), "french_spacing", FR, id="a plain space in French"),
    pytest.param(lambda d: change(d, EN, "Why ?"), "english_spacing", EN, id="a space in English"),
    pytest.param(lambda d: change(d, EN, "The team's own."), "straight_apostrophe", EN, id="a straight apostrophe"),
    pytest.param(lambda d: change(d, EN, "Two  spaces."), "double_space", EN, id="two spaces"),
]


def flaws_of(document):
    return check_json(json.dumps(document).encode())


@pytest.mark.parametrize(("break_", "rule", "place"), BROKEN)
def test_an_error_is_found_at_its_place_and_prevents_publication(document, break_, rule, place):
    break_(document)
    verdict = flaws_of(document)
    assert (rule, pointer_to(place), "error") in [(flaw.rule, flaw.pointer, flaw.severity) for flaw in verdict.problems]
    assert not verdict.valid


@pytest.mark.parametrize(("break_", "rule", "place"), QUESTIONABLE)
def test_a_warning_is_found_at_its_place_and_lets_publish(document, break_, rule, place):
    break_(document)
    verdict = flaws_of(document)
    assert [(flaw.rule, flaw.pointer, flaw.severity) for flaw in verdict.problems] == [
        (rule, pointer_to(place), "warning")
    ]
    assert verdict.valid


def test_the_example_of_the_guide_has_no_flaw(example):
    assert check_yaml(example).problems == []


def test_every_rule_is_in_the_guide_and_every_rule_of_the_guide_has_a_test():

    text = (Path(__file__).parents[2] / "docs" / "questionnaires.md").read_text("utf-8")
    described = set(
        re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (`.*?) \|", text.split("## Lint")[1], re.MULTILINE)))
    )
    assert described - {"rule"} == {str(case.values[1]) for case in BROKEN + QUESTIONABLE}


def test_a_flaw_of_a_file_has_its_line(example):
    broken = example.replace("livre nos clients\u202f?".encode(), b"livre nos clients ?")
    (flaw,) = check_yaml(broken).problems
    assert flaw.line == broken[: broken.index(b"livre nos clients ?")].count(b"\n") + 1


def test_an_item_for_one_role_only_lengthens_that_role_s_route(document):
    for n in range(44):
        add_item(document, key=f"k-{n}", comparability_key=f"c-{n}", roles=["sales" if n % 2 else "service"])
    assert flaws_of(document).problems == []


def test_a_kpi_item_with_its_rungs_is_clean(document):
    add_kpi(document, RUNGS)
    assert flaws_of(document).problems == []
