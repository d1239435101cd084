"""Record ``openapi/examples.json``: one request and reply of each operation, from a real run. Run it by ``make examples``.

Ids, dates and secrets of the run are replaced, so that recording again changes only what has changed.
"""

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from assess import shipped
from assess.app import describe
from assess.tenancy.model import Role
from tenants import key_for, new_organisation
from world import build_world, read_everything

LONGEST = 3
"""How many entries of a list an example shows."""

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
SCHEMAS: dict[str, Any] = {
    "readOpenapi": {"replies": {"application/json": {"openapi": "3.1.0", "info": {"title": "Assess"}}}},
    "readQuestionnaireSchema": {
        "replies": {"application/schema+json": {"$schema": _DIALECT, "title": "Questionnaire"}}
    },
}
"""Shown by their first lines: whole, they would be longer than the document, and full of references that lead nowhere in it."""

_SECRET = re.compile(r"assess_(live|inv|resp)_[A-Za-z0-9_-]+")
_SIGNATURE = re.compile(r"signature=[A-Za-z0-9_-]+")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class Recorder:
    """A hook for httpx: keeps the first good exchange of each operation."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.examples: dict[str, Any] = {}
        self._ids: dict[str, str] = {}
        self._routes = [
            (
                method.upper(),
                re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path) + "/?$"),
                operation["operationId"],
                "{" in path,
            )
            for path, item in document["paths"].items()
            for method, operation in item.items()
        ]
        self._routes.sort(key=lambda route: route[3])

    async def __call__(self, reply: httpx.Response) -> None:
        """Keep this exchange when it is the first good one of its operation."""
        await reply.aread()
        name = self._operation(reply.request)
        if reply.is_success and name is not None:
            self._keep(self.examples.setdefault(name, {}), reply)

    def write(self, path: Path) -> None:
        """Write what was recorded, sorted."""
        path.write_text(json.dumps(self.examples, indent=1, sort_keys=True, ensure_ascii=False) + "\n")

    def _operation(self, request: httpx.Request) -> str | None:
        found = (each[2] for each in self._routes if each[0] == request.method and each[1].match(request.url.path))
        return next(found, None)

    def _keep(self, example: dict[str, Any], reply: httpx.Response) -> None:
        for part, message in (("request", reply.request), ("replies", reply)):
            media = message.headers.get("content-type", "").partition(";")[0]
            if message.content and media != "application/pdf" and media not in example.get(part, {}):
                example.setdefault(part, {})[media] = self._value(message.content, media)

    def _value(self, content: bytes, media: str) -> Any:
        text = content.decode()
        if media.endswith("json"):
            return self._shown(json.loads(text))
        return self._harmless("\n".join(text.splitlines()[:4]) + "\n")

    def _shown(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {self._shown(name): self._shown(each) for name, each in value.items()}
        if isinstance(value, list):
            return [self._shown(each) for each in value[:LONGEST]]
        return self._harmless(value) if isinstance(value, str) else value

    def _harmless(self, text: str) -> str:
        text = _SIGNATURE.sub("signature=…", _SECRET.sub(r"assess_\1_…", text))
        return _UUID.sub(lambda found: self._stable(found[0]), text)

    def _stable(self, uuid: str) -> str:
        return self._ids.setdefault(uuid, f"01890000-0000-7000-8000-{len(self._ids) + 1:012d}")


@pytest.mark.anyio
async def test_record(client, database, secrets):
    """Not part of the suite: ``pytest tests/record_examples.py`` writes the file."""
    recorder = Recorder(describe())
    organisation = await new_organisation(database)
    admin = await key_for(database, secrets, organisation, Role.ADMIN)
    client.event_hooks = {"response": [recorder]}
    await read_everything(client, await build_world(client, organisation, admin))
    client.event_hooks = {}
    recorder.examples |= SCHEMAS
    recorder.write(shipped.folder("openapi") / "examples.json")
