"""The PDF itself: the same bytes for the same facts, never more than eight pages, and text that can be read out of it."""

import functools
import re
import subprocess
import sys
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import msgspec
import pytest
from believable import believable, library, questionnaires
from looked_at import results
from pypdf import PdfReader

import assess
from assess.report.drawing import draw
from assess.report.fonts import REPERTOIRE, faces
from assess.report.model import packed
from assess.report.plain import balanced, clamp, fit, pinched, plain, wrap
from assess.report.sentences import COUNTED, SENTENCES, SHORT_MONTHS
from assess.typography import typeset
from assess.words import LANGUAGES

SPACED = re.compile(r"[ ](?=[;:!?%»])|(?<=«)[ ]")
"""An ordinary space where French print has a fixed one."""

HOSTILE = [
    pytest.param("<img src='/etc/passwd'/>", id="a tag"),
    pytest.param("<a href='javascript:alert(1)'>x</a> & co </para>", id="a script"),
    pytest.param("(\\) endobj << /JS >>", id="PDF syntax"),
    pytest.param("é" * 200_000, id="an endless word"),
    pytest.param("mot " * 50_000, id="an endless text"),
    pytest.param("\u202eevil\u2066 \x00\x07\n\t\r tab", id="controls"),
    pytest.param("日本語 🦊 \U0010ffff \ud800", id="characters without a glyph"),
    pytest.param("e\u0301 e\u0301", id="combining accents"),
    pytest.param(" ", id="a space"),
]


@functools.cache
def pdf_of(language, teams=None, actions=26):
    tree = (
        {f"Direction {d:02d}": {f"Équipe {d}-{t}": 4 + t for t in range(5)} for d in range(teams // 5)}
        if teams
        else None
    )
    return draw(packed(believable(language, teams=tree, actions=actions)))


def text_of(content):
    return [page.extract_text() for page in PdfReader(BytesIO(content)).pages]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_facts_give_the_same_bytes(language):
    facts = packed(believable(language))
    assert draw(facts) == draw(facts)


def test_another_process_gives_the_same_bytes():
    code = "import sys; from assess.report.drawing import draw; sys.stdout.buffer.write(draw(sys.stdin.buffer.read()))"
    facts = packed(believable("fr"))
    environment = {"PYTHONPATH": str(Path(assess.__file__).parents[1]), "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"}
    other = subprocess.run([sys.executable, "-c", code], input=facts, capture_output=True, check=True, env=environment)
    assert sha256(other.stdout).hexdigest() == sha256(draw(facts)).hexdigest()


@pytest.mark.parametrize("teams", [5, 20, 40, 60, 200])
@pytest.mark.parametrize("actions", [0, 1, 54])
def test_there_are_never_more_than_eight_pages(teams, actions):
    assert 2 <= len(PdfReader(BytesIO(pdf_of("fr", teams, actions))).pages) <= 8


def test_the_document_says_what_it_is():
    reader = PdfReader(BytesIO(pdf_of("fr")))
    assert reader.metadata is not None
    assert (reader.metadata.title, reader.metadata.author) == ("Maison Verdelune\u00a0: feuille de route", "Assess")
    assert reader.trailer["/Root"]["/Lang"] == "fr-FR"
    assert len(reader.outline) == 8
    assert {round(float(side)) for side in reader.pages[0].mediabox[2:]} == {842, 595}


def test_no_fonts_but_the_embedded_ones():
    for page in PdfReader(BytesIO(pdf_of("fr"))).pages:
        for font in page["/Resources"]["/Font"].values():
            described = font.get_object()
            assert "+Inter-" in described["/BaseFont"]
            assert "/FontFile2" in described["/FontDescriptor"].get_object()


def test_nothing_in_the_document_can_run_or_be_followed():
    content = pdf_of("fr")
    assert not re.search(rb"/(JavaScript|JS|URI|Launch|EmbeddedFile|AA|OpenAction)\b", content)


def test_french_has_no_ordinary_space_where_print_has_a_fixed_one():
    for text in text_of(pdf_of("fr", 40, 54)) + text_of(pdf_of("fr")):
        assert SPACED.findall(text) == [], text
        assert not re.search(r"\d\.\d", re.sub(r"\d+\.\d+\.\d+", "", text)), "a decimal comma"


def test_english_has_no_space_before_punctuation_and_a_decimal_point():
    for text in text_of(pdf_of("en")):
        assert not re.search(r"[ \u00a0\u202f][;:!?%]", text), text
        assert not re.search(r"\d,\d(?!\d\d)", text), text


def test_the_spaces_of_print_can_be_copied_from_the_document():
    first = text_of(pdf_of("fr"))[0]
    assert "/100\u202f; l’Offre" in first
    assert "74\u00a0%" in first


@pytest.mark.parametrize(("language", "target"), [("fr", "cible"), ("en", "target")])
def test_kpis_with_values_stand_in_the_quadrant_of_the_result_pages(language, target):
    facts = msgspec.structs.replace(believable(language), results=results())
    page = text_of(draw(packed(facts)))[3]
    for said in (target, "105", "120", {"fr": "de la chance", "en": "luck"}[language]):
        assert said in page, said
    assert SPACED.findall(page) == []


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_drawn_as_text(name):
    facts = believable("fr", teams={"Commerce": {"Ventes": 9, "Boutique": 8}})
    nodes = [msgspec.structs.replace(node, name=name) for node in facts.results.nodes]
    facts = msgspec.structs.replace(
        facts, organisation=name, campaign=name, results=msgspec.structs.replace(facts.results, nodes=nodes)
    )
    content = draw(
        msgspec.json.encode(facts, order="deterministic") if "\ud800" not in name else _without_surrogates(facts)
    )
    assert len(PdfReader(BytesIO(content)).pages) == 8
    assert not re.search(rb"/(JavaScript|JS|URI|Launch|XObject)\b", content)


def test_nothing_leaves_the_page_however_long_its_words():
    facts = believable("fr", actions=54)
    name = "Équipe de l’accompagnement des clients " * 3 + "x" * 60
    nodes = [msgspec.structs.replace(node, name=f"{name}{order}") for order, node in enumerate(facts.results.nodes)]
    mask = [msgspec.structs.replace(facts.results.mask[0], name=f"{order}{name}") for order in range(40)]
    long = [_long(action, name) for action in facts.plan.actions]
    results = msgspec.structs.replace(facts.results, nodes=nodes, mask=mask)
    plan = msgspec.structs.replace(facts.plan, actions=long)
    for page in PdfReader(BytesIO(draw(packed(msgspec.structs.replace(facts, results=results, plan=plan))))).pages:
        page.extract_text(visitor_text=functools.partial(_stay, on=page))


def _stay(text, outer, inner, *_, on):
    """Where a text begins: inside the margins. Some events of the reader have no place, but no text either."""
    x = inner[4] * outer[0] + inner[5] * outer[2] + outer[4]
    y = inner[4] * outer[1] + inner[5] * outer[3] + outer[5]
    assert not text.strip() or (40 < x < on.mediabox.width - 40 and 20 < y < on.mediabox.height - 30), text


def _long(action, name):
    owner = msgspec.structs.replace(action.owner, name=name, team=name)
    texts = {"fr": action.first_step["fr"] * 5, "en": ""}
    title = {"fr": action.title["fr"] * 3, "en": ""}
    return msgspec.structs.replace(action, owner=owner, first_step=texts, title=title)


def _without_surrogates(facts):
    """A lone surrogate cannot even be encoded; what can be stored is drawn."""
    cleaned = facts.organisation.replace("\ud800", "")
    nodes = [msgspec.structs.replace(node, name=cleaned) for node in facts.results.nodes]
    results = msgspec.structs.replace(facts.results, nodes=nodes)
    return packed(msgspec.structs.replace(facts, organisation=cleaned, campaign=cleaned, results=results))


def test_what_the_font_lacks_is_a_visible_box():
    assert plain("a🦊b日", faces().regular.advances) == "a□b□"
    assert "□" in faces().regular.advances


@pytest.mark.parametrize("face", [faces().regular, faces().bold], ids=lambda face: face.name)
def test_every_character_that_we_print_has_a_glyph(face):
    said = [text for texts in SENTENCES.values() for text in texts.values()]
    said += [noun for nouns in COUNTED.values() for pair in nouns.values() for noun in pair]
    said += [month for months in SHORT_MONTHS.values() for month in months]
    said += _texts(msgspec.to_builtins(questionnaires())) + _texts(msgspec.to_builtins(library()))
    missing = {character for text in said for character in text + typeset(text, "fr") if character not in face.advances}
    assert not missing - {"\n"}
    assert {chr(code) for code in (0x202F, 0xA0, 0x153, 0x25CF, 0x25A0, 0x25B2, 0x2192, 0x25C6, 0x2265)} <= set(
        face.advances
    )
    assert len(face.advances) > len(REPERTOIRE) * 0.75


def _texts(value):
    if isinstance(value, dict):
        return [text for part in value.values() for text in _texts(part)]
    if isinstance(value, list):
        return [text for part in value for text in _texts(part)]
    return [value] if isinstance(value, str) else []


def test_the_font_is_made_alike_every_time():
    again = faces.__wrapped__()
    assert (again.regular.data, again.bold.data) == (faces().regular.data, faces().bold.data)


MEASURE = faces().regular.width


def ten(text):
    return MEASURE(text, 10)


def test_lines_never_leave_their_width():
    text = "Une phrase assez longue pour plusieurs lignes, avec uneseulechosequinesecoupepasmaisqu’ilfautcouper ici."
    for width in (20, 60, 130):
        assert all(ten(line) <= width for line in wrap(text, width, ten))
        assert all(ten(line) <= width for line in balanced(text, width, ten))
        assert ten(fit(text, width, ten)) <= width
        assert ten(pinched(text, width, ten)) <= width
        assert all(ten(line) <= width for line in clamp(wrap(text, width, ten), 2, width, ten))


def test_nothing_is_lost_where_there_is_room():
    text = "Écrire la charte\u00a0: étapes, responsable"
    assert " ".join(wrap(text, 80, ten)) == text
    assert fit(text, 500, ten) == pinched(text, 500, ten) == text
    assert wrap("", 100, ten) == []
    assert clamp(["a", "b"], 0, 100, ten) == []


def test_a_fixed_space_is_never_broken():
    assert wrap("environ 74\u00a0% de n\u00a0=\u00a072", 40, ten) == ["environ", "74\u00a0% de", "n\u00a0=\u00a072"]


def test_the_end_of_a_long_name_stays():
    assert pinched("Agence de Villeneuve-sur-Lot 17", 90, ten).endswith("17")
    assert fit("Agence de Villeneuve-sur-Lot 17", 90, ten).endswith("…")


def test_text_is_cut_and_endless_words_are_broken():
    drawable = faces().regular.advances
    assert len(plain("a" * 200_000, drawable)) < 4100
    assert max(map(len, plain("a" * 1000, drawable).split(" "))) == 60
    assert plain("a\u202e\x00b\nc", drawable) == "ab c"
