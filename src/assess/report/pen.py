"""What charts draw with: a pen that knows lines, shapes and words, and nothing of PDF.

Coordinates are points from the top left corner of the page, y downwards (as SVG counts), so that the same charts can be
drawn into a page of the web by another pen.
"""

import functools
from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from assess.report.plain import balanced, clamp, fit, wrap

INK, GREY, MUTED, RULE, WASH = "#1B1F24", "#5A626B", "#8A929B", "#D5DAE0", "#F4F6F8"
ACCENT = "#0072B2"
PROCESS_COLOURS = {"acq": "#0072B2", "off": "#D55E00", "exp": "#009E73", "trv": "#7A6A8E"}
"""Okabe–Ito blue, vermillion and green; a grey purple for what cuts across. Another process is grey."""
PROCESS_MARKERS = {"acq": "●", "off": "■", "exp": "▲", "trv": "◆"}
"""The same coding by form, for those who do not see the colours."""
LEVEL_RAMP = ("#EFF3FF", "#BDD7E7", "#6BAED6", "#3182BD", "#08519C")
"""Levels 1–5, one hue; black text on the first four (5.06 : 1 on the fourth), white on the last (7.87 : 1)."""

Point = tuple[float, float]


class Box(Struct, frozen=True):
    """A rectangle of the page."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height


class Pen(Protocol):
    """Draws on one page after another. Colours are ``#RRGGBB``; ``anchor`` is start, middle or end."""

    def width(self, text: str, size: float, *, bold: bool = False) -> float:
        """Width in points, as ``text`` will be drawn."""

    def clean(self, text: str) -> str:
        """``text`` as it can be drawn (see ``plain``)."""

    def line(self, start: Point, end: Point, *, colour: str, thick: float = 0.6, dashes: Sequence[float] = ()) -> None: ...

    def rect(
        self, box: Box, *, fill: str | None = None, stroke: str | None = None, thick: float = 0.6, radius: float = 0
    ) -> None: ...

    def circle(
        self, centre: Point, radius: float, *, fill: str | None = None, stroke: str | None = None, thick: float = 0.6
    ) -> None: ...

    def polygon(
        self, points: Sequence[Point], *, fill: str | None = None, stroke: str | None = None, thick: float = 0.6
    ) -> None: ...

    def hatch(self, box: Box, *, colour: str, gap: float = 4) -> None:
        """Thin diagonal lines inside ``box``."""

    def text(self, at: Point, text: str, *, size: float, colour: str, bold: bool = False, anchor: str = "start") -> None:
        """One line; ``at`` is on its base line."""


def words(
    pen: Pen,
    at: Point,
    text: str,
    *,
    size: float,
    width: float,
    colour: str = INK,
    bold: bool = False,
    anchor: str = "start",
) -> None:
    """One line that never leaves ``width``: an ellipsis says that there was more."""
    measure = functools.partial(pen.width, size=size, bold=bold)
    pen.text(at, fit(pen.clean(text), width, measure), size=size, colour=colour, bold=bold, anchor=anchor)


def paragraph(
    pen: Pen,
    at: Point,
    text: str,
    *,
    size: float,
    width: float,
    colour: str = INK,
    bold: bool = False,
    leading: float = 1.35,
    most: int = 20,
    even: bool = False,
) -> float:
    """Lines below one another, the first one's top at ``at``; at most ``most``; returns the y below the last."""
    measure = functools.partial(pen.width, size=size, bold=bold)
    broken = (balanced if even else wrap)(pen.clean(text), width, measure)
    x, y = at
    for line in clamp(broken, most, width, measure):
        pen.text((x, y + size * 0.95), line, size=size, colour=colour, bold=bold)
        y += size * leading
    return y


def height_of(pen: Pen, text: str, *, size: float, width: float, bold: bool = False, leading: float = 1.35, most: int = 20) -> float:
    """The height that ``paragraph`` would take."""
    measure = functools.partial(pen.width, size=size, bold=bold)
    return min(most, len(wrap(pen.clean(text), width, measure))) * size * leading


def marker(pen: Pen, process: str, centre: Point, radius: float, *, hollow: bool = False) -> None:
    """The process's own form in its own colour: circle, square, triangle or diamond."""
    x, y = centre
    colour = PROCESS_COLOURS.get(process, GREY)
    look = {"fill": "#FFFFFF" if hollow else colour, "stroke": colour}
    if process == "off":
        side = radius * 0.9
        pen.rect(Box(x - side, y - side, 2 * side, 2 * side), **look, thick=1.2)
    elif process == "exp":
        pen.polygon([(x, y - radius * 1.15), (x + radius * 1.1, y + radius * 0.85), (x - radius * 1.1, y + radius * 0.85)], **look, thick=1.2)
    elif process == "trv":
        pen.polygon([(x, y - radius * 1.25), (x + radius * 1.25, y), (x, y + radius * 1.25), (x - radius * 1.25, y)], **look, thick=1.2)
    else:
        pen.circle(centre, radius, **look, thick=1.2)
