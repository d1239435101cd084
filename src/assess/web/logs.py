"""Logs: one JSON object a line on standard error, without secrets."""

import json
import logging
import re
import sys
from datetime import UTC, datetime

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_SECRET = re.compile(r"assess_(live|inv|resp)_[A-Za-z0-9_-]+")


class JsonLines(logging.Formatter):
    """A record as one line: time, level, logger, message, and what was said in ``extra``; keys and tokens are masked."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        said = {name: value for name, value in vars(record).items() if name not in _STANDARD}
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **said,
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return masked(json.dumps(line, default=str, ensure_ascii=False))


def masked(text: str) -> str:
    """``text`` with every key and token replaced."""
    return _SECRET.sub(r"assess_\1_…", text)


def start_logging(level: int = logging.INFO) -> None:
    """Send every logger's lines to standard error as JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.getLogger("uvicorn.access").disabled = True
