"""Exemptions as values: what is decided, and what waits for a decision."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from assess.errors import Conflict, Finding, Invalid, NotFound
from assess.words import Key, Line


class ExemptionNotFound(NotFound):
    """Nobody has decided anything about this item for this team."""

    title_fr = "Rien n’a été décidé sur cette question pour cette équipe."


class ExemptionChanged(Conflict):
    """Somebody else has decided about this item at the same moment."""

    constraint = "exemption_pkey"
    title_fr = "Quelqu’un d’autre a décidé sur cette question au même moment."


class ItemNotAsked(Invalid):
    """This team is not asked that item."""

    title_fr = "Cette question n’est pas posée à cette équipe."


class CampaignNotLaunched(Conflict):
    """This campaign is a draft; leave out what a team is not concerned by when you choose its questionnaires."""

    title_fr = (
        "Cette campagne est un brouillon ; écartez ce qui ne concerne pas une équipe en choisissant ses questionnaires."
    )


class ExemptionsSettled(Conflict):
    """The answers of this campaign were erased; its results stay as they are."""

    title_fr = "Les réponses de cette campagne ont été effacées ; ses résultats ne changent plus."


Reason = Annotated[
    Line, Meta(min_length=3, description="Why, on one line, for whoever reads the results", examples=["No bids there"])
]


class NewExemption(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """That an item does not apply to a team, and why; with ``stands`` false, that it applies after all."""

    reason: Reason
    stands: bool = True


class Exempted(Struct, frozen=True, kw_only=True):
    """A fact that results are computed from: this item does not apply to this team, where its people say so."""

    team_id: UUID
    item: Key


class Exemption(Struct, frozen=True, kw_only=True):
    """What was decided last about an item and a team; every decision is kept, ``revision`` counts them from 1."""

    assessment_id: UUID
    item: Key
    stands: bool
    reason: str
    revision: int
    decided_at: datetime


class ExemptionLine(Struct, frozen=True, kw_only=True):
    """A team and an item that somebody has to decide about, or has decided about.

    waiting: most of the team's people say that it does not apply, and no decision stands: its weight counts until one does.
    decision: the last one; absent where there was none.
    """

    assessment_id: UUID
    team: Key
    item: Key
    waiting: bool
    decision: Exemption | None


class ExemptionPage(Struct, frozen=True, kw_only=True):
    """What waits for a decision and what was decided in a campaign, by the teams' keys and the items'."""

    items: list[ExemptionLine]
    next: str | None


def item_not_asked(item: Key, asked: list[Key]) -> ItemNotAsked:
    """The refusal of an item that a team is not asked."""
    rule = "the key of an item that the team is asked"
    return ItemNotAsked(
        errors=[Finding(pointer="path/item", rule=rule, received=item, example=next(iter(asked), None))]
    )
