"""The balanced score of a result page: the declared shares in a sentence, and each step or process that has one in a table."""

from collections.abc import Iterator

from msgspec import Struct

from assess.markup import Markup, element
from assess.maturity.model import Balanced, BalancedPart, Result, State
from assess.report.findings import balance_shown, level, process_of, reason, step_of, told
from assess.report.page_parts import NOTHING, Cell, Column, View, explained, section, table, valued
from assess.report.page_sentences import tell
from assess.typography import number, share_of
from assess.words import Key, Language


class Place(Struct, frozen=True):
    """A step or a whole process with its ordinary result and its balanced one."""

    key: Key
    title: str
    result: Result
    balanced: Balanced


def balance(view: View) -> Markup | None:
    """What is said where the campaign declared a balance; nothing of a single team, and of what was not asked."""
    found, language = list(_places(view)), view.language
    if not found:
        return None
    shares = weighed(found[0].balanced, language)
    columns = [Column(tell(f"column.{name}", language), name in _ENDS) for name in _NAMES]
    numbers = table(tell("balance.table", language), language, columns, [_row(view, place) for place in found])
    lead = element("p", tell("balance.lead", language, shares=shares))
    return section("balance", tell("balance.title", language), lead, numbers)


def weighed(balanced: Balanced, language: Language) -> str:
    """The declared shares: ``managers 50%, team members 50%``."""
    return ", ".join(
        tell(
            "balance.share",
            language,
            who=tell(f"perspective.{part.perspective}", language),
            share=share_of(part.share, language),
        )
        for part in balanced.parts
    )


def part_words(part: BalancedPart, language: Language) -> str:
    """A perspective with its mean and its people, or with a dash for them."""
    who = tell(f"perspective.{part.perspective}", language)
    if part.state is not State.SCORED or part.mean is None or part.n is None:
        return tell("balance.untold", language, who=who)
    return tell("view", language, who=who, value=level(part.mean, language), n=number(part.n, language))


_NAMES = ("where", "balanced", "balanced_index", "mean", "balanced_views")
_ENDS = ("balanced", "balanced_index", "mean")


def _places(view: View) -> Iterator[Place]:
    for words in view.facts.processes:
        process = process_of(view.node, words.key)
        if process is None or process.balanced is None or process.result.state is State.NOT_ASKED:
            continue
        title = tell("views.whole", view.language, process=told(words.title, view.language))
        yield Place(words.key, title, process.result, process.balanced)
        for each in words.steps:
            step = step_of(view.node, each.key)
            if step is not None and step.balanced is not None:
                yield Place(each.key, told(each.title, view.language), step.result, step.balanced)


def _row(view: View, place: Place) -> list[Cell]:
    """The balanced value leads to what it is made of."""
    language, found = view.language, place.balanced
    seen = balance_shown(found)
    own: list[Cell] = [element("span", reason(found.state, view.facts), class_="why"), NOTHING]
    if seen is not None:
        value, index = level(seen[0], language), number(seen[1], language)
        own = [explained(view, view.node, place.key, value, part="#balance"), index]
    views = ", ".join(part_words(part, language) for part in found.parts)
    return [place.title, *own, valued(view, place.result, place.key), views]
