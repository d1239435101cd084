"""What stands beside a calculation: each published thing with how it is found, and nothing of what is hidden."""

import re
from datetime import date
from xml.etree import ElementTree

import pytest
from looked_at import results
from msgspec.structs import replace

from assess.maturity.model import Attainment, Factual, State
from assess.report.page_evidence import evidence
from assess.typography import faults
from assess.words import LANGUAGES

COMPANY = results().nodes[0]
KPI = next(kpi for process in COMPANY.processes for kpi in process.kpis if kpi.result.value is not None)
LACK = {"fr": "Aucune cible n’est fixée.", "en": "It has no target."}
WAIVED = {"fr": "On ne demande à personne s’il le connaît.", "en": "Nobody is asked whether they know it."}
REACHED = Attainment(
    period_end=date(2026, 1, 31), value=35.5, interval=None, baseline=20, target=40, share=0.775, status="not_reached"
)
OWN = Factual(rung=2.0, missing=[LACK], waived=[], attainment=REACHED, quadrant="dead_bad")


def company(factual=None, **result):
    """The company with one indicator changed."""
    changed = replace(KPI, factual=factual, gap=None, finding=None, result=replace(KPI.result, **result))
    processes = [
        replace(each, kpis=[changed if kpi.key == KPI.key else kpi for kpi in each.kpis]) for each in COMPANY.processes
    ]
    return replace(COMPANY, processes=processes)


def read(score, of, language="fr"):
    """The sections by name."""
    parts = ElementTree.fromstring(f"<main>{''.join(each for each in evidence(score, of, language) if each)}</main>")
    return {section.attrib["aria-labelledby"]: section for section in parts}


def text_of(element):
    return "\n".join(part.strip() for part in element.itertext() if part.strip())


def rows_of(section):
    return [[text_of(cell) for cell in row] for row in section.iter("tr")]


@pytest.mark.parametrize("of", [None, "overall", "acq", "acq-target", KPI.key])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_set_as_its_language_asks(language, of):
    found = read(company(OWN), of, language)
    assert "beside" in found
    lines = [line for section in found.values() for line in text_of(section).split("\n")]
    assert {line: broken for line in lines if (broken := set(faults(line, language)) - {"double_space"})} == {}


def test_a_number_says_how_sure_it_is_and_how_that_is_found():
    said = text_of(read(COMPANY, "acq-target")["beside"])
    for name in (
        "Intervalle à 95\u00a0%\u00a0: ",
        "Pour comparer",
        "en indice",
        "n\u00a0: 72",
        "Couverture\u00a0: 100",
        "r*wg",
    ):
        assert name.strip() in said.replace("\n", " "), name


def test_rungs_have_no_index():
    assert "en indice" not in text_of(read(company(OWN), KPI.key)["beside"])


@pytest.mark.parametrize("state", sorted(set(State) - {State.SCORED}, key=lambda state: state.value))
def test_of_what_may_not_be_seen_nothing_is_said(state):
    assert read(company(state=state), KPI.key) == {}


@pytest.mark.parametrize("of", ["acq-target@ventes", "acq:short", "acq-target:sensitive", "nothing"])
def test_of_a_part_of_another_node_nothing_is_said(of):
    assert read(COMPANY, of) == {}


def test_a_record_says_which_rungs_are_reached_and_what_stops_the_next():
    record = read(company(OWN), KPI.key)["record"]
    reached = [row[-1] for row in rows_of(record)[1:6]]
    assert reached == ["Oui.", "Oui.", f"Non. {LACK['fr']}", "—", "—"]
    assert "Stade 2 sur 5." in text_of(record)
    assert [row[1] for row in rows_of(record)[-6:]] == ["35,5", "—", "20", "40", "78\u00a0%", "cible non atteinte"]


def test_what_is_not_demanded_of_a_record_stands_beside_its_rung():
    record = read(company(replace(OWN, rung=4.0, waived=[WAIVED])), KPI.key)["record"]
    reached = [row[-1] for row in rows_of(record)[1:6]]
    assert reached == ["Oui.", "Oui.", f"Oui. {WAIVED['fr']}", "Oui.", f"Non. {LACK['fr']}"]


def test_the_record_of_several_teams_is_a_mean_that_says_so():
    record = read(company(Factual(rung=2.5, missing=[], waived=[], attainment=None, quadrant=None)), KPI.key)["record"]
    assert "Stade 2,5 sur 5. C’est la moyenne" in text_of(record)
    assert rows_of(record) == []


def test_a_target_may_be_a_band():
    band = replace(OWN, attainment=replace(REACHED, target=None, baseline=None, share=0.4))
    rows = {row[0]: row[-1] for row in rows_of(read(company(band), KPI.key)["record"])}
    assert rows["Cible"] == "une fourchette"
    assert rows["Chemin parcouru"] == "40\u00a0%"


def test_a_gap_between_sides_of_one_mind_is_told_without_a_test():
    process = COMPANY.processes[0]
    untested = {"interval": None, "standard_error": None, "freedom": None, "t": None, "p": None, "effect": None}
    gap = replace(process.gaps[0], **untested)
    alike = replace(COMPANY, processes=[replace(process, gaps=[gap]), *COMPANY.processes[1:]])
    found = read(alike, "acq-target")["views"]
    assert rows_of(found)[1][1:] == ["+0,9", *"——————"]
    assert "rien ne permet de tester" in text_of(found)


def test_a_balanced_score_is_told_with_the_parts_that_add_up_to_it():
    """0.3 × 3.6 + 0.7 × 2.7 is 2.97, by hand."""
    found = read(COMPANY, "acq-target")["balance"]
    assert "Équilibré\u00a0: niveau 2,97, soit un indice de 49,25." in text_of(found)
    assert rows_of(found)[1:] == [
        ["encadrants", "30\u00a0%", "3,6", "9", "1,0800"],
        ["membres de l’équipe", "70\u00a0%", "2,7", "31", "1,8900"],
    ]
    assert "les moyennes sont celles des écarts" in text_of(found)


def test_where_a_balanced_score_is_absent_nothing_is_said_of_one():
    assert "balance" not in read(COMPANY, "trv")
    assert "balance" not in read(COMPANY, "overall")


def test_a_gap_is_told_with_everything_that_its_test_is_made_of():
    (row,) = rows_of(read(COMPANY, "acq-target")["views"])[1:]
    assert row[0] == "encadrants\u00a0: 3,6 (n = 9)\u202f; membres de l’équipe\u00a0: 2,7 (n = 31)"
    assert row[1:] == ["+0,9", "0,20", "14", "4,1", "0,001", "0,5 à 1,3", "1,1"]
    assert re.search("0,3 niveau", text_of(read(COMPANY, "acq")["views"]))
