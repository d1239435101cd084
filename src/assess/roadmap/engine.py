"""The planner as the worker runs it: facts in, plan out, as bytes."""

from hashlib import sha256

import msgspec
from msgspec.structs import replace

from assess.maturity.tree import in_order
from assess.roadmap.model import PlanningFacts
from assess.roadmap.proposal import propose
from assess.words import Digest


def plan(gathered: bytes) -> tuple[Digest, bytes]:
    """The digest of the facts, and what ``compute`` makes of them. gathered: PlanningFacts in JSON, nodes in any order."""
    facts = msgspec.json.decode(gathered, type=PlanningFacts)
    results = replace(facts.results, nodes=in_order(facts.results.nodes))
    inputs = msgspec.json.encode(replace(facts, results=results), order="deterministic")
    return sha256(inputs).hexdigest(), compute(inputs)


def compute(inputs: bytes) -> bytes:
    """JSON of a PlanBody from JSON of PlanningFacts; the same bytes always give the same bytes."""
    facts = msgspec.json.decode(inputs, type=PlanningFacts)
    return msgspec.json.encode(propose(facts), order="deterministic")
