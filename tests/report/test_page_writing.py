"""Pages and facts in the worker: what it makes of bytes that nobody has read, and what the server keeps of its pages."""

from xml.etree import ElementTree

import msgspec
import pytest
from believable import believable, questionnaires
from looked_at import CAMPAIGN, COMPANY, results
from msgspec.structs import replace

from assess.frame import Reader
from assess.report.model import ReportFacts, packed
from assess.report.page_facts import NodeFacts
from assess.report.page_service import Gallery
from assess.report.page_window import Window
from assess.report.page_writing import node
from assess.report.pinning import pin

pytestmark = pytest.mark.anyio


def gathered(nodes=None, language="fr"):
    """What the server hands over for the page of the company."""
    found = results()
    return msgspec.json.encode(
        NodeFacts(
            language=language,
            reader=Reader("Ana", "Maison Verdelune"),
            campaign_id=CAMPAIGN,
            campaign="Baromètre client 2026",
            starts_on=believable().starts_on,
            ends_on=believable().ends_on,
            questionnaires=questionnaires(),
            node=COMPANY,
            results=msgspec.Raw(msgspec.json.encode(replace(found, nodes=found.nodes if nodes is None else nodes))),
            above=[],
            window=Window(),
        )
    )


@pytest.mark.parametrize(("language", "conclusion"), [("fr", "maillon faible"), ("en", "weakest link")])
def test_a_page_is_written_from_what_the_server_has_not_read(language, conclusion):
    page = ElementTree.fromstring(node(gathered(language=language)).decode())
    assert conclusion in next(page.iter("h1")).text
    assert len(list(page.iter("{http://www.w3.org/2000/svg}svg"))) == 8
    assert {section.attrib["aria-labelledby"] for section in page.iter("section")} > {"processes", "teams", "talk"}


@pytest.mark.parametrize("kept", [[], results().nodes[1:]], ids=["nothing is kept", "only others are kept"])
def test_a_node_without_results_has_no_page(kept):
    assert node(gathered(kept)) is None


@pytest.mark.parametrize("change", [list, lambda nodes: nodes[::-1]], ids=["in order", "backwards"])
def test_facts_are_pinned_alike_however_they_are_kept(change):
    """The digest of a report depends on what its facts say, not on how a database sets JSON or sorts rows."""
    facts = msgspec.json.decode(packed(believable()), type=ReportFacts)
    nodes = [replace(each, key=f"n-{order:02}") for order, each in enumerate(facts.results.nodes)]
    kept = replace(facts, processes=[], results=replace(facts.results, nodes=change(nodes)))
    spaced = msgspec.json.format(msgspec.json.encode(kept), indent=3)
    pinned = pin(spaced, msgspec.json.encode(questionnaires()))
    assert pinned == packed(replace(facts, results=replace(facts.results, nodes=nodes)))


async def test_a_page_is_written_once_and_the_one_unseen_longest_makes_room():
    gallery, written = Gallery(most=2), []

    async def page(etag):
        async def write():
            written.append(etag)
            return etag.encode()

        return await gallery.page(etag, write)

    for etag in ("a", "b", "a", "c", "a", "b"):
        assert await page(etag) == etag.encode()
    assert written == ["a", "b", "c", "b"]


async def test_a_page_that_could_not_be_written_is_written_when_it_is_asked_for_again():
    gallery = Gallery()

    async def failing():
        raise RuntimeError("no worker")

    async def good():
        return b"page"

    with pytest.raises(RuntimeError, match="no worker"):
        await gallery.page("a", failing)
    assert await gallery.page("a", good) == b"page"
