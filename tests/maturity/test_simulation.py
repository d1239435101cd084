"""What if: nothing changes when nothing is changed, and the smallest flip is the smallest."""

from fractions import Fraction

import msgspec
import pytest
from accounts import asked, facts_of
from hypothesis import assume, given, settings
from test_explanation import ALIKE, UNEVEN, hidden, teams, weights

from assess.maturity.model import State
from assess.maturity.scores.changes import Change, ChangeRefused
from assess.maturity.scores.derivation import derived
from assess.maturity.scores.simulation import Simulation, compute, simulate
from assess.typography import faults
from assess.words import LANGUAGES


def exact(number):
    return Fraction(number.exact)


def by_of(found):
    return {each.of: each for each in found}


def refused(facts, *changes):
    with pytest.raises(ChangeRefused) as refusal:
        simulate(facts, changes)
    return [(each.pointer, each.rule) for each in refusal.value.errors]


@settings(deadline=None, max_examples=80)
@given(teams, weights)
def test_without_a_change_everything_is_as_published(people, weighed):
    facts = facts_of(people, asked(weighed))
    found, process = simulate(facts, []), facts.score.processes[0]
    scored = {step.key: step for step in process.steps if step.result.state is State.SCORED}
    assert {each.of: each.after.decimal for each in found.steps} == pytest.approx(
        {key: step.result.value for key, step in scored.items()}
    )
    assert all(each.before == each.after for each in [*found.steps, *found.processes])
    assert (found.overall is None) == (facts.score.overall.value is None)
    staged = {each.of: (each.before, each.after) for each in found.staged}
    assert staged == {key: (step.staged.level, step.staged.level) for key, step in scored.items()}
    assert [(each.before, each.after) for each in found.weakest] == [(process.weakest_step,) * 2]


@settings(deadline=None, max_examples=150)
@given(teams, weights)
def test_the_smallest_flip_flips_and_one_per_cent_less_does_not(people, weighed):
    facts = facts_of(people, asked(weighed))
    flip = simulate(facts, []).smallest_flip[0]
    assume(flip.item is not None)
    raised = simulate(facts, [Change(item=flip.item, raised=flip.levels.exact)])
    assert raised.weakest[0].before == flip.weakest
    assert raised.weakest[0].after == flip.instead
    assert raised.items[0].after == flip.after
    less = simulate(facts, [Change(item=flip.item, raised=str(exact(flip.levels) * Fraction(99, 100)))])
    assert less.weakest[0].after == flip.weakest


@settings(deadline=None, max_examples=60)
@given(teams, weights)
def test_no_other_item_flips_with_less(people, weighed):
    facts = facts_of(people, asked(weighed))
    flip = simulate(facts, []).smallest_flip[0]
    assume(flip.item is not None)
    movable = [each.item.key for each in derived(facts).items.values() if each.line.value is not None]
    for item in movable:
        for sign in (1, -1):
            less = sign * abs(exact(flip.levels)) * Fraction(99, 100)
            if item.startswith("acq-"):
                found = simulate(facts, [Change(item=item, raised=str(less))])
                assert found.weakest[0].after == flip.weakest, item


@settings(deadline=None, max_examples=40)
@given(teams, weights)
def test_raising_an_item_lowers_nothing(people, weighed):
    facts = facts_of(people, asked(weighed))
    movable = [each.item.key for each in derived(facts).items.values() if each.line.value is not None]
    for item in movable:
        if item.startswith("acq-"):
            found = simulate(facts, [Change(item=item, raised=0.7)])
            assert all(exact(each.after) >= exact(each.before) for each in [*found.steps, *found.processes])
            assert all(each.after is None or each.after >= each.before for each in found.staged)


def test_a_change_is_followed_up_to_the_overall_score():
    found = simulate(facts_of({"ash": UNEVEN}, node="ash"), [Change(item="acq-a-1", value=2.5)])
    assert [(each.of, each.before.exact, each.after.exact) for each in found.items] == [("acq-a-1", "4/3", "5/2")]
    assert (by_of(found.steps)["acq-a"].after.exact, by_of(found.steps)["acq-c"].after.exact) == ("5/2", "11/3")
    assert found.processes[0].after.exact == found.overall.after.exact == "31/10"
    staged = by_of(found.staged)["acq-a"]
    assert (staged.before, staged.after, staged.blocked_by) == (1, 2, ["mean"])


def test_a_parent_moves_all_its_groups_within_the_ladder():
    facts = facts_of({"ash": UNEVEN, "birch": [[3, 3, 5, 3, 3, 3, 2, 2]] * 6})
    found = simulate(facts, [Change(item="acq-b-1", value=5)])
    assert (found.items[0].before.exact, found.items[0].after.exact) == ("29/6", "59/12")
    assert "moves all groups" in found.note["en"]
    assert "all groups" not in simulate(facts_of({"ash": UNEVEN}, node="ash"), []).note["en"]


def test_what_the_smallest_flip_takes_is_told_in_levels_and_answers():
    flip = simulate(facts_of({"birch": [[3, 3, 4, 3, 3, 2, 2, 2]] * 6}, node="birch"), []).smallest_flip[0]
    assert (flip.weakest, flip.instead, flip.item) == ("acq-c", "acq-a", "acq-c-1")
    assert (flip.levels.exact, flip.before.exact, flip.after.exact, flip.answers) == ("1", "2", "3", 6)
    assert flip.sentence["en"] == (
        "In “acq”, “acq-a” would be the weakest step instead of “acq-c” if “acq-c-1” went from 2.00 to 3.00: "
        "1.00 level, or about 6 answers one level higher."
    )


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        pytest.param([[3] * 6 + [2, 2]] * 6, "the least change decides", id="tied"),
        pytest.param([[3, 3, -9, -9, -9, -9, -9, 2]] * 6, "no two scored steps", id="one step"),
        pytest.param([[1, -9, 5, 5, 5, -9, 3, 2]] * 6, "no single practice", id="out of reach"),
    ],
)
def test_why_there_is_no_smallest_flip(rows, words):
    version = asked((1, 0.1, 1, 1, 1, 0.1, 1))
    facts = facts_of({"birch": rows}, version, node="birch")
    flip = simulate(facts, []).smallest_flip[0]
    assert (flip.item, flip.levels) == (None, None)
    assert words in flip.sentence["en"]


def test_what_cannot_be_changed_is_refused_with_all_its_places():
    facts = facts_of({"ash": UNEVEN}, node="ash")
    assert refused(
        facts,
        Change(item="acq-z", raised=1),
        Change(item="acq-b-2", raised=1),
        Change(item="acq-a-2", raised=1),
        Change(item="kpi-acq", value=3),
        Change(item="acq-a-1", value=5.5),
        Change(item="acq-c-1", raised="1/0"),
        Change(item="acq-c-2"),
        Change(item="acq-b-1", value=2, raised=1),
    ) == [
        ("/changes/0/item", "an item of this score"),
        ("/changes/1/item", "an item that is not sensitive, and protects none that is"),
        ("/changes/2/item", "an item with a value; this one has none: below_threshold"),
        ("/changes/3/item", "a practice: a KPI's rung is changed by its record"),
        ("/changes/4/value", "a number from 1 to 5"),
        ("/changes/5/raise", "a number from -4 to 4"),
        ("/changes/6", "either a value or a raise"),
        ("/changes/7", "either a value or a raise"),
    ]
    twice = refused(facts, Change(item="acq-a-1", raised=1), Change(item="acq-a-1", raised=2))
    assert twice == [("/changes/1/item", "only one change of an item")]
    nothing = hidden(facts_of({"ash": UNEVEN}), State.PROTECTS_OTHERS)
    assert refused(nothing, Change(item="acq-a-1", raised=1)) == [
        ("/changes/0/item", "an item with a value; this one has none: protects_others")
    ]
    assert simulate(nothing, []).steps == []


def test_a_staged_level_that_hangs_on_a_place_inside_a_band_is_not_foretold():
    # b-2 stands at 2.0 (its band's middle is 2.5): breadth at level 3 fails by it, and would hold by the middle.
    rows = [[3, 3, 3, 2, 3, 3, 2, 2]] * 6
    facts = facts_of({"birch": rows}, asked((1, 1, 2, 2, 1, 1, 1)), node="birch")
    assert facts.score.processes[0].steps[1].staged.blocked_by == ["mean", "breadth"]
    found = by_of(simulate(facts, [Change(item="acq-b-1", raised=1)]).staged)["acq-b"]
    assert (found.before, found.after, found.blocked_by) == (2, None, [])
    assert by_of(simulate(facts, []).staged)["acq-b"].after == 2


def test_a_worker_reads_and_writes_json():
    facts = msgspec.json.encode(facts_of({"ash": UNEVEN, "birch": ALIKE}))
    found = msgspec.json.decode(compute(facts, b'[{"item":"acq-a-1","raise":"1/3"}]'), type=Simulation)
    assert exact(found.items[0].after) - exact(found.items[0].before) == Fraction(1, 3)


@settings(deadline=None, max_examples=30)
@given(teams, weights)
def test_every_sentence_is_ready_for_print_in_both_languages(people, weighed):
    found = simulate(facts_of(people, asked(weighed)), [])
    for text in (found.note, *(flip.sentence for flip in found.smallest_flip)):
        assert [faults(text[language], language) for language in LANGUAGES] == [[], []], text
