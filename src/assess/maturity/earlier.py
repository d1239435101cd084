"""Results of earlier engines, in today's words: what they did not say is absent. Erased campaigns have nothing else left."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid5

import msgspec

from assess.maturity.model import NOTHING_SAID, Hidden, NodeResults, State, Summary

_OF_RESULT = {"comparison": None, "range": None}
_OF_KPI = {"factual": None, "gap": None, "finding": None}
_OF_PROCESS = {"indicative": False, "gaps": [], "prudent": None, "balanced": None, "evidenced": None}
_OF_STEP: Mapping[str, Any] = {"balanced": None, "evidenced": None}
_OF_RECORD: Mapping[str, Any] = {"waived": []}
_OF_AGREEMENT = {"r_wg_skewed": None, "r_wg_star_skewed": None}
_ADDED: Sequence[tuple[str, Mapping[str, Any]]] = (
    ("coverage", _OF_RESULT),
    ("awareness", _OF_KPI),
    ("weakest_step", _OF_PROCESS),
    ("items", _OF_STEP),
    ("quadrant", _OF_RECORD),
    ("r_wg_star", _OF_AGREEMENT),
)
"""What was added to the words that have a field of that name."""


def node_results(body: bytes | str, scoring_id: UUID) -> NodeResults:
    """A node's results as an earlier engine wrote them; without an address, it is made from the scoring and the node."""
    found = _completed(msgspec.json.decode(body))
    address = uuid5(scoring_id, found["node"])
    own = {"score_id": address, "imported": None, "prudent": None, "indicative": _is_indicative(found)}
    return msgspec.convert({**own, **found}, NodeResults)


def _is_indicative(node: Any) -> bool:
    """Whether an overall score rests on a process from a short form."""
    scored = node["overall"]["state"] == State.SCORED.value
    return scored and any(each["indicative"] and each["in_overall"] for each in node["processes"])


def summary(said: dict[str, Any] | None) -> Summary:
    """What is said of a campaign as a whole; the first engines said nothing."""
    return NOTHING_SAID if said is None else msgspec.convert({"haste": None, **said}, Summary)


def hidden(mask: list[dict[str, Any]]) -> list[Hidden]:
    """A mask in which no cell is a perspective's."""
    return msgspec.convert([{"perspective": None, **cell} for cell in mask], list[Hidden])


def _completed(value: Any) -> Any:
    if isinstance(value, list):
        return [_completed(part) for part in value]
    if not isinstance(value, dict):
        return value
    added: dict[str, Any] = {}
    for mark, fields in _ADDED:
        if mark in value:
            added |= fields
    return added | {name: _completed(part) for name, part in value.items()}
