"""The report's two type faces: Inter (SIL Open Font License), cut down and made static once per process.

The wheel brings one variable font. It is subset to what a report can say, then instanced at two weights; no timestamp is
written, so that the same font gives the same bytes everywhere. This module is imported by workers only.
"""

import functools
from io import BytesIO

import fontpkg_inter
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont
from msgspec import Struct

REPERTOIRE = frozenset(
    [
        *range(0x20, 0x7F),
        *range(0xA0, 0x180),
        *range(0x2010, 0x2027),
        *(0x202F, 0x2030, 0x2032, 0x2033, 0x2039, 0x203A, 0x2044, 0x20AC, 0x2122),
        *range(0x2190, 0x219A),
        *(0x2192, 0x2212, 0x221A, 0x221E, 0x2248, 0x2260, 0x2264, 0x2265),
        *range(0x25A0, 0x2600),
    ]
)
"""Latin-1, Latin Extended-A, punctuation, arrows, comparisons and geometric shapes, as code points."""


class Face(Struct, frozen=True, kw_only=True):
    """A static TrueType font: ``advances`` in thousandths of the size, by character."""

    name: str
    data: bytes
    advances: dict[str, float]

    def width(self, text: str, size: float) -> float:
        """Width of ``text`` in points at ``size`` points; characters without a glyph count as none."""
        advances = self.advances
        return sum(advances.get(character, 0) for character in text) * size / 1000


class Faces(Struct, frozen=True, kw_only=True):
    """Regular for reading, bold for conclusions."""

    regular: Face
    bold: Face


@functools.cache
def faces() -> Faces:
    """Both faces; about a quarter of a second the first time in a process, then free."""
    variable = _subset()
    return Faces(
        regular=_static(variable, name="Inter-Regular", weight=400, optical_size=14),
        bold=_static(variable, name="Inter-SemiBold", weight=650, optical_size=20),
    )


def _subset() -> bytes:
    font = TTFont(fontpkg_inter.ROOT / "files" / "Inter[opsz,wght].ttf", recalcTimestamp=False)
    for layout in (
        "GPOS",
        "GSUB",
        "GDEF",
        "STAT",
    ):  # unread: the pen neither kerns nor joins, and to subset them takes long
        del font[layout]
    subsetter = Subsetter(Options(notdef_outline=True, recalc_timestamp=False))
    subsetter.populate(unicodes=REPERTOIRE)
    subsetter.subset(font)
    return _saved(font)


def _static(variable: bytes, *, name: str, weight: int, optical_size: int) -> Face:
    font = TTFont(BytesIO(variable), recalcTimestamp=False)
    instantiateVariableFont(font, {"wght": weight, "opsz": optical_size}, inplace=True)
    font["name"].setName(name, 6, 3, 1, 0x409)
    metrics, scale = font["hmtx"], 1000 / font["head"].unitsPerEm
    advances = {chr(code): metrics[glyph][0] * scale for code, glyph in sorted(font.getBestCmap().items())}
    return Face(name=name, data=_saved(font), advances=advances)


def _saved(font: TTFont) -> bytes:
    out = BytesIO()
    font.save(out)
    return out.getvalue()
