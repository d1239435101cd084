"""What the sections of a result page share: the view, links to explanations, tables that scroll, and pictures."""

from collections.abc import Sequence
from urllib.parse import quote
from uuid import UUID

from msgspec import Struct

from assess.frame import Reader, addressed
from assess.markup import Markup, element, joined
from assess.maturity.model import NodeResults, Result
from assess.report.findings import bounds, company, level, shown
from assess.report.page_sentences import tell
from assess.report.page_window import Window
from assess.report.pictures import PageFacts
from assess.typography import number
from assess.words import Language, Text

NOTHING = "—"
Cell = str | Markup


class Subject(Struct, frozen=True):
    """A sentence to discuss, and the address of what it is about inside the node's score."""

    sentence: Text
    of: str


class View(Struct, frozen=True, kw_only=True):
    """One page: the node that is looked at stands first in the facts. pictures: by name; trail: what is above it."""

    facts: PageFacts
    campaign_id: UUID
    pictures: dict[str, str]
    reader: Reader
    trail: list[tuple[str, str]]
    window: Window
    talk: list[Subject]

    @property
    def language(self) -> Language:
        return self.facts.language

    @property
    def node(self) -> NodeResults:
        return company(self.facts)


def path_of(campaign_id: UUID, node: NodeResults) -> str:
    """The address of a node's page."""
    return f"/results/{campaign_id}" if node.parent is None else f"/results/{campaign_id}/teams/{node.node}"


def explained(
    view: View, node: NodeResults, of: str | None, text: str, what: str | None = None, part: str = ""
) -> Markup:
    """A number that leads to its calculation, or to a ``part`` of that page (``#…``).

    what: said to whoever does not see the table around it.
    """
    path = f"/results/{view.campaign_id}/explanations/{node.score_id}"
    href = addressed(path, view.language, of=None if of is None else quote(of, safe="@:")) + part
    more = element("span", tell("explain.of", view.language, value="", what=what), class_="unseen") if what else None
    return element("a", text, more, href=href)


def valued(view: View, result: Result, of: str, node: NodeResults | None = None) -> Markup:
    """A level or rung as a link to its calculation, or a dash."""
    value = shown(result)
    if value is None:
        return Markup(NOTHING)
    return explained(view, node or view.node, of, level(value, view.language))


def interval_words(limits: tuple[float, float] | None, language: Language, decimals: int = 1) -> str:
    """``2,1 à 2,9``, or a dash."""
    if limits is None:
        return NOTHING
    low, high = (number(limit, language, decimals) for limit in limits)
    return tell("bounds", language, low=low, high=high)


def bounded(result: Result, language: Language) -> str:
    """The interval of a level or rung in words, or a dash."""
    return interval_words(bounds(result), language)


def signed(value: float, language: Language, decimals: int) -> str:
    """A number whose sign is always said."""
    return f"{'+' if value > 0 else ''}{number(value, language, decimals)}"


def rung_words(rung: float, language: Language) -> str:
    """A rung 0–5; of several teams a mean, with one decimal."""
    return number(rung, language, 0 if rung == int(rung) else 1)


class Column(Struct, frozen=True):
    """A column of a table; numbers stand at its end."""

    title: str
    end: bool = False


def table(caption: str, language: Language, columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> Markup:
    """A table in a region of its own; the first cell of a row is its head."""
    body = element("tbody", *(row_of(columns, row) for row in rows))
    return region(caption, language, element("table", element("caption", caption), head_of(columns), body))


def head_of(columns: Sequence[Column]) -> Markup:
    """The heads of columns."""
    heads = (element("th", each.title, scope="col", class_="end" if each.end else None) for each in columns)
    return element("thead", element("tr", *heads))


def row_of(columns: Sequence[Column], row: Sequence[Cell]) -> Markup:
    """A row; its first cell is its head."""
    cells = (
        element("td", cell, class_="end" if column.end else None)
        for column, cell in zip(columns[1:], row[1:], strict=True)
    )
    return element("tr", element("th", row[0], scope="row"), *cells)


def region(name: str, language: Language, content: Markup) -> Markup:
    """Where something wide scrolls by itself, also with the keyboard, so that the page never has to."""
    label = tell("region", language, table=name)
    return element("div", content, class_="scroll", role="region", tabindex=0, aria_label=label)


def picture(view: View, key: str) -> Markup | None:
    """A picture, if there is one."""
    drawn = view.pictures.get(key)
    return None if drawn is None else element("figure", Markup(drawn))


def section(key: str, title: str, *content: Markup | str | None) -> Markup:
    """A section with its own head, which can be linked to."""
    return element("section", element("h2", title, id=key), *content, aria_labelledby=key)


def paragraphs(texts: Sequence[str], class_: str | None = None) -> Markup:
    """One paragraph for each text that says something."""
    return joined(element("p", text, class_=class_) for text in texts if text)
