"""Explanations: every number is led back to what people said, exactly, and tells nothing that the results do not."""

from collections.abc import Iterator
from fractions import Fraction

import msgspec
import pytest
from accounts import asked, facts_of
from hypothesis import given, settings
from hypothesis import strategies as st

from assess.campaign.model import DONT_KNOW as DK
from assess.campaign.model import NO_ANSWER
from assess.maturity.model import Hidden, ProcessResult, State
from assess.maturity.scores.derivation import Facts, derived
from assess.maturity.scores.explanation import ROOM, Explained, Explanation, compute, explain
from assess.typography import faults
from assess.words import LANGUAGES

# a-1 (gate), a-2 | b-1, b-2 (sensitive), b-3 (sensitive) | c-1, c-2 (three options) | kpi
ALIKE = [[3, 3, 3, 3, 3, 3, 2, 2]] * 6
UNEVEN = [[1, 2, 5, 4, 2, 3, 3, 3], [2, 3, 4, 2, 2, 4, 1, 4], [1, DK, 5, 3, 1, 5, 2, DK]] * 2

level = st.sampled_from([1, 2, 3, 4, 5, DK, NO_ANSWER])
row = st.tuples(*[level] * 6, st.sampled_from([1, 2, 3, DK]), st.sampled_from([0, 1, 3, 5, DK]))
teams = st.dictionaries(st.sampled_from(["ash", "birch", "cedar", "dune"]), st.lists(row, max_size=9), min_size=1)
weights = st.lists(st.sampled_from([0.1, 0.5, 1, 2, 3.7, 100]), min_size=7, max_size=7)


def each(result: Explained) -> Iterator[Explained]:
    yield result
    for part in result.parts:
        yield from each(part)


def exact(number):
    return Fraction(number.exact)


def told(facts: Facts, of: str | None = None) -> Explained:
    found = explain(facts, of)
    assert found is not None
    return found.result


@settings(deadline=None, max_examples=100)
@given(teams, weights)
def test_contributions_add_up_exactly_at_every_result(people, weighed):
    for found in each(told(facts_of(people, asked(weighed)))):
        counting = [part for part in found.parts if part.share is not None]
        if found.value is None:
            assert not counting
        elif counting:
            assert exact(found.base) + sum(exact(part.contribution) for part in counting) == exact(found.value)
            assert sum(exact(part.share) for part in counting) == 1
        for part in counting:
            assert exact(part.contribution) == exact(part.share) * (exact(part.value) - exact(part.base))


@settings(deadline=None, max_examples=100)
@given(teams, weights)
def test_what_is_explained_is_what_is_published(people, weighed):
    facts = facts_of(people, asked(weighed))
    score = derived(facts)
    lines, process = score.addressed(), facts.score.processes[0]
    published = {"overall": facts.score.overall, "acq": process.result, "acq:kpis": process.kpi_maturity}
    published |= {step.key: step.result for step in process.steps}
    published |= {item.key: item.result for step in process.steps for item in step.items}
    for of, result in published.items():
        if score.items.get((0, of)) is not None and score.items[0, of].banded:
            assert lines[of].value is None, of
        else:
            value = lines[of].value
            assert (value is None) == (result.value is None), of
            assert value is None or float(value) == pytest.approx(result.value, abs=1e-9), of


@settings(deadline=None, max_examples=40)
@given(teams, st.randoms(use_true_random=False))
def test_the_order_of_people_and_teams_leaves_no_trace(people, die):
    shuffled = {key: die.sample(rows, len(rows)) for key, rows in people.items()}
    assert msgspec.json.encode(explain(facts_of(people))) == msgspec.json.encode(explain(facts_of(shuffled)))


def test_a_team_is_led_back_to_its_items():
    step = told(facts_of({"ash": UNEVEN}, node="ash"), "acq-a")
    first, second = step.parts
    assert (step.value.exact, step.base.exact, step.formula) == ("4/3", "3", "weighted_mean_of_items")
    assert (first.of, first.value.exact, first.contribution.exact, first.n) == ("acq-a-1", "4/3", "-5/3", 6)
    assert first.formula == "mean_of_answers"
    assert (second.state, second.value, second.share, second.n) == (State.BELOW_THRESHOLD, None, None, None)
    assert (second.weight.exact, second.reason["en"]) == ("1", "fewer answers than the threshold of 5 people")
    assert step.sentence == {
        "fr": "«\u202facq-a\u202f» vaut 1,33\u00a0: «\u202facq-a-1\u202f» (tout le poids) tire vers le bas de 1,67 niveau.",
        "en": "“acq-a” stands at 1.33: “acq-a-1” (all the weight) pulls it down by 1.67 level.",
    }


def test_a_parent_is_led_back_to_its_teams_and_to_the_others_together():
    step = told(facts_of({"ash": UNEVEN, "birch": ALIKE, "one": ALIKE[:2], "two": ALIKE[:4]}), "acq-c")
    assert step.formula == "mean_by_headcount"
    groups = [(part.of, part.name["en"], part.share.exact, part.kind) for part in step.parts]
    assert groups == [
        ("acq-c@company", "Others, Aubépine", "1/3", "group"),
        ("acq-c@ash", "Ash", "1/3", "group"),
        ("acq-c@birch", "Birch", "1/3", "group"),
    ]
    assert [part.of for part in step.parts[1].parts] == ["acq-c-1@ash", "acq-c-2@ash"]


def test_an_item_of_a_parent_is_led_back_to_its_teams():
    found = told(facts_of({"ash": UNEVEN, "birch": ALIKE}), "acq-c-1")
    assert (found.value.exact, found.n, found.formula) == ("7/2", 12, "mean_by_headcount")
    assert [(part.of, part.value.exact) for part in found.parts] == [("acq-c-1@ash", "4"), ("acq-c-1@birch", "3")]


def test_sensitive_items_stand_in_one_line_and_of_each_only_the_band_is_told():
    facts = facts_of({"ash": UNEVEN}, node="ash")
    plain, together = told(facts, "acq-b").parts
    assert (plain.of, together.of, together.name["en"]) == ("acq-b-1", "acq-b:sensitive", "2 sensitive items")
    assert (together.share.exact, together.value.exact, together.n) == ("2/5", "7/3", None)
    alone = told(facts, "acq-b-2")
    assert (alone.value, alone.band, alone.n, alone.parts) == (None, "3-4", None, [])


def test_a_sensitive_item_that_is_scored_alone_takes_another_with_it():
    rows = [[3, 3, 4, 1, DK, 3, 2, 2]] * 6
    facts = facts_of({"ash": rows}, asked((2, 1, 2, 1, 1, 2, 1)), node="ash")
    step = told(facts, "acq-b")
    assert [(part.of, part.value and part.value.exact) for part in step.parts] == [
        ("acq-b-3", None),
        ("acq-b:sensitive", "3"),
    ]
    assert told(facts, "acq-b-1").value is None
    only = facts_of({"ash": [[3, 3, DK, 1, DK, 3, 2, 2]] * 6}, asked((2, 1, 1, 100, 1, 2, 1)), node="ash")
    assert told(only, "acq-b").state is State.LOW_COVERAGE
    assert [part.value for part in told(only, "acq-b").parts] == [None, None, None]


@settings(deadline=None, max_examples=60)
@given(teams, weights)
def test_no_mean_of_a_sensitive_item_is_told_nor_left_over(people, weighed):
    facts = facts_of(people, asked(weighed))
    pages = [told(facts), *(told(facts, of) for of in derived(facts).addressed())]
    for found in (part for page in pages for part in each(page)):
        if found.of.partition("@")[0] in {"acq-b-2", "acq-b-3"}:
            assert (found.value, found.contribution, found.n) == (None, None, None)
        if ":sensitive" in found.of and found.value is not None:
            assert Fraction(found.weight.exact) > 0
            assert not found.parts


def test_what_stops_the_next_level_is_told_with_what_it_needs():
    step = told(facts_of({"ash": UNEVEN}, node="ash"), "acq-c")
    said = {(each.condition, each.of): (each.level, each.needed, each.value, each.holds) for each in step.conditions}
    assert step.staged.level == 3
    assert said["kpi", "acq:kpis"] == (4, 3.0, None, None)
    assert said["mean", "acq-c"][1:] == (4.0, step.value, False)
    assert {name for (name, _), (*_, holds) in said.items() if holds is not True} - {"kpi"} <= set(
        step.staged.blocked_by
    )
    gate = told(facts_of({"ash": UNEVEN}, node="ash"), "acq-a").conditions[1]
    assert (gate.condition, gate.of, gate.level, gate.needed, gate.holds) == ("gate", "acq-a-1", 2, 1.0, True)
    banded = told(facts_of({"ash": UNEVEN}, node="ash"), "acq-b").conditions
    assert [each.value for each in banded if each.condition == "breadth"] == [None]


def test_kpi_maturity_is_an_axis_beside_the_score_on_rungs():
    process = told(facts_of({"birch": ALIKE}, node="birch"), "acq")
    axis = process.parts[-1]
    assert (axis.of, axis.share, axis.base.exact, axis.value.exact) == ("acq:kpis", None, "5/2", "2")
    assert axis.reason["fr"] == "dit à côté de la note, jamais dedans"
    assert (axis.parts[0].kind, axis.parts[0].contribution.exact) == ("kpi", "-1/2")


def test_a_kpi_with_a_record_counts_with_its_factual_rung():
    facts = facts_of({"birch": ALIKE}, node="birch")
    node, ledger = next(iter(facts.ledgers.items()))
    group = msgspec.structs.replace(ledger.groups[0], rungs={"kpi-acq": 10 / 3})
    recorded = msgspec.structs.replace(facts, ledgers={node: msgspec.structs.replace(ledger, groups=[group])})
    axis = told(recorded, "acq:kpis")
    assert (axis.value.exact, axis.parts[0].formula, axis.parts[0].n) == ("10/3", "record_of_the_kpi", None)


def hidden(facts: Facts, state: State) -> Facts:
    """The same node, with its process hidden."""
    score = facts.score
    gone = msgspec.structs.replace(score.overall, state=state, value=None, n=None)

    def without(process: ProcessResult) -> ProcessResult:
        steps = [msgspec.structs.replace(step, result=gone, items=[], staged=None) for step in process.steps]
        return msgspec.structs.replace(process, result=gone, steps=steps, kpi_maturity=gone, kpis=[])

    score = msgspec.structs.replace(score, overall=gone, processes=[without(each) for each in score.processes])
    cell = Hidden(node=score.node, key=score.key, name=score.name, process="acq", perspective=None, reason=state)
    return msgspec.structs.replace(facts, score=score, mask=[cell])


def test_what_is_hidden_says_why_and_nothing_else_even_where_a_ledger_stands_below():
    facts = hidden(facts_of({"ash": UNEVEN, "birch": ALIKE}), State.PROTECTS_OTHERS)
    found = explain(facts)
    assert [hidden.reason for hidden in found.mask] == [State.PROTECTS_OTHERS]
    for part in each(found.result):
        assert (part.value, part.share, part.n) == (None, None, None)
    assert [part.of for part in found.result.parts[0].parts] == ["acq-a", "acq-b", "acq-c"]
    for of in ("acq", "acq-a", "acq-a-1", "kpi-acq"):
        assert "as a group that is too small could be found from it" in told(facts, of).sentence["en"]
    assert explain(facts, "acq-a@ash") is None


def test_an_express_form_speaks_of_the_process_only():
    version = msgspec.structs.replace(asked(), indicative=True)
    facts = facts_of({"birch": ALIKE}, version, node="birch")
    process = told(facts, "acq")
    assert [(part.kind, part.share.exact, part.value) for part in process.parts] == [("combined", "1", process.value)]
    assert explain(facts, "acq-a") is None
    assert told(facts, "acq-a-1").value is None


def test_a_large_tree_leaves_its_lower_parts_to_their_own_addresses():
    facts = facts_of({f"t-{number}": ALIKE for number in range(300)})
    whole, step = told(facts), told(facts, "acq-a")
    assert len(list(each(whole))) <= ROOM
    assert {part.more for part in each(whole) if part.kind == "group"} == {True}
    assert len(step.parts) == 300
    assert [part.of for part in told(facts, "acq-a@t-7").parts] == ["acq-a-1@t-7", "acq-a-2@t-7"]


def test_the_facts_are_named():
    facts = facts_of({"ash": UNEVEN})
    found = explain(facts)
    assert (found.engine, found.inputs_digest, found.threshold) == ("maturity/0", "0" * 64, 5)
    assert [(each.key, each.digest) for each in found.questionnaires] == [("acq", next(iter(facts.questionnaires)))]


def test_a_worker_reads_and_writes_json():
    facts = msgspec.json.encode(facts_of({"ash": UNEVEN}))
    assert msgspec.json.decode(compute(facts, None), type=Explanation).result.of == "overall"
    assert compute(facts, "acq-z") is None


@settings(deadline=None, max_examples=30)
@given(teams)
def test_every_sentence_is_ready_for_print_in_both_languages(people):
    for found in each(told(facts_of(people))):
        for text in (found.sentence, found.reason or found.sentence):
            assert [faults(text[language], language) for language in LANGUAGES] == [[], []], text
