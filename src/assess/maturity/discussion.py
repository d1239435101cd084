"""What a team talks about first: where its people see things differently, do not see them, or see what no record shows.

Disagreement is content, not noise: before acting on a practice that half of a team calls absent and the other half well run, the
two halves compare what they mean. Only published results are read, so whatever is hidden is no subject either.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Literal
from uuid import UUID

from msgspec import Struct

from assess.campaign.model import Perspective
from assess.maturity.model import (
    Agreement,
    CampaignResults,
    Imported,
    ItemResult,
    KpiResult,
    NodeResults,
    PerspectiveGap,
    ProcessResult,
    State,
    StepResult,
)
from assess.maturity.perspectives import NOTABLE
from assess.questionnaire.model import Questionnaire
from assess.typography import french, number, percent
from assess.words import LANGUAGES, Digest, Key, Text

AT_MOST = 10
"""Subjects of one meeting."""

Subject = Literal[
    "split_item",
    "weak_agreement",
    "perspective_gap",
    "invisible_practice",
    "believed_not_evidenced",
    "dead_indicator",
]


class Place(Struct, frozen=True, kw_only=True):
    """A process, a step or an item, and what it is called."""

    key: Key
    label: Text


class DiscussionPoint(Struct, frozen=True, kw_only=True):
    """One subject: where it is, the numbers that make it one, and a sentence to open the discussion with.

    distance: what the subjects are ranked by, in levels (KPIs: rungs): of a split item or a weakly agreed step twice its mean
    deviation, that is how far two camps would stand apart; of perspectives their difference; of an invisible practice twice the
    share of those who do not know; of an indicator what people say minus what its record shows, without its sign.
    agreement, gap, dont_know (share 0–1) and evidence (rungs, with its sign): those of the subject's kind, the others absent.
    """

    kind: Subject
    process: Place
    step: Place | None
    item: Place | None
    distance: float
    agreement: Agreement | None
    gap: PerspectiveGap | None
    dont_know: float | None
    evidence: float | None
    sentence: Text


class Discussion(Struct, frozen=True, kw_only=True):
    """What a node of a campaign talks about first, the most important subject first.

    state: why there may be none. imported: as in the results.
    """

    campaign_id: UUID
    engine: str
    inputs_digest: Digest
    node: UUID
    key: Key
    name: str
    state: State
    imported: Imported | None
    points: list[DiscussionPoint]


Names = Mapping[Key, Place]
"""Processes, steps and items by key."""


def names_in(versions: Collection[Questionnaire]) -> Names:
    """What everything in these questionnaires is called."""
    named: dict[Key, Text] = {}
    for version in versions:
        for process in version.processes:
            named[process.key] = process.title
            named |= {step.key: step.title for step in process.steps}
            named |= {item.key: item.label for item in process.items()}
    return {key: Place(key=key, label=_whole(label)) for key, label in named.items()}


def _whole(text: Text) -> Text:
    """What has one language only is called by that everywhere."""
    first = next(iter(text.values()))
    return {language: text.get(language, first) for language in LANGUAGES}


def discussions_of(results: CampaignResults, names: Names) -> Iterator[Discussion]:
    """What each node of which something is shown talks about first."""
    for node in results.nodes:
        if node.state is State.SCORED:
            yield Discussion(
                campaign_id=results.campaign_id,
                engine=results.engine,
                inputs_digest=results.inputs_digest,
                node=node.node,
                key=node.key,
                name=node.name,
                state=node.state,
                imported=node.imported,
                points=points_of(node, names),
            )


def points_of(node: NodeResults, names: Names) -> list[DiscussionPoint]:
    """The subjects of a node, the farthest apart first, at most ten. A step of which an item is split is no subject itself."""
    found = [point for process in node.processes for point in _of_process(process, names)]
    return sorted(found, key=lambda point: (-point.distance, point.kind, _where(point)))[:AT_MOST]


def _where(point: DiscussionPoint) -> Key:
    return (point.item or point.step or point.process).key


def _of_process(process: ProcessResult, names: Names) -> Iterator[DiscussionPoint]:
    for step in process.steps:
        split = [item for item in step.items if item.result.agreement and item.result.agreement.split]
        yield from (
            _split(process, step, item, item.result.agreement, names) for item in split if item.result.agreement
        )
        if not split and step.result.agreement and step.result.agreement.strength in {"lack", "weak"}:
            yield _weak(process, step, step.result.agreement, names)
        yield from (
            _invisible(process, step, item, item.dont_know, names)
            for item in step.items
            if item.invisible and item.dont_know is not None
        )
    yield from (_gap(process, gap, names) for gap in process.gaps if _is_far(gap))
    yield from (_indicator(process, kpi, names) for kpi in process.kpis if kpi.finding and kpi.gap is not None)


def _split(
    process: ProcessResult, step: StepResult, item: ItemResult, agreement: Agreement, names: Names
) -> DiscussionPoint:
    label = names[item.key].label
    return DiscussionPoint(
        kind="split_item",
        process=names[process.key],
        step=names[step.key],
        item=names[item.key],
        distance=2 * agreement.deviation,
        agreement=agreement,
        gap=None,
        dont_know=None,
        evidence=None,
        sentence=_text(
            f"Cette pratique est vue de deux façons : « {label['fr']} ». Au moins un quart des personnes la situent au niveau 2 "
            "ou plus bas, au moins un quart au niveau 4 ou plus haut. Que voient les uns que les autres ne voient pas ?",
            f"This practice is seen in two ways: “{label['en']}”. At least a quarter of the people put it at level 2 or lower, "
            "at least a quarter at level 4 or higher. What do some see that others do not?",
        ),
    )


def _weak(process: ProcessResult, step: StepResult, agreement: Agreement, names: Names) -> DiscussionPoint:
    label = names[step.key].label
    return DiscussionPoint(
        kind="weak_agreement",
        process=names[process.key],
        step=names[step.key],
        item=None,
        distance=2 * agreement.deviation,
        agreement=agreement,
        gap=None,
        dont_know=None,
        evidence=None,
        sentence=_text(
            f"Les avis sur « {label['fr']} » s’écartent en moyenne de {number(agreement.deviation, 'fr', 1)} "
            f"{_units('niveau', 'x', agreement.deviation)} de leur moyenne : comparez vos exemples avant de choisir une action.",
            f"Views on “{label['en']}” are {number(agreement.deviation, 'en', 1)} levels away from their mean on average: "
            "compare your examples before you choose an action.",
        ),
    )


def _invisible(
    process: ProcessResult, step: StepResult, item: ItemResult, share: float, names: Names
) -> DiscussionPoint:
    label = names[item.key].label
    return DiscussionPoint(
        kind="invisible_practice",
        process=names[process.key],
        step=names[step.key],
        item=names[item.key],
        distance=2 * share,
        agreement=None,
        gap=None,
        dont_know=share,
        evidence=None,
        sentence=_text(
            f"Environ {percent(share, 'fr')} des personnes ne savent pas ce qu’il en est de « {label['fr']} » : "
            "la pratique existe-t-elle sans se voir, ou pas du tout ?",
            f"About {percent(share, 'en')} of the people do not know about “{label['en']}”: "
            "does the practice exist without being seen, or not at all?",
        ),
    )


_VIEWS: Mapping[Perspective, Text] = {
    "manager": {"fr": "l’encadrement", "en": "managers"},
    "member": {"fr": "les membres des équipes", "en": "team members"},
    "client_facing": {"fr": "les personnes au contact des clients", "en": "client-facing people"},
    "headquarters": {"fr": "le siège", "en": "headquarters"},
}


def _is_far(gap: PerspectiveGap) -> bool:
    """Whether two perspectives are surely far apart, whichever is the higher; without a test, whether they are far apart."""
    if gap.interval is None:
        return abs(gap.difference) > NOTABLE
    return gap.flagged or gap.interval.high < -NOTABLE


def _gap(process: ProcessResult, gap: PerspectiveGap, names: Names) -> DiscussionPoint:
    where = names[gap.step or process.key].label
    left, right = _VIEWS[gap.left.perspective], _VIEWS[gap.right.perspective]
    return DiscussionPoint(
        kind="perspective_gap",
        process=names[process.key],
        step=names[gap.step] if gap.step else None,
        item=None,
        distance=abs(gap.difference),
        agreement=None,
        gap=gap,
        dont_know=None,
        evidence=None,
        sentence=_text(
            f"Deux regards sur « {where['fr']} » : niveau {number(gap.left.mean, 'fr', 1)} selon {left['fr']} "
            f"({gap.left.n} personnes), {number(gap.right.mean, 'fr', 1)} selon {right['fr']} ({gap.right.n} personnes). "
            "À quoi chacun pense-t-il ?",
            f"Two views on “{where['en']}”: level {number(gap.left.mean, 'en', 1)} according to {left['en']} "
            f"({gap.left.n} people), {number(gap.right.mean, 'en', 1)} according to {right['en']} ({gap.right.n} people). "
            "What does each of them think of?",
        ),
    )


def _indicator(process: ProcessResult, kpi: KpiResult, names: Names) -> DiscussionPoint:
    label, evidence = names[kpi.key].label, kpi.gap or 0.0
    believed = _text(
        f"Cru, mais pas démontré : « {label['fr']} » passe pour plus vivant que sa fiche ne le montre "
        f"(écart de {number(evidence, 'fr', 1)} {_units('échelon', 's', evidence)}). Où sont les mesures ?",
        f"Believed, but not evidenced: “{label['en']}” is taken to be more alive than its record shows "
        f"(by {number(evidence, 'en', 1)} rungs). Where are the measurements?",
    )
    dead = _text(
        f"Mesuré, mais pas vu : « {label['fr']} » est suivi, et l’équipe ne le sait guère "
        f"(écart de {number(-evidence, 'fr', 1)} {_units('échelon', 's', evidence)}). À qui sert-il ?",
        f"Measured, but not seen: “{label['en']}” is followed, and the team hardly knows it "
        f"(by {number(-evidence, 'en', 1)} rungs). Whom does it serve?",
    )
    return DiscussionPoint(
        kind="believed_not_evidenced" if kpi.finding == "believed_not_evidenced" else "dead_indicator",
        process=names[process.key],
        step=None,
        item=names[kpi.key],
        distance=abs(evidence),
        agreement=None,
        gap=None,
        dont_know=None,
        evidence=evidence,
        sentence=believed if kpi.finding == "believed_not_evidenced" else dead,
    )


def _units(name: str, plural: str, value: float) -> str:
    """French counts many from 2 on."""
    return name + plural * (round(abs(value), 1) >= 2)


def _text(fr: str, en: str) -> Text:
    return {"fr": french(fr), "en": en}
