"""What the centre writes of itself: one JSON object a line, on standard error, with nothing in it that opens a door.

Secrets are kept out where they are made; this is the second wall. Whatever has the shape of one of ours is struck out
of every line, also out of messages and stack traces of other people's code.
"""

import logging
import re
import sys
from typing import Any, TextIO

import msgspec

from tocsin.terms import Instant, iso

LOGGER = logging.getLogger("tocsin.centre")

STRUCK = "[struck out]"
_SECRETS = re.compile(
    r"\bt[a-z]{2}_[A-Za-z0-9_-]{16,}"  # links to enter (tci_), sessions (tcs_), tokens (tct_)
    r"|\bwhsec_[A-Za-z0-9+/=_-]{8,}"  # what webhooks are signed with
    r"|\bPRIVATE\+KEY\+\S+"  # a ledger's or a party's signing key
    r"|\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*"  # a provider's token
)
_NAMED = re.compile(
    r"(?i)((?:proxy-)?authorization|(?:set-)?cookie|x-csrf-token)(\\?[\"']?\s*[:=,]\s*\\?[\"']?)(?!\s)[^\r\n\"'\\]+"
)
"""A header and its value: `Authorization: Bearer …`, `'cookie': '…'`, `(b'authorization', b'…')`."""
_IN_BYTES = re.compile(r"(?i)(b['\"](?:proxy-)?(?:authorization|(?:set-)?cookie)['\"]\s*[:,]\s*b['\"])[^'\"]*")
_FIELD = re.compile(
    r"(?i)([\"'](?:password|secret|client_secret|code_verifier|id_token|access_token|refresh_token)[\"']\s*:\s*[\"'])"
    r"[^\"']*"
)

TEXT_MAX = 4_000
"""Characters of one text in a line; a stack trace keeps its end."""

FIELDS = ("event", "desk", "seat", "method", "route", "status", "ms", "address", "outcome", "code", "count", "seconds")
"""What a line may say beside its message: the keyword arguments of `event`."""


def redacted(text: str) -> str:
    """The text with whatever looks like a secret struck out."""
    text = _IN_BYTES.sub(rf"\1{STRUCK}", text)
    text = _FIELD.sub(rf"\1{STRUCK}", text)
    text = _NAMED.sub(rf"\1\2{STRUCK}", text)
    return _SECRETS.sub(STRUCK, text)


class JsonLines(logging.Formatter):
    """A record as one line of JSON: at, level, logger, message, and the fields given to `event`."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": iso(Instant(int(record.created * 1_000_000))),
            "level": record.levelname.lower(),
            "from": record.name,
            "says": redacted(record.getMessage())[:TEXT_MAX],
        }
        for name in FIELDS:
            value = getattr(record, f"tocsin_{name}", None)
            if value is not None:
                line[name] = redacted(value)[:TEXT_MAX] if isinstance(value, str) else value
        if record.exc_info:
            line["trace"] = redacted(self.formatException(record.exc_info))[-TEXT_MAX:]
        return msgspec.json.encode(line).decode()


def set_up(level: str = "info", stream: TextIO | None = None) -> logging.Handler:
    """Let all logging of this process go to `stream` (standard error), as JSON lines. The handler, to take it off."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # What uvicorn says of each request goes through our own line, which names no query and no header.
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = name != "uvicorn.access"
    # These tell of every connection, addresses included.
    for name in ("urllib3", "asyncio"):
        logging.getLogger(name).setLevel(logging.WARNING)
    return handler


def event(name: str, says: str = "", *, level: int = logging.INFO, **fields: str | float | None) -> None:
    """Write one line about something that happened. `fields` are some of FIELDS; others are left out."""
    extra = {f"tocsin_{key}": value for key, value in fields.items()}
    LOGGER.log(level, "%s", says or name, extra={**extra, "tocsin_event": name})


def trouble(name: str, says: str, error: BaseException | None = None, **fields: str | float | None) -> None:
    """Write one line about something that went wrong, with its stack where there is one."""
    extra = {f"tocsin_{key}": value for key, value in fields.items()}
    LOGGER.log(logging.ERROR, "%s", says, exc_info=error, extra={**extra, "tocsin_event": name})
