"""The OpenAPI document: what Litestar derives from the handlers, with what it cannot know.

Limits of dictionaries' values, media types of hand-read bodies, the key's scheme, and an example for each request and reply
(from ``openapi/examples.json``, which the tests check against the schemas).
"""

import re
from collections.abc import Sequence
from typing import Any

import msgspec
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.spec import Components, Contact, License, SecurityScheme, Server, Tag

from assess.errors import Finding
from assess.web.described import HEADERS, with_conventions
from assess.web.problems import FAMILIES, PROBLEM_JSON, Problem, family_of
from assess.web.requests import CSV, JSON, MSGPACK

DESCRIPTION = """\
Assess asks the teams of a company versioned questionnaires on Acquisition, Offer and Experience, scores their maturity \
without ever showing a group smaller than the threshold, and proposes a short reorganisation roadmap as a PDF.

Send your key as `Authorization: Bearer assess_live_…`. Whatever creates takes an `Idempotency-Key`, so that it can be sent \
again; a list gives 50 entries and the address of the `next` ones; a shared draft is changed with `If-Match`. Every refusal \
is an RFC 9457 problem whose `code` never changes; its `errors` name the place, the rule and a good example; \
its sentences follow `Accept-Language`. Texts are maps with the languages `fr` and `en`."""

TAGS = {
    "Questionnaires": "Published versions: frozen, known by their digest, served without a key.",
    "Organisation": "Who you are.",
    "Teams": "The tree of teams.",
    "API keys": "Keys with roles and scopes.",
    "Campaigns": "Which team is asked what, by when, under which promise.",
    "Respond": "One person's answers: no account, a token exchanged for a response key.",
    "Results": "Maturity per team, never a naked number.",
    "Indicators": "The library of KPIs, your record sheets, measured values and reviews.",
    "Roadmaps": "What is proposed, and why.",
    "Reports": "The PDF for executives.",
    "Service": "Health, metrics and this document.",
}


def config(version: str) -> OpenAPIConfig:
    """Litestar's configuration of the document; no page of its own, since those load scripts from elsewhere."""
    return OpenAPIConfig(
        title="Assess",
        version=version,
        description=DESCRIPTION,
        contact=Contact(name="Assess", url="https://example.com/assess"),
        license=License(name="Proprietary", identifier="LicenseRef-Proprietary"),
        servers=[Server(url="http://127.0.0.1:8321", description="A server on your own machine")],
        tags=[Tag(name=name, description=text) for name, text in TAGS.items()],
        components=Components(
            security_schemes={
                "apiKey": SecurityScheme(
                    type="http", scheme="bearer", bearer_format="assess_live_…", description="An API key"
                ),
                "responseKey": SecurityScheme(
                    type="http",
                    scheme="bearer",
                    bearer_format="assess_resp_…",
                    description="A response key, from the exchange",
                ),
            }
        ),
        use_handler_docstrings=True,
        render_plugins=(),
    )


def completed(
    document: dict[str, Any], handlers: Sequence[HTTPRouteHandler], examples: dict[str, Any]
) -> dict[str, Any]:
    """The document with bodies that are read by hand, examples by operation id, and the key that each operation demands."""
    by_name = {str(handler.operation_id): handler for handler in handlers}
    document["paths"] = {path: item for path, item in document["paths"].items() if not path.startswith("/schema")}
    for item in document["paths"].values():
        for method, operation in item.items():
            handler = by_name[operation["operationId"]]
            operation["summary"] = _in_words(operation["operationId"])
            operation["security"] = _security(handler)
            _without_the_frameworks_refusal(operation)
            _with_optional_body(operation, handler)
            _with_hand_read_body(operation, handler)
            _with_whole_replies(operation, handler)
            with_conventions(operation, method, handler)
            _with_examples(operation, examples.get(operation["operationId"], {}))
    document["components"]["schemas"].update(_own_schemas(handlers))
    document["components"]["examples"] = _problems(document["paths"])
    document["components"]["headers"] = {name: HEADERS[name] for name in _named_headers(document["paths"])}
    plain: dict[str, Any] = _unwrapped(msgspec.to_builtins(document))
    return plain


def _unwrapped(part: Any) -> Any:
    """The same without choices of one: so Litestar writes what may be left unsaid, and linters find it illogical."""
    if isinstance(part, list):
        return [_unwrapped(each) for each in part]
    if not isinstance(part, dict):
        return part
    if isinstance(part.get("oneOf"), list) and len(part["oneOf"]) == 1:
        part = {**part["oneOf"][0], **{name: value for name, value in part.items() if name != "oneOf"}}
    return {name: _unwrapped(value) for name, value in part.items()}


def _in_words(operation_id: str) -> str:
    """``createCampaign`` as "Create campaign"."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", operation_id).capitalize()


def _security(handler: HTTPRouteHandler) -> list[dict[str, list[str]]]:
    permission = next(guard.permission.value for guard in handler.resolve_guards() if hasattr(guard, "permission"))
    scheme = {"public": None, "respond": "responseKey"}.get(permission, "apiKey")
    return [{scheme: []}] if scheme else []


def _without_the_frameworks_refusal(operation: dict[str, Any]) -> None:
    """Litestar documents a 400 of its own wherever a parameter can misfit; here that is a 422 like any other."""
    responses = operation["responses"]
    if PROBLEM_JSON in responses.get("400", {PROBLEM_JSON: None}).get("content", {PROBLEM_JSON: None}):
        return
    del responses["400"]
    unfit = {"schema": {"$ref": "#/components/schemas/Problem"}}
    responses.setdefault("422", {"description": family_of(422).title(), "content": {PROBLEM_JSON: unfit}})


def _with_optional_body(operation: dict[str, Any], handler: HTTPRouteHandler) -> None:
    """Litestar says of every body that it is needed, also where the handler does without: no body then, and no ``null``."""
    if handler.parsed_data_field is None or not handler.parsed_data_field.is_optional:
        return
    operation["requestBody"]["required"] = False
    for media in operation["requestBody"]["content"].values():
        (media["schema"],) = [each for each in media["schema"]["oneOf"] if each != {"type": "null"}]


def _with_hand_read_body(operation: dict[str, Any], handler: HTTPRouteHandler) -> None:
    """``opt={"takes": media types, "schema": the JSON body's type or its name, "many": a list of it}``."""
    takes: tuple[str, ...] = handler.opt.get("takes", ())
    if not takes or "requestBody" in operation:
        return
    schema = handler.opt.get("schema")
    name = schema if isinstance(schema, str | None) else schema.__name__
    one = {"$ref": f"#/components/schemas/{name}"} if name else {"type": "object"}
    structured = {"type": "array", "items": one} if handler.opt.get("many") else one
    content = {media: {"schema": structured if media in {JSON, MSGPACK} else {"type": "string"}} for media in takes}
    operation["requestBody"] = {"required": True, "content": content}


def _own_schemas(handlers: Sequence[HTTPRouteHandler]) -> dict[str, Any]:
    """The schemas of types that only hand-read bodies have, without docstrings, as Litestar writes those of the others."""
    types = [handler.opt["schema"] for handler in handlers if isinstance(handler.opt.get("schema"), type)]
    _, schemas = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    return {
        name: {said: value for said, value in schema.items() if said != "description"}
        for name, schema in schemas.items()
    }


def _with_whole_replies(operation: dict[str, Any], handler: HTTPRouteHandler) -> None:
    """What Litestar leaves out: a header is a text unless its handler says more, a PDF is bytes, JSON not all that is given."""
    for reply in operation["responses"].values():
        _with_other_words(reply.get("content", {}), handler.opt.get("gives", ()))
        for header in reply.get("headers", {}).values():
            header.setdefault("schema", {"type": "string"})
        for media, content in reply.get("content", {}).items():
            if media == "application/pdf":
                content["schema"] = {"type": "string", "format": "binary"}


def _with_other_words(content: dict[str, Any], gives: Sequence[str]) -> None:
    """What is given as JSON, as CSV (a text) and MessagePack (of the same shape) too, where ``opt`` says so."""
    if JSON in content:
        other = {CSV: {"schema": {"type": "string"}}, MSGPACK: {"schema": content[JSON]["schema"]}}
        content |= {media: other[media] for media in gives if media in other}


def _problems(paths: dict[str, Any]) -> dict[str, Any]:
    """The examples of problems that some operation names."""
    statuses = {
        int(status) for item in paths.values() for operation in item.values() for status in operation["responses"]
    }
    return {f"Problem{status}": {"value": example_problem(status)} for status in sorted(statuses & FAMILIES.keys())}


def _named_headers(paths: dict[str, Any]) -> list[str]:
    """The shared headers that some operation names."""
    replies = [reply for item in paths.values() for said in item.values() for reply in said["responses"].values()]
    named = {header["$ref"] for reply in replies for header in reply.get("headers", {}).values() if "$ref" in header}
    return sorted(reference.rpartition("/")[2] for reference in named)


def _with_examples(operation: dict[str, Any], said: dict[str, Any]) -> None:
    for media, content in operation.get("requestBody", {}).get("content", {}).items():
        if media in said.get("request", {}):
            content["examples"] = {"example": {"value": said["request"][media]}}
    for status, reply in operation["responses"].items():
        for media, content in reply.get("content", {}).items():
            if media == PROBLEM_JSON:
                content["examples"] = {"example": {"$ref": f"#/components/examples/Problem{status}"}}
            elif media in said.get("replies", {}):
                content["examples"] = {"example": {"value": said["replies"][media]}}


def example_problem(status: int) -> dict[str, Any]:
    """What a refusal of that status looks like."""
    family = family_of(status)
    findings = (
        [Finding(pointer="/threshold", rule="Expected `int` >= 5", received=3, example=5)]
        if status in {400, 422}
        else []
    )
    problem = Problem(
        type=f"/problems/{family.code()}",
        title=family.title(),
        status=status,
        detail="",
        code=family.code(),
        request_id="01a20149-d6a2-75d1-b8a1-9bfd9cedd2fa",
        errors=findings,
    )
    built: dict[str, Any] = msgspec.to_builtins(problem)
    return built
