"""The words that every room shares: what no text may hold."""

import re
import sys
import unicodedata

import pytest

from assess.words import _NO_CONTROLS, _NO_CONTROLS_BUT_NEWLINES

TURNING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
MARKS = {"\u061c", "\u200e", "\u200f"}
"""The rest of Unicode's Bidi_Control: they turn what stands beside them."""


def hides(letter: str) -> bool:
    """Whether a letter is seen by nobody and changes what is read: a control, a break of lines, half a pair, a turn."""
    unseen = unicodedata.category(letter) in {"Cc", "Zl", "Zp", "Cs"}
    return unseen or letter in MARKS or unicodedata.bidirectional(letter) in TURNING


@pytest.mark.parametrize(
    ("pattern", "more"), [(_NO_CONTROLS, set()), (_NO_CONTROLS_BUT_NEWLINES, {"\n"})], ids=["a line", "a paragraph"]
)
def test_a_text_refuses_what_hides_and_takes_every_other_letter(pattern: str, more: set[str]) -> None:
    taken = re.compile(pattern)
    wrong = [
        hex(ord(letter))
        for letter in map(chr, range(sys.maxunicode + 1))
        if bool(taken.search(f"a{letter}b")) != (letter in more or not hides(letter))
    ]
    assert wrong == []
