"""The planner as the worker runs it: facts in, plan out, as bytes."""

import msgspec

from assess.roadmap.model import PlanningFacts
from assess.roadmap.proposal import propose


def compute(inputs: bytes) -> bytes:
    """JSON of a PlanBody from JSON of PlanningFacts; the same bytes always give the same bytes."""
    facts = msgspec.json.decode(inputs, type=PlanningFacts)
    return msgspec.json.encode(propose(facts), order="deterministic")
