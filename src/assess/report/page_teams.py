"""The heat map of teams and steps, as a table: each number leads to its calculation, each masked cell says why."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from assess.frame import addressed
from assess.markup import Markup, each, element, joined
from assess.maturity.model import NodeResults, Result, State
from assess.report.contrast import HIDDEN, parents, state_of, steps_of, tree
from assess.report.findings import level, reason, shown, told
from assess.report.page_parts import View, explained, path_of, region, section
from assess.report.page_sentences import tell
from assess.report.pen import LEVEL_RAMP
from assess.report.sentences import say
from assess.typography import number

DEEPEST = 3


def teams(view: View) -> Markup | None:
    """The node and what is below it, siblings in alphabetical order; nothing where nothing is below."""
    if len(view.facts.results.nodes) < 2 and view.window.count < 2:
        return None
    language = view.language
    title = tell("teams.table", language)
    heat = element("table", element("caption", title), _heads(view), _body(view), class_="heat")
    return section(
        "teams",
        tell("teams.title", language),
        element("p", tell("teams.not_ranked", language)),
        _window(view),
        region(title, language, heat),
        _legend(view),
    )


def _heads(view: View) -> Markup:
    language = view.language
    groups = [
        element(
            "th", told(words.title, language), colspan=len(words.steps), scope="colgroup", class_=f"group {words.key}"
        )
        for words in view.facts.processes
        if words.steps
    ]
    first = element("th", tell("teams.team", language), rowspan=2, scope="col")
    titles = [
        element("th", element("span", told(step.title, language)), scope="col")
        for words in view.facts.processes
        for step in words.steps
    ]
    return element("thead", element("tr", first, *groups), element("tr", *titles))


def _body(view: View) -> Markup:
    below = [_row(view, node, depth + 1) for node, depth in tree(view.facts)]
    return element("tbody", _row(view, view.node, 0), *below)


def _row(view: View, node: NodeResults, depth: int) -> Markup:
    whole = node.node in parents(view.facts) or node is view.node
    class_ = " ".join(filter(None, ["whole" if whole else "", f"d{min(depth, DEEPEST)}" if depth else ""])) or None
    found = iter(steps_of(view.facts, node))
    cells = [
        cell
        for words in view.facts.processes
        for cell in _cells(view, node, [(step.key, next(found)) for step in words.steps])
    ]
    return element("tr", element("th", _name(view, node), _people(view, node), scope="row", class_=class_), *cells)


def _cells(view: View, node: NodeResults, steps: Sequence[tuple[str, Result | None]]) -> Iterator[Markup]:
    """The cells of a process; neighbours that are absent for one reason are one cell, with room to say it."""
    for state, group in groupby(steps, key=lambda step: _absence(node, step[1])):
        together = list(group)
        if state is not None:
            yield _absent(view, state, len(together))
            continue
        for key, result in together:
            yield _cell(view, node, key, shown(result) if result is not None else None)


def _name(view: View, node: NodeResults) -> Markup:
    """A link to the team's own page; the one that is looked at says so."""
    if node is view.node:
        return element("span", node.name)
    return element("a", node.name, href=addressed(path_of(view.campaign_id, node), view.language))


def _people(view: View, node: NodeResults) -> Markup:
    language = view.language
    if node.responses is not None:
        said = f"n\u00a0=\u00a0{number(node.responses, language)}"
    else:
        said = tell("teams.invited", language, count=number(node.headcount, language))
    marks = [
        element("span", tell(f"badge.imported.{node.imported}", language), class_="badge")
        if node.imported in {"some", "all"}
        else None,
        element("span", tell("badge.fragile.short", language), class_="badge") if _fragile(node) else None,
    ]
    return element("div", said, " ", joined(marks), class_="why")


def _fragile(node: NodeResults) -> bool:
    return any(process.result.fragile for process in node.processes)


def _cell(view: View, node: NodeResults, step: str, value: float | None) -> Markup:
    """A mean on its colour; ``value`` is there, or the cell would be absent."""
    nearest = min(5, max(1, int((value or 0) + 0.5)))
    return element("td", explained(view, node, step, level(value or 0, view.language)), class_=f"l{nearest}")


def _absence(node: NodeResults, result: Result | None) -> State | None:
    """Why a cell has no number; none when it has one."""
    return None if result is not None and shown(result) is not None else state_of(node, result)


def _absent(view: View, state: State, columns: int) -> Markup:
    """A cell without a number: masked ones are hatched, and all say why."""
    said = tell(f"why.{state.value}", view.language, **_threshold(view))
    span = columns if columns > 1 else None
    class_ = "hid" if state in HIDDEN else "none" if state is State.NOT_ASKED else "out"
    return element("td", element("span", said), class_=class_, colspan=span)


def _threshold(view: View) -> dict[str, str]:
    return {"threshold": str(view.facts.results.threshold)}


def _legend(view: View) -> Markup:
    """The five colours, and each reason that stands in the table in full."""
    language = view.language
    ramp = joined(element("b", str(rank), class_=f"l{rank}") for rank in range(1, len(LEVEL_RAMP) + 1))
    hidden = sorted({state for state in _states(view) if state in HIDDEN}, key=lambda state: state.value)
    reasons = [element("li", element("b", "\u00a0", class_="hid"), reason(state, view.facts)) for state in hidden]
    scale = element("li", ramp, say("contrast.scale", language))
    fragile = any(_fragile(node) for node in view.facts.results.nodes)
    notes = [say("contrast.parent", language), *([tell("teams.fragile", language)] if fragile else [])]
    return element("ul", scale, *reasons, each("li", notes), class_="key")


def _states(view: View) -> set[State]:
    nodes = [view.node, *(node for node, _ in tree(view.facts))]
    return {state_of(node, result) for node in nodes for result in steps_of(view.facts, node)}


def _window(view: View) -> Markup | None:
    """Where there are too many teams for one table: which ones these are, and the way to the others."""
    window, language = view.window, view.language
    if not window.first:
        return None
    first, last, count = (number(value, language) for value in (window.first, window.last, window.count))
    links = [
        element(
            "a", tell(name, language), href=addressed(path_of(view.campaign_id, view.node), language, page=str(page))
        )
        for name, page in (("teams.previous", window.page - 1), ("teams.next", window.page + 1))
        if 1 <= page <= window.pages
    ]
    return element("p", tell("teams.some", language, first=first, last=last, count=count), " ", joined(links, " · "))
