"""The JSON Schema of the file format, derived from the Structs: it cannot disagree with the reader."""

from typing import Any

import msgspec

from assess.questionnaire.model import Questionnaire

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def file_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a questionnaire file."""
    return {"$schema": DIALECT, "title": "A questionnaire of Assess", **msgspec.json.schema(Questionnaire)}


def file_schema_json() -> str:
    """The schema as it is kept beside the questionnaires."""
    return msgspec.json.format(msgspec.json.encode(file_schema()), indent=2).decode() + "\n"
