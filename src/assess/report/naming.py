"""Processes, steps and KPIs by name, for whatever is read."""

from collections.abc import Sequence

import msgspec

from assess.maturity.model import CampaignResults, NodeResults, State
from assess.questionnaire.model import Questionnaire
from assess.report.model import ProcessWords


def words_of(questionnaires: Sequence[Questionnaire], results: CampaignResults) -> list[ProcessWords]:
    """Processes, steps and KPIs by name, in the order of the results: the value chain, then what is beside it."""
    processes = {process.key: process for questionnaire in questionnaires for process in questionnaire.processes}
    ordered = [processes[process.key] for process in results.nodes[0].processes]
    return [msgspec.convert(process, ProcessWords, from_attributes=True) for process in ordered]


def asked(processes: Sequence[ProcessWords], node: NodeResults) -> list[ProcessWords]:
    """The processes that a node's page is about: those that its people were asked about, or whose KPIs it keeps."""
    about = {
        process.key
        for process in node.processes
        if process.kpis or {process.result.state, process.kpi_maturity.state} - {State.NOT_ASKED}
    }
    return [words for words in processes if words.key in about]
