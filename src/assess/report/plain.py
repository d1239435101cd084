"""The one door for text on its way into a PDF.

Nothing here parses markup, so there is nothing to escape: no tag can read a file and no link can run. What remains is
taken care of: controls are stripped, endless words are broken, endless texts are cut, and a character that the font
lacks is shown as a box instead of raising or vanishing.
"""

import functools
import re
import unicodedata
from collections.abc import Callable, Container

MISSING = "□"
ELLIPSIS = "…"
LONGEST_RUN = 60
LONGEST_TEXT = 4000

Measure = Callable[[str], float]
"""Width of a text, in points."""

_SPACES = re.compile(r"[ \t\r\n\f\v\u2028\u2029\u3000]+")
_RUN = re.compile(rf"([^ ]{{{LONGEST_RUN}}})(?=[^ ])")


def plain(text: str, drawable: Container[str], *, limit: int = LONGEST_TEXT) -> str:
    """``text`` on one line, safe to draw with a font that has the characters ``drawable``; at most ``limit`` characters."""
    cut = text if len(text) <= limit else text[: limit - 1] + ELLIPSIS
    line = _SPACES.sub(" ", unicodedata.normalize("NFC", cut)).strip(" ")
    seen = "".join(character if character in drawable else MISSING for character in line if not _is_control(character))
    return _RUN.sub(r"\1 ", seen)


def wrap(text: str, width: float, measure: Measure) -> list[str]:
    """The lines of ``text`` in ``width`` points: broken at ordinary spaces, and inside a word only when it must be."""
    lines = [""]
    for word in _pieces(text, width, measure):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if measure(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines if lines[0] else lines[1:]


def clamp(lines: list[str], most: int, width: float, measure: Measure) -> list[str]:
    """At most ``most`` lines, the last one with an ellipsis when something was left out."""
    if most < 1:
        return []
    return lines if len(lines) <= most else [*lines[: most - 1], _ended(lines[most - 1], width, measure)]


def fit(text: str, width: float, measure: Measure) -> str:
    """``text`` on one line of ``width`` points, ended by an ellipsis when it is longer."""
    return text if measure(text) <= width else _ended(text, width, measure)


def pinched(text: str, width: float, measure: Measure) -> str:
    """As ``fit``, but the end stays: names of sites differ there."""
    if measure(text) <= width:
        return text
    head, tail = text[:200], text[-200:]
    while len(head) + len(tail) > 2 and measure(f"{head}{ELLIPSIS}{tail}") > width:
        head, tail = (head[:-1], tail) if len(head) > len(tail) else (head, tail[1:])
    return f"{head.rstrip(' -')}{ELLIPSIS}{tail.lstrip(' -')}"


def balanced(text: str, width: float, measure: Measure) -> list[str]:
    """As ``wrap``, in as few lines, but of about equal length: for titles."""
    lines = wrap(text, width, measure)
    low, high = width / len(lines) if lines else width, width
    while high - low > 4:
        middle = (low + high) / 2
        low, high = (low, middle) if len(wrap(text, middle, measure)) <= len(lines) else (middle, high)
    return wrap(text, high, measure)


def _ended(text: str, width: float, measure: Measure) -> str:
    kept = text[:400]
    while kept and measure(kept + ELLIPSIS) > width:
        kept = kept[:-1]
    return kept.rstrip(" \u00a0\u202f,;:") + ELLIPSIS


def _pieces(text: str, width: float, measure: Measure) -> list[str]:
    pieces: list[str] = []
    for word in text.split(" "):
        rest = word
        while len(rest) > 1 and measure(rest) > width:
            end = _fitting(rest, width, measure)
            pieces.append(rest[:end])
            rest = rest[end:]
        pieces.extend([rest] if rest else [])
    return pieces


def _fitting(word: str, width: float, measure: Measure) -> int:
    """How many characters of ``word`` fit, at least one."""
    return next((end - 1 for end in range(2, len(word) + 1) if measure(word[:end]) > width), len(word))


@functools.lru_cache(maxsize=4096)
def _is_control(character: str) -> bool:
    """Controls, invisible formatting (bidi, zero-width), surrogates."""
    return unicodedata.category(character) in {"Cc", "Cf", "Cs"}
