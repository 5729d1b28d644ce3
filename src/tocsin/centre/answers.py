"""What a client is told of a command that had no effect, or none yet."""

from tocsin.alliance.facts import Refusal
from tocsin.centre.court import Filed
from tocsin.centre.model import Answer
from tocsin.terms import Instant

TWO_PERSONS = {"break": "Breaking a silence", "force": "A decision on force", "recall": "Recalling a warning"}
"""Acts that a charter or a nation may want two persons for, in words."""


def refused(filed: Filed, refusal: Refusal, at: Instant, cursor: str) -> Answer:
    """The law says no."""
    return Answer(
        status="refused",
        id=filed.command.id,
        at=at,
        code=refusal.code,
        message=refusal.message,
        clause=refusal.clause,
        fix=refusal.fix,
        cursor=cursor,
    )


def pending(filed: Filed, kind: str, line: str, cursor: str) -> Answer:
    """It waits for a second person."""
    return Answer(
        status="pending",
        id=filed.command.id,
        pending=line,
        code="second person",
        message=f"{TWO_PERSONS[kind]} takes two persons of {filed.seat}. It has no effect until the second confirms.",
        fix="Another person with a desk there confirms it, before the deadline if there is one.",
        cursor=cursor,
    )
