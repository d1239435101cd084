"""Which pictures a page of results has, what each is called, and how it is drawn wide and narrow; nothing of SVG."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from msgspec import Struct

from assess.maturity.model import CampaignResults
from assess.report.charts import dot_plot
from assess.report.model import ProcessWords
from assess.report.narrow import bar_rows, dot_rows, gap_rows, quadrant_plot
from assess.report.page_sentences import tell
from assess.report.pen import Box, Pen
from assess.report.profile import Profile, profile
from assess.report.quadrant import Quadrant, quadrant
from assess.report.situation import bar_of
from assess.report.views import views
from assess.words import Language

Drawn = Callable[[Pen, float, Any], float]
"""Draws one page's content into a column of a width, and returns the height."""


class PageFacts(Struct, frozen=True, kw_only=True):
    """Everything that a page says: ``results`` hold the node that is looked at, first, and those in its table of teams."""

    language: Language
    campaign: str
    starts_on: date
    ends_on: date
    processes: list[ProcessWords]
    results: CampaignResults


class Picture(Struct, frozen=True):
    """A picture: its key in the page, its name and description, and two ways to draw it, which return the height taken."""

    key: str
    name: str
    about: str
    wide: Callable[[Pen, float], float]
    narrow: Callable[[Pen, float], float]


def pictures(facts: PageFacts) -> list[Picture]:
    """The pictures that have something to show, of the first node alone."""
    bars = [bar_of(facts, words) for words in facts.processes]
    shown = any(bar.index is not None for bar in bars)
    found = [
        _of(facts, "bars", bars if shown else None, bar_rows, bar_rows),
        _of(facts, "dots", profile(facts), _dots, dot_rows),
        _of(facts, "kpis", quadrant(facts), _quadrant, _quadrant),
        _of(facts, "views", views(facts), gap_rows, gap_rows),
    ]
    return [picture for picture in found if picture is not None]


def _of(facts: PageFacts, key: str, page: Any, wide: Drawn, narrow: Drawn) -> Picture | None:
    """A picture of ``page``, if there is one."""
    if page is None:
        return None
    return _picture(facts, key, partial(_with, wide, page), partial(_with, narrow, page))


def _with(how: Drawn, page: Any, pen: Pen, width: float) -> float:
    return how(pen, width, page)


def _picture(
    facts: PageFacts, key: str, wide: Callable[[Pen, float], float], narrow: Callable[[Pen, float], float]
) -> Picture:
    return Picture(
        key, tell(f"picture.{key}", facts.language), tell(f"picture.{key}.about", facts.language), wide, narrow
    )


def _dots(pen: Pen, width: float, page: Profile) -> float:
    rows = sum(len(group.dots) for group in page.groups)
    height = 20 + 22 + 25.0 * rows + 7 * len(page.groups)
    dot_plot(pen, Box(0, 0, width, height), page)
    return height + 8


def _quadrant(pen: Pen, width: float, page: Quadrant) -> float:
    return quadrant_plot(pen, Box(0, 0, width, min(300.0, width * 0.55)), page)
