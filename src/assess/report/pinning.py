"""The facts of a report, pinned: what was gathered in, the bytes that are kept, digested and drawn from out.

Run by a worker process: the server hands on the results of a whole company without reading them.
"""

import msgspec
from msgspec.structs import replace

from assess.maturity.tree import in_order
from assess.questionnaire.model import Questionnaire
from assess.report.model import ReportFacts, packed
from assess.report.naming import words_of


def pin(gathered: bytes, asked: bytes) -> bytes:
    """``model.packed`` facts. gathered: ReportFacts in JSON, without processes, nodes in any order; asked: the questionnaires."""
    facts = msgspec.json.decode(gathered, type=ReportFacts)
    results = replace(facts.results, nodes=in_order(facts.results.nodes))
    processes = words_of(msgspec.json.decode(asked, type=list[Questionnaire]), results)
    return packed(replace(facts, results=results, processes=processes))
