"""What the pages say: conclusions, not headings; reasons, not blanks; no value that must stay hidden."""

import string
from datetime import date
from uuid import UUID

import msgspec
import pytest
from believable import TEAMS, absent, believable, scored

from assess.maturity.model import Attainment, Factual, Haste, Interval, State, StraightLining, Summary
from assess.report.annex import Annex
from assess.report.contrast import Contrast
from assess.report.decisions import Decisions, working_day, working_days_after
from assess.report.findings import ALIVE, overall, side
from assess.report.indicators import Indicators
from assess.report.layout import layout
from assess.report.profile import Profile, target_of
from assess.report.quadrant import quadrant
from assess.report.schedule import Schedule
from assess.report.sentences import COUNTED, SENTENCES, counted, named
from assess.report.situation import Situation
from assess.report.staffing import Staffing
from assess.words import LANGUAGES

replace = msgspec.structs.replace


def page_of(facts, kind):
    return next((page for page in layout(facts).pages if isinstance(page, kind)), None)


def with_company(facts, change):
    """``facts`` with the company's node changed."""
    nodes = [change(facts.results.nodes[0]), *facts.results.nodes[1:]]
    return replace(facts, results=replace(facts.results, nodes=nodes))


def test_every_sentence_is_written_in_both_languages_with_the_same_values():
    for key, text in SENTENCES.items():
        assert set(text) == set(LANGUAGES), key
        fields = [{field for _, field, _, _ in string.Formatter().parse(text[each]) if field} for each in LANGUAGES]
        assert fields[0] == fields[1], key


@pytest.mark.parametrize(
    ("count", "fr", "en"), [(0, "action", "actions"), (1, "action", "action"), (2, "actions", "actions")]
)
def test_nouns_agree_with_their_number(count, fr, en):
    assert counted("action", count, "fr") == f"{count}\u00a0{fr}"
    assert counted("action", count, "en") == f"{count}\u00a0{en}"
    assert all(set(noun) == set(LANGUAGES) for noun in COUNTED.values())


def test_french_elides_before_a_vowel():
    assert named("Offre", "fr") == "l’Offre"
    assert named("Support", "fr") == "«\u202fSupport\u202f»"
    assert named("Offer", "en") == "Offer"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_whole_company_fills_eight_pages_each_with_a_conclusion(language):
    pages = layout(believable(language)).pages
    assert [type(page) for page in pages] == [
        Situation,
        Profile,
        Contrast,
        Indicators,
        Schedule,
        Decisions,
        Staffing,
        Annex,
    ]
    assert all(len(page.title.split()) > 4 for page in pages)
    assert len({page.title for page in pages}) == 8


@pytest.mark.parametrize(
    ("facts", "left_out"),
    [
        pytest.param(believable(kpis=False), {Indicators}, id="no KPI was asked"),
        pytest.param(believable(actions=0), {Schedule, Decisions, Staffing}, id="nothing is proposed"),
        pytest.param(believable(teams={}), {Contrast}, id="no team"),
        pytest.param(believable(teams={"Commerce": {"Ventes": 3}}), {Contrast}, id="every team is hidden"),
        pytest.param(
            believable(missing=("acq", "off", "exp", "trv"), kpis=False, actions=0, teams={}),
            {Profile, Contrast, Indicators, Schedule, Decisions, Staffing},
            id="nothing at all",
        ),
    ],
)
def test_a_page_without_data_is_left_out(facts, left_out):
    kinds = {type(page) for page in layout(facts).pages}
    assert not kinds & left_out
    assert {Situation, Annex} <= kinds


def test_one_missing_process_leaves_no_overall_and_says_why():
    facts = believable(missing=("off",))
    lying = with_company(facts, lambda node: replace(node, overall=scored(4.0, 80)))
    assert overall(lying) is None
    page = page_of(lying, Situation)
    assert page.title == "Pas encore de note d’ensemble\u00a0: il manque un résultat pour l’Offre"
    assert [bar.value for bar in page.bars if bar.process == "off"] == ["—"]
    assert "trop peu de questions notées" in next(bar.note for bar in page.bars if bar.process == "off")
    assert page_of(lying, Schedule).now is None


def test_the_weakest_link_is_named_only_when_it_is_clearly_behind():
    clear = page_of(believable(), Situation)
    assert "l’Offre est le maillon faible" in clear.title
    facts = believable()
    wide = with_company(facts, lambda node: replace(node, processes=[widened(process) for process in node.processes]))
    assert "sans processus nettement en retard" in page_of(wide, Situation).title


def widened(process):
    return replace(process, result=replace(process.result, interval=Interval(low=1.0, high=5.0)))


def test_participation_has_its_n_and_prudence():
    facts = believable()
    few = with_company(facts, lambda node: replace(node, responses=20, participation=20 / 97))
    lead = page_of(few, Situation).lead[0]
    assert "20 personnes sur 97 ont répondu (21\u00a0%, n = 20)" in lead
    assert "moins d’une personne sur deux" in lead


def test_a_value_in_a_hidden_result_is_never_said():
    """Whatever stands beside a hidden state is not for the page; only the state is."""
    facts = believable()
    hidden = replace(scored(4.44, 4), state=State.PROTECTS_OTHERS)
    nodes = [
        replace(node, processes=[concealed(process, hidden) for process in node.processes])
        for node in facts.results.nodes
    ]
    hushed = replace(facts, results=replace(facts.results, nodes=nodes))
    said = msgspec.json.encode(layout(hushed)).decode()
    assert "4,4" not in said
    assert {bar.index for bar in page_of(hushed, Situation).bars} == {None}
    assert "masqué pour protéger une petite équipe" in said


def concealed(process, hidden):
    steps = [replace(step, result=hidden) for step in process.steps]
    kpis = [replace(kpi, result=hidden, rung=4) for kpi in process.kpis]
    return replace(process, result=hidden, steps=steps, kpis=kpis)


def test_teams_stand_below_their_parent_in_alphabetical_order():
    page = page_of(believable(), Contrast)
    names = [row.name for row in page.panels[0]]
    assert names[:6] == [
        "Toute l’organisation",
        "Commerce",
        "Boutique en ligne",
        "Grands comptes",
        "Ventes Lyon",
        "Ventes Nantes",
    ]
    assert names == sorted(names, key=names.index)
    assert len(names) == 1 + len(TEAMS) + sum(len(teams) for teams in TEAMS.values())


def test_hidden_cells_are_hatched_with_their_reason_and_unasked_ones_are_empty():
    page = page_of(believable(), Contrast)
    rows = {row.name: row for row in page.panels[0]}
    small, large = rows["Données"], rows["Ventes Lyon"]
    assert {(cell.mark, cell.hidden) for cell in small.cells if cell.mark} == {("a", True)}
    assert {cell.mark for cell in rows["Marketing"].cells if cell.hidden} == {"b"}
    assert (small.note, large.note) == ("", "n\u00a0=\u00a011")
    assert [cell.text for cell in large.cells[5:15]] == [""] * 10
    assert {mark: reason for mark, reason, _ in page.legend} == {
        "a": "moins de 5 réponses",
        "b": "masqué pour protéger une petite équipe",
    }


def test_a_hidden_team_without_any_results_is_hidden_in_every_cell():
    facts = believable()
    nodes = [replace(node, processes=[]) if node.name == "Données" else node for node in facts.results.nodes]
    page = page_of(replace(facts, results=replace(facts.results, nodes=nodes)), Contrast)
    row = next(row for row in page.panels[0] if row.name == "Données")
    assert all(cell.hidden for cell in row.cells)


def test_no_team_is_named_in_a_conclusion():
    names = [name for teams in TEAMS.values() for name in teams]
    assert not any(name in page.title for page in layout(believable()).pages for name in names)


def test_alike_teams_have_work_in_common():
    facts = believable()
    nodes = [replace(node, processes=[flat(process) for process in node.processes]) for node in facts.results.nodes]
    page = page_of(replace(facts, results=replace(facts.results, nodes=nodes)), Contrast)
    assert "la même réalité" in page.title


def flat(process):
    return replace(process, steps=[replace(step, result=scored(3.0, 9)) for step in process.steps])


@pytest.mark.parametrize(("value", "target"), [(1.2, 2.2), (3.0, 4.0), (3.4, 4.0), (4.0, None), (4.7, None)])
def test_the_target_is_one_level_higher_and_never_beyond_four(value, target):
    assert target_of(value) == (None if target is None else pytest.approx(target))


def test_at_most_five_decisions_each_with_somebody_a_first_step_and_a_date():
    page = page_of(believable(actions=54), Decisions)
    assert len(page.decisions) == 5
    assert all(each.owner and each.first_step and each.date and each.why for each in page.decisions)
    assert page_of(believable(actions=54), Situation).decisions == page.decisions[:3]


def test_a_role_that_nobody_holds_is_said_to_be_vacant():
    decisions = page_of(believable(), Decisions).decisions
    assert {each.owner.startswith("à nommer\u00a0:") for each in decisions if each.vacant} == {True}
    assert any(each.vacant for each in decisions)


@pytest.mark.parametrize("actions", [1, 2, 11, 26, 54])
def test_every_action_of_a_plan_is_drawn_or_listed_or_counted(actions):
    facts = believable(actions=actions)
    drawn = [span for phase in page_of(facts, Schedule).phases for span in phase.spans]
    annex = page_of(facts, Annex)
    counted_more = actions - len(drawn) - len(annex.lines)
    assert len(drawn) <= 10
    assert (str(counted_more) in annex.rest) if counted_more else annex.rest == ""


def test_every_phase_that_has_actions_is_drawn():
    assert [phase.title for phase in page_of(believable(actions=54), Schedule).phases] == [
        "1 Installer",
        "2 Renforcer",
        "3 Retirer",
    ]


def test_the_annex_names_who_is_hidden_and_what_all_was_made_from():
    page = page_of(believable(), Annex)
    assert "Données et Marketing" in page.notes[1].text
    assert all(
        key in page.versions.text
        for key in ("acquisition 1.0.0", "offer", "experience", "transversal", "maturity/", "planning/")
    )


@pytest.mark.parametrize(
    ("imported", "sentence"),
    [
        pytest.param("none", None, id="none"),
        pytest.param(None, None, id="hidden"),
        pytest.param("some", "Some of the answers were collected elsewhere and imported.", id="some"),
        pytest.param("all", "The answers were collected elsewhere and imported.", id="all"),
    ],
)
def test_the_annex_says_when_answers_were_collected_elsewhere(imported, sentence):
    facts = believable("en")
    company = msgspec.structs.replace(facts.results.nodes[0], imported=imported)
    results = msgspec.structs.replace(facts.results, nodes=[company, *facts.results.nodes[1:]])
    limits = page_of(msgspec.structs.replace(facts, results=results), Annex).notes[2].text
    assert limits.endswith(sentence) if sentence else "collected elsewhere" not in limits


def test_follow_up_dates_are_working_days():
    follow_up = page_of(believable("en"), Decisions).follow_up
    assert [each.date.replace("\u00a0", " ") for each in follow_up[:3]] == [
        "2 March 2026",
        "5 March 2026",
        "1 April 2026",
    ]
    facts = believable()
    friday = replace(facts.plan, starts_on=facts.facts_on.replace(month=3, day=6)).starts_on
    assert working_days_after(friday, 3).isoformat() == "2026-03-11"
    assert working_day(friday.replace(day=7)).isoformat() == "2026-03-09"
    assert working_day(friday) == friday


def test_a_deep_tree_and_another_process_find_their_place():
    facts = believable()
    top = facts.results.nodes[0].node
    deep = [
        replace(facts.results.nodes[2], node=UUID(int=i), parent=UUID(int=i - 1) if i > 1 else top)
        for i in range(1, 12)
    ]
    odd = [replace(words, key="own", title={"fr": "Support", "en": "Support"}) for words in facts.processes[:1]]
    changed = replace(
        facts, processes=[*odd, *facts.processes], results=replace(facts.results, nodes=[facts.results.nodes[0], *deep])
    )
    assert len(page_of(changed, Contrast).panels[0]) == 12
    assert "«\u202fSupport\u202f»" in page_of(changed, Situation).title


def test_an_absent_result_says_why():
    facts = with_company(
        believable(), lambda node: replace(node, processes=[gone(process) for process in node.processes])
    )
    notes = {bar.note for bar in page_of(facts, Situation).bars}
    assert notes == {"pas de résultat\u00a0: moins de 30\u00a0% de participation"}


def gone(process):
    return replace(process, result=absent(State.LOW_PARTICIPATION))


def test_a_long_reason_is_cut_at_its_clause_and_not_in_the_middle():
    facts = believable()
    long = (
        "Elle fait progresser « Décider », aujourd’hui à 1,6–3,9 sur 5 (Ventes, Produit et 9 autres équipes) ; gain "
        + "attendu " * 20
    )
    why = [replace(facts.plan.actions[0].why[0], text={"fr": long, "en": long})]
    actions = [replace(action, why=why) for action in facts.plan.actions]
    page = page_of(replace(facts, plan=replace(facts.plan, actions=actions)), Decisions)
    assert page.decisions[0].why == "Elle fait progresser «\u202fDécider\u202f», aujourd’hui à 1,6–3,9 sur 5."


def with_kpi(facts, **change):
    """The facts with the first indicator of each process changed."""
    return with_company(facts, lambda node: replace(node, processes=[renewed(each, change) for each in node.processes]))


def renewed(process, change):
    return replace(process, kpis=[replace(process.kpis[0], **change), *process.kpis[1:]])


@pytest.mark.parametrize(
    ("rung", "factual", "alive"),
    [
        pytest.param(1, None, False, id="people say dead"),
        pytest.param(4, None, True, id="people say alive"),
        pytest.param(1, 4.0, True, id="the record says alive"),
        pytest.param(4, 1.0, False, id="the record says dead"),
        pytest.param(4, 2.9, False, id="a mean of records just short of it"),
        pytest.param(None, 3.0, True, id="nobody was asked"),
    ],
)
def test_a_kpi_is_alive_by_its_record_else_as_people_see_it_wherever_it_is_told(rung, factual, alive):
    record = None if factual is None else Factual(rung=factual, missing=[], waived=[], attainment=None, quadrant=None)
    facts = with_kpi(believable(), rung=rung, factual=record, result=scored(2.0, 30))
    page, points = page_of(facts, Indicators), {point.number: point for point in quadrant(facts).points}
    told = {each.label: each.rung for group in page.groups for each in group}
    for point in points.values():
        assert told[point.label] == point.rung
    assert (points[1].rung >= ALIVE) is alive
    assert (side(points[1].rung) > ALIVE - 0.5) is alive, "it is drawn where it is counted"
    known = [each for each in told.values() if each is not None]
    count = sum(each >= ALIVE for each in known)
    assert {0: "Aucun", 1: "Un seul"}.get(count, str(count)) in page.title


def test_teams_whose_answers_were_collected_elsewhere_are_marked():
    facts = believable()
    nodes = [replace(node, imported="some") if node.name == "Ventes Lyon" else node for node in facts.results.nodes]
    page = page_of(replace(facts, results=replace(facts.results, nodes=nodes)), Contrast)
    marked = {row.name for panel in page.panels for row in panel if "†" in row.note}
    assert marked == {"Ventes Lyon"}
    assert any(note.startswith("†") for note in page.notes)
    assert not any("†" in note for note in page_of(facts, Contrast).notes)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_index_from_the_express_form_says_that_it_is_indicative(language):
    facts = believable(language)
    said = {"fr": "indicatif", "en": "indicative"}[language]
    short = with_company(
        facts,
        lambda node: replace(
            node, indicative=True, processes=[replace(node.processes[0], indicative=True), *node.processes[1:]]
        ),
    )
    page = page_of(short, Situation)
    assert said in page.lead[0]
    assert [said in bar.note for bar in page.bars] == [True, False, False, False]
    assert said not in page_of(facts, Situation).lead[0]


@pytest.mark.parametrize(("without", "told"), [(2.4, True), (None, False)], ids=["it matters", "it does not"])
@pytest.mark.parametrize(
    ("straight", "hasty", "said"),
    [
        (6, None, "Sans les 6 personnes qui ont donné la même réponse"),
        (None, 7, "Sans les 7 personnes qui ont donné la moitié"),
    ],
    ids=["straight lines", "haste"],
)
def test_what_doubtful_answers_change_is_told_where_it_matters(straight, hasty, said, without, told):
    facts = believable()
    line = StraightLining(people=straight, overall_without=without) if straight else None
    haste = Haste(people=hasty, overall_without=without) if hasty else None
    summary = Summary(comparability=[], straight_lining=line, haste=haste)
    limits = page_of(replace(facts, results=replace(facts.results, summary=summary)), Annex).notes[-1].text
    assert (said in limits) is told
    assert ("serait de 2,4." in limits) is told


@pytest.mark.parametrize("share", [0.4, None], ids=["with a value", "without any"])
def test_kpis_stand_in_the_quadrant_as_soon_as_one_has_a_value_and_a_target(share):
    attained = Attainment(
        period_end=date(2026, 1, 31),
        value=30,
        interval=None,
        baseline=20,
        target=45,
        share=share,
        status="not_reached" if share else "unknown",
    )
    record = Factual(rung=2.0, missing=[], waived=[], attainment=attained, quadrant="dead_bad")
    facts = with_kpi(believable(), factual=record)
    page = page_of(facts, Indicators)
    plot = page.plot
    assert (plot is not None) is (share is not None)
    if plot is not None:
        assert [point.written for point in plot.points[:2]] == ["40\u00a0%", "—"]
        assert len(plot.points) == sum(each.rung is not None for group in page.groups for each in group)
