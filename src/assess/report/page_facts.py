"""What the result pages are written from: gathered by the server, which reads none of it, and packed for a worker."""

from datetime import date
from uuid import UUID

from msgspec import Raw, Struct

from assess.campaign.model import Campaign
from assess.frame import Reader
from assess.questionnaire.model import Questionnaire
from assess.report.page_window import Window
from assess.words import Language


class CampaignsFacts(Struct, frozen=True, kw_only=True):
    """The page of the campaigns, the newest first."""

    language: Language
    reader: Reader
    campaigns: list[Campaign]


class NodeFacts(Struct, frozen=True, kw_only=True):
    """The page of a node. questionnaires: all that the campaign asked; results: CampaignResults in JSON, the node first.

    above: name and address of each node above that the reader sees, the highest first.
    """

    language: Language
    reader: Reader
    campaign_id: UUID
    campaign: str
    starts_on: date
    ends_on: date
    questionnaires: list[Questionnaire]
    node: UUID
    results: Raw
    above: list[tuple[str, str]]
    window: Window


class ScoreFacts(Struct, frozen=True, kw_only=True):
    """The page of a calculation. of: the part that was asked for, none = the whole score; facts: ``derivation.Facts`` in JSON."""

    language: Language
    reader: Reader
    campaign: str
    of: str | None
    facts: Raw
