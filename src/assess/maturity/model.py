"""Results as values: never a naked number.

Every result says on how many answers it stands, how sure it is, how much of what was asked it covers, and why it is absent
when it is. Formulas stand in the sibling modules; these are only the words.
"""

from enum import Enum
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct
from msgspec.structs import replace

from assess.campaign.model import AssessmentState, Campaign
from assess.words import Digest, Key, Link

ENGINE = "maturity/1"
"""Version of the scoring engine; it changes whenever the same facts could give other results."""


class State(Enum):
    """Why a result is there, or is not. Closed list."""

    SCORED = "scored"
    NOT_ASKED = "not_asked"
    NO_ANSWERS = "no_answers"
    NOT_APPLICABLE = "not_applicable"
    BELOW_THRESHOLD = "below_threshold"
    PROTECTS_OTHERS = "protects_others"
    LOW_COVERAGE = "low_coverage"
    LOW_PARTICIPATION = "low_participation"


class Interval(Struct, frozen=True, kw_only=True):
    """A 95 % interval, in the unit of the value beside it."""

    low: float
    high: float


class Result(Struct, frozen=True, kw_only=True):
    """One number with everything that makes it honest.

    value: levels 1–5 (practices) or rungs 0–5 (KPI maturity); index: 0–100. Both absent unless ``state`` is ``scored``.
    interval: what everybody invited would have said; single items have none yet. n: people with at least one level that counts.
    coverage: share 0–1 of the applicable weight that could be scored; absent when hidden. agreement: 0–1, room for it.
    fragile: 30–50 % participation.
    """

    value: float | None
    index: float | None
    interval: Interval | None
    n: int | None
    coverage: float | None
    agreement: float | None
    fragile: bool
    state: State


class Staged(Struct, frozen=True, kw_only=True):
    """A gated level: 1–5, the conditions that stop the next one, and whether it also holds at the interval's lower bound."""

    level: Annotated[int, Meta(ge=1, le=5)] | None
    blocked_at: int | None
    blocked_by: list[Literal["mean", "gate", "breadth", "kpi", "learning", "not_measured"]]
    confirmed: bool


Band = Literal["<2", "2-3", "3-4", ">4"]
"""Where the mean of a sensitive item lies."""


class ItemResult(Struct, frozen=True, kw_only=True):
    """A practice of a team. ``invisible``: at least 30 % do not know it.

    ``dont_know``: share 0–1 in steps of 0.05, only from the threshold on.
    ``band``: for a sensitive item, all that is said of its mean; its value is then the middle of the band (1.5, 2.5, 3.5, 4.5).
    """

    key: Key
    result: Result
    band: Band | None
    dont_know: float | None
    invisible: bool


class KpiResult(Struct, frozen=True, kw_only=True):
    """How alive an indicator is: mean rung, the rung that 60 % of the people confirm, and the share who know it."""

    key: Key
    result: Result
    rung: int | None
    awareness: float | None


class StepResult(Struct, frozen=True, kw_only=True):
    """A step: ``prudent`` is the value with every "don't know" read as the lowest level."""

    key: Key
    result: Result
    prudent: float | None
    staged: Staged | None
    items: list[ItemResult]


class ProcessResult(Struct, frozen=True, kw_only=True):
    """A process, its weakest step, and its KPI maturity as an axis of its own."""

    key: Key
    in_overall: bool
    result: Result
    staged: Staged | None
    weakest_step: Key | None
    steps: list[StepResult]
    kpi_maturity: Result
    kpis: list[KpiResult]


class NodeResults(Struct, frozen=True, kw_only=True):
    """Everything published about one node of the tree: a team, a parent team, or the company (``parent`` absent).

    headcount: people invited at or below this node. responses: people who gave at least one level, and participation, their share
    0–1; both absent when hidden. state: ``scored`` if any number of the node can be seen. processes: those of the campaign, the
    core ones first; one that cannot be seen has its steps without items.
    """

    node: UUID
    key: Key
    name: str
    parent: UUID | None
    headcount: int
    responses: int | None
    participation: float | None
    state: State
    overall: Result
    staged: Staged | None
    processes: list[ProcessResult]


class Hidden(Struct, frozen=True, kw_only=True):
    """A cell that nobody sees, and why: a node's results on one process, or (``process`` absent) its count of responses."""

    node: UUID
    key: Key
    name: str
    process: Key | None
    reason: State


class CampaignResults(Struct, frozen=True, kw_only=True):
    """The results of all nodes of a campaign, the company first, then the tree in its order."""

    campaign_id: UUID
    engine: str
    inputs_digest: Digest
    threshold: int
    nodes: list[NodeResults]
    mask: list[Hidden]


class TeamResults(Struct, frozen=True, kw_only=True):
    """The results of one assessment: its team with everybody below it."""

    assessment_id: UUID
    campaign_id: UUID
    engine: str
    inputs_digest: Digest
    threshold: int
    results: NodeResults


class AssessmentStatus(Struct, frozen=True, kw_only=True):
    """One team in one campaign. ``headcount``: people invited, absent before the launch."""

    id: UUID
    campaign_id: UUID
    team_id: UUID
    team: Key
    name: str
    state: AssessmentState
    headcount: int | None
    links: list[Link]


class ClosedCampaign(Struct, frozen=True, kw_only=True):
    """A campaign that has just been closed and scored: of how many teams something can be seen, and of how many nothing."""

    campaign: Campaign
    scored: int
    insufficient: int
    links: list[Link]


class Mask(Struct, frozen=True, kw_only=True):
    """What nobody sees in a campaign, and why; the same for every export."""

    campaign_id: UUID
    engine: str
    inputs_digest: Digest
    threshold: int
    hidden: list[Hidden]


def below(results: CampaignResults, top: UUID | None) -> CampaignResults:
    """The part of the results that the holder of a team's key sees: the team and what is below it; all of it without a team.

    The company stands first and each parent before its children.
    """
    if top is None:
        return results
    seen = {top}
    for node in results.nodes:
        if node.parent in seen:
            seen.add(node.node)
    return replace(
        results,
        nodes=[node for node in results.nodes if node.node in seen],
        mask=[hidden for hidden in results.mask if hidden.node in seen],
    )
