"""Structured logs: one JSON object a line on standard error, each with the request it belongs to."""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime

request_id: ContextVar[str | None] = ContextVar("netos_request_id", default=None)
"""The request a log line belongs to; an edge sets it once for each call."""

_BUILT_IN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}
WITHHELD = "[withheld]"
LONGEST_LINE = 32_768
_SECRET_NAMES = re.compile(
    r"authorization|cookie|token|secret|password|passwd|api_?key|private_?key|credential|csrf|session_id", re.IGNORECASE
)
_HINTS = ("eyJ", "netos_pat_", "netos_cal_", "/feeds/", "earer ", "asic ", "gAAAA", "sealed:", "hvs.", "xox",
          "dp.", "://", "PRIVATE KEY", "session=", "code=", "secret=", "token=", "assword=")  # fmt: skip
_SECRETS = re.compile(
    r"""eyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?          # a JWT
    | netos_(?:pat|cal)_[\w-]+                      # a personal token, the secret of a calendar feed
    | (?<=/feeds/)[^\s"'\\?]+                      # and whatever else somebody asks for in its place
    | (?<=earer\ )[\w.~+/=-]{8,} | (?<=asic\ )[\w+/=]{8,}  # what an Authorization header carries
    | gAAAA[\w=-]{20,} | (?<=sealed:)[\w=-]{20,}   # what we seal
    | hvs\.[\w-]+ | xox[a-z]-[\w-]+ | dp\.[a-z]{2,}\.[\w.-]+  # tokens of Vault, Slack and Doppler
    | (?<=://)[^\s/:@"']*:[^\s/@"']+(?=@)           # user and password of an address
    | -----BEGIN[ ][A-Z ]*PRIVATE[ ]KEY-----[^"]*?(?:-----END[^-"]*-----|(?=")|\Z)
    | (?:(?<=session=)|(?<=[?&]code=)|(?<=_secret=)|(?<=_token=)|(?<=assword=))[^\s&;"'\\]+""",
    re.VERBOSE,
)
_OWN_HANDLERS = ("uvicorn", "uvicorn.access", "uvicorn.error", "arq")


class JsonFormatter(logging.Formatter):
    """Writes a record, and what was passed as `extra`, as one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if (request := request_id.get()) is not None:
            line["request_id"] = request
        line |= {name: _told(name, value) for name, value in vars(record).items() if name not in _BUILT_IN}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        text = without_secrets(json.dumps(line, default=str, ensure_ascii=False))
        return text if len(text) <= LONGEST_LINE else _cut(line, text)


def without_secrets(text: str) -> str:
    """Take out whatever has the shape of a credential; most lines have none, and are only looked through."""
    if not any(hint in text for hint in _HINTS):
        return text
    return _SECRETS.sub(WITHHELD, text)


def _told(name: str, value: object) -> object:
    """Withhold what is named like a secret, also inside of what is logged whole."""
    if isinstance(value, Mapping):
        return {str(key): _told(str(key), item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_told(name, item) for item in value]
    return WITHHELD if isinstance(value, str) and _SECRET_NAMES.search(name) else value


def _cut(line: Mapping[str, object], text: str) -> str:
    """Keep a line of the log one JSON object, however much somebody made us say."""
    kept = {name: line[name] for name in ("at", "level", "logger", "request_id") if name in line}
    return json.dumps({**kept, "message": text[: LONGEST_LINE // 2], "cut": len(text)}, ensure_ascii=False)


def configure_logging(level: str) -> None:
    """Send every log line of this process to standard error as JSON.

    The servers bring handlers of their own; theirs go, so that one format is left.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    logging.getLogger("alembic").setLevel(logging.WARNING)  # its plugins announce themselves at every start
    logging.getLogger("uvicorn.access").setLevel(logging.WARNING)  # whole addresses; that of a sign-in has its code
    for name in _OWN_HANDLERS:
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
