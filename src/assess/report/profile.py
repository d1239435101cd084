"""Page 2, the step profile: where the chain breaks."""

from msgspec import Struct

from assess.maturity.model import StepResult
from assess.report.findings import bounds, company, core, level, shown, step_of, told, unscored
from assess.report.model import ProcessWords, ResultFacts, StepWords
from assess.report.sentences import quoted, say
from assess.typography import number

HIGHEST_TARGET = 4.0
"""One level at a time, and no further than managed: the last level is not a target by default."""


class Dot(Struct, frozen=True, kw_only=True):
    """A step on the scale 1–5; ``value`` absent: ``note`` says why; else ``note`` is n."""

    title: str
    value: float | None
    bounds: tuple[float, float] | None
    target: float | None
    written: str
    staged: str
    note: str


class DotGroup(Struct, frozen=True, kw_only=True):
    """The steps of a process."""

    process: str
    title: str
    dots: list[Dot]


class Profile(Struct, frozen=True, kw_only=True):
    """The page: ``scale`` names the levels 1–5, ``legend`` dot, interval and target."""

    kicker: str
    title: str
    lead: list[str]
    scale: list[str]
    columns: list[str]
    legend: list[str]
    groups: list[DotGroup]


def profile(facts: ResultFacts) -> Profile | None:
    """None when no step can be shown."""
    language = facts.language
    groups = [_group(facts, words) for words in facts.processes]
    if not any(dot.value is not None for group in groups for dot in group.dots):
        return None
    return Profile(
        kicker=say("profile.kicker", language),
        title=_title(facts),
        lead=[say("profile.lead", language)],
        scale=[say(f"level.{rank}", language) for rank in range(1, 6)],
        columns=[say("profile.column.mean", language), say("profile.column.staged", language), "n"],
        legend=[say(f"profile.legend.{name}", language) for name in ("dot", "interval", "target")],
        groups=groups,
    )


def target_of(value: float) -> float | None:
    """One level higher, up to 4; none above."""
    return min(value + 1, HIGHEST_TARGET) if value < HIGHEST_TARGET else None


def _title(facts: ResultFacts) -> str:
    language = facts.language
    steps = _ranked(facts, core(facts)) or _ranked(facts, facts.processes)
    low, weakest = steps[0]
    high, strongest = steps[-1]
    names = {"weakest": quoted(told(weakest.title, language), language), "low": level(low, language)}
    if len(steps) == 1:
        return say("profile.title.one", language, **names)
    best = quoted(told(strongest.title, language), language)
    return say("profile.title", language, **names, high=level(high, language), strongest=best)


def _ranked(facts: ResultFacts, processes: list[ProcessWords]) -> list[tuple[float, StepWords]]:
    """Shown steps, the lowest first; of equals the earlier step."""
    steps = [step for process in processes for step in process.steps]
    values = [(_value(step_of(company(facts), step.key)), step) for step in steps]
    return sorted(((value, step) for value, step in values if value is not None), key=lambda entry: entry[0])


def _group(facts: ResultFacts, words: ProcessWords) -> DotGroup:
    return DotGroup(
        process=words.key,
        title=told(words.title, facts.language),
        dots=[_dot(facts, step, step_of(company(facts), step.key)) for step in words.steps],
    )


def _dot(facts: ResultFacts, words: StepWords, step: StepResult | None) -> Dot:
    language, value = facts.language, _value(step)
    if step is None or value is None:
        note = unscored(step.result.state if step is not None else None, facts)
        return Dot(
            title=told(words.title, language), value=None, bounds=None, target=None, written="—", staged="", note=note
        )
    return Dot(
        title=told(words.title, language),
        value=value,
        bounds=bounds(step.result),
        target=target_of(value),
        written=level(value, language),
        staged="" if step.staged is None or step.staged.level is None else str(step.staged.level),
        note="" if step.result.n is None else number(step.result.n, language),
    )


def _value(step: StepResult | None) -> float | None:
    return None if step is None else shown(step.result)
