"""The page where one chooses a campaign."""

from collections.abc import Sequence

from assess.campaign.model import Campaign, CampaignState
from assess.frame import Frame, Reader, addressed, framed
from assess.markup import Markup, element
from assess.report.page_sentences import tell
from assess.typography import day
from assess.words import Language

_READABLE = {CampaignState.CLOSED, CampaignState.ARCHIVED}


def campaigns_page(campaigns: Sequence[Campaign], reader: Reader, language: Language) -> bytes:
    """Those that have been launched, newest first; closed ones lead to their results."""
    launched = [campaign for campaign in campaigns if campaign.state is not CampaignState.DRAFT]
    title = tell("campaigns.title", language)
    items = [element("li", *_campaign(campaign, language)) for campaign in launched]
    found = element("ul", *items, class_="cards") if items else element("p", tell("campaigns.none", language))
    frame = Frame(language=language, title=title, here="/results", reader=reader)
    return framed(frame, element("h1", title), found)


def _campaign(campaign: Campaign, language: Language) -> list[Markup]:
    start, end = day(campaign.starts_on, language), day(campaign.ends_on, language)
    if campaign.state in _READABLE:
        link = element("a", campaign.name, href=addressed(f"/results/{campaign.id}", language))
        return [element("h2", link), element("p", tell("campaigns.closed", language, start=start, end=end))]
    return [element("h2", campaign.name), element("p", tell("campaigns.open", language, end=end))]
