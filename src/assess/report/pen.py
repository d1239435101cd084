"""What charts draw with: a pen that knows lines, shapes and words, and nothing of PDF.

Coordinates are points from the top left corner of the page, y downwards (as SVG counts), so that the same charts can be
drawn into a page of the web by another pen.
"""

import functools
from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from assess.report.plain import Measure, balanced, clamp, fit, pinched, wrap

INK, GREY, MUTED, RULE, WASH = "#1B1F24", "#5A626B", "#8A929B", "#D5DAE0", "#F4F6F8"
ACCENT = "#0072B2"
PROCESS_COLOURS = {"acq": "#0072B2", "off": "#D55E00", "exp": "#009E73", "trv": "#7A6A8E"}
"""Okabe–Ito blue, vermillion and green; a grey purple for what cuts across. Another process is grey."""
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

    def line(
        self, start: Point, end: Point, *, colour: str, thick: float = 0.6, dashes: Sequence[float] = ()
    ) -> None: ...

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

    def text(
        self, at: Point, text: str, *, size: float, colour: str, bold: bool = False, anchor: str = "start"
    ) -> None:
        """One line; ``at`` is on its base line."""

    def upright(self, at: Point, text: str, *, size: float, colour: str) -> None:
        """One line that runs upwards from ``at``."""


class Style(Struct, frozen=True, kw_only=True):
    """How words look. ``leading``: from base line to base line, in sizes."""

    size: float
    colour: str = INK
    bold: bool = False
    leading: float = 1.3

    def measure(self, pen: Pen) -> Measure:
        """The width of a text in this style."""
        return functools.partial(pen.width, size=self.size, bold=self.bold)


TITLE = Style(size=24, bold=True, leading=1.18)
LEAD = Style(size=15, colour=GREY, leading=1.35)
HEAD = Style(size=12, colour=ACCENT, bold=True, leading=1.6)
TEXT = Style(size=12)
TABLE = Style(size=10.5)
TABLE_GREY = Style(size=10.5, colour=GREY)
LABEL = Style(size=10.5)
NOTE = Style(size=9.5, colour=GREY)
SMALL = Style(size=9, colour=GREY)
"""The sizes of all pages: nothing is smaller than nine points."""


def words(pen: Pen, at: Point, text: str, style: Style, *, width: float, anchor: str = "start") -> None:
    """One line that never leaves ``width``: an ellipsis says that there was more."""
    line = fit(pen.clean(text), width, style.measure(pen))
    pen.text(at, line, size=style.size, colour=style.colour, bold=style.bold, anchor=anchor)


def named(pen: Pen, at: Point, name: str, style: Style, *, width: float) -> None:
    """A name on one line; where it is too long, its middle is left out."""
    line = pinched(pen.clean(name), width, style.measure(pen))
    pen.text(at, line, size=style.size, colour=style.colour, bold=style.bold)


def paragraph(
    pen: Pen, at: Point, text: str, style: Style, *, width: float, most: int = 20, even: bool = False
) -> float:
    """Lines below one another, the first one's top at ``at``; at most ``most``; returns the y below the last.

    even: lines of about equal length, for titles.
    """
    measure = style.measure(pen)
    broken = (balanced if even else wrap)(pen.clean(text), width, measure)
    x, y = at
    for line in clamp(broken, most, width, measure):
        pen.text((x, y + style.size * 0.95), line, size=style.size, colour=style.colour, bold=style.bold)
        y += style.size * style.leading
    return y


def fitting(pen: Pen, text: str, style: Style, width: float) -> Style:
    """``style``, or a little smaller where that shows the whole line."""
    smaller = Style(size=style.size * 0.875, colour=style.colour, bold=style.bold, leading=style.leading)
    return style if style.measure(pen)(pen.clean(text)) <= width else smaller


def height_of(pen: Pen, text: str, style: Style, *, width: float, most: int = 20) -> float:
    """The height that ``paragraph`` would take."""
    return min(most, len(wrap(pen.clean(text), width, style.measure(pen)))) * style.size * style.leading


def room_for(style: Style, height: float) -> int:
    """How many lines of ``style`` fit into ``height`` points."""
    return max(0, int(height / (style.size * style.leading)))


def marker(pen: Pen, process: str, centre: Point, radius: float, *, hollow: bool = False) -> None:
    """The process's own form in its own colour: circle, square, triangle or diamond."""
    x, y = centre
    stroke = PROCESS_COLOURS.get(process, GREY)
    fill = "#FFFFFF" if hollow else stroke
    if process in _FORMS:
        points = [(x + radius * across, y + radius * down) for across, down in _FORMS[process]]
        pen.polygon(points, fill=fill, stroke=stroke, thick=1.2)
    else:
        pen.circle(centre, radius, fill=fill, stroke=stroke, thick=1.2)


_FORMS: dict[str, list[Point]] = {
    "off": [(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
    "exp": [(0, -1.15), (1.1, 0.85), (-1.1, 0.85)],
    "trv": [(0, -1.25), (1.25, 0), (0, 1.25), (-1.25, 0)],
}
