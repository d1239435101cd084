"""The evidence badge: of the answers at the upper levels, how many have a link beside them."""

import random
from uuid import UUID

import msgspec
import pytest
from companies import ACQ, PLAIN, Company, item, process, questionnaire, random_company, step
from msgspec import UNSET
from msgspec.structs import replace

from assess.campaign.model import DONT_KNOW
from assess.maturity.engine import results_of
from assess.maturity.facts import written
from assess.maturity.flat import COLUMNS, rows_of
from assess.maturity.model import State
from assess.maturity.scored import scored
from assess.maturity.wholes import SCORED

HIGH = [5, 4, 3, 2, 3]
"""Answers to ``acq-a-1``, ``acq-a-2``, ``acq-b-1``, ``acq-b-2`` and ``kpi-acq``: two at the upper levels, of the first step."""
SEEDS = range(60)


def shares(company, node="t"):
    """What is told of the process of a node, and of its steps."""
    found = next(each for each in company.results().nodes if each.key == node).processes[0]
    return found.evidenced, *(each.evidenced for each in found.steps)


def team(rows, links, **more):
    company = Company(PLAIN[0])
    company.team("t", rows, links=links, **more)
    return company


@pytest.mark.parametrize(
    ("rows", "links", "told"),
    [
        pytest.param([HIGH] * 6, [[0]] * 3, (0.25, 0.25, None), id="three of twelve"),
        pytest.param([HIGH] * 6, [], (0.0, 0.0, None), id="nobody shows anything"),
        pytest.param([HIGH] * 6, [[0, 1]] * 6, (1.0, 1.0, None), id="everything is shown"),
        pytest.param([HIGH] * 6, [[0]], (0.1, 0.1, None), id="one of twelve, by the twentieth"),
        pytest.param([HIGH] * 6, [[2, 3, 4]] * 6, (0.0, 0.0, None), id="low levels and rungs do not count"),
        pytest.param([[5, 5, 4, 4, 3]] * 6, [[0], [2, 3]], (0.1, 0.1, 0.15), id="a process is its steps together"),
        pytest.param([HIGH] * 4 + [[3] * 5] * 6, [[0]] * 4, (None, None, None), id="four gave such a level"),
        pytest.param([HIGH] * 5 + [[3] * 5] * 6, [[0]] * 4, (0.4, 0.4, None), id="five gave such a level"),
        pytest.param([HIGH] * 4, [[0]] * 4, (None, None, None), id="a team that nobody sees"),
        pytest.param([[4, 4, 5, 2, 3]] * 4 + [[4, 4, 3, 2, 3]], [[0, 2]] * 5, (0.5, 0.5, None), id="a step of four"),
        pytest.param(
            [[5, DONT_KNOW, 3, 3, 3]] * 2 + [[5, 5, 3, 3, 3]] * 4, [[0]] * 3, (0.5, 0.5, None), id="unscored practices"
        ),
    ],
)
def test_of_the_upper_levels_the_share_with_a_link_is_told(rows, links, told):
    assert shares(team(rows, links)) == told


def test_it_is_not_told_of_groups_with_imported_answers_nor_do_they_count_above():
    company = Company(PLAIN[0])
    company.team("t", [HIGH] * 6, links=[[0, 1]] * 3)
    company.team("elsewhere", [HIGH] * 6, imported=6)
    company.team("partly", [HIGH] * 12, imported=6)
    assert shares(company) == shares(company, "company") == (0.5, 0.5, None)
    assert shares(company, "elsewhere") == shares(company, "partly") == (None, None, None)


def test_what_a_team_says_of_a_step_that_it_has_no_score_on_does_not_count_above():
    """Of the first step's weight a third alone is scored there; the other team is large enough for the step's score above."""
    company = Company(PLAIN[0])
    company.team("t", [HIGH] * 12, links=[[0]] * 6)
    company.team("few", [[DONT_KNOW, 5, 3, 3, 3]] * 6, links=[[1]] * 6)
    assert shares(company, "few")[1] is None
    assert shares(company, "company")[1] == shares(company)[1] == 0.25


def test_practices_that_are_told_by_their_band_do_not_count():
    """The second step has a sensitive practice, which hides the other one there."""
    company = Company(ACQ)
    company.team("t", [[3, 3, 5, 5, 3]] * 6, links=[[2, 3]] * 6)
    assert shares(company) == (None, None, None)


def test_own_scales_count_by_their_place_on_the_ladder():
    """Of three options the upper level is the third alone, of ten the last three."""
    scales = [item("p-03", options=3), item("p-10", options=10)]
    company = Company(questionnaire("acq", process("acq", [step("s", scales)])))
    company.team("t", [[3, 8]] * 5 + [[2, 7]] * 5, links=[[0]] * 5 + [[0, 1]] * 5)
    assert shares(company) == (0.5, 0.5)


def test_the_sheet_has_a_column_for_it_and_a_row_for_haste():
    results = team([HIGH] * 12, [[0]] * 6, hasty=5).results()
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in rows_of(results, [])]
    told = {
        (row["node"], row["kind"], row["key"]): row["evidenced"] for row in rows if row["kind"] in {"process", "step"}
    }
    assert told["t", "process", "acq"] == told["t", "step", "acq-a"] == told["company", "step", "acq-a"] == 0.25
    assert told["t", "step", "acq-b"] == ""
    assert [(row["people"], row["overall_without"]) for row in rows if row["kind"] == "haste"] == [(5, "")]


# Laws over random companies.


def with_links(seed):
    """A random company, some of whose people linked some of their answers, and some of whose answers were imported."""
    company, die = random_company(seed), random.Random(seed)
    chance = die.choice([0.0, 0.2, 0.7])
    company.answers = [_linked(each, die, chance, imported=die.random() < 0.15) for each in company.answers]
    return company


def _linked(sealed, die, chance, *, imported):
    links = [[place for place, level in enumerate(row) if level > 0 and die.random() < chance] for row in sealed.rows]
    if imported or not any(links):
        return replace(sealed, imported=len(sealed.rows) if imported else 0)
    return replace(sealed, evidence=links)


def counted(company, group, step_asked, panel, cells, banded):
    """By hand: the upper answers of one group to one step, how many are linked, and by how many people."""
    upper, linked, people = 0, 0, 0
    teams = [each for each in company.answers if each.team_id in group.nodes]
    if any(each.imported for each in teams):
        return 0, 0
    for sealed in teams:
        asked = next(each for each in company.teams if each.team_id == sealed.team_id).questionnaires
        keys = [each.key for digest in asked for each in company.versions[digest].items()]
        for number, row in enumerate(sealed.rows):
            mine = [
                keys.index(each.key)
                for each in step_asked.items
                if cells[panel.asked.columns[each.key]] == SCORED and not banded[panel.asked.columns[each.key]]
            ]
            high = [place for place in mine if row[place] >= 4]
            upper, people = upper + len(high), people + bool(high)
            linked += len([place for place in high if sealed.evidence and place in sealed.evidence[number]])
    return (upper, linked) if people >= company.k else (0, 0)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_share_is_a_sum_over_groups_and_steps_of_enough_people(seed):
    company = with_links(seed)
    found, nodes = scored(company.inputs()), {node.node: node for node in company.results().nodes}
    for each in found.processes:
        panel, key = each.panel, each.panel.process.key
        for node in found.nodes:
            told = next(one for one in nodes[node.id].processes if one.key == key)
            if panel.crowd.state(node.id) is not State.SCORED:
                assert {told.evidenced, *(one.evidenced for one in told.steps)} == {None}
                continue
            total = (0, 0)
            for number, one in enumerate(told.steps):
                parts = [
                    counted(
                        company, group, panel.process.steps[number], panel, each.cells.state[place], each.steps.banded
                    )
                    for place, group in enumerate(panel.groups)
                    if group in panel.crowd.groups[node.id]
                    and each.steps.state[place, number] == SCORED
                    and one.result.state is State.SCORED
                ]
                upper, linked = map(sum, zip(*parts, strict=True)) if parts else (0, 0)
                total = total[0] + upper, total[1] + linked
                assert one.evidenced == (round(20 * linked / upper) / 20 if upper else None)
            upper, linked = total
            whole = told.result.state is State.SCORED and upper
            assert told.evidenced == (round(20 * linked / upper) / 20 if whole else None)


def test_the_random_companies_have_shares_of_every_kind():
    told = {
        share
        for seed in SEEDS
        for node in with_links(seed).results().nodes
        for each in node.processes
        for share in (each.evidenced, *(one.evidenced for one in each.steps))
    }
    assert {None, 0.0} < told
    assert len(told) > 12
    assert all(share is None or 0 <= share <= 1 for share in told)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_order_of_the_people_leaves_no_trace_and_takes_no_link_away(seed):
    facts, die = with_links(seed).inputs(), random.Random(seed)
    facts = replace(
        facts, answers=[replace(each, hasty=[die.random() < 0.3 for _ in each.rows]) for each in facts.answers]
    )
    mixed = replace(facts, answers=[_shuffled(each, die) for each in die.sample(facts.answers, len(facts.answers))])
    assert written(mixed) == written(facts)
    again = msgspec.json.decode(written(facts), type=type(facts))
    links = sum(len(places) for each in facts.answers for places in each.evidence or ())
    assert sum(len(places) for each in again.answers for places in each.evidence or ()) == links
    assert sum(map(sum, (each.hasty or () for each in again.answers))) == sum(sum(each.hasty) for each in facts.answers)


def _shuffled(sealed, die):
    order = die.sample(range(len(sealed.rows)), len(sealed.rows))
    links = UNSET if sealed.evidence is UNSET else [sealed.evidence[place] for place in order]
    hasty = [sealed.hasty[place] for place in order]
    return replace(sealed, rows=[sealed.rows[place] for place in order], evidence=links, hasty=hasty)


def test_facts_without_marks_are_written_as_before_there_were_any():
    company = Company(PLAIN[0])
    company.team("t", [[2] * 5, [1] * 5])
    plain = written(company.inputs())
    assert b'{"team_id":"00000000-0000-0000-0000-000000000001","rows":[[1,1,1,1,1],[2,2,2,2,2]],"imported":0}' in plain
    company.answers = [replace(each, evidence=[[], []], hasty=[False, False]) for each in company.answers]
    assert written(company.inputs()) == plain


def test_who_of_a_pool_gave_a_link_cannot_be_read():
    """Two hidden teams share a pool: people exchange places with all that they said and linked."""
    rows = [[die.randint(1, 5) for _ in range(5)] for die in [random.Random(3)] for _ in range(8)]
    links = [[place for place in range(4) if row[place] >= 3] if number % 2 else [] for number, row in enumerate(rows)]
    published = []
    for order in (range(8), [4, 5, 6, 7, 0, 1, 2, 3], [1, 0, 7, 3, 4, 6, 5, 2]):
        company = Company(PLAIN[0])
        for name, part in (("a", order[:4]), ("b", order[4:])):
            company.team(name, [rows[number] for number in part], links=[links[number] for number in part])
        company.team("large", [HIGH] * 7, links=[[1]] * 2)
        results = results_of(company.inputs())
        published.append([replace(node, score_id=UUID(int=0)) for node in results.nodes])
    assert published[0] == published[1] == published[2]
    assert published[0][0].processes[0].evidenced not in {None, published[0][-1].processes[0].evidenced}


def test_a_team_whose_people_are_not_counted_apart_has_no_share_of_its_own():
    facts = with_links(1).inputs()
    small = [each for each in facts.answers if 0 < len(each.rows) < 5]
    assert small
    nodes = {node.node: node for node in results_of(facts).nodes}
    assert all(one.evidenced is None for each in small for one in nodes[each.team_id].processes)
