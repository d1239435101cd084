"""Pictures of the pages: drawn by the charts of the report, well-formed, free of anything that runs, and light."""

import subprocess
import sys
from xml.etree import ElementTree

import pytest
from believable import identity
from looked_at import COMPANY, page_facts, results
from msgspec.structs import replace

from assess.report.narrow import RADIUS, quadrant_plot
from assess.report.pen import Box
from assess.report.pictures import pictures
from assess.report.quadrant import quadrant
from assess.report.svg import SvgPen, draw
from assess.typography import faults
from assess.words import LANGUAGES

SVG = "{http://www.w3.org/2000/svg}"
SHAPES = {"svg", "g", "title", "desc", "path", "rect", "circle", "polygon", "text"}
LOOKS = {
    "viewBox",
    "role",
    "class",
    "font-family",
    "d",
    "fill",
    "stroke",
    "stroke-width",
    "stroke-dasharray",
    "x",
    "y",
    "width",
    "height",
    "rx",
    "cx",
    "cy",
    "r",
    "points",
    "font-size",
    "font-weight",
    "text-anchor",
    "textLength",
    "lengthAdjust",
    "transform",
}


def drawn(language="fr", node=COMPANY):
    """The two drawings of each picture of a node's page, parsed: wide, narrow."""
    found = draw(page_facts(language, node))
    return {key: list(ElementTree.fromstring(f"<g>{svg}</g>")) for key, svg in found.items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_company_has_four_pictures_each_for_two_widths(language):
    found = drawn(language)
    assert sorted(found) == ["bars", "dots", "kpis", "views"]
    for two in found.values():
        assert [svg.attrib["class"] for svg in two] == ["wide", "narrow"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_picture_has_a_name_and_says_what_it_shows(language):
    for two in drawn(language).values():
        for svg in two:
            assert svg.attrib["role"] == "img"
            assert svg[0].tag == f"{SVG}title"
            assert svg[1].tag == f"{SVG}desc"
            assert len(svg[1].text) > 40


def test_pictures_consist_of_shapes_and_words_alone():
    for two in drawn().values():
        for svg in two:
            for element in svg.iter():
                assert element.tag.removeprefix(SVG) in SHAPES
                assert set(element.attrib) <= LOOKS


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_of_pictures_are_set_as_their_language_asks(language):
    for two in drawn(language).values():
        texts = [element.text for svg in two for element in svg.iter() if element.text]
        assert len(texts) > 8
        assert [text for text in texts if set(faults(text, language)) - {"double_space"}] == []


def test_nothing_is_drawn_outside_of_its_picture():
    for key, two in drawn().items():
        for svg in two:
            width, height = map(float, svg.attrib["viewBox"].split()[2:])
            texts = [(group, text) for group in svg.iter(f"{SVG}g") for text in group]
            assert len(texts) == len(list(svg.iter(f"{SVG}text"))) > 8
            for group, text in texts:
                length = float(text.attrib.get("textLength", 0))
                shift = {"start": 0, "middle": 0.5, "end": 1}[group.attrib.get("text-anchor", "start")] * length
                left = float(text.attrib["x"]) - shift
                assert left >= -0.5, (key, text.text)
                assert left + length <= width + 0.5, (key, text.text)
                assert 0 < float(text.attrib["y"]) <= height, (key, text.text)


def test_the_same_facts_give_the_same_pictures():
    assert draw(page_facts("fr")) == draw(page_facts("fr"))


def test_pictures_show_one_node_and_neither_its_name_nor_the_mask():
    facts = page_facts("fr")
    first = replace(facts.results.nodes[0], name="Nobody")
    alone = replace(facts, campaign="Nothing", results=replace(facts.results, nodes=[first], mask=[]))
    assert len(facts.results.nodes) > 5
    assert draw(alone) == draw(facts)


def test_a_hidden_team_has_no_picture():
    assert drawn(node=identity("Données")) == {}


def test_hatching_stays_in_its_box():
    for box in (Box(3, 5, 40, 9), Box(0, 0, 4, 70), Box(10, 10, 12, 12)):
        pen = SvgPen(100)
        pen.hatch(box, colour="#000000", gap=3)
        path = ElementTree.fromstring(pen.finish(100, name="n", about="a", class_="c"))[2].attrib["d"]
        points = [tuple(map(float, point.split())) for point in path.replace("L", "M").split("M")[1:]]
        assert len(points) > 6
        assert all(box.x <= x <= box.right and box.y <= y <= box.bottom for x, y in points)


def test_hostile_words_are_only_words():
    pen = SvgPen(100)
    for text in ("<script>alert(1)</script>", "]]>", "\ud800\x00\x1b", "&amp;", '"onload="', "日本語"):
        pen.text((0, 10), text, size=10, colour="#000000")
    svg = ElementTree.fromstring(pen.finish(20, name='"<x>', about="&", class_="c"))
    assert {element.tag for element in svg.iter()} == {f"{SVG}{name}" for name in ("svg", "title", "desc", "g", "text")}
    assert svg[0].text == '"<x>'


def test_kpis_on_one_spot_stand_beside_one_another():
    facts = page_facts("fr")
    page = quadrant(facts)
    assert page is not None
    one_spot = [replace(point, rung=2.0, share=0.5) for point in page.points[:9]]
    pen = SvgPen(760)
    height = quadrant_plot(pen, Box(0, 0, 760, 300), replace(page, points=one_spot))
    svg = ElementTree.fromstring(pen.finish(height, name="n", about="a", class_="c"))
    centres = [(float(each.attrib["cx"]), float(each.attrib["cy"])) for each in svg.iter(f"{SVG}circle")]
    assert len(centres) == 9
    gaps = [((x - a) ** 2 + (y - b) ** 2) ** 0.5 for at, (x, y) in enumerate(centres) for a, b in centres[at + 1 :]]
    assert min(gaps) >= 2 * RADIUS


@pytest.mark.parametrize("width", [340, 760])
def test_many_kpis_without_a_value_have_room_enough(width):
    page = quadrant(page_facts("fr"))
    assert page is not None
    crowd = [replace(page.points[0], number=number, rung=1.0 + number % 2, share=None) for number in range(1, 21)]
    pen = SvgPen(width)
    height = quadrant_plot(pen, Box(0, 0, width, 180), replace(page, points=crowd))
    svg = ElementTree.fromstring(pen.finish(height, name="n", about="a", class_="c"))
    centres = [(float(each.attrib["cx"]), float(each.attrib["cy"])) for each in svg.iter(f"{SVG}circle")]
    gaps = [((x - a) ** 2 + (y - b) ** 2) ** 0.5 for at, (x, y) in enumerate(centres) for a, b in centres[at + 1 :]]
    assert min(gaps) >= 2 * RADIUS
    strip = list(svg.iter(f"{SVG}rect"))[-1].attrib
    assert max(y for _, y in centres) + RADIUS <= float(strip["y"]) + float(strip["height"]) - 12


def test_without_any_value_there_is_no_scale_of_values():
    page = quadrant(page_facts("fr"))
    assert page is not None
    bare = replace(page, points=[replace(point, share=None) for point in page.points])
    heights = [quadrant_plot(SvgPen(760), Box(0, 0, 760, 300), each) for each in (page, bare)]
    assert heights[0] - heights[1] > 200


def test_pictures_are_light():
    for svg in draw(page_facts("fr")).values():
        assert len(svg.encode()) < 60_000


def test_which_pictures_there_are_is_known_without_the_font():
    found = pictures(page_facts("fr", found=results()))
    assert [picture.key for picture in found] == ["bars", "dots", "kpis", "views"]
    code = (
        "import sys, assess.report.pages, assess.report.pictures, assess.tenancy.sign_in;"
        "print(*({name.split('.')[0] for name in sys.modules} & {'fontTools', 'reportlab', 'numpy'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
