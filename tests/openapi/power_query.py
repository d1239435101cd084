"""As much of Power Query M as a query of ours uses: its constants, its request, and the steps that unfold records and lists."""

import re
from typing import Any

from msgspec import Struct

_STEP = re.compile(r"^    (\w+) = (.*?)(?=,?\n    \w+ = |,?\n\n|\nin\n)", re.S | re.M)
_NAMES = re.compile(r"\{([^{}]*)\}")


class Query(Struct, frozen=True):
    """The steps of a ``let`` in order, by name, and the step that is the result."""

    steps: dict[str, str]
    result: str

    @property
    def constants(self) -> dict[str, str]:
        """The texts that its reader replaces."""
        return {name: said.strip('"') for name, said in self.steps.items() if re.fullmatch(r'"[^"]*"', said)}

    def path(self, **values: str) -> str:
        """Where it asks, with ``values`` for its constants."""
        return "/" + self._joined(r"RelativePath = (.*?),?\n", values)

    def headers(self, **values: str) -> dict[str, str]:
        """What it sends with the request."""
        said = re.search(r"Headers = \[(.*?)\]", self.steps["Reply"], re.S)
        assert said is not None
        pairs = [pair.split(" = ", 1) for pair in said[1].split(", ")]
        return {name: _text(value, values) for name, value in pairs}

    def unfold(self, reply: Any) -> list[dict[str, Any]]:
        """The rows that its steps make of a JSON reply; a field that a record has not is a KeyError, as in M an error."""
        tables: dict[str, list[dict[str, Any]]] = {}
        for name, step in self.steps.items():
            if found := re.match(r"Table\.(\w+)\((\w+)(?:\[(\w+)\])?", step):
                function, before, field = found.groups()
                assert field or before in tables, f"{name} stands on {before}, which is no table above it"
                rows = reply[field] if field else tables[before]
                tables[name] = _STEPS[function](rows, step)
        return tables[self.result]

    def _joined(self, place: str, values: dict[str, str]) -> str:
        said = re.search(place, self.steps["Reply"])
        assert said is not None
        return _text(said[1], values)


def read(text: str) -> Query:
    """The query in ``text``; its brackets must match."""
    code = re.sub(r"^\s*//.*$", "", text, flags=re.M)
    _check_brackets(re.sub(r'"[^"]*"', "", code))
    return Query(dict(_STEP.findall(code)), code.partition("\nin\n")[2].strip())


def _text(said: str, values: dict[str, str]) -> str:
    parts = [part.strip() for part in said.split("&")]
    return "".join(part.strip('"') if part.startswith('"') else values[part] for part in parts)


def _check_brackets(code: str) -> None:
    still: list[str] = []
    for sign in re.findall(r"[][(){}]", code):
        if sign in "([{":
            still.append(sign)
        else:
            assert still, f"{sign} closes nothing"
            assert still.pop() + sign in {"()", "[]", "{}"}
    assert not still


def _names(step: str) -> list[list[str]]:
    return [re.findall(r'"([^"]+)"', names) for names in _NAMES.findall(step)]


def _from_list(values: list[Any], step: str) -> list[dict[str, Any]]:
    ((column,),) = _names(step)
    return [{column: value} for value in values]


def _expand_records(rows: list[dict[str, Any]], step: str) -> list[dict[str, Any]]:
    column, (fields, names) = _column(step), _names(step)
    return [
        {name: value for name, value in row.items() if name != column}
        | {name: row[column] and row[column][field] for field, name in zip(fields, names, strict=True)}
        for row in rows
    ]


def _expand_lists(rows: list[dict[str, Any]], step: str) -> list[dict[str, Any]]:
    column = _column(step)
    return [{**row, column: value} for row in rows for value in row[column]]


def _typed(rows: list[dict[str, Any]], step: str) -> list[dict[str, Any]]:
    types = dict(re.findall(r'\{"(\w+)", ([\w. ]+)\}', step))
    for row in rows:
        assert row.keys() == types.keys()
        assert not [
            name for name, value in row.items() if isinstance(value, str) is not (types[name] == "type text") and value
        ]
    return rows


def _column(step: str) -> str:
    found = re.search(r', "(\w+)"', step)
    assert found is not None
    return found[1]


_STEPS = {
    "FromList": _from_list,
    "ExpandRecordColumn": _expand_records,
    "ExpandListColumn": _expand_lists,
    "TransformColumnTypes": _typed,
}
