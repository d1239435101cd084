"""Results as values: never a naked number.

Every result says on how many answers it stands, how sure it is, how much of what was asked it covers, and why it is absent
when it is. Formulas stand in the sibling modules; these are only the words.
"""

from datetime import date
from enum import Enum
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from assess.campaign.model import AssessmentState, Campaign, Perspective
from assess.words import Digest, Key, Link, Text

ENGINE = "maturity/4"
"""Version of the scoring engine; it changes whenever the same facts could give other results."""


class State(Enum):
    """Why a result is there, or is not. Closed list."""

    SCORED = "scored"
    NOT_ASKED = "not_asked"
    NO_ANSWERS = "no_answers"
    NOT_APPLICABLE = "not_applicable"
    UNCONFIRMED = "unconfirmed"
    BELOW_THRESHOLD = "below_threshold"
    PROTECTS_OTHERS = "protects_others"
    LOW_COVERAGE = "low_coverage"
    LOW_PARTICIPATION = "low_participation"
    INDICATIVE = "indicative"


class Interval(Struct, frozen=True, kw_only=True):
    """A 95 % interval, in the unit of the value beside it."""

    low: float
    high: float


Strength = Literal["lack", "weak", "moderate", "strong", "very_strong"]
"""Bands of agreement: up to .30, .50, .70, .90 and 1 (LeBreton & Senter 2008)."""


class Agreement(Struct, frozen=True, kw_only=True):
    """How far the people of a node see an item, a step or a process alike; it never decides what is published.

    deviation: AD, the mean distance from the mean, in levels (of several items: the mean of theirs). spread: sample standard
    deviation, in levels, of a single item only. r_wg: 0–1, of several items r_wg(J), which grows with their number: exported for
    comparability. r_wg_star: Lindell's, the number to read; at most 1, and below 0 when people disagree more than chance would.
    r_wg_skewed, r_wg_star_skewed: how both would be against slightly skewed chance instead of an even one; only where all items
    have five options. strength: the band of r_wg_star. consensus: the deviation is at most a sixth of the number of options (0.8
    of five; Burke & Dunlap 2002). split: at least a quarter of the people at the lower end (2 or less) and a quarter at the upper
    one (4 or more).
    """

    deviation: float
    spread: float | None
    r_wg: float
    r_wg_star: float
    r_wg_skewed: float | None
    r_wg_star_skewed: float | None
    strength: Strength
    consensus: bool
    split: bool


class Result(Struct, frozen=True, kw_only=True):
    """One number with everything that makes it honest.

    value: levels 1–5 (practices) or rungs 0–5 (KPI maturity); index: 0–100. Both absent unless ``state`` is ``scored``.
    interval: what everybody invited would have said. comparison: what such people would say, for comparing teams or moments. Both
    absent where only a band is told, and where nothing but records speaks.
    n: people with at least one level that counts. coverage: share 0–1 of the applicable weight that could be scored; absent when
    hidden. agreement: absent where a distribution would show (sensitive items), and of the overall score. range: the lowest and
    the highest value of the published teams below, unweighted; of nodes with teams below them only.
    fragile: 30–50 % participation.
    """

    value: float | None
    index: float | None
    interval: Interval | None
    comparison: Interval | None
    n: int | None
    coverage: float | None
    agreement: Agreement | None
    range: Interval | None
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
    ``band``: for a sensitive item, and for one whose mean would give it away, all that is said of its mean; its value is then the
    middle of the band (1.5, 2.5, 3.5, 4.5).
    """

    key: Key
    result: Result
    band: Band | None
    dont_know: float | None
    invisible: bool


AttainmentStatus = Literal["reached", "not_reached", "undecided", "unknown"]
"""Three-valued, and unknown where nothing can be compared: no value, or no target."""
Quadrant = Literal["live_good", "live_bad", "dead_good", "dead_bad", "dead_unknown", "live_unknown"]
"""Liveness × attainment: live and bad asks for action, dead and good is luck, dead and unknown is set up first."""


class Attainment(Struct, frozen=True, kw_only=True):
    """How good a measured value is against its target.

    value and target: in the KPI's unit. interval: 95 %, Wilson's, of shares only, in the KPI's unit. share: the way from the
    baseline to the target that is done, 0–1.2 (of a band: 0–1). status: ``reached`` only if the whole interval lies on the good
    side of the target, ``not_reached`` only if it lies wholly on the bad side; a share without its cases is ``undecided``.
    """

    period_end: date
    value: float
    interval: Interval | None
    baseline: float | None
    target: float | None
    share: float | None
    status: AttainmentStatus


class Factual(Struct, frozen=True, kw_only=True):
    """A KPI as its record shows it.

    rung: 0–5, of several teams their mean by headcount. missing: what stops the next rung; waived: what the rung does not demand,
    as nobody is asked it. attainment: of the newest value under the formula of today.
    """

    rung: float
    missing: list[Text]
    waived: list[Text]
    attainment: Attainment | None
    quadrant: Quadrant | None


class KpiResult(Struct, frozen=True, kw_only=True):
    """How alive an indicator is, as people see it and as its record shows it.

    result: the mean rung that people give; rung: the one that 60 % of them confirm; awareness: the share 0–1 who know it, in
    steps of 5 %.
    factual: absent without a record. gap: the mean rung that people give minus the factual one; above 1 "believed but not
    evidenced", below -1 "dead indicator": measured, unseen.
    """

    key: Key
    result: Result
    rung: int | None
    awareness: float | None
    factual: Factual | None
    gap: float | None
    finding: Literal["believed_not_evidenced", "dead_indicator"] | None


class BalancedPart(Struct, frozen=True, kw_only=True):
    """A perspective in a balanced score: its declared share 0–1, and its mean (levels) and people as the gaps tell them.

    state: ``scored``, or why no gap tells the perspective; then it has no mean.
    """

    perspective: Perspective
    share: float
    mean: float | None
    n: int | None
    state: State


class Balanced(Struct, frozen=True, kw_only=True):
    """What perspectives say of a step or process, each by its declared share: Σ share·mean, of the means as they are told.

    value: levels 1–5, by the hundredth; index: 0–100. Both absent unless ``state`` is ``scored``: the ordinary result and every
    part must be. It is no more exact than the means, which are told by the tenth.
    """

    value: float | None
    index: float | None
    state: State
    parts: list[BalancedPart]


class StepResult(Struct, frozen=True, kw_only=True):
    """A step: ``prudent`` is the value with every "don't know" read as the lowest level; absent where it has a sensitive item.

    evidenced: of the answers at level 4 or above to practices that are not told by their band, the share 0–1 beside which there
    was a link, in steps of 0.05. Only groups count in which people from the threshold on gave such an answer and nobody's answers
    were imported; absent where there are none. balanced: of nodes with teams below them, where the campaign declared a balance;
    never from a short form.
    """

    key: Key
    result: Result
    prudent: float | None
    evidenced: float | None
    staged: Staged | None
    items: list[ItemResult]
    balanced: Balanced | None


class View(Struct, frozen=True, kw_only=True):
    """What one perspective says: mean of its people's composites (levels), and how many they are."""

    perspective: Perspective
    mean: float
    n: int


class PerspectiveGap(Struct, frozen=True, kw_only=True):
    """Two perspectives on a step (``step`` absent: the whole process), shown only where both reach the threshold.

    difference: left minus right, in levels; interval, standard_error, freedom, t, p: Welch's. effect: Hedges' g. These six are
    absent where the people of each side are of one mind: there is a difference then, and nothing to test it by. flagged: the
    interval's lower bound is above 0.3 level. A positive gap of managers over members is expected. Levels, t and effect are told
    by the tenth, the standard error by the hundredth, p by the thousandth, degrees of freedom as a whole number.
    """

    step: Key | None
    left: View
    right: View
    difference: float
    interval: Interval | None
    standard_error: float | None
    freedom: float | None
    t: float | None
    p: float | None
    effect: float | None
    flagged: bool


class ProcessResult(Struct, frozen=True, kw_only=True):
    """A process, its weakest step, its KPI maturity as an axis of its own, and how perspectives on it differ.

    prudent: as of a step; absent where a step that counts has none. evidenced: as of a step, of all steps together.
    indicative: from the express form; then no step has a result, and nothing is staged or ranked. balanced: of nodes with teams
    below them, where the campaign declared a balance.
    """

    key: Key
    in_overall: bool
    result: Result
    prudent: float | None
    evidenced: float | None
    staged: Staged | None
    weakest_step: Key | None
    steps: list[StepResult]
    kpi_maturity: Result
    kpis: list[KpiResult]
    indicative: bool
    gaps: list[PerspectiveGap]
    balanced: Balanced | None


Imported = Literal["none", "some", "all"]
"""Which of the responses were collected elsewhere and imported."""


class NodeResults(Struct, frozen=True, kw_only=True):
    """Everything published about one node of the tree: a team, a parent team, or the company (``parent`` absent).

    headcount: people invited at or below this node. responses: people who gave at least one level, and participation, their share
    0–1; both absent when hidden. state: ``scored`` if any number of the node can be seen. processes: those of the campaign, the
    core ones first; one that cannot be seen has its steps without items. prudent: of the overall score; absent where a process
    that counts has none. indicative: the overall score rests on a process from the express form. score_id: the address of these
    results, and of their explanation. imported: absent when hidden.
    """

    score_id: UUID
    node: UUID
    key: Key
    name: str
    parent: UUID | None
    headcount: int
    responses: int | None
    participation: float | None
    imported: Imported | None
    state: State
    overall: Result
    prudent: float | None
    indicative: bool
    staged: Staged | None
    processes: list[ProcessResult]


class Hidden(Struct, frozen=True, kw_only=True):
    """A cell that nobody sees, and why: a node's results on one process, or (``process`` absent) its count of responses.

    perspective: of a cell that shows one perspective's part of the node only.
    """

    node: UUID
    key: Key
    name: str
    process: Key | None
    perspective: Perspective | None
    reason: State


Comparing = Literal["ranking", "bands", "none"]
"""Whether teams may be ranked, put into bands, or not compared at all."""


class Comparability(Struct, frozen=True, kw_only=True):
    """Whether the published teams differ more than their own people do: one-way analysis of variance of people's composites.

    process absent: the overall score. icc1, icc2: reliability of one person's view, and of a team's mean; f, p: the test that
    all teams are alike. Absent where fewer than two teams can be compared. reason: why, as a sentence.
    """

    process: Key | None
    teams: int
    people: int
    icc1: float | None
    icc2: float | None
    f: float | None
    p: float | None
    allowed: Comparing
    reason: Text


class StraightLining(Struct, frozen=True, kw_only=True):
    """People who gave the same level at least 15 times in a row: told, never dropped.

    Shown for the company, where they and the others both reach the threshold. overall_without: the overall value without them,
    where it moves by more than 0.1 level, both reach the threshold in it, and nothing falls under the threshold without them.
    """

    people: int
    overall_without: float | None


class Haste(Struct, frozen=True, kw_only=True):
    """People who gave half of their answers or more within three seconds, as their clients say: told, never dropped.

    Of the teams in which nobody's answers were imported. Shown, as overall_without is, as of people in a straight line.
    """

    people: int
    overall_without: float | None


class Summary(Struct, frozen=True, kw_only=True):
    """What is said of a campaign as a whole."""

    comparability: list[Comparability]
    straight_lining: StraightLining | None
    haste: Haste | None


NOTHING_SAID = Summary(comparability=[], straight_lining=None, haste=None)
"""What is said to whoever does not see the company, and of a campaign of which no summary was kept."""


class CampaignResults(Struct, frozen=True, kw_only=True):
    """The results of all nodes of a campaign, the company first, then the tree in its order."""

    campaign_id: UUID
    engine: str
    inputs_digest: Digest
    threshold: int
    summary: Summary
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
