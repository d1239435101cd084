"""The pen that draws on A4 landscape pages of a PDF, with ReportLab. Workers only.

No dates, no random names: the same strokes give the same bytes.
"""

import functools
from collections.abc import Sequence
from io import BytesIO
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from assess.report.fonts import Face, faces
from assess.report.pen import Box, Point
from assess.report.plain import plain

WIDTH, HEIGHT = 841.89, 595.28
"""A4 landscape, in points."""

_NO_BREAK = "\u00a0"
_PRIVATE = 0xE000


class _Font(TTFont):  # type: ignore[misc]  # ReportLab has no types
    """ReportLab writes a no-break space as an ordinary one, and so it is copied and searched; here it stays what it is."""

    def splitString(self, text: str, doc: Any, encoding: str = "utf-8") -> Any:  # noqa: N802  # ReportLab's name
        state = self._assignState(doc)
        if _PRIVATE not in state.assignments:
            state.assignments[_PRIVATE] = state.nextCode
            state.subsets[0][state.nextCode] = ord(_NO_BREAK)
            state.nextCode += 1
        return super().splitString(text.replace(_NO_BREAK, chr(_PRIVATE)), doc, encoding)


class Paper:
    """A PDF in the making: a ``Pen``. ``finish`` gives its bytes."""

    def __init__(self, *, title: str, author: str, subject: str, language: str) -> None:
        _register()
        self._regular, self._bold = faces().regular, faces().bold
        self._out = BytesIO()
        self._canvas = Canvas(
            self._out,
            pagesize=(WIDTH, HEIGHT),
            pageCompression=1,
            invariant=1,
            lang=language,
            initialFontName=self._regular.name,
        )
        self._canvas.setTitle(self.clean(title))
        self._canvas.setAuthor(author)
        self._canvas.setSubject(self.clean(subject))
        self._canvas.setCreator("Assess")
        self._canvas.setProducer("Assess")
        self._canvas.setViewerPreference("DisplayDocTitle", "true")

    def bookmark(self, number: int, title: str) -> None:
        """An entry of the outline that leads to the present page."""
        self._canvas.bookmarkPage(f"page-{number}")
        self._canvas.addOutlineEntry(self.clean(title), f"page-{number}", level=0)

    def turn(self) -> None:
        """Go on to the next page."""
        self._canvas.showPage()

    def finish(self) -> bytes:
        """The bytes of the whole document."""
        self._canvas.save()
        return self._out.getvalue()

    def clean(self, text: str) -> str:
        return plain(text, self._regular.advances)

    def width(self, text: str, size: float, *, bold: bool = False) -> float:
        return self._face(bold).width(text, size)

    def line(self, start: Point, end: Point, *, colour: str, thick: float = 0.6, dashes: Sequence[float] = ()) -> None:
        self._ink(None, colour, thick)
        self._canvas.setDash(list(dashes))
        self._canvas.line(start[0], HEIGHT - start[1], end[0], HEIGHT - end[1])
        self._canvas.setDash()

    def rect(
        self, box: Box, *, fill: str | None = None, stroke: str | None = None, thick: float = 0.6, radius: float = 0
    ) -> None:
        self._ink(fill, stroke, thick)
        how = {"fill": int(fill is not None), "stroke": int(stroke is not None)}
        if radius:
            self._canvas.roundRect(box.x, HEIGHT - box.bottom, box.width, box.height, radius, **how)
        else:
            self._canvas.rect(box.x, HEIGHT - box.bottom, box.width, box.height, **how)

    def circle(
        self, centre: Point, radius: float, *, fill: str | None = None, stroke: str | None = None, thick: float = 0.6
    ) -> None:
        self._ink(fill, stroke, thick)
        x, y = centre
        self._canvas.circle(x, HEIGHT - y, radius, fill=int(fill is not None), stroke=int(stroke is not None))

    def polygon(
        self, points: Sequence[Point], *, fill: str | None = None, stroke: str | None = None, thick: float = 0.6
    ) -> None:
        self._ink(fill, stroke, thick)
        path = self._canvas.beginPath()
        path.moveTo(points[0][0], HEIGHT - points[0][1])
        for x, y in points[1:]:
            path.lineTo(x, HEIGHT - y)
        path.close()
        self._canvas.drawPath(path, fill=int(fill is not None), stroke=int(stroke is not None))

    def hatch(self, box: Box, *, colour: str, gap: float = 4) -> None:
        self._canvas.saveState()
        clip = self._canvas.beginPath()
        clip.rect(box.x, HEIGHT - box.bottom, box.width, box.height)
        self._canvas.clipPath(clip, stroke=0, fill=0)
        self._ink(None, colour, 0.5)
        strokes = int((box.width + box.height) / gap) + 1
        left, foot = box.x - box.height, HEIGHT - box.bottom
        self._canvas.lines(
            [(left + i * gap, foot, left + i * gap + box.height, foot + box.height) for i in range(strokes)]
        )
        self._canvas.restoreState()

    def text(
        self, at: Point, text: str, *, size: float, colour: str, bold: bool = False, anchor: str = "start"
    ) -> None:
        cleaned = self.clean(text)
        shift = {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor] * self.width(cleaned, size, bold=bold)
        self._canvas.setFillColor(_colour(colour))
        self._canvas.setFont(self._face(bold).name, size)
        self._canvas.drawString(at[0] - shift, HEIGHT - at[1], cleaned)

    def upright(self, at: Point, text: str, *, size: float, colour: str) -> None:
        self._canvas.saveState()
        self._canvas.translate(at[0], HEIGHT - at[1])
        self._canvas.rotate(90)
        self._canvas.setFillColor(_colour(colour))
        self._canvas.setFont(self._regular.name, size)
        self._canvas.drawString(0, 0, self.clean(text))
        self._canvas.restoreState()

    def _face(self, bold: bool) -> Face:  # noqa: FBT001  # private, and always named by its callers
        return self._bold if bold else self._regular

    def _ink(self, fill: str | None, stroke: str | None, thick: float) -> None:
        if fill is not None:
            self._canvas.setFillColor(_colour(fill))
        if stroke is not None:
            self._canvas.setStrokeColor(_colour(stroke))
            self._canvas.setLineWidth(thick)


@functools.cache
def _register() -> None:
    for face in (faces().regular, faces().bold):
        pdfmetrics.registerFont(_Font(face.name, BytesIO(face.data)))


@functools.cache
def _colour(code: str) -> Any:
    return HexColor(code)
