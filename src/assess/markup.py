"""HTML as values: elements are built, never pasted together, and whatever is text is escaped on its way in.

What comes out is well-formed XML as well, so that a parser can check it.
"""

import re
from collections.abc import Iterable
from html import escape

Value = str | int | bool | None
"""Of an attribute."""

_VOID = frozenset({"br", "hr", "input", "link", "meta"})
# What XML cannot hold: controls, half of a surrogate pair, and two code points that are no characters.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


class Markup(str):
    """Text that is HTML already: made by ``element`` or ``joined``, or written by us."""

    __slots__ = ()


def escaped(text: str) -> Markup:
    """``text`` as it may stand between tags and in an attribute; what is markup already stays."""
    return text if isinstance(text, Markup) else Markup(escape(_UNWRITABLE.sub("", text)))


def joined(parts: Iterable[str | Markup | None], between: str = "") -> Markup:
    """The parts one after another, each escaped unless it is markup; nothing for ``None``."""
    return Markup(escaped(between).join(escaped(part) for part in parts if part is not None))


def element(name: str, /, *children: str | Markup | None, **attributes: Value) -> Markup:
    """``<name attribute="…">children</name>``.

    An attribute is written as its keyword with ``-`` for ``_`` and without the last one (``class_``); ``True`` gives it its own
    name as a value, ``None`` and ``False`` leave it out.
    """
    said = "".join(
        _attribute(key, value) for key, value in attributes.items() if value is not None and value is not False
    )
    if name in _VOID:
        return Markup(f"<{name}{said}/>")
    return Markup(f"<{name}{said}>{joined(children)}</{name}>")


def each(name: str, /, children: Iterable[str | Markup], **attributes: Value) -> Markup:
    """One element ``name`` for each child."""
    return joined(element(name, child, **attributes) for child in children)


def _attribute(key: str, value: Value) -> str:
    name = key.removesuffix("_").replace("_", "-")
    return f' {name}="{name if value is True else escaped(str(value))}"'
