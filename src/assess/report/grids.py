"""Charts on a grid: the heat map of teams and steps, the time line of the plan, the load of the teams."""

from collections.abc import Sequence

from assess.report.contrast import Cell, Columns, Contrast, Row
from assess.report.pen import (
    ACCENT,
    GREY,
    INK,
    LABEL,
    LEVEL_RAMP,
    MUTED,
    PROCESS_COLOURS,
    SMALL,
    WASH,
    Box,
    Pen,
    Style,
    marker,
    named,
    paragraph,
    words,
)
from assess.report.plain import clamp, wrap
from assess.report.schedule import Load, Phase, Schedule, Span


def heat_map(pen: Pen, box: Box, page: Contrast) -> None:
    """A panel of steps over the whole width, or several of processes side by side."""
    by_step = any(columns.title for columns in page.columns)
    gutter = 22.0
    count = 1 if by_step else max(3, len(page.panels))
    width = (box.width - gutter * (count - 1)) / count
    foot = box.bottom - 34
    for order, rows in enumerate(page.panels):
        _panel(pen, Box(box.x + order * (width + gutter), box.y, width, foot - box.y), page.columns, rows)
    _heat_legend(pen, Box(box.x, foot + 8, box.width, 26), page)


def _panel(pen: Pen, box: Box, columns: Sequence[Columns], rows: Sequence[Row]) -> None:
    by_step = any(group.title for group in columns)
    names = 190.0 if by_step else box.width * 0.6
    cells = sum(len(group.titles) for group in columns)
    gap = 6.0 if by_step else 0.0
    side = (box.width - names - gap * (len(columns) - 1)) / max(1, cells)
    head = _heads(pen, Box(box.x + names, box.y, side, box.height), columns, gap)
    pitch = min(24.0, (box.height - head) / max(1, len(rows)))
    for order, row in enumerate(rows):
        y = box.y + head + order * pitch
        _row(pen, Box(box.x, y, names, pitch), row)
        _cells(pen, Box(box.x + names, y, side, pitch), columns, row.cells, gap)


def _heads(pen: Pen, cell: Box, columns: Sequence[Columns], gap: float) -> float:
    """Titles of processes, and of steps set slantwise in two lines; returns the height taken. ``cell``: the first column."""
    x = cell.x
    deep = any(group.title for group in columns)
    for group in columns:
        colour, width = PROCESS_COLOURS.get(group.process, GREY), cell.width * len(group.titles)
        if group.title:
            marker(pen, group.process, (x + 5, cell.y + 6), 3.6)
            words(
                pen,
                (x + 13, cell.y + 10),
                group.title,
                Style(size=LABEL.size, colour=colour, bold=True),
                width=width - 14,
            )
        for order, title in enumerate(group.titles):
            left = x + order * cell.width
            if deep:
                _step_head(pen, left, cell, title)
            else:
                marker(pen, group.process, (left + cell.width / 2, cell.y + 5), 3.4)
        x += width + gap
    return 95.0 if deep else 16.0


def _step_head(pen: Pen, left: float, cell: Box, title: str) -> None:
    size, length = 9.0, 72.0
    lines = clamp(
        wrap(pen.clean(title), length, lambda part: pen.width(part, size)),
        2,
        length,
        lambda part: pen.width(part, size),
    )
    first = left + cell.width / 2 + (3.3 if len(lines) == 1 else -1.7)
    for order, line in enumerate(lines):
        pen.upright((first + order * 10.2, cell.y + 90), line, size=size, colour=INK)


def _row(pen: Pen, box: Box, row: Row) -> None:
    indent, base = 10.0 * row.depth, box.y + box.height / 2 + 3.8
    size = min(LABEL.size, max(9.0, box.height * 0.52))
    note = pen.width(row.note, SMALL.size) + 8 if box.width > 150 else 0
    named(pen, (box.x + indent, base), row.name, Style(size=size, bold=row.whole), width=box.width - indent - note - 8)
    if note:
        pen.text((box.right - 8, base), row.note, size=SMALL.size, colour=GREY, anchor="end")


def _cells(pen: Pen, first: Box, columns: Sequence[Columns], cells: Sequence[Cell], gap: float) -> None:
    x, order = first.x, 0
    for group in columns:
        for _ in group.titles:
            _cell(pen, Box(x, first.y, first.width, first.height), cells[order])
            x, order = x + first.width, order + 1
        x += gap


def _cell(pen: Pen, box: Box, cell: Cell) -> None:
    inner = Box(box.x + 0.75, box.y + 0.75, box.width - 1.5, box.height - 1.5)
    middle = (inner.x + inner.width / 2, inner.y + inner.height / 2 + 3.4)
    if cell.level is not None:
        pen.rect(inner, fill=LEVEL_RAMP[cell.level - 1])
        colour = "#FFFFFF" if cell.level == 5 else "#000000"
        pen.text(middle, cell.text, size=9.5, colour=colour, anchor="middle")
    elif cell.hidden:
        pen.rect(inner, fill=WASH)
        pen.hatch(inner, colour=MUTED, gap=4.5)
        pen.rect(Box(middle[0] - 5, middle[1] - 9, 10, 11.5), fill="#FFFFFF", radius=2)
        pen.text(middle, cell.mark, size=SMALL.size, colour=GREY, anchor="middle")
    else:
        pen.rect(inner, stroke="#E8EBEE", thick=0.4)
        pen.text(middle, cell.mark, size=SMALL.size, colour=GREY, anchor="middle")


def _heat_legend(pen: Pen, box: Box, page: Contrast) -> None:
    x, y = box.x, box.y + 8
    for level, colour in enumerate(LEVEL_RAMP, start=1):
        pen.rect(Box(x, y - 9, 16, 12), fill=colour)
        pen.text(
            (x + 8, y), str(level), size=SMALL.size, colour="#FFFFFF" if level == 5 else "#000000", anchor="middle"
        )
        x += 17
    x = _legend_text(pen, (x + 5, y), page.scale)
    for mark, reason, hidden in page.legend:
        if hidden:
            pen.hatch(Box(x, y - 9, 16, 12), colour=MUTED)
            pen.rect(Box(x + 3.5, y - 8, 9, 10), fill="#FFFFFF", radius=2)
        pen.text((x + 8, y), mark, size=SMALL.size, colour=GREY, anchor="middle")
        x = _legend_text(pen, (x + 21, y), reason)
    for group in page.columns:
        if not group.title:
            marker(pen, group.process, (x + 4, y - 3), 3.6)
            x = _legend_text(pen, (x + 13, y), group.titles[0])
    words(
        pen,
        (box.x, y + 15),
        " · ".join(filter(None, [*page.notes, page.rest])),
        SMALL,
        width=box.width,
    )


def _legend_text(pen: Pen, at: tuple[float, float], text: str) -> float:
    pen.text(at, text, size=SMALL.size, colour=GREY)
    return at[0] + pen.width(text, SMALL.size) + 16


NAMES = 322.0
"""Width of the names on the left of the time line."""


def time_line(pen: Pen, box: Box, page: Schedule) -> float:
    """Bars of the actions by phase, and below them the load of the teams on the same months; returns the y below."""
    month = (box.width - NAMES) / len(page.months)
    _months(pen, Box(box.x + NAMES, box.y, month, 16), page.months)
    rows = sum(len(phase.spans) for phase in page.phases)
    loads = 30 + 15 * len(page.loads) if page.loads else 0
    pitch = min(30.0, (box.height - 20 - loads - 8 * len(page.phases)) / max(1, rows))
    y = box.y + 20
    for phase in page.phases:
        _phase(pen, Box(box.x, y, box.width, pitch), phase, month, len(page.months))
        y += pitch * len(phase.spans) + 8
    return _loads(pen, Box(box.x, y + 4, box.width, 15), page, month) if page.loads else y


def _months(pen: Pen, first: Box, months: Sequence[str]) -> None:
    every = 1 if first.width >= 24 else 2 if first.width >= 13 else 3
    for order, name in enumerate(months):
        if order % every == 0:
            middle = first.x + (order + 0.5) * first.width
            pen.text((middle, first.y + 10), name, size=SMALL.size, colour=GREY, anchor="middle")


def _phase(pen: Pen, row: Box, phase: Phase, month: float, months: int) -> None:
    """``row``: the first of the phase."""
    height = row.height * len(phase.spans)
    pen.rect(Box(row.x, row.y, row.width, height), fill=WASH)
    for order in range(months + 1):
        x = row.x + NAMES + order * month
        pen.line((x, row.y), (x, row.y + height), colour="#FFFFFF", thick=1)
    words(
        pen,
        (row.x + 8, row.y + row.height / 2 + 4),
        phase.title,
        Style(size=LABEL.size, colour=ACCENT, bold=True),
        width=76,
    )
    for order, span in enumerate(phase.spans):
        y = row.y + order * row.height
        pen.line((row.x, y), (row.right, y), colour="#FFFFFF", thick=1)
        _span(pen, Box(row.x, y, row.width, row.height), span, month)


def _span(pen: Pen, row: Box, span: Span, month: float) -> None:
    y = row.y + row.height / 2
    lines = 2 if row.height >= 23 and pen.width(pen.clean(span.title), 9.5) > NAMES - 100 else 1
    top = y - (12.4 if lines == 2 else 6.2)
    paragraph(pen, (row.x + 88, top), span.title, Style(size=9.5, leading=1.18), width=NAMES - 100, most=lines)
    left, right = row.x + NAMES + span.start * month, row.x + NAMES + (span.end + 1) * month
    if span.point:
        marker(pen, "trv", (left + month / 2, y), 5.5, hollow=True)
        return
    pen.rect(Box(left + 1.5, y - 6, right - left - 3, 12), fill=PROCESS_COLOURS.get(span.process, GREY), radius=2.5)
    _owner(pen, row, span, (left, right))


def _owner(pen: Pen, row: Box, span: Span, bar: tuple[float, float]) -> None:
    """Who, beside the bar: on its right, or on its left when there is more room."""
    y, left, right = row.y + row.height / 2 + 3.3, *bar
    after, before = row.right - right - 8, left - (row.x + NAMES) - 8
    if after >= min(pen.width(pen.clean(span.owner), SMALL.size), before):
        words(pen, (right + 5, y), span.owner, SMALL, width=after)
    else:
        words(pen, (left - 5, y), span.owner, SMALL, width=before, anchor="end")


def _loads(pen: Pen, row: Box, page: Schedule, month: float) -> float:
    """``row``: a line for the head, then one for each team; returns the y below."""
    words(pen, (row.x, row.y + 12), page.loads_title, Style(size=LABEL.size, colour=ACCENT, bold=True), width=NAMES - 8)
    _load_legend(pen, (row.x + NAMES, row.y + 12), page)
    y = row.y + 20
    for load in page.loads:
        _load(pen, Box(row.x, y, row.width, row.height), load, month)
        y += row.height
    return y


def _load(pen: Pen, row: Box, load: Load, month: float) -> None:
    named(pen, (row.x + 8, row.y + 10.5), load.team, Style(size=9.5), width=NAMES - 16)
    for order, share in enumerate(load.shares):
        cell = Box(row.x + NAMES + order * month + 1.5, row.y + 1.5, month - 3, row.height - 3)
        pen.rect(cell, fill=WASH)
        if share > 0:
            height = max(1.0, cell.height * share)
            colour = "#1F5F8B" if share >= 0.999 else "#8DBBDB"
            pen.rect(Box(cell.x, cell.bottom - height, cell.width, height), fill=colour)


def _load_legend(pen: Pen, at: tuple[float, float], page: Schedule) -> None:
    x, y = at
    pen.rect(Box(x + 2, y - 8, 10, 10), fill="#1F5F8B")
    x = _legend_text(pen, (x + 17, y), page.full)
    if page.decision:
        marker(pen, "trv", (x + 4, y - 3), 4.2, hollow=True)
        _legend_text(pen, (x + 14, y), page.decision)
