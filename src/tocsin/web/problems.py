"""What goes wrong, as application/problem+json (RFC 9457). What is hidden and what is not there are one answer."""

import logging
import re
import secrets
from http import HTTPStatus

import msgspec
from msgspec import Struct

from tocsin.centre.model import Answer
from tocsin.errors import (
    Conflict,
    ForcesError,
    Malformed,
    NotEntitled,
    NotFound,
    NotSignedIn,
    Overloaded,
    TermError,
    TocsinError,
    Unserved,
)
from tocsin.ledger import LedgerError
from tocsin.web.call import Reply

LOGGER = logging.getLogger("tocsin.web")
MEDIA = "application/problem+json"
BUSY_SECONDS = 2
MISTAKES_MAX, DETAIL_LETTERS_MAX = 40, 400
"""Of texts about forces."""
ACCEPTED_MAX = 40
"""Of the media that a request names, how many are looked at."""
_QUALITY = re.compile(r"[01](\.[0-9]{0,3})?")

TOO_LARGE = "too large"
MEDIA_TYPE = "media type"
TOO_OFTEN = "too often"
TOO_MANY_STREAMS = "too many streams"

_STATUS_OF_CODE = {TOO_LARGE: 413, MEDIA_TYPE: 415, "headers too large": 431, "wrong host": 421}
_LIMITS = {TOO_OFTEN, TOO_MANY_STREAMS, "too many tries"}


class FileMistake(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One mistake in a text that a request brought."""

    file: str
    """Which text: `case`, `inventory` or `plan`."""
    line: int = 0
    """From 1; 0: it is about the whole."""
    cell: str = ""
    """In a workbook its sheet and cell."""
    field: str = ""
    found: str
    accepted: str = ""
    fix: str = ""


class Problem(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why a request was not done, and how to mend it."""

    type: str = "about:blank"
    title: str
    """The status in words."""
    status: int
    detail: str = ""
    """What is wrong, for a person."""
    code: str
    """Short and stable, for a program."""
    field: str = ""
    """The field that is wrong, such as `command.position`."""
    found: str = ""
    accepted: str = ""
    clause: str = ""
    """The clause of the charter that a refusal rests on."""
    fix: str = ""
    mistakes: tuple[FileMistake, ...] = ()
    """All that is wrong with the texts that the request brought."""
    incident: str = ""
    """What to tell the centre's administrators, where the mistake is ours."""


def reply(problem: Problem, *headers: tuple[bytes, bytes]) -> Reply:
    """The problem as an answer."""
    told = {"type": problem.type, **msgspec.to_builtins(problem)}
    return Reply(problem.status, msgspec.json.encode(told), MEDIA, headers)


def problem(status: int, code: str, detail: str, *, fix: str = "") -> Problem:
    """A problem of a status."""
    return Problem(title=HTTPStatus(status).phrase, status=status, code=code, detail=detail, fix=fix)


NOT_FOUND = problem(404, "not found", "There is nothing of that name here that you may see.")
"""One answer for what is hidden and for what never was."""


def is_for_reading(path: str, accept: str) -> bool:
    """Whether a person's browser asks, to which a problem is shown as a page. A program gets it as JSON."""
    if path.startswith("/api/"):
        return False
    wants = {"text/html": 0.0, "application/json": 0.0, MEDIA: 0.0}
    for part in accept.split(",")[:ACCEPTED_MAX]:
        media, *parameters = (one.strip().lower() for one in part.split(";"))
        if media in wants:
            said = next((one[2:] for one in parameters if one.startswith("q=")), "1")
            wants[media] = float(said) if _QUALITY.fullmatch(said) else 0.0
    return wants["text/html"] > max(wants["application/json"], wants[MEDIA])


def reply_of(error: Exception) -> Reply:
    """The answer to a request that ended in an exception. What nobody foresaw is logged under an incident's id."""
    match error:
        case NotFound():
            return reply(NOT_FOUND)
        case LedgerError():
            # Its message names files and sizes: for the log, not for clients.
            LOGGER.warning("the ledger does not take it now: %s", error)
            busy = problem(503, "not ready", "The centre cannot take this now.", fix="Try again in a moment.")
            return reply(busy, (b"retry-after", str(BUSY_SECONDS).encode()))
        case Unserved():
            return _unserved(error)
        case ForcesError():
            return _mistaken(error)
        case TermError():
            return reply(problem(400, "malformed", f"{error}."))
        case _:
            return _unforeseen(error)


def refused(answer: Answer) -> Reply:
    """The law's no."""
    told = problem(422, answer.code, answer.message, fix=answer.fix)
    return reply(msgspec.structs.replace(told, clause=answer.clause))


def _unserved(error: Unserved) -> Reply:
    told = problem(_status(error), error.code, error.message, fix=error.fix)
    if isinstance(error, Malformed):
        told = msgspec.structs.replace(told, field=error.field, found=error.found, accepted=error.accepted)
    if isinstance(error, NotSignedIn):
        return reply(told, (b"www-authenticate", b'Bearer realm="tocsin"'))
    if isinstance(error, Overloaded) and told.status != 409:
        return reply(told, (b"retry-after", str(max(1, error.wait_seconds)).encode()))
    return reply(told)


def _mistaken(error: ForcesError) -> Reply:
    """Texts about forces in which something is wrong; the first mistake stands in front."""
    mistakes = [FileMistake(**msgspec.to_builtins(one)) for one in error.problems[:MISTAKES_MAX]]
    first = mistakes[0]
    where = ", ".join(filter(None, [first.file, first.cell or (f"line {first.line}" if first.line else "")]))
    told = problem(400, "malformed", f"{where}: {first.found}."[:DETAIL_LETTERS_MAX], fix=first.fix)
    named = {"field": first.field, "accepted": first.accepted, "mistakes": tuple(mistakes)}
    return reply(msgspec.structs.replace(told, **named))


def _status(error: Unserved) -> int:
    match error:
        case NotSignedIn():
            return 401
        case NotEntitled():
            return 403
        case Conflict():
            return 409
        case Overloaded():
            if error.code in _LIMITS:
                return 429
            # What is full stays full until somebody makes room: no time to wait for.
            return 409 if error.code.startswith("too many ") else 503
        case _:
            return _STATUS_OF_CODE.get(error.code, 400)


def _unforeseen(error: Exception) -> Reply:
    incident = secrets.token_hex(6)
    kind = "foreseen by nobody" if not isinstance(error, TocsinError) else type(error).__name__
    LOGGER.error("incident %s: %s", incident, kind, exc_info=error)
    told = problem(
        500, "our mistake", "Something went wrong at the centre.", fix="Tell its administrators the incident."
    )
    return reply(msgspec.structs.replace(told, incident=incident))
