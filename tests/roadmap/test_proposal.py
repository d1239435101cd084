"""The proposal: a plan for a whole company, with every rule of the method and a reason for everything."""

import os
import subprocess
import sys
from datetime import date
from hashlib import sha256

import msgspec
import pytest
from msgspec.structs import replace
from situations import COMPANY, DIGESTS, LIBRARY, PUBLISHED, facts, node, pilot_company, team, uid

from assess.maturity.model import State
from assess.roadmap.engine import compute, plan
from assess.roadmap.model import PlanBody, PlanningFacts
from assess.roadmap.proposal import propose
from assess.typography import faults

FACTS = pilot_company()
PLAN = propose(FACTS)
BY_KEY = {action.key: action for action in LIBRARY.actions}
WORK = {action.action: action for action in PLAN.actions if not action.decision_point}
DECISIONS = [action for action in PLAN.actions if action.decision_point]
OFFER = [PUBLISHED[DIGESTS["offer"]]]
OFFER_TEAM = team(10, "offer", ["offer", "executive"], ["offer"])


def small_plan(*teams, levels=None, months=12, start=date(2026, 3, 1), library=LIBRARY, **company):
    """A plan for a few teams whose results are all published."""
    bodies = {each.id: [PUBLISHED[digest] for digest in each.questionnaires] for each in teams}
    asked = {body.key: body for found in bodies.values() for body in found}
    nodes = [node(COMPANY, "company", None, list(asked.values()), **company)]
    nodes += [node(each.id, each.key, COMPANY, bodies[each.id], levels=levels or {}) for each in teams]
    return propose(facts(teams, nodes, months=months, start=start, library=library))


def only(*keys):
    """The library with these actions alone, waiting only for each other."""
    kept = [action for action in LIBRARY.actions if action.key in keys]
    waiting = {action.key: [key for key in action.prerequisites if key in keys] for action in kept}
    return replace(LIBRARY, actions=[replace(action, prerequisites=waiting[action.key]) for action in kept])


def test_every_prerequisite_that_is_planned_ends_before():
    for key, action in WORK.items():
        for earlier in BY_KEY[key].prerequisites:
            assert WORK[earlier].end_month < action.start_month, f"{key} does not wait for {earlier}"


def test_the_core_of_a_process_is_finished_before_its_phase_two():
    core = [action for key, action in WORK.items() if BY_KEY[key].core]
    assert {action.process for action in core} == {"acq", "off", "exp", "trv"}
    for action in WORK.values():
        if action.phase == 2:
            assert all(done.end_month < action.start_month for done in core if done.process == action.process)


def test_no_team_works_more_than_it_can_and_august_counts_half():
    for load in PLAN.loads:
        assert load.capacity[5] == load.capacity[4] / 2
        assert all(used <= capacity for used, capacity in zip(load.used, load.capacity, strict=True)), load.name


def test_the_loads_are_the_sum_of_the_actions():
    for load in PLAN.loads:
        sums = [sum(a.demand.get(str(load.team_id), {}).get(str(m), 0) for a in PLAN.actions) for m in range(12)]
        assert load.used == pytest.approx(sums)


def test_the_effort_of_an_action_is_what_its_teams_and_vacancies_give():
    for action in WORK.values():
        given = sum(days for months in action.demand.values() for days in months.values())
        assert given + action.unassigned == pytest.approx(action.effort)


def test_everything_useful_is_planned_or_dropped_with_a_reason():
    planned, dropped = {action.action for action in PLAN.actions}, {each.action for each in PLAN.dropped}
    assert not planned & dropped
    assert planned | dropped == set(BY_KEY)
    assert all(each.text["fr"] and each.text["en"] for each in PLAN.dropped)


def test_ranks_follow_priorities_and_ties_go_by_key():
    work = sorted(WORK.values(), key=lambda action: action.rank)
    assert [action.rank for action in PLAN.actions] == list(range(1, len(PLAN.actions) + 1))
    assert work == sorted(work, key=lambda action: (-action.priority, action.action))


def test_a_priority_can_be_recomputed_from_what_is_printed():
    for action in WORK.values():
        worth = action.benefit + action.kpi_benefit + action.enabling
        entry = BY_KEY[action.action]
        again = 100 * worth * entry.confidence * entry.urgency / action.effort
        assert action.priority == pytest.approx(again, rel=1e-3)


def test_no_gap_is_credited_twice():
    credited = {}
    for action in WORK.values():
        for gap in action.gaps:
            place = (gap.item, gap.node)
            credited[place] = credited.get(place, 0) + gap.gain
            assert credited[place] <= gap.target - gap.level + 1e-6


def test_the_index_grows_by_the_credited_points_of_the_overall_processes():
    counted = [gap.points for a in WORK.values() for gap in a.gaps if not gap.item.startswith("trv")]
    # four equal processes share the points, three of them make the index
    assert PLAN.index_then == pytest.approx(PLAN.index_now + sum(counted) * 4 / 3, abs=1e-4)


def test_without_a_company_index_none_is_promised():
    plan = small_plan(team(10, "offer", ["offer"], ["offer"]))
    assert (plan.index_now, plan.index_then) == (None, None)


def test_phase_three_is_a_decision_at_the_end_and_never_work():
    assert {action.action for action in DECISIONS} == {"act-p3-reporting-cut", "act-p3-function"}
    for action in DECISIONS:
        assert (action.phase, action.demand, action.effort, action.gaps) == (3, {}, 0, [])
        assert action.start_month == action.end_month >= 9
        assert action.starts_on == action.ends_on
        assert [why.code for why in action.why] == ["gate_not_measured"]
    assert not [action for action in WORK.values() if action.phase == 3]


def test_every_action_says_what_it_closes_and_why_it_stands_there():
    timing = {"first_possible", "after_prerequisite", "after_core", "capacity_full", "change_load_full", "window"}
    for action in WORK.values():
        codes = {why.code for why in action.why}
        assert codes & {"closes_gaps", "core_set_up", "enables_others"}, action.action
        assert codes & timing, action.action


def test_sentences_are_ready_for_print_in_both_languages():
    texts = [why.text for action in PLAN.actions for why in action.why] + [each.text for each in PLAN.dropped]
    wrong = {
        said: faults(said, language) for text in texts for language, said in text.items() if faults(said, language)
    }
    assert wrong == {}


def test_an_owner_has_a_name_or_the_role_is_vacant_and_listed():
    listed = {vacancy.role: vacancy.actions for vacancy in PLAN.vacancies}
    for action in PLAN.actions:
        for owner in (action.owner, action.first_step_owner):
            assert owner.vacant == (owner.name is None)
            assert not owner.vacant or action.action in listed[owner.role]


def test_a_role_to_be_appointed_is_vacant_even_where_a_team_would_do():
    owner = WORK["act-p1-charter-acq"].owner
    assert (owner.vacant, owner.team) == (True, "Direction")


def test_a_team_without_a_lead_leaves_its_roles_vacant():
    assert WORK["act-p1-people-map"].owner.vacant
    assert "hr" in {vacancy.role for vacancy in PLAN.vacancies}


def test_a_role_without_any_team_limits_nothing_and_is_said():
    plan = small_plan(team(10, "offer", ["offer"], ["offer"]))
    pilot = next(action for action in plan.actions if action.action == "act-p1-pilot")
    assert (pilot.owner.vacant, pilot.owner.team) == (True, None)
    assert pilot.unassigned == 4
    assert "executive" in {vacancy.role for vacancy in plan.vacancies}


def test_the_carrying_team_is_the_one_with_the_most_to_gain():
    weak, strong = team(10, "a", ["sales"], ["acquisition"]), team(11, "b", ["sales"], ["acquisition"], headcount=20)
    plan = small_plan(weak, strong)
    grid = next(action for action in plan.actions if action.action == "act-p2-gonogo-grid")
    assert grid.owner.team == "B"


def test_equal_teams_are_taken_in_the_order_of_the_tree():
    plan = small_plan(team(11, "b", ["sales"], ["acquisition"]), team(10, "a", ["sales"], ["acquisition"]))
    grid = next(action for action in plan.actions if action.action == "act-p2-gonogo-grid")
    assert grid.owner.team == "B"


def test_another_team_steps_in_when_the_first_is_full():
    alone = small_plan(team(10, "a", ["sales"], ["acquisition"]))
    both = small_plan(team(10, "a", ["sales"], ["acquisition"]), team(11, "b", ["sales"], ["acquisition"], headcount=2))
    assert {each.reason for each in alone.dropped} >= {"no_capacity"}
    assert len(both.dropped) < len(alone.dropped)
    assert {action.owner.team for action in both.actions if not action.owner.vacant} >= {"A", "B"}


def test_a_role_whose_only_team_gives_no_days_is_vacant():
    idle = team(10, "a", ["sales"], ["acquisition"], capacity=0)
    (grid,) = small_plan(idle, library=only("act-p2-gonogo-grid")).actions
    assert (grid.owner.vacant, grid.owner.team, grid.demand, grid.unassigned) == (True, None, {}, 4)


def test_core_actions_enter_by_rule_though_others_close_their_gap():
    pilot = replace(BY_KEY["act-p1-pilot"], targets=BY_KEY["act-p2-arbitration-48h"].targets, urgency=2, confidence=1)
    library = replace(LIBRARY, actions=[BY_KEY["act-p1-charter-off"], pilot])
    charter = small_plan(OFFER_TEAM, library=library).actions[1]
    assert (charter.action, charter.gaps) == ("act-p1-charter-off", [])


def test_a_decision_waits_for_the_last_work_on_its_step():
    library = only("act-p1-people-map", "act-p3-function")
    people, decision = small_plan(team(10, "hr", ["hr"], ["transversal"]), library=library, months=3).actions
    assert (people.end_month, decision.start_month, decision.ends_on) == (1, 1, people.ends_on)


def test_setting_up_kpis_is_worth_the_two_rungs_that_it_promises():
    (sheets,) = small_plan(OFFER_TEAM, library=only("act-p1-kpi-sheets")).actions
    assert (sheets.benefit, sheets.kpi_benefit, len(sheets.kpis)) == (0, 4, 5)


def test_nobody_may_count_on_phase_three():
    library = only("act-p1-people-map", "act-p3-function")
    people, decision = small_plan(team(10, "hr", ["hr"], ["transversal"]), library=library).actions
    assert (people.enabling, decision.decision_point) == (0, True)


def test_work_of_everyone_falls_on_each_team_and_the_one_with_the_most_to_gain_owns_it():
    teams = [
        team(10, "a", [], ["transversal"], lead="Ana"),
        team(11, "b", [], ["transversal"], headcount=20, lead="Zoé"),
    ]
    (apply,) = small_plan(*teams, library=only("act-p2-self-apply")).actions
    assert set(apply.demand) == {str(uid(10)), str(uid(11))}
    assert (apply.effort, apply.owner.name, apply.owner.team) == (8, "Zoé", "B")


def test_work_per_team_falls_on_each_team_with_the_gap():
    shops = [team(n, f"shop-{n}", ["site"], ["experience"]) for n in (10, 11)]
    (groups,) = small_plan(*shops, library=only("act-p2-site-groups")).actions
    assert set(groups.demand) == {str(uid(10)), str(uid(11))}
    assert groups.effort == 12
    assert groups.unassigned == 2, "nobody has customer experience: one day for each of two groups"


def test_work_per_person_is_spread_over_the_months():
    immersion = WORK["act-p2-client-immersion"]
    assert immersion.effort == 6
    assert list(immersion.demand.values()) == [{str(immersion.start_month + turn): 2.0 for turn in range(3)}]


SUMMER = only("act-p1-charter-acq", "act-p2-summer-content")
MARKETING = team(10, "marketing", ["marketing"], ["acquisition"])


def test_a_window_holds_the_whole_action():
    plan = small_plan(MARKETING, start=date(2026, 1, 1), library=SUMMER)
    summer = next(action for action in plan.actions if action.action == "act-p2-summer-content")
    assert (summer.starts_on, summer.ends_on) == (date(2026, 6, 1), date(2026, 8, 31))
    assert "window" in {why.code for why in summer.why}


def test_a_missed_window_is_a_reason():
    plan = small_plan(MARKETING, start=date(2026, 6, 1), months=12, library=SUMMER)
    assert {each.action: each.reason for each in plan.dropped} == {"act-p2-summer-content": "window"}


def test_nothing_is_proposed_where_nothing_is_missing_but_the_core():
    plan = small_plan(team(10, "offer", ["offer"], ["offer"]), levels=dict.fromkeys(_keys(OFFER), 5.0))
    assert [action.action for action in plan.actions] == ["act-p1-charter-off"]


def test_a_prerequisite_that_is_reached_holds_nothing_up():
    levels = {"off-decide-arbitration": 4.5, "kpi-off-decision-time": 5}
    plan = small_plan(OFFER_TEAM, levels=levels, library=only("act-p2-arbitration-48h", "act-p2-offer-cell"))
    assert [action.action for action in plan.actions] == ["act-p2-offer-cell"]


def test_a_prerequisite_that_was_never_measured_is_planned_for_what_it_enables():
    plan = small_plan(OFFER_TEAM, library=only("act-p1-latitude-charter", "act-p2-guardrails"))
    charter, guardrails = sorted(plan.actions, key=lambda action: action.start_month)
    assert (charter.gaps, charter.benefit, charter.end_month) == ([], 0, 1)
    assert "enables_others" in {why.code for why in charter.why}
    assert guardrails.start_month == 2


def test_phase_one_that_was_not_measured_says_so():
    plan = small_plan(OFFER_TEAM, library=only("act-p1-kpi-sheets"))
    assert "did not measure" in plan.actions[0].why[0].text["en"]


def test_a_hidden_team_is_read_above_and_it_is_said():
    hidden = next(team for team in FACTS.teams if team.key == "shop-nice")
    gaps = [gap for action in WORK.values() for gap in action.gaps if gap.node == hidden.id]
    assert gaps
    assert {gap.read_from for gap in gaps} == {COMPANY}
    assert {gap.level for gap in gaps} == {2.3}


def test_a_hidden_level_changes_no_byte_of_the_plan():
    """The level of a hidden team should be nowhere in the facts; even where it is, it is not read."""

    def with_level(level):
        teams = [team(10, "offer", ["offer"], ["offer"])]
        hidden = node(uid(10), "offer", COMPANY, OFFER, level=level, state=State.BELOW_THRESHOLD)
        return msgspec.json.encode(propose(facts(teams, [node(COMPANY, "company", None, OFFER), hidden])))

    assert with_level(1.0) == with_level(4.9)


def test_the_level_of_a_sensitive_item_is_not_said():
    (interviews,) = small_plan(team(10, "people", ["hr"], ["transversal"]), library=only("act-p2-ei2d")).actions
    assert interviews.gaps
    assert all(" out of 5" not in why.text["en"] for why in interviews.why if why.code == "closes_gaps")


def test_the_same_facts_give_the_same_bytes_in_every_process():
    inputs = msgspec.json.encode(FACTS, order="deterministic")
    code = "import sys; from assess.roadmap.engine import compute; sys.stdout.buffer.write(compute(sys.stdin.buffer.read()))"

    def elsewhere(seed):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        return subprocess.run(
            [sys.executable, "-c", code], input=inputs, env=environment, capture_output=True, check=True
        )

    assert elsewhere("1").stdout == elsewhere("2").stdout == compute(inputs)
    assert msgspec.json.decode(compute(inputs), type=PlanBody) == PLAN


def test_facts_have_one_digest_and_one_plan_however_they_are_kept():
    """Neither how a database sets JSON nor in which order it gives the nodes changes anything."""
    inputs = msgspec.json.encode(FACTS, order="deterministic")
    kept = replace(FACTS, results=replace(FACTS.results, nodes=FACTS.results.nodes[::-1]))
    spaced = msgspec.json.format(msgspec.json.encode(kept), indent=3)
    assert plan(spaced) == plan(inputs) == (sha256(_in_tree(inputs)).hexdigest(), compute(inputs))


def _in_tree(inputs):
    """The same facts with the company first and the teams by key."""
    found = msgspec.json.decode(inputs, type=PlanningFacts)
    nodes = sorted(found.results.nodes, key=lambda each: (each.parent is not None, each.key))
    return msgspec.json.encode(replace(found, results=replace(found.results, nodes=nodes)), order="deterministic")


def _keys(bodies):
    return [item.key for body in bodies for item in body.items()]
