"""The course of a case as one seat sees it: what happened, its clock, who was sent where, who is to meet by when."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from tocsin.alliance.facts import (
    CaseOpened,
    Decided,
    DeploymentEnded,
    DeploymentStarted,
    OrganConvened,
    PositionStated,
    RequestMade,
    SilenceBroken,
    SilenceOpened,
    TextDelivered,
    WarningReported,
)
from tocsin.alliance.lessons import Timed, headlines, timed
from tocsin.alliance.state import CaseState
from tocsin.centre.board import visible_facts
from tocsin.centre.view_model import CaseClock, Happened, Headline, Meeting, Operation
from tocsin.centre.words import said

if TYPE_CHECKING:
    from tocsin.centre.view import View

HISTORY_ENTRIES_MAX = 1_000
"""A history goes back over so many acts; the feed has them all."""
QUIET = (CaseOpened, TextDelivered)
"""What an account leaves out."""


def timed_facts(view: "View", case: str, entries: Iterable[int]) -> Iterator[Timed]:
    """The case's facts in these entries of the ledger, each with its time."""
    for entry in entries:
        read = view.acts.get(entry)
        facts = tuple(
            fact for fact in visible_facts(read.act.facts, view.sees_case) if getattr(fact, "case", "") == case
        )
        if facts:
            yield from timed(facts, read.at, None)


def marks(view: "View", case: str) -> tuple[Timed, ...]:
    """The facts of a case that its headline times are measured by."""
    return tuple(timed_facts(view, case, view.board.case_marks.get(case, ())))


def shown_headlines(rows: Iterable[Timed]) -> tuple[Headline, ...]:
    """Headline times as they are shown."""
    return tuple(Headline(name=row.name, says=row.says, hours=row.hours_least) for row in headlines(rows))


def clock(view: "View", case: CaseState) -> CaseClock:
    """The headline times of a case, what they count from, and for each organ when it was called last.

    A case is seen whole or not at all, so that it is the same for all who see it, and is worked out once.
    """
    state = len(view.board.case_marks.get(case.id, ())), case.closed
    kept = view.board.clocks.get(case.id)
    if kept is None or kept[0] != state:
        kept = view.board.clocks[case.id] = state, _clock(view, case)
    return kept[1]


def _clock(view: "View", case: CaseState) -> CaseClock:
    rows = marks(view, case.id)
    warned = [row.span.earliest for row in rows if isinstance(row.fact, WarningReported)][:1]
    asked = [row.span.earliest for row in rows if isinstance(row.fact, RequestMade)][:1]
    return CaseClock(
        case=case.id,
        opened=case.opened,
        closed=case.closed,
        since=min((*warned, *asked), default=None),
        headlines=shown_headlines(rows),
        meetings=tuple(_meetings(rows)),
    )


def _meetings(rows: Iterable[Timed]) -> Iterator[Meeting]:
    """The last call of each organ."""
    calls = {row.fact.organ: row.fact for row in rows if isinstance(row.fact, OrganConvened)}
    for call in calls.values():
        yield Meeting(organ=call.organ, by=call.by, called=call.at, meets_by=call.meets_by, clause=call.clause)


def history(view: "View", case: CaseState) -> tuple[Happened, ...]:
    """What happened in a case, in order, one line a fact."""
    entries = view.board.case_entries.get(case.id, ())[-HISTORY_ENTRIES_MAX:]
    rows = timed_facts(view, case.id, entries)
    return tuple(_happened(view, row) for row in rows if not isinstance(row.fact, QUIET))


def operations(view: "View", case: CaseState) -> tuple[Operation, ...]:
    """The forces and missions that began in a case, ended ones too."""
    entries = view.board.case_entries.get(case.id, ())[-HISTORY_ENTRIES_MAX:] if case.deployments else ()
    began: dict[str, DeploymentStarted] = {}
    ended: dict[str, DeploymentEnded] = {}
    for row in timed_facts(view, case.id, entries):
        if isinstance(row.fact, DeploymentStarted):
            began[row.fact.deployment] = row.fact
        elif isinstance(row.fact, DeploymentEnded):
            ended[row.fact.deployment] = row.fact
    return tuple(
        Operation(
            case=case.id,
            name=name,
            procedure=fact.procedure,
            parties=fact.parties,
            host=fact.host or "",
            package=fact.package,
            began=fact.at,
            ended=ended[name].at if name in ended else None,
        )
        for name, fact in began.items()
    )


def _happened(view: "View", row: Timed) -> Happened:
    fact: Any = row.fact
    return Happened(
        at=row.span.earliest,
        do=str(fact.__struct_config__.tag),
        procedure=getattr(fact, "procedure", ""),
        actor=_actor(fact),
        position=fact.position if isinstance(fact, PositionStated) else None,
        question=fact.question if isinstance(fact, PositionStated) else "",
        own=isinstance(fact, PositionStated) and fact.by == fact.party,
        deadline=fact.deadline if isinstance(fact, SilenceOpened) else None,
        broken_by=fact.by if isinstance(fact, SilenceBroken) else (),
        verdict=fact.verdict if isinstance(fact, Decided) else None,
        says=said(fact, view.law.names),
    )


def _actor(fact: Any) -> str:  # noqa: ANN401  # a fact of any kind
    """Whose doing it was: of a position the party's; of several who broke a silence, the last."""
    if isinstance(fact, PositionStated):
        return fact.party
    if isinstance(fact, SilenceBroken):
        return fact.by[-1] if fact.by else ""
    named = getattr(fact, "by", "") or getattr(fact, "party", "") or getattr(fact, "host", "")
    return named if isinstance(named, str) else ""
