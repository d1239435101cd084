"""Whatever another organisation does meanwhile, one's own replies are the same, byte for byte but for ids and moments."""

import re
from typing import Any

import anyio
import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from assess.tenancy.model import Role
from assess.web.idempotency import IDEMPOTENT
from isolation.plot import STORY, Player, plainly
from tenants import key_for, new_organisation

pytestmark = pytest.mark.anyio

MOVES = st.sampled_from(["play on", "play on", "repeat", "steal", "steal with the same key", "nonsense"])
"""What the other may do between, or during, two steps."""
TRAFFIC = st.lists(st.tuples(st.lists(MOVES, max_size=3), st.booleans()), min_size=len(STORY), max_size=len(STORY))


class Stage:
    """Where organisations play."""

    def __init__(self, client: httpx.AsyncClient, database: Any, secrets: Any) -> None:
        self.client, self._database, self._secrets = client, database, secrets
        self.alone: list[Any] = []

    async def player(self) -> Player:
        """A new organisation at the beginning of the story."""
        organisation = await new_organisation(self._database)
        return Player(await key_for(self._database, self._secrets, organisation, Role.ADMIN))

    async def moves(self, one: Player, other: Player, moves: list[str]) -> None:
        """One move after the other."""
        for move in moves:
            await self.move(one, other, move)

    async def move(self, one: Player, other: Player, move: str) -> None:
        """One move of ``other`` while ``one`` plays: it is the story itself, or that of the other one with its own key."""
        step = STORY[max(0, one.at - 1)]
        if move == "play on" and other.at < len(STORY):
            await other.next(self.client)
        elif move == "repeat" and other.at:
            await other.sent(self.client, STORY[other.at - 1], other.admin)
        elif move.startswith("steal"):
            await one.sent(self.client, step, other.admin if move == "steal" else {"Authorization": "Bearer x"})
        else:
            await self.client.post("/v1/teams", headers=other.admin, content=b"\xff")


@pytest.fixture(scope="module")
async def stage(client, database, secrets) -> Stage:
    """The story as one who is alone plays it."""
    made = Stage(client, database, secrets)
    player = await made.player()
    made.alone = plainly([await player.next(client) for _ in STORY])
    return made


def differences(replies: list[httpx.Response], alone: list[Any]) -> list[Any]:
    """The steps whose replies are not as they were, with both."""
    told = zip(STORY, plainly(replies), alone, strict=True)
    return [(step.method, step.path, now, before) for step, now, before in told if now != before]


async def test_the_story_is_worth_playing(stage):
    told = [(step.method, step.path, status) for step, (status, *_) in zip(STORY, stage.alone, strict=True)]
    assert [each for each in told if each[2] > 201] == [
        ("POST", "/v1/teams", 409),  # a key that is taken
        ("GET", "/v1/campaigns/{campaign}/results", 409),  # before the close
        ("GET", "/v1/respond", 409),  # after it
    ]


async def test_the_story_is_the_same_each_time(stage):
    """Also its Idempotency-Keys are: a key that another organisation has used is a new one."""
    player = await stage.player()
    replies = [await player.next(stage.client) for _ in STORY]
    assert differences(replies, stage.alone) == []
    assert [reply.url.path for reply in replies if "idempotent-replayed" in reply.headers] == []


async def test_the_story_uses_a_key_wherever_one_is_kept(application):
    played = {re.sub(r"\{\w+\}", "{}", step.path) for step in STORY if step.method == "POST"}
    kept = {
        re.sub(r"\{[\w:]+\}", "{}", route.path)
        for route in application.litestar.routes
        for handler in getattr(route, "route_handlers", ())
        if handler.opt.get(IDEMPOTENT)
    }
    assert len(kept) > 10
    assert kept - played == set()


@settings(
    max_examples=10,
    deadline=None,
    phases=[Phase.generate],  # a smaller example would take minutes, and tell no more than the first reply that differs
    suppress_health_check=[HealthCheck.too_slow],
)
@given(traffic=TRAFFIC)
async def test_another_organisation_changes_nothing(stage, traffic):
    one, other, replies = await stage.player(), await stage.player(), []
    for moves, together in traffic:
        async with anyio.create_task_group() as meanwhile:
            if together:
                meanwhile.start_soon(stage.moves, one, other, moves)
            else:
                await stage.moves(one, other, moves)
            replies.append(await one.next(stage.client))
    assert differences(replies, stage.alone) == []
