"""What stood at a place, and what would have been good there."""

from typing import Annotated

import pytest
from msgspec import Meta, Struct

from assess.campaign.model import NewCampaign
from assess.tenancy.model import NewApiKey, NewTeam
from assess.web.places import LONGEST, example, received

pytestmark = pytest.mark.anyio


class Rating(Struct):
    """Fields of every kind that a body may have, and that none of ours has yet."""

    stars: Annotated[int, Meta(ge=1)] | None
    best: Annotated[int, Meta(le=9)]
    words: list[str]


RATED = Annotated[Rating, Meta(description="A rating.")]


@pytest.mark.parametrize(
    ("kind", "pointer", "good"),
    [
        pytest.param(NewCampaign, "/threshold", 5, id="the least that a limit allows"),
        pytest.param(NewCampaign, "/key", "sales-lyon", id="an example of the type"),
        pytest.param(NewCampaign, "/starts_on", "2026-03-31", id="a day"),
        pytest.param(NewCampaign, "/languages", ["en"], id="a list"),
        pytest.param(NewTeam, "/functions/0", "customer_experience", id="a word of a closed list"),
        pytest.param(NewApiKey, "/role", "admin", id="a member of an enumeration"),
        pytest.param(dict[str, RATED], "/any/stars", 1, id="a field of an entry"),
        pytest.param(Rating | None, "/stars", 1, id="a field of what may be absent"),
        pytest.param(Rating, "/best", 9, id="the most that a limit allows, where there is no least"),
        pytest.param(Rating, "/stars/0", None, id="below a number"),
        pytest.param(Rating, "/words", None, id="a list of what says nothing of itself"),
        pytest.param(NewTeam, "/nothing", None, id="no such field"),
        pytest.param(NewTeam, "/", None, id="the whole"),
    ],
)
def test_an_example_fits_its_place(kind, pointer, good):
    assert example(kind, pointer) == good


@pytest.mark.parametrize(
    ("body", "pointer", "value"),
    [
        pytest.param(b'{"a":[1,{"b":"x"}]}', "/a/1/b", "x", id="deep"),
        pytest.param(b'{"a":"' + b"y" * 999 + b'"}', "/a", "y" * LONGEST + "\u2026", id="long"),
        pytest.param(b'{"a":{}}', "/a", None, id="a whole object is not repeated"),
        pytest.param(b"{", "/a", None, id="unreadable"),
        pytest.param(b"[1]", "/a", None, id="a name in a list"),
        pytest.param(b"[1]", "/7", None, id="beyond a list"),
    ],
)
def test_what_was_received_is_told(body, pointer, value):
    assert received(body, pointer) == value


async def test_a_refusal_names_place_rule_value_and_a_good_example(client, admin):
    body = {
        "key": "a",
        "name": "A",
        "languages": ["fr"],
        "starts_on": "2026-01-01",
        "ends_on": "2026-02-01",
        "threshold": 3,
    }
    reply = await client.post("/v1/campaigns", headers=admin, json=body)
    assert reply.json()["errors"] == [
        {"pointer": "/threshold", "rule": "Expected `int` >= 5", "received": 3, "example": 5}
    ]
