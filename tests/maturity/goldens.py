"""The numbers of measurement that must come out, computed once by another program; what a test reads of them is remembered."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

READ: set[tuple[str, ...]] = set()
"""The leaves that have been read in this process, by their path."""


class Golden(dict[str, Any]):
    """Numbers by name, and what is inside of them; a list of numbers is one leaf."""

    def __init__(self, body: dict[str, Any], path: tuple[str, ...] = ()):
        self.path = path
        super().__init__({name: self._part(name, value) for name, value in body.items()})

    def _part(self, name: str, value: Any) -> Any:
        here = (*self.path, name)
        if isinstance(value, list) and all(isinstance(each, dict) for each in value):
            return [Golden(each, (*here, str(number))) for number, each in enumerate(value)]
        return Golden(value, here) if isinstance(value, dict) else value

    def __getitem__(self, name: str) -> Any:
        found = super().__getitem__(name)
        if _is_leaf(found):
            READ.add((*self.path, name))
        return found

    def values(self) -> list[Any]:  # type: ignore[override]  # read one by one
        """All of them."""
        return [self[name] for name in self]

    def leaves(self) -> Iterator[tuple[str, ...]]:
        """The paths of all that can be read."""
        for name, value in super().items():
            if _is_leaf(value):
                yield (*self.path, name)
            else:
                for part in value if isinstance(value, list) else [value]:
                    yield from part.leaves()


def _is_leaf(value: Any) -> bool:
    return not isinstance(value, Golden) and not (isinstance(value, list) and isinstance(value[0], Golden))


GOLDEN = Golden(json.loads((Path(__file__).parent.parent / "golden" / "measurement.json").read_text()))
