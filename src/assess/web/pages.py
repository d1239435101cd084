"""The documentation page: the OpenAPI document as plain HTML, without a script and without the internet."""

import re
from collections.abc import Iterator
from html import escape
from typing import Any

import msgspec

_STYLE = """
:root{color-scheme:light;font:16px/1.5 system-ui,sans-serif;--line:#d6dbe1;--soft:#f4f6f8;--ink:#1c2733;--accent:#0072b2}
body{margin:0;color:var(--ink);background:#fff}main{max-width:60rem;margin:0 auto;padding:1.5rem 1rem 4rem}
h1{font-size:1.8rem;line-height:1.2}h2{margin-top:2.5rem;border-bottom:2px solid var(--accent);padding-bottom:.25rem}
details{border:1px solid var(--line);border-radius:.5rem;margin:.5rem 0;padding:0 .75rem}summary{cursor:pointer;padding:.6rem 0}
summary:focus-visible{outline:3px solid var(--accent)}b{display:inline-block;min-width:4.2rem;color:var(--accent)}
code,pre{font:.875rem/1.45 ui-monospace,monospace}summary code{overflow-wrap:anywhere}
pre{background:var(--soft);padding:.75rem;border-radius:.4rem;overflow:auto;max-height:24rem}
table{border-collapse:collapse;width:100%}td{border-top:1px solid var(--line);padding:.3rem .5rem .3rem 0;vertical-align:top}
nav{display:flex;flex-wrap:wrap;gap:.25rem 1rem}nav a{color:var(--accent)}
"""


def documentation(document: dict[str, Any]) -> bytes:
    """The page of an OpenAPI document, as UTF-8."""
    info = document["info"]
    tags = _by_tag(document)
    links = "".join(f'<a href="#{_anchor(tag)}">{escape(tag)}</a>' for tag in tags)
    sections = "".join(_section(tag, operations) for tag, operations in tags.items())
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(info['title'])}</title><style>{_STYLE}</style></head><body><main>"
        f"<h1>{escape(info['title'])} <small>{escape(info['version'])}</small></h1>{_paragraphs(info.get('description', ''))}"
        '<p>The same document for machines: <a href="/v1/openapi.json"><code>/v1/openapi.json</code></a></p>'
        f"<nav>{links}</nav>{sections}</main></body></html>"
    ).encode()


def _by_tag(document: dict[str, Any]) -> dict[str, list[tuple[str, str, dict[str, Any]]]]:
    tags: dict[str, list[tuple[str, str, dict[str, Any]]]] = {}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if isinstance(operation, dict):
                tags.setdefault((operation.get("tags") or ["Other"])[0], []).append((method.upper(), path, operation))
    return tags


def _section(tag: str, operations: list[tuple[str, str, dict[str, Any]]]) -> str:
    return f'<h2 id="{_anchor(tag)}">{escape(tag)}</h2>' + "".join(_operation(*each) for each in operations)


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    parts = [
        _paragraphs(operation.get("description", "")),
        _parameters(operation),
        *_request(operation),
        *_replies(operation),
    ]
    head = f"<summary><b>{method}</b> <code>{escape(path)}</code> — {escape(operation.get('summary', ''))}</summary>"
    return f'<details id="{escape(operation["operationId"])}">{head}{"".join(parts)}</details>'


def _parameters(operation: dict[str, Any]) -> str:
    rows = [
        f"<tr><td><code>{escape(each['name'])}</code></td><td>{escape(each['in'])}</td>"
        f"<td>{escape(each.get('description') or '')}</td></tr>"
        for each in operation.get("parameters", [])
    ]
    return f"<table>{''.join(rows)}</table>" if rows else ""


def _request(operation: dict[str, Any]) -> Iterator[str]:
    for media, content in operation.get("requestBody", {}).get("content", {}).items():
        yield f"<p>Send <code>{escape(media)}</code></p>{_examples(content)}"


def _replies(operation: dict[str, Any]) -> Iterator[str]:
    for status, reply in operation.get("responses", {}).items():
        examples = (
            "".join(_examples(content) for content in reply.get("content", {}).values()) if status < "300" else ""
        )
        yield f"<p><b>{escape(status)}</b> {escape(reply.get('description', ''))}</p>{examples}"


def _examples(content: dict[str, Any]) -> str:
    values = [example["value"] for example in content.get("examples", {}).values() if "value" in example]
    return "".join(f"<pre>{escape(_shown(value))}</pre>" for value in values)


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.format(msgspec.json.encode(value), indent=2).decode()


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{_coded(part)}</p>" for part in text.split("\n\n") if part.strip())


def _coded(text: str) -> str:
    """Text between backticks as code."""
    return re.sub(r"(`+)([^`]+)\1", r"<code>\2</code>", escape(text))


def _anchor(tag: str) -> str:
    return escape(tag.lower().replace(" ", "-"))
