"""Charts on a scale: bars, dots with their intervals, rungs. Every value has its interval and its n beside it."""

from collections.abc import Callable, Sequence

from assess.report.findings import ALIVE, side
from assess.report.indicators import Indicators, Rung
from assess.report.pen import (
    ACCENT,
    GREY,
    HEAD,
    INK,
    LABEL,
    MUTED,
    NOTE,
    PROCESS_COLOURS,
    RULE,
    SMALL,
    Box,
    Pen,
    Point,
    Style,
    marker,
    paragraph,
    words,
)
from assess.report.profile import Dot, DotGroup, Profile
from assess.report.situation import Bar

Scale = Callable[[float], float]
"""From a value to an x of the page."""

TRACK = "#ECEFF2"


def scale(low: float, high: float, left: float, right: float) -> Scale:
    """A linear scale; what lies outside is drawn at its edge."""
    return lambda value: left + (min(max(value, low), high) - low) / (high - low) * (right - left)


def whisker(
    pen: Pen, place: Scale, bounds: tuple[float, float] | None, y: float, *, colour: str, thick: float = 1.4
) -> None:
    """A horizontal interval with small ends."""
    if bounds is None:
        return
    low, high = place(bounds[0]), place(bounds[1])
    pen.line((low, y), (high, y), colour=colour, thick=thick)
    for end in (low, high):
        pen.line((end, y - 2.5), (end, y + 2.5), colour=colour, thick=thick)


def process_bars(pen: Pen, box: Box, bars: Sequence[Bar], axis: str) -> None:
    """Index 0–100 of each process, from zero, one colour each; the number stands at the end of its line."""
    place = scale(0, 100, box.x, box.right - 52)
    pitch = min(78.0, (box.height - 30) / max(1, len(bars)))
    foot = box.y + pitch * len(bars)
    for tick in (0, 25, 50, 75, 100):
        pen.line((place(tick), foot - 2), (place(tick), foot + 2), colour=MUTED)
        pen.text((place(tick), foot + 12), str(tick), size=SMALL.size, colour=GREY, anchor="middle")
    pen.line((place(0), foot), (place(100), foot), colour=MUTED)
    words(pen, (box.x, foot + 27), axis, SMALL, width=box.width)
    for order, bar in enumerate(bars):
        _bar(pen, Box(box.x, box.y + order * pitch, box.width, pitch), bar, place)


def _bar(pen: Pen, box: Box, bar: Bar, place: Scale) -> None:
    colour, thick = PROCESS_COLOURS.get(bar.process, GREY), 9.0 if bar.beside else 15.0
    marker(pen, bar.process, (box.x + 5, box.y + 8), 4.2)
    words(pen, (box.x + 16, box.y + 12), bar.title, Style(size=12, bold=not bar.beside), width=box.width - 70)
    top = box.y + 19
    pen.rect(Box(box.x, top, place(100) - box.x, thick), fill=TRACK)
    if bar.index is None:
        pen.hatch(Box(box.x, top, place(100) - box.x, thick), colour=MUTED)
    else:
        pen.rect(Box(box.x, top, place(bar.index) - box.x, thick), fill=colour)
        whisker(pen, place, bar.bounds, top + thick / 2, colour=INK)
    size = 16 if bar.beside else 22
    pen.text((box.right, top + thick / 2 + size * 0.36), bar.value, size=size, colour=INK, bold=True, anchor="end")
    words(pen, (box.x, top + thick + 13), bar.note, NOTE, width=box.width - 10)


def dot_plot(pen: Pen, box: Box, page: Profile) -> None:
    """Steps by process on the scale of levels: dot, interval, target tick; on the right mean, staged level, n."""
    left, right = box.x + 272, box.right - 138
    place = scale(1, 5, left, right)
    rows = sum(len(group.dots) for group in page.groups)
    gap, head = 7.0, 20.0
    pitch = min(24.0, (box.height - head - 22 - gap * len(page.groups)) / max(1, rows))
    foot = box.y + head + rows * pitch + gap * (len(page.groups) - 1)
    _levels(pen, box.y, foot, page.scale, [place(level) for level in range(1, 6)])
    for x, title in zip((box.right - 76, box.right - 34, box.right), page.columns, strict=True):
        pen.text((x, box.y + 9), title, size=SMALL.size, colour=GREY, anchor="end")
    y = box.y + head
    for group in page.groups:
        _dots(pen, Box(box.x, y, box.width, pitch), group, place, right)
        y += pitch * len(group.dots) + gap
    _dot_legend(pen, (left, foot + 20), page.legend)


def _levels(pen: Pen, top: float, foot: float, names: Sequence[str], places: Sequence[float]) -> None:
    for name, x in zip(names, places, strict=True):
        pen.line((x, top + 16), (x, foot), colour=RULE)
        pen.text((x, top + 9), name, size=SMALL.size, colour=GREY, anchor="middle")


def _dots(pen: Pen, box: Box, group: DotGroup, place: Scale, right: float) -> None:
    """``box``: the first row of the group."""
    colour = PROCESS_COLOURS.get(group.process, GREY)
    height = box.height * len(group.dots)
    pen.rect(Box(box.x, box.y + 1, 3, height - 2), fill=colour)
    words(
        pen,
        (box.x + 10, box.y + box.height / 2 + 4),
        group.title,
        Style(size=LABEL.size, colour=colour, bold=True),
        width=88,
    )
    for order, dot in enumerate(group.dots):
        _dot(pen, Box(box.x, box.y + order * box.height, box.width, box.height), dot, group.process, place, right)


def _dot(pen: Pen, row: Box, dot: Dot, process: str, place: Scale, right: float) -> None:
    y = row.y + row.height / 2
    words(pen, (row.x + 102, y + 4), dot.title, LABEL, width=142)
    if dot.value is None:
        left = place(1)
        pen.hatch(Box(left, y - 4, 26, 8), colour=MUTED, gap=3)
        words(pen, (left + 32, y + 3.5), dot.note, NOTE, width=right - left - 32)
        return
    if dot.target is not None:
        pen.line((place(dot.target), y - 5.5), (place(dot.target), y + 5.5), colour=INK, thick=1.6)
    whisker(pen, place, dot.bounds, y, colour=PROCESS_COLOURS.get(process, GREY))
    marker(pen, process, (place(dot.value), y), 4.4)
    pen.text((row.right - 76, y + 4), dot.written, size=LABEL.size, colour=INK, bold=True, anchor="end")
    pen.text((row.right - 34, y + 4), dot.staged, size=LABEL.size, colour=GREY, anchor="end")
    pen.text((row.right, y + 4), dot.note, size=9.5, colour=GREY, anchor="end")


def _dot_legend(pen: Pen, at: tuple[float, float], names: Sequence[str]) -> None:
    x, y = at
    pen.circle((x + 4, y - 3), 4, fill=GREY, stroke=GREY)
    x = _legend_text(pen, (x + 13, y), names[0])
    whisker(pen, lambda value: value, (x, x + 20), y - 3, colour=GREY)
    x = _legend_text(pen, (x + 26, y), names[1])
    pen.line((x + 2, y - 8.5), (x + 2, y + 2.5), colour=INK, thick=1.6)
    _legend_text(pen, (x + 9, y), names[2])


def _legend_text(pen: Pen, at: tuple[float, float], name: str) -> float:
    pen.text(at, name, size=SMALL.size, colour=GREY)
    return at[0] + pen.width(name, SMALL.size) + 20


def rung_plot(pen: Pen, box: Box, page: Indicators) -> None:
    """KPIs on the rungs 0–5: the confirmed rung as the process's form, filled when alive; mean and interval behind."""
    left, right = box.x + 318, box.right - 58
    place = scale(-0.4, 5.5, left, right)
    rows = sum(len(group) for group in page.groups)
    head, gap = 36.0, 6.0
    pitch = min(24.0, (box.height - head - 22 - gap * len(page.groups)) / max(1, rows))
    foot = box.y + head + rows * pitch + gap * (len(page.groups) - 1)
    _bands(pen, box.y, foot, page, place)
    y = box.y + head
    for group in page.groups:
        for rung in group:
            _rung(pen, Box(box.x, y, box.width, pitch), rung, place)
            y += pitch
        y += gap
    words(pen, (box.x, foot + 19), page.rest, SMALL, width=left - box.x)
    _rung_legend(pen, (left, foot + 19), page)


def _bands(pen: Pen, top: float, foot: float, page: Indicators, place: Scale) -> None:
    edge = place(ALIVE - 0.5)
    pen.rect(Box(edge, top, place(9) - edge, foot - top + 2), fill="#E9F2F8")
    pen.text(
        ((place(-1) + edge) / 2, top + 12), page.bands[0], size=LABEL.size, colour=GREY, bold=True, anchor="middle"
    )
    pen.text(
        ((place(9) + edge) / 2, top + 12), page.bands[1], size=LABEL.size, colour=ACCENT, bold=True, anchor="middle"
    )
    for number, name in enumerate(page.scale):
        pen.line((place(number), top + 32), (place(number), foot), colour=RULE)
        pen.text((place(number), top + 27), name, size=SMALL.size, colour=GREY, anchor="middle")


def _rung(pen: Pen, row: Box, rung: Rung, place: Scale) -> None:
    y = row.y + row.height / 2
    marker(pen, rung.process, (row.x + 5, y), 3.4)
    words(pen, (row.x + 16, y + 4), rung.label, LABEL, width=place(-1) - row.x - 24)
    if rung.rung is None:
        pen.hatch(Box(place(0) - 8, y - 4, 26, 8), colour=MUTED, gap=3)
        words(pen, (place(0) + 24, y + 3.5), rung.note, NOTE, width=place(5) - place(0))
        return
    whisker(pen, place, rung.bounds, y, colour=MUTED, thick=1)
    if rung.mean is not None:
        pen.line((place(rung.mean), y - 4), (place(rung.mean), y + 4), colour=MUTED, thick=1.6)
    marker(pen, rung.process, (place(side(rung.rung)), y), 4.8, hollow=rung.rung < ALIVE)
    pen.text((row.right, y + 4), rung.note, size=9.5, colour=GREY, anchor="end")


def _rung_legend(pen: Pen, at: Point, page: Indicators) -> None:
    x, y = at
    pen.circle((x + 4, y - 3), 4, fill=GREY, stroke=GREY)
    x = _legend_text(pen, (x + 13, y), page.legend[0])
    pen.line((x + 11, y - 7), (x + 11, y + 1), colour=MUTED, thick=1.6)
    if page.sure:
        whisker(pen, lambda value: value, (x, x + 22), y - 3, colour=MUTED, thick=1)
    _legend_text(pen, (x + (29 if page.sure else 19), y), page.legend[1])


def caption(pen: Pen, at: Point, text: str, width: float) -> float:
    """The head above a part of a page; returns the y below."""
    return paragraph(pen, at, text, HEAD, width=width)
