"""Charts for a column of the web, also one as narrow as a phone; each returns the height that it took.

The same pen draws them on paper: a page of the report is a wide column.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import product

from assess.report.charts import TRACK, Scale, scale, whisker
from assess.report.findings import side
from assess.report.pen import (
    ACCENT,
    GREY,
    INK,
    MUTED,
    PROCESS_COLOURS,
    RULE,
    WASH,
    Box,
    Pen,
    Style,
    marker,
    named,
    words,
)
from assess.report.profile import Dot, DotGroup, Profile
from assess.report.quadrant import Point, Quadrant
from assess.report.situation import Bar
from assess.report.views import Gap, Views

WIDE = 600.0
"""From this width on names stand beside the scale instead of above it."""
NAME = Style(size=12.5)
MARK = Style(size=11.5, colour=GREY)
RADIUS = 9.5
AXIS = 44.0


def bar_rows(pen: Pen, width: float, bars: Sequence[Bar]) -> float:
    """Index 0–100 of each process, from zero, with its interval; hatched where there is none."""
    place, pitch = scale(0, 100, 8, width - 46), 52.0
    for order, bar in enumerate(bars):
        _bar(pen, Box(0, order * pitch, width, pitch), bar, place)
    foot = pitch * len(bars)
    pen.line((place(0), foot), (place(100), foot), colour=MUTED)
    for tick in (0, 25, 50, 75, 100):
        pen.line((place(tick), foot - 2), (place(tick), foot + 2), colour=MUTED)
        pen.text((place(tick), foot + 15), str(tick), size=MARK.size, colour=GREY, anchor="middle")
    return foot + 20


def _bar(pen: Pen, box: Box, bar: Bar, place: Scale) -> None:
    colour, top = PROCESS_COLOURS.get(bar.process, GREY), box.y + 22
    marker(pen, bar.process, (14, box.y + 11), 4.6)
    words(pen, (26, box.y + 15.5), bar.title, Style(size=13.5, bold=not bar.beside), width=box.width - 80)
    track = Box(place(0), top, place(100) - place(0), 11 if bar.beside else 16)
    pen.rect(track, fill=TRACK)
    if bar.index is None:
        pen.hatch(track, colour=MUTED)
    else:
        pen.rect(Box(track.x, top, place(bar.index) - track.x, track.height), fill=colour)
        whisker(pen, place, bar.bounds, top + track.height / 2, colour=INK)
    at = (box.width, top + track.height / 2 + 6.5)
    pen.text(at, bar.value, size=18, colour=INK, bold=not bar.beside, anchor="end")


def dot_rows(pen: Pen, width: float, page: Profile) -> float:
    """Steps by process, each in two lines: name and mean, then dot, interval and target on the levels 1–5."""
    place = scale(1, 5, 8, width - 8)
    y = _dot_key(pen, (0, 12), page.legend) + 8
    for group in page.groups:
        y = _group(pen, Box(0, y, width, 40), group, place) + 12
    return y


def _group(pen: Pen, box: Box, group: DotGroup, place: Scale) -> float:
    colour = PROCESS_COLOURS.get(group.process, GREY)
    marker(pen, group.process, (6, box.y + 8), 4.6)
    words(pen, (18, box.y + 12.5), group.title, Style(size=13.5, colour=colour, bold=True), width=box.width - 18)
    y = box.y + 22
    for level in range(1, 6):
        pen.line((place(level), y + 18), (place(level), y + box.height * len(group.dots) - 4), colour=RULE)
    for dot in group.dots:
        _dot(pen, Box(0, y, box.width, box.height), dot, group.process, place)
        y += box.height
    for level in range(1, 6):
        pen.text((place(level), y + 9), str(level), size=MARK.size, colour=GREY, anchor="middle")
    return y + 10


def _dot(pen: Pen, row: Box, dot: Dot, process: str, place: Scale) -> None:
    y = row.y + 27
    named(pen, (0, row.y + 13), dot.title, NAME, width=row.width - 46)
    pen.line((place(1), y), (place(5), y), colour=RULE)
    if dot.value is None:
        pen.text((row.width, row.y + 13), "—", size=NAME.size, colour=GREY, anchor="end")
        pen.hatch(Box(place(1), y - 5, place(5) - place(1), 10), colour=MUTED, gap=5)
        return
    pen.text((row.width, row.y + 13), dot.written, size=NAME.size, colour=INK, bold=True, anchor="end")
    if dot.target is not None:
        pen.line((place(dot.target), y - 7), (place(dot.target), y + 7), colour=INK, thick=1.8)
    whisker(pen, place, dot.bounds, y, colour=PROCESS_COLOURS.get(process, GREY), thick=1.8)
    marker(pen, process, (place(dot.value), y), 5.2)


def _dot_key(pen: Pen, at: tuple[float, float], names: Sequence[str]) -> float:
    """Dot, interval and target, one after another; returns the y below."""
    x, y = at
    pen.circle((x + 5, y - 4), 4.6, fill=GREY, stroke=GREY)
    x = _said(pen, (x + 15, y), names[0])
    whisker(pen, lambda value: value, (x, x + 20), y - 4, colour=GREY, thick=1.8)
    x = _said(pen, (x + 26, y), names[1])
    pen.line((x + 2, y - 11), (x + 2, y + 3), colour=INK, thick=1.8)
    _said(pen, (x + 9, y), names[2])
    return y + 8


def _said(pen: Pen, at: tuple[float, float], text: str) -> float:
    pen.text(at, text, size=MARK.size, colour=GREY)
    return at[0] + pen.width(text, MARK.size) + 14


def quadrant_plot(pen: Pen, box: Box, page: Quadrant) -> float:
    """Rung (0–5) by the way to the target that is done (0–120 %); numbers refer to the table. Below: KPIs without a value.

    The box is as high as the part with values, which is left out where there is none; returns the y below everything.
    """
    left, valued = box.x + AXIS, any(point.share is not None for point in page.points)
    top, width = box.y + 24, box.width - AXIS
    foot = top + (box.height if valued else 0)
    strip = Box(left, foot + 6, width, _strip(page.points, 2 if box.width < WIDE else 3))
    across = scale(-0.5, 5.5, left, box.right)
    upwards = scale(-0.12, 1.5, foot, top)
    _bands(pen, Box(left, top, width, strip.bottom - top), page, across)
    if valued:
        _fields(pen, Box(left, top, width, foot - top), page, upwards, across(2.5))
    pen.rect(strip, stroke=RULE)
    words(pen, (left + 6, strip.bottom - 6), page.unknown, MARK, width=strip.width - 12)
    _points(pen, page.points, across, upwards, strip)
    return _rungs(pen, box, strip.bottom, page, across)


def _strip(points: Sequence[Point], beside: int) -> float:
    """The height that KPIs without a value take, so many of a rung ``beside`` one another."""
    crowds = Counter(round(point.rung) for point in points if point.share is None)
    return 26 + (2 * RADIUS + 2) * max(1, -(-max(crowds.values(), default=1) // beside))


def _bands(pen: Pen, box: Box, page: Quadrant, across: Scale) -> None:
    edge = across(2.5)
    pen.rect(Box(box.x, box.y, edge - box.x, box.height), fill=WASH)
    pen.rect(Box(edge, box.y, box.right - edge, box.height), fill="#E9F2F8")
    for middle, title, colour in (
        ((box.x + edge) / 2, page.bands[0], GREY),
        ((edge + box.right) / 2, page.bands[1], ACCENT),
    ):
        pen.text((middle, box.y - 8), title, size=12.5, colour=colour, bold=True, anchor="middle")


def _fields(pen: Pen, box: Box, page: Quadrant, upwards: Scale, edge: float) -> None:
    for share in (0.0, 0.5, 1.0):
        y = upwards(share)
        pen.line((box.x, y), (box.right, y), colour=INK if share == 1 else RULE, thick=1.2 if share == 1 else 0.6)
        name = page.target if share == 1 else f"{share * 100:.0f}"
        pen.text((box.x - 5, y + 4), name, size=MARK.size, colour=INK if share == 1 else GREY, anchor="end")
    live_bad, live_good, dead_good, dead_bad = page.corners
    for x, right, y, title in (
        (box.x, edge, box.y + 14, dead_good),
        (edge, box.right, box.y + 14, live_good),
        (box.x, edge, box.bottom - 5, dead_bad),
        (edge, box.right, box.bottom - 5, live_bad),
    ):
        words(pen, (x + 6, y), title, MARK, width=right - x - 10)


def _points(pen: Pen, points: Sequence[Point], across: Scale, upwards: Scale, strip: Box) -> None:
    taken: list[tuple[float, float]] = []
    for point in points:
        y = strip.y + 14 if point.share is None else upwards(point.share)
        centre = _free((across(side(point.rung)), y), taken, down_only=point.share is None)
        taken.append(centre)
        colour = PROCESS_COLOURS.get(point.process, GREY)
        pen.circle(centre, RADIUS, fill="#FFFFFF", stroke=colour, thick=2)
        at = (centre[0], centre[1] + 4)
        pen.text(at, str(point.number), size=11, colour=INK, bold=True, anchor="middle")


def _free(wished: tuple[float, float], taken: Sequence[tuple[float, float]], *, down_only: bool) -> tuple[float, float]:
    """The free place nearest to the one wished; points on one spot stand beside one another.

    down_only: where there is no value, row by row, so that as few rows as possible are taken.
    """
    step = 2 * RADIUS + 2
    if down_only:
        shifts = sorted(product(range(-1, 2), range(10)), key=lambda shift: (shift[1], abs(shift[0]), shift))
    else:
        shifts = sorted(product(range(-1, 2), range(-2, 3)), key=lambda shift: (shift[0] ** 2 + shift[1] ** 2, shift))
    places = [(wished[0] + right * step, wished[1] + down * step) for right, down in shifts]
    return next((place for place in places if all(_apart(place, other) for other in taken)), wished)


def _apart(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2 >= (2 * RADIUS + 1) ** 2


def _rungs(pen: Pen, box: Box, top: float, page: Quadrant, across: Scale) -> float:
    for rung, name in enumerate(page.scale):
        said = name if box.width >= WIDE else str(rung)
        pen.text((across(rung), top + 15), said, size=MARK.size, colour=GREY, anchor="middle")
    words(pen, (box.x + AXIS, top + 32), page.axis, MARK, width=box.width - AXIS)
    return top + 40


def gap_rows(pen: Pen, width: float, page: Views) -> float:
    """Two perspectives on each step: a filled dot for the first side, a hollow one for the second, a line between them."""
    beside = width >= WIDE
    left = 300.0 if beside else 0.0
    place = scale(1, 5, left + 34, width - 34)
    pitch, head = (38.0, 20.0) if beside else (62.0, 20.0)
    foot = head + pitch * len(page.gaps)
    for level, name in enumerate(page.scale, start=1):
        pen.line((place(level), head), (place(level), foot), colour=RULE)
        said = name if beside else str(level)
        pen.text((place(level), 12), said, size=MARK.size, colour=GREY, anchor="middle")
    for order, gap in enumerate(page.gaps):
        _gap(pen, Box(0, head + order * pitch, width, pitch), gap, place, left)
    return foot + 4


def _gap(pen: Pen, row: Box, gap: Gap, place: Scale, left: float) -> None:
    room = left - 12 if left else row.width
    pen.rect(Box(0, row.y, row.width if not left else left - 6, 33), fill="#FFFFFF")
    named(pen, (0, row.y + 14), gap.title, Style(size=NAME.size, bold=gap.whole), width=room)
    words(pen, (0, row.y + 29), f"● {gap.pair[0]}  ○ {gap.pair[1]}", MARK, width=room)
    y = row.y + (16 if left else 46)
    colour = PROCESS_COLOURS.get(gap.process, GREY)
    pen.line((place(gap.left), y), (place(gap.right), y), colour=colour, thick=3 if gap.flagged else 1.6)
    pen.circle((place(gap.left), y), 5, fill=colour, stroke=colour, thick=1.6)
    pen.circle((place(gap.right), y), 5, fill="#FFFFFF", stroke=colour, thick=1.6)
    low, high = sorted((gap.left, gap.right))
    told = dict(zip((gap.left, gap.right), gap.written, strict=True))
    pen.text((place(low) - 8, y + 4), told[low], size=MARK.size, colour=INK, anchor="end")
    pen.text((place(high) + 8, y + 4), told[high], size=MARK.size, colour=INK)
