"""Places in a body: what stands where a decoder stumbled, and what would have been good there.

A pointer is a list of field names and list indexes; a type is walked along it with ``msgspec.inspect``.
"""

import contextlib
from typing import Any

import msgspec
from msgspec import inspect

LONGEST = 200
"""Characters of a received value that a refusal repeats."""


def received(body: bytes, pointer: str) -> Any:
    """The value at a JSON pointer, cut short; ``None`` where there is none or the body cannot be read."""
    value: Any = None
    with contextlib.suppress(msgspec.DecodeError, RecursionError, LookupError, TypeError, ValueError):
        value = msgspec.json.decode(body)
        for part in _parts(pointer):
            value = value[int(part)] if isinstance(value, list) else value[part]
        return _short(value)
    return None


def example(kind: Any, pointer: str) -> Any:
    """A good value for the place: an example of its type, else the least that its limits allow; ``None`` when unknown."""
    found: Any = inspect.type_info(kind)
    for part in _parts(pointer):
        found = _inside(found, part)
    return _good(found)


def _parts(pointer: str) -> list[str]:
    return [part for part in pointer.split("/") if part]


def _inside(found: Any, part: str) -> Any:
    if isinstance(found, inspect.Metadata):
        return _inside(found.type, part)
    if isinstance(found, inspect.UnionType):
        return next((inner for each in found.types if (inner := _inside(each, part)) is not None), None)
    if isinstance(found, inspect.StructType):
        return next((field.type for field in found.fields if field.encode_name == part), None)
    if isinstance(found, inspect.ListType):
        return found.item_type
    return found.value_type if isinstance(found, inspect.DictType) else None


def _good(found: Any) -> Any:  # noqa: PLR0911 - one return for each kind of type
    if isinstance(found, inspect.Metadata):
        examples = (found.extra_json_schema or {}).get("examples")
        return examples[0] if examples else _good(found.type)
    if isinstance(found, inspect.UnionType):
        return next((good for each in found.types if (good := _good(each)) is not None), None)
    if isinstance(found, inspect.LiteralType):
        return found.values[0]
    if isinstance(found, inspect.EnumType):
        return next(iter(found.cls)).value
    if isinstance(found, inspect.IntType | inspect.FloatType):
        return found.ge if found.ge is not None else found.le
    if isinstance(found, inspect.ListType):
        inner = _good(found.item_type)
        return None if inner is None else [inner]
    return _TELLING.get(type(found))


def _short(value: Any) -> Any:
    if isinstance(value, str):
        return value if len(value) <= LONGEST else value[:LONGEST] + "…"
    if isinstance(value, list | dict):
        return None
    return value


_TELLING = {
    inspect.DateType: "2026-03-31",
    inspect.UUIDType: "01890000-0000-7000-8000-000000000001",
    inspect.BoolType: True,
}
"""Examples for types that say nothing more themselves."""
