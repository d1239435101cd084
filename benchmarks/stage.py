"""The stage of the rows: our server, the bare one and the peer, filled alike, with the loads that go to each."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

import httpx

from assess.settings import Settings
from benchmarks import company, servers
from benchmarks.busy import Busy
from benchmarks.load import Load, load
from benchmarks.servers import BUILD, WIDE, Server

RESPONSES = 112
"""Times 89 items: about 10,000 stored answers."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """The servers, the loads of autosaves and of reads (by server), and what the rows on our own server need."""

    servers: dict[str, Server]
    saves: dict[str, Load]
    reads: dict[str, Load]
    both: dict[str, Load]
    unchanged: Load
    least: Load
    busy: Busy
    size: int


@contextlib.contextmanager
def stage() -> Iterator[Stage]:
    """Everything made, running and filled."""
    with servers.erased("ours") as settings, servers.ours(settings) as our:
        admin = company.admin_key(settings, "bench")
        responses, items = answered(settings, our, admin, RESPONSES)
        questionnaire = httpx.get(f"{our.address}{_wide('/v1')}", trust_env=False).raise_for_status()
        tokens = [response.key for response in responses]
        with (
            servers.bare_litestar(settings) as bare,
            servers.peer(questionnaire.content, tokens, items) as peer,
        ):
            busy = Busy(settings, our, admin)
            yield _stage({"ours": our, "bare": bare, "peer": peer}, responses, items, busy, questionnaire)


def answered(settings: Settings, server: Server, admin: str, times: int) -> tuple[list[company.Response], list[str]]:
    """So many responses to everything, and the items."""
    _, (token, *_) = company.open_campaign(server.address, admin, "bench", people=12)
    key, items = company.exchange(server.address, token)
    made = company.multiply(settings, key, items, times)
    company.settle(settings)
    return made, items


def saves_to(server: Server, name: str, responses: list[company.Response], items: list[str]) -> Load:
    """Autosaves on our server."""
    targets = [("PUT", "/v1/respond/answers/", f"Authorization: Bearer {each.key}") for each in responses]
    return load(BUILD, name, server.address, targets, items)


def _stage(
    running: dict[str, Server],
    responses: list[company.Response],
    items: list[str],
    busy: Busy,
    questionnaire: httpx.Response,
) -> Stage:
    our, bare, peer = running["ours"], running["bare"], running["peer"]
    keys = [f"Authorization: Bearer {each.key}" for each in responses]
    ours_put = [("PUT", "/v1/respond/answers/", key) for key in keys]
    peer_put = [("PUT", "/answers/", key) for key in keys]
    bare_put = [
        ("PUT", f"/organisations/{each.organisation_id}/responses/{each.id}/answers/", "") for each in responses
    ]
    ours_get, peer_get = [("GET", _wide("/v1"), "")], [("GET", _wide(""), "")]
    same = [("GET", _wide("/v1"), f"If-None-Match: {questionnaire.headers['etag']}")]
    return Stage(
        servers=running,
        saves={
            "ours": load(BUILD, "ours-save", our.address, ours_put, items),
            "bare": load(BUILD, "bare-save", bare.address, bare_put, items),
            "peer": load(BUILD, "peer-save", peer.address, peer_put, items),
        },
        reads={
            "ours": load(BUILD, "ours-read", our.address, ours_get, items),
            "peer": load(BUILD, "peer-read", peer.address, peer_get, items),
        },
        both={
            "ours": load(BUILD, "ours-both", our.address, ours_put + ours_get * len(keys), items),
            "peer": load(BUILD, "peer-both", peer.address, peer_put + peer_get * len(keys), items),
        },
        unchanged=load(BUILD, "ours-unchanged", our.address, same, items),
        least=load(BUILD, "ours-least", our.address, [("GET", "/health/live", "")], items),
        busy=busy,
        size=len(questionnaire.content),
    )


def _wide(prefix: str) -> str:
    return f"{prefix}/questionnaires/{WIDE}/versions/1.0.0"
