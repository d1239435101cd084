"""The law of the pages for people: what is refused there is a page too, and none of them leads or loads from elsewhere."""

import re
from typing import Any
from xml.etree import ElementTree

from asking import Got, Sent
from litestar.handlers import HTTPRouteHandler

from assess.frame import policy
from assess.web.page_replies import HTML
from assess.web.problems import PROBLEM_JSON

STATUSES = (200, 303, 304, 400, 401, 403, 404, 406, 408, 413, 414, 415, 431)
"""What a page may answer."""
EARLY = {400, 408, 413, 414, 431}
"""What may be refused by a look at a request alone, before anybody knows that a page is asked."""
_TYPE = re.compile(r":\w+(?=\})")
_OURS = re.compile(rb"/(results|sign-in)([/?][!-~]*)?")


def described(handlers: list[HTTPRouteHandler]) -> dict[str, Any]:
    """The pages as the document would describe them, by the names of their handlers."""
    paths: dict[str, Any] = {}
    for handler in handlers:
        responses = {str(status): {"content": {HTML: {}, PROBLEM_JSON: {}}} for status in STATUSES}
        operation = {"operationId": handler.handler_name, "page": True, "responses": responses}
        operation |= {"requestBody": {}} if "takes" in handler.opt else {}
        for path in handler.paths:
            item = paths.setdefault(_TYPE.sub("", path), {})
            item |= {method.lower(): operation for method in handler.http_methods if method != "HEAD"}
    return paths


def page_faults(sent: Sent, got: Got) -> list[str]:
    """Everything wrong with the reply of a page, in words."""
    found = []
    if got.header(b"content-security-policy") != policy().encode():
        found.append("a page without its policy")
    if got.header(b"cache-control") not in {b"no-store", *([b"private, no-cache"] if got.status in {200, 304} else [])}:
        found.append(f"a page to be kept: {got.header(b'cache-control')!r}")
    if got.status == 303 and not _OURS.fullmatch(got.header(b"location") or b""):
        found.append(f"on to {got.header(b'location')!r}")
    if got.status in {303, 304} or sent.method == "HEAD":
        return found
    return found + _unreadable(got)


def _unreadable(got: Got) -> list[str]:
    if got.header(b"content-type") != b"text/html; charset=utf-8":
        return [f"a page is {got.header(b'content-type')!r}"]
    try:
        root = ElementTree.fromstring(got.body.decode())
    except (ElementTree.ParseError, UnicodeDecodeError) as error:
        return [f"a page that cannot be read: {error}"]
    heading = root.find(".//h1")
    found = []
    if root.get("lang", "").encode() != got.header(b"content-language") or root.get("lang") not in {"fr", "en"}:
        found.append(f"a page in {root.get('lang')!r}")
    if heading is None or not "".join(heading.itertext()):
        found.append("a page without a heading")
    if [each for each in root.iter() if each.tag == "script" or any(name.startswith("on") for name in each.attrib)]:
        found.append("a page with a script")
    return found
