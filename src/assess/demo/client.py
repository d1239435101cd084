"""The public API as a client sees it: one connection pool, replies decoded into the words of the rooms, refusals said."""

from collections.abc import Mapping
from typing import Any, TypeVar

import httpx
import msgspec

from assess.demo.server import DemoError

T = TypeVar("T")


class Client:
    """Requests with one key; ``holding`` gives another key the same connections."""

    def __init__(self, http: httpx.AsyncClient, key: str = "") -> None:
        self._http = http
        self._key = key

    def holding(self, key: str) -> "Client":
        """The same connections for the holder of ``key``."""
        return Client(self._http, key)

    async def get(self, path: str, kind: type[T]) -> T:
        """GET ``path`` as a ``kind``; raises DemoError with the words of a refusal."""
        return msgspec.json.decode(await self._ask("GET", path), type=kind)

    async def post(self, path: str, kind: type[T], body: Any = None) -> T:
        """POST ``body`` as JSON; raises as ``get``."""
        return msgspec.json.decode(await self._ask("POST", path, **_json(body)), type=kind)

    async def put(self, path: str, kind: type[T], body: Any, *, new: bool = False) -> T:
        """PUT ``body`` as JSON, whatever is there now, or where nothing is yet: nobody else changes it. Raises as ``get``."""
        condition = {"If-None-Match" if new else "If-Match": "*"}
        return msgspec.json.decode(await self._ask("PUT", path, **_json(body, condition)), type=kind)

    async def upload(self, path: str, kind: type[T], sheet: bytes) -> T:
        """POST a CSV; raises as ``get``."""
        reply = await self._ask("POST", path, content=sheet, headers={"Content-Type": "text/csv; charset=utf-8"})
        return msgspec.json.decode(reply, type=kind)

    async def download(self, path: str, media: str) -> bytes:
        """GET a file of the type ``media``; raises as ``get``."""
        return await self._ask("GET", path, headers={"Accept": media})

    async def _ask(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, content: bytes | None = None
    ) -> bytes:
        own = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        reply = await self._http.request(method, path, content=content, headers={**own, **(headers or {})})
        if reply.is_error:
            raise DemoError(f"{method} {path} was refused ({reply.status_code}): {reply.text[:600]}")
        return reply.content


def _json(body: Any, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    if body is None:
        return {}
    return {"content": msgspec.json.encode(body), "headers": {"Content-Type": "application/json", **(headers or {})}}
