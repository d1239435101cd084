"""A short story of one organisation, step by step: whoever plays it twice gets the same replies, but for ids and moments."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from msgspec import Struct, field

from routes import same

TODAY = datetime.now(UTC).date()
ITEM = "off-listen-insight"
_NEW = {
    "<secret>": re.compile(rb"assess_(live|inv|resp)_[A-Za-z0-9_-]+"),
    "<cursor>": re.compile(rb"cursor=[A-Za-z0-9_-]+"),
    "<moment>": re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)"),
    "<digest>": re.compile(rb"[0-9a-f]{64}"),
}
_UUID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class Step(Struct, frozen=True, kw_only=True):
    """One request; ``{…}`` in path and body stand for what was kept before, ``keep`` says what to keep of the reply."""

    method: str
    path: str
    body: Any = None
    keep: Mapping[str, Callable[[Any], str]] = {}
    answering: bool = False
    once: str = ""


class Player(Struct):
    """One organisation in the middle of the story: its admin's key, what it keeps, how far it is."""

    admin: dict[str, str]
    kept: dict[str, str] = field(default_factory=dict)
    at: int = 0

    async def next(self, client: httpx.AsyncClient) -> httpx.Response:
        """Play the next step."""
        step = STORY[self.at]
        self.at += 1
        reply = await self.sent(client, step, self.admin)
        if reply.is_success:
            self.kept |= {name: get(reply.json()) for name, get in step.keep.items()}
        return reply

    async def sent(self, client: httpx.AsyncClient, step: Step, key: dict[str, str]) -> httpx.Response:
        """Send a step as it stands in this story, with any key."""
        own = (
            {"Authorization": f"Bearer {self.kept.get('response_key', 'none')}"}
            if step.answering and key is self.admin
            else key
        )
        headers = {**own, "Content-Type": "application/json", "If-Match": "*"}
        if step.once:
            headers["Idempotency-Key"] = step.once
        body = None if step.body is None else _filled(json.dumps(step.body), self.kept)
        return await client.request(step.method, _filled(step.path, self.kept), headers=headers, content=body)


def _filled(text: str, kept: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: kept[found[1]] if found[1] in kept else found[0], text)


def plainly(replies: list[httpx.Response]) -> list[Any]:
    """Replies without what is new each time; ids are numbered as they come, so that the same id is the same number."""
    numbers: dict[bytes, bytes] = {}
    told = []
    for reply in replies:
        status, headers, body = same(reply)
        for name, pattern in _NEW.items():
            body = pattern.sub(name.encode(), body)
        body = _UUID.sub(lambda found: numbers.setdefault(found[0], b"<id %d>" % len(numbers)), body)
        told.append(
            (status, [(name, said) for name, said in headers if name not in {"etag", "link", "location"}], body)
        )
    return told


_TEAM = {"functions": ["offer"], "capacity_days": 5}
_CAMPAIGN = {"key": "spring", "name": "Printemps", "languages": ["fr"], "starts_on": str(TODAY)}
_OFFER = [{"key": "offer", "version": "1.0.0"}]
_ASKED = {"items": [{"team": "atelier", "questionnaires": _OFFER, "asked_elsewhere": 6}]}
_COLLECTED = [{"team": "atelier", "respondent": f"r{n}", "item": ITEM, "answer": 1 + n % 4} for n in range(6)]
_PEOPLE = [
    {"name": f"P{n}", "email": f"p{n}@example.com", "language": "fr", "perspective": "member", "team": "atelier"}
    for n in range(5)
]
_HERE = "/v1/campaigns/{campaign}"
_ANSWER = {"answer": {"type": "level", "level": 1}, "comment": "Trop lent", "sequence": 2}

STORY = [
    Step(method="GET", path="/v1/me"),
    Step(method="POST", path="/v1/teams", body={"key": "house", "name": "Maison", **_TEAM}, once="one"),
    Step(
        method="POST",
        path="/v1/teams",
        body={"key": "atelier", "name": "Atelier", "parent": "house", **_TEAM},
        keep={"team": lambda it: it["id"]},
        once="two",
    ),
    Step(method="POST", path="/v1/teams", body={"key": "atelier", "name": "Autre", **_TEAM}),
    Step(method="GET", path="/v1/teams?limit=1"),
    Step(
        method="POST", path="/v1/api-keys", body={"name": "Chef", "role": "team_lead", "team_id": "{team}"}, once="key"
    ),
    Step(method="GET", path="/v1/api-keys"),
    Step(
        method="POST",
        path="/v1/campaigns",
        body={**_CAMPAIGN, "ends_on": str(TODAY + timedelta(9))},
        keep={"campaign": lambda it: it["id"]},
    ),
    Step(method="PUT", path=f"{_HERE}/assessments", body=_ASKED, keep={"assessment": lambda it: it["items"][0]["id"]}),
    Step(method="POST", path=f"{_HERE}/people/import", body=_PEOPLE),
    Step(method="GET", path=f"{_HERE}/people?limit=2"),
    Step(method="GET", path=f"{_HERE}/preflight"),
    Step(method="POST", path=f"{_HERE}/launch"),
    Step(method="POST", path=f"{_HERE}/invitations", keep={"token": lambda it: it["items"][0]["token"]}),
    Step(
        method="POST",
        path="/v1/respond/exchange",
        body={"token": "{token}"},
        keep={"response_key": lambda it: it["response_key"]},
    ),
    Step(method="PUT", path=f"/v1/respond/answers/{ITEM}", body=_ANSWER, answering=True),
    Step(method="PUT", path=f"/v1/respond/answers/{ITEM}", body={**_ANSWER, "sequence": 1}, answering=True),
    Step(method="GET", path="/v1/respond", answering=True),
    Step(method="POST", path="/v1/respond/submit", answering=True),
    Step(method="POST", path="/v1/respond/completion", body={"token": "{token}"}),
    Step(method="POST", path=f"{_HERE}/responses/import", body=_COLLECTED, once="three"),
    Step(method="GET", path=f"{_HERE}/participation"),
    Step(method="GET", path=f"{_HERE}/results"),
    Step(method="POST", path=f"{_HERE}/close"),
    Step(method="GET", path="/v1/respond", answering=True),
    Step(method="GET", path=f"{_HERE}/results"),
    Step(method="GET", path="/v1/assessments/{assessment}/results"),
    Step(method="GET", path="/v1/campaigns"),
]
