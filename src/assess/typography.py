"""French and English as they are printed: spaces, numbers, percentages and dates (method, section on the report)."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date

from assess.words import Language

NARROW = "\u202f"
"""Narrow no-break space: before ``; ! ?``, inside ``« »``, between thousands."""
FIXED = "\u00a0"
"""No-break space: before ``:``, ``%`` and units, between day and month."""

_ANY = f"[ {FIXED}{NARROW}]"
_UNITS = "%|[kM]?€|h|min|j|km"
_SPACES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(f"{_ANY}+(?=[;!?»])"), NARROW),
    (re.compile(f"(?<=«){_ANY}+"), NARROW),
    (re.compile(f"{_ANY}+(?=[:%])"), FIXED),
    (re.compile(rf"(?<=\d){_ANY}+(?=(?:{_UNITS})(?!\w))"), FIXED),
)
_GROUPED = re.compile(rf"(?<![\d,.{FIXED}{NARROW}])\d{{1,3}}(?:{_ANY}\d{{3}})+(?!\d)")
_MONTHS: dict[Language, str] = {
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "en": "January February March April May June July August September October November December",
}


def french(text: str) -> str:
    """``text`` with the no-break spaces of French print in place of the plain ones; adds no space where there is none."""
    for pattern, space in _SPACES:
        text = pattern.sub(space, text)
    return _GROUPED.sub(lambda match: re.sub(_ANY, NARROW, match[0]), text)


def typeset(text: str, language: Language) -> str:
    """``text`` as it is printed in ``language``; English needs nothing."""
    return french(text) if language == "fr" else text


def alphabetical(name: str) -> str:
    """A key that sorts as people do: without accents, without case."""
    return "".join(c for c in unicodedata.normalize("NFD", name.casefold()) if not unicodedata.combining(c))


def number(value: float, language: Language, decimals: int = 0) -> str:
    """``1300.5`` → « 1 300,5 » or 1,300.5, with a real minus sign and never a negative zero."""
    written = f"{round(value, decimals) + 0.0:,.{decimals}f}".replace("-", "−")
    return written.translate({ord(","): NARROW, ord("."): ","}) if language == "fr" else written


def thousands(value: int, language: Language) -> str:
    """A whole number in groups of three; years, pages and postcodes are never grouped: write them plainly."""
    return number(value, language)


def percent(share: float, language: Language, decimals: int = 0) -> str:
    """A share 0–1: ``0.483`` with one decimal → « 48,3 % » or 48.3%."""
    return number(share * 100, language, decimals) + (f"{FIXED}%" if language == "fr" else "%")


def share_of(share: float, language: Language) -> str:
    """A share 0–1 that was declared, with no more decimals than it has, up to two: ``0.5`` → 50%, ``1/3`` → 33.33%."""
    places = next(places for places in (0, 1, 2) if places == 2 or abs(share - round(share, places + 2)) < _DECLARED)
    return percent(share, language, places)


_DECLARED = 1e-9
"""Less than anybody declares."""


def month(day: date, language: Language) -> str:
    """« mars 2026 » or March 2026."""
    return f"{_MONTHS[language].split()[day.month - 1]} {day.year}"


def day(when: date, language: Language) -> str:
    """« 3 mars 2026 », « 1er mars 2026 » or 3 March 2026; the day never stands alone at the end of a line."""
    first = "er" if language == "fr" and when.day == 1 else ""
    return f"{when.day}{first}{FIXED}{month(when, language)}"


def faults(text: str, language: Language) -> list[str]:
    """The typographic rules that ``text`` breaks, by name; none when it is ready for print."""
    return [name for name, breaks in _RULES[language].items() if breaks(text)]


_RULES: dict[Language, dict[str, Callable[[str], bool]]] = {
    "fr": {
        "straight_apostrophe": lambda text: "'" in text,
        "french_spacing": lambda text: french(text) != text,
        "double_space": lambda text: "  " in text or text != text.strip(),
    },
    "en": {
        "straight_apostrophe": lambda text: "'" in text,
        "english_spacing": lambda text: re.search(f"{_ANY}[;:!?%]", text) is not None,
        "double_space": lambda text: "  " in text or text != text.strip(),
    },
}
