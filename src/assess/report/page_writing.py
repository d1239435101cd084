"""The result pages, written: packed facts in, a whole page of HTML out. Run by a worker process.

The server only gathers and hands out: what it would take to decode results, to find what to talk about, to draw and to write,
nobody else has to wait for.
"""

from collections.abc import Sequence

import msgspec

from assess.maturity.discussion import names_in, points_of
from assess.maturity.model import CampaignResults, NodeResults
from assess.maturity.scores.derivation import Facts
from assess.maturity.scores.explanation import Explanation, explain
from assess.questionnaire.model import Questionnaire
from assess.report.naming import asked, words_of
from assess.report.page_campaigns import campaigns_page
from assess.report.page_evidence import published
from assess.report.page_explanation import Account, explanation_page, record_page
from assess.report.page_facts import CampaignsFacts, NodeFacts, ScoreFacts
from assess.report.page_node import node_page
from assess.report.page_parts import Subject, View
from assess.report.page_sentences import tell
from assess.report.pictures import PageFacts
from assess.report.svg import draw
from assess.words import Language


def campaigns(packed: bytes) -> bytes:
    """The page of the campaigns, from CampaignsFacts in JSON."""
    facts = msgspec.json.decode(packed, type=CampaignsFacts)
    return campaigns_page(facts.campaigns, facts.reader, facts.language)


def node(packed: bytes) -> bytes | None:
    """The page of a node, from NodeFacts in JSON; none when no results of it are kept."""
    facts = msgspec.json.decode(packed, type=NodeFacts)
    results = msgspec.json.decode(facts.results, type=CampaignResults)
    if not results.nodes or results.nodes[0].node != facts.node:
        return None
    return node_page(_view(facts, results))


def explanation(packed: bytes) -> bytes | None:
    """The page of a calculation, from ScoreFacts in JSON; none when the score has no such part."""
    facts = msgspec.json.decode(packed, type=ScoreFacts)
    score = msgspec.json.decode(facts.facts, type=Facts)
    explained = explain(score, facts.of)
    if explained is not None:
        return explanation_page(_account(facts, score, explained))
    whole = explain(score)
    if whole is None or facts.of is None or published(score.score, facts.of).kpi is None:
        return None
    return record_page(_account(facts, score, whole), facts.of)


def _view(facts: NodeFacts, results: CampaignResults) -> View:
    """Everything that the page of a node says."""
    seen = PageFacts(
        language=facts.language,
        campaign=facts.campaign,
        starts_on=facts.starts_on,
        ends_on=facts.ends_on,
        processes=asked(words_of(facts.questionnaires, results), results.nodes[0]),
        results=results,
    )
    return View(
        facts=seen,
        campaign_id=facts.campaign_id,
        pictures=draw(seen),
        reader=facts.reader,
        trail=[_top(facts.language), *facts.above],
        window=facts.window,
        talk=_talk(results.nodes[0], facts.questionnaires),
    )


def _talk(found: NodeResults, versions: Sequence[Questionnaire]) -> list[Subject]:
    points = points_of(found, names_in(versions))
    return [Subject(point.sentence, (point.item or point.step or point.process).key) for point in points]


def _account(facts: ScoreFacts, score: Facts, explained: Explanation) -> Account:
    """What the page of a calculation says, below its campaign and its team."""
    company = score.contract.organisation_id
    campaign = f"/results/{explained.campaign_id}"
    team = [] if explained.node == company else [(explained.name, f"{campaign}/teams/{explained.node}")]
    return Account(
        explanation=explained,
        score=score.score,
        of=facts.of,
        language=facts.language,
        reader=facts.reader,
        trail=[_top(facts.language), (facts.campaign, campaign), *team],
    )


def _top(language: Language) -> tuple[str, str]:
    """Above everything: the campaigns."""
    return tell("campaigns.title", language), "/results"
