"""What schemathesis asks us: whose key a request carries. It reads this file in a process of its own.

Half of the requests are the admin's, the others everybody's in turn, so that each operation is asked by every role.
"""

import itertools
import json
import os
from typing import Any

import schemathesis

KEYS: dict[str, str] = json.loads(os.environ.get("FUZZ_KEYS", "{}"))
_others = itertools.cycle([role for role in KEYS if role not in {"admin", "respondent"}] or ["admin"])
_turns = itertools.cycle([True, False])


@schemathesis.auth(refresh_interval=None)
class EveryRole:
    """A key of the kind that the operation wants, of one role after the other."""

    def get(self, case: Any, _context: Any) -> str:
        """The key for a request."""
        schemes = {name for wanted in case.operation.definition.raw.get("security", []) for name in wanted}
        if "responseKey" in schemes:
            return KEYS["respondent"]
        return KEYS["admin" if next(_turns) else next(_others)]

    def set(self, case: Any, key: str, _context: Any) -> None:
        """Put it on."""
        case.headers["Authorization"] = key


@schemathesis.hook
def before_call(_context: Any, case: Any, _kwargs: Any) -> None:
    """Nobody takes the keys away that all others need: only spare ones are revoked."""
    if case.operation.definition.raw.get("operationId") == "revokeApiKey":
        key = case.path_parameters.get("key_id")
        if key in os.environ["FUZZ_KEY_IDS"]:
            case.path_parameters["key_id"] = os.environ["FUZZ_SPARE"]
