"""The facts that results are computed from, as bytes: whoever has these bytes and the engine's version can compute them again."""

from datetime import date

import msgspec
from msgspec import UNSET, Struct
from msgspec.structs import replace

from assess.campaign.model import Contract, SealedTeam, Voice
from assess.maturity.exemptions.model import Exempted
from assess.maturity.kpis.records import KpiRecord
from assess.questionnaire.model import Questionnaire
from assess.words import Digest


class Inputs(Struct, frozen=True, kw_only=True):
    """The contract, its questionnaires by digest, the sealed answers, what perspectives said, exemptions, and the KPIs' records.

    exemptions: those that stand; decisions: how many there were so far, so that results after one are never taken for those
    before it. cutoff: the day of the close; of a record, only what was known by then counts.
    """

    contract: Contract
    questionnaires: dict[Digest, Questionnaire]
    answers: list[SealedTeam]
    voices: list[Voice]
    exemptions: list[Exempted]
    decisions: int
    kpis: list[KpiRecord]
    cutoff: date


def written(inputs: Inputs) -> bytes:
    """The canonical bytes: teams by id, rows in the order of their numbers, voices and records by where they stand."""
    answers = [_sorted(team) for team in sorted(inputs.answers, key=lambda team: team.team_id)]
    ordered = Inputs(
        contract=inputs.contract,
        questionnaires=inputs.questionnaires,
        answers=answers,
        voices=sorted(inputs.voices, key=lambda voice: (voice.node, voice.perspective)),
        exemptions=sorted(inputs.exemptions, key=lambda each: (each.team_id, each.item)),
        decisions=inputs.decisions,
        kpis=sorted(inputs.kpis, key=lambda record: (record.team_id, record.process, record.kpi)),
        cutoff=inputs.cutoff,
    )
    return msgspec.json.encode(ordered, order="deterministic")


def _sorted(team: SealedTeam) -> SealedTeam:
    """Each row with its marks: of equal rows those with the same marks stand together."""
    evidence, hasty = team.evidence or [[] for _ in team.rows], team.hasty or [False] * len(team.rows)
    order = sorted(zip(team.rows, evidence, hasty, strict=True))
    evidence, hasty = [places for _, places, _ in order], [mark for _, _, mark in order]
    return replace(
        team,
        rows=[row for row, _, _ in order],
        evidence=evidence if any(evidence) else UNSET,
        hasty=hasty if any(hasty) else UNSET,
    )
