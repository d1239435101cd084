"""The JSON Schema of the file format, derived from the Structs: it cannot disagree with the reader."""

from typing import Any

import msgspec

from assess.questionnaire.model import Questionnaire
from assess.words import LANGUAGES, Paragraph

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def file_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a questionnaire file."""
    schema = _with_text(msgspec.json.schema(Questionnaire))
    schema["$defs"]["Text"] = _text()
    return {"$schema": DIALECT, "title": "A questionnaire of Assess", **schema}


def file_schema_json() -> str:
    """The schema as it is kept beside the questionnaires."""
    return msgspec.json.format(msgspec.json.encode(file_schema()), indent=2).decode() + "\n"


def _text() -> dict[str, Any]:
    """The languages by name: a derived schema allows any key."""
    paragraph = msgspec.json.schema(Paragraph)
    return {
        "title": "Text",
        "description": "A text in each language of its document",
        "type": "object",
        "properties": dict.fromkeys(LANGUAGES, paragraph),
        "minProperties": 1,
        "additionalProperties": False,
    }


def _with_text(schema: Any) -> Any:
    """Every open object becomes a reference to Text: in a questionnaire, each map is one."""
    if isinstance(schema, list):
        return [_with_text(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if isinstance(schema.get("additionalProperties"), dict):
        return {"$ref": "#/$defs/Text"}
    return {key: _with_text(part) for key, part in schema.items()}
