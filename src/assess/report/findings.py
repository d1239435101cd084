"""What the facts say, looked up: results by name, their reasons, and the numbers as they are written.

The one rule of all pages stands here: a value is read through ``shown``, and what is not scored has no value.
"""

from datetime import date

from assess.maturity.model import Balanced, KpiResult, NodeResults, ProcessResult, Result, Staged, State, StepResult
from assess.report.model import ProcessWords, ReportFacts, ResultFacts
from assess.report.sentences import say
from assess.roadmap.model import Owner, PlannedAction
from assess.typography import number, typeset
from assess.words import Language, Text

FIXED = "\u00a0"
ALIVE = 3
"""From this rung on (owned and targeted) a KPI can be steered by."""


def told(text: Text, language: Language) -> str:
    """A text of the questionnaires or of the plan, as printed; in its own language where it has only one."""
    return typeset(text.get(language) or next(iter(text.values())), language)


def shown(result: Result) -> float | None:
    """The value, 1–5 or 0–5, if it may be seen and there is one."""
    return result.value if result.state is State.SCORED else None


def index_of(result: Result) -> float | None:
    """The index 0–100, if it may be seen and there is one."""
    return result.index if result.state is State.SCORED else None


def bounds(result: Result) -> tuple[float, float] | None:
    """The interval in the unit of the value, if it may be seen and there is one."""
    if shown(result) is None or result.interval is None:
        return None
    return result.interval.low, result.interval.high


def index_bounds(result: Result) -> tuple[float, float] | None:
    """The interval as index, 25 · (level - 1)."""
    levels = bounds(result)
    return None if levels is None else (25 * (levels[0] - 1), 25 * (levels[1] - 1))


def balance_shown(found: Balanced) -> tuple[float, float] | None:
    """Value and index of a balanced score, if they may be seen and there are any."""
    if found.state is not State.SCORED or found.value is None or found.index is None:
        return None
    return found.value, found.index


def company(facts: ResultFacts) -> NodeResults:
    """The results of the whole organisation, which stand first."""
    return facts.results.nodes[0]


def process_of(node: NodeResults, key: str) -> ProcessResult | None:
    """A node's process by key."""
    return next((process for process in node.processes if process.key == key), None)


def step_of(node: NodeResults, key: str) -> StepResult | None:
    """A node's step by key."""
    return next((step for process in node.processes for step in process.steps if step.key == key), None)


def core(facts: ResultFacts) -> list[ProcessWords]:
    """The processes that make the overall score."""
    return [words for words in facts.processes if words.in_overall]


def scored(facts: ResultFacts, words: ProcessWords) -> Result | None:
    """The company's result of a process, when it can be shown."""
    process = process_of(company(facts), words.key)
    return process.result if process is not None and shown(process.result) is not None else None


def overall(facts: ResultFacts) -> float | None:
    """The company's index; never when one of its processes is missing, whatever the facts say."""
    complete = all(scored(facts, words) is not None for words in core(facts))
    return index_of(company(facts).overall) if complete and core(facts) else None


def standing(kpi: KpiResult) -> float | None:
    """The rung of a KPI wherever one is counted or drawn: of its record, else the one that people confirm, if it may be seen."""
    if kpi.factual is not None:
        return kpi.factual.rung
    return kpi.rung if shown(kpi.result) is not None else None


def side(rung: float) -> float:
    """Where a rung is drawn: a mean just short of ``ALIVE`` stands on the side of what is not alive."""
    return min(rung, ALIVE - 0.6) if rung < ALIVE else rung


def reason(state: State, facts: ResultFacts) -> str:
    """Why there is no result, in words."""
    return say(f"reason.{state.value}", facts.language, threshold=str(facts.results.threshold))


def absence(state: State | None, facts: ResultFacts) -> str:
    """Why nothing is there: no result at all was not asked, and a scored state without a value covers too little."""
    known = State.NOT_ASKED if state is None else State.LOW_COVERAGE if state is State.SCORED else state
    return reason(known, facts)


def unscored(state: State | None, facts: ResultFacts) -> str:
    """``no result: fewer than 5 answers``."""
    return say("unscored", facts.language, reason=absence(state, facts))


def staged_words(staged: Staged | None, language: Language, *, blocked: bool = True) -> str:
    """``level 2 of 5, provisional; level 3 lacks a key practice``."""
    if staged is None or staged.level is None:
        return say("staged.none", language)
    sureness = say("staged.confirmed" if staged.confirmed else "staged.provisional", language)
    level = say("staged", language, level=str(staged.level), sureness=sureness)
    if not blocked or staged.blocked_at is None or not staged.blocked_by:
        return level
    what = say(f"blocked.{staged.blocked_by[0]}", language)
    return say("staged.blocked", language, staged=level, what=what)


def sample(n: int | None, language: Language) -> str:
    """``n = 34``, never broken across lines; empty when n is hidden."""
    return "" if n is None else f"n{FIXED}={FIXED}{number(n, language)}"


def level(value: float, language: Language) -> str:
    """A level or rung with one decimal."""
    return number(value, language, 1)


def owner_words(owner: Owner, language: Language, *, team: bool = True) -> str:
    """Who answers for it: a person or a role with its team, or a role that must be filled."""
    role = told(owner.title, language)
    if owner.vacant:
        return say("owner.vacant", language, role=role[:1].lower() + role[1:])
    who = owner.name or role
    return say("owner.team", language, who=who, team=owner.team) if team and owner.team else who


def month_of(facts: ReportFacts, month: int) -> date:
    """The first day of the plan's ``month`` (0 = its first)."""
    start = facts.plan.starts_on
    years, index = divmod(start.month - 1 + month, 12)
    return date(start.year + years, index + 1, 1)


def work(facts: ReportFacts) -> list[PlannedAction]:
    """The plan's actions that are work, not decision points."""
    return [action for action in facts.plan.actions if not action.decision_point]
