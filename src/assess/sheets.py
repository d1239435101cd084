"""Sheets: CSV as people's spreadsheets write it, read strictly and all at once.

UTF-8 with or without a byte-order mark, comma or semicolon, a header line. Every problem is found before anything is refused,
each with its line; on the way out a cell that a spreadsheet would run as a formula is made a text.
"""

import csv
import io
from collections.abc import Collection, Iterable, Iterator, Sequence

from msgspec import Struct

from assess.errors import Finding, Invalid, Malformed

MAX_ROWS = 50_000
TOLD = 100
"""Findings that a refusal tells; all of them are counted."""
_ECHO = 200
"""Letters of what was received that are said again."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class SheetUnreadable(Malformed):
    """The sheet cannot be read as CSV in UTF-8."""

    title_fr = "La feuille n’est pas lisible comme un CSV en UTF-8."


class SheetInvalid(Invalid):
    """Lines of the sheet break rules; nothing was imported."""

    title_fr = "Des lignes de la feuille enfreignent des règles ; rien n’a été importé."


class Row(Struct, frozen=True):
    """A line of the sheet: its number as an editor shows it, and its cells by column, stripped."""

    line: int
    cells: dict[str, str]


def read_sheet(body: bytes, columns: Sequence[str], *, required: Collection[str], told: int = TOLD) -> list[Row]:
    """The rows of a CSV body; raises SheetUnreadable, or SheetInvalid with the first ``told`` findings."""
    header, below = open_sheet(body, columns, required=required)
    lines = list(below)
    check_size(len(lines), columns, MAX_ROWS)
    findings = [width_finding(line, cells, header) for line, cells in lines if len(cells) != len(header)]
    if findings:
        raise SheetInvalid(how_many(len(findings), told), errors=findings[:told])
    return [Row(line, dict(zip(header, cells, strict=True))) for line, cells in lines]


def open_sheet(
    body: bytes, columns: Sequence[str], *, required: Collection[str]
) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """The header of a CSV body and, read one by one, the lines below it: number and cells, stripped, empty lines left out.

    For sheets too long to be kept as ``Row``; widths and size are left to the caller. Raises SheetUnreadable, also on the way,
    or SheetInvalid for the header.
    """
    lines = _lines(body)
    first = next(lines, None)
    if first is None:
        raise SheetInvalid(
            "the sheet is empty",
            errors=[Finding(pointer="#/line/1", rule="a header line is needed", example=",".join(columns))],
        )
    _check_header(*first, columns, required)
    return first[1], lines


def check_size(lines: int, columns: Sequence[str], most: int) -> None:
    """Refuse a sheet without a line below its header, or with more than ``most``; raises SheetInvalid."""
    if not lines:
        raise SheetInvalid(
            "the sheet has no line below its header",
            errors=[Finding(pointer="#/line/2", rule="at least one line", example=",".join(columns))],
        )
    if lines > most:
        raise SheetInvalid(f"the sheet has {lines} lines; at most {most} are taken at once")


def check_most(entries: int, most: int) -> None:
    """Refuse a list with more entries than ``most`` before any of them is looked at; raises SheetInvalid."""
    if entries > most:
        raise SheetInvalid(f"the list has {entries} entries; at most {most} are taken at once")


def how_many(findings: int, told: int = TOLD) -> str:
    """``3 problems``, and how many of them are told when not all are."""
    return f"{findings} problem{'s' * (findings != 1)}" + (f", the first {told} are shown" if findings > told else "")


def width_finding(line: int, cells: Sequence[str], header: Sequence[str]) -> Finding:
    """What is said of a line that has more or fewer cells than the header."""
    return Finding(
        pointer=f"#/line/{line}",
        rule=f"a line has {len(header)} cells, as the header",
        received=",".join(cells)[:_ECHO],
    )


def write_sheet(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """CSV in UTF-8 with every formula made harmless."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return out.getvalue().encode()


def safe_cell(cell: object) -> object:
    """A text that a spreadsheet would run gets an apostrophe in front; everything else stays as it is."""
    return "'" + cell if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def _lines(body: bytes) -> Iterator[tuple[int, list[str]]]:
    """Decoded and cut line by line: of a long sheet, its text is never there as a whole beside its bytes."""
    _check_text(body)
    head = body.partition(b"\n")[0]
    text = io.TextIOWrapper(io.BytesIO(body), encoding="utf-8-sig", newline="")
    reader = csv.reader(text, delimiter=";" if head.count(b";") > head.count(b",") else ",", strict=True)
    try:
        for cells in reader:
            stripped = [*map(str.strip, cells)]
            if any(stripped):
                yield reader.line_num, stripped
    except csv.Error as error:
        raise SheetUnreadable(f"line {reader.line_num}: {error}") from error


def _check_text(body: bytes) -> None:
    try:
        body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SheetUnreadable(f"byte {error.start} is not UTF-8; save the sheet as CSV UTF-8") from error
    if b"\x00" in body:
        raise SheetUnreadable("the sheet contains a NUL character")


def _check_header(line: int, header: list[str], columns: Sequence[str], required: Collection[str]) -> None:
    received, example = ",".join(header)[:_ECHO], ",".join(columns)
    unknown = [name[:_ECHO] for name in header if name not in columns]
    findings = [
        Finding(pointer=f"#/line/{line}/{name}", rule="this column is not known", received=name, example=example)
        for name in unknown[:TOLD]
    ]
    findings += [
        Finding(
            pointer=f"#/line/{line}",
            rule=f"the column {name} is needed",
            received=received,
            example=example,
        )
        for name in columns
        if name in required and name not in header
    ]
    if len(set(header)) != len(header):
        findings.append(Finding(pointer=f"#/line/{line}", rule="each column stands once", received=received))
    if findings:
        raise SheetInvalid("the header line is wrong", errors=findings)
