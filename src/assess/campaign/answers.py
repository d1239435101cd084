"""Answers: what a person says about an item, and the small integer that keeps it."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from assess.campaign.model import DONT_KNOW, NOT_APPLICABLE
from assess.errors import Finding, Invalid, NotFound
from assess.questionnaire.model import Item, Kind, Ordinal
from assess.words import Key, Paragraph, WebLink

Reason = Literal["not_our_activity", "no_case_yet", "other"]
Sequence = Annotated[
    int,
    Meta(
        ge=1, le=2**53 - 1, description="Grows with each tap on this item; the greatest one wins, whatever arrives last"
    ),
]
_REASONS: dict[int, Reason] = {-2: "not_our_activity", -3: "no_case_yet", -4: "other"}


class ItemUnknown(NotFound):
    """Your questionnaires do not ask this item."""

    title_fr = "Vos questionnaires ne posent pas cette question."


class OptionOutOfScale(Invalid):
    """This item has no such level."""

    title_fr = "Cette question n’a pas ce niveau."


class EvidenceOutOfPlace(Invalid):
    """A link shows a practice that you gave a level."""

    title_fr = "Un lien montre une pratique à laquelle vous avez donné un niveau."


class LevelAnswer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="level"):
    """The behaviour that one sees today, by its level's ordinal."""

    level: Ordinal


class DontKnow(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="dont_know"):
    """ "I cannot tell": it says something about the team, and it is no low level."""


class NotApplicable(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="not_applicable"
):
    """ "This does not apply to us", and why."""

    reason: Reason


Answer = LevelAnswer | DontKnow | NotApplicable


class NewAnswer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One answer on its way: ``{"answer": {"type": "level", "level": 3}, "comment": null, "sequence": 7}``.

    evidence: a link to what shows the level of a practice. Only whoever answers reads it again; the close deletes it, and keeps
    that there was one.
    """

    answer: Answer
    comment: Paragraph | None = None
    evidence: WebLink | None = None
    sequence: Sequence


class StoredAnswer(Struct, frozen=True, kw_only=True):
    """What is kept for an item: yours, or the one with a greater sequence that was there already."""

    item: Key
    answer: Answer
    comment: str | None
    evidence: str | None
    sequence: int


def packed(item: Item, answer: Answer) -> int:
    """The value that keeps ``answer``: 0–10 a level, -1 does not know, -2 … -4 does not apply. Raises OptionOutOfScale."""
    match answer:
        case LevelAnswer(level=level):
            return _on_scale(item, level)
        case DontKnow():
            return DONT_KNOW
        case NotApplicable(reason=reason):
            return NOT_APPLICABLE[reason]


def unpacked(value: int) -> Answer:
    """The answer that ``value`` keeps; the inverse of ``packed``."""
    if value >= 0:
        return LevelAnswer(level=value)
    return DontKnow() if value == DONT_KNOW else NotApplicable(reason=_REASONS[value])


def check_evidence(item: Item, new: NewAnswer) -> None:
    """Raise EvidenceOutOfPlace for a link beside anything but the level of a practice."""
    if new.evidence is None:
        return
    if not isinstance(new.answer, LevelAnswer):
        tag = "dont_know" if isinstance(new.answer, DontKnow) else "not_applicable"
        rule = "level, where a link is given"
        raise EvidenceOutOfPlace(errors=[Finding(pointer="/answer/type", rule=rule, received=tag, example="level")])
    if item.kind is not Kind.PRACTICE:
        rule = "null, as an indicator is shown by its record"
        raise EvidenceOutOfPlace(errors=[Finding(pointer="/evidence", rule=rule, received=new.evidence)])


def _on_scale(item: Item, level: int) -> int:
    if level not in item.ordinals:
        rule = f"one of the levels {', '.join(str(ordinal) for ordinal in sorted(item.ordinals))}"
        finding = Finding(pointer="/answer/level", rule=rule, received=level, example=item.lowest)
        raise OptionOutOfScale(f"{item.key} has levels from {item.lowest} to {item.highest}", errors=[finding])
    return level
