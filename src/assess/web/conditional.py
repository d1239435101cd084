"""Conditional replies: ready bytes, or 304 when the client has them already (RFC 9110, If-None-Match)."""

from typing import Any

from litestar import Request, Response

FOREVER = "public, max-age=31536000, immutable"
"""For what can never change under its address."""


def ready(request: Request[Any, Any, Any], body: bytes, etag: str, *, cache: str, media_type: str) -> Response[bytes]:
    """``body`` with its ``ETag`` (quoted), or an empty 304 when ``If-None-Match`` names it."""
    headers = {"ETag": etag, "Cache-Control": cache}
    if known(request.headers.get("if-none-match", ""), etag):
        return Response(b"", status_code=304, headers=headers, media_type=media_type)
    return Response(body, headers=headers, media_type=media_type)


def known(if_none_match: str, etag: str) -> bool:
    """Whether the client has ``etag``; the comparison is weak, as the RFC asks for reads."""
    return any(tag.strip().removeprefix("W/") in {etag, "*"} for tag in if_none_match.split(","))
