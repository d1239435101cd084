"""Good requests of every operation, and objects that hostile ones may spoil.

A whole company is played once and every request of it recorded. To be asked again, a request gets what it needs fresh: a draft
or an open campaign, a person, a spare key, a response key, a name that is not taken.
"""

import itertools
import json
import random
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec
import yaml
from msgspec import Struct

from asking import Sent
from judging import Specification
from world import SIZES, Headers, World

DRAFT, OPENED = "draft", "opened"
CAMPAIGN = {
    "chooseAssessments": DRAFT,
    "addPerson": DRAFT,
    "importPeople": DRAFT,
    "erasePerson": DRAFT,
    "readPreflight": DRAFT,
    "launchCampaign": DRAFT,
    "extendCampaign": OPENED,
    "issueInvitations": OPENED,
    "closeCampaign": OPENED,
}
"""In which state an operation needs its campaign; for all others the one that was played is right."""
SPOILS = {
    "launchCampaign": {DRAFT},
    "closeCampaign": {OPENED},
    "extendCampaign": {OPENED},
    "withdrawResponse": {OPENED},
    "completeInvitation": {OPENED},
    "chooseAssessments": {DRAFT},
    "importPeople": {DRAFT},
    "erasePerson": {DRAFT, "person"},
    "revokeApiKey": {"key"},
    "replaceTeam": {"team"},
}
"""What a success uses up."""
RESPOND = {"readForm", "saveAnswer", "submitResponse", "withdrawResponse"}
TAKEN = re.compile(rb'"(spring|stand|kiosk|Stand|Kiosque)"|zoe@example\.com')
RESPONSE_KEY = re.compile(rb"Bearer assess_resp_[A-Za-z0-9_-]{100,}$")
TOKEN = re.compile(rb"assess_inv_[A-Za-z0-9_-]+")
_JSON = (b"content-type", b"application/json")


class Recorder:
    """ASGI wrapper that notes each request which succeeded, by operation."""

    def __init__(self, application: Any, specification: Specification) -> None:
        self._application = application
        self._specification = specification
        self.good: dict[str, list[Sent]] = {}

    async def __call__(self, scope: Any, receive: Callable[[], Any], send: Callable[[Any], Any]) -> None:
        body = b""
        status = 0

        async def hearing() -> Any:
            nonlocal body
            message = await receive()
            body += message.get("body", b"")
            return message

        async def telling(message: Any) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        await self._application(scope, hearing, telling)
        if scope["type"] == "http" and status < 300:
            self._note(scope, body)

    def _note(self, scope: Any, body: bytes) -> None:
        query = b"?" + scope["query_string"] if scope["query_string"] else b""
        wanted = {b"authorization", b"content-type", b"if-match"}
        headers = tuple(pair for pair in scope["headers"] if pair[0] in wanted)
        target = scope["raw_path"] + query
        operation = self._specification.operation(scope["method"], target)
        assert operation is not None, target
        sent = Sent(method=scope["method"], target=target, headers=headers, body=body)
        self.good.setdefault(operation["operationId"], []).append(sent)


class Scene:
    """Where hostile requests are aimed: ``fresh`` gives a good request of an operation, ``spoil`` forgets what it used up."""

    def __init__(self, client: httpx.AsyncClient, world: World, good: dict[str, list[Sent]], luck: random.Random) -> None:
        self._client = client
        self.world = world
        self.good = {name: [_for_any_state(sent) for sent in _few(found)] for name, found in good.items()}
        self._luck = luck
        self._numbers = itertools.count(1)
        self._made: dict[str, dict[str, str]] = {}
        self._erased = good["erasePerson"][0].target.rpartition(b"/")[2].decode()
        self.has_made = True

    async def fresh(self, operation: str, number: int | None = None) -> Sent:
        """A good request, any or the one with that number, on objects that allow it."""
        found = self.good[operation]
        return await self.freshened(operation, self._luck.choice(found) if number is None else found[number])

    async def freshened(self, operation: str, sent: Sent) -> Sent:
        """A request like a good one, on objects that allow it."""
        target, body, headers = sent.target, TAKEN.sub(self._free, sent.body), sent.headers
        for old, new in (await self._names(operation, sent)).items():
            target, body = target.replace(old, new), body.replace(old, new)
        if operation in RESPOND:
            key = (await self._opened())["response"].encode()
            headers = tuple((name, RESPONSE_KEY.sub(key, value)) for name, value in headers)
        if TOKEN.search(body):
            body = TOKEN.sub((await self._opened())["token"].encode(), body)
        return msgspec.structs.replace(sent, target=target, headers=headers, body=body)

    def spoil(self, operation: str) -> None:
        """A request of this operation succeeded: what it used up is made again when it is needed."""
        for what in SPOILS.get(operation, ()):
            self._made.pop(what, None)

    def forget(self) -> None:
        """Whatever is spoiled by now: make everything again."""
        self._made.clear()

    async def _names(self, operation: str, sent: Sent) -> dict[bytes, bytes]:
        """What stands in a recorded request → what stands there this time."""
        ids, names = self.world.ids, {}
        if operation in CAMPAIGN:
            made = await (self._draft() if CAMPAIGN[operation] is DRAFT else self._opened())
            names[ids["campaign_id"]] = made["campaign"]
        if operation == "erasePerson":
            names[self._erased] = (await self._person())["person"]
        if operation == "revokeApiKey":
            names[ids["key_id"]] = (await self._key())["key"]
        if operation == "replaceTeam":
            made = await self._team()
            names |= {ids["team_id"]: made["team"], '"atelier"': f'"{made["key"]}"', '"Atelier"': f'"{made["key"]}"'}
        return {old.encode(): new.encode() for old, new in names.items()}

    def _free(self, found: re.Match[bytes]) -> bytes:
        number = next(self._numbers)
        return f'"free-{number}"'.encode() if found[1] else f"free{number}@example.com".encode()

    async def _draft(self) -> dict[str, str]:
        if DRAFT not in self._made:
            self._made[DRAFT] = {"campaign": await self._campaign()}
        return self._made[DRAFT]

    async def _campaign(self) -> str:
        today = datetime.now(UTC).date()
        dates = {"starts_on": str(today), "ends_on": str(today + timedelta(days=14))}
        new = {"key": f"draft-{next(self._numbers)}", "name": "Printemps", "languages": ["fr", "en"], **dates}
        campaign: str = (await self._done("POST", "/v1/campaigns", json=new))["id"]
        asked = [{"key": "offer", "version": "1.0.0"}]
        choice = {"items": [{"team": team, "questionnaires": asked} for team in SIZES]}
        every = {"If-Match": "*"}
        await self._done("PUT", f"/v1/campaigns/{campaign}/assessments", every, json=choice)
        person = {"name": "Ana", "language": "fr", "perspective": "member"}
        people = [{**person, "email": f"{team}.{n}@example.com", "team": team} for team in SIZES for n in range(3)]
        await self._done("POST", f"/v1/campaigns/{campaign}/people/import", json=people)
        return campaign

    async def _opened(self) -> dict[str, str]:
        if OPENED not in self._made:
            campaign = await self._campaign()
            await self._done("POST", f"/v1/campaigns/{campaign}/launch")
            invited = (await self._done("POST", f"/v1/campaigns/{campaign}/invitations"))["items"]
            token = invited[0]["token"]
            key = (await self._done("POST", "/v1/respond/exchange", json={"token": token}))["response_key"]
            self._made[OPENED] = {"campaign": campaign, "token": token, "response": f"Bearer {key}"}
        return self._made[OPENED]

    async def _person(self) -> dict[str, str]:
        campaign = (await self._draft())["campaign"]
        made = self._made.get("person")
        if made is None or made["campaign"] != campaign:
            people = (await self._done("GET", f"/v1/campaigns/{campaign}/people"))["items"]
            made = self._made["person"] = {"person": people[0]["id"], "campaign": campaign}
        return made

    async def _key(self) -> dict[str, str]:
        if "key" not in self._made:
            issued = await self._done("POST", "/v1/api-keys", json={"name": "Spare", "role": "auditor"})
            self._made["key"] = {"key": issued["key"]["id"]}
        return self._made["key"]

    async def _team(self) -> dict[str, str]:
        if "team" not in self._made:
            key = f"stand-{next(self._numbers)}"
            made = await self._done("POST", "/v1/teams", json={"key": key, "name": key, "parent": "house"})
            self._made["team"] = {"team": made["id"], "key": key}
        return self._made["team"]

    async def _done(self, method: str, path: str, headers: Headers | None = None, **sent: Any) -> Any:
        reply = await self._client.request(method, path, headers={**self.world.keys["admin"], **(headers or {})}, **sent)
        assert reply.is_success, f"{method} {path}: {reply.text}"
        self.has_made = True
        return reply.json()


def extra_goods(world: World, example: bytes) -> dict[str, list[Sent]]:
    """Good requests that the company has no need of: pages of lists, bodies with every member, ``example`` (a whole
    questionnaire as YAML)."""
    admin, ids = (b"authorization", world.keys["admin"]["Authorization"].encode()), world.ids
    respondent = (b"authorization", world.keys["respondent"]["Authorization"].encode())
    people = f"campaigns/{ids['campaign_id']}/people"
    lists = {"Teams": "teams", "Campaigns": "campaigns", "Roadmaps": "roadmaps", "Reports": "reports", "People": people}
    pages = {
        f"list{name}": [Sent(method="GET", target=f"/v1/{path}?limit=2".encode(), headers=(admin,))]
        for name, path in {**lists, "ApiKeys": "api-keys"}.items()
    }
    key = {"name": "Clé", "role": "team_lead", "team_id": ids["team_id"], "expires_on": "2099-12-31"}
    roadmap = {"campaign_id": ids["campaign_id"], "starts_on": "2027-01-01", "months": 6}
    answer = {"answer": {"type": "not_applicable", "reason": "other"}, "comment": "Non", "sequence": 99}
    posts = {
        "createApiKey": ("POST", "/v1/api-keys", {**key, "scopes": ["read_results", "read_participation"]}),
        "createRoadmap": ("POST", "/v1/roadmaps", roadmap),
        "createReport": ("POST", "/v1/reports", {"roadmap_id": ids["roadmap_id"], "language": "en", "plan_number": 1}),
        "saveAnswer": ("PUT", f"/v1/respond/answers/{ids['item']}", answer),
        "validateQuestionnaire": ("POST", "/v1/questionnaires/validate", yaml.safe_load(example)),
    }
    keys = dict.fromkeys(posts, admin) | {"saveAnswer": respondent}
    whole = {
        name: [Sent(method=method, target=path.encode(), headers=(keys[name], _JSON), body=json.dumps(body).encode())]
        for name, (method, path, body) in posts.items()
    }
    as_yaml = Sent(
        method="POST", target=b"/v1/questionnaires/validate", headers=((b"content-type", b"application/yaml"),), body=example
    )
    whole["validateQuestionnaire"].append(as_yaml)
    document = {"readOpenapi": [Sent(method="GET", target=b"/v1/openapi.json")]}
    return pages | whole | document


def _for_any_state(sent: Sent) -> Sent:
    return sent.wearing((b"if-match", b"*")) if sent.header(b"if-match") else sent


def _few(found: list[Sent]) -> list[Sent]:
    """At most four requests of an operation that differ in more than their names: the first, the last, other media types."""
    by_shape = {(sent.header(b"content-type"), b"?" in sent.target): sent for sent in found}
    return [found[0], *(sent for sent in by_shape.values() if sent != found[0])][:4]
