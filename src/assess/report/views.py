"""Where two perspectives see the same work differently; only what both sides are large enough to show is here at all."""

from msgspec import Struct

from assess.maturity.model import PerspectiveGap
from assess.report.findings import company, level, process_of, told
from assess.report.model import ProcessWords, ResultFacts
from assess.report.page_sentences import tell
from assess.report.sentences import say
from assess.words import Language

MOST_GAPS = 10
"""In the picture; the table has them all."""


class Gap(Struct, frozen=True, kw_only=True):
    """Two means, levels 1–5, of a step or of a whole process (``whole``); ``pair`` names the two sides, left one first.

    key: of the step or process, by which its calculation is found.
    """

    process: str
    key: str
    title: str
    whole: bool
    pair: tuple[str, str]
    left: float
    right: float
    written: tuple[str, str]
    people: tuple[int, int]
    difference: float
    bounds: tuple[float, float] | None
    flagged: bool


class Views(Struct, frozen=True, kw_only=True):
    """The picture: the widest gaps first; ``scale`` names the levels 1–5."""

    title: str
    scale: list[str]
    gaps: list[Gap]


def known_gaps(facts: ResultFacts) -> list[Gap]:
    """Every published gap of the node that is looked at: flagged ones first, then the widest."""
    gaps = [gap for words in facts.processes for gap in _gaps(facts, words)]
    return sorted(gaps, key=lambda gap: (not gap.flagged, -abs(gap.difference)))


def views(facts: ResultFacts) -> Views | None:
    """None when no gap can be shown."""
    gaps, language = known_gaps(facts), facts.language
    if not gaps:
        return None
    scale = [say(f"level.{rank}", language) for rank in range(1, 6)]
    return Views(title=tell("views.picture", language), scale=scale, gaps=gaps[:MOST_GAPS])


def _gaps(facts: ResultFacts, words: ProcessWords) -> list[Gap]:
    process = process_of(company(facts), words.key)
    return [_gap(facts.language, words, gap) for gap in (process.gaps if process is not None else ())]


def _gap(language: Language, words: ProcessWords, gap: PerspectiveGap) -> Gap:
    step = next((step for step in words.steps if step.key == gap.step), None)
    sides = (gap.left, gap.right)
    left, right = (tell(f"perspective.{side.perspective}", language) for side in sides)
    return Gap(
        process=words.key,
        key=gap.step or words.key,
        title=told(words.title if step is None else step.title, language),
        whole=step is None,
        pair=(left, right),
        left=gap.left.mean,
        right=gap.right.mean,
        written=(level(gap.left.mean, language), level(gap.right.mean, language)),
        people=(gap.left.n, gap.right.n),
        difference=gap.difference,
        bounds=None if gap.interval is None else (gap.interval.low, gap.interval.high),
        flagged=gap.flagged,
    )
