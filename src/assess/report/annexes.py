"""How the last two pages are drawn: three short lists, and the annex in two columns."""

from assess.report.annex import Annex, Line
from assess.report.charts import caption
from assess.report.pen import (
    GREY,
    RULE,
    SMALL,
    TABLE_GREY,
    TEXT,
    Box,
    Pen,
    Style,
    height_of,
    marker,
    paragraph,
    room_for,
    words,
)
from assess.report.staffing import Column, Staffing

GUTTER = 30.0
LINE = Style(size=10, leading=1.25)
LINE_GREY = Style(size=10, colour=GREY)


def staffing_body(pen: Pen, room: Box, page: Staffing) -> None:
    """Roles, removals and what was left out, side by side, on common lines."""
    width = (room.width - GUTTER * 2) / 3
    rows = max(1, *(len(column.entries) for column in page.columns))
    for order, column in enumerate(page.columns):
        _column(pen, Box(room.x + order * (width + GUTTER), room.y, width, room.height), column, rows)


def _column(pen: Pen, box: Box, column: Column, rows: int) -> None:
    """``rows``: entries of the longest column, by which all are spaced."""
    y = caption(pen, (box.x, box.y), column.title, box.width)
    pitch = min(118.0, (box.bottom - y - 18) / rows)
    head = Style(size=14 if rows <= 3 else 12, bold=True, leading=1.25)
    text = Style(size=12 if rows <= 3 else 10.5, colour=GREY)
    for entry in column.entries:
        pen.line((box.x, y), (box.right, y), colour=RULE)
        below = paragraph(pen, (box.x, y + 7), entry.head, head, width=box.width, most=3) + 3
        paragraph(
            pen, (box.x, below), entry.text, text, width=box.width, most=min(4, room_for(text, y + pitch - below))
        )
        y += pitch
    paragraph(pen, (box.x, y + 4), column.rest, TABLE_GREY, width=box.width)


def annex_body(pen: Pen, room: Box, page: Annex) -> None:
    """The other actions on the left, if there are any; what everything means on the right."""
    width = room.width * 0.57
    if page.lines:
        _lines(pen, Box(room.x, room.y, width, room.height), page)
        _notes(pen, Box(room.x + width + GUTTER, room.y, room.width - width - GUTTER, room.height), page)
    else:
        _notes(pen, room, page)


def _notes(pen: Pen, box: Box, page: Annex) -> None:
    """As large as fits: 12, 11, else 10 points."""
    styles = [Style(size=size, leading=1.36) for size in (TEXT.size, 11.0, 10.0)]
    style = next((style for style in styles if _notes_height(pen, page, style, box.width) <= box.height), styles[-1])
    y = box.y
    for note in page.notes:
        y = caption(pen, (box.x, y), note.head, box.width)
        y = paragraph(pen, (box.x, y), note.text, style, width=box.width, most=11) + 10
    y = caption(pen, (box.x, y), page.versions.head, box.width)
    paragraph(pen, (box.x, y), page.versions.text, SMALL, width=box.width, most=max(1, room_for(SMALL, box.bottom - y)))


def _notes_height(pen: Pen, page: Annex, style: Style, width: float) -> float:
    texts = sum(height_of(pen, note.text, style, width=width) + 10 for note in page.notes)
    return texts + 19.2 * (len(page.notes) + 1) + height_of(pen, page.versions.text, SMALL, width=width)


def _lines(pen: Pen, box: Box, page: Annex) -> None:
    """Titles take two lines when there is room for all of them."""
    y = caption(pen, (box.x, box.y), page.lines_title, box.width) + 1
    room = box.bottom - y - (18 if page.rest else 0)
    tall = [height_of(pen, line.title, LINE, width=box.width - 80, most=2) + 4.5 for line in page.lines]
    most = 2 if sum(tall) <= room else 1
    for line, height in zip(page.lines, tall, strict=True):
        _line(pen, Box(box.x, y, box.width, height), line, most)
        y += height if most == 2 else min(17.5, room / len(page.lines))
    words(pen, (box.x, y + 12), page.rest, LINE_GREY, width=box.width)


def _line(pen: Pen, box: Box, line: Line, most: int) -> None:
    marker(pen, line.process, (box.x + 4, box.y + 6), 3.2)
    words(pen, (box.x + 14, box.y + 9.5), line.when, LINE_GREY, width=64)
    paragraph(pen, (box.x + 80, box.y), line.title, LINE, width=box.width - 80, most=most)
