"""How a score is calculated: every result with its inputs, their shares and their signed contributions, adding up exactly.

A result is the base (the middle of its ladder) plus what each input adds to it or takes from it: share·(value - base). Nothing is
computed again from answers: the whole numbers of the ledgers are enough, and stay when the answers are erased.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from assess.campaign.model import ContractQuestionnaire
from assess.maturity.model import Band, Hidden, Imported, Staged, State
from assess.maturity.scores.derivation import Derived, Facts, ItemMean, derived, nodes_below
from assess.maturity.scores.exact import Exact, fraction, said
from assess.maturity.scores.explanation_sentences import reason, sentence
from assess.maturity.scores.lines import TOLERANCE, Line, LineKind
from assess.maturity.stages import BREADTH, LEARNING_STEP, NEEDED_KPI, NEEDED_LEARNING, NEEDED_MEAN, Condition
from assess.words import Digest, Key, Text

VERSION = "explanation/2"
"""Changes whenever the same facts could be explained otherwise."""

ROOM = 2_000
"""Results in one reply; of larger trees the lower parts are left to their own addresses."""

Formula = Literal[
    "weighted_mean_of_processes",
    "weighted_mean_of_steps",
    "weighted_mean_of_items",
    "mean_by_headcount",
    "mean_of_answers",
    "record_of_the_kpi",
    "mean_of_several_items",
    "band_of_the_mean",
    "none",
]
"""How the value is made: Σ share·value of the parts, or of an item lowest + span·(total/n - lowest ordinal)/(ordinals' span)."""


class LevelCondition(Struct, frozen=True, kw_only=True):
    """A condition of the next staged level (of the highest, where all hold). of: whose value it is about.

    needed and value: a mean in levels or rungs, or (``breadth``) a share of the weight 0–1. value is absent where it was not
    measured or may not be told; holds is absent where it was not measured.
    """

    level: int
    condition: Condition
    of: str
    needed: float
    value: Exact | None
    holds: bool | None


class Explained(Struct, frozen=True, kw_only=True):
    """One result and what it is made of. of: its address (``?of=``), a key, behind ``@`` the team whose part it is.

    weight: as the questionnaire says it, or people invited. share: the exact share of the result above, which is the base plus
    the contributions of its parts; both are absent of what does not count there, and reason says why. n: people with a
    level that counts. more: the parts are not in this reply; ask for its address.
    """

    of: str
    kind: LineKind
    name: Text
    state: State
    weight: Exact
    share: Exact | None
    base: Exact
    value: Exact | None
    contribution: Exact | None
    n: int | None
    band: Band | None
    formula: Formula
    staged: Staged | None
    conditions: list[LevelCondition]
    reason: Text | None
    sentence: Text
    more: bool
    parts: list["Explained"]


class Explanation(Struct, frozen=True, kw_only=True):
    """How a score is calculated, and from what: the facts' digest, the engine, the questionnaires, and what is hidden below.

    imported: as in the results.
    """

    score_id: UUID
    campaign_id: UUID
    node: UUID
    key: Key
    name: str
    imported: Imported | None
    engine: str
    inputs_digest: Digest
    threshold: int
    questionnaires: list[ContractQuestionnaire]
    mask: list[Hidden]
    result: Explained


def compute(facts: bytes, of: str | None) -> bytes | None:
    """``explain`` in a worker: Facts in JSON to an Explanation in JSON, none when the score has no such part."""
    explained = explain(msgspec.json.decode(facts, type=Facts), of)
    return None if explained is None else msgspec.json.encode(explained)


def explain(facts: Facts, of: str | None = None, *, room: float = ROOM) -> Explanation | None:
    """The whole score, or the part of that address, in at most ``room`` results; none when it has no such part."""
    score = derived(facts)
    top = score.root if of is None else score.addressed().get(of)
    if top is None:
        return None
    below = {node.id for node in nodes_below(facts.contract, facts.score.node)}
    asked = {digest for team in facts.contract.teams if team.team_id in below for digest in team.questionnaires}
    return Explanation(
        score_id=facts.score.score_id,
        campaign_id=facts.campaign_id,
        node=facts.score.node,
        key=facts.score.key,
        name=facts.score.name,
        imported=facts.score.imported,
        engine=facts.engine,
        inputs_digest=facts.inputs_digest,
        threshold=facts.threshold,
        questionnaires=[version for version in facts.contract.questionnaires if version.digest in asked],
        mask=[hidden for hidden in facts.mask if hidden.node in below],
        result=_Teller(facts, score, top, room).told(top),
    )


class _Teller:
    """Lines in words, as far as there is room."""

    def __init__(self, facts: Facts, score: Derived, top: Line, room: float):
        self.k = facts.threshold
        self.top = top
        self.conditions = _conditions(score)
        self.closed = next(kinds for kinds in _CLOSED if _count(top, kinds, top) <= room or kinds == _CLOSED[-1])

    def told(self, line: Line) -> Explained:
        """A line and its parts."""
        contribution, more = line.contribution(), line is not self.top and line.kind in self.closed and bool(line.parts)
        counts = line.share is not None or line is self.top or line.kind == "overall"
        return Explained(
            of=line.of,
            kind=line.kind,
            name=line.name,
            state=line.state,
            weight=said(line.weight),
            share=None if line.share is None else said(line.share),
            base=said(line.base),
            value=None if line.value is None else said(line.value),
            contribution=None if contribution is None else said(contribution),
            n=line.n,
            band=line.band,
            formula=_formula(line),
            staged=line.staged,
            conditions=self.conditions.get(line.of, []) if line.kind == "step" else [],
            reason=None if counts else reason(line, self.k),
            sentence=sentence(line, self.k),
            more=more,
            parts=[] if more else [self.told(part) for part in line.parts],
        )


_CLOSED: tuple[frozenset[LineKind], ...] = (
    frozenset(),
    frozenset({"group"}),
    frozenset({"group", "step", "kpi_maturity"}),
)
"""What keeps its parts to itself when there is not room enough, step by step."""


def _count(line: Line, closed: frozenset[LineKind], top: Line) -> int:
    if line is not top and line.kind in closed:
        return 1
    return 1 + sum(_count(part, closed, top) for part in line.parts)


def _formula(line: Line) -> Formula:
    """What the value of a line is, by what it is made of."""
    if line.band is not None:
        return "band_of_the_mean"
    if line.value is None:
        return "none"
    if line.factual:
        return "record_of_the_kpi"
    kinds = {part.kind for part in line.parts if part.share is not None}
    if not kinds:
        return "mean_of_answers" if line.n is not None else "mean_of_several_items"
    return next(formula for kind, formula in _BY_PART.items() if kind in kinds)


_BY_PART: dict[LineKind, Formula] = {
    "process": "weighted_mean_of_processes",
    "step": "weighted_mean_of_steps",
    "group": "mean_by_headcount",
    "item": "weighted_mean_of_items",
    "kpi": "weighted_mean_of_items",
    "combined": "weighted_mean_of_items",
}


def _conditions(score: Derived) -> dict[str, list[LevelCondition]]:
    """The conditions of each step's next level, by the step's address."""
    learning = score.step(LEARNING_STEP)
    found: dict[str, list[LevelCondition]] = {}
    for place, asked in enumerate(score.asked):
        lines = score.parts(place)
        items = {key: each for (at, key), each in score.items.items() if at == place}
        for step in asked.process.steps:
            line = lines.get(step.key)
            if line is not None and line.staged is not None and line.staged.level is not None:
                own = [items[item.key] for item in step.items]
                kpi = lines.get(f"{asked.process.key}:kpis")
                found.setdefault(step.key, _of_step(line, line.staged, own, kpi, learning))
    return found


def _of_step(
    line: Line, staged: Staged, items: Sequence[ItemMean], kpi: Line | None, learning: Line | None
) -> list[LevelCondition]:
    level = staged.blocked_at or max(NEEDED_MEAN)
    applicable = [each for each in items if each.line.state is not State.NOT_APPLICABLE]
    return [
        _condition(level, "mean", line.of, NEEDED_MEAN[level], line.value, staged),
        *[
            _condition(level, "gate", each.item.key, level - 1, each.line.value, staged)
            for each in applicable
            if each.item.gate
        ],
        _condition(level, "breadth", line.of, BREADTH, _breadth(applicable, level), staged),
        *_beside(level, "kpi", kpi, NEEDED_KPI, staged),
        *_beside(level, "learning", learning, NEEDED_LEARNING, staged),
    ]


def _beside(
    level: int, name: Condition, line: Line | None, needed: Mapping[int, float], staged: Staged
) -> list[LevelCondition]:
    if level not in needed:
        return []
    of = line.of if line else name
    return [_condition(level, name, of, needed[level], line.value if line else None, staged)]


def _condition(
    level: int, name: Condition, of: str, needed: float, value: Fraction | None, staged: Staged
) -> LevelCondition:
    """Whether it holds is read from the published level where the value is not told, or is one of a banded mean."""
    if value is not None:
        holds: bool | None = value >= fraction(needed) - TOLERANCE
    else:
        holds = _untold(name, staged)
    told = None if value is None else said(value)
    return LevelCondition(level=level, condition=name, of=of, needed=float(needed), value=told, holds=holds)


def _untold(name: Condition, staged: Staged) -> bool | None:
    if "not_measured" in staged.blocked_by and name in {"gate", "kpi", "learning"}:
        return None
    return name not in staged.blocked_by


def _breadth(items: Sequence[ItemMean], level: int) -> Fraction | None:
    """The share of the scored weight that stands at most half a level below; none where a banded item takes part in it."""
    scored = [each for each in items if each.line.state is State.SCORED]
    if not scored or any(each.banded for each in scored):
        return None
    broad = [each for each in scored if (each.mean or 0) >= level - Fraction(1, 2) - TOLERANCE]
    return sum((each.line.weight for each in broad), Fraction(0)) / sum(each.line.weight for each in scored)
