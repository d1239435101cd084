"""A company whose people answer: made over HTTP, its responses then multiplied in the database."""

import asyncio
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx

from assess.campaign.tokens import ResponseKeyText, read_response_key, response_hash, write_response_key
from assess.installation import installed
from assess.settings import Settings
from assess.storage import embedded
from assess.storage.secrets import Secrets
from assess.tenancy import service
from assess.tenancy.model import NewApiKey, Role

ASKED = ("acquisition", "experience", "offer", "transversal")
_RESPONSES = ("organisation_id", "id", "campaign_id", "assessment_id", "perspective", "form", "form_digest", "key_hash")
_REST = ("contract_digest", "state", "started_on")
_ANSWER_ALL = """
insert into assess.answer (organisation_id, response_id, item, value, comment, sequence)
  select organisation_id, id, item, 3, null, 1 from assess.response cross join unnest($1::text[]) as item
  where id = any($2::uuid[])
"""


@dataclass(frozen=True, kw_only=True)
class Response:
    """A response: its key, and what only the database knows."""

    key: str
    organisation_id: UUID
    id: UUID


def admin_key(settings: Settings, organisation: str) -> str:
    """A new organisation's first key, beside the running server."""
    return asyncio.run(_admin_key(settings, organisation))


def open_campaign(address: str, key: str, name: str, people: int) -> tuple[str, list[str]]:
    """A launched campaign that asks one team everything: its address and its invitations' tokens."""
    with client(address, key) as http:
        today = datetime.now(UTC).date()
        days = {"starts_on": str(today), "ends_on": str(today + timedelta(days=30))}
        _post(http, "/v1/teams/import", "key,name,parent\nbench,Bench,\n")
        new = {"key": name, "name": name, "languages": ["fr", "en"], **days}
        at = f"/v1/campaigns/{_post(http, '/v1/campaigns', new)['id']}"
        asked = [{"key": each, "version": "1.0.0"} for each in ASKED]
        choices = {"items": [{"team": "bench", "questionnaires": asked}]}
        state = {"If-Match": http.get(f"{at}/assessments").headers.get("etag", "*")}
        http.put(f"{at}/assessments", json=choices, headers=state).raise_for_status()
        lines = [f"P{n},p{n}@example.com,fr,member,bench" for n in range(people)]
        _post(http, f"{at}/people/import", "\n".join(["name,email,language,perspective,team", *lines]))
        _post(http, f"{at}/launch")
        return at, [each["token"] for each in _post(http, f"{at}/invitations")["items"]]


def client(address: str, key: str = "") -> httpx.Client:
    """A client with a key."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return httpx.Client(base_url=address, headers=headers, timeout=60, trust_env=False)


def exchange(address: str, token: str) -> tuple[str, list[str]]:
    """The response key of an invitation, and the items of its form."""
    with client(address) as http:
        key = _post(http, "/v1/respond/exchange", {"token": token})["response_key"]
        form = http.get("/v1/respond", headers={"Authorization": f"Bearer {key}"}).raise_for_status().json()
    processes = [process for questionnaire in form["questionnaires"] for process in questionnaire["processes"]]
    steps = [step for process in processes for step in process["steps"]]
    return key, [
        item["key"] for part in (*steps, *({"items": each["kpis"]} for each in processes)) for item in part["items"]
    ]


def multiply(settings: Settings, key: str, items: list[str], times: int) -> list[Response]:
    """So many responses beside the one of ``key``, all of them answering every item."""
    return asyncio.run(_multiply(settings, key, items, times))


def settle(settings: Settings) -> None:
    """Let the database rest: what was written is in the files, and its statistics are known."""
    embedded.attach(settings).cluster.sql("vacuum analyze", "assess")
    embedded.attach(settings).cluster.sql("checkpoint")


def stored(settings: Settings) -> int:
    """How many answers the database keeps."""
    return int(embedded.attach(settings).cluster.sql("select count(*) from assess.answer", "assess"))


async def _admin_key(settings: Settings, organisation: str) -> str:
    with installed(settings, "command") as installation:
        async with installation.database() as database:
            added = await service.add_organisation(database, organisation, organisation)
            async with database.transaction(added.id) as tx:
                wish = NewApiKey(name="Bench", role=Role.ADMIN)
                return (await service.issue_key(tx, Secrets(settings.secrets).pepper, wish)).secret


async def _multiply(settings: Settings, key: str, items: list[str], times: int) -> list[Response]:
    pepper = Secrets(settings.secrets).pepper
    connection = await asyncpg.connect(embedded.attach(settings).url("postgres"))
    try:
        first = await connection.fetchrow("select * from assess.response where key_hash = $1", _hash(pepper, key))
        made = [_like(first, pepper, key) for _ in range(times)]
        rows = [_row(first, each, pepper) for each in made]
        await connection.copy_records_to_table(
            "response", schema_name="assess", records=rows, columns=[*_RESPONSES, *_REST]
        )
        await connection.execute("set session_replication_role = replica")  # these rows are known to be good
        await connection.execute(_ANSWER_ALL, items, [each.id for each in made], timeout=1200)
    finally:
        await connection.close()
    return made


def _like(first: Any, pepper: bytes, key: str) -> Response:
    """A new response with a key of its own, under the same form."""
    parts = _parts(pepper, key)
    text = ResponseKeyText(parts.organisation_id, parts.campaign_id, parts.form_digest, secrets.token_bytes(32))
    return Response(key=write_response_key(pepper, text), organisation_id=first["organisation_id"], id=uuid4())


def _row(first: Any, made: Response, pepper: bytes) -> tuple[Any, ...]:
    own = {"id": made.id, "key_hash": _hash(pepper, made.key)}
    return tuple(own.get(name, first[name]) for name in (*_RESPONSES, *_REST))


def _hash(pepper: bytes, key: str) -> bytes:
    return response_hash(pepper, _parts(pepper, key).key)


def _parts(pepper: bytes, key: str) -> ResponseKeyText:
    parts = read_response_key(pepper, key)
    if parts is None:
        raise ValueError("no response key")
    return parts


def _post(http: httpx.Client, path: str, body: Any = None) -> Any:
    """POST JSON, or a sheet when ``body`` is text."""
    if isinstance(body, str):
        reply = http.post(path, content=body, headers={"Content-Type": "text/csv"})
    else:
        reply = http.post(path, json=body) if body is not None else http.post(path)
    return reply.raise_for_status().json()
