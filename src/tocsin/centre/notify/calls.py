"""What of a seat's feed calls for notice. It asks that seat's view and nothing else."""

from collections.abc import Iterator
from typing import Literal, Protocol

from tocsin.alliance.facts import (
    AnyFact,
    Decided,
    OrganConvened,
    PositionStated,
    RequestMade,
    SilenceExpired,
    SilenceOpened,
    SilenceResumed,
)
from tocsin.centre.feeds import cursor_position
from tocsin.centre.notify.model import FACTS, MARKINGS, Called
from tocsin.centre.view_model import Ask, FeedItem, FeedPage, ProcedureView, Situation, WarningLine
from tocsin.errors import NotFound
from tocsin.terms import Marking


class Sight(Protocol):
    """What notices are made from: the part of a seat's View that is asked here."""

    def feed(self, after: int, limit: int) -> FeedPage: ...

    def warnings(self, case: str) -> tuple[WarningLine, ...]: ...

    def procedure(self, case: str, procedure: str) -> ProcedureView: ...

    def situation(self) -> Situation: ...


def called(item: FeedItem, seat: str, sight: Sight) -> tuple[Called, ...]:
    """What in one item its seat's people should be called for. Nothing for what the seat did itself."""
    position = cursor_position(item.cursor) or 0
    if item.kind in ("warning", "recall"):
        if item.by == seat:
            return ()
        marked = _marked(item, sight)
        return (
            Called(
                kind=item.kind,
                position=position,
                marking=_least(marked),
                marked=marked,
                case=item.case,
                name=item.name,
                by=item.by,
            ),
        )
    if item.kind == "case":
        return (Called(kind="case", position=position, case=item.case),)
    if item.kind == "facts":
        return tuple(thing for fact in item.facts for thing in _of_fact(fact, position, item.by, seat, sight))
    return ()


def is_answered(thing: Called, asks: tuple[Ask, ...]) -> bool:
    """Whether the centre asked the seat for an answer to this, and asks no more."""
    kinds = ASKS.get(thing.kind, ())
    return bool(kinds) and not any(
        ask.kind in kinds and ask.case == thing.case and ask.name == thing.name for ask in asks
    )


ASKS: dict[str, tuple[str, ...]] = {
    "silence": ("acknowledge text",),
    "unconfirmed": ("confirm expiry",),
    "on behalf": ("confirm position",),
    "warning": ("acknowledge warning",),
    "recall": ("acknowledge recall",),
}
"""What the centre asks for after a thing of the kind; a thing that is not here is only ever seen."""


def _of_fact(fact: AnyFact, position: int, by: str, seat: str, sight: Sight) -> Iterator[Called]:
    match fact:
        case SilenceOpened() if by != seat and _votes(fact.case, fact.procedure, seat, sight):
            yield Called(
                kind="silence", position=position, case=fact.case, name=fact.procedure, until=fact.deadline, by=by
            )
        case SilenceResumed() if _votes(fact.case, fact.procedure, seat, sight):
            procedure = sight.procedure(fact.case, fact.procedure)
            yield Called(
                kind="silence", position=position, case=fact.case, name=fact.procedure, until=procedure.deadline
            )
        case SilenceExpired(confirmed=False) if _awaits_chair(fact.case, fact.procedure, sight):
            yield Called(kind="unconfirmed", position=position, case=fact.case, name=fact.procedure)
        case PositionStated() if fact.party == seat != fact.by:
            yield Called(kind="on behalf", position=position, case=fact.case, name=fact.procedure, by=fact.by)
        case RequestMade() if fact.by != seat:
            yield Called(
                kind="request", position=position, case=fact.case, name=fact.request, by=fact.by, what=fact.duty
            )
        case OrganConvened() if fact.by != seat:
            yield Called(
                kind="meeting", position=position, case=fact.case, what=fact.organ, by=fact.by, until=fact.meets_by
            )
        case Decided() if by != seat:
            yield Called(kind="decision", position=position, case=fact.case, name=fact.procedure, what=fact.verdict)


def _votes(case: str, procedure: str, seat: str, sight: Sight) -> bool:
    try:
        return any(line.party == seat for line in sight.procedure(case, procedure).positions)
    except NotFound:
        return False


def _awaits_chair(case: str, procedure: str, sight: Sight) -> bool:
    """Whether the seat is asked to confirm an expiry, as its chair or for its chair."""
    asks = sight.situation().asks
    return any(ask.kind == "confirm expiry" and (ask.case, ask.name) == (case, procedure) for ask in asks)


def _marked(item: FeedItem, sight: Sight) -> Marking | Literal[""]:
    """What a warning is marked now; empty where it says nothing of itself."""
    lines = sight.warnings(item.case)
    return next((line.marking for line in lines if line.warning == item.name and line.marking), "")


def _least(marked: Marking | Literal[""]) -> Marking:
    """What one must be cleared for to hear of a warning: its marking, or the highest there is where it has none that
    is known. Its name and case are facts, so that it counts as those at least."""
    return max(marked or MARKINGS[-1], FACTS, key=MARKINGS.index)
