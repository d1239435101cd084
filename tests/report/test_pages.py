"""The result pages as values: the conclusion first, each number honest, nothing hidden shown, nothing unescaped."""

import re
from itertools import pairwise
from uuid import uuid4
from xml.etree import ElementTree

import pytest
from believable import believable, identity, questionnaires, scored
from looked_at import CAMPAIGN, COMPANY, campaign, results, seen_from, tree_of, view
from msgspec.structs import replace
from reckoned import account, hidden, step

from assess.campaign.model import CampaignState
from assess.frame import Reader
from assess.maturity.model import NodeResults, State
from assess.maturity.tree import Node, at_or_below
from assess.report.page_campaigns import campaigns_page
from assess.report.page_explanation import explanation_page
from assess.report.page_node import node_page
from assess.report.page_parts import Subject
from assess.report.page_sentences import PAGE_SENTENCES
from assess.report.page_window import MOST_CELLS, above, steps_asked
from assess.report.sentences import SENTENCES
from assess.style import STYLE
from assess.tenancy import sign_in_page
from assess.typography import faults, french, typeset
from assess.words import LANGUAGES

PAGES = ["company", "Commerce", "Ventes Lyon", "Données", "Magasin de Lille"]
CANARY = 4.4444
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><style>*{display:none}</style>',
    "&lt;b&gt; &amp; ]]>",
    "' autofocus onfocus='alert(1)",
    "</title></main></html>",
    "{organisation} %s {0}",
    "日本語 \x00\x1b[31m",
]


def page_of(language, name="company", **more):
    """A page, parsed; it must be well-formed."""
    node = COMPANY if name == "company" else identity(name)
    return parsed(node_page(view(language, node, **more)))


def parsed(page):
    return ElementTree.fromstring(page.decode())


def text_of(element):
    """What is read, with a space between elements."""
    body = next(each for each in element.iter("body"))
    return "\n".join(text.strip() for text in body.itertext() if text.strip())


def spread(value):
    """A sentence as a pattern: its values can be anything."""
    return re.compile(r"[^\n]*".join(map(re.escape, re.split(r"\{\w+\}", value))))


def changed(change):
    """The results with each node changed."""
    found = results()
    return replace(found, nodes=[change(node) for node in found.nodes])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_thing_is_the_conclusion(language):
    page = page_of(language)
    heads = [element.text for element in page.iter("h1")]
    assert len(heads) == 1
    assert heads[0] in {
        "Votre organisation est à 46/100\u202f; l’Offre est le maillon faible",
        "Your organisation stands at 46/100; Offer is the weakest link",
    }


def test_a_team_is_told_its_most_fragile_step():
    (head,) = page_of("fr", "Ventes Lyon").iter("h1")
    assert head.text.startswith("Ventes Lyon\u00a0: «\u202f")
    assert "est l’étape la plus fragile" in head.text


def test_no_process_that_a_team_was_not_asked_about_stands_on_its_page():
    page = page_of("fr", "Ventes Lyon")
    titles = {element.text for element in page.iter("h3")}
    assert titles == {"Acquisition", "Transversal, à côté de l’indice"}


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_of_a_page_is_set_as_its_language_asks(language, name):
    broken = {line: faults(line, language) for line in text_of(page_of(language, name)).split("\n")}
    assert {line: found for line, found in broken.items() if set(found) - {"double_space"}} == {}


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(("language", "other"), [("fr", "en"), ("en", "fr")])
def test_no_sentence_of_the_other_language_stands_on_a_page(language, other, name):
    text = text_of(page_of(language, name))
    for key, said in {**SENTENCES, **PAGE_SENTENCES}.items():
        own, foreign = (typeset(said[each], each) for each in (language, other))
        words = re.findall(r"[^\W\d_]{3,}", re.sub(r"\{\w+\}", "", foreign))
        if len(words) >= 2 and foreign not in own:
            assert spread(foreign).search(text) is None, key


def test_every_sentence_is_written_in_both_languages_with_the_same_values():
    for key, said in {**PAGE_SENTENCES, **sign_in_page.SENTENCES}.items():
        assert set(said) == set(LANGUAGES), key
        fields = [sorted(re.findall(r"\{\w+\}", said[language])) for language in LANGUAGES]
        assert fields[0] == fields[1], key
        assert faults(french(said["fr"]), "fr") == [], key
        assert faults(said["en"], "en") == [], key


@pytest.mark.parametrize("name", PAGES)
def test_a_page_can_be_walked_through_without_seeing_it(name):
    page = page_of("fr", name)
    levels = [int(each.tag[1]) for each in page.iter() if re.fullmatch("h[1-6]", str(each.tag))]
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    ids = [each.attrib["id"] for each in page.iter() if "id" in each.attrib]
    assert len(ids) == len(set(ids))
    assert {each.attrib["aria-labelledby"] for each in page.iter("section")} <= set(ids)
    assert all(each.attrib.get("scope") for each in page.iter("th"))
    for region in page.iter("div"):
        if region.attrib.get("class") == "scroll":
            assert (region.attrib["role"], region.attrib["tabindex"]) == ("region", "0")
            assert region.attrib["aria-label"]
    assert [each.tag for each in page.find("body") or ()][:3] == ["a", "header", "main"]
    assert all(each.find("caption") is not None for each in page.iter("table"))


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_light_and_brings_everything_itself(name):
    for language in LANGUAGES:
        page = node_page(view(language, COMPANY if name == "company" else identity(name))).decode()
        assert len(page.encode()) < 150_000
        assert "<script" not in page
        assert not re.findall(r"\s(?:src|style|on\w+)=", page)
        assert not re.findall(r'(?:href|action)="(?!/|#|data:,)', page)
        assert "@import" not in page
        assert "url(" not in page


def test_the_style_sheet_needs_no_escaping():
    assert not set(STYLE) & {"<", "&"}


def test_every_number_of_a_step_has_its_interval_n_coverage_and_agreement():
    page = page_of("fr")
    section = next(each for each in page.iter("section") if each.attrib["aria-labelledby"] == "steps")
    rows = [list(row) for row in section.iter("tr") if row.find("td") is not None]
    assert len(rows) == 20
    for row in rows:
        mean, interval, _, _, n, coverage, agreement = ("".join(cell.itertext()) for cell in row[1:])
        assert re.fullmatch(r"\d,\d", mean)
        assert re.fullmatch(r"\d,\d à \d,\d", interval)
        assert (n, coverage) == ("72", "100\u00a0%")
        assert agreement == "modéré (0,60)"


def test_each_number_leads_to_its_explanation_in_one_click():
    page = page_of("en")
    links = [each for each in page.iter("a") if "/explanations/" in each.attrib["href"]]
    assert len(links) > 150
    pattern = re.compile(
        rf"/results/{CAMPAIGN}/explanations/[0-9a-f-]{{36}}\?of=[a-z0-9:-]+&lang=en(?:#record|#views|#balance)?"
    )
    assert all(pattern.fullmatch(each.attrib["href"]) for each in links)
    score = results().nodes[0].score_id
    overall = f"/results/{CAMPAIGN}/explanations/{score}?of=overall&lang=en"
    assert overall in {each.attrib["href"] for each in links}
    heat = next(each for each in page.iter("table") if each.attrib.get("class") == "heat")
    coloured = [cell for cell in heat.iter("td") if re.fullmatch("l[1-5]", cell.attrib.get("class", ""))]
    assert all(cell.find("a") is not None for cell in coloured)


def test_masked_cells_are_hatched_and_say_why():
    heat = next(each for each in page_of("fr").iter("table") if each.attrib.get("class") == "heat")
    rows = {next(iter(row[0].itertext())): row for row in heat.iter("tr") if row.find("td") is not None}
    for name, why in (("Données", "moins de 5"), ("Marketing", "protège une petite équipe")):
        hidden = [cell for cell in rows[name].iter("td") if cell.attrib["class"] == "hid"]
        assert {"".join(cell.itertext()) for cell in hidden} == {why}
        assert sum(int(cell.attrib.get("colspan", 1)) for cell in hidden) == 10
        assert not list(rows[name].find("td").iter("a"))


def test_teams_stand_in_alphabetical_order_below_their_parent_and_never_by_score():
    heat = next(each for each in page_of("fr").iter("table") if each.attrib.get("class") == "heat")
    names = [next(iter(row[0].itertext())) for row in heat.iter("tr") if row.find("td") is not None]
    assert names[:6] == [
        "Maison Verdelune",
        "Commerce",
        "Boutique en ligne",
        "Grands comptes",
        "Ventes Lyon",
        "Ventes Nantes",
    ]


def test_a_declared_balance_is_told_with_its_shares_and_each_score_leads_to_its_parts():
    """Of Acquisition both means are told, of the transversal practices neither."""
    sections = {each.attrib["aria-labelledby"]: each for each in page_of("fr").iter("section")}
    found = sections["balance"]
    assert "la part de chaque regard\u00a0: encadrants 30\u00a0%, membres de l’équipe 70\u00a0%" in spaced(found)
    rows = {row[0].text: row for row in found.iter("tr")}
    whole = rows["Acquisition (tout le processus)"]
    assert [cell.attrib["href"].partition("#")[2] for cell in whole[1].iter("a")] == ["balance"]
    assert spaced(whole[1]) == "3,4"  # 0.3 × 3.6 + 0.7 × 3.3
    assert spaced(whole[2]) == "60"
    assert spaced(whole[4]) == "encadrants\u00a0: 3,6 (n = 9), membres de l’équipe\u00a0: 3,3 (n = 31)"
    (beside,) = [row for title, row in rows.items() if title and title.startswith("Transversal")]
    assert [spaced(cell) for cell in (*beside[1:3], beside[4])] == [
        "masqué pour protéger une petite équipe",
        "—",
        "encadrants\u00a0: —, membres de l’équipe\u00a0: —",
    ]


def spaced(element):
    return " ".join(part.strip() for part in element.itertext() if part.strip())


def test_where_no_balance_was_declared_nothing_is_said_of_one():
    def plain(node):
        processes = [
            replace(each, balanced=None, steps=[replace(step, balanced=None) for step in each.steps])
            for each in node.processes
        ]
        return replace(node, processes=processes)

    assert not list(page_of("fr", found=changed(plain)).iterfind(".//section[@aria-labelledby='balance']"))


def poisoned(node: NodeResults) -> NodeResults:
    """Whatever is not scored gets numbers all the same, as if somebody had forgotten to take them away."""

    def wrong(result):
        good = scored(CANARY, 77777)
        return result if result.state is State.SCORED else replace(good, state=result.state)

    def unbalanced(found):
        if found is None or found.state is State.SCORED:
            return found
        parts = [part if part.state is State.SCORED else replace(part, mean=CANARY, n=77777) for part in found.parts]
        return replace(found, value=CANARY, index=77777, parts=parts)

    processes = [
        replace(
            process,
            result=wrong(process.result),
            kpi_maturity=wrong(process.kpi_maturity),
            steps=[
                replace(step, result=wrong(step.result), balanced=unbalanced(step.balanced)) for step in process.steps
            ],
            kpis=[replace(kpi, result=wrong(kpi.result)) for kpi in process.kpis],
            balanced=unbalanced(process.balanced),
        )
        for process in node.processes
    ]
    return replace(node, overall=wrong(node.overall), processes=processes)


def half_hidden(node: NodeResults) -> NodeResults:
    """One process of a team is hidden, the other is not; and what is hidden is poisoned."""
    if node.name != "Ventes Lyon":
        return poisoned(node)
    first = node.processes[0]
    hidden_result = replace(first.result, state=State.PROTECTS_OTHERS)
    steps = [replace(step, result=replace(step.result, state=State.PROTECTS_OTHERS)) for step in first.steps]
    masked = replace(first, result=hidden_result, steps=steps)
    return poisoned(replace(node, processes=[masked, *node.processes[1:]]))


@pytest.mark.parametrize("name", ["company", "Offre et marketing", "Données", "Marketing", "Ventes Lyon"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_number_of_a_hidden_cell_stands_on_any_page(language, name):
    page = page_of(language, name, found=changed(half_hidden))
    text = text_of(page)
    assert re.findall(r"4[,.]4\d*|77.?777|\b86\b(?!\u00a0?%)", text) == []
    cells = ["".join(cell.itertext()) for cell in page.iter("td") if re.fullmatch("l[1-5]", cell.get("class", ""))]
    assert [cell for cell in cells if not re.fullmatch(r"[1-5][,.]\d", cell)] == []


def test_a_cell_of_the_mask_never_has_a_number():
    found = results()
    page = page_of("fr")
    heat = next(each for each in page.iter("table") if each.attrib.get("class") == "heat")
    rows = {next(iter(row[0].itertext())): row for row in heat.iter("tr") if row.find("td") is not None}
    assert len(found.mask) == 2
    for masked in found.mask:
        assert not [cell for cell in rows[masked.name].iter("td") if re.search(r"\d,\d", "".join(cell.itertext()))]


def test_a_hidden_team_s_page_has_no_number_but_how_many_were_invited():
    text = text_of(page_of("fr", "Données"))
    said = text.split("Comment lire")[0]
    assert re.findall(r"\d+", said.split("février 2026")[1]) == ["5", "3"]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_name_is_only_a_name(hostile):
    found = changed(lambda node: replace(node, name=hostile) if node.name == "Ventes Lyon" else node)
    for node in (COMPANY, identity("Ventes Lyon")):
        seen = replace(
            view("fr", node, found=found), reader=Reader(hostile, hostile), talk=[Subject({"fr": hostile}, "acq")]
        )
        page = parsed(node_page(seen))
        assert not [each for each in page.iter() if each.tag in {"script", "img", "b "}]
        assert len(list(page.iter("style"))) == 1
        assert not [name for each in page.iter() for name in each.attrib if name.startswith("on")]
        readable = re.sub("[\x00-\x1f]", "", hostile)
        assert french(readable) in french(text_of(page))


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fr", "lien à l’appui\u00a0: 15\u00a0% des réponses de niveau 4 ou plus"),
        ("en", "backed by a link: 15% of the answers at level 4 or above"),
    ],
)
def test_how_much_can_be_shown_is_said_of_a_process_where_it_is_told(language, said):
    found = changed(lambda node: replace(node, processes=[replace(one, evidenced=0.15) for one in node.processes]))
    page = text_of(parsed(node_page(view(language, COMPANY, found=found))))
    assert page.count(said) == len(found.nodes[0].processes)
    nobody = changed(lambda node: replace(node, processes=[replace(one, evidenced=0.0) for one in node.processes]))
    for other in (page_of(language), parsed(node_page(view(language, COMPANY, found=nobody)))):
        assert said.partition(":")[0].strip() not in text_of(other)


def test_imported_answers_and_fragile_teams_are_marked():
    page = text_of(page_of("fr"))
    assert "Importé" in page
    assert "fragile\u00a0: 30 à 50\u00a0% seulement ont répondu" in page
    assert "Assess n’a pas vu comment" in text_of(page_of("fr", "Magasin de Lille"))
    assert "30 à 50\u00a0% de réponses" in text_of(page_of("fr", "Grands comptes"))


def test_comparability_and_limits_are_said():
    page = text_of(page_of("en"))
    for said in (
        "Overall: no ranking: ICC(2) = 0.31",
        "Offer: fewer than five teams can be compared",
        "6 people gave the same answer at least 15 times in a row",
        "Without them the overall mean would be 2.7 of 5.",
        "7 people gave half of their answers or more in less than 3 seconds each",
        "Without them the overall mean would be 2.6 of 5.",
        "It does not contain the effect of non-response",
        "practices as declared, not as observed",
        "The team sees “Decide whether to go” in two ways.",
    ):
        assert said in page, said
    assert "no ranking" not in text_of(page_of("en", "Commerce")), "a question about the whole company"


def test_a_table_of_all_teams_ends_where_a_page_gets_heavy():
    tree = {f"Direction {d:02d}": {f"Équipe {d}-{t}": 5 + t for t in range(2)} for d in range(70)}
    found = believable(teams=tree).results
    first, window = seen_from(found, COMPANY, 1)
    assert (window.first, window.last, window.count, window.pages) == (1, MOST_CELLS // 10, 70, 3)
    assert [node.name for node in first.nodes[1:3]] == ["Direction 00", "Direction 01"]
    last, window = seen_from(found, COMPANY, 99)
    assert (window.first, window.last, window.page) == (65, 70, 3)
    assert len(last.nodes) == 7
    below, window = seen_from(found, identity("Direction 07"), 1)
    assert (window.first, [node.name for node in below.nodes]) == (0, ["Direction 07", "Équipe 7-0", "Équipe 7-1"])
    page = node_page(view("fr", COMPANY, page=2, found=found)).decode()
    assert "Équipes 33 à 64 sur 70" in page
    assert "page=1&amp;lang=fr" in page
    assert "page=3&amp;lang=fr" in page
    assert len(page.encode()) < 150_000


def test_how_heavy_a_table_is_depends_on_what_its_teams_were_asked():
    asked = questionnaires()
    versions = {each.key: each for each in asked}
    top = Node(id=COMPANY, key="c", name="C", parent=None, headcount=0, asked=())
    teams = [
        Node(id=uuid4(), key=f"t{n}", name=f"T{n}", parent=COMPANY, headcount=6, asked=(asked[n % 2].key,))
        for n in range(3)
    ]
    steps = steps_asked([top, *teams], versions)
    assert [steps[node.id] for node in (top, *teams)] == [10, 5, 5, 5]


def test_what_is_above_a_team_is_named_as_far_as_it_is_seen():
    tree = tree_of(results())
    lyon, commerce = identity("Ventes Lyon"), identity("Commerce")
    assert [node.name for node in above(tree, lyon)] == ["Maison Verdelune", "Commerce"]
    own = [node for node in tree if node.id in set(at_or_below(tree, commerce))]
    assert [node.name for node in above(own, lyon)] == ["Commerce"]
    assert above(own, commerce) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_calculation_adds_up_before_the_reader_s_eyes(language):
    page = parsed(explanation_page(account(language, step())))
    rows = [["".join(cell.itertext()) for cell in row] for row in next(iter(page.iter("table"))).iter("tr")][1:]
    decimal = {"fr": ",", "en": "."}[language]
    numbers = [float(row[3].replace(decimal, ".").replace("\u2212", "-")) for row in rows[:-1]]
    assert numbers[0] == 3
    assert sum(numbers) == pytest.approx(2.2)
    assert rows[-1][3] == f"2{decimal}200"
    assert "11/5" in text_of(page)


def test_each_part_of_a_calculation_leads_to_its_own():
    page = parsed(explanation_page(account("fr", step())))
    links = {each.attrib["href"].partition("?")[2] for each in page.iter("a") if "?of=" in each.attrib["href"]}
    assert links >= {f"of={of}&lang=fr" for of in ("acq-engage-direct", "acq-engage:sensitive", "acq-engage-brief")}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("result", [step(), hidden()], ids=["a step", "nothing that may be told"])
def test_a_calculation_is_set_as_its_language_asks(language, result):
    page = parsed(explanation_page(account(language, result, None)))
    broken = {line: faults(line, language) for line in text_of(page).split("\n")}
    assert {line: found for line, found in broken.items() if set(found) - {"double_space"}} == {}
    assert len(list(page.iter("h1"))) == 1
    assert all(each.attrib.get("scope") for each in page.iter("th"))


def test_what_does_not_count_is_listed_with_its_reason():
    text = text_of(parsed(explanation_page(account("fr", step()))))
    assert "Tout le brief" in text
    assert "moins de 5 réponses" in text
    assert "non mesuré" in text
    assert "pratique clé\u00a0: Approche directe" in text
    assert re.findall(r"\d", text_of(parsed(explanation_page(account("fr", hidden(), "off")))).split("Offre")[1]) == []


def test_campaigns_are_listed_and_only_closed_ones_lead_on():
    states = {"Close": CampaignState.CLOSED, "Ouverte": CampaignState.OPEN, "Brouillon": CampaignState.DRAFT}
    made = [campaign(state, name) for name, state in states.items()]
    page = parsed(campaigns_page(made, Reader("Ana", "Maison"), "fr"))
    assert [each.text for each in page.iter("a") if each.attrib["href"].startswith("/results/")] == ["Close"]
    assert "ouverte jusqu’au 6\u00a0février 2026" in text_of(page)
    assert "Brouillon" not in text_of(page)
    assert "Aucune campagne" in text_of(parsed(campaigns_page([], Reader("Ana", "Maison"), "fr")))
