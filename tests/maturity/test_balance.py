"""The balanced score: declared shares of means that are told already, and why there is none where one of them is not."""

from fractions import Fraction
from itertools import permutations
from uuid import UUID

import msgspec
import pytest
from balances import Reader
from companies import ACQ, COMPANY, OFF, Company, random_company
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from assess.campaign.balance import BalanceInvalid, balanced
from assess.campaign.model import PERSPECTIVES, PerspectiveShare
from assess.campaign.voices import Spoken, heard
from assess.maturity.balance import balance_of, balanced_of
from assess.maturity.engine import compute, results_of
from assess.maturity.facts import Inputs, written
from assess.maturity.flat import COLUMNS, rows_of
from assess.maturity.model import CampaignResults, ProcessResult, State, View
from assess.maturity.perspectives import Perspectives
from assess.questionnaire.model import Questionnaire

HALVES = {"manager": 0.5, "member": 0.5}
LEVELS = st.integers(10, 50).map(lambda tenths: tenths / 10)
WEIGHTS = st.lists(st.integers(1, 9), min_size=2, max_size=4)
NO_WAY = dict.fromkeys(PERSPECTIVES, State.BELOW_THRESHOLD)


def declared(shares):
    return [PerspectiveShare(perspective=name, share=share) for name, share in shares.items()]


def views(means):
    return {name: View(perspective=name, mean=mean, n=9) for name, mean in means.items()}


def of(shares, means, state=State.SCORED):
    return balanced_of(declared(shares), views(means), state, NO_WAY)


def test_each_perspective_counts_by_its_share():
    found = of({"manager": 0.25, "member": 0.75}, {"manager": 4.0, "member": 3.2})
    assert (found.value, found.index, found.state) == (3.4, 60.0, State.SCORED)
    assert [(part.share, part.mean, part.n) for part in found.parts] == [(0.25, 4.0, 9), (0.75, 3.2, 9)]


@given(WEIGHTS, st.data())
def test_it_is_a_weighted_mean_and_lies_among_its_means(weights, data):
    names = PERSPECTIVES[: len(weights)]
    means = {name: data.draw(LEVELS) for name in names}
    found = of({name: weight / sum(weights) for name, weight in zip(names, weights, strict=True)}, means)
    exact = sum(weight * Fraction(str(means[name])) for name, weight in zip(names, weights, strict=True)) / sum(weights)
    assert abs(found.value - exact) <= Fraction(1, 200) + Fraction(1, 10**9)
    assert min(means.values()) <= found.value <= max(means.values())
    assert found.index == pytest.approx(25 * (found.value - 1), abs=1e-9)


@given(st.data())
def test_a_mean_that_rises_raises_it_by_its_share(data):
    share = data.draw(st.sampled_from([0.1, 0.2, 0.5, 0.9]))
    means = {"manager": data.draw(LEVELS), "member": data.draw(st.integers(10, 40)) / 10}
    shares = {"manager": 1 - share, "member": share}
    more = of(shares, {**means, "member": means["member"] + 1}).value - of(shares, means).value
    assert more == pytest.approx(share, abs=0.011)


@pytest.mark.parametrize("missing", ["manager", "member"])
def test_without_one_of_its_means_it_is_absent_and_says_why(missing):
    found = of(HALVES, {name: 3.0 for name in HALVES if name != missing})
    assert (found.value, found.index, found.state) == (None, None, State.BELOW_THRESHOLD)
    assert {part.perspective: (part.mean, part.state) for part in found.parts} == {
        missing: (None, State.BELOW_THRESHOLD),
        next(name for name in HALVES if name != missing): (3.0, State.SCORED),
    }


def test_where_the_ordinary_result_is_absent_it_is_too():
    found = of(HALVES, {"manager": 4.0, "member": 3.0}, State.LOW_COVERAGE)
    assert (found.value, found.state) == (None, State.LOW_COVERAGE)
    assert [part.mean for part in found.parts] == [4.0, 3.0], "the gaps tell them"


def test_shares_are_kept_in_one_order_whatever_the_order_they_were_said_in():
    shares = {"headquarters": 0.2, "member": 0.3, "manager": 0.4, "client_facing": 0.1}
    said = {tuple(each.perspective for each in balanced(order)) for order in permutations(declared(shares))}
    assert said == {PERSPECTIVES}


@pytest.mark.parametrize("count", [3, 7, 9])
def test_shares_that_cannot_be_written_exactly_add_up_all_the_same(count):
    balanced(declared({"manager": 1 / count, "member": (count - 1) / count}))


@pytest.mark.parametrize(
    ("shares", "pointers"),
    [
        pytest.param([("manager", 0.5), ("member", 0.4)], ["/balance"], id="too little"),
        pytest.param([("manager", 0.5), ("member", 0.500001)], ["/balance"], id="a little too much"),
        pytest.param([("manager", 0.5), ("manager", 0.5)], ["/balance/1/perspective"], id="a perspective twice"),
        pytest.param(
            [("member", 0.5), ("manager", 0.1), ("member", 0.5)],
            ["/balance/2/perspective", "/balance"],
            id="everything at once",
        ),
    ],
)
def test_shares_that_make_no_balance_are_refused(shares, pointers):
    with pytest.raises(BalanceInvalid) as refused:
        balanced([PerspectiveShare(perspective=name, share=share) for name, share in shares])
    assert [finding.pointer for finding in refused.value.errors] == pointers


# What the engine makes of it. Tree: company > departments > teams of one manager and members; some have headquarters too.


def inputs_of(
    departments: dict[str, int], version: Questionnaire = ACQ, shares=HALVES, names=("manager",) + ("member",) * 6
) -> Inputs:
    """So many teams in each department; managers at 5 and 4, the others at 2 and less."""
    company, spoken = Company(version), []
    company.balance = declared(shares) if shares else None
    for part, teams in departments.items():
        parent = company.parent(part)
        for number in range(teams):
            rows = [[5, 5, 4, 4, 3] if name == "manager" else [2, 2 + at % 2, 1, 2, 1] for at, name in enumerate(names)]
            node = company.team(f"{part}-{number}", rows, parent)
            for name, row in zip(names, rows, strict=True):
                answers = {item.key: level for item, level in zip(version.items(), row, strict=True)}
                spoken.append(Spoken(node, name, answers))
    inputs = company.inputs()
    return replace(inputs, voices=heard(inputs.contract, company.versions, spoken))


def processes_in(results: CampaignResults) -> dict[str, ProcessResult]:
    return {node.key: node.processes[0] for node in results.nodes}


@pytest.mark.parametrize("shares", [HALVES, {"manager": 0.1, "member": 0.9}, {"manager": 0.2, "headquarters": 0.8}])
@pytest.mark.parametrize(
    "departments", [{"north": 6, "south": 7}, {"north": 3, "south": 6}, {"north": 2}, {"north": 1}]
)
def test_every_balanced_score_is_added_up_from_what_is_published_beside_it(departments, shares):
    assert Reader(results_of(inputs_of(departments, shares=shares)), shares).surprises() == []


def test_a_company_and_its_departments_have_it_on_the_process_and_its_steps_and_no_team_has():
    found = processes_in(results_of(inputs_of({"north": 6, "south": 7})))
    for key, process in found.items():
        parts = [process.balanced, *(step.balanced for step in process.steps)]
        assert all((part is not None) is (key in {"company", "north", "south"}) for part in parts), key
        assert all(part is None or part.state is State.SCORED for part in parts), key
    by_hand = (found["company"].balanced, [step.balanced for step in found["company"].steps])
    assert [by_hand[0].value, *(each.value for each in by_hand[1])] == pytest.approx(
        [0.5 * (4.3 + 1.7), 0.5 * (5.0 + 2.2), 0.5 * (4.0 + 1.5)], abs=0.1
    )


def test_what_is_pooled_above_a_department_is_absent_there_and_says_so_as_the_mask_does():
    """In the north there are too few managers, and the south protects them: only the company tells both."""
    results = results_of(inputs_of({"north": 3, "south": 6}))
    found = processes_in(results)
    assert {key: found[key].balanced.state for key in ("company", "north", "south")} == {
        "company": State.SCORED,
        "north": State.PROTECTS_OTHERS,
        "south": State.PROTECTS_OTHERS,
    }
    told = {(cell.key, cell.perspective): cell.reason for cell in results.mask}
    for part in ("north", "south"):
        assert all(told[part, each.perspective] is each.state for each in found[part].balanced.parts)


def test_managers_and_headquarters_alone_make_no_gap_and_no_balanced_score():
    """All of them are many enough, but nobody is told what they say, as there is nobody to compare them with."""
    shares = {"manager": 0.5, "headquarters": 0.5}
    results = results_of(inputs_of({"north": 6, "south": 7}, shares=shares, names=("manager",) + ("headquarters",) * 6))
    found = processes_in(results)["company"]
    assert (found.result.state, found.gaps) == (State.SCORED, [])
    assert (found.balanced.state, [part.mean for part in found.balanced.parts]) == (State.BELOW_THRESHOLD, [None, None])
    members = ("manager",) + ("headquarters",) * 6 + ("member",) * 6
    beside = processes_in(results_of(inputs_of({"north": 6, "south": 7}, shares=shares, names=members)))["company"]
    assert beside.balanced.state is State.SCORED, "members make both of them known"


def test_of_a_perspective_with_nobody_it_is_absent():
    shares = {"manager": 0.4, "member": 0.4, "client_facing": 0.2}
    found = processes_in(results_of(inputs_of({"north": 6, "south": 7}, shares=shares)))["company"].balanced
    assert (found.value, found.state) == (None, State.BELOW_THRESHOLD)
    assert [part.mean is None for part in found.parts] == [False, False, True]


def test_a_short_form_has_it_on_the_process_alone():
    found = processes_in(results_of(inputs_of({"north": 6, "south": 7}, replace(ACQ, indicative=True))))
    assert found["company"].balanced.state is State.SCORED
    assert [step.balanced for step in found["company"].steps] == [None, None]


def test_without_a_declared_balance_nothing_changes():
    """Neither the facts' bytes, nor a single number: the score in which each person counts once is what it was."""
    plain, other = inputs_of({"north": 6, "south": 7}, shares=None), inputs_of({"north": 6, "south": 7})
    assert b"balance" not in written(plain)
    found = results_of(plain)
    assert all(process.balanced is None for process in processes_in(found).values())
    assert without(found) == without(results_of(other))
    assert found.inputs_digest != results_of(other).inputs_digest


def without(results: CampaignResults) -> object:
    """Everything but balanced scores, and what names the facts."""
    if isinstance(results, list):
        return [without(each) for each in results]
    if isinstance(results, dict):
        named = {"balanced", "score_id", "inputs_digest"}
        return {name: without(each) for name, each in results.items() if name not in named}
    return without(msgspec.to_builtins(results)) if isinstance(results, msgspec.Struct) else results


def test_the_same_facts_give_the_same_bytes_and_the_results_are_kept_with_it():
    inputs = inputs_of({"north": 6, "south": 7})
    assert compute(written(inputs)) == compute(written(inputs))
    kept = msgspec.msgpack.decode(compute(written(inputs)))
    assert b'"balanced":{"value":' in kept["nodes"][0]["body"]


def test_random_companies_without_voices_have_none_anywhere():
    for seed in range(20):
        company = random_company(seed)
        company.balance = declared(HALVES)
        results = company.results()
        assert Reader(results, HALVES).surprises() == [], seed
        found = [process.balanced for node in results.nodes for process in node.processes if process.balanced]
        assert all(each.state is not State.SCORED for each in found)


def test_the_sheet_has_a_row_for_each_balanced_score_and_for_each_of_its_parts():
    rows = [
        dict(zip(COLUMNS, row, strict=True)) for row in rows_of(results_of(inputs_of({"north": 6, "south": 7})), [])
    ]
    scores = [row for row in rows if row["kind"] == "balanced"]
    assert [(row["node"], row["step"] or row["process"]) for row in scores if row["node"] == "north"] == [
        ("north", "acq"),
        ("north", "acq-a"),
        ("north", "acq-b"),
    ]
    for row in scores:
        place = [row[name] for name in ("node", "process", "step")]
        parts = [
            each
            for each in rows
            if each["kind"] == "balanced_part" and place == [each[name] for name in ("node", "process", "step")]
        ]
        assert [each["perspective"] for each in parts] == list(HALVES)
        assert row["value"] == pytest.approx(sum(each["share"] * each["value"] for each in parts), abs=0.006)


def test_nothing_is_looked_up_where_no_balance_was_declared():
    balance = balance_of(None, [], Perspectives({(COMPANY, "acq"): []}, []))
    (process,) = results_of(inputs_of({"north": 6}, shares=None)).nodes[0].processes
    assert balance.beside(COMPANY, process) is process
    assert balance.beside(UUID(int=1), process) is process


def test_a_process_that_is_not_asked_of_a_node_says_so():
    company = Company(ACQ, OFF)
    company.balance = declared(HALVES)
    part = company.parent("north")
    company.team("one", [[3] * 5] * 9, part, asked=[ACQ])
    company.team("two", [[3] * 5] * 9, None, asked=[OFF])
    results = company.results()
    assert Reader(results, HALVES).surprises() == []
    north = next(node for node in results.nodes if node.key == "north")
    assert {process.key: process.balanced.state for process in north.processes}["off"] is State.NOT_ASKED
