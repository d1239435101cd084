"""The pen that draws pictures of web pages: SVG as text, with the measures of the report's font. Workers only.

Browsers set these words in a font of their own; each is told the length that was measured, so that nothing ever overlaps. No
identifier, no style, no script: several pictures can stand in one page under the strictest policy. What several strokes or words
share is said once: a picture travels with its page.
"""

from collections.abc import Callable, Sequence

from msgspec import Struct

from assess.markup import Markup, element
from assess.report.fonts import Face, faces
from assess.report.pen import Box, Pen, Point
from assess.report.pictures import PageFacts, Picture, pictures
from assess.report.plain import plain

FONT = "system-ui, Segoe UI, Roboto, Helvetica Neue, Arial, sans-serif"
SHORT = 10
"""Letters of a number or a short word, which need not be told their length."""


class Stroke(Struct, frozen=True):
    """How a line looks."""

    colour: str
    thick: str
    dashes: str | None


class Look(Struct, frozen=True):
    """How words look."""

    size: str
    colour: str
    weight: str | None
    anchor: str | None


class SvgPen:
    """A picture in the making: a ``Pen`` on a page of ``width`` points whose height is told at its end.

    Words stand above all shapes.
    """

    def __init__(self, width: float) -> None:
        self._width = width
        self._regular, self._bold = faces().regular, faces().bold
        self._shapes: list[Markup] = []
        self._words: dict[Look, list[Markup]] = {}
        self._stroke: Stroke | None = None
        self._path: list[str] = []

    def finish(self, height: float, *, name: str, about: str, class_: str) -> Markup:
        """The picture, with its name and what it shows for whoever does not see it."""
        self._lift()
        words = [_worded(look, words) for look, words in self._words.items()]
        return element(
            "svg",
            element("title", name),
            element("desc", about),
            *self._shapes,
            *words,
            viewBox=f"0 0 {_short(self._width)} {_short(height)}",
            role="img",
            class_=class_,
            font_family=FONT,
            xmlns="http://www.w3.org/2000/svg",
        )

    def clean(self, text: str) -> str:
        return plain(text, self._regular.advances)

    def width(self, text: str, size: float, *, bold: bool = False) -> float:
        return self._face(bold=bold).width(text, size)

    def line(self, start: Point, end: Point, *, colour: str, thick: float = 0.6, dashes: Sequence[float] = ()) -> None:
        dashed = " ".join(map(_short, dashes)) or None
        self._draw(Stroke(colour, _short(thick), dashed), _from(start, end))

    def rect(
        self, box: Box, *, fill: str | None = None, stroke: str | None = None, thick: float = 0.6, radius: float = 0
    ) -> None:
        place = {"x": _short(box.x), "y": _short(box.y), "width": _short(box.width), "height": _short(box.height)}
        self._add("rect", fill, stroke, thick, **place, rx=_short(radius) if radius else None)

    def circle(
        self, centre: Point, radius: float, *, fill: str | None = None, stroke: str | None = None, thick: float = 0.6
    ) -> None:
        self._add("circle", fill, stroke, thick, cx=_short(centre[0]), cy=_short(centre[1]), r=_short(radius))

    def polygon(
        self, points: Sequence[Point], *, fill: str | None = None, stroke: str | None = None, thick: float = 0.6
    ) -> None:
        self._add("polygon", fill, stroke, thick, points=" ".join(f"{_short(x)},{_short(y)}" for x, y in points))

    def hatch(self, box: Box, *, colour: str, gap: float = 4) -> None:
        for order in range(1, int((box.width + box.height) / gap) + 1):
            self._draw(Stroke(colour, "0.5", None), _across(box, order * gap))

    def text(
        self, at: Point, text: str, *, size: float, colour: str, bold: bool = False, anchor: str = "start"
    ) -> None:
        look = Look(_short(size), colour, "600" if bold else None, None if anchor == "start" else anchor)
        self._write(text, look, self.width(self.clean(text), size, bold=bold), x=_short(at[0]), y=_short(at[1]))

    def upright(self, at: Point, text: str, *, size: float, colour: str) -> None:
        x, y = map(_short, at)
        look, length = Look(_short(size), colour, None, None), self.width(self.clean(text), size)
        self._write(text, look, length, x=x, y=y, transform=f"rotate(-90 {x} {y})")

    def _write(self, text: str, look: Look, width: float, **place: str) -> None:
        line = self.clean(text)
        if not line:
            return
        length = {"textLength": _short(width), "lengthAdjust": "spacingAndGlyphs"} if len(line) > SHORT else {}
        self._words.setdefault(look, []).append(element("text", line, **place, **length))

    def _draw(self, stroke: Stroke, path: str) -> None:
        """Strokes of one look that follow one another are one path."""
        if stroke != self._stroke:
            self._lift()
            self._stroke = stroke
        self._path.append(path)

    def _lift(self) -> None:
        """Write down the strokes so far."""
        if self._stroke is not None:
            look = {"stroke": self._stroke.colour, "stroke_width": self._stroke.thick}
            dashed = {"stroke_dasharray": self._stroke.dashes}
            self._shapes.append(element("path", d="".join(self._path), fill="none", **look, **dashed))
            self._stroke, self._path = None, []

    def _add(self, shape: str, fill: str | None, stroke: str | None, thick: float, **place: str | None) -> None:
        self._lift()
        look = {"fill": fill or "none", "stroke": stroke, "stroke_width": _short(thick) if stroke else None}
        self._shapes.append(element(shape, **place, **look))

    def _face(self, *, bold: bool) -> Face:
        return self._bold if bold else self._regular


def draw(facts: PageFacts) -> dict[str, str]:
    """The pictures of a page by name, each twice: for wide windows and for narrow ones."""
    return {
        picture.key: _drawn(picture, picture.wide, 760, "wide") + _drawn(picture, picture.narrow, 340, "narrow")
        for picture in pictures(facts)
    }


def _drawn(picture: Picture, how: Callable[[Pen, float], float], width: float, class_: str) -> str:
    pen = SvgPen(width)
    return pen.finish(how(pen, width), name=picture.name, about=picture.about, class_=class_)


def _worded(look: Look, words: Sequence[Markup]) -> Markup:
    """Words of one look."""
    return element("g", *words, font_size=look.size, fill=look.colour, font_weight=look.weight, text_anchor=look.anchor)


def _across(box: Box, far: float) -> str:
    """One stroke of the hatch, upwards to the right, inside of the box; ``far``: where it would begin, from the left and down."""
    start = (box.x, box.y + far) if far <= box.height else (box.x + far - box.height, box.bottom)
    end = (box.x + far, box.y) if far <= box.width else (box.right, box.y + far - box.width)
    return _from(start, end)


def _from(start: Point, end: Point) -> str:
    return f"M{_short(start[0])} {_short(start[1])}L{_short(end[0])} {_short(end[1])}"


def _short(value: float) -> str:
    """A number with at most one decimal."""
    return f"{value:.1f}".removesuffix(".0")
