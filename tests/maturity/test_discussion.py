"""Discussion points: what makes a subject, which comes first, and what is told to whom."""

from uuid import UUID, uuid4

import msgspec
import pytest
from companies import ACQ, EXP, OFF, TRV, Company
from playing import done, refused

from assess.campaign.model import DONT_KNOW
from assess.campaign.voices import Spoken, heard
from assess.maturity.discussion import AT_MOST, names_in, points_of
from assess.maturity.engine import results_of
from assess.maturity.model import PerspectiveGap, State
from assess.tenancy.model import Role
from assess.typography import faults

pytestmark = pytest.mark.anyio
NAMES = names_in([ACQ, OFF, EXP, TRV])
WEAK = [[1, 1, 3, 3, 3]] * 2 + [[3, 3, 3, 3, 3]] * 6 + [[5, 5, 3, 3, 3]] * 2


def team(*rows, company=None):
    """The points of one team that gave these answers: ``acq-a-1``, ``acq-a-2``, ``acq-b-1``, ``acq-b-2``, ``kpi-acq``."""
    made = company or Company(ACQ)
    node = made.team("sales", rows)
    return points_of(next(each for each in made.results().nodes if each.node == node), NAMES)


def test_a_team_of_one_mind_has_nothing_to_discuss():
    assert team(*[[3, 3, 3, 3, 3]] * 6) == []


def test_a_practice_that_half_call_absent_and_half_well_run_comes_first():
    (point, *_) = team(*[[1, 3, 3, 3, 3]] * 3, *[[5, 3, 3, 3, 3]] * 3)
    assert (point.kind, point.process.key, point.step.key, point.item.key) == ("split_item", "acq", "acq-a", "acq-a-1")
    assert (point.distance, point.agreement.deviation) == (4.0, 2.0)
    assert "deux façons" in point.sentence["fr"]


def test_a_step_is_a_subject_only_where_none_of_its_items_is_split():
    weak = team(*WEAK)
    assert {(point.kind, point.step.key) for point in weak} == {("weak_agreement", "acq-a")}
    split = team(*[[1, 2, 3, 3, 3]] * 3, *[[5, 4, 3, 3, 3]] * 3)
    assert {point.kind for point in split if point.step.key == "acq-a"} == {"split_item"}


def test_a_practice_that_many_do_not_know_is_a_subject_with_their_share():
    (point,) = team(*[[3, 3, 3, 3, 3]] * 6, *[[3, DONT_KNOW, 3, 3, 3]] * 4)
    assert (point.kind, point.item.key, point.dont_know, point.distance) == ("invisible_practice", "acq-a-2", 0.4, 0.8)


def test_of_a_sensitive_practice_no_distribution_makes_a_subject():
    points = team(*[[3, 3, 3, 1, 3]] * 3, *[[3, 3, 3, 5, 3]] * 3)
    assert not [point for point in points if point.item is not None]


def test_a_team_that_is_hidden_has_no_subject():
    company = Company(ACQ)
    assert team(*[[1, 3, 3, 3, 3]] * 2, *[[5, 3, 3, 3, 3]] * 2, company=company) == []


def test_a_flagged_gap_between_perspectives_is_a_subject_of_the_node_above_the_teams():
    company, spoken = Company(ACQ), []
    for number in range(6):
        rows = [[5, 4 + number % 2, 4, 4, 3]] + [[2, 2 + place % 2, 2, 2, 3] for place in range(6)]
        node = company.team(f"team-{number}", rows)
        for name, row in zip(["manager"] + ["member"] * 6, rows, strict=True):
            spoken.append(Spoken(node, name, {item.key: level for item, level in zip(ACQ.items(), row, strict=True)}))
    inputs = company.inputs()
    results = results_of(msgspec.structs.replace(inputs, voices=heard(inputs.contract, company.versions, spoken)))
    points = [point for point in points_of(results.nodes[0], NAMES) if point.kind == "perspective_gap"]
    assert [(point.step and point.step.key, point.gap.left.n) for point in points] == [
        ("acq-a", 6),
        (None, 6),
        ("acq-b", 6),
    ]
    assert all(point.distance == point.gap.difference for point in points)
    assert points[2].gap.interval is None
    assert "selon l’encadrement (6 personnes)" in points[0].sentence["fr"]


VIEW = {"perspective": "member", "mean": 3.0, "n": 9}
SURE = {"standard_error": 0.2, "freedom": 9.0, "t": 3.0, "p": 0.01, "effect": 1.0}
BARE = {"interval": None, **dict.fromkeys(SURE)}


@pytest.mark.parametrize(
    ("difference", "tested", "flagged", "far"),
    [
        pytest.param(
            0.8, {"interval": {"low": 0.4, "high": 1.2}, **SURE}, True, True, id="those who steer see it better"
        ),
        pytest.param(
            -0.8, {"interval": {"low": -1.2, "high": -0.4}, **SURE}, False, True, id="those who do the work do"
        ),
        pytest.param(-0.8, {"interval": {"low": -1.3, "high": -0.3}, **SURE}, False, False, id="perhaps they do"),
        pytest.param(0.4, BARE, False, True, id="far apart, each side of one mind"),
        pytest.param(-4.0, BARE, False, True, id="the other way round"),
        pytest.param(0.3, BARE, False, False, id="of one mind and near each other"),
    ],
)
def test_which_gaps_are_subjects(difference, tested, flagged, far):
    company = Company(ACQ)
    company.team("sales", [[3, 3, 3, 3, 3]] * 6)
    node = company.results().nodes[0]
    said = {"step": "acq-a", "left": VIEW, "right": VIEW, "difference": difference, "flagged": flagged}
    gap = msgspec.convert({**said, **tested}, PerspectiveGap)
    (process,) = node.processes
    changed = msgspec.structs.replace(node, processes=[msgspec.structs.replace(process, gaps=[gap])])
    assert [point.distance for point in points_of(changed, NAMES)] == [abs(difference)] * far


@pytest.mark.parametrize(
    ("finding", "gap", "said"),
    [
        pytest.param("believed_not_evidenced", 2.5, "écart de 2,5 échelons", id="believed"),
        pytest.param("dead_indicator", -1.5, "écart de 1,5 échelon)", id="dead"),
    ],
)
def test_an_indicator_that_people_and_record_see_differently_is_a_subject(finding, gap, said):
    company = Company(ACQ)
    company.team("sales", [[3, 3, 3, 3, 3]] * 6)
    node = company.results().nodes[1]
    (process,) = node.processes
    (kpi,) = process.kpis
    told = msgspec.structs.replace(kpi, finding=finding, gap=gap)
    changed = msgspec.structs.replace(node, processes=[msgspec.structs.replace(process, kpis=[told])])
    (point,) = points_of(changed, NAMES)
    assert (point.kind, point.item.key, point.distance, point.evidence) == (finding, "kpi-acq", abs(gap), gap)
    assert said in point.sentence["fr"]


def test_at_most_ten_subjects_are_told_the_farthest_apart_first():
    company = Company(ACQ, OFF, EXP, TRV)
    low, high = [2] + [1] * 19, [5] * 20
    made = company.team("sales", [low] * 4 + [high] * 4)
    node = next(each for each in company.results().nodes if each.node == made)
    once = points_of(node, NAMES)
    assert [point.distance for point in once] == [4.0] * (len(once) - 1) + [3.0]
    twice = points_of(msgspec.structs.replace(node, processes=node.processes * 2), NAMES)
    assert [point.distance for point in twice] == [4.0] * AT_MOST


def test_sentences_are_ready_for_print():
    points = [
        *team(*[[1, 3, 3, 3, 3]] * 3, *[[5, 3, 3, 3, 3]] * 3),
        *team(*WEAK),
        *team(*[[3, 3, 3, 3, 3]] * 6, *[[3, DONT_KNOW, 3, 3, 3]] * 4),
    ]
    assert {point.kind for point in points} >= {"split_item", "weak_agreement", "invisible_practice"}
    for point in points:
        assert (faults(point.sentence["fr"], "fr"), faults(point.sentence["en"], "en")) == ([], [])


# Over HTTP.


async def test_a_team_and_the_company_read_their_points(played):
    player = played.player
    at = (await player.assessments())["large"]
    team = done(await player.get(f"{at}/discussion-points"))
    company = done(await player.get(f"{played.at}/discussion-points"))
    assert (team["key"], company["key"]) == ("large", "company")
    assert (team["state"], team["points"]) == (State.SCORED.value, [])
    assert "split_item" not in {point["kind"] for point in company["points"]}
    again = await player.get(f"{played.at}/discussion-points?node={team['node']}")
    assert done(again) == team


async def test_who_has_the_points_already_gets_304(played):
    first = await played.player.get(f"{played.at}/discussion-points")
    again = {**played.admin, "If-None-Match": first.headers["etag"]}
    reply = await played.player.client.get(f"{played.at}/discussion-points", headers=again)
    assert (reply.status_code, first.headers["cache-control"]) == (304, "private, no-cache")


async def test_a_team_lead_reads_the_own_team_and_no_other(played):
    player = played.player
    nodes = {node["key"]: node for node in done(await player.get(f"{played.at}/results"))["nodes"]}
    lead = await player.key(Role.TEAM_LEAD, UUID(nodes["large"]["node"]))
    assert done(await player.get(f"{played.at}/discussion-points", lead))["key"] == "large"
    assessments = await player.assessments()
    assert refused(await player.get(f"{assessments['small']}/discussion-points", lead)) == (403, "team_beyond_key")
    other = nodes["middle"]["node"]
    assert refused(await player.get(f"{played.at}/discussion-points?node={other}", lead)) == (404, "node_not_found")


async def test_what_does_not_exist_has_no_points(played):
    get = played.player.get
    assert refused(await get(f"{played.at}/discussion-points?node={uuid4()}")) == (404, "node_not_found")
    assert refused(await get(f"/v1/campaigns/{uuid4()}/discussion-points")) == (404, "campaign_not_found")
    assert refused(await get(f"/v1/assessments/{uuid4()}/discussion-points")) == (404, "assessment_not_found")
