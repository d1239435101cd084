"""Published results in other words than JSON: in a worker, as the server itself reads no results."""

import msgspec

from assess.maturity.discussion import discussions_of, names_in
from assess.maturity.flat import sheet_of
from assess.maturity.model import CampaignResults
from assess.questionnaire.model import Questionnaire


def rendered(media: str, results: bytes, questionnaires: bytes) -> bytes:
    """CampaignResults as text/csv, or as application/msgpack; they and what was asked are in JSON."""
    if media == "application/msgpack":
        return msgspec.msgpack.encode(msgspec.json.decode(results))
    found = msgspec.json.decode(results, type=CampaignResults)
    names = names_in(msgspec.json.decode(questionnaires, type=list[Questionnaire]))
    return sheet_of(found, discussions_of(found, names))
