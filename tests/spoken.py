"""Every English sentence that a refusal can say, read from the source: what it carries over from elsewhere is a hole, ``{}``.

Followed are names, also imported ones, conditions, pieces put together, parameters back to their calls, and functions of ours
that give texts to what they return.
"""

import ast
from collections.abc import Iterable, Iterator
from itertools import product
from pathlib import Path

import assess

HOLE = "{}"
SOURCE = Path(assess.__file__).parent
_SILENT = {"FileRefused"}
"""Told at the start and on the command line alone, with codes for rules: over HTTP its flaws are a verdict, no refusal."""
_Function = ast.FunctionDef | ast.AsyncFunctionDef


class Module:
    """A module's syntax: who stands around a node, and what its names mean."""

    def __init__(self, path: Path) -> None:
        self.place = path.relative_to(SOURCE).as_posix()
        self.name = ".".join(("assess", *path.relative_to(SOURCE).with_suffix("").parts)).removesuffix(".__init__")
        self._tree = ast.parse(path.read_text())
        self.nodes = list(ast.walk(self._tree))
        self._above = {below: node for node in self.nodes for below in ast.iter_child_nodes(node)}

    def function_around(self, node: ast.AST) -> _Function | None:
        """The function in which ``node`` stands."""
        while (node := self._above.get(node)) is not None:
            if isinstance(node, _Function):
                return node
        return None

    def calls(self, name: str) -> Iterator[ast.Call]:
        """Every call of that function here."""
        return (node for node in self.nodes if isinstance(node, ast.Call) and _called(node) == name)

    def assigned(self, name: str, node: ast.AST) -> list[ast.expr]:
        """What is assigned to a name, in the function around ``node`` or, unless it is a parameter, in the module."""
        around = self.function_around(node)
        local = list(_assigned(name, ast.walk(around))) if around is not None else []
        return local or ([] if around and name in _parameters(around) else list(_assigned(name, self._tree.body)))

    def origin(self, name: str) -> str:
        """The module that a name is imported from, or nothing."""
        imports = [node for node in self.nodes if isinstance(node, ast.ImportFrom)]
        return next((each.module or "" for each in imports if name in {alias.name for alias in each.names}), "")


class House:
    """All modules, the functions of ours that give texts, by name, and the names of the classes that refuse."""

    def __init__(self) -> None:
        self.modules = {module.name: module for module in map(Module, sorted(SOURCE.rglob("*.py")))}
        self.functions: dict[str, list[tuple[Module, _Function]]] = {}
        self.refusals = {"Refusal"}
        for module in self.modules.values():
            for node in module.nodes:
                if isinstance(node, _Function) and _gives_text(node):
                    self.functions.setdefault(node.name, []).append((module, node))
        while more := {each.name for each in self._classes() if _bases(each) & self.refusals} - self.refusals:
            self.refusals |= more

    def sentences(self) -> set[tuple[str, str]]:
        """Every sentence with each function where it is said: ``campaign/model.py:extended``; the empty one is none."""
        found: set[tuple[str, str]] = set()
        for module in self.modules.values():
            for said in (said for node in module.nodes for said in self._said_by(node)):
                around = module.function_around(said)
                place = f"{module.place}:{around.name if around else ''}"
                found |= {(sentence, place) for sentence in _Reader(self, module).read(said) if sentence}
        return found

    def preflight(self) -> tuple[set[str], set[str]]:
        """What prevents a launch, in English and in French: findings that say both, of which a refusal takes the English."""
        module = self.modules["assess.campaign.anonymity"]
        blocking = [each for each in module.calls("_finding") if "blocking" not in {said.arg for said in each.keywords}]
        reader = _Reader(self, module)
        french, english = (_all(reader.read(each.args[place]) for each in blocking) for place in (1, 2))
        return english, french

    def _classes(self) -> Iterator[ast.ClassDef]:
        return (node for module in self.modules.values() for node in module.nodes if isinstance(node, ast.ClassDef))

    def _said_by(self, node: ast.AST) -> Iterator[ast.expr]:
        """The sentence of a refusal or of a finding."""
        if not isinstance(node, ast.Call):
            return
        named = {keyword.arg: keyword.value for keyword in node.keywords}
        if _called(node) == "Finding":
            yield named["rule"]
        elif _called(node) in self.refusals - _SILENT:
            yield from node.args[:1] or ([named["detail"]] if "detail" in named else [])


class _Reader:
    """Reads an expression of a module as the sentences that it can be."""

    def __init__(self, house: House, module: Module) -> None:
        self._house = house
        self._module = module
        self._underway: set[ast.AST] = set()

    def read(self, node: ast.expr, *, whole: bool = True) -> set[str]:
        """``whole``: not a piece that is carried over in one. Of an absent one there is none."""
        if node in self._underway:
            return set()
        self._underway.add(node)
        found = self._read(node, whole=whole)
        self._underway.remove(node)
        return found

    def _read(self, node: ast.expr, *, whole: bool) -> set[str]:
        match node:
            case ast.Constant(value=str() as text):
                return {text}
            case ast.Constant(value=None):
                return set()
            case ast.JoinedStr():
                return self._joined([self.read(part) for part in node.values])
            case ast.FormattedValue(format_spec=None):
                return self.read(node.value, whole=False)
            case ast.BinOp(op=ast.Add()):
                return self._joined([self.read(node.left, whole=whole), self.read(node.right, whole=whole)])
            case ast.BinOp(op=ast.Mult(), left=ast.Constant(value=str() as text)):
                return {"", text}
            case ast.IfExp():
                return self.read(node.body, whole=whole) | self.read(node.orelse, whole=whole)
            case ast.BoolOp():
                return _all(self.read(value, whole=whole) for value in node.values)
            case ast.Name():
                return self._named(node, whole=whole)
            case ast.Subscript():
                return _all(self.read(each, whole=whole) for each in self._picked(node)) or {HOLE}
            case ast.Call() if _called(node) in self._house.functions:
                return self._returned(_called(node))
        return {HOLE}

    @staticmethod
    def _joined(parts: list[set[str]]) -> set[str]:
        return {"".join(pieces) for pieces in product(*parts)}

    def _named(self, node: ast.Name, *, whole: bool) -> set[str]:
        if values := self._module.assigned(node.id, node):
            return _all(self.read(each, whole=whole) for each in values)
        origin = self._house.modules.get(self._module.origin(node.id))
        if origin is not None:
            return _all(_Reader(self._house, origin).read(each) for each in _assigned(node.id, origin.nodes))
        around = self._module.function_around(node)
        if whole and around is not None and node.id in _parameters(around):
            return self._given(around, node.id)
        return {HOLE}

    def _given(self, function: _Function, name: str) -> set[str]:
        """What the callers of ``function`` give for its parameter; where nobody of ours calls it, it comes from elsewhere."""
        place = [each for each in _parameters(function) if each != "self"].index(name)
        given: list[ast.expr] = []
        for call in self._module.calls(function.name):
            named = {keyword.arg: keyword.value for keyword in call.keywords}
            given += [named[name]] if name in named else call.args[place : place + 1]
        return _all(self.read(each) for each in given) if given else {HOLE}

    def _picked(self, node: ast.Subscript) -> list[ast.expr]:
        """What a place of a table can be: of a dict any value, of a tuple the one that is named."""
        found: list[ast.expr] = []
        for table in self._tables(node.value):
            if isinstance(table, ast.Dict):
                found += table.values
            elif isinstance(table, ast.Tuple) and isinstance(node.slice, ast.Constant):
                found.append(table.elts[node.slice.value])
        return found

    def _tables(self, node: ast.expr) -> list[ast.expr]:
        if isinstance(node, ast.Subscript):
            return self._picked(node)
        return self._module.assigned(node.id, node) if isinstance(node, ast.Name) else [node]

    def _returned(self, name: str) -> set[str]:
        """What the function of that name returns: the one of this module, else those from elsewhere."""
        functions = self._house.functions[name]
        found: set[str] = set()
        for module, function in [each for each in functions if each[0] is self._module] or functions:
            reader = _Reader(self._house, module)
            returns = [node for node in ast.walk(function) if isinstance(node, ast.Return)]
            found |= _all(reader.read(each.value) for each in returns if each.value is not None)
        return found


def _all(found: Iterable[set[str]]) -> set[str]:
    return set().union(*found)


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def _bases(node: ast.ClassDef) -> set[str]:
    return {base.id for base in node.bases if isinstance(base, ast.Name)}


def _parameters(function: _Function) -> list[str]:
    said = function.args
    return [each.arg for each in (*said.posonlyargs, *said.args, *said.kwonlyargs)]


def _gives_text(function: _Function) -> bool:
    return function.returns is not None and ast.unparse(function.returns) in {"str", "str | None"}


def _assigned(name: str, nodes: Iterable[ast.AST]) -> Iterator[ast.expr]:
    """The values that some of ``nodes`` assign to a name; of several at once, the one at its place."""
    for node in nodes:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                yield from _part(name, target, node.value)
        elif isinstance(node, ast.NamedExpr | ast.AnnAssign) and node.value is not None:
            yield from _part(name, node.target, node.value)


def _part(name: str, target: ast.expr, value: ast.expr) -> Iterator[ast.expr]:
    if isinstance(target, ast.Name) and target.id == name:
        yield value
    elif isinstance(target, ast.Tuple):
        for n, each in enumerate(target.elts):
            if isinstance(each, ast.Name) and each.id == name:
                yield ast.Subscript(value, ast.Constant(n))
