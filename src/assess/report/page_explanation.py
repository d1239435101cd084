"""The page that says how one number is calculated: its sentence, its inputs, and their contributions, which add up exactly."""

from collections.abc import Iterator, Sequence
from urllib.parse import quote

from msgspec import Struct

from assess.frame import Frame, Reader, addressed, framed
from assess.markup import Markup, element, joined
from assess.maturity.model import NodeResults
from assess.maturity.scores.exact import Exact
from assess.maturity.scores.explanation import Explained, Explanation, LevelCondition
from assess.report.findings import staged_words, told
from assess.report.page_evidence import evidence
from assess.report.page_parts import NOTHING, Column, head_of, paragraphs, region, row_of, section, signed
from assess.report.page_sentences import tell
from assess.typography import number, percent
from assess.words import Key, Language, Text

RUNGS = frozenset({"kpi_maturity", "kpi"})
LONGEST = 24
"""Letters of a fraction that is still read by somebody."""


class Account(Struct, frozen=True, kw_only=True):
    """One explanation to be shown: of: the part that was asked for, none = the whole score. trail: what is above it.

    score: the published results that it belongs to.
    """

    explanation: Explanation
    score: NodeResults
    of: str | None
    language: Language
    reader: Reader
    trail: list[tuple[str, str]]

    @property
    def path(self) -> str:
        return f"/results/{self.explanation.campaign_id}/explanations/{self.explanation.score_id}"


def explanation_page(account: Account) -> bytes:
    """The whole page."""
    result, language = account.explanation.result, account.language
    known = "explanation.title" if result.value is not None else "explanation.title.none"
    title = tell(known, language, name=told(result.name, language))
    return _page(account, title, *_content(account, result))


def record_page(account: Account, kpi: Key) -> bytes:
    """The page of an indicator of which nobody was asked: what its record shows."""
    language = account.language
    title = tell("explanation.title", language, name=kpi)
    lead = element("p", tell("record.only", language), class_="lead")
    return _page(account, title, lead, *evidence(account.score, kpi, language))


def _page(account: Account, title: str, *content: Markup | None) -> bytes:
    language = account.language
    here = account.path if account.of is None else f"{account.path}?of={quote(account.of, safe='@:')}"
    trail = account.trail if account.of is None else [*account.trail, (tell("explanation.up", language), account.path)]
    frame = Frame(
        language=language,
        title=title,
        here=here,
        trail=trail,
        reader=account.reader,
        foot=_made(account.explanation, language),
    )
    kicker = element("p", account.explanation.name, class_="kicker")
    return framed(frame, kicker, element("h1", title), *content)


def _content(account: Account, result: Explained) -> list[Markup | None]:
    language = account.language
    counting = [part for part in result.parts if part.share is not None]
    left = [part for part in result.parts if part.share is None]
    return [
        element("p", told(result.sentence, language), class_="lead"),
        paragraphs(_value(result, language)),
        _parts(account, result, counting) if counting else None,
        _left(account, left) if left else None,
        _conditions(account, result.conditions) if result.conditions else None,
        *evidence(account.score, account.of, language),
    ]


def _value(result: Explained, language: Language) -> list[str]:
    """The value in both of its units, as a fraction, its formula, and its staged level."""
    said = [tell(f"formula.{result.formula}", language)]
    if result.value is not None:
        value = _precise(result.value, language)
        index = number(25 * (result.value.decimal - 1), language, 1)
        rung = result.kind in RUNGS
        said.append(
            tell("explanation.rung", language, value=value)
            if rung
            else tell("explanation.index", language, value=value, index=index)
        )
    if result.band is not None:
        said.append(tell("explanation.band", language, band=result.band))
    if result.staged is not None:
        said.append(tell("explanation.staged", language, staged=staged_words(result.staged, language)))
    return said


def _precise(value: Exact, language: Language) -> str:
    """Three decimals, and the fraction where it can be read."""
    decimal = number(value.decimal, language, 3)
    if len(value.exact) > LONGEST or "/" not in value.exact:
        return decimal
    return f"{decimal} ({tell('explanation.exact', language, exact=value.exact)})"


def _parts(account: Account, result: Explained, parts: Sequence[Explained]) -> Markup:
    language = account.language
    heads = [Column(tell(f"explanation.column.{name}", language), name != "part") for name in _COLUMNS]
    rows = [[_name(account, part), *_numbers(part, language)] for part in parts]
    base = [tell("explanation.base", language), NOTHING, NOTHING, number(result.base.decimal, language, 3), NOTHING]
    title, adds = tell("explanation.parts", language), tell("explanation.adds", language)
    total = None if result.value is None else _total(result.value, language)
    body = element("tbody", *(row_of(heads, row) for row in [base, *rows]), total)
    shown = element("table", element("caption", adds), head_of(heads), body, class_="sum")
    return section("parts", title, region(title, language, shown))


_COLUMNS = ("part", "share", "value", "contribution", "n")


def _numbers(part: Explained, language: Language) -> list[str]:
    return [
        NOTHING if part.share is None else percent(part.share.decimal, language, 1),
        NOTHING if part.value is None else number(part.value.decimal, language, 3),
        NOTHING if part.contribution is None else signed(part.contribution.decimal, language, 3),
        NOTHING if part.n is None else number(part.n, language),
    ]


def _total(value: Exact, language: Language) -> Markup:
    """The last row: what base and contributions make."""
    cells = [NOTHING, NOTHING, element("strong", number(value.decimal, language, 3)), NOTHING]
    head = element("th", tell("explanation.sum", language), scope="row")
    return element("tr", head, joined(element("td", cell, class_="end") for cell in cells))


def _left(account: Account, parts: Sequence[Explained]) -> Markup:
    """What stands beside the result, or does not count in it, with its reason."""
    language = account.language
    items = [
        element("li", _name(account, part), " – " if part.reason else None, _reason(part, language)) for part in parts
    ]
    beside = all(part.reason is None for part in parts)
    title = tell("explanation.beside" if beside else "explanation.left", language)
    return section("left", title, element("ul", *items))


def _reason(part: Explained, language: Language) -> str | None:
    return None if part.reason is None else told(part.reason, language)


def _conditions(account: Account, conditions: Sequence[LevelCondition]) -> Markup:
    language = account.language
    names = {of: told(name, language) for of, name in _names(account.explanation.result)}
    heads = [Column(tell(f"explanation.column.{name}", language), name in {"needed", "value"}) for name in _NEEDS]
    rows = [
        [
            tell(f"condition.{condition.condition}", language, name=names.get(condition.of, condition.of)),
            _needed(condition, condition.needed, language),
            NOTHING if condition.value is None else _needed(condition, condition.value.decimal, language),
            tell(f"explanation.{_HOLDS[condition.holds]}", language),
        ]
        for condition in conditions
    ]
    title = tell("explanation.conditions", language, level=str(conditions[0].level))
    body = element("tbody", *(row_of(heads, row) for row in rows))
    return section("conditions", title, region(title, language, element("table", head_of(heads), body, class_="sum")))


def _names(line: Explained) -> Iterator[tuple[str, Text]]:
    """What stands at and below a result, by key; a part of it that belongs to one team goes by the key too."""
    yield line.of.partition("@")[0], line.name
    for part in line.parts:
        yield from _names(part)


_NEEDS = ("condition", "needed", "value", "holds")
_HOLDS = {True: "holds", False: "fails", None: "unmeasured"}


def _needed(condition: LevelCondition, value: float, language: Language) -> str:
    """A share of the weight, or a mean."""
    return percent(value, language) if condition.condition == "breadth" else number(value, language, 2)


def _name(account: Account, part: Explained) -> Markup:
    href = addressed(account.path, account.language, of=quote(part.of, safe="@:"))
    return element("a", told(part.name, account.language), href=href)


def _made(explanation: Explanation, language: Language) -> Markup:
    api = f"/v1/scores/{explanation.score_id}/explanation"
    return element("p", tell("explanation.more", language), " ", element("code", api))
