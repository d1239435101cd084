"""Perspectives: the golden gap, where cells may be seen, and why the others may not."""

from collections.abc import Mapping
from types import SimpleNamespace
from uuid import UUID

import msgspec
import pytest
from companies import ACQ, COMPANY, Company
from goldens import GOLDEN

from assess.campaign.model import PERSPECTIVES, Moments, Voice
from assess.campaign.voices import Spoken, heard, moments
from assess.maturity.engine import results_of
from assess.maturity.model import State
from assess.maturity.perspectives import PAIRS, cells_of, gap_of, seen
from assess.maturity.tree import Node, crowd_of

MANAGERS = [4.2, 3.9, 4.4, 4.0, 4.1, 3.6]
MEMBERS = [3.1, 2.7, 3.4, 2.9, 3.3, 2.6, 3.0, 3.8, 2.9, 3.2, 2.5, 3.5]
(PROCESS,) = ACQ.processes


def test_the_golden_gap():
    gap = gap_of(None, ("manager", moments(MANAGERS)), ("member", moments(MEMBERS)))
    golden = GOLDEN["G7"]
    found = {
        "mean_a": gap.left.mean,
        "mean_b": gap.right.mean,
        "diff": gap.difference,
        "se": gap.standard_error,
        "df": gap.freedom,
        "t": gap.t,
        "p": gap.p,
        "hedges_g": gap.effect,
    }
    assert found == pytest.approx({name: golden[name] for name in found}, rel=1e-9)
    assert [gap.interval.low, gap.interval.high] == pytest.approx(golden["ci"], rel=1e-9)
    assert (gap.flagged, gap.left.n, gap.right.n) == (True, 6, 12)


def test_a_gap_turned_round_changes_its_sign_and_is_not_flagged():
    there = gap_of(None, ("manager", moments(MANAGERS)), ("member", moments(MEMBERS)))
    back = gap_of(None, ("manager", moments(MEMBERS)), ("member", moments(MANAGERS)))
    assert (back.difference, back.p, back.flagged) == (pytest.approx(-there.difference), pytest.approx(there.p), False)


def test_equal_means_are_no_evidence():
    gap = gap_of(None, ("manager", moments([1, 2, 3, 4, 5])), ("member", moments([2, 2, 3, 4, 4])))
    assert (gap.difference, gap.t, gap.p) == (0.0, 0.0, 1.0)


def test_two_sides_of_one_mind_each_differ_without_a_test():
    gap = gap_of(None, ("manager", moments([5.0] * 7)), ("member", moments([1.0] * 9)))
    assert (gap.left.mean, gap.right.mean, gap.difference, gap.flagged) == (5.0, 1.0, 4.0, False)
    tested = (gap.interval, gap.standard_error, gap.freedom, gap.t, gap.p, gap.effect)
    assert tested == (None,) * 6


def test_one_side_of_one_mind_can_be_tested():
    assert gap_of(None, ("manager", moments([5.0] * 7)), ("member", moments([1.0, *[2.0] * 8]))).flagged


# Where cells may be seen. Tree: company > north, south > teams.

NORTH, SOUTH = UUID(int=1), UUID(int=2)
TEAMS = {UUID(int=10 + number): parent for number, parent in enumerate([NORTH] * 3 + [SOUTH] * 3)}


def nodes() -> list[Node]:
    found = [Node(id=COMPANY, key="company", name="Co", parent=None, headcount=0, asked=())]
    for number, part in enumerate((NORTH, SOUTH)):
        found.append(Node(id=part, key=f"part-{number}", name="Part", parent=COMPANY, headcount=0, asked=()))
        found += [
            Node(id=team, key=f"team-{team.int}", name="Team", parent=part, headcount=20, asked=("q",))
            for team, parent in TEAMS.items()
            if parent == part
        ]
    return found


def asked(answered: Mapping[UUID, int]) -> SimpleNamespace:
    return SimpleNamespace(process=PROCESS, crowd=crowd_of(nodes(), answered, 5, lambda node: bool(node.asked), {}))


def said(node: UUID, keys=("acq",), **people: int) -> list[Voice]:
    found = []
    for perspective, number in people.items():
        level = 4 if perspective == "manager" else 2
        values = moments([level + place % 2 for place in range(number)])
        found.append(Voice(node=node, perspective=perspective, people=number, composites=dict.fromkeys(keys, values)))
    return found


EVERYBODY = dict.fromkeys(TEAMS, 12)


def test_a_cell_is_the_sum_of_the_pools_at_and_below_its_node():
    voices = said(NORTH, manager=6, member=30) + said(SOUTH, manager=7, member=29)
    cells = cells_of(nodes(), asked(EVERYBODY).crowd, voices, "acq", 5)
    assert {node: {name: found.n for name, found in here.items()} for node, here in cells.items()} == {
        NORTH: {"manager": 6, "member": 30},
        SOUTH: {"manager": 7, "member": 29},
        COMPANY: {"manager": 13, "member": 59},
    }
    assert cells[COMPANY]["manager"].total == sum(
        found.composites["acq"].total for found in voices if found.people < 10
    )


def test_gaps_are_told_of_the_process_and_of_its_steps_and_of_no_single_team():
    voices = said(NORTH, keys=("acq", "acq-a"), manager=6, member=30)
    found = seen(nodes(), [asked(EVERYBODY)], voices, 5)
    assert {place: [gap.step for gap in gaps] for place, gaps in found.gaps.items()} == {
        (NORTH, "acq"): [None, "acq-a"],
        (COMPANY, "acq"): [None, "acq-a"],
    }


def test_what_is_told_of_a_gap_gives_no_exact_mean_away():
    voices = [
        Voice(node=NORTH, perspective=name, people=len(values), composites={"acq": moments(values)})
        for name, values in (("manager", MANAGERS), ("member", MEMBERS))
    ]
    (gap,) = seen(nodes(), [asked(EVERYBODY)], voices, 5).gaps[NORTH, "acq"]
    assert (gap.left.mean, gap.right.mean, gap.difference, gap.interval.low, gap.interval.high) == (
        4.0,
        3.1,
        1.0,
        0.6,
        1.3,
    )
    assert (gap.standard_error, gap.freedom, gap.t, gap.p, gap.effect, gap.flagged) == (0.16, 14.0, 6.1, 0.0, 2.6, True)


def test_a_node_whose_people_were_pooled_above_it_shows_nothing_and_the_mask_says_why():
    voices = said(COMPANY, manager=9, member=63)
    found = seen(nodes(), [asked(EVERYBODY)], voices, 5)
    assert set(found.gaps) == {(COMPANY, "acq")}
    assert {(each.node, each.perspective, each.reason) for each in found.hidden} == {
        (part, perspective, reason)
        for part in (NORTH, SOUTH)
        for perspective, reason in (
            ("manager", State.PROTECTS_OTHERS),
            ("member", State.PROTECTS_OTHERS),
            ("client_facing", State.BELOW_THRESHOLD),
            ("headquarters", State.BELOW_THRESHOLD),
        )
    }
    assert {each.process for each in found.hidden} == {"acq"}


def test_where_everybody_is_told_of_nobody_is_hidden():
    voices = said(NORTH, manager=6, member=30) + said(SOUTH, manager=7, member=29)
    assert seen(nodes(), [asked(EVERYBODY)], voices, 5).hidden == []


def test_where_no_perspective_is_told_anywhere_nothing_is_said_of_any():
    assert seen(nodes(), [asked(EVERYBODY)], [], 5) == seen(nodes(), [], [], 5)


def test_a_node_that_the_mask_hides_shows_no_perspective():
    few = {team: 4 if parent == SOUTH else 12 for team, parent in TEAMS.items()}  # 12 of 60: low participation
    voices = said(NORTH, manager=6, member=30) + said(SOUTH, manager=5, member=7)
    found = seen(nodes(), [asked(few)], voices, 5)
    assert set(found.gaps) == {(NORTH, "acq"), (COMPANY, "acq")}


def test_what_nothing_ties_to_the_pools_beside_it_hides_the_node_above():
    """South is hidden, and its people share no perspective with those whom the mask counts with them."""
    few = {team: 4 if parent == SOUTH else 12 for team, parent in TEAMS.items()}
    own = said(COMPANY, client_facing=6, headquarters=6)
    apart = cells_of(nodes(), asked(few).crowd, own + said(SOUTH, manager=5, member=7), "acq", 5)
    tied = cells_of(nodes(), asked(few).crowd, own + said(SOUTH, manager=5, client_facing=7), "acq", 5)
    assert COMPANY not in apart
    assert {name: found.n for name, found in tied[COMPANY].items()} == {
        "manager": 5,
        "client_facing": 13,
        "headquarters": 6,
    }


def test_a_moment_of_too_few_people_is_never_shown_wherever_it_comes_from():
    voice = Voice(
        node=COMPANY, perspective="manager", people=4, composites={"acq": Moments(n=4, total=12.0, squares=40.0)}
    )
    assert cells_of(nodes(), asked(EVERYBODY).crowd, [voice], "acq", 5) == {}


def test_only_those_who_steer_are_set_against_those_who_do_the_work():
    assert all(left in {"manager", "headquarters"} and right in {"member", "client_facing"} for left, right in PAIRS)


def test_the_engine_publishes_gaps_and_the_cells_that_it_hides():
    """Two departments; in one there are too few managers: only the company tells managers from members."""
    company, spoken = Company(ACQ), []
    for part, teams in (("north", 3), ("south", 6)):
        parent = company.parent(part)
        for number in range(teams):
            rows = [[5, 5, 4, 4, 3]] + [[2, 2 + place % 2, 1, 2, 1] for place in range(6)]
            node = company.team(f"{part}-{number}", rows, parent)
            for name, row in zip(["manager"] + ["member"] * 6, rows, strict=True):
                spoken.append(
                    Spoken(node, name, {item.key: level for item, level in zip(ACQ.items(), row, strict=True)})
                )
    inputs = company.inputs()
    voices = heard(inputs.contract, company.versions, spoken)
    results = results_of(msgspec.structs.replace(inputs, voices=voices))
    gaps = {node.key: node.processes[0].gaps for node in results.nodes}
    assert [(gap.step, gap.left.n, gap.right.n, gap.flagged) for gap in gaps["company"]] == [
        (None, 9, 54, True),
        ("acq-a", 9, 54, True),
        ("acq-b", 9, 54, False),
    ]
    (bare,) = [gap for gap in gaps["company"] if gap.step == "acq-b"]
    assert (bare.difference, bare.interval, bare.p) == (2.5, None, None)  # all of one mind, on both sides: no test
    assert all(not gaps[key] for key in gaps if key != "company")
    hidden = {(each.key, each.perspective) for each in results.mask if each.perspective}
    assert hidden == {(part, name) for part in ("north", "south") for name in PERSPECTIVES}
