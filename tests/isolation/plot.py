"""A short story of one organisation, step by step: whoever plays it twice gets the same replies, but for ids and moments."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from msgspec import Struct, field

from assess import shipped
from assess.questionnaire.catalogue import catalogue_from
from routes import pdf_text, same

TODAY = datetime.now(UTC).date()
ITEM = "off-listen-insight"
KPI = "kpi-off-cocreation"
PEOPLE = 5
_NEW = {
    "<secret>": re.compile(rb"assess_(live|inv|resp)_[A-Za-z0-9_-]+"),
    "<cursor>": re.compile(rb"cursor=[A-Za-z0-9_-]+"),
    "<signature>": re.compile(rb"expires=\d+&signature=[A-Za-z0-9_-]+"),
    "<moment>": re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)"),
}
_NUMBERED = re.compile(
    rb"[0-9a-f]{64}"  # the digest of something with ids in it
    rb"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    rb"|[0-9a-f]{32}"  # an ETag
    rb"|(?<=faits)[0-9a-f]{12}"  # the same digest as a report prints it
)


class Step(Struct, frozen=True, kw_only=True):
    """One request; ``{…}`` in path and body stand for what was kept before, ``keep`` says what to keep of the reply.

    One that changes what is there has read it, one that puts something ``new`` has not.
    """

    method: str
    path: str
    body: Any = None
    keep: Mapping[str, Callable[[Any], str]] = {}
    answering: bool = False
    new: bool = False


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
        headers = {**own, "Content-Type": "application/json"}
        if not step.new:
            headers["If-Match"] = "*"
        if step.method == "POST":
            headers["Idempotency-Key"] = f"step-{STORY.index(step)}"  # whoever plays it: the same in every organisation
        body = None if step.body is None else _filled(json.dumps(step.body), self.kept)
        return await client.request(step.method, _filled(step.path, self.kept), headers=headers, content=body)


def _filled(text: str, kept: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: kept[found[1]] if found[1] in kept else found[0], text)


def plainly(replies: list[httpx.Response]) -> list[Any]:
    """Replies without what is new each time; ids, digests and ETags are numbered as they come: the same ones stay the same."""
    numbers: dict[bytes, bytes] = {}

    def plain(text: bytes) -> bytes:
        for name, pattern in _NEW.items():
            text = pattern.sub(name.encode(), text)
        return _NUMBERED.sub(lambda found: numbers.setdefault(found[0], b"<id %d>" % len(numbers)), text)

    told = []
    for reply in replies:
        status, headers, body = same(reply)
        read = pdf_text(body).encode() if body.startswith(b"%PDF") else body
        sized = [(name, said) for name, said in headers if read is body or name != "content-length"]
        told.append((status, [(name, plain(said.encode())) for name, said in sized], plain(read)))
    return told


_TEAM = {"functions": ["offer"], "capacity_days": 5}
_CAMPAIGN = {"key": "spring", "name": "Printemps", "languages": ["fr"], "starts_on": str(TODAY)}
_OFFER = [{"key": "offer", "version": "1.0.0"}]
_ASKED = {"items": [{"team": "atelier", "questionnaires": _OFFER, "asked_elsewhere": 6}]}
_OFFERED = catalogue_from(shipped.folder("questionnaires")).find("offer", "1.0.0").items()
_COLLECTED = [
    {"team": "atelier", "respondent": f"r{n}", "item": item.key, "answer": 1 + (n + place) % 4}
    for place, item in enumerate(_OFFERED)
    for n in range(6)
]
_PEOPLE = [
    {"name": f"P{n}", "email": f"p{n}@example.com", "language": "fr", "perspective": "member", "team": "atelier"}
    for n in range(PEOPLE)
]
_HERE = "/v1/campaigns/{campaign}"
_ANSWER = {
    "answer": {"type": "level", "level": 1},
    "comment": "Trop lent",
    "evidence": "https://example.com",
    "sequence": 2,
}

_VALUE = {"numerator": 7, "denominator": 20, "measured_on": "2025-04-03"}
_LATER = {**_VALUE, "team": "atelier", "kpi": KPI, "period_end": "2025-06-30", "measured_on": "2025-07-02"}


def _token(person: int) -> Callable[[Any], str]:
    return lambda it: str(it["items"][person]["token"])


def _exchanged(person: int) -> Step:
    """Somebody opens the form."""
    return Step(
        method="POST",
        path="/v1/respond/exchange",
        body={"token": f"{{token{person}}}"},
        keep={"response_key": lambda it: it["response_key"]},
    )


def _answered(person: int) -> list[Step]:
    """Somebody answers one question and is done."""
    answer = {"answer": {"type": "level", "level": 1 + person % 3}, "comment": None, "sequence": 1}
    return [
        _exchanged(person),
        Step(method="PUT", path=f"/v1/respond/answers/{ITEM}", body=answer, answering=True),
        Step(method="POST", path="/v1/respond/submit", answering=True),
    ]


STORY = [
    Step(method="GET", path="/v1/me"),
    Step(method="POST", path="/v1/teams", body={"key": "house", "name": "Maison", **_TEAM}),
    Step(
        method="POST",
        path="/v1/teams",
        body={"key": "atelier", "name": "Atelier", "parent": "house", **_TEAM},
        keep={"team": lambda it: it["id"]},
    ),
    Step(method="POST", path="/v1/teams", body={"key": "atelier", "name": "Autre", **_TEAM}),
    Step(method="POST", path="/v1/teams/import", body=[{"key": "stand", "name": "Stand", "parent": "house"}]),
    Step(method="GET", path="/v1/teams?limit=1"),
    Step(
        method="POST",
        path="/v1/api-keys",
        body={"name": "Chef", "role": "team_lead", "team_id": "{team}"},
        keep={"key": lambda it: it["key"]["id"]},
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
    Step(method="POST", path=f"{_HERE}/people", body={**_PEOPLE[0], "name": "Zoé", "email": "zoe@example.com"}),
    Step(method="GET", path=f"{_HERE}/people?limit=2", keep={"person": lambda it: it["items"][0]["id"]}),
    Step(method="GET", path=f"{_HERE}/preflight"),
    Step(method="POST", path=f"{_HERE}/launch"),
    Step(method="POST", path=f"{_HERE}/extend", body={"ends_on": str(TODAY + timedelta(20))}),
    Step(method="POST", path=f"{_HERE}/invitations", keep={f"token{n}": _token(n) for n in range(PEOPLE)}),
    *(step for n in range(1, PEOPLE) for step in _answered(n)),
    _exchanged(0),
    Step(method="PUT", path=f"/v1/respond/answers/{ITEM}", body=_ANSWER, answering=True),
    Step(method="PUT", path=f"/v1/respond/answers/{ITEM}", body={**_ANSWER, "sequence": 1}, answering=True),
    Step(method="GET", path="/v1/respond", answering=True),
    Step(method="POST", path="/v1/respond/submit", answering=True),
    Step(method="POST", path="/v1/respond/completion", body={"token": "{token0}"}),
    Step(method="POST", path=f"{_HERE}/responses/import", body=_COLLECTED),
    Step(method="GET", path=f"{_HERE}/participation"),
    Step(method="GET", path=f"{_HERE}/results"),
    Step(method="PUT", path=f"/v1/assessments/{{assessment}}/exemptions/{ITEM}", body={"reason": "Pas ici"}, new=True),
    Step(method="POST", path=f"{_HERE}/close"),
    Step(method="GET", path=f"{_HERE}/exemptions"),
    Step(method="GET", path="/v1/respond", answering=True),
    Step(method="GET", path=f"{_HERE}/results", keep={"score": lambda it: it["nodes"][0]["score_id"]}),
    Step(method="GET", path="/v1/assessments/{assessment}/results"),
    Step(method="GET", path="/v1/campaigns"),
    Step(method="GET", path=f"{_HERE}/mask"),
    Step(method="GET", path=f"{_HERE}/discussion-points"),
    Step(method="GET", path="/v1/assessments/{assessment}/discussion-points"),
    Step(method="GET", path="/v1/scores/{score}/explanation?of=off-listen"),
    Step(
        method="POST",
        path="/v1/scores/simulate",
        body={"score_id": "{score}", "changes": [{"item": ITEM, "raise": 0.5}]},
    ),
    Step(method="PUT", path=f"/v1/kpi-sheets/{KPI}", body={"owner": "Ana", "baseline": 20, "target": 50}, new=True),
    Step(method="PUT", path=f"/v1/teams/{{team}}/measures/{KPI}/2025-03-31", body=_VALUE, new=True),
    Step(method="POST", path="/v1/measures/import", body=[_LATER]),
    Step(method="GET", path=f"/v1/measures?team=atelier&kpi={KPI}"),
    Step(
        method="POST",
        path="/v1/roadmaps",
        body={"campaign_id": "{campaign}", "starts_on": str(TODAY)},
        keep={"roadmap": lambda it: it["id"]},
    ),
    Step(method="GET", path="/v1/roadmaps/{roadmap}/plans/1"),
    Step(
        method="POST",
        path="/v1/reports",
        body={"roadmap_id": "{roadmap}", "language": "fr"},
        keep={"report": lambda it: it["id"]},
    ),
    Step(method="GET", path="/v1/reports/{report}/content"),
    Step(method="POST", path="/v1/reports/{report}/links"),
    Step(method="DELETE", path="/v1/api-keys/{key}"),
    Step(method="DELETE", path=f"{_HERE}/people/{{person}}"),
    Step(method="GET", path=f"{_HERE}/people"),
]
