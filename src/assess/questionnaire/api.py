"""Published questionnaires over HTTP: public, read from memory, encoded once."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, FromQuery
from msgspec import Struct

from assess.errors import Malformed
from assess.questionnaire.catalogue import Catalogue, Entry, Version
from assess.questionnaire.checking import Verdict
from assess.questionnaire.file_schema import file_schema
from assess.questionnaire.model import VersionSummary
from assess.questionnaire.reading import MOST_BYTES
from assess.storage.workers import Workers
from assess.tenancy.access import THINKS, may, problems
from assess.tenancy.model import Permission
from assess.web.conditional import FOREVER, ready
from assess.web.requests import JSON, YAML, media_type_of
from assess.words import Language

SCHEMA_JSON = "application/schema+json"


class QuestionnaireMissing(Malformed):
    """There is no questionnaire in the body."""

    title_fr = "Il n’y a pas de questionnaire dans le corps."


class EntryPage(Struct, frozen=True, kw_only=True):
    """All questionnaires; ``next`` is always absent."""

    items: list[Entry]
    next: str | None


class VersionPage(Struct, frozen=True, kw_only=True):
    """All versions of one questionnaire, oldest first; ``next`` is always absent."""

    items: list[VersionSummary]
    next: str | None


@get(
    "/questionnaires",
    guards=[may(Permission.PUBLIC)],
    responses=problems(),
    operation_id="listQuestionnaires",
    tags=["Questionnaires"],
)
async def list_questionnaires(catalogue: NamedDependency[Catalogue]) -> EntryPage:
    """Every published questionnaire with its versions."""
    return EntryPage(items=catalogue.entries(), next=None)


@get(
    "/questionnaires/schema",
    guards=[may(Permission.PUBLIC)],
    responses=problems(),
    operation_id="readQuestionnaireSchema",
    tags=["Questionnaires"],
    media_type=SCHEMA_JSON,
    opt={"gives": (SCHEMA_JSON, JSON)},
)
async def read_schema() -> dict[str, Any]:
    """The JSON Schema of the file format: for editors, and for writing your own."""
    return file_schema()


@post(
    "/questionnaires/validate",
    guards=[may(Permission.PUBLIC)],
    responses=problems(400, 413, 415),
    operation_id="validateQuestionnaire",
    tags=["Questionnaires"],
    status_code=200,
    opt={"takes": (JSON, YAML), THINKS: True},
    request_max_body_size=MOST_BYTES,
)
async def validate(request: Request[Any, Any, Any], workers: NamedDependency[Workers]) -> Verdict:
    """Everything wrong with a questionnaire that you wrote, as JSON or YAML; nothing is kept."""
    check = "check_yaml" if media_type_of(request) == YAML else "check_json"
    body = await request.body()
    if not body:
        raise QuestionnaireMissing
    verdict: Verdict = await workers.run(f"assess.questionnaire.checking:{check}", body)
    return verdict


@get(
    "/questionnaires/{key:str}",
    guards=[may(Permission.PUBLIC)],
    responses=problems(400, 404),
    operation_id="readQuestionnaire",
    tags=["Questionnaires"],
)
async def read_questionnaire(key: FromPath[str], catalogue: NamedDependency[Catalogue]) -> Entry:
    """One questionnaire with its versions."""
    return catalogue.entry(key)


@get(
    "/questionnaires/{key:str}/versions",
    guards=[may(Permission.PUBLIC)],
    responses=problems(400, 404),
    operation_id="listQuestionnaireVersions",
    tags=["Questionnaires"],
)
async def list_versions(key: FromPath[str], catalogue: NamedDependency[Catalogue]) -> VersionPage:
    """The published versions of one questionnaire, oldest first."""
    return VersionPage(items=catalogue.entry(key).versions, next=None)


@get(
    "/questionnaires/{key:str}/versions/{version:str}",
    guards=[may(Permission.PUBLIC)],
    responses={
        200: ResponseSpec(Version, description="The version", generate_examples=False),
        304: ResponseSpec(None, description="You have it already (If-None-Match)", generate_examples=False),
        **problems(400, 404, 422),
    },
    operation_id="readQuestionnaireVersion",
    tags=["Questionnaires"],
)
async def read_version(
    request: Request[Any, Any, Any],
    key: FromPath[str],
    version: FromPath[str],
    lang: FromQuery[Language | None] = None,
) -> Response[bytes]:
    """A published version: it never changes, so keep it. ``lang`` leaves one language in each text."""
    catalogue: Catalogue = request.app.state.catalogue  # as a dependency it would cost as much as everything below
    reply = catalogue.ready(key, version, lang)
    return ready(request, reply.body, reply.etag, cache=FOREVER, media_type=JSON)


handlers = [list_questionnaires, read_schema, validate, read_questionnaire, list_versions, read_version]
