"""Bytes on a socket, and the replies that come back before the server is silent or hangs up."""

import asyncio
import re

from asking import Got

STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) [^\r\n]*\r\n")
SILENCE = 0.4
"""Seconds after which a server that waits for more is left alone."""


async def said(port: int, *parts: bytes, silence: float = SILENCE) -> bytes:
    """Everything that the server says to ``parts``, sent one after the other."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        return await _exchange(reader, writer, parts, silence)
    except ConnectionError:
        return b""
    finally:
        writer.transport.abort()


async def _exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, parts: tuple[bytes, ...], silence: float
) -> bytes:
    heard = b""
    for part in parts:
        writer.write(part)
        await writer.drain()
        await asyncio.sleep(0.02 if len(parts) < 5 else 0)
    while True:
        try:
            more = await asyncio.wait_for(reader.read(65536), 5 if _is_cut(heard) else silence)
        except (TimeoutError, ConnectionResetError):
            return heard
        if not more:
            return heard
        heard += more


def replies(heard: bytes) -> list[Got]:
    """The replies in what was heard; fails on bytes that are none."""
    found = []
    while heard:
        head, rest = heard.split(b"\r\n\r\n", 1)
        start = STATUS.match(head + b"\r\n")
        assert start, heard[:200]
        lines = [line.partition(b": ") for line in head.split(b"\r\n")[1:]]
        headers = tuple((name.lower(), value) for name, _, value in lines)
        status = int(start[1])
        length = 0 if status in {100, 204, 304} else int(dict(headers).get(b"content-length", b"0"))
        found.append(Got(status=status, headers=headers, body=rest[:length]))
        heard = rest[length:]
    return found


def _is_cut(heard: bytes) -> bool:
    """Whether a reply has begun whose end has not come."""
    head, found, rest = heard.partition(b"\r\n\r\n")
    length = re.search(rb"\r\ncontent-length: (\d+)", head, re.IGNORECASE)
    return bool(heard) and (not found or (length is not None and len(rest) < int(length[1])))
