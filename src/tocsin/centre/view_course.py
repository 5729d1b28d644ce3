"""What became of one procedure, in order: the versions of its text, its silences, its forums, its verdict."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tocsin.alliance.facts import (
    AnyFact,
    DeadlineMoved,
    Decided,
    ProcedureLapsed,
    ProcedureOpened,
    SilenceExpired,
    SilenceResumed,
    TextAmended,
)
from tocsin.centre.board import COURSE
from tocsin.centre.feeds import cursor_text
from tocsin.centre.view_model import CourseLine
from tocsin.centre.words import said

if TYPE_CHECKING:
    from tocsin.centre.view import View


def course(view: "View", case: str, procedure: str) -> Iterator[CourseLine]:
    """What happened, in order. What a sleeping timer has still to record is not in it yet."""
    feed = view.board.feed(view.seat)
    for entry in view.board.courses.get(f"{case}/{procedure}", ()):
        read, position = view.acts.get(entry), feed.first(entry)
        cursor = cursor_text(position, view.board.epoch) if position else ""
        for fact in read.act.facts:
            if not isinstance(fact, COURSE) or (fact.case, fact.procedure) != (case, procedure):
                continue
            yield CourseLine(
                at=fact.at,
                kind=str(fact.__struct_config__.tag),
                says=said(fact, view.law.names).removeprefix(f"{procedure}: "),
                by=read.by if view.names_author(read) and _is_somebodys(fact) and read.by in view.law.names else "",
                cursor=cursor,
                version=1 if isinstance(fact, ProcedureOpened) else getattr(fact, "version", 0),
                text=fact.text if isinstance(fact, ProcedureOpened | TextAmended) else "",
            )


def _is_somebodys(fact: AnyFact) -> bool:
    """Whether a fact is the doing of who gave the command, and not of the clock that was applied before it."""
    if isinstance(fact, Decided):
        return fact.how != "silence"
    return not isinstance(fact, SilenceExpired | SilenceResumed | DeadlineMoved | ProcedureLapsed)
