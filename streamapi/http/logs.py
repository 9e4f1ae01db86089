"""One JSON object a line: what CloudWatch Logs Insights and a person with jq can read."""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime
from typing import Final

import orjson

from streamapi.http import request_id

_STANDARD: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}


# What opens something for whoever reads it, wherever an address stands in a line.
_SECRET: Final = re.compile(
    r"([?&](?:link|token|code|ticket|signature|policy)=)[^&\"'\\\s<>]+", re.IGNORECASE
)


def redacted(text: str) -> str:
    """The text without the secrets that addresses in it carry."""
    return _SECRET.sub(r"\1...", text)


class WithoutSecrets(logging.Filter):
    """For loggers that are not ours: gunicorn names the address of what went wrong.

    So do exceptions, in their own words: a traceback is written here, before any handler.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redacted(record.getMessage()), ()
        if record.exc_info:
            text = logging.Formatter().formatException(record.exc_info)
            record.exc_text = redacted(text)
        return True


class JsonFormatter(logging.Formatter):
    """Formats a record and its ``extra`` fields; never raises on odd values."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id.current():
            line["request_id"] = request_id.current()
        line |= {
            name: value for name, value in vars(record).items() if name not in _STANDARD
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return redacted(orjson.dumps(line, default=str).decode())
