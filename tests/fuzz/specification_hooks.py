"""What schemathesis asks us: whose key a request carries. It reads this file in a process of its own.

Of each operation half of the requests are the admin's, the others everybody's in turn, so that each is asked by every role.
What is asked is written down, one line a request: phase, operation, role.
"""

import itertools
import json
import os
from collections import defaultdict
from pathlib import Path
from typing import Any

import msgspec
import schemathesis

KEYS: dict[str, str] = json.loads(os.environ.get("FUZZ_KEYS", "{}"))
ASKED = Path(os.environ.get("FUZZ_ASKED", os.devnull))
_others = [role for role in KEYS if role not in {"admin", "respondent"}]
_turns: dict[str, Any] = defaultdict(
    lambda: itertools.cycle([role for other in _others for role in ("admin", other)] or ["admin"])
)


@schemathesis.auth(refresh_interval=None)
class EveryRole:
    """A key of the kind that the operation wants, of one role after the other."""

    def get(self, case: Any, _context: Any) -> str:
        """The key for a request."""
        schemes = {name for wanted in case.operation.definition.raw.get("security", []) for name in wanted}
        if "responseKey" in schemes:
            return KEYS["respondent"]
        return KEYS[next(_turns[case.operation.label])]

    def set(self, case: Any, key: str, _context: Any) -> None:
        """Put it on."""
        case.headers["Authorization"] = key


@schemathesis.serializer("application/msgpack")
def packed(_context: Any, value: Any) -> bytes:
    """A body in MessagePack; what that cannot say goes as it is in JSON, and is refused."""
    try:
        return msgspec.msgpack.encode(value)
    except (OverflowError, TypeError, UnicodeEncodeError):
        return json.dumps(value, default=str).encode()


@schemathesis.hook
def before_call(_context: Any, case: Any, _kwargs: Any) -> None:
    """Nobody takes the keys away that all others need: only spare ones are revoked."""
    operation, said = case.operation.definition.raw["operationId"], case.headers.get("Authorization")
    role = next((role for role, key in KEYS.items() if key == said), "nobody")
    with ASKED.open("a") as asked:
        asked.write(f"{case.meta.phase.name.value} {operation} {role}\n")
    if operation == "revokeApiKey":
        key = case.path_parameters.get("key_id")
        if key in os.environ["FUZZ_KEY_IDS"]:
            case.path_parameters["key_id"] = os.environ["FUZZ_SPARE"]
