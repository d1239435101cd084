"""From facts to pages: which pages there are, what each says, and nothing of how it is drawn."""

from msgspec import Struct

from assess.report.annex import Annex, annex
from assess.report.contrast import Contrast, contrast
from assess.report.decisions import Decisions, decisions_page
from assess.report.indicators import Indicators, indicators
from assess.report.model import MOST_PAGES, ReportFacts
from assess.report.profile import Profile, profile
from assess.report.schedule import Schedule, schedule
from assess.report.sentences import say
from assess.report.situation import Situation, situation
from assess.report.staffing import Staffing, staffing
from assess.typography import day

Page = Situation | Profile | Contrast | Indicators | Schedule | Decisions | Staffing | Annex


class Layout(Struct, frozen=True, kw_only=True):
    """A whole report before it is drawn: at most eight pages, each with a conclusion for a title."""

    language: str
    title: str
    subject: str
    footer: str
    pages: list[Page]


def layout(facts: ReportFacts) -> Layout:
    """The pages that have something to say, in reading order; the first and the last are always there."""
    language = facts.language
    pages: list[Page | None] = [
        situation(facts),
        profile(facts),
        contrast(facts),
        indicators(facts),
        schedule(facts),
        decisions_page(facts),
        staffing(facts),
        annex(facts),
    ]
    kept = [page for page in pages if page is not None][:MOST_PAGES]
    made = day(facts.facts_on, language)
    return Layout(
        language=language,
        title=say("document", language, organisation=facts.organisation),
        subject=kept[0].title,
        footer=say("footer", language, organisation=facts.organisation, campaign=facts.campaign, day=made),
        pages=kept,
    )
