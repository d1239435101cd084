"""The report as a PDF: packed facts in, bytes out. Run by a worker process.

Every page has the same frame: what it is about, its conclusion, one line of "so what", one chart or table, a footer.
"""

import msgspec

from assess.report.annexes import annex_body, staffing_body
from assess.report.charts import caption, dot_plot, process_bars, rung_plot
from assess.report.contrast import Contrast
from assess.report.decisions import Decision, Decisions
from assess.report.grids import heat_map, time_line
from assess.report.indicators import Indicators
from assess.report.layout import Layout, Page, layout
from assess.report.model import ReportFacts
from assess.report.narrow import quadrant_plot
from assess.report.paper import HEIGHT, WIDTH, Paper
from assess.report.pen import (
    ACCENT,
    GREY,
    LABEL,
    LEAD,
    RULE,
    SMALL,
    TABLE,
    TABLE_GREY,
    TEXT,
    TITLE,
    WASH,
    Box,
    Style,
    fitting,
    marker,
    paragraph,
    room_for,
    words,
)
from assess.report.profile import Profile
from assess.report.quadrant import Quadrant
from assess.report.schedule import Schedule
from assess.report.situation import Situation
from assess.report.staffing import Staffing

MARGIN = 44.0
BODY = Box(MARGIN, 40, WIDTH - 2 * MARGIN, HEIGHT - 40 - 44)
LANGUAGES = {"fr": "fr-FR", "en": "en-GB"}

KICKER = Style(size=10, colour=ACCENT, bold=True)
STORY = Style(size=16, leading=1.35)
ACTION = Style(size=15, bold=True, leading=1.22)
WHO = Style(size=12, colour=ACCENT, bold=True)
STEP = Style(size=12, colour=GREY, leading=1.29)


def draw(facts: bytes) -> bytes:
    """The PDF of packed facts (``model.packed``); the same facts give the same bytes."""
    report = layout(msgspec.json.decode(facts, type=ReportFacts))
    paper = Paper(title=report.title, author="Assess", subject=report.subject, language=LANGUAGES[report.language])
    for number, page in enumerate(report.pages, start=1):
        paper.bookmark(number, page.title)
        _page(paper, page)
        _foot(paper, report, number)
        paper.turn()
    return paper.finish()


def _page(paper: Paper, page: Page) -> None:
    room = _head(paper, page)
    match page:
        case Situation():
            _situation(paper, room, page)
        case Profile():
            dot_plot(paper, room, page)
        case Contrast():
            heat_map(paper, room, page)
        case Indicators() if page.plot is not None:
            _kpis(paper, room, page.plot)
        case Indicators():
            rung_plot(paper, room, page)
        case Schedule():
            _schedule(paper, room, page)
        case Decisions():
            _decisions(paper, room, page)
        case Staffing():
            staffing_body(paper, room, page)
        case _:
            annex_body(paper, room, page)


def _head(paper: Paper, page: Page) -> Box:
    """Kicker, title and lead; returns what remains of the page."""
    words(paper, (BODY.x, BODY.y + 8), page.kicker, KICKER, width=BODY.width)
    y = paragraph(paper, (BODY.x, BODY.y + 18), page.title, TITLE, width=BODY.width, most=2, even=True) + 9
    style, most = (STORY, 2) if isinstance(page, Situation) else (LEAD, 2)
    for sentence in page.lead:
        y = paragraph(paper, (BODY.x, y), sentence, style, width=BODY.width, most=most)
    y += 13
    return Box(BODY.x, y, BODY.width, BODY.bottom - y)


def _foot(paper: Paper, report: Layout, number: int) -> None:
    y = HEIGHT - 24
    paper.line((BODY.x, y - 13), (BODY.right, y - 13), colour=RULE)
    words(paper, (BODY.x, y), report.footer, SMALL, width=BODY.width - 60)
    words(paper, (BODY.right, y), f"{number}/{len(report.pages)}", SMALL, width=60, anchor="end")


def _situation(paper: Paper, room: Box, page: Situation) -> None:
    height = room.height - 44
    left = Box(room.x, room.y, 304, height)
    below = caption(paper, (left.x, left.y), page.bars_title, left.width)
    process_bars(paper, Box(left.x, below, left.width, left.bottom - below), page.bars, page.axis)
    _three(paper, Box(room.x + 330, room.y, room.width - 330, height), page)
    _next(paper, Box(room.x, left.bottom + 12, room.width, 32), page)


def _three(paper: Paper, box: Box, page: Situation) -> None:
    if not page.decisions:
        paragraph(paper, (box.x, box.y), page.no_decision, STORY, width=box.width)
        return
    y = caption(paper, (box.x, box.y), page.decisions_title, box.width)
    pitch = (box.bottom - y) / 3
    for decision in page.decisions:
        _card(paper, Box(box.x, y, box.width, pitch), decision)
        y += pitch


def _card(paper: Paper, box: Box, decision: Decision) -> None:
    paper.line((box.x, box.y), (box.right, box.y), colour=RULE)
    paper.text((box.x, box.y + 26), str(decision.number), size=22, colour=ACCENT, bold=True)
    x, width = box.x + 28, box.width - 28
    y = paragraph(paper, (x, box.y + 9), decision.action, ACTION, width=width, most=2) + 3
    _who(paper, Box(x, y, width, 16), decision)
    most = min(3, room_for(STEP, box.bottom - y - 18))
    paragraph(paper, (x, y + 17), f"→ {decision.first_step}", STEP, width=width, most=most)


def _who(paper: Paper, box: Box, decision: Decision) -> None:
    """The owner on the left, with a ring when the role is vacant; the date on the right."""
    base, shift = box.y + 11.4, 13.0 if decision.vacant else 0.0
    words(paper, (box.right, base), decision.by, TEXT, width=200, anchor="end")
    if decision.vacant:
        marker(paper, "vacant", (box.x + 4, base - 4), 3.4, hollow=True)
    width = box.width - shift - paper.width(decision.by, TEXT.size) - 12
    words(paper, (box.x + shift, base), decision.owner, fitting(paper, decision.owner, WHO, width), width=width)


def _next(paper: Paper, box: Box, page: Situation) -> None:
    paper.rect(box, fill=WASH, radius=4)
    words(paper, (box.x + 12, box.y + 20.5), page.next_title, WHO, width=200)
    x = box.x + 26 + paper.width(page.next_title, WHO.size, bold=True)
    words(paper, (x, box.y + 20.5), page.next_date, TEXT, width=box.right - x - 12)


def _kpis(paper: Paper, room: Box, plot: Quadrant) -> None:
    """Names and ways done on the left, by number; the quadrant of the result pages on the right."""
    pitch, width = min(19.0, room.height / (len(plot.points) + 1)), 318.0
    for order, point in enumerate(plot.points):
        y = room.y + order * pitch + 12
        marker(paper, point.process, (room.x + 5, y - 4), 3.4)
        words(paper, (room.x + 16, y), f"{point.number}. {point.label}", LABEL, width=width - 60)
        paper.text((room.x + width, y), point.written, size=LABEL.size, colour=GREY, anchor="end")
    words(paper, (room.x + 16, room.y + len(plot.points) * pitch + 12), plot.rest, SMALL, width=width - 16)
    left = room.x + width + 20
    quadrant_plot(paper, Box(left, room.y, room.right - left, room.height * 0.6), plot)


def _schedule(paper: Paper, room: Box, page: Schedule) -> None:
    side = 116.0
    time_line(paper, Box(room.x, room.y, room.width - side - 22, room.height), page)
    x, y = room.right - side, room.y + 16
    for figure in filter(None, (page.now, page.then)):
        paper.text((x, y + 34), figure[0], size=40, colour=ACCENT if figure is page.then else GREY, bold=True)
        y = paragraph(paper, (x, y + 42), figure[1], TEXT, width=side) + 14
    y = paragraph(paper, (x, y), page.outlook, TABLE_GREY, width=side) + 18
    for process, title in page.processes:
        marker(paper, process, (x + 4, y + 6), 3.8)
        words(paper, (x + 14, y + 10), title, TABLE, width=side - 14)
        y += 17
    paragraph(paper, (x, y + 12), page.rest, TABLE_GREY, width=side)


ACTION_CELL = Style(size=12, bold=True, leading=1.28)
WHO_CELL = Style(size=10, colour=ACCENT, bold=True, leading=1.25)
COLUMNS = (0.0, 170.0, 368.0, 482.0, 662.0)
"""Where the columns of the decisions begin, of about 754 points: action, why, who, first step, date."""
CELL = Style(size=10, leading=1.25)
COLUMN_STYLES = (ACTION_CELL, CELL, WHO_CELL, CELL, CELL)


def _decisions(paper: Paper, room: Box, page: Decisions) -> None:
    for x, title in zip(COLUMNS, page.columns, strict=True):
        words(paper, (room.x + x, room.y + 6), title, Style(size=10, colour=GREY, bold=True), width=110)
    y, foot = room.y + 14, room.bottom - 48
    pitch = min(80.0, (foot - y) / len(page.decisions))
    for decision in page.decisions:
        paper.line((room.x, y), (room.right, y), colour=RULE)
        _decision(paper, Box(room.x, y, room.width, pitch), decision)
        y += pitch
    _follow_up(paper, Box(room.x, room.bottom - 40, room.width, 40), page)


def _decision(paper: Paper, row: Box, decision: Decision) -> None:
    cells = (decision.action, decision.why, decision.owner, decision.first_step, decision.date)
    ends = (*COLUMNS[1:], row.width + 12)
    for x, end, text, style in zip(COLUMNS, ends, cells, COLUMN_STYLES, strict=True):
        most = room_for(style, row.height - 9)
        paragraph(paper, (row.x + x, row.y + 6), text, style, width=end - x - 12, most=most)


def _follow_up(paper: Paper, box: Box, page: Decisions) -> None:
    paper.rect(box, fill=WASH, radius=4)
    width = (box.width - 20) / len(page.follow_up)
    for order, date in enumerate(page.follow_up):
        x = box.x + 12 + order * width
        words(paper, (x, box.y + 17), date.date, Style(size=10.5, bold=True), width=width - 6)
        words(paper, (x, box.y + 31), date.what, Style(size=10, colour=GREY), width=width - 6)
