"""Good requests of every operation, and objects that hostile ones may spoil.

A whole company is played once and every request of it recorded. To be asked again, a request gets what it needs fresh: a draft
or an open campaign, a person, a spare key, a response key, a name that is not taken.
"""

import json
import random
import re
from collections.abc import Callable
from typing import Any

import httpx
import msgspec
import yaml
from asking import Sent
from judging import Specification
from stage import DRAFT, KEY, OPENED, PERSON, TEAM, Stage

from world import World

CAMPAIGN = {
    "chooseAssessments": DRAFT,
    "addPerson": DRAFT,
    "importPeople": DRAFT,
    "erasePerson": DRAFT,
    "readPreflight": DRAFT,
    "launchCampaign": DRAFT,
    "extendCampaign": OPENED,
    "issueInvitations": OPENED,
    "importResponses": OPENED,
    "closeCampaign": OPENED,
}
"""In which state an operation needs its campaign; for all others the one that was played is right."""
SPOILS = {
    "launchCampaign": {DRAFT},
    "closeCampaign": {OPENED},
    "extendCampaign": {OPENED},
    "importResponses": {OPENED},
    "withdrawResponse": {OPENED},
    "completeInvitation": {OPENED},
    "chooseAssessments": {DRAFT},
    "importPeople": {DRAFT},
    "erasePerson": {DRAFT, PERSON},
    "revokeApiKey": {KEY},
    "replaceTeam": {TEAM},
}
"""What a success uses up."""
REPLACED = {"putKpiSheet"}
"""What made something new when it was recorded, and from then on replaces it."""
RESPOND = {"readForm", "saveAnswer", "submitResponse", "withdrawResponse"}
TAKEN = re.compile(rb'"(spring|stand|kiosk|Stand|Kiosque)"|zoe@example\.com')
RESPONSE_KEY = re.compile(rb"Bearer assess_resp_[A-Za-z0-9_-]{100,}$")
TOKEN = re.compile(rb"assess_inv_[A-Za-z0-9_-]+")
_JSON, _PACKED = (b"content-type", b"application/json"), (b"content-type", b"application/msgpack")
_ANA = {"name": "Ana", "email": "ana@example.com", "language": "fr", "perspective": "member"}
_VALUE = {"period_end": "2025-09-30", "numerator": 7, "denominator": 20, "measured_on": "2025-10-02"}
_ANSWER = {"team": "atelier", "respondent": "r9", "answer": 3}


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
        if scope["type"] == "http" and status < 400:
            self._note(scope, body)

    def _note(self, scope: Any, body: bytes) -> None:
        query = b"?" + scope["query_string"] if scope["query_string"] else b""
        wanted = {b"authorization", b"content-type", b"if-match", b"cookie", b"sec-fetch-site"}
        headers = tuple(pair for pair in scope["headers"] if pair[0] in wanted)
        target = scope["raw_path"] + query
        operation = self._specification.operation(scope["method"], target)
        assert operation is not None, target
        sent = Sent(method=scope["method"], target=target, headers=headers, body=body)
        self.good.setdefault(operation["operationId"], []).append(sent)


class Scene:
    """Where hostile requests are aimed: ``fresh`` gives a good request of an operation, ``spoil`` forgets what it used up."""

    def __init__(
        self, client: httpx.AsyncClient, world: World, good: dict[str, list[Sent]], luck: random.Random
    ) -> None:
        self.world = world
        self.stage = Stage(client, world.keys["admin"])
        self.good = {
            name: [_for_any_state(sent, there=name in REPLACED) for sent in _few(found)] for name, found in good.items()
        }
        self._luck = luck
        self._erased = good["erasePerson"][0].target.rpartition(b"/")[2].decode()

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
            key = (await self.stage.opened())["response"].encode()
            headers = tuple((name, RESPONSE_KEY.sub(key, value)) for name, value in headers)
        if TOKEN.search(body):
            body = TOKEN.sub((await self.stage.opened())["token"].encode(), body)
        if sent.method == "POST" and not sent.header(b"idempotency-key") and self._luck.random() < 0.5:
            headers = (*headers, (b"idempotency-key", b"key-%d" % self.stage.number()))
        return msgspec.structs.replace(sent, target=target, headers=headers, body=body)

    def spoil(self, operation: str) -> None:
        """A request of this operation succeeded: what it used up is made again when it is needed."""
        if operation in SPOILS:
            self.stage.spoil(*SPOILS[operation])

    async def _names(self, operation: str, sent: Sent) -> dict[bytes, bytes]:
        """What stands in a recorded request → what stands there this time."""
        ids, names = self.world.ids, {}
        if operation in CAMPAIGN:
            made = await (self.stage.draft() if CAMPAIGN[operation] is DRAFT else self.stage.opened())
            names[ids["campaign_id"]] = made["campaign"]
        if operation == "erasePerson":
            names[self._erased] = (await self.stage.person())["person"]
        if operation == "revokeApiKey":
            names[ids["key_id"]] = (await self.stage.key())["key"]
        if operation == "readSharedReport":
            names[self.world.shared_query] = await self.stage.link(ids["report_id"])
        if operation == "replaceTeam":
            made = await self.stage.team()
            names |= {ids["team_id"]: made["team"], '"atelier"': f'"{made["key"]}"', '"Atelier"': f'"{made["key"]}"'}
        return {old.encode(): new.encode() for old, new in names.items()}

    def _free(self, found: re.Match[bytes]) -> bytes:
        number = self.stage.number()
        return f'"free-{number}"'.encode() if found[1] else f"free{number}@example.com".encode()


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
    changes = [{"item": "off-experiment-testlearn", "value": "7/2"}, {"item": ids["item"], "raise": -0.5}]
    posts = {
        "createApiKey": ("POST", "/v1/api-keys", {**key, "scopes": ["read_results", "read_participation"]}),
        "createRoadmap": ("POST", "/v1/roadmaps", roadmap),
        "createReport": ("POST", "/v1/reports", {"roadmap_id": ids["roadmap_id"], "language": "en", "plan_number": 1}),
        "simulateScore": ("POST", "/v1/scores/simulate", {"score_id": ids["score_id"], "changes": changes}),
        "saveAnswer": ("PUT", f"/v1/respond/answers/{ids['item']}", answer),
        "validateQuestionnaire": ("POST", "/v1/questionnaires/validate", yaml.safe_load(example)),
    }
    keys = dict.fromkeys(posts, admin) | {"saveAnswer": respondent}
    whole = {
        name: [Sent(method=method, target=path.encode(), headers=(keys[name], _JSON), body=json.dumps(body).encode())]
        for name, (method, path, body) in posts.items()
    }
    as_yaml = Sent(
        method="POST",
        target=b"/v1/questionnaires/validate",
        headers=((b"content-type", b"application/yaml"),),
        body=example,
    )
    whole["validateQuestionnaire"].append(as_yaml)
    linked = {"answer": {"type": "level", "level": 4}, "evidence": "https://example.com/board", "sequence": 98}
    whole["saveAnswer"].append(msgspec.structs.replace(whole["saveAnswer"][0], body=json.dumps(linked).encode()))
    rows = {
        "importTeams": ("/v1/teams", {"key": "kiosk", "name": "Kiosque", "parent": "house", "functions": ["offer"]}),
        "importPeople": (f"/v1/{people}", {**_ANA, "team": "labo"}),
        "importMeasures": ("/v1/measures", {**_VALUE, "team": "labo", "kpi": ids["kpi"]}),
        "importResponses": (f"/v1/campaigns/{ids['campaign_id']}/responses", {**_ANSWER, "item": ids["item"]}),
    }
    for name, (path, row) in rows.items():
        target, body = f"{path}/import?dry_run=true".encode(), msgspec.msgpack.encode([row])
        whole[name] = [Sent(method="POST", target=target, headers=(admin, _PACKED), body=body)]
    document = {"readOpenapi": [Sent(method="GET", target=b"/v1/openapi.json")]}
    return pages | whole | document


def _for_any_state(sent: Sent, *, there: bool) -> Sent:
    return sent.wearing((b"if-match", b"*")) if there or sent.header(b"if-match") else sent


def _few(found: list[Sent]) -> list[Sent]:
    """At most four requests of an operation that differ in more than their names: the first, the last, other media types."""
    by_shape = {(sent.header(b"content-type"), b"?" in sent.target): sent for sent in found}
    return [found[0], *(sent for sent in by_shape.values() if sent != found[0])][:4]
